/* SPDX-License-Identifier: ISC */
/*
 * What arrives, as a record. Nothing in it is replaced: octets that are no
 * text in their encoding stay as they are, and records print them as \xHH.
 */
#include "app/delivery.h"

#include <string.h>

#include "base/hex.h"
#include "sys/clock.h"
#include "text/udh.h"

enum { UDHI = 0x40 };  /* of esm_class */

void
delivery_conf_columns(struct delivery_conf *conf, const struct record_format *f)
{
	size_t i;

	conf->tlv = conf->hex = false;
	for (i = 0; i < f->n; i++) {
		conf->tlv = conf->tlv || f->column[i] == DELIVERY_tlv;
		conf->hex = conf->hex || f->column[i] == DELIVERY_hex;
	}
}

void
delivery_free(struct delivery *d)
{
	buf_free(&d->wide);
	buf_free(&d->text);
	buf_free(&d->more);
	buf_free(&d->parts);
}

static struct value
text_or_absent(struct span s)
{
	return s.n > 0 ? value_text(s) : (struct value){0};
}

/*
 * Receipts are ASCII whatever data_coding says, so only an encoding that has
 * ASCII in it is believed; what is no ASCII else stays as octets.
 */
static enum encoding
encoding_of_receipt(enum encoding encoding)
{
	switch (encoding) {
	case ENCODING_LATIN1:
	case ENCODING_KSC5601:
	case ENCODING_CP949:
	case ENCODING_SJIS:
	case ENCODING_CYRILLIC:
	case ENCODING_HEBREW:
		return encoding;
	default:
		return ENCODING_ASCII;
	}
}

static struct value
encoding_name(enum encoding encoding)
{
	if (encoding == ENCODING_UNSET)
		encoding = ENCODING_DEFAULT;
	return value_text(span_str(encoding_row(encoding)->name));
}

/* The text and the name of the encoding it was read in. */
static void
fill_text(struct delivery *d, const struct delivery_conf *conf,
    const struct pdu *pdu, const struct udh *udh, struct value row[])
{
	const struct receipt *r = &d->receipt;
	struct charset_report report;
	struct join_piece piece = {
		.present = true,
		.data_coding = (uint8_t)pdu->data_coding,
		.tables = udh->tables,
		.udh = r->udh.n,
		.octets = r->body,
	};
	struct joined whole = {.total = 1, .present = 1, .pieces = &piece};
	enum encoding encoding = text_reading_encoding(&conf->reading,
	    piece.data_coding, piece.tables);

	if (r->wide) {
		row[DELIVERY_text] = value_text(r->text);
		row[DELIVERY_encoding] = encoding_name(ENCODING_UCS2);
		return;
	}
	buf_clear(&d->text);
	if (r->kind == RECEIPT_MESSAGE || r->kind == RECEIPT_ACK) {
		joined_text(&d->text, &whole, &conf->reading, &report);
	} else {
		encoding = encoding_of_receipt(encoding);
		charset_decode(&d->text, encoding, r->body, &report);
	}
	row[DELIVERY_text] = value_text(buf_span(&d->text));
	row[DELIVERY_encoding] = encoding_name(encoding);
}

/* A place in d->more, which may move while it grows. */
struct place {
	size_t from, to;
};

static struct value
at_place(const struct delivery *d, struct place p)
{
	return text_or_absent(span_of(d->more.p + p.from, p.to - p.from));
}

/* "3:8", network type and code; three digits as they are; else hex. */
static struct place
print_network_error(struct buf *b, const struct pdu *pdu)
{
	struct place place = {b->len, b->len};
	struct span s;
	size_t i, digits = 0;

	if (!pdu_tlv(pdu, TLV_network_error_code, &s))
		return place;
	for (i = 0; i < s.n; i++)
		digits += s.p[i] >= '0' && s.p[i] <= '9';
	if (s.n == 3 && digits == 3)
		buf_add_span(b, s);
	else if (s.n == 3)
		buf_addf(b, "%u:%u", s.p[0], (unsigned)s.p[1] << 8 | s.p[2]);
	else
		hex_encode(b, s);
	place.to = b->len;
	return place;
}

/* Whether s: says the value: a string without ";" and its NUL at the end. */
static bool
is_string(struct span s)
{
	size_t i;

	for (i = 0; i + 1 < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~' || s.p[i] == ';')
			return false;
	return s.n > 0 && s.p[s.n - 1] == 0;
}

static void
print_tlv(struct buf *b, const struct tlv *t)
{
	const struct tlv_row *row = tlv_row(t->tag);
	uint32_t v = 0;
	size_t i;

	if (row != NULL)
		buf_add_str(b, row->name);
	else
		buf_addf(b, "0x%04x", t->tag);
	buf_add_byte(b, '=');
	if (row != NULL && t->value.n == row->min && (row->kind == PDU_U8 ||
	    row->kind == PDU_U16 || row->kind == PDU_U32)) {
		for (i = 0; i < t->value.n; i++)
			v = v << 8 | t->value.p[i];
		buf_add_uint(b, v);
	} else if (row != NULL && row->kind == PDU_CSTR &&
	    is_string(t->value)) {
		buf_add_str(b, "s:");
		buf_add(b, t->value.p, t->value.n - 1);
	} else {
		buf_add_str(b, "h:");
		hex_encode(b, t->value);
	}
}

/* All TLVs as --tlv takes them, but the payload that is the text. */
static struct place
print_tlvs(struct buf *b, const struct pdu *pdu)
{
	struct place place = {b->len, b->len};
	struct rd r = rd_init(pdu->tlvs);
	bool payload = pdu->short_message.n == 0;
	struct tlv t;

	while (tlv_next(&r, &t)) {
		if (t.tag == TLV_message_payload && payload) {
			payload = false;
			continue;
		}
		if (b->len > place.from)
			buf_add_byte(b, ';');
		print_tlv(b, &t);
	}
	place.to = b->len;
	return place;
}

/*
 * How many parts the text has, or which of them it is: "2/3". False when what
 * is said of parts makes no sense; it stands there all the same.
 */
static bool
fill_parts(struct delivery *d, const struct pdu *pdu, struct value row[])
{
	struct receipt_part part;
	bool good = receipt_part(pdu, d->receipt.udh, &part);

	if (!good && part.reference_bits == 0 && part.reference == 0 &&
	    part.total == 0 && part.number == 0)
		part.total = part.number = 1;
	else if (!good)
		row[DELIVERY_err] = value_text(span_str("parts"));
	if (part.total == 1 && part.number == 1) {
		row[DELIVERY_parts] = value_num(1);
		return true;
	}
	buf_clear(&d->parts);
	buf_addf(&d->parts, "%u/%u", part.number, part.total);
	row[DELIVERY_parts] = value_text(buf_span(&d->parts));
	return good;
}

static void
fill_message(struct delivery *d, const struct delivery_conf *conf,
    const struct pdu *pdu, struct value row[])
{
	const struct receipt *r = &d->receipt;
	struct udh udh = {0};
	bool good;

	if (r->udh.n > 0)
		udh = udh_read(r->udh);
	row[DELIVERY_to] = text_or_absent(pdu->destination_addr);
	fill_text(d, conf, pdu, &udh, row);
	row[DELIVERY_id] = text_or_absent(r->id);
	row[DELIVERY_state] = text_or_absent(r->state);
	row[DELIVERY_err] = text_or_absent(r->err);
	row[DELIVERY_dcs] = value_num(pdu->data_coding);
	good = fill_parts(d, pdu, row);
	if (udh.bad || ((pdu->esm_class & UDHI) != 0 && r->udh.n == 0 &&
	    r->kind == RECEIPT_MESSAGE)) {
		row[DELIVERY_err] = value_text(span_str("udh"));
		good = false;
	}
	if (!good && row[DELIVERY_state].type == VALUE_ABSENT)
		row[DELIVERY_state] = value_text(span_str("malformed"));
	row[DELIVERY_esm_class] = value_num(pdu->esm_class);
	row[DELIVERY_service_type] = text_or_absent(pdu->service_type);
	row[DELIVERY_evidence] = text_or_absent(
	    span_str(receipt_evidence_name(r->evidence)));
}

/* What it is; a header that was guessed is taken off like any other. */
static void
read_receipt(struct delivery *d, const struct delivery_conf *conf,
    const struct pdu *pdu)
{
	struct pdu guessed;

	if (!conf->guess_udh || (pdu->esm_class & UDHI) != 0 ||
	    !udh_guess(pdu_user_data(pdu))) {
		receipt_read(&d->receipt, pdu, &d->wide);
		return;
	}
	guessed = *pdu;
	guessed.esm_class |= UDHI;
	receipt_read(&d->receipt, &guessed, &d->wide);
}

void
delivery_row(struct delivery *d, const struct delivery_conf *conf,
    const struct pdu *pdu, struct timespec time, const char *link,
    struct value row[DELIVERY_COLUMNS])
{
	struct place tlv = {0}, hex = {0}, network_error;

	memset(row, 0, DELIVERY_COLUMNS * sizeof(*row));
	read_receipt(d, conf, pdu);
	clock_text(d->time, time);
	row[DELIVERY_time] = value_text(span_of(d->time, CLOCK_TEXT));
	row[DELIVERY_kind] = value_text(
	    span_str(receipt_kind_name(d->receipt.kind)));
	row[DELIVERY_from] = text_or_absent(pdu->source_addr);
	row[DELIVERY_seq] = value_num(pdu->sequence_number);
	if (link != NULL)
		row[DELIVERY_link] = value_text(span_str(link));
	if (d->receipt.kind == RECEIPT_ALERT)
		row[DELIVERY_to] = text_or_absent(pdu->esme_addr);
	else
		fill_message(d, conf, pdu, row);

	buf_clear(&d->more);
	network_error = print_network_error(&d->more, pdu);
	if (conf->tlv)
		tlv = print_tlvs(&d->more, pdu);
	if (conf->hex) {
		hex.from = d->more.len;
		hex_encode(&d->more, d->receipt.udh);
		hex_encode(&d->more, d->receipt.body);
		hex.to = d->more.len;
	}
	row[DELIVERY_network_error] = at_place(d, network_error);
	row[DELIVERY_tlv] = at_place(d, tlv);
	row[DELIVERY_hex] = at_place(d, hex);
}

/* Joined */

/* Which parts there are, as in "1-3,5/6"; of a whole message how many. */
static struct value
joined_parts(struct delivery *d, const struct joined *j)
{
	unsigned i = 0, first;

	if (j->present == j->total)
		return value_num(j->total);
	buf_clear(&d->parts);
	while (i < j->total) {
		if (!j->pieces[i].present) {
			i++;
			continue;
		}
		for (first = ++i; i < j->total && j->pieces[i].present;)
			i++;
		buf_addf(&d->parts, d->parts.len > 0 ? ",%u" : "%u", first);
		if (i > first)
			buf_addf(&d->parts, "-%u", i);
	}
	buf_addf(&d->parts, "/%u", j->total);
	return value_text(buf_span(&d->parts));
}

void
delivery_joined(struct delivery *d, const struct delivery_conf *conf,
    const struct joined *j, struct span hex, struct value row[DELIVERY_COLUMNS])
{
	static const char *const ends[] = {
		[JOIN_WHOLE] = "",
		[JOIN_REPEATED] = "",
		[JOIN_TIMEOUT] = "timeout",
		[JOIN_MEMORY] = "memory",
		[JOIN_REUSED] = "reused",
		[JOIN_FLUSHED] = "ended",
	};
	struct charset_report report;

	buf_clear(&d->text);
	joined_text(&d->text, j, &conf->reading, &report);
	row[DELIVERY_kind] = value_text(
	    span_str(receipt_kind_name(RECEIPT_MESSAGE)));
	row[DELIVERY_text] = value_text(buf_span(&d->text));
	row[DELIVERY_id] = row[DELIVERY_evidence] = (struct value){0};
	row[DELIVERY_state] = row[DELIVERY_err] = (struct value){0};
	if (j->end != JOIN_WHOLE) {
		row[DELIVERY_state] = value_text(span_str("partial"));
		row[DELIVERY_err] = value_text(span_str(ends[j->end]));
	}
	row[DELIVERY_parts] = joined_parts(d, j);
	row[DELIVERY_hex] = text_or_absent(hex);
}
