/* SPDX-License-Identifier: ISC */
/* A binary heap in an array: what is due first stands at the front. */
#include "base/heap.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FIRST = 64 };

static bool
before(const struct heap_entry *a, const struct heap_entry *b)
{
	return a->due < b->due || (a->due == b->due && a->order < b->order);
}

void
heap_push(struct heap *h, struct heap_entry e)
{
	size_t i = h->n, parent;

	if (h->n == h->cap) {
		h->cap = h->cap ? h->cap * 2 : FIRST;
		h->entry = mem_resize(h->entry, h->cap * sizeof(*h->entry));
	}
	for (h->n++; i > 0; i = parent) {
		parent = (i - 1) / 2;
		if (!before(&e, &h->entry[parent]))
			break;
		h->entry[i] = h->entry[parent];
	}
	h->entry[i] = e;
}

struct heap_entry
heap_pop(struct heap *h)
{
	struct heap_entry first = h->entry[0], last = h->entry[--h->n];
	size_t i = 0, child;

	for (; (child = 2 * i + 1) < h->n; i = child) {
		if (child + 1 < h->n &&
		    before(&h->entry[child + 1], &h->entry[child]))
			child++;
		if (!before(&h->entry[child], &last))
			break;
		h->entry[i] = h->entry[child];
	}
	if (h->n > 0)
		h->entry[i] = last;
	return first;
}

void
heap_sift(struct heap *h, bool (*keep)(const void *, const struct heap_entry *),
    const void *owner)
{
	size_t n = h->n;

	h->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct heap_entry e = h->entry[i];

		if (keep(owner, &e))
			heap_push(h, e);
	}
}

void
heap_free(struct heap *h)
{
	free(h->entry);
	*h = (struct heap){0};
}
