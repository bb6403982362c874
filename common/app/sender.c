/* SPDX-License-Identifier: ISC */
/*
 * From rows to result rows: one row in, one row out. A message is begun when
 * the window has room, its parts go out in order over one link, and its row is
 * printed when every part is answered, or known not to be, and, where receipts
 * are waited for, reported.
 */
#include "app/sender.h"

#include <stdlib.h>
#include <time.h>

#include "app/early.h"
#include "app/matcher.h"
#include "app/message.h"
#include "base/heap.h"
#include "base/mem.h"
#include "smpp/receipt.h"
#include "smpp/smpptime.h"
#include "sys/diag.h"

enum {
	FLUSH_AT = 16 << 10,      /* octets encoded before they are written */
	OUT_MOST = 1 << 20,       /* result octets not taken: no new rows */
	EARLY_FEW = 64,           /* receipts held whose id may have any form */
	PART_BITS = 8,            /* of a tag: the part; above: the place */
	PART_MASK = (1 << PART_BITS) - 1,
	ESM_CLASS_UDHI = 0x40,
	WINDOWS_MOST = 2,         /* whole windows overdue: then we give up */
};

/* An answer of ours that goes out once the rows before it are taken. */
struct reply {
	struct link *link;
	enum pdu_type type;
	uint32_t sequence;
	uint64_t position;
};

struct sender {
	const struct sender_conf *conf;
	struct loop *loop;
	struct out *out;
	struct messages messages;
	struct message *current;      /* half begun; outline is its plan */
	struct outline outline;
	struct pdu submit;            /* of current */
	struct buf tlvs;
	struct text_references references;
	struct pacer pacer;
	struct heap again;            /* tags of parts to go again, by time */
	uint32_t seed;                /* of backoff */
	size_t n_flying;              /* parts, of all messages */
	uint64_t n_sent;
	uint64_t n_accepted, n_refused, n_throttled;
	struct hist *latency;         /* NULL: not measured */
	enum ids_form ids_known;      /* what the SMSC's receipts taught us */
	struct matcher *matcher;      /* NULL: no receipts are waited for */
	struct early early;
	struct reply *replies;        /* in order of position */
	size_t n_replies, replies_room;
	struct buf wide;
	struct sender_counts counts;
	unsigned windows_lost;
	bool keeps_text;
};

struct sender *
sender_new(const struct sender_conf *conf, struct loop *loop, struct out *out)
{
	struct sender *s = mem_new(sizeof(*s));

	s->conf = conf;
	s->loop = loop;
	s->out = out;
	for (size_t i = 0; i < conf->format->n; i++)
		s->keeps_text |= conf->format->column[i] == RESULT_text;
	if (conf->wait)
		s->matcher = matcher_new();
	if (conf->wait)
		matcher_set_mode(s->matcher, conf->ids);
	if (conf->measures)
		s->latency = mem_new(sizeof(*s->latency));
	pacer_init(&s->pacer, &conf->pacer, loop_now(loop));
	s->seed = conf->reference_seed;
	text_references_init(&s->references, conf->reference_seed);
	return s;
}

void
sender_free(struct sender *s)
{
	if (s == NULL)
		return;
	messages_free(&s->messages);
	matcher_free(s->matcher);
	free(s->latency);
	early_free(&s->early);
	heap_free(&s->again);
	free(s->replies);
	outline_free(&s->outline);
	buf_free(&s->tlvs);
	buf_free(&s->wide);
	free(s);
}

/* Rows */

static uint64_t
tag_of(const struct message *m, uint32_t part)
{
	return (uint64_t)m->place << PART_BITS | part;
}

static void
count(struct sender_counts *c, enum outcome outcome)
{
	uint64_t *const counter[OUTCOMES] = {&c->ok, &c->failed, &c->partial,
	    &c->unknown, &c->unsent};

	++*counter[outcome];
}

/* Its row goes out; what may still come for it finds no row to change. */
static void
tell(struct sender *s, struct message *m)
{
	enum outcome outcome = message_outcome(m);

	if (s->matcher != NULL)
		for (uint32_t i = 0; i < m->n_parts; i++)
			matcher_remove(s->matcher,
			    message_kept(m, m->part[i].id), tag_of(m, i));
	message_wait_end(&s->messages, m);
	count(&s->counts, outcome);
	message_print(&s->messages, m, &s->out->buf, s->conf->format, outcome);
	message_release(&s->messages, m);
}

static void
fail(struct sender *s, struct message *m, const char *error)
{
	m->failed = true;
	message_stop(m, error);
	tell(s, m);
}

void
sender_refuse(struct sender *s, const struct row *row, const char *error)
{
	fail(s, message_begin(&s->messages, row, s->keeps_text), error);
}

void
sender_leave(struct sender *s, const struct row *row, const char *why)
{
	struct message *m = message_begin(&s->messages, row, s->keeps_text);

	message_stop(m, why);
	tell(s, m);
}

/* Prints the row of a message, or makes it wait for receipts, if nothing of
 * it is to be sent or answered any more. */
static void
settle(struct sender *s, struct message *m)
{
	if (m->flying + m->again > 0 || m->told || m->is_waiting ||
	    m == s->current)
		return;
	m->answered_ms = loop_now(s->loop);
	if (s->conf->wait && m->receipt && message_outcome(m) == OUTCOME_OK &&
	    m->reported < m->n_parts)
		message_wait(&s->messages, m);
	else
		tell(s, m);
}

/* Sending */

static bool
is_again_due(const struct sender *s)
{
	const struct heap_entry *first = heap_first(&s->again);

	return first != NULL && first->due <= loop_now(s->loop);
}

bool
sender_has_room(struct sender *s, struct link *l)
{
	return s->current == NULL && link_is_up(l) && !is_again_due(s) &&
	    out_pending(s->out) < OUT_MOST &&
	    s->messages.n_waiting < s->conf->max_waiting &&
	    pacer_ready(&s->pacer, link_session(l), loop_now(s->loop));
}

void
sender_idle(struct sender *s)
{
	pacer_idle(&s->pacer, loop_now(s->loop));
}

/* Finds out how a row is to be sent; false after a result row that says why
 * it cannot be. */
static bool
prepare(struct sender *s, struct message *m, const struct row *row)
{
	struct outline *o = &s->outline;

	if (!outline_make(o, &s->conf->outline, row)) {
		fail(s, m, buf_cstr(&o->error));
		return false;
	}
	if (o->plan.n_parts > 1)
		text_plan_set_reference(&o->plan, text_references_next(
		    &s->references, address_span(&o->to)));
	s->submit = (struct pdu){
		.type = o->data_sm ? PDU_data_sm : PDU_submit_sm,
		.source_addr_ton = o->from.ton,
		.source_addr_npi = o->from.npi,
		.source_addr = address_span(&o->from),
		.dest_addr_ton = o->to.ton,
		.dest_addr_npi = o->to.npi,
		.destination_addr = address_span(&o->to),
		.data_coding = o->plan.data_coding,
	};
	fields_put(&s->submit, &o->fields);
	m->receipt = o->fields.registered_delivery != 0;
	message_parts(m, (uint32_t)o->plan.n_parts);
	if (m->from.n == 0)
		m->from = message_keep(m, s->conf->outline.default_from);
	m->encoding = encoding_row(o->plan.encoding)->name;
	m->data_coding = o->plan.data_coding;
	return true;
}

void
sender_row(struct sender *s, struct link *l, const struct row *row)
{
	struct message *m = message_begin(&s->messages, row, s->keeps_text);

	if (!prepare(s, m, row))
		return;
	s->current = m;
	sender_pump(s, l);
}

/* What is not the same in all parts of a message. */
static void
fill_part(struct sender *s, const struct text_part *part, uint32_t i)
{
	const struct outline *o = &s->outline;
	const struct text_plan *plan = &o->plan;
	bool payload = plan->split == SPLIT_PAYLOAD || o->data_sm;
	size_t room = o->fields.tlvs.len + 32 + (payload ? part->octets.n : 0);
	struct wr w = wr_init(buf_reserve(&s->tlvs, room), room);

	s->submit.esm_class = plan->udhi ? ESM_CLASS_UDHI : 0;
	s->submit.short_message = part->octets;
	if (payload) {
		tlv_put(&w, TLV_message_payload, part->octets);
		s->submit.short_message = (struct span){0};
	}
	if (plan->split == SPLIT_SAR) {
		tlv_put_uint(&w, TLV_sar_msg_ref_num, plan->reference);
		tlv_put_uint(&w, TLV_sar_total_segments,
		    (uint32_t)plan->n_parts);
		tlv_put_uint(&w, TLV_sar_segment_seqnum, i + 1);
	}
	wr_bytes(&w, buf_span(&o->fields.tlvs));
	s->submit.tlvs = span_of(w.base, w.len);
}

static uint64_t
clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* It is on its way: whatever comes of it carries this tag. */
static void
count_sent(struct sender *s, struct link *l, struct message *m, uint32_t i)
{
	struct part *part = &m->part[i];
	size_t queued;

	part->state = PART_FLYING;
	part->number = ++s->n_sent;
	if (s->latency != NULL)
		part->sent_us = clock_us();
	if (part->sent++ == 0)
		part->frame = message_keep(m, session_last_request(
		    link_session(l)));
	m->flying++;
	s->n_flying++;
	session_out(link_session(l), &queued);
	if (queued >= FLUSH_AT)
		link_flush(l);
}

/* Why a PDU cannot go over this link; false when it can. */
static bool
is_unfit(struct sender *s, struct link *l, struct message *m)
{
	if (s->submit.tlvs.n == 0 ||
	    session_version(link_session(l)) >= 0x34)
		return false;
	message_stop(m, "the SMSC says it speaks a version before 3.4, which "
	    "has no TLVs");
	m->failed = m->begun == 0;
	return true;
}

/* Sends one part of the current message; false when none can go now. */
static bool
send_part(struct sender *s, struct link *l)
{
	struct message *m = s->current;
	const struct text_part *part = &s->outline.plan.parts[m->begun];
	struct session *session = link_session(l);
	uint64_t now = loop_now(s->loop);
	struct pdu_error error;
	struct buf text = {0};

	fill_part(s, part, m->begun);
	if (is_unfit(s, l, m) || !pacer_take(&s->pacer, session, now))
		return false;
	switch (session_request(session, &s->submit, tag_of(m, m->begun), now,
	    &error)) {
	case SESSION_TAKEN:
		m->octets += (uint32_t)part->octets.n;
		count_sent(s, l, m, m->begun++);
		return true;
	case SESSION_BAD_PDU:
		pdu_error_print(&text, &error);
		message_stop(m, buf_cstr(&text));
		m->failed = m->begun == 0;
		buf_free(&text);
		return false;
	case SESSION_WINDOW_FULL:
	case SESSION_NOT_NOW:
		break;
	}
	return false;
}

/* Sends one part again; its place in the heap is given up. False when it has
 * to wait. */
static bool
send_again(struct sender *s, struct link *l, struct message *m, uint32_t i)
{
	uint64_t now = loop_now(s->loop);
	struct pdu_error error;
	struct pdu pdu;

	if (!pacer_take(&s->pacer, link_session(l), now) ||
	    !pdu_decode(&pdu, message_kept(m, m->part[i].frame), &error) ||
	    session_request(link_session(l), &pdu, tag_of(m, i), now,
	    &error) != SESSION_TAKEN)
		return false;
	m->again--;
	count_sent(s, l, m, i);
	return true;
}

static void
pump_again(struct sender *s, struct link *l)
{
	struct message *m;
	struct heap_entry first;
	uint32_t i;

	while (link_is_up(l) && is_again_due(s)) {
		first = *heap_first(&s->again);
		m = s->messages.at[first.item >> PART_BITS];
		i = first.item & PART_MASK;
		/* the place may have come to another message meanwhile */
		if (i < m->n_parts && m->part[i].state == PART_AGAIN &&
		    m->part[i].number == first.order &&
		    !send_again(s, l, m, i))
			return;
		heap_pop(&s->again);
	}
}

void
sender_pump(struct sender *s, struct link *l)
{
	struct message *m = s->current;

	pump_again(s, l);
	if (m == NULL)
		return;
	while (link_is_up(l) && !m->stopped && m->begun < m->n_parts &&
	    !is_again_due(s))
		if (!send_part(s, l))
			break;
	if (m->stopped || m->begun == m->n_parts) {
		s->current = NULL;
		settle(s, m);
	}
}

/* Receipts */

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
	struct message *m = s->messages.at[tag >> PART_BITS];
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
		tell(s, m);
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
		session_answer(link_session(r->link), &request, ESME_ROK);
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
	s->messages.at[matched.tag >> PART_BITS]->match =
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
static void
match_early(struct sender *s, struct span id)
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
			session_answer(link_session(l), &pdu, ESME_RX_T_APPN);
		buf_free(&frame);
	}
}

/* Once all that was sent before it is answered, a receipt has no message of
 * this run: it goes back to the SMSC, for another bind to take. */
static void
give_back_early(struct sender *s, struct link *sending)
{
	struct buf frame;
	struct pdu pdu;
	uint64_t tag, answered = s->n_sent;
	void *l;

	if (s->early.n > 0 && session_oldest(link_session(sending), &tag))
		answered = s->messages.at[tag >> PART_BITS]->
		    part[tag & PART_MASK].number - 1;
	while (s->early.n > 0 && s->early.one[0].sent <= answered &&
	    early_take(&s->early, NULL, NULL, &pdu, &frame, &l)) {
		session_answer(link_session(l), &pdu, ESME_RX_T_APPN);
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
static void
take_request(struct sender *s, struct link *l, const struct pdu *pdu)
{
	struct receipt r;

	if (pdu->type != PDU_deliver_sm && pdu->type != PDU_data_sm) {
		session_answer(link_session(l), pdu, ESME_RINVCMDID);
		return;
	}
	receipt_read(&r, pdu, &s->wide);
	if (s->matcher != NULL && r.id.n > 0 &&
	    (r.kind == RECEIPT_FINAL || r.kind == RECEIPT_INTERIM)) {
		if (match_receipt(s, l, pdu))
			return;
		if (s->n_flying > 0 && early_add(&s->early, l, pdu,
		    r.id, s->n_sent))
			return;
	}
	session_answer(link_session(l), pdu, ESME_RX_T_APPN);
}

/* Answers */

/* The row is out already, so that what comes now can only be told. */
static void
take_late(struct sender *s, struct message *m, const struct event *ev)
{
	struct span ref = message_kept(m, m->ref);
	struct buf text = {0};

	status_print(&text, ev->pdu.command_status);
	warn("row %.*s: the answer came after %llu ms: %s, message_id %.*s",
	    (int)ref.n, (const char *)ref.p,
	    (unsigned long long)ev->waited_ms, buf_cstr(&text),
	    (int)ev->pdu.message_id.n, (const char *)ev->pdu.message_id.p);
	buf_free(&text);
	m->owed--;
	message_release(&s->messages, m);
}

/* No further part of it is to be sent, nor one again. */
static void
give_up(struct message *m)
{
	m->stopped = true;
	m->again = 0;
	for (uint32_t i = 0; i < m->begun; i++)
		if (m->part[i].state == PART_AGAIN)
			m->part[i].state = PART_REFUSED;
}

static bool
is_transient(const struct sender_conf *conf, uint32_t status)
{
	for (size_t i = 0; i < conf->n_retry_on; i++)
		if (conf->retry_on[i] == status)
			return true;
	return status == ESME_RMSGQFUL ||
	    status_consequence(status) == STATUS_TRANSIENT;
}

/* When a refused part goes again; false when it does not. Throttling is no
 * fault of the message's: it goes again as soon as anything does. */
static bool
goes_again(struct sender *s, struct part *part, uint64_t *due)
{
	uint64_t now = loop_now(s->loop);

	if (part->status == ESME_RTHROTTLED) {
		*due = 0;
		if (!flow_gave_up(&s->pacer.flow, now))
			return true;
		s->counts.throttled++;
		return false;
	}
	if (!is_transient(s->conf, part->status) ||
	    part->retries >= s->conf->retries)
		return false;
	*due = now + flow_backoff(++part->retries, &s->seed);
	return true;
}

static void
take_refusal(struct sender *s, struct message *m, uint32_t i, uint32_t status)
{
	struct part *part = &m->part[i];
	uint64_t due;

	part->status = status;
	part->state = PART_REFUSED;
	if (m->stopped || m->told || !goes_again(s, part, &due)) {
		give_up(m);
		return;
	}
	part->state = PART_AGAIN;
	m->again++;
	heap_push(&s->again, (struct heap_entry){due, part->number,
	    (uint32_t)tag_of(m, i)});
}

static void
take_response(struct sender *s, struct link *l, const struct event *ev)
{
	struct message *m = s->messages.at[ev->tag >> PART_BITS];
	uint32_t i = ev->tag & PART_MASK;
	struct part *part = &m->part[i];
	struct span ref = message_kept(m, m->ref);

	if (ev->late) {
		take_late(s, m, ev);
		return;
	}
	m->flying--;
	s->n_flying--;
	s->windows_lost = 0;
	pacer_answer(&s->pacer, ev, message_kept(m, m->to),
	    loop_now(s->loop));
	if (s->latency != NULL)
		hist_add(s->latency, clock_us() - part->sent_us);
	if (ev->why != NULL)
		warn("row %.*s: its answer is damaged: %s", (int)ref.n,
		    (const char *)ref.p, ev->why);
	if (ev->pdu.command_status == ESME_ROK &&
	    ev->pdu.type != PDU_generic_nack) {
		part->state = PART_OK;
		part->id = message_keep(m, ev->pdu.message_id);
		if (s->matcher != NULL && part->id.n > 0)
			matcher_add_to(s->matcher, ev->pdu.message_id,
			    message_kept(m, m->to), ev->tag);
		s->n_accepted++;
	} else {
		s->n_refused++;
		s->n_throttled += ev->pdu.command_status == ESME_RTHROTTLED;
		take_refusal(s, m, i, ev->pdu.command_status);
	}
	if (ev->waited_ms > m->submit_ms)
		m->submit_ms = (uint32_t)ev->waited_ms;
	settle(s, m);
	match_early(s, ev->pdu.message_id);
	give_back_early(s, l);
}

/* A part that was sent and not answered: in time, or before the link broke. */
static void
take_silence(struct sender *s, struct link *l, uint64_t tag, const char *why,
    bool may_come)
{
	struct message *m = s->messages.at[tag >> PART_BITS];
	struct part *part = &m->part[tag & PART_MASK];

	if (part->state == PART_FLYING) {
		part->state = PART_UNKNOWN;
		m->flying--;
		s->n_flying--;
		m->owed += may_come;
		message_stop(m, why);
		give_up(m);
		settle(s, m);
	} else {
		/* overdue before, and now it cannot come any more */
		m->owed--;
		message_release(&s->messages, m);
	}
	give_back_early(s, l);
}

/* Events */

/* Answers belong to the session in which they were asked for. */
static void
forget_replies(struct sender *s, const struct link *l)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_replies; i++)
		if (s->replies[i].link != l)
			s->replies[n++] = s->replies[i];
	s->n_replies = n;
	drop_early(s, l);
}

/* When nothing at all is answered any more, the link is made anew, once. */
static void
look_at_window(struct sender *s, struct link *l)
{
	struct session *session = link_session(l);

	if (session_room(session) > 0 ||
	    session_timed_out(session) < session_in_flight(session))
		return;
	s->windows_lost++;
	session_drop(session, "no answer to a whole window of submits");
}

bool
sender_gave_up(const struct sender *s)
{
	return s->windows_lost >= WINDOWS_MOST;
}

void
sender_event(struct sender *s, struct link *l, const struct link_event *ev)
{
	switch (ev->type) {
	case LINK_EV_LOST:
		take_silence(s, l, ev->event.tag,
		    "the link broke before the answer came", false);
		return;
	case LINK_EV_DOWN:
		forget_replies(s, l);
		return;
	case LINK_EV_UP:
		pacer_again(&s->pacer, loop_now(s->loop));
		return;
	case LINK_EV_END:
		return;
	case LINK_EV_SESSION:
		break;
	}
	switch (ev->event.type) {
	case SESSION_EV_RESPONSE:
		take_response(s, l, &ev->event);
		break;
	case SESSION_EV_TIMEOUT:
		take_silence(s, l, ev->event.tag, "no answer in time", true);
		look_at_window(s, l);
		break;
	case SESSION_EV_REQUEST:
		take_request(s, l, &ev->event.pdu);
		break;
	default:
		break;
	}
}

/* Time and the end */

static uint64_t
wait_over(const struct sender *s, const struct message *m)
{
	return m->answered_ms > UINT64_MAX - s->conf->wait_ms ? UINT64_MAX :
	    m->answered_ms + s->conf->wait_ms;
}

uint64_t
sender_deadline(const struct sender *s)
{
	uint64_t at = pacer_deadline(&s->pacer);
	const struct heap_entry *first = heap_first(&s->again);

	if (first != NULL && first->due > loop_now(s->loop) &&
	    first->due < at)
		at = first->due;
	if (s->messages.waiting != NULL &&
	    wait_over(s, s->messages.waiting) < at)
		at = wait_over(s, s->messages.waiting);
	return at;
}

void
sender_look_at_time(struct sender *s)
{
	uint64_t now = loop_now(s->loop);

	while (s->messages.waiting != NULL &&
	    now >= wait_over(s, s->messages.waiting)) {
		s->counts.unreceipted++;
		tell(s, s->messages.waiting);
	}
}

size_t
sender_unfinished(const struct sender *s)
{
	return s->messages.n_untold;
}

void
sender_finish(struct sender *s, const char *why)
{
	struct message *m;

	s->current = NULL;
	for (uint32_t i = 0; i < s->messages.n; i++) {
		m = s->messages.at[i];
		if (m->told)
			continue;
		if (m->is_waiting) {
			s->counts.unreceipted++;
		} else {
			message_stop(m, why);
			give_up(m);
		}
		tell(s, m);
	}
}

size_t
sender_unacknowledged(const struct sender *s)
{
	return s->n_replies;
}

void
sender_facts(const struct sender *s, struct progress_facts *f, bool whole)
{
	const struct sender_counts *c = &s->counts;

	*f = (struct progress_facts){
		.ok = c->ok,
		.failed = c->failed + c->partial + c->unknown + c->unsent,
		.accepted = s->n_accepted,
		.refused = s->n_refused,
		.throttled = s->n_throttled,
		.limit = whole ? flow_limits_verdict(&s->pacer.limits,
		    loop_now(s->loop)) : s->pacer.limits.now,
		.latency = s->latency,
	};
	f->done = f->ok + f->failed;
}

const struct sender_counts *
sender_counts(const struct sender *s)
{
	return &s->counts;
}
