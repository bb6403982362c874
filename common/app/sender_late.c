/* SPDX-License-Identifier: ISC */
/*
 * Parts whose answer does not come in time: they are unknown, or go once more;
 * and answers that come when nobody waits for them any more.
 */
#include <sysexits.h>

#include "app/sender_private.h"
#include "sys/diag.h"

/* Which sending of a part an event is of. */
static bool
is_second(uint64_t tag)
{
	return (tag & TAG_SECOND) != 0;
}

/* Sends a part once more that may have been taken; of a group to each member by
 * itself. */
static void
go_once_more(struct sender *s, struct lane *l, struct message *m, uint32_t i,
    const char *why)
{
	struct part *part = &m->part[i];

	if (m->n_members > 0) {
		part->state = PART_OK;
		for (uint32_t k = 0; k < m->n_members; k++) {
			if (!sender_member(s, m, k)->part[i].shared)
				continue;
			sender_own_part(s, m, k, i);
			go_once_more(s, l, sender_member(s, m, k), i, why);
		}
		return;
	}
	message_trouble(m, why);
	part->state = PART_AGAIN;
	part->second = part->silent = true;
	m->again++;
	sender_lane_again(s, l, (struct heap_entry){0, part->number,
	    (uint32_t)sender_tag(m, i)});
}

/* The sending at hand was not answered. */
static void
take_loss(struct sender *s, struct lane *l, struct message *m, uint32_t i,
    const char *why)
{
	struct part *part = &m->part[i];

	if (part->taken) {
		part->state = PART_OK;
	} else if (sender_never_left(s, part)) {
		part->state = part->sent > 1 ? PART_REFUSED : PART_NEW;
	} else if (s->conf->resend_unknown && !part->second && !m->stopped &&
	    s->status == EX_OK) {
		go_once_more(s, l, m, i, why);
		sender_settle(s, m);
		return;
	} else {
		part->state = PART_UNKNOWN;
	}
	if (part->state != PART_OK) {
		message_stop(m, why);
		sender_give_up(m);
	}
	sender_settle(s, m);
}

void
sender_take_silence(struct sender *s, struct lane *l, uint64_t tag,
    const char *why, bool may_come)
{
	struct message *m = sender_message(s, tag);
	uint32_t i = tag & PART_MASK;
	struct part *part = &m->part[i];

	if (part->state == PART_FLYING && is_second(tag) == part->second) {
		m->flying--;
		s->n_flying--;
		early_answered(&s->early, part->number);
		m->owed += may_come;
		take_loss(s, l, m, i, why);
	} else {
		/* overdue before, and now it cannot come any more */
		m->owed--;
		message_release(&s->messages, m);
	}
	sender_give_back_early(s);
}

static void
tell(const struct message *m, const char *what, const struct pdu *answer)
{
	struct span ref = message_kept(m, m->ref), id = answer->message_id;

	if (m->n_members > 1)
		warn("row %.*s and %u that went with it: %s, message_id %.*s",
		    (int)ref.n, (const char *)ref.p, m->n_members - 1, what,
		    (int)id.n, (const char *)id.p);
	else
		warn("row %.*s: %s, message_id %.*s", (int)ref.n,
		    (const char *)ref.p, what, (int)id.n, (const char *)id.p);
}

void
sender_tell_twice(const struct message *m, const struct pdu *answer)
{
	tell(m, "a part that was sent once more is accepted twice", answer);
}

/* A part that goes once more, or went, was answered the first time after all. */
static void
take_first(struct sender *s, struct message *m, uint32_t i,
    const struct pdu *answer)
{
	struct part *part = &m->part[i];

	if (!sender_is_acceptance(answer)) {
		part->silent = false;
		return;
	}
	if (part->state == PART_OK) {
		sender_tell_twice(m, answer);
		return;
	}
	part->taken = true;
	sender_keep_id(s, m, i, answer->message_id);
	if (part->state == PART_AGAIN && !m->stopped)
		m->again--;
	if (part->state != PART_FLYING)
		part->state = PART_OK;
	sender_settle(s, m);
	sender_match_early(s, answer->message_id);
}

/* The same of each member of a group. */
static void
take_first_of(struct sender *s, struct message *m, uint32_t i,
    const struct pdu *answer)
{
	struct pdu one;

	for (uint32_t k = 0; k < m->n_members; k++)
		if (sender_answer_of(s, k, answer, &one))
			take_first_of(s, sender_member(s, m, k), i, &one);
	if (m->n_members == 0 && !m->told && m->part[i].second)
		take_first(s, m, i, answer);
}

void
sender_take_late(struct sender *s, struct message *m, uint32_t i,
    const struct event *ev)
{
	struct buf text = {0};

	buf_addf(&text, "the answer came after %llu ms: ",
	    (unsigned long long)ev->waited_ms);
	status_print(&text, ev->pdu.command_status);
	tell(m, buf_cstr(&text), &ev->pdu);
	buf_free(&text);
	m->owed--;
	if (!is_second(ev->tag))
		take_first_of(s, m, i, &ev->pdu);
	message_release(&s->messages, m);
}
