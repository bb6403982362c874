/* SPDX-License-Identifier: ISC */
/*
 * Tells receipts from messages (3.4, 5.2.12). esm_class is often not set, or
 * TLVs are all there is, so each kind of evidence is enough by itself; where
 * they disagree the stat word counts, but for a notification that says of
 * itself that it is intermediate.
 */
#include "smpp/receipt.h"
#include "text/charset.h"

enum {
	TYPE_MASK = 0x3C,       /* of esm_class */
	TYPE_RECEIPT = 0x04,
	TYPE_DELIVERY_ACK = 0x08,
	TYPE_USER_ACK = 0x10,
	TYPE_INTERIM = 0x20,
	UDHI = 0x40,
	UCS2 = 8,               /* data_coding */
};

const char *
receipt_kind_name(enum receipt_kind kind)
{
	static const char *const name[RECEIPT_KINDS] = {
		[RECEIPT_MESSAGE] = "message",
		[RECEIPT_FINAL] = "receipt",
		[RECEIPT_INTERIM] = "interim",
		[RECEIPT_ACK] = "ack",
		[RECEIPT_ALERT] = "alert",
	};

	return name[kind];
}

const char *
receipt_evidence_name(unsigned evidence)
{
	static const char *const name[] = {"", "esm_class", "tlv",
	    "esm_class,tlv", "text", "esm_class,text", "tlv,text",
	    "esm_class,tlv,text"};

	return name[evidence & 7];
}

/* Takes a UDH off the body when its elements fill it exactly: some SMSCs set
 * the bit on receipts that have none, and their text must not be eaten. */
static void
split_udh(struct receipt *r)
{
	struct rd all = rd_init(r->body), udh = rd_init(
	    rd_bytes(&all, 1u + (r->body.n > 0 ? r->body.p[0] : 0)));

	rd_u8(&udh);
	while (udh.err == CURSOR_OK && rd_left(&udh) > 0) {
		rd_u8(&udh);
		rd_bytes(&udh, rd_u8(&udh));
	}
	if (all.err != CURSOR_OK || udh.err != CURSOR_OK)
		return;
	r->udh = span_of(udh.base, rd_off(&udh));
	r->body = span_skip(r->body, r->udh.n);
}

/* Whether every other octet is 0, as in UTF-16 of ASCII: which encoding. */
static enum encoding
wide_ascii(struct span s)
{
	bool even = true, odd = true;
	size_t i;

	if (s.n < 2)
		return ENCODING_UNSET;
	for (i = 0; i + 1 < s.n && (even || odd); i += 2) {
		even = even && s.p[i] == 0;
		odd = odd && s.p[i + 1] == 0;
	}
	return even && !odd ? ENCODING_UCS2 :
	    odd && !even ? ENCODING_UCS2_LE : ENCODING_UNSET;
}

/* The fields of the text: as ASCII whatever data_coding says, then as UTF-16. */
static void
parse_text(struct receipt *r, const struct pdu *pdu, struct buf *wide)
{
	enum encoding encoding = wide_ascii(r->body);
	struct charset_report report;

	r->text = r->body;
	if (encoding == ENCODING_UNSET) {
		if (dlr_parse(&r->dlr, r->body) > 0 ||
		    pdu->data_coding != UCS2)
			return;
		encoding = ENCODING_UCS2;
	}
	buf_clear(wide);
	charset_decode(wide, encoding, r->body, &report);
	if (dlr_parse(&r->dlr, buf_span(wide)) == 0)
		return;
	r->text = buf_span(wide);
	r->wide = true;
}

/* The kind, from the type of esm_class and what else was found. */
static enum receipt_kind
kind_of(unsigned type, unsigned evidence, enum dlr_class class)
{
	if (type == TYPE_INTERIM)
		return RECEIPT_INTERIM;
	if (evidence == 0)
		return RECEIPT_MESSAGE;
	if (evidence == RECEIPT_BY_ESM_CLASS &&
	    (type == TYPE_DELIVERY_ACK || type == TYPE_USER_ACK))
		return RECEIPT_ACK;
	return class == DLR_PENDING ? RECEIPT_INTERIM : RECEIPT_FINAL;
}

/* The state's word and class: the text's, else message_state's. */
static void
find_state(struct receipt *r, bool has_state, uint32_t message_state)
{
	const struct dlr_stat *stat = dlr_stat(r->dlr.f[DLR_stat]);

	r->state = r->dlr.f[DLR_stat];
	if (stat == NULL && r->state.n == 0 && has_state)
		stat = dlr_state(message_state);
	if (stat != NULL) {
		r->state = span_str(stat->usual);
		r->class = stat->class;
	}
}

void
receipt_read(struct receipt *r, const struct pdu *pdu, struct buf *wide)
{
	unsigned type = pdu->esm_class & TYPE_MASK;
	struct span id = {0};
	uint32_t message_state = 0;
	bool has_state;

	memset(r, 0, sizeof(*r));
	if (pdu->type == PDU_alert_notification) {
		r->kind = RECEIPT_ALERT;
		return;
	}
	r->body = pdu_user_data(pdu);
	if ((pdu->esm_class & UDHI) != 0)
		split_udh(r);
	has_state = pdu_tlv_uint(pdu, TLV_message_state, &message_state);
	pdu_tlv(pdu, TLV_receipted_message_id, &id);
	parse_text(r, pdu, wide);

	if (type == TYPE_RECEIPT || type == TYPE_INTERIM ||
	    type == TYPE_DELIVERY_ACK || type == TYPE_USER_ACK)
		r->evidence |= RECEIPT_BY_ESM_CLASS;
	if (dlr_is_receipt(&r->dlr))
		r->evidence |= RECEIPT_BY_TEXT;
	if (type == TYPE_DELIVERY_ACK || type == TYPE_USER_ACK) {
		/* an ack may name the message, too: only both make it a receipt */
		if (id.n > 0 && has_state)
			r->evidence |= RECEIPT_BY_TLV;
	} else {
		if (id.n > 0 || has_state)
			r->evidence |= RECEIPT_BY_TLV;
		if (r->evidence != 0 && (r->dlr.f[DLR_id].n > 0 ||
		    r->dlr.f[DLR_stat].n > 0))
			r->evidence |= RECEIPT_BY_TEXT;
	}
	find_state(r, has_state, message_state);
	r->kind = kind_of(type, r->evidence, r->class);
	r->id = id.n > 0 ? id : r->dlr.f[DLR_id];
	r->err = r->dlr.f[DLR_err];
	if (r->kind == RECEIPT_MESSAGE || r->kind == RECEIPT_ACK) {
		memset(&r->dlr, 0, sizeof(r->dlr));
		r->state = r->err = (struct span){0};
		r->class = DLR_UNKNOWN;
		r->wide = false;
		r->text = (struct span){0};
		r->id = r->kind == RECEIPT_ACK ? id : (struct span){0};
	}
}

static bool
part_of_udh(struct span octets, struct receipt_part *part)
{
	struct rd udh = rd_init(octets);
	bool found = false;

	rd_u8(&udh);
	while (udh.err == CURSOR_OK && rd_left(&udh) > 0) {
		uint8_t element = rd_u8(&udh);
		struct rd e = rd_init(rd_bytes(&udh, rd_u8(&udh)));
		size_t n = rd_left(&e);

		if (!(element == 0 && n == 3) && !(element == 8 && n == 4))
			continue;
		part->reference_bits = element == 0 ? 8 : 16;
		part->reference = element == 0 ? rd_u8(&e) : rd_u16(&e);
		part->total = rd_u8(&e);
		part->number = rd_u8(&e);
		found = true;
	}
	return found;
}

bool
receipt_part(const struct pdu *pdu, struct span udh, struct receipt_part *part)
{
	uint32_t reference, total, number;

	*part = (struct receipt_part){0};
	if (!part_of_udh(udh, part)) {
		if (!pdu_tlv_uint(pdu, TLV_sar_msg_ref_num, &reference) ||
		    !pdu_tlv_uint(pdu, TLV_sar_total_segments, &total) ||
		    !pdu_tlv_uint(pdu, TLV_sar_segment_seqnum, &number))
			return false;
		if (reference > UINT16_MAX || total > UINT8_MAX)
			return false;
		part->reference = (uint16_t)reference;
		part->total = (uint8_t)total;
		part->number = (uint8_t)(number > total ? 0 : number);
	}
	return part->number >= 1 && part->number <= part->total;
}
