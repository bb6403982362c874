/* SPDX-License-Identifier: ISC */
/*
 * Messages that come back to the account that sent them (--loopback): what is
 * kept of a message for that, and the deliver_sm made of it.
 */
#include "app/sim_private.h"

enum {
	SHORT_MOST = 254,
	CLASS_KEPT = 0xC0,  /* of esm_class: header, reply path */
	TEXT_OF_RECEIPT = DIALECT_TEXT,
};

/* The TLVs of a submit that a deliver_sm may have, for the most part those of
 * parts and ports. */
static void
keep_tlvs(struct sim *sim, struct message *m, const struct pdu *pdu)
{
	struct rd r = rd_init(pdu->tlvs);
	struct buf kept = {0};
	struct tlv tlv;

	while (tlv_next(&r, &tlv)) {
		const struct tlv_row *row = tlv_row(tlv.tag);
		struct wr w;

		if (tlv.tag == TLV_message_payload || (row != NULL &&
		    (row->pdus_50 & UINT64_C(1) << PDU_deliver_sm) == 0))
			continue;
		w = wr_init(buf_reserve(&kept, tlv.value.n + 4),
		    tlv.value.n + 4);
		tlv_put(&w, tlv.tag, tlv.value);
		kept.len += w.len;
	}
	store_keep(&sim->store, &m->more->tlvs, buf_span(&kept));
	buf_free(&kept);
}

void
sim_keep(struct sim *sim, struct message *m, const struct pdu *pdu)
{
	struct span text = pdu_user_data(pdu);
	struct message_more *more;

	if (!sim->conf.loopback && sim->conf.dialect.text == 0)
		return;
	more = store_more(m);
	if (!sim->conf.loopback && (pdu->esm_class & 0x40) != 0 && text.n > 0)
		text = span_skip(text, (size_t)text.p[0] + 1);
	if (!sim->conf.loopback && text.n > TEXT_OF_RECEIPT)
		text.n = TEXT_OF_RECEIPT;
	store_keep(&sim->store, &more->text, text);
	if (!sim->conf.loopback)
		return;
	more->esm_class = pdu->esm_class & CLASS_KEPT;
	more->protocol_id = (uint8_t)pdu->protocol_id;
	more->data_coding = (uint8_t)pdu->data_coding;
	keep_tlvs(sim, m, pdu);
}

void
sim_send_loop(struct sim *sim, struct client *c, uint32_t slot)
{
	const struct message *m = store_at(&sim->store, slot);
	const struct message_more *more = m->more;
	struct span text = buf_span(&more->text);
	struct pdu pdu = {.type = PDU_deliver_sm,
	    .service_type = span_of(m->service_type, m->n_service_type),
	    .source_addr_ton = m->source_ton, .source_addr_npi = m->source_npi,
	    .source_addr = message_source(m),
	    .dest_addr_ton = m->dest_ton, .dest_addr_npi = m->dest_npi,
	    .destination_addr = message_dest(m),
	    .esm_class = more->esm_class, .protocol_id = more->protocol_id,
	    .priority_flag = m->priority, .data_coding = more->data_coding};
	struct buf tlvs = {0};
	struct fault_set set;
	struct wr w;

	if (!sim_delivery_faults(sim, m, FAULT_ON_MO, &set)) {
		sim_skip(sim, slot);
		return;
	}
	if (sim_version(sim, c) > 0x33)
		buf_add_span(&tlvs, buf_span(&more->tlvs));
	if (text.n > SHORT_MOST) {
		w = wr_init(buf_reserve(&tlvs, text.n + 4), text.n + 4);
		tlv_put(&w, TLV_message_payload, text);
		tlvs.len += w.len;
	} else {
		pdu.short_message = text;
	}
	pdu.tlvs = buf_span(&tlvs);
	sim_deliver(sim, c, slot, &pdu, &set);
	buf_free(&tlvs);
}
