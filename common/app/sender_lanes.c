/* SPDX-License-Identifier: ISC */
/*
 * Which link is next. Lanes that may send stand in a ring; those with parts to
 * send again stand before the others. Asking costs the same for one link and
 * for thousands.
 */
#include <stdlib.h>

#include "app/sender_private.h"
#include "base/mem.h"

/* The ring */

static void
ring_remove(struct sender *s, struct lane *l)
{
	l->ready = false;
	if (l->next == l) {
		s->ready = NULL;
		return;
	}
	if (s->ready == l)
		s->ready = l->next;
	l->previous->next = l->next;
	l->next->previous = l->previous;
}

/* Puts it at the end, or, first, where it has its turn next. */
static void
ring_insert(struct sender *s, struct lane *l, bool first)
{
	struct lane *head = s->ready;

	l->ready = true;
	if (head == NULL) {
		s->ready = l->next = l->previous = l;
		return;
	}
	l->next = head;
	l->previous = head->previous;
	l->previous->next = l;
	head->previous = l;
	if (first)
		s->ready = l;
}

void
sender_lane_turn(struct sender *s)
{
	if (s->ready != NULL)
		s->ready = s->ready->next;
}

/* Lanes */

struct lane *
sender_lane(struct sender *s, struct link *link)
{
	uint32_t i = (uint32_t)link_kind(link);
	struct lane *l;

	if (i >= s->lanes_room) {
		s->lanes_room = i < 8 ? 16 : i * 2;
		s->lane = mem_resize(s->lane,
		    s->lanes_room * sizeof(struct lane *));
	}
	while (s->n_lanes <= i)
		s->lane[s->n_lanes++] = NULL;
	l = s->lane[i];
	if (l == NULL) {
		l = s->lane[i] = mem_new(sizeof(*l));
		l->number = i;
		pacer_flow_init(&l->flow, &s->conf->pacer, loop_now(s->loop));
	}
	l->link = link;
	return l;
}

void
sender_lanes_free(struct sender *s)
{
	for (uint32_t i = 0; i < s->n_lanes; i++)
		if (s->lane[i] != NULL) {
			heap_free(&s->lane[i]->again);
			free(s->lane[i]);
		}
	free(s->lane);
	alarms_free(&s->alarms);
	heap_free(&s->again);
}

static bool
is_due(const struct sender *s, const struct heap *again)
{
	const struct heap_entry *first = heap_first(again);

	return first != NULL && first->due <= loop_now(s->loop);
}

/* By when it is to be looked at, whatever comes in. */
static void
set_alarm(struct sender *s, struct lane *l, uint64_t due)
{
	const struct heap_entry *first = heap_first(&l->again);

	if (first != NULL && first->due > loop_now(s->loop) &&
	    first->due < due)
		due = first->due;
	alarms_set(&s->alarms, l->number, due);
}

void
sender_lane_up(struct sender *s, struct lane *l)
{
	if (l->up || l->given_up ||
	    !session_may_send(link_session(l->link), PDU_submit_sm))
		return;
	flow_again(&l->flow, loop_now(s->loop));
	l->up = true;
	s->n_up++;
	ring_insert(s, l, false);
	set_alarm(s, l, UINT64_MAX);
}

void
sender_lane_down(struct sender *s, struct lane *l)
{
	if (!l->up)
		return;
	l->up = false;
	s->n_up--;
	if (l->ready)
		ring_remove(s, l);
	else
		s->n_limited[l->limit]--;
	alarms_set(&s->alarms, l->number, UINT64_MAX);
	/* another one may be up, or this one before long */
	while (l->again.n > 0)
		heap_push(&s->again, heap_pop(&l->again));
}

void
sender_lane_wake(struct sender *s, struct lane *l)
{
	if (!l->up || (l->ready && !is_due(s, &l->again)))
		return;
	if (l->ready)
		ring_remove(s, l);
	else
		s->n_limited[l->limit]--;
	ring_insert(s, l, is_due(s, &l->again));
	set_alarm(s, l, UINT64_MAX);
}

void
sender_lane_rest(struct sender *s, struct lane *l, enum flow_limit limit)
{
	uint64_t due = UINT64_MAX;

	if (limit == FLOW_PEER)
		due = flow_next(&l->flow, pacer_in_flight(
		    link_session(l->link)), loop_now(s->loop));
	ring_remove(s, l);
	l->limit = limit;
	s->n_limited[limit]++;
	set_alarm(s, l, due);
}

void
sender_lane_again(struct sender *s, struct lane *l, struct heap_entry entry)
{
	s->n_later += entry.due > NEW_DUE;
	if (l == NULL || !l->up) {
		heap_push(&s->again, entry);
		return;
	}
	heap_push(&l->again, entry);
	if (entry.due > loop_now(s->loop))
		alarms_set_by(&s->alarms, l->number, entry.due);
	else if (l->ready)
		sender_lane_wake(s, l);
}

/* The message whose part is first of those without a link is this link's. */
static void
adopt(struct sender *s, struct lane *l)
{
	struct message *m = sender_message(s, heap_first(&s->again)->item);

	do
		heap_push(&l->again, heap_pop(&s->again));
	while (s->again.n > 0 &&
	    sender_message(s, heap_first(&s->again)->item) == m);
}

/* Sends a part that waits; false when none is due. */
static bool
serve(struct sender *s, struct lane *l)
{
	struct heap_entry first;

	if (!is_due(s, &l->again)) {
		if (!is_due(s, &s->again))
			return false;
		adopt(s, l);
	}
	first = *heap_first(&l->again);
	if (!sender_send_again(s, l, &first)) {
		sender_lane_rest(s, l, FLOW_WINDOW);
		return true;
	}
	heap_pop(&l->again);
	s->n_later -= first.due > NEW_DUE;
	set_alarm(s, l, UINT64_MAX);
	/* those that have parts to send again stay before all others */
	if (!is_due(s, &l->again))
		sender_lane_turn(s);
	return true;
}

struct lane *
sender_lane_pick(struct sender *s)
{
	uint64_t now = loop_now(s->loop);
	enum flow_limit limit = FLOW_FREE;
	struct lane *l;

	while ((l = s->ready) != NULL) {
		limit = !link_is_up(l->link) ? FLOW_WINDOW : pacer_ready(
		    &s->pacer, &l->flow, link_session(l->link), now);
		if (limit == FLOW_RATE || limit == FLOW_HOURS)
			break;
		if (limit != FLOW_FREE)
			sender_lane_rest(s, l, limit);
		else if (!serve(s, l))
			break;
	}
	if (l == NULL)
		limit = s->n_limited[FLOW_PEER] > s->n_limited[FLOW_WINDOW] ?
		    FLOW_PEER : FLOW_WINDOW;
	if (s->n_up > 0)
		pacer_note(&s->pacer, limit, now);
	else
		s->pacer.next_ms = UINT64_MAX;
	return limit == FLOW_FREE ? l : NULL;
}
