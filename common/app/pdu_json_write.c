/* SPDX-License-Identifier: ISC */
/*
 * Writes a PDU as one JSON object. A number whose field has another width
 * than its row says, and any string that is no text, stands as hex, so that
 * nothing is lost.
 */
#include "app/pdu_json.h"

#include "base/hex.h"
#include "rec/record.h"

static void
add_text(struct buf *b, struct span s)
{
	buf_add_byte(b, '"');
	json_escape(b, s);
	buf_add_byte(b, '"');
}

static void
add_hex(struct buf *b, struct span s)
{
	buf_add_byte(b, '"');
	hex_encode(b, s);
	buf_add_byte(b, '"');
}

/* The octets as text where they are, else {"hex": ...}. */
static void
add_octets(struct buf *b, struct span s)
{
	if (pdu_is_text(s)) {
		add_text(b, s);
		return;
	}
	buf_add_str(b, "{\"hex\":");
	add_hex(b, s);
	buf_add_byte(b, '}');
}

static void
add_status(struct buf *b, uint32_t code)
{
	const struct status_row *row = status_row(code);

	if (row != NULL)
		buf_addf(b, "\"%s\"", row->name);
	else
		buf_addf(b, "\"0x%08x\"", (unsigned)code);
}

static void
add_dests(struct buf *b, struct span items)
{
	struct rd r = rd_init(items);
	struct dest d;

	buf_add_byte(b, '[');
	for (const char *sep = ""; dest_next(&r, &d); sep = ",") {
		buf_addf(b, "%s{\"dest_flag\":%u", sep, (unsigned)d.flag);
		if (d.flag == 1)
			buf_addf(b, ",\"dest_addr_ton\":%u,\"dest_addr_npi\":%u,"
			    "\"destination_addr\":", (unsigned)d.ton,
			    (unsigned)d.npi);
		else
			buf_add_str(b, ",\"dl_name\":");
		add_octets(b, d.addr);
		buf_add_byte(b, '}');
	}
	buf_add_byte(b, ']');
}

static void
add_unsuccess(struct buf *b, struct span items)
{
	struct rd r = rd_init(items);
	struct unsuccess u;

	buf_add_byte(b, '[');
	for (const char *sep = ""; unsuccess_next(&r, &u); sep = ",") {
		buf_addf(b, "%s{\"dest_addr_ton\":%u,\"dest_addr_npi\":%u,"
		    "\"destination_addr\":", sep, (unsigned)u.ton,
		    (unsigned)u.npi);
		add_octets(b, u.addr);
		buf_add_str(b, ",\"error_status_code\":");
		add_status(b, u.status);
		buf_add_byte(b, '}');
	}
	buf_add_byte(b, ']');
}

static void
add_field(struct buf *b, const struct pdu *pdu, const struct field_row *row)
{
	const unsigned char *member = (const unsigned char *)pdu + row->offset;
	uint32_t value;
	struct span s;

	if (row->kind < PDU_CSTR) {
		memcpy(&value, member, sizeof(value));
		buf_addf(b, ",\"%s\":", row->name);
		buf_add_uint(b, value);
		return;
	}
	memcpy(&s, member, sizeof(s));
	if (row->kind == PDU_DESTS) {
		buf_add_str(b, ",\"dests\":");
		add_dests(b, s);
	} else if (row->kind == PDU_UNSUCCESS) {
		buf_add_str(b, ",\"unsuccess\":");
		add_unsuccess(b, s);
	} else {
		buf_addf(b, ",\"%s\":", row->name);
		add_octets(b, s);
	}
}

/* Whether the value's size is the one that its kind says. */
static bool
is_number(const struct tlv_row *row, size_t n)
{
	switch (row->kind) {
	case PDU_U8: return n == 1;
	case PDU_U16: return n == 2;
	case PDU_U32: return n == 4;
	default: return false;
	}
}

static void
add_tlv(struct buf *b, const struct tlv *tlv)
{
	const struct tlv_row *row = tlv_row(tlv->tag);
	struct span s = tlv->value;
	uint32_t value = 0;

	buf_addf(b, "{\"tag\":\"0x%04x\"", (unsigned)tlv->tag);
	if (row != NULL)
		buf_addf(b, ",\"name\":\"%s\"", row->name);
	if (row != NULL && is_number(row, s.n)) {
		for (size_t i = 0; i < s.n; i++)
			value = value << 8 | s.p[i];
		buf_add_str(b, ",\"value\":");
		buf_add_uint(b, value);
	} else if (row != NULL && row->kind == PDU_CSTR && s.n > 0 &&
	    s.p[s.n - 1] == 0 && pdu_is_text(span_of(s.p, s.n - 1))) {
		buf_add_str(b, ",\"value\":");
		add_text(b, span_of(s.p, s.n - 1));
	} else if (tlv->tag == TLV_message_payload && pdu_is_text(s)) {
		buf_add_str(b, ",\"value\":");
		add_text(b, s);
	} else {
		buf_add_str(b, ",\"hex\":");
		add_hex(b, s);
	}
	buf_add_byte(b, '}');
}

static void
add_error(struct buf *b, const struct pdu_error *e)
{
	buf_add_byte(b, '"');
	pdu_error_print(b, e);
	buf_add_byte(b, '"');
}

static void
add_errors(struct buf *b, const struct pdu_error *damage,
    const struct pdu_error *errors, size_t n)
{
	if (damage == NULL && n == 0)
		return;
	buf_add_str(b, ",\"errors\":[");
	if (damage != NULL)
		add_error(b, damage);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 || damage != NULL)
			buf_add_byte(b, ',');
		add_error(b, &errors[i]);
	}
	buf_add_byte(b, ']');
}

static void
add_body(struct buf *b, const struct pdu *pdu, const struct pdu_error *damage)
{
	const struct pdu_row *row = pdu_row(pdu->type);
	struct rd r = rd_init(pdu->tlvs);
	struct tlv tlv;

	for (size_t i = 0; i < row->n_uses && !pdu->no_body; i++) {
		const struct field_row *field = field_row(row->uses[i].field);

		if (damage != NULL && (damage->fault == PDU_FAULT_LENGTH ||
		    (damage->tag == 0 && strcmp(damage->field, field->name) == 0)))
			return;
		add_field(b, pdu, field);
	}
	if (pdu->tlvs.n > 0) {
		buf_add_str(b, ",\"tlvs\":[");
		for (const char *sep = ""; tlv_next(&r, &tlv); sep = ",") {
			buf_add_str(b, sep);
			add_tlv(b, &tlv);
		}
		buf_add_byte(b, ']');
	}
	if (pdu->trailing.n > 0) {
		buf_add_str(b, ",\"trailing\":{\"hex\":");
		add_hex(b, pdu->trailing);
		buf_add_byte(b, '}');
	}
}

void
pdu_json_write(struct buf *b, const struct pdu *pdu,
    const struct pdu_error *damage, const struct pdu_error *errors, size_t n)
{
	bool header = pdu->frame.n >= PDU_HEADER || damage == NULL;

	if (header) {
		buf_add_str(b, "\"command\":");
		if (pdu->type == PDU_unknown)
			buf_addf(b, "\"0x%08x\"", (unsigned)pdu->command_id);
		else
			buf_addf(b, "\"%s\"", pdu_row(pdu->type)->name);
		buf_add_str(b, ",\"status\":");
		add_status(b, pdu->command_status);
		buf_add_str(b, ",\"seq\":");
		buf_add_uint(b, pdu->sequence_number);
		if (pdu->no_body)
			buf_add_str(b, ",\"no_body\":true");
		add_body(b, pdu, damage);
	}
	if (damage != NULL) {
		buf_add_str(b, header ? ",\"hex\":" : "\"hex\":");
		add_hex(b, pdu->frame);
	}
	add_errors(b, damage, errors, n);
}
