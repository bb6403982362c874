/* SPDX-License-Identifier: ISC */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A priority queue of times: the entry with the least due comes first, of
 * equal ones the one with the least order. All zero is an empty heap.
 */
struct heap_entry {
	uint64_t due;
	uint64_t order;
	uint32_t item;  /* whatever the owner wants to find again */
};

struct heap {
	struct heap_entry *entry;
	size_t n, cap;
};

void heap_push(struct heap *, struct heap_entry);

/* The first entry; NULL when there is none. Until the next change. */
static inline const struct heap_entry *
heap_first(const struct heap *h)
{
	return h->n > 0 ? &h->entry[0] : NULL;
}

/* Takes the first entry off; there must be one. */
struct heap_entry heap_pop(struct heap *);

/* Takes off all entries that are not to be kept. */
void heap_sift(struct heap *, bool (*keep)(const void *owner,
    const struct heap_entry *), const void *owner);

void heap_free(struct heap *);

#endif
