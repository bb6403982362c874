/* SPDX-License-Identifier: ISC */
/*
 * Receipts: whose they are, those that come before the answer with their id,
 * and their acknowledgement once the rows before it are written.
 */
#include "app/sender_private.h"
#include "base/mem.h"
#include "smpp/receipt.h"
#include "smpp/smpptime.h"
#include "sys/diag.h"

enum { EARLY_FEW = 64 };  /* receipts held whose id may have any form */

/* Better states first: the state of a message is the last of its parts'. */
static size_t
badness(struct span state)
{
	static const char *const by_badness[] = {"DELIVRD", "ACCEPTD",
	    "SKIPPED", "DELETED", "EXPIRED", "UNDELIV", "REJECTD"};
	size_t i, n = sizeof(by_badness) / sizeof(by_badness[0]);

	for (i = 0; i < n && !span_is(state, by_badness[i]); i++)
		;
	return i;
}

/* ISO 8601; what is no date stays as it is. */
static struct cut
keep_date(struct message *m, struct span date)
{
	struct smpptime t;
	struct buf text = {0};
	struct cut c;

	if (!smpptime_read(&t, date))
		return message_keep(m, date);
	smpptime_print(&text, &t);
	c = message_keep(m, buf_span(&text));
	buf_free(&text);
	return c;
}

/* Notes what a receipt says of a part; prints the row when it was the last. */
static void
apply_receipt(struct sender *s, uint64_t tag, const struct receipt *r)
{
	struct message *m = sender_message(s, tag);
	struct part *part = &m->part[tag & PART_MASK];

	if (r->kind != RECEIPT_FINAL || part->reported)
		return;
	part->reported = true;
	m->reported++;
	if (m->reported == 1 ||
	    badness(r->state) > badness(message_kept(m, m->state))) {
		m->state = message_keep(m, r->state);
		m->err = message_keep(m, r->err);
		m->done_date = keep_date(m, r->dlr.f[DLR_done_date]);
	}
	if (m->is_waiting && m->reported == m->n_parts)
		sender_tell(s, m);
}

void
sender_answer(struct sender *s, struct link *l, const struct pdu *request,
    uint32_t status)
{
	session_answer(link_session(l), request, status);
	links_touch(s->links, l);
}

static void
reply_later(struct sender *s, struct link *l, const struct pdu *request)
{
	if (s->n_replies == s->replies_room) {
		s->replies_room = s->replies_room ? s->replies_room * 2 : 64;
		s->replies = mem_resize(s->replies,
		    s->replies_room * sizeof(*s->replies));
	}
	s->replies[s->n_replies++] = (struct reply){l, request->type,
	    request->sequence_number, out_position(s->out)};
}

void
sender_acknowledge(struct sender *s)
{
	struct pdu request = {0};
	const struct reply *r;
	size_t i;

	for (i = 0; i < s->n_replies; i++) {
		r = &s->replies[i];
		if (r->position > s->out->taken)
			break;
		request.type = r->type;
		request.sequence_number = r->sequence;
		sender_answer(s, r->link, &request, ESME_ROK);
	}
	if (i == 0)
		return;
	s->n_replies -= i;
	memmove(s->replies, s->replies + i, s->n_replies * sizeof(*s->replies));
}

static bool
match_receipt(struct sender *s, struct link *l, const struct pdu *pdu)
{
	struct matched matched;
	struct receipt r;

	receipt_read(&r, pdu, &s->wide);
	if (!matcher_match(s->matcher, r.id, pdu->source_addr, &s->ids_known,
	    &matched))
		return false;
	if (matched.learnt)
		note("receipts of this SMSC carry its message_ids %s",
		    ids_form_words(matched.form));
	sender_message(s, matched.tag)->match =
	    ids_form_name(matched.form);
	apply_receipt(s, matched.tag, &r);
	reply_later(s, l, pdu);
	return true;
}

/* Whether a receipt held may speak of the id that has just become known; of
 * very many, only those that carry it as it is: the SMSC sends others again. */
static bool
may_match(const struct sender *s, size_t i, struct span id)
{
	return s->early.n <= EARLY_FEW || span_eq(early_id(&s->early, i), id);
}

/* Receipts that came before the answer with their id. */
void
sender_match_early(struct sender *s, struct span id)
{
	struct matched matched;
	struct buf frame;
	struct pdu pdu;
	struct span held;
	void *l;

	for (size_t i = 0; i < s->early.n && id.n > 0;) {
		early_look(&s->early, i, &pdu);
		held = early_id(&s->early, i);
		if (!may_match(s, i, id) || !(span_eq(held, id) ||
		    matcher_match(s->matcher, held, pdu.source_addr,
		    &s->ids_known, &matched))) {
			i++;
			continue;
		}
		early_take(&s->early, &held, NULL, &pdu, &frame, &l);
		/* the row of a message that was refused in part is out */
		if (!match_receipt(s, l, &pdu))
			sender_answer(s, l, &pdu, ESME_RX_T_APPN);
		buf_free(&frame);
	}
}

/* Once all that was sent before it is answered, a receipt has no message of
 * this run: it goes back to the SMSC, for another bind to take. */
void
sender_give_back_early(struct sender *s)
{
	struct buf frame;
	struct pdu pdu;
	void *l;

	while (early_is_vain(&s->early) &&
	    early_take(&s->early, NULL, NULL, &pdu, &frame, &l)) {
		sender_answer(s, l, &pdu, ESME_RX_T_APPN);
		buf_free(&frame);
	}
}

/* Those of a broken link come again by themselves. */
static void
drop_early(struct sender *s, const struct link *broken)
{
	struct buf frame;
	struct pdu pdu;
	void *l;

	while (early_take(&s->early, NULL, broken, &pdu, &frame, &l))
		buf_free(&frame);
}

/* A deliver_sm or data_sm: a receipt of this run, or another's to take. */
void
sender_take_request(struct sender *s, struct link *l, const struct pdu *pdu)
{
	struct receipt r;

	if (pdu->type != PDU_deliver_sm && pdu->type != PDU_data_sm) {
		sender_answer(s, l, pdu, ESME_RINVCMDID);
		return;
	}
	receipt_read(&r, pdu, &s->wide);
	if (s->matcher != NULL && r.id.n > 0 &&
	    (r.kind == RECEIPT_FINAL || r.kind == RECEIPT_INTERIM)) {
		if (match_receipt(s, l, pdu))
			return;
		if (s->n_flying > 0 && early_add(&s->early, l, pdu,
		    r.id, s->n_sent, s->n_flying))
			return;
	}
	sender_answer(s, l, pdu, ESME_RX_T_APPN);
}

/* Answers belong to the session in which they were asked for. */
void
sender_forget_replies(struct sender *s, const struct link *l)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_replies; i++)
		if (s->replies[i].link != l)
			s->replies[n++] = s->replies[i];
	s->n_replies = n;
	drop_early(s, l);
}
