/* SPDX-License-Identifier: ISC */
/* A ring of pieces that wait for those before them. */
#include "app/ordered.h"

#include <stdlib.h>

#include "base/mem.h"

enum { ROOM_FIRST = 64 };

void
ordered_free(struct ordered *o)
{
	for (size_t i = 0; i < o->room; i++)
		buf_free(&o->held[i]);
	free(o->held);
	free(o->done);
	*o = (struct ordered){0};
}

static void
grow(struct ordered *o, uint64_t number)
{
	struct ordered old = *o;
	size_t from, to;

	while (number - o->next >= o->room)
		o->room = o->room ? o->room * 2 : ROOM_FIRST;
	o->held = mem_array(o->room, sizeof(*o->held));
	o->done = mem_array(o->room, sizeof(*o->done));
	for (uint64_t n = o->next; n < o->next + old.room; n++) {
		from = n & (old.room - 1);
		to = n & (o->room - 1);
		o->held[to] = old.held[from];
		o->done[to] = old.done[from];
	}
	free(old.held);
	free(old.done);
}

struct buf *
ordered_begin(struct ordered *o, uint64_t number, struct buf *out)
{
	if (number == o->next)
		return out;
	if (number - o->next >= o->room)
		grow(o, number);
	return &o->held[number & (o->room - 1)];
}

void
ordered_done(struct ordered *o, uint64_t number, struct buf *out)
{
	size_t i;

	if (number != o->next) {
		o->done[number & (o->room - 1)] = true;
		o->n_held++;
		return;
	}
	o->next++;
	while (o->n_held > 0 && o->done[i = o->next & (o->room - 1)]) {
		buf_add_span(out, buf_span(&o->held[i]));
		buf_free(&o->held[i]);
		o->done[i] = false;
		o->n_held--;
		o->next++;
	}
}
