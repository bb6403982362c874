/* SPDX-License-Identifier: ISC */
/* What the sender sends: the parts of the message at hand, and those that go
 * again. */
#include <sysexits.h>

#include "app/sender_private.h"
#include "sys/clock.h"

enum {
	FLUSH_AT = 128 << 10,     /* octets encoded before they are written */
	ESM_CLASS_UDHI = 0x40,
	PART_OCTETS = 1 << 17,    /* most of a PDU that waits: payload and all */
};

bool
sender_has_room(struct sender *s)
{
	if (s->n_usual_free > 0)
		return true;
	s->held = sender_is_held(s);
	if (s->status != EX_OK || s->held || sender_is_full(s)) {
		sender_flush(s);
		return false;
	}
	return sender_lane_pick(s) != NULL;
}

/*
 * How many usual rows may follow the one that was just sent without a look at
 * what may hold them back, since nothing comes in meanwhile.
 */
static size_t
usual_free(const struct sender *s, const struct lane *l)
{
	return s->n_up > 1 || s->conf->journal != NULL || s->conf->ordered ||
	    l->again.n + s->again.n > 0 ? 0 : pacer_free(&s->pacer, &l->flow,
	    link_session(l->link));
}

void
sender_pump(struct sender *s)
{
	(void)sender_lane_pick(s);
}

void
sender_idle(struct sender *s)
{
	s->n_usual_free = 0;
	pacer_note(&s->pacer, FLOW_INPUT, loop_now(s->loop));
	sender_flush(s);
}

/* What the message itself is to know of the outline. */
static void
begin(struct sender *s, struct message *m)
{
	const struct outline *o = &s->outline;

	m->receipt = o->fields.registered_delivery != 0;
	message_parts(m, (uint32_t)o->plan.n_parts);
	if (m->from.n == 0 && s->conf->outline.default_from.n > 0)
		m->from = message_keep(m, s->conf->outline.default_from);
	m->encoding = encoding_row(o->plan.encoding)->name;
	m->data_coding = o->plan.data_coding;
	sender_join_line(s, m, address_span(&o->to));
}

/* What is the same in all parts; what is not named here is zero in every PDU
 * that we send. */
static void
fill(struct sender *s)
{
	const struct outline *o = &s->outline;
	struct pdu *pdu = &s->submit;

	pdu->type = s->conf->outline.broadcast ? PDU_broadcast_sm :
	    o->data_sm ? PDU_data_sm : PDU_submit_sm;
	pdu->source_addr_ton = o->from.ton;
	pdu->source_addr_npi = o->from.npi;
	pdu->source_addr = address_span(&o->from);
	pdu->dest_addr_ton = o->to.ton;
	pdu->dest_addr_npi = o->to.npi;
	pdu->destination_addr = address_span(&o->to);
	pdu->data_coding = o->plan.data_coding;
	fields_put(pdu, &o->fields);
}

void
sender_begin(struct sender *s, struct message *m, uint32_t reference)
{
	struct outline *o = &s->outline;

	if (o->plan.n_parts > 1) {
		m->reference = reference;
		text_plan_set_reference(&o->plan, (uint16_t)reference);
	}
	fill(s);
	begin(s, m);
}

void
sender_fill_part(struct sender *s, uint32_t i)
{
	const struct outline *o = &s->outline;
	const struct text_plan *plan = &o->plan;
	const struct text_part *part = &plan->parts[i];
	bool payload = plan->split == SPLIT_PAYLOAD || o->data_sm ||
	    s->conf->outline.broadcast;
	size_t room = o->fields.tlvs.len + 32 + (payload ? part->octets.n : 0);
	struct wr w = wr_init(buf_reserve(&s->tlvs, room), room);

	s->submit.esm_class = o->fields.esm_class |
	    (plan->udhi ? ESM_CLASS_UDHI : 0);
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

/* It is on its way: whatever comes of it carries this tag. */
static void
count_sent(struct sender *s, struct lane *l, struct message *m, uint32_t i)
{
	struct part *part = &m->part[i];
	size_t queued;

	part->state = PART_FLYING;
	part->number = ++s->n_sent;
	if (s->conf->pacer.open_loop && part->sent == 0)
		part->sent_us = pacer_due(&s->pacer, loop_now(s->loop));
	else if (s->latency != NULL && !s->conf->pacer.open_loop)
		part->sent_us = clock_us();
	if (part->sent++ == 0 && m->n_members == 0)
		part->frame = message_keep(m, session_last_request(
		    link_session(l->link)));
	m->lane = l->number;
	if (s->smsc != NULL && part->id.n == 0)
		part->smsc = links_smsc(s->links, l->link);
	m->flying++;
	s->n_flying++;
	sender_note_begin(s, m, i);
	early_sent(&s->early);
	pacer_sent(&s->pacer, &l->flow, loop_now(s->loop));
	links_touch(s->links, l->link);
	session_out(link_session(l->link), &queued);
	if (queued >= FLUSH_AT && sender_commit(s))
		link_flush(l->link);
}

/* Whether a PDU cannot go over this link: its message is stopped then. */
static bool
is_unfit(struct lane *l, struct message *m, const struct pdu *pdu)
{
	uint32_t version = session_version(link_session(l->link));

	if (pdu->tlvs.n > 0 && version < 0x34)
		message_stop(m, "the SMSC says it speaks a version before "
		    "3.4, which has no TLVs");
	else if (pdu->type == PDU_broadcast_sm && version < 0x50)
		message_stop(m, "broadcast_sm is of SMPP 5.0, which this link "
		    "does not speak");
	else if (pdu->type == PDU_submit_multi && version < 0x50 &&
	    pdu->replace_if_present_flag != 0)
		message_stop(m, "submit_multi has replace_if_present from "
		    "SMPP 5.0 on, which this link does not speak");
	else
		return false;
	m->failed = m->begun == 0;
	return true;
}

void
sender_stop_bad(struct message *m, const struct pdu_error *error)
{
	struct buf text = {0};

	pdu_error_print(&text, error);
	message_stop(m, buf_cstr(&text));
	m->failed = m->begun == 0;
	buf_free(&text);
}

/* Sends the next part of the row at hand; false when it cannot go now, or the
 * message is stopped. */
static bool
send_part(struct sender *s, struct lane *l, struct message *m)
{
	const struct text_part *part = &s->outline.plan.parts[m->begun];
	struct pdu_error error;

	sender_fill_part(s, m->begun);
	if (is_unfit(l, m, &s->submit))
		return false;
	switch (session_request(link_session(l->link), &s->submit,
	    sender_tag(m, m->begun), loop_now(s->loop), &error)) {
	case SESSION_TAKEN:
		m->octets += (uint32_t)part->octets.n;
		count_sent(s, l, m, m->begun++);
		return true;
	case SESSION_BAD_PDU:
		sender_stop_bad(m, &error);
		return false;
	case SESSION_WINDOW_FULL:
	case SESSION_NOT_NOW:
		break;
	}
	return false;
}

/* Whether the row at hand comes out of the mold of all usual ones; with
 * --keep-order it may have to wait, as what it is to send. */
static bool
has_mold(struct sender *s)
{
	const struct outline *o = &s->outline;

	if (!o->is_usual || s->conf->keep_order)
		return false;
	if (!s->tried_mold) {
		s->tried_mold = true;
		fill(s);
		sender_fill_part(s, 0);
		mold_make(&s->mold, &s->submit);
	}
	return s->mold.n_head > 0;
}

/* Sends the usual row at hand; false, and nothing done, when it cannot go out
 * of the mold now. */
static bool
send_usual(struct sender *s, struct lane *l, struct message *m)
{
	const struct outline *o = &s->outline;
	const struct mold_fill fill = {o->to.ton, o->to.npi,
	    address_span(&o->to), o->plan.parts[0].octets};

	if (!has_mold(s) || session_submit(link_session(l->link), &s->mold,
	    &fill, sender_tag(m, 0), loop_now(s->loop)) != SESSION_TAKEN)
		return false;
	begin(s, m);
	m->octets = (uint32_t)fill.short_message.n;
	m->begun = 1;
	count_sent(s, l, m, 0);
	if (s->n_usual_free > 0)
		s->n_usual_free--;
	else
		s->n_usual_free = usual_free(s, l);
	sender_lane_turn(s);
	return true;
}

void
sender_keep_parts(struct sender *s, struct lane *l, struct message *m)
{
	struct pdu_error error;
	struct part *part;
	struct wr w;

	for (uint32_t i = 0; i < m->n_parts; i++) {
		part = &m->part[i];
		if (part->state != PART_NEW)
			continue;
		sender_fill_part(s, i);
		s->submit.sequence_number = 0;
		w = wr_init(buf_reserve(&s->frame, PART_OCTETS), PART_OCTETS);
		if (!pdu_encode(&w, &s->submit, &error)) {
			sender_stop_bad(m, &error);
			sender_give_up(m);
			return;
		}
		part->frame = message_keep(m, span_of(w.base, w.len));
		part->number = ++s->n_sent;
		m->again++;
		if (!m->parked)
			sender_lane_again(s, l, (struct heap_entry){NEW_DUE,
			    part->number, (uint32_t)sender_tag(m, i)});
	}
}

void
sender_row(struct sender *s, const struct row *row)
{
	struct outline *o = &s->outline;
	struct lane *l = s->ready;
	uint64_t now = loop_now(s->loop);
	uint32_t reference = 0;
	struct message *m;

	if (s->conf->multi) {
		sender_gather(s, row);
		return;
	}
	m = sender_message_of(s, row);
	if (sender_recall(s, l, m, row))
		return;
	if (!outline_make(o, &s->conf->outline, row)) {
		s->n_usual_free = 0;
		sender_fail(s, m, buf_cstr(&o->error));
		return;
	}
	if (send_usual(s, l, m))
		return;
	s->n_usual_free = 0;
	if (o->plan.n_parts > 1)
		reference = text_references_next(&s->references,
		    address_span(&o->to));
	sender_begin(s, m, reference);
	while (m->begun < m->n_parts && !m->parked && send_part(s, l, m))
		if (m->begun < m->n_parts && pacer_ready(&s->pacer, &l->flow,
		    link_session(l->link), now) != FLOW_FREE)
			break;
	if (m->begun < m->n_parts && !m->stopped)
		sender_keep_parts(s, l, m);
	else
		sender_lane_turn(s);
	sender_settle(s, m);
}

/* Whether an entry of a heap is still true: the place may have come to another
 * message meanwhile. */
static bool
is_to_go(const struct message *m, uint32_t i, uint64_t number)
{
	return !m->told && i < m->n_parts && m->part[i].number == number &&
	    (m->part[i].state == PART_AGAIN ||
	    (m->part[i].state == PART_NEW && !m->stopped));
}

bool
sender_send_again(struct sender *s, struct lane *l,
    const struct heap_entry *entry)
{
	struct message *m = sender_message(s, entry->item);
	uint32_t i = entry->item & PART_MASK;
	struct pdu_error error;
	uint32_t octets = 0;
	struct pdu pdu;

	if (!is_to_go(m, i, entry->order))
		return true;
	if (!pdu_decode(&pdu, message_kept(m, m->part[i].frame), &error))
		return false;
	if (is_unfit(l, m, &pdu) ||
	    (m->n_members > 0 && !sender_address(s, m, i, &pdu))) {
		sender_give_up(m);
		sender_settle(s, m);
		return true;
	}
	if (session_request(link_session(l->link), &pdu, sender_tag(m, i) |
	    (m->part[i].second ? TAG_SECOND : 0), loop_now(s->loop), &error) !=
	    SESSION_TAKEN)
		return false;
	if (m->part[i].state == PART_NEW) {
		octets = (uint32_t)pdu_user_data(&pdu).n;
		m->begun++;
		m->octets += octets;
	}
	m->again--;
	count_sent(s, l, m, i);
	if (m->n_members > 0)
		sender_share_sent(s, m, i, octets);
	return true;
}
