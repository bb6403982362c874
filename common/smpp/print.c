/* SPDX-License-Identifier: ISC */
/*
 * PDUs and what is wrong with them as text for people. Only pdu_print is
 * meant for traces: it never shows a password.
 */
#include "base/digits.h"
#include "base/hex.h"
#include "base/word.h"
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

/* The most that put_string writes. */
static size_t
string_room(size_t n)
{
	return 4 * n + 2;
}

static uint8_t *
put_escape(uint8_t *w, uint8_t octet)
{
	static const char digit[] = "0123456789abcdef";

	w[0] = '\\';
	w[1] = 'x';
	w[2] = (uint8_t)digit[octet >> 4];
	w[3] = (uint8_t)digit[octet & 15];
	return w + 4;
}

/* The octets of a string, those that are no text as \xHH. */
static uint8_t *
put_octets(uint8_t *w, struct span s)
{
	for (size_t n; s.n > 0; s = span_skip(s, n)) {
		if (is_plain(s.p[0])) {
			*w++ = s.p[0];
			n = 1;
			continue;
		}
		n = utf8_character(s);
		if (n > 1 && !is_control(s.p, n)) {
			memcpy(w, s.p, n);
			w += n;
			continue;
		}
		n = n == 2 ? 2 : 1;
		for (size_t i = 0; i < n; i++)
			w = put_escape(w, s.p[i]);
	}
	return w;
}

static bool
no_special(uint64_t x)
{
	return word_special(x, '"') == 0;
}

/* Octets of which none is below a blank: one that is a blank borrows. */
static bool
no_blank(uint64_t x)
{
	return ((x - WORD_EACH(' ' + 1)) & WORD_EACH(0x80)) == 0;
}

/* A string, in quotes when it holds a blank or a quote, or is empty. */
static uint8_t *
put_string(uint8_t *w, struct span s)
{
	bool plain = word_all(s, no_special);
	bool quote = s.n == 0 || (plain ? !word_all(s, no_blank) :
	    memchr(s.p, ' ', s.n) != NULL || memchr(s.p, '"', s.n) != NULL);

	if (quote)
		*w++ = '"';
	if (!plain) {
		w = put_octets(w, s);
	} else if (s.n > 0) {
		memcpy(w, s.p, s.n);
		w += s.n;
	}
	if (quote)
		*w++ = '"';
	return w;
}

static void
print_string(struct buf *b, struct span s)
{
	uint8_t *w = buf_reserve(b, string_room(s.n));

	b->len += (size_t)(put_string(w, s) - w);
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

/* What stands in front of a value. It is copied with what is behind it, in a
 * number of octets that is fixed: this is on the hot path of smpp-decode. */
enum { LABEL_ROOM = 40 };
struct label {
	char text[LABEL_ROOM];
	uint8_t n;
};

static const struct label labels[PDU_FIELDS] = {
#define FIELD(name, ...) {#name "=", sizeof(#name)},
#include "smpp/smpp.def"
};

/* in order of tag, as the rows */
static const struct label tlv_labels[] = {
#define TLV(name, ...) {#name "=", sizeof(#name)},
#include "smpp/smpp.def"
};

/* Makes room for a label and so many octets behind it and writes the label,
 * behind a blank if it is not the first; gives where it ends. */
static uint8_t *
put_label(struct buf *b, size_t first, const struct label *label, size_t room)
{
	uint8_t *w = buf_reserve(b, 1 + LABEL_ROOM + room);

	if (b->len != first)
		*w++ = ' ';
	memcpy(w, label->text, LABEL_ROOM);
	return w + label->n;
}

/* The value of a field that is neither a number nor a string to be shown. */
static void
print_rest(struct buf *b, const struct pdu_use *use, struct span s)
{
	if (use->field == FIELD_password)
		buf_add_str(b, "***");
	else if (use->kind == PDU_DESTS)
		print_dests(b, s);
	else if (use->kind == PDU_UNSUCCESS)
		print_unsuccess(b, s);
	else
		print_hex(b, s);
}

/* first: what is written there is the first thing of its line. */
static void
print_field(struct buf *b, size_t first, const struct pdu *pdu,
    const struct pdu_use *use, unsigned flags)
{
	const void *member = (const unsigned char *)pdu + use->offset;
	const struct label *label = &labels[use->field];
	const struct span *s = member;
	bool number = use->kind < PDU_CSTR;
	uint8_t *w;

	if ((number ? *(const uint32_t *)member == 0 : s->n == 0) &&
	    (flags & PDU_PRINT_ALL) == 0)
		return;
	if (number) {
		w = put_label(b, first, label, DIGITS_MAX);
		w = digits_put(w, *(const uint32_t *)member);
		b->len = (size_t)(w - b->p);
	} else if (use->field == FIELD_password || use->kind > PDU_OCTETS) {
		w = put_label(b, first, label, 0);
		b->len = (size_t)(w - b->p);
		print_rest(b, use, *s);
	} else {
		w = put_label(b, first, label, string_room(s->n));
		w = put_string(w, *s);
		b->len = (size_t)(w - b->p);
	}
}

static void
print_unknown_tlv(struct buf *b, size_t first, const struct tlv *tlv)
{
	if (b->len != first)
		buf_add_byte(b, ' ');
	print_code(b, tlv->tag, 2);
	buf_add_byte(b, '=');
	print_hex(b, tlv->value);
}

static void
print_tlv(struct buf *b, size_t first, const struct tlv *tlv)
{
	const struct tlv_row *row = tlv_row(tlv->tag);
	struct span s = tlv->value;
	uint32_t value = 0;
	uint8_t *w;

	if (row == NULL) {
		print_unknown_tlv(b, first, tlv);
		return;
	}
	w = put_label(b, first, &tlv_labels[row - tlv_row_at(0)],
	    string_room(s.n) + DIGITS_MAX);
	if (row->kind == PDU_CSTR && s.n > 0 && s.p[s.n - 1] == 0)
		s.n--;
	if (row->kind == PDU_CSTR || tlv->tag == TLV_message_payload) {
		w = put_string(w, s);
	} else if (row->kind == PDU_EMPTY && s.n == 0) {
		w--;
	} else if (s.n == 0 || s.n > 4 || row->kind == PDU_OCTETS) {
		b->len = (size_t)(w - b->p);
		print_hex(b, s);
		return;
	} else {
		for (size_t i = 0; i < s.n; i++)
			value = value << 8 | s.p[i];
		w = digits_put(w, value);
	}
	b->len = (size_t)(w - b->p);
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
	size_t first = b->len;
	struct tlv tlv;

	if ((flags & PDU_PRINT_NO_HEADER) == 0)
		print_header(b, pdu);
	for (size_t i = 0; i < row->n_uses && !pdu->no_body; i++)
		print_field(b, first, pdu, &row->uses[i], flags);
	while (tlv_next(&r, &tlv))
		print_tlv(b, first, &tlv);
	if (pdu->trailing.n > 0) {
		buf_add_str(b, b->len != first ? " trailing=" : "trailing=");
		print_hex(b, pdu->trailing);
	}
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
