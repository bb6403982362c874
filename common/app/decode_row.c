/* SPDX-License-Identifier: ISC */
/* A PDU as a row, of TSV or of JSON. */
#include "app/decode.h"
#include "app/decode_private.h"
#include "app/pdu_json.h"
#include "app/pdu_text.h"
#include "sys/clock.h"

void
decode_free(struct decode *d)
{
	buf_free(&d->out);
	buf_free(&d->fields);
	buf_free(&d->text);
}

bool
decode_columns(struct decode *d, const char *columns, struct span *bad)
{
	if (!record_format_init(&d->format, &schema_decode, false, columns, bad))
		return false;
	d->usual = d->format.n == schema_decode.n_default;
	for (size_t i = 0; i < d->format.n; i++) {
		d->shows_text |= d->format.column[i] == DECODE_text;
		d->usual &= d->format.column[i] == i;
	}
	return true;
}

void
decode_json(struct decode *d, const struct decode_place *place,
    const struct pdu *pdu, const struct pdu_error *damage,
    const struct pdu_error *errors, size_t n)
{
	char when[CLOCK_TEXT + 1];

	buf_add_str(&d->out, "{\"offset\":");
	buf_add_uint(&d->out, place->offset);
	if (place->stream != NULL) {
		clock_text(when, *place->time);
		buf_addf(&d->out, ",\"time\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"",
		    when, place->stream->from, place->stream->to);
	}
	buf_add_byte(&d->out, ',');
	pdu_json_write(&d->out, pdu, damage, errors, n);
	buf_clear(&d->text);
	if (damage == NULL && pdu_text(&d->text, pdu, d->alphabet)) {
		buf_add_str(&d->out, ",\"text\":\"");
		json_escape(&d->out, buf_span(&d->text));
		buf_add_byte(&d->out, '"');
	}
	buf_add_str(&d->out, "}\n");
}

/* Set member by member: a whole value that is copied costs more than the rest
 * of the row. */
static void
set_num(struct value *v, uint64_t n)
{
	v->type = VALUE_NUM;
	v->num = n;
}

static void
set_text(struct value *v, const void *p, size_t n)
{
	v->type = VALUE_TEXT;
	v->s.p = p;
	v->s.n = n;
}

static void
set_str(struct value *v, const char *text)
{
	set_text(v, text, strlen(text));
}

/* A name, or the number in hexadecimal where it has none. */
static void
set_name(struct value *v, const char *name, uint32_t code, char text[16])
{
	if (name == NULL) {
		snprintf(text, 16, "0x%08x", (unsigned)code);
		name = text;
	}
	set_str(v, name);
}

/* Gives what is written since then the escapes of TSV. pdu_print leaves no
 * control character and nothing that is no UTF-8. */
static void
escape(struct decode *d, size_t start)
{
	struct buf *b = &d->out;

	if (memchr(b->p + start, '\\', b->len - start) == NULL)
		return;
	buf_clear(&d->fields);
	buf_add(&d->fields, b->p + start, b->len - start);
	b->len = start;
	tsv_escape(b, buf_span(&d->fields));
}

static void
add_name(struct buf *b, const char *name, uint32_t code)
{
	char text[16];

	if (name == NULL) {
		snprintf(text, sizeof(text), "0x%08x", (unsigned)code);
		name = text;
	}
	buf_add_str(b, name);
	buf_add_byte(b, '\t');
}

/* The usual columns, without a detour over values: offset, command, status,
 * seq and fields. */
static void
print_usual(struct decode *d, uint64_t offset, const struct pdu *pdu)
{
	const struct status_row *status = status_row(pdu->command_status);
	struct buf *b = &d->out;
	size_t start;

	buf_add_uint(b, offset);
	buf_add_byte(b, '\t');
	add_name(b, pdu->type == PDU_unknown ? NULL : pdu_row(pdu->type)->name,
	    pdu->command_id);
	add_name(b, status == NULL ? NULL : status->name, pdu->command_status);
	buf_add_uint(b, pdu->sequence_number);
	buf_add_byte(b, '\t');
	start = b->len;
	pdu_print(b, pdu, PDU_PRINT_NO_HEADER | (d->all ? PDU_PRINT_ALL : 0));
	escape(d, start);
	buf_add_byte(b, '\n');
}

void
decode_tsv(struct decode *d, const struct decode_place *place, const struct pdu *pdu,
    bool whole)
{
	const struct status_row *status = status_row(pdu->command_status);
	char when[CLOCK_TEXT + 1], id[16], code[16];
	struct value *row = d->row;

	if (d->usual && pdu->frame.n >= PDU_HEADER) {
		print_usual(d, place->offset, pdu);
		return;
	}
	for (size_t i = 0; i < DECODE_COLUMNS; i++)
		row[i].type = VALUE_ABSENT;
	set_num(&row[DECODE_offset], place->offset);
	if (pdu->frame.n >= PDU_HEADER) {
		set_name(&row[DECODE_command], pdu->type == PDU_unknown ?
		    NULL : pdu_row(pdu->type)->name, pdu->command_id, id);
		set_name(&row[DECODE_status], status == NULL ? NULL :
		    status->name, pdu->command_status, code);
		set_num(&row[DECODE_seq], pdu->sequence_number);
		buf_clear(&d->fields);
		pdu_print(&d->fields, pdu, PDU_PRINT_NO_HEADER |
		    (d->all ? PDU_PRINT_ALL : 0));
		if (d->fields.len > 0)
			set_text(&row[DECODE_fields], d->fields.p,
			    d->fields.len);
		buf_clear(&d->text);
		if (whole && d->shows_text &&
		    pdu_text(&d->text, pdu, d->alphabet))
			set_text(&row[DECODE_text], d->text.p, d->text.len);
	}
	if (place->stream != NULL) {
		clock_text(when, *place->time);
		set_str(&row[DECODE_time], when);
		set_str(&row[DECODE_from], place->stream->from);
		set_str(&row[DECODE_to], place->stream->to);
	}
	record_write(&d->out, &d->format, row);
}
