/* SPDX-License-Identifier: ISC */
/*
 * Receipts: whose they are, those that come before the answer with their id,
 * and their acknowledgement once the rows before it are written.
 */
#include "app/sender_private.h"
#include "smpp/receipt.h"
#include "smpp/smpptime.h"
#include "sys/diag.h"

enum {
	EARLY_FEW = 64,        /* receipts held whose id may have any form */
	REPLIES_MOST = 65536,  /* answers owed: then a receipt that is known
	                        * comes again */
};

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

/* Receipts that come again when their row is out, since the SMSC missed our
 * answer: the last of those that were told are known. */

static uint64_t
hash_of(struct span id, struct span address)
{
	struct ids_tail tail = ids_tail(address);

	return journal_hash(journal_hash(0, id), span_of(tail.digit, tail.n));
}

void
sender_note_told(struct sender *s, struct span id, struct span address)
{
	s->told[s->n_told++ % TOLD] = hash_of(id, address);
}

/* Whether it is one of those. */
static bool
is_told(struct sender *s, const struct pdu *pdu)
{
	struct receipt r;
	uint64_t hash;

	if (s->n_told == 0)
		return false;
	receipt_read(&r, pdu, &s->wide);
	hash = hash_of(r.id, pdu->source_addr);
	for (size_t i = 0; r.id.n > 0 && i < TOLD && i < s->n_told; i++)
		if (s->told[i] == hash)
			return true;
	return false;
}

/* Which parts a receipt is of. */
static void
count_reported(struct sender *s, struct message *m, struct part *part)
{
	part->reported = true;
	m->reported = s->conf->receipt_per_message ? m->n_parts :
	    m->reported + 1;
}

/* Notes what a receipt says of a part; prints the row when it was the last. */
static void
apply_receipt(struct sender *s, uint64_t tag, const struct receipt *r)
{
	struct message *m = sender_message(s, tag);
	struct part *part = &m->part[tag & PART_MASK];
	bool first;

	if (r->kind != RECEIPT_FINAL || part->reported)
		return;
	first = m->reported == 0;
	count_reported(s, m, part);
	if (first ||
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
	if (l == NULL)
		return;
	session_answer(link_session(l), request, status);
	links_touch(s->links, l);
}

static void
reply_later(struct sender *s, struct link *l, const struct pdu *request)
{
	if (l != NULL)
		withheld_add(&s->replies, l, request, out_position(s->out));
}

void
sender_acknowledge(struct sender *s)
{
	struct others *others = s->conf->others;
	struct pdu request;
	struct link *l;
	uint32_t status;

	while (withheld_take(&s->replies, s->out->taken, &l, &request))
		sender_answer(s, l, &request, ESME_ROK);
	if (others == NULL)
		return;
	others_flush(others);
	while (others_answer(others, &l, &request, &status))
		sender_answer(s, l, &request, status);
}

size_t
sender_unacknowledged(const struct sender *s)
{
	return s->replies.n +
	    (s->conf->others != NULL ? others_waiting(s->conf->others) : 0);
}

/* What is none of ours: it is written down, or left to another bind. */
static void
pass_on(struct sender *s, struct link *l, const struct pdu *pdu)
{
	if (l == NULL)
		return;
	if (is_told(s, pdu) && s->replies.n < REPLIES_MOST)
		reply_later(s, l, pdu);
	else if (is_told(s, pdu))
		sender_answer(s, l, pdu, ESME_RX_T_APPN);
	else if (s->conf->others == NULL ||
	    !others_take(s->conf->others, l, pdu))
		sender_answer(s, l, pdu, ESME_RX_T_APPN);
}

void
sender_take_notice(struct sender *s, struct link *l, const struct pdu *pdu)
{
	if (s->conf->others == NULL || pdu->type != PDU_alert_notification)
		return;
	if (!others_take(s->conf->others, l, pdu))
		warn("an alert_notification is lost: the file of --others "
		    "takes no records");
}

/*
 * Finds the part that a receipt speaks of. Ids of several SMSCs may be the
 * same: that of another one than it came from (link NULL: that is not known)
 * counts only when it speaks of the same destination, since they may be two
 * sites of one SMSC. The same goes for the id of a submit_multi.
 */
static bool
find(struct sender *s, const struct link *l, struct span id, struct span from,
    struct matched *matched)
{
	size_t own = l == NULL ? 0 : links_smsc(s->links, l);
	bool known = l != NULL || s->n_smscs == 1;
	struct ids_tail tail = ids_tail(from), other;
	const struct message *m;
	struct smsc *smsc;

	for (size_t i = 0; i < s->n_smscs; i++) {
		smsc = &s->smsc[(own + i) % s->n_smscs];
		if (!matcher_match(smsc->matcher, id, from, &smsc->ids_known,
		    matched))
			continue;
		m = sender_message(s, matched->tag);
		other = ids_tail(message_kept(m, m->to));
		if ((i == 0 && known && !m->shares_id) ||
		    ids_tail_agrees(&tail, &other))
			return true;
	}
	return false;
}

static bool
match_receipt(struct sender *s, struct link *l, const struct pdu *pdu)
{
	struct matched matched;
	struct receipt r;

	receipt_read(&r, pdu, &s->wide);
	if (!find(s, l, r.id, pdu->source_addr, &matched))
		return false;
	if (matched.learnt)
		note("receipts of this SMSC carry its message_ids %s",
		    ids_form_words(matched.form));
	sender_message(s, matched.tag)->match =
	    ids_form_name(matched.form);
	if (r.kind == RECEIPT_FINAL)
		sender_note_told(s, r.id, pdu->source_addr);
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
		l = s->early.one[i].link;
		if (!may_match(s, i, id) ||
		    !find(s, l, held, pdu.source_addr, &matched)) {
			i++;
			continue;
		}
		early_take(&s->early, &held, l, &pdu, &frame, &l);
		/* another one of the same id may have come before it */
		if (!match_receipt(s, l, &pdu))
			pass_on(s, l, &pdu);
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
		pass_on(s, l, &pdu);
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
	if (s->smsc != NULL && r.id.n > 0 &&
	    (r.kind == RECEIPT_FINAL || r.kind == RECEIPT_INTERIM)) {
		if (match_receipt(s, l, pdu))
			return;
		if (s->n_flying > 0 && early_add(&s->early, l, pdu,
		    r.id, s->n_sent, s->n_flying))
			return;
	}
	pass_on(s, l, pdu);
}

void
sender_look_at_receipts(struct sender *s)
{
	struct receipts_from *from = s->conf->receipts;
	struct pdu pdu;

	if (from == NULL)
		return;
	/* those that could not be held are left where they are */
	while (s->early.n < EARLY_MOST && receipts_from_next(from, &pdu))
		sender_take_request(s, NULL, &pdu);
	receipts_from_pause(from, s->early.n == EARLY_MOST);
}

/* Answers belong to the session in which they were asked for. */
void
sender_forget_replies(struct sender *s, const struct link *l)
{
	withheld_forget(&s->replies, l);
	if (s->conf->others != NULL)
		others_forget(s->conf->others, l);
	drop_early(s, l);
}
