/* SPDX-License-Identifier: ISC */
/* Receipts ahead of their time. */
#include "app/early.h"

#include <stdlib.h>

#include "base/mem.h"

void
early_free(struct early *e)
{
	for (size_t i = 0; i < e->n; i++) {
		buf_free(&e->one[i].frame);
		buf_free(&e->one[i].id);
	}
	free(e->one);
	*e = (struct early){0};
}

struct span
early_id(const struct early *e, size_t i)
{
	return buf_span(&e->one[i].id);
}

void
early_look(const struct early *e, size_t i, struct pdu *pdu)
{
	struct pdu_error error;

	/* it was decoded when it came */
	(void)pdu_decode(pdu, buf_span(&e->one[i].frame), &error);
}

bool
early_add(struct early *e, void *link, const struct pdu *pdu, struct span id,
    uint64_t sent, size_t unanswered)
{
	struct early_one *one;

	if (e->n == EARLY_MOST)
		return false;
	if (e->one == NULL)
		e->one = mem_array(EARLY_MOST, sizeof(*e->one));
	one = &e->one[e->n++];
	*one = (struct early_one){.link = link, .sent = sent,
	    .before = e->n > 1 ? e->since : unanswered};
	e->since = 0;
	buf_add_span(&one->frame, pdu->frame);
	buf_add_span(&one->id, id);
	return true;
}

void
early_answered(struct early *e, uint64_t number)
{
	size_t low = 0, high = e->n, middle;

	if (e->n == 0)
		return;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (e->one[middle].sent < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == e->n)
		e->since--;
	else
		e->one[low].before--;
}

bool
early_is_vain(const struct early *e)
{
	return e->n > 0 && e->one[0].before == 0;
}

bool
early_take(struct early *e, const struct span *id, const void *link,
    struct pdu *pdu, struct buf *frame, void **from)
{
	struct pdu_error error;
	struct early_one *one;
	size_t i;

	for (i = 0; i < e->n; i++) {
		one = &e->one[i];
		if ((link == NULL || one->link == link) && (id == NULL ||
		    span_eq(buf_span(&one->id), *id)))
			break;
	}
	if (i == e->n)
		return false;
	*frame = e->one[i].frame;
	*from = e->one[i].link;
	buf_free(&e->one[i].id);
	if (i + 1 < e->n)
		e->one[i + 1].before += e->one[i].before;
	else
		e->since += e->one[i].before;
	memmove(&e->one[i], &e->one[i + 1],
	    (e->n - i - 1) * sizeof(*e->one));
	e->n--;
	/* it was decoded when it came */
	return pdu_decode(pdu, buf_span(frame), &error);
}
