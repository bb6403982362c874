/* SPDX-License-Identifier: ISC */
/*
 * Order: messages of one destination one after the other (--keep-order), result
 * rows as their rows came (--ordered), and how many may wait for that.
 */
#include "app/sender_private.h"
#include "sys/diag.h"

enum { OUT_MOST = 1 << 20 };  /* result octets not taken: no new rows */

struct message *
sender_message_of(struct sender *s, const struct row *row)
{
	struct message *m = message_begin(&s->messages, row, s->keeps_text);

	m->order = s->n_begun++;
	m->lane = UINT32_MAX;
	return m;
}

/* FNV-1a, of 64 bits. */
static uint64_t
hash_of(struct span s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * UINT64_C(1099511628211);
	return h;
}

void
sender_join_line(struct sender *s, struct message *m, struct span to)
{
	if (s->conf->keep_order)
		m->parked = !turns_join(&s->turns, hash_of(to), m->place);
}

void
sender_release(struct sender *s, struct message *m, struct lane *l)
{
	/* parts without a number are not made yet */
	for (uint32_t i = 0; i < m->n_parts && !m->stopped; i++)
		if (m->part[i].state == PART_NEW && m->part[i].number > 0)
			sender_lane_again(s, l, (struct heap_entry){NEW_DUE,
			    m->part[i].number, (uint32_t)sender_tag(m, i)});
}

/* Its turn has come: it goes over the link that the one before it went over, if
 * that takes something now, else over the first that does. */
static void
release(struct sender *s, struct message *m, uint32_t number)
{
	struct lane *l = number < s->n_lanes && s->lane[number]->ready ?
	    s->lane[number] : NULL;

	m->parked = false;
	if (m->joined) {
		m = s->messages.at[m->group - 1];
		if (m == s->gathering || --m->n_parked > 0)
			return;
	}
	sender_release(s, m, l);
}

void
sender_leave_line(struct sender *s, struct message *m)
{
	uint32_t next;

	if (turns_leave(&s->turns, m->place, &next))
		release(s, s->messages.at[next], m->lane);
}

void
sender_print(struct sender *s, struct message *m, enum outcome outcome)
{
	struct buf *out = &s->out->buf;

	if (!s->conf->ordered) {
		message_print(&s->messages, m, out, s->conf->format, outcome);
		return;
	}
	message_print(&s->messages, m, ordered_begin(&s->ordered, m->order,
	    out), s->conf->format, outcome);
	ordered_done(&s->ordered, m->order, out);
}

bool
sender_is_held(const struct sender *s)
{
	return out_pending(s->out) >= OUT_MOST;
}

bool
sender_is_full(struct sender *s)
{
	static const char *const what[] = {
		"messages wait for receipts (--max-waiting); sending goes on "
		"as they come",
		"messages wait for those before them to the same destination "
		"(--max-waiting); reading goes on as they go",
		"rows wait for those before them (--max-waiting); reading goes "
		"on as they are done",
		"messages, or parts, were refused for now and go again later "
		"(--max-waiting); reading goes on as they go",
	};
	size_t n[] = {s->messages.n_waiting, s->turns.n_waiting,
	    s->conf->ordered ? s->n_begun - s->ordered.next : 0,
	    s->n_later};

	for (unsigned i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		if (n[i] < s->conf->max_waiting)
			continue;
		if (!s->told_full[i])
			note("%zu %s", n[i], what[i]);
		s->told_full[i] = true;
		/* what goes again keeps the time that the rate gave it */
		flow_limits_note(&s->pacer.limits, FLOW_PEER,
		    loop_now(s->loop));
		return true;
	}
	return false;
}
