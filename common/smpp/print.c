/* SPDX-License-Identifier: ISC */
/*
 * PDUs and what is wrong with them as text for people. Only pdu_print is
 * meant for traces: it never shows a password.
 */
#include "base/hex.h"
#include "smpp/pdu.h"

/* Octets of the UTF-8 character at the front of s (RFC 3629); 0: none. */
static size_t
utf8_character(struct span s)
{
	uint8_t first = s.p[0], low = 0x80, high = 0xBF;
	size_t n = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 :
	    first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;

	if (n > s.n)
		return 0;
	if (first == 0xE0)
		low = 0xA0;
	else if (first == 0xED)
		high = 0x9F;
	else if (first == 0xF0)
		low = 0x90;
	else if (first == 0xF4)
		high = 0x8F;
	for (size_t i = 1; i < n; i++, low = 0x80, high = 0xBF)
		if (s.p[i] < low || s.p[i] > high)
			return 0;
	return n;
}

/* Whether the character of n octets at p is a control character. */
static bool
is_control(const uint8_t *p, size_t n)
{
	return n == 1 ? p[0] < ' ' || p[0] == 0x7F :
	    n == 2 && p[0] == 0xC2 && p[1] < 0xA0;
}

bool
pdu_is_text(struct span s)
{
	for (size_t n; s.n > 0; s = span_skip(s, n)) {
		n = utf8_character(s);
		if (n == 0 || (is_control(s.p, n) && s.p[0] != '\t' &&
		    s.p[0] != '\r' && s.p[0] != '\n'))
			return false;
	}
	return true;
}

/* Octets that stand for themselves in a string. */
static bool
is_plain(uint8_t c)
{
	return c >= ' ' && c < 0x7F && c != '"' && c != '\\';
}

/* The octets of a string, those that are no text as \xHH. */
static void
print_octets(struct buf *b, struct span s)
{
	for (size_t n; s.n > 0; s = span_skip(s, n)) {
		for (n = 0; n < s.n && is_plain(s.p[n]);)
			n++;
		if (n > 0) {
			buf_add(b, s.p, n);
			continue;
		}
		n = utf8_character(s);
		if (n > 1 && !is_control(s.p, n)) {
			buf_add(b, s.p, n);
			continue;
		}
		n = n == 2 ? 2 : 1;
		for (size_t i = 0; i < n; i++) {
			buf_add_str(b, "\\x");
			hex_encode(b, span_of(s.p + i, 1));
		}
	}
}

/* A string, in quotes when it holds a blank or is empty. */
static void
print_string(struct buf *b, struct span s)
{
	bool quote = s.n == 0, plain = true;

	for (size_t i = 0; i < s.n; i++) {
		quote |= s.p[i] == ' ' || s.p[i] == '"';
		plain &= is_plain(s.p[i]);
	}
	if (quote)
		buf_add_byte(b, '"');
	if (plain)
		buf_add_span(b, s);
	else
		print_octets(b, s);
	if (quote)
		buf_add_byte(b, '"');
}

static void
print_hex(struct buf *b, struct span s)
{
	buf_add_str(b, "0x");
	hex_encode(b, s);
}

/* A number as a trace writes it: 0x and so many octets of hexadecimal. */
static void
print_code(struct buf *b, uint32_t code, unsigned octets)
{
	uint8_t p[4];

	for (unsigned i = 0; i < octets; i++)
		p[i] = (uint8_t)(code >> 8 * (octets - 1 - i));
	print_hex(b, span_of(p, octets));
}

static void
print_dests(struct buf *b, struct span items)
{
	struct rd r = rd_init(items);
	struct dest d;

	for (const char *sep = ""; dest_next(&r, &d); sep = ",") {
		buf_add_str(b, sep);
		if (d.flag == 1)
			buf_addf(b, "%u/%u/", (unsigned)d.ton, (unsigned)d.npi);
		else
			buf_add_str(b, "list:");
		print_string(b, d.addr);
	}
}

static void
print_unsuccess(struct buf *b, struct span items)
{
	struct rd r = rd_init(items);
	struct unsuccess u;

	for (const char *sep = ""; unsuccess_next(&r, &u); sep = ",") {
		const struct status_row *row = status_row(u.status);

		buf_addf(b, "%s%u/%u/", sep, (unsigned)u.ton, (unsigned)u.npi);
		print_string(b, u.addr);
		if (row != NULL)
			buf_addf(b, ":%s", row->name);
		else
			buf_addf(b, ":0x%08x", (unsigned)u.status);
	}
}

/* What stands in front of a field's value; this is on the hot path of
 * smpp-decode: no printf. */
static const struct label {
	const char *text;
	size_t n;
} labels[PDU_FIELDS] = {
#define FIELD(name, ...) {" " #name "=", sizeof(" " #name "=") - 1},
#include "smpp/smpp.def"
};

static void
print_field(struct buf *b, const struct pdu *pdu, const struct pdu_use *use,
    unsigned flags)
{
	const void *member = (const unsigned char *)pdu + use->offset;
	enum pdu_kind kind = (enum pdu_kind)use->kind;
	uint32_t value = kind < PDU_CSTR ? *(const uint32_t *)member : 0;
	const struct span *s = member;

	if ((kind < PDU_CSTR ? value == 0 : s->n == 0) &&
	    (flags & PDU_PRINT_ALL) == 0)
		return;
	buf_add(b, labels[use->field].text, labels[use->field].n);
	if (kind < PDU_CSTR)
		buf_add_uint(b, value);
	else if (use->field == FIELD_password)
		buf_add_str(b, "***");
	else if (kind == PDU_DESTS)
		print_dests(b, *s);
	else if (kind == PDU_UNSUCCESS)
		print_unsuccess(b, *s);
	else if (kind == PDU_BODY)
		print_hex(b, *s);
	else
		print_string(b, *s);
}

static void
print_tlv(struct buf *b, const struct tlv *tlv)
{
	const struct tlv_row *row = tlv_row(tlv->tag);
	struct span s = tlv->value;
	uint32_t value = 0;

	if (row == NULL) {
		buf_add_byte(b, ' ');
		print_code(b, tlv->tag, 2);
		buf_add_byte(b, '=');
		print_hex(b, s);
		return;
	}
	buf_add_byte(b, ' ');
	buf_add_str(b, row->name);
	if (row->kind == PDU_EMPTY && s.n == 0)
		return;
	buf_add_byte(b, '=');
	if (row->kind == PDU_CSTR && s.n > 0 && s.p[s.n - 1] == 0)
		s.n--;
	if (row->kind == PDU_CSTR || tlv->tag == TLV_message_payload) {
		print_string(b, s);
	} else if (s.n == 0 || s.n > 4 || row->kind == PDU_OCTETS) {
		print_hex(b, s);
	} else {
		for (size_t i = 0; i < s.n; i++)
			value = value << 8 | s.p[i];
		buf_add_uint(b, value);
	}
}

static void
print_header(struct buf *b, const struct pdu *pdu)
{
	const struct status_row *status = status_row(pdu->command_status);

	if (pdu->type == PDU_unknown)
		print_code(b, pdu->command_id, 4);
	else
		buf_add_str(b, pdu_row(pdu->type)->name);
	buf_add_str(b, " seq=");
	buf_add_uint(b, pdu->sequence_number);
	buf_add_str(b, " status=");
	if (pdu->command_status == 0)
		buf_add_byte(b, '0');
	else if (status != NULL)
		buf_add_str(b, status->name);
	else
		print_code(b, pdu->command_status, 4);
}

void
pdu_print(struct buf *b, const struct pdu *pdu, unsigned flags)
{
	const struct pdu_row *row = pdu_row(pdu->type);
	struct rd r = rd_init(pdu->tlvs);
	struct tlv tlv;
	size_t start = b->len;

	if ((flags & PDU_PRINT_NO_HEADER) == 0)
		print_header(b, pdu);
	for (size_t i = 0; i < row->n_uses && !pdu->no_body; i++)
		print_field(b, pdu, &row->uses[i], flags);
	while (tlv_next(&r, &tlv))
		print_tlv(b, &tlv);
	if (pdu->trailing.n > 0) {
		buf_add_str(b, " trailing=");
		print_hex(b, pdu->trailing);
	}
	if ((flags & PDU_PRINT_NO_HEADER) != 0 && b->len > start)
		memmove(b->p + start, b->p + start + 1, --b->len - start);
}

static const char *const faults[] = {
	[PDU_FAULT_NONE] = "nothing wrong",
	[PDU_FAULT_LENGTH] = "does not fit the %zu octets given",
	[PDU_FAULT_SHORT] = "the PDU ends before it",
	[PDU_FAULT_NO_NUL] = "not terminated within the %zu octets left",
	[PDU_FAULT_COUNT] = "its length or count runs past the %zu octets left",
	[PDU_FAULT_LIMIT] = "longer than the %zu allowed",
	[PDU_FAULT_SIZE] = "of another size than the %zu octets it has to have",
	[PDU_FAULT_TLV_STREAM] = "octets behind the last field that are no TLV",
	[PDU_FAULT_TLV_NO_NUL] = "not terminated",
	[PDU_FAULT_TLV_PLACE] = "not allowed in this PDU",
	[PDU_FAULT_TLV_REPEAT] = "stands more than once",
	[PDU_FAULT_TLV_MISSING] = "has to be there",
	[PDU_FAULT_VALUE] = "has a value that is not allowed",
	[PDU_FAULT_NUL] = "holds a NUL",
	[PDU_FAULT_RANGE] = "is over %zu",
	[PDU_FAULT_FULL] = "no room for the %zu octets of the PDU",
};

void
pdu_error_print(struct buf *b, const struct pdu_error *e)
{
	const char *text = faults[e->fault], *number = strstr(text, "%zu");

	if (e->fault == PDU_FAULT_TLV_STREAM && e->tag != 0) {
		text = "its length runs past the %zu octets left";
		number = strstr(text, "%zu");
	}
	if (e->field[0] != '\0')
		buf_addf(b, "%s: ", e->field);
	else if (e->tag != 0)
		buf_addf(b, "TLV 0x%04x: ", (unsigned)e->tag);
	if (number != NULL) {
		buf_add(b, text, (size_t)(number - text));
		buf_add_uint(b, e->limit);
		text = number + 3;
	}
	buf_add_str(b, text);
	if (e->fault != PDU_FAULT_FULL && e->fault != PDU_FAULT_NONE)
		buf_addf(b, ", at offset %zu", e->offset);
}
