/* SPDX-License-Identifier: ISC */
/*
 * The broadcast family (5.0, 4.4): broadcast_sm, query_broadcast_sm and
 * cancel_broadcast_sm. A broadcast is a message like others, without a
 * destination and a receipt; of its TLVs those are kept that tell it apart and
 * those that say where it goes.
 */
#include "app/sim_private.h"
#include "smpp/smpptime.h"

enum {
	AREA_FORMATS = 3,      /* alias, ellipsoid arc, polygon (5.0, 4.8.4.4) */
	AREA_OCTETS = 101,
	NETWORKS = 4,          /* of broadcast_content_type */
	AREA_UNKNOWN = 255,    /* broadcast_area_success */
	AREA_ALL = 100,
};

/* Whether a TLV has a size that its row allows. */
static bool
is_sized(const struct tlv *tlv)
{
	const struct tlv_row *row = tlv_row(tlv->tag);

	return row == NULL ||
	    (tlv->value.n >= row->min && tlv->value.n <= row->max);
}

/* What is wrong with one TLV, wherever the broadcast goes. */
static uint32_t
check_tlv(const struct tlv *tlv)
{
	const uint8_t *p = tlv->value.p;

	switch (tlv->tag) {
	case TLV_broadcast_content_type:
		return !is_sized(tlv) || p[0] >= NETWORKS ?
		    ESME_RINVBCASTCNTTYPE : ESME_ROK;
	case TLV_broadcast_rep_num:
		return is_sized(tlv) ? ESME_ROK : ESME_RINVBCAST_REP;
	case TLV_broadcast_frequency_interval:
		return !is_sized(tlv) || (p[0] != 0 && p[0] < 8) ||
		    p[0] > 14 ? ESME_RINVBCASTFREQINT : ESME_ROK;
	case TLV_broadcast_message_class:
		return !is_sized(tlv) || p[0] > 3 ? ESME_RINVBCASTMSGCLASS :
		    ESME_ROK;
	case TLV_broadcast_channel_indicator:
		return !is_sized(tlv) || p[0] > 1 ? ESME_RINVBCASTCHANIND :
		    ESME_ROK;
	case TLV_broadcast_service_group:
		return is_sized(tlv) ? ESME_ROK : ESME_RINVBCASTSRVGRP;
	default:
		return is_sized(tlv) ? ESME_ROK : ESME_RINVTLVLEN;
	}
}

static uint32_t
check_area(struct span area)
{
	return area.n == 0 || area.n > AREA_OCTETS ||
	    area.p[0] >= AREA_FORMATS ? ESME_RINVBCASTAREAFMT : ESME_ROK;
}

static uint32_t
check(const struct pdu *pdu)
{
	static const uint16_t needed[] = {TLV_broadcast_area_identifier,
	    TLV_broadcast_content_type, TLV_broadcast_rep_num,
	    TLV_broadcast_frequency_interval};
	struct rd r = rd_init(pdu->tlvs);
	uint32_t status = ESME_ROK;
	struct span value;
	struct tlv tlv;

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (!pdu_tlv(pdu, needed[i], &value))
			return ESME_RMISSINGTLV;
	while (status == ESME_ROK && tlv_next(&r, &tlv))
		if (tlv.tag != TLV_broadcast_area_identifier)
			status = check_tlv(&tlv);
	return status;
}

/* Room for n octets at the end of a buffer. */
static struct wr
writer(struct buf *b, size_t n)
{
	return wr_init(buf_reserve(b, n), n);
}

static void
add_tlv(struct buf *b, uint16_t tag, struct span value)
{
	struct wr w = writer(b, value.n + 4);

	tlv_put(&w, tag, value);
	b->len += w.len;
}

static void
add_uint(struct buf *b, uint16_t tag, uint32_t value)
{
	struct wr w = writer(b, 8);

	tlv_put_uint(&w, tag, value);
	b->len += w.len;
}

/* Sorts the areas: kept are those that take the broadcast, failed names the
 * others and why. Gives the number of those kept. */
static size_t
sort_areas(struct sim *sim, const struct account *account,
    const struct pdu *pdu, struct buf *kept, struct buf *failed,
    uint32_t *first_status)
{
	struct rd r = rd_init(pdu->tlvs);
	size_t n = 0;
	struct tlv tlv;

	*first_status = ESME_ROK;
	while (tlv_next(&r, &tlv)) {
		uint32_t status;

		if (tlv.tag == TLV_broadcast_content_type ||
		    tlv.tag == TLV_user_message_reference)
			add_tlv(kept, tlv.tag, tlv.value);
		if (tlv.tag != TLV_broadcast_area_identifier)
			continue;
		status = check_area(tlv.value);
		if (status == ESME_ROK)
			status = sim_dest_fault(sim, account, pdu->source_addr,
			    tlv.value);
		if (status == ESME_ROK) {
			add_tlv(kept, tlv.tag, tlv.value);
			n++;
			continue;
		}
		if (*first_status == ESME_ROK)
			*first_status = status;
		add_uint(failed, TLV_broadcast_error_status, status);
		add_tlv(failed, tlv.tag, tlv.value);
	}
	return n;
}

static bool
is_broadcast(const struct message *m)
{
	return m->type == PDU_broadcast_sm;
}

/* Whether a TLV of a request, where it is given, is that of the broadcast. */
static bool
same_tlv(const struct message *m, const struct pdu *pdu, uint16_t tag)
{
	const struct pdu of = {.tlvs = buf_span(&m->more->tlvs)};
	struct span asked, has;

	return !pdu_tlv(pdu, tag, &asked) ||
	    (pdu_tlv(&of, tag, &has) && span_eq(asked, has));
}

/* Whether a request without an id means the broadcast: by its source and
 * what else it names. */
static bool
is_meant(const struct message *m, const struct account *account,
    const struct pdu *pdu)
{
	struct span type = span_of(m->service_type, m->n_service_type);

	return store_used(m) && is_broadcast(m) && m->account == account &&
	    span_eq(message_source(m), pdu->source_addr) &&
	    (pdu->service_type.n == 0 || span_eq(type, pdu->service_type)) &&
	    same_tlv(m, pdu, TLV_broadcast_content_type) &&
	    same_tlv(m, pdu, TLV_user_message_reference);
}

/* The broadcast of the id, or of the reference where there is no id: the one
 * that came last; 0. */
static uint32_t
find(struct sim *sim, const struct account *account,
    const struct pdu *pdu)
{
	uint32_t found = 0, slot;
	struct span reference;

	if (pdu->message_id.n > 0) {
		slot = sim_find(sim, account, pdu);
		return slot != 0 && is_broadcast(store_at(&sim->store, slot)) ?
		    slot : 0;
	}
	if (!pdu_tlv(pdu, TLV_user_message_reference, &reference))
		return 0;
	for (slot = 1; slot <= store_last(&sim->store); slot++) {
		const struct message *m = store_at(&sim->store, slot);

		if (is_meant(m, account, pdu) && (found == 0 ||
		    m->id > store_at(&sim->store, found)->id))
			found = slot;
	}
	return found;
}

/* replace_if_present_flag: the broadcast of the message_id, or of the
 * reference, goes for this one. */
static void
replace(struct sim *sim, const struct account *account, const struct pdu *pdu)
{
	uint32_t slot = find(sim, account, pdu);

	if (slot != 0 && !sim_is_final(sim, store_at(&sim->store, slot)))
		sim_cancel(sim, slot, true);
}

void
sim_broadcast(struct sim *sim, struct client *c, const struct pdu *pdu,
    const struct sim_times *t)
{
	struct account *account = c->user;
	struct buf kept = {0}, failed = {0};
	uint32_t status = check(pdu), slot = 0;
	char digits[ID_FORM_MAX];
	struct span text;
	struct pdu *resp;
	uint64_t id;

	if (status == ESME_ROK && sort_areas(sim, account, pdu, &kept,
	    &failed, &status) > 0) {
		if (pdu->replace_if_present_flag == 1)
			replace(sim, account, pdu);
		id = store_id(&sim->store);
		if (store_has_room(&sim->store, kept.len))
			slot = sim_accept(sim, account, pdu, id, t);
		status = ESME_RMSGQFUL;
	}
	if (slot == 0) {
		sim_refuse(sim, c, pdu, status);
	} else {
		store_keep(&sim->store, &store_more(store_at(&sim->store,
		    slot))->tlvs, buf_span(&kept));
		text = sim_id(store_at(&sim->store, slot), digits);
		resp = sim_acceptance(sim, pdu, text);
		resp->tlvs = buf_span(&failed);
		sim_answer(sim, c, resp);
		resp->tlvs = (struct span){0};
		sim_row(sim, account, pdu, pdu->source_addr, (struct span){0},
		    text);
	}
	buf_free(&kept);
	buf_free(&failed);
}

/* How much of its areas it has reached. */
static uint32_t
success(const struct sim *sim, const struct message *m)
{
	if (!sim_is_final(sim, m))
		return AREA_UNKNOWN;
	return sim_outcome(sim, m)->delivered ? AREA_ALL : 0;
}

void
sim_query_broadcast(struct sim *sim, struct client *c, const struct pdu *pdu)
{
	uint32_t slot = find(sim, c->user, pdu);
	struct pdu resp = {.type = PDU_query_broadcast_sm_resp,
	    .sequence_number = pdu->sequence_number};
	char digits[ID_FORM_MAX], end[SMPPTIME_TEXT + 1];
	const struct message *m;
	struct buf tlvs = {0};
	struct tlv tlv;
	struct rd r;

	if (slot == 0) {
		sim_answer_status(sim, c, pdu, ESME_RINVMSGID);
		return;
	}
	m = store_at(&sim->store, slot);
	resp.message_id = sim_id(m, digits);
	add_uint(&tlvs, TLV_message_state, sim_state(sim, c, m));
	r = rd_init(buf_span(&m->more->tlvs));
	while (tlv_next(&r, &tlv)) {
		if (tlv.tag == TLV_broadcast_content_type)
			continue;
		add_tlv(&tlvs, tlv.tag, tlv.value);
		if (tlv.tag == TLV_broadcast_area_identifier)
			add_uint(&tlvs, TLV_broadcast_area_success,
			    success(sim, m));
	}
	if (sim_final_date(sim, m, end))
		add_tlv(&tlvs, TLV_broadcast_end_time,
		    span_of(end, sizeof(end)));
	resp.tlvs = buf_span(&tlvs);
	sim_answer(sim, c, &resp);
	buf_free(&tlvs);
}

uint32_t
sim_cancel_broadcast(struct sim *sim, struct account *account,
    const struct pdu *pdu)
{
	size_t n = 0;

	if (pdu->message_id.n > 0) {
		uint32_t slot = find(sim, account, pdu);

		if (slot == 0)
			return ESME_RINVMSGID;
		if (sim_is_final(sim, store_at(&sim->store, slot)))
			return ESME_RBCASTCANCELFAIL;
		sim_cancel(sim, slot, true);
		return ESME_ROK;
	}
	for (uint32_t i = 1; i <= store_last(&sim->store); i++) {
		const struct message *m = store_at(&sim->store, i);

		if (!is_meant(m, account, pdu) || sim_is_final(sim, m))
			continue;
		sim_cancel(sim, i, true);
		n++;
	}
	return n > 0 ? ESME_ROK : ESME_RBCASTCANCELFAIL;
}
