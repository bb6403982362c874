/* SPDX-License-Identifier: ISC */
/* What --mask hides: which fields and TLVs hold texts and numbers. */
#include "app/mask.h"

#include "base/buf.h"
#include "smpp/receipt.h"

enum { DIGITS_SHOWN = 3 };

static const enum pdu_tag number_tags[] = {TLV_source_subaddress,
    TLV_dest_subaddress, TLV_additional_status_info_text, TLV_orig_msc_addr,
    TLV_dest_msc_addr};
static const enum pdu_tag text_tags[] = {TLV_message_payload,
    TLV_callback_num, TLV_callback_num_atag, TLV_its_session_info};

/* The octets of a span of the decoded frame, to be written. */
static uint8_t *
octets_of(uint8_t *frame, const struct pdu *pdu, struct span s)
{
	return frame + (s.p - pdu->frame.p);
}

static void
hide(uint8_t *frame, const struct pdu *pdu, struct span s)
{
	if (s.n > 0)
		memset(octets_of(frame, pdu, s), '*', s.n);
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Each run of digits but its end. */
static void
hide_runs(uint8_t *frame, const struct pdu *pdu, struct span s)
{
	uint8_t *p = s.n > 0 ? octets_of(frame, pdu, s) : NULL;
	size_t run = 0;

	for (size_t i = s.n; i > 0; i--) {
		run = is_digit(p[i - 1]) ? run + 1 : 0;
		if (run > DIGITS_SHOWN)
			p[i - 1] = '*';
	}
}

/* The digits of an address, whatever stands between them; of a name none. */
static void
hide_number(uint8_t *frame, const struct pdu *pdu, struct span s)
{
	uint8_t *p = s.n > 0 ? octets_of(frame, pdu, s) : NULL;
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++)
		if (is_letter(p[i]))
			return;
	for (size_t i = s.n; i > 0; i--)
		if (is_digit(p[i - 1]) && ++digits > DIGITS_SHOWN)
			p[i - 1] = '*';
}

/* Whether it is the text of a receipt, which begins with its id. */
static bool
is_receipt(const struct receipt *r, struct span text)
{
	return (r->kind == RECEIPT_FINAL || r->kind == RECEIPT_INTERIM) &&
	    !r->wide && dlr_is_receipt(&r->dlr) && text.n > 3 &&
	    memcmp(text.p, "id:", 3) == 0;
}

/* The user data; of a receipt its text field, and what is behind the last
 * field. */
static void
hide_text(uint8_t *frame, const struct pdu *pdu, struct span text)
{
	const uint8_t *end = text.p;
	struct buf wide = {0};
	struct receipt r = {0};
	struct span field;

	if (pdu->type == PDU_deliver_sm || pdu->type == PDU_data_sm)
		receipt_read(&r, pdu, &wide);
	for (int i = 0; is_receipt(&r, text) && i < DLR_FIELDS; i++) {
		field = r.dlr.f[i];
		if (i == DLR_text)
			hide(frame, pdu, field);
		else if (field.p != NULL && field.p + field.n > end)
			end = field.p + field.n;
	}
	buf_free(&wide);
	hide(frame, pdu, span_skip(text, (size_t)(end - text.p)));
}

static bool
is_in(const enum pdu_tag *tags, size_t n, uint16_t tag)
{
	for (size_t i = 0; i < n; i++)
		if (tags[i] == tag)
			return true;
	return false;
}

static void
hide_tlvs(uint8_t *frame, const struct pdu *pdu)
{
	struct rd r = rd_init(pdu->tlvs);
	struct tlv tlv;

	while (tlv_next(&r, &tlv)) {
		if (tlv.tag == TLV_message_payload &&
		    pdu->short_message.n == 0)
			hide_text(frame, pdu, tlv.value);
		else if (tlv_row(tlv.tag) == NULL || is_in(text_tags,
		    sizeof(text_tags) / sizeof(text_tags[0]), tlv.tag))
			hide(frame, pdu, tlv.value);
		else if (is_in(number_tags,
		    sizeof(number_tags) / sizeof(number_tags[0]), tlv.tag))
			hide_runs(frame, pdu, tlv.value);
	}
}

static void
hide_lists(uint8_t *frame, const struct pdu *pdu)
{
	struct rd r = rd_init(pdu->dest_address);
	struct unsuccess unsuccess;
	struct dest dest;

	while (dest_next(&r, &dest))
		hide_number(frame, pdu, dest.addr);
	r = rd_init(pdu->unsuccess_sme);
	while (unsuccess_next(&r, &unsuccess))
		hide_number(frame, pdu, unsuccess.addr);
}

bool
mask_pdu(uint8_t *octets, size_t n)
{
	struct pdu_error error;
	struct pdu pdu = {0};

	if (!pdu_decode(&pdu, span_of(octets, n), &error))
		return false;
	/* the text first: a receipt is told by what is hidden next */
	hide_text(octets, &pdu, pdu.short_message);
	hide_tlvs(octets, &pdu);
	hide_lists(octets, &pdu);
	hide_number(octets, &pdu, pdu.source_addr);
	hide_number(octets, &pdu, pdu.destination_addr);
	hide_number(octets, &pdu, pdu.esme_addr);
	hide(octets, &pdu, pdu.body);
	hide(octets, &pdu, pdu.trailing);
	return true;
}
