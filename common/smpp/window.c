/* SPDX-License-Identifier: ISC */
/*
 * The window of requests in flight: a pool, chained by sequence_number and
 * linked in order of sending. Since all requests of a session have the same
 * time to be answered, the one due next is always the oldest not yet late.
 */
#include "smpp/window.h"

#include <stdlib.h>

#include "base/mem.h"

void
window_init(struct window *w, uint32_t size)
{
	uint32_t buckets = 16;

	while (buckets < size)
		buckets *= 2;
	*w = (struct window){.mask = buckets - 1};
	w->place = mem_array((size_t)size + 1, sizeof(*w->place));
	w->bucket = mem_array(buckets, sizeof(*w->bucket));
	for (uint32_t i = size; i > 0; i--) {
		w->place[i].chain = w->unused;
		w->unused = i;
	}
}

void
window_free(struct window *w)
{
	free(w->place);
	free(w->bucket);
	*w = (struct window){0};
}

uint32_t
window_find(const struct window *w, uint32_t sequence)
{
	uint32_t i = w->bucket[sequence & w->mask];

	while (i != 0 && w->place[i].sequence != sequence)
		i = w->place[i].chain;
	return i;
}

const struct pending *
window_at(const struct window *w, uint32_t place)
{
	return &w->place[place];
}

void
window_add(struct window *w, uint32_t sequence, enum pdu_type type,
    uint64_t tag, uint64_t now)
{
	uint32_t i = w->unused, *bucket = &w->bucket[sequence & w->mask];
	struct pending *p = &w->place[i];

	w->unused = p->chain;
	*p = (struct pending){.tag = tag, .sent_ms = now, .sequence = sequence,
	    .type = type, .chain = *bucket, .older = w->newest};
	*bucket = i;
	if (w->newest != 0)
		w->place[w->newest].newer = i;
	else
		w->oldest = i;
	w->newest = i;
	if (w->due == 0)
		w->due = i;
	w->n++;
}

void
window_take(struct window *w, uint32_t place, struct pending *was)
{
	struct pending *p = &w->place[place];
	uint32_t *link = &w->bucket[p->sequence & w->mask];

	*was = *p;
	while (*link != place)
		link = &w->place[*link].chain;
	*link = p->chain;
	if (p->older != 0)
		w->place[p->older].newer = p->newer;
	else
		w->oldest = p->newer;
	if (p->newer != 0)
		w->place[p->newer].older = p->older;
	else
		w->newest = p->older;
	if (w->due == place)
		w->due = p->newer;
	if (p->late)
		w->n_late--;
	p->chain = w->unused;
	w->unused = place;
	w->n--;
}

void
window_pass_due(struct window *w)
{
	struct pending *p = &w->place[w->due];

	p->late = true;
	w->n_late++;
	w->due = p->newer;
}
