/* SPDX-License-Identifier: ISC */
#ifndef BASE_ALARMS_H
#define BASE_ALARMS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * One time for each of many numbered items, the earliest at hand: a heap in
 * which an item is found by its number. Items are numbered from 0, densely.
 * All zero is a set of none. UINT64_MAX is no time.
 */
struct alarms {
	struct alarm {
		uint64_t due;
		uint32_t item;
	} *heap;
	uint32_t *place;   /* of each item in heap, from 1; 0: not in it */
	uint32_t n, heap_room, place_room;
};

void alarms_free(struct alarms *);

/* From now on the item is due then, whatever was set before. */
void alarms_set(struct alarms *, uint32_t item, uint64_t due);

/* The same unless it is due before that anyway. */
void alarms_set_by(struct alarms *, uint32_t item, uint64_t due);

/* When an item is due. */
uint64_t alarms_due(const struct alarms *, uint32_t item);

/* When the first of all is due. */
static inline uint64_t
alarms_next(const struct alarms *a)
{
	return a->n > 0 ? a->heap[0].due : UINT64_MAX;
}

/* Takes the first off if it is due by now; false when none is. */
bool alarms_take(struct alarms *, uint64_t now, uint32_t *item);

#endif
