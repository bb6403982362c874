/* SPDX-License-Identifier: ISC */
/*
 * What the sender sends: the parts of the message at hand, those that go again,
 * and what their answers mean for the message.
 */
#include <time.h>

#include "app/sender_private.h"
#include "sys/diag.h"

enum {
	FLUSH_AT = 16 << 10,      /* octets encoded before they are written */
	OUT_MOST = 1 << 20,       /* result octets not taken: no new rows */
	ESM_CLASS_UDHI = 0x40,
};

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
		sender_fail(s, m, buf_cstr(&o->error));
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
	switch (session_request(session, &s->submit, sender_tag(m, m->begun), now,
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
	    session_request(link_session(l), &pdu, sender_tag(m, i), now,
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
		m = sender_message(s, first.item);
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
		sender_settle(s, m);
	}
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
void
sender_give_up(struct message *m)
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
		sender_give_up(m);
		return;
	}
	part->state = PART_AGAIN;
	m->again++;
	heap_push(&s->again, (struct heap_entry){due, part->number,
	    (uint32_t)sender_tag(m, i)});
}

void
sender_take_response(struct sender *s, struct link *l, const struct event *ev)
{
	struct message *m = sender_message(s, ev->tag);
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
	sender_settle(s, m);
	sender_match_early(s, ev->pdu.message_id);
	sender_give_back_early(s, l);
}

/* A part that was sent and not answered: in time, or before the link broke. */
void
sender_take_silence(struct sender *s, struct link *l, uint64_t tag, const char *why,
    bool may_come)
{
	struct message *m = sender_message(s, tag);
	struct part *part = &m->part[tag & PART_MASK];

	if (part->state == PART_FLYING) {
		part->state = PART_UNKNOWN;
		m->flying--;
		s->n_flying--;
		m->owed += may_come;
		message_stop(m, why);
		sender_give_up(m);
		sender_settle(s, m);
	} else {
		/* overdue before, and now it cannot come any more */
		m->owed--;
		message_release(&s->messages, m);
	}
	sender_give_back_early(s, l);
}
