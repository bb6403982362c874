/* SPDX-License-Identifier: ISC */
/* A binary heap that knows where each of its items is. */
#include "base/alarms.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
alarms_free(struct alarms *a)
{
	free(a->heap);
	free(a->place);
	*a = (struct alarms){0};
}

static void
put(struct alarms *a, uint32_t i, struct alarm alarm)
{
	a->heap[i] = alarm;
	a->place[alarm.item] = i + 1;
}

static void
rise(struct alarms *a, uint32_t i, struct alarm alarm)
{
	uint32_t up;

	for (; i > 0; i = up) {
		up = (i - 1) / 2;
		if (a->heap[up].due <= alarm.due)
			break;
		put(a, i, a->heap[up]);
	}
	put(a, i, alarm);
}

static void
sink(struct alarms *a, uint32_t i, struct alarm alarm)
{
	uint32_t down;

	while ((down = 2 * i + 1) < a->n) {
		if (down + 1 < a->n &&
		    a->heap[down + 1].due < a->heap[down].due)
			down++;
		if (a->heap[down].due >= alarm.due)
			break;
		put(a, i, a->heap[down]);
		i = down;
	}
	put(a, i, alarm);
}

/* Puts one in the place i, which is to be filled, and on to where it belongs. */
static void
settle(struct alarms *a, uint32_t i, struct alarm alarm)
{
	if (i > 0 && a->heap[(i - 1) / 2].due > alarm.due)
		rise(a, i, alarm);
	else
		sink(a, i, alarm);
}

static void
take_off(struct alarms *a, uint32_t i)
{
	a->place[a->heap[i].item] = 0;
	if (i < --a->n)
		settle(a, i, a->heap[a->n]);
}

static void
make_room(struct alarms *a, uint32_t item)
{
	uint32_t room = a->place_room;

	if (item >= room) {
		room = item < 8 ? 16 : item * 2;
		a->place = mem_resize(a->place, room * sizeof(*a->place));
		memset(a->place + a->place_room, 0,
		    (room - a->place_room) * sizeof(*a->place));
		a->place_room = room;
	}
	if (a->n == a->heap_room) {
		a->heap_room = a->heap_room ? a->heap_room * 2 : 16;
		a->heap = mem_resize(a->heap,
		    a->heap_room * sizeof(*a->heap));
	}
}

uint64_t
alarms_due(const struct alarms *a, uint32_t item)
{
	if (item >= a->place_room || a->place[item] == 0)
		return UINT64_MAX;
	return a->heap[a->place[item] - 1].due;
}

void
alarms_set(struct alarms *a, uint32_t item, uint64_t due)
{
	uint32_t place = item < a->place_room ? a->place[item] : 0;
	struct alarm alarm = {due, item};

	if (due == UINT64_MAX) {
		if (place > 0)
			take_off(a, place - 1);
		return;
	}
	if (place > 0) {
		settle(a, place - 1, alarm);
		return;
	}
	make_room(a, item);
	rise(a, a->n++, alarm);
}

void
alarms_set_by(struct alarms *a, uint32_t item, uint64_t due)
{
	if (due < alarms_due(a, item))
		alarms_set(a, item, due);
}

bool
alarms_take(struct alarms *a, uint64_t now, uint32_t *item)
{
	if (a->n == 0 || a->heap[0].due > now)
		return false;
	*item = a->heap[0].item;
	take_off(a, 0);
	return true;
}
