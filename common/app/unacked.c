/* SPDX-License-Identifier: ISC */
/* Answers that are withheld until a record is written. */
#include "app/unacked.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

void
unacked_init(struct unacked *u, size_t max)
{
	assert(max > 0);
	*u = (struct unacked){.max = max};
	u->ring = mem_array(max, sizeof(*u->ring));
}

void
unacked_free(struct unacked *u)
{
	free(u->ring);
	*u = (struct unacked){0};
}

void
unacked_add(struct unacked *u, struct link *link, const struct pdu *request,
    uint64_t position)
{
	size_t last = u->first + u->n;

	assert(!unacked_full(u));
	u->ring[last < u->max ? last : last - u->max] = (struct unacked_entry){
	    position, link, request->sequence_number, request->type};
	u->n++;
}

struct link *
unacked_take(struct unacked *u, uint64_t taken, struct pdu *request)
{
	const struct unacked_entry *e;

	while (e = &u->ring[u->first], u->n > 0 && e->position <= taken) {
		u->first = u->first + 1 < u->max ? u->first + 1 : 0;
		u->n--;
		if (e->link == NULL)
			continue;
		*request = (struct pdu){.type = e->type,
		    .sequence_number = e->sequence_number};
		return e->link;
	}
	return NULL;
}

void
unacked_forget(struct unacked *u, const struct link *link)
{
	size_t i, at;

	for (i = 0; i < u->n; i++) {
		at = u->first + i;
		at = at < u->max ? at : at - u->max;
		if (u->ring[at].link == link)
			u->ring[at].link = NULL;
	}
}
