/* SPDX-License-Identifier: ISC */
/*
 * Frames of PDUs to records, out of hexadecimal, raw octets or captures.
 */
#include "app/decode.h"

#include <stdarg.h>
#include <stdlib.h>

#include "app/frames.h"
#include "app/hex_line.h"
#include "app/pdu_json.h"
#include "app/pdu_text.h"
#include "base/mem.h"
#include "file/packet.h"
#include "smpp/pdu.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum {
	FINDINGS = 64,   /* of one PDU that are told */
	DUMP_LINE = 16,  /* octets of a line of a dump */
	LINK_RAW = 101,  /* what tcpdump -x prints: no header of the link */
};

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
	for (size_t i = 0; i < d->format.n; i++)
		d->shows_text |= d->format.column[i] == DECODE_text;
	return true;
}

/* Where a PDU was found. */
struct place {
	uint64_t offset;
	const struct timespec *time;  /* of a capture, else NULL */
	const struct capture_stream *stream;
};

static void
complain_at(struct decode *d, const struct place *place, const char *message)
{
	struct buf text = {0};

	buf_addf(&text, "%s: ", d->input);
	if (place != NULL && place->stream != NULL)
		buf_addf(&text, "%s > %s: ", place->stream->from,
		    place->stream->to);
	if (d->line != 0)
		buf_addf(&text, "line %llu: ", (unsigned long long)d->line);
	if (place != NULL)
		buf_addf(&text, "at %llu: ", (unsigned long long)place->offset);
	buf_add_str(&text, message);
	warn("%s", buf_cstr(&text));
	buf_free(&text);
}

void
decode_complain(struct decode *d, const char *fmt, ...)
{
	char message[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	complain_at(d, NULL, message);
}

static void
complain_of(struct decode *d, const struct place *place, const struct pdu *pdu,
    const struct pdu_error *e)
{
	struct buf text = {0};

	if (pdu->frame.n >= PDU_HEADER && pdu->type != PDU_unknown)
		buf_addf(&text, "%s: ", pdu_row(pdu->type)->name);
	pdu_error_print(&text, e);
	complain_at(d, place, buf_cstr(&text));
	buf_free(&text);
}

static void
print_json(struct decode *d, const struct place *place, const struct pdu *pdu,
    const struct pdu_error *damage, const struct pdu_error *errors, size_t n)
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

static void
print_tsv(struct decode *d, const struct place *place, const struct pdu *pdu,
    bool whole)
{
	const struct status_row *status = status_row(pdu->command_status);
	char when[CLOCK_TEXT + 1], id[16], code[16];
	struct value *row = d->row;

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

/* One frame, whole or not. 5.0 is the measure of what is to be reported,
 * since it allows nearly all that its forerunners do. */
static void
decode_frame(struct decode *d, const struct place *place, struct span frame)
{
	struct pdu_error damage, found[FINDINGS];
	struct pdu pdu;
	bool whole = pdu_decode(&pdu, frame, &damage);
	size_t n = whole ? pdu_check(&pdu, 0x50, found, FINDINGS) : 0;

	if (n > FINDINGS)
		n = FINDINGS;
	if (whole && (n == 0 || !d->strict))
		d->good++;
	else
		d->bad++;
	if (!whole)
		complain_of(d, place, &pdu, &damage);
	for (size_t i = 0; i < n && (!d->json || d->strict); i++)
		complain_of(d, place, &pdu, &found[i]);
	if (d->json)
		print_json(d, place, &pdu, whole ? NULL : &damage, found, n);
	else if (n == 0 || !d->strict)
		print_tsv(d, place, &pdu, whole);
	d->row_done(d);
}

static void
complain_garbage(struct decode *d, const struct place *place, uint64_t length)
{
	char message[80];

	snprintf(message, sizeof(message), "%llu octets that are no PDU",
	    (unsigned long long)length);
	complain_at(d, place, message);
	d->bad++;
}

/* All PDUs that there are by now; last: there will be no more octets. */
static void
decode_stream(struct decode *d, struct frames *f, bool last)
{
	struct place place = {0};
	enum frames_result result;
	uint64_t length;
	struct span octets;

	while ((result = frames_next(f, last, &octets, &place.offset,
	    &length)) != FRAMES_MORE) {
		if (result != FRAMES_GARBAGE)
			decode_frame(d, &place, octets);
		else
			complain_garbage(d, &place, length);
	}
}

void
decode_raw(struct decode *d, int fd, struct span start)
{
	struct frames f;

	frames_init(&f, false);
	buf_add_span(&f.part, start);
	do
		decode_stream(d, &f, false);
	while (d->fill(d, fd, &f.part));
	decode_stream(d, &f, true);
	frames_free(&f);
}

/* Octets that belong together have come to an end. */
void
decode_lines_end(struct decode *d, struct decode_lines *t)
{
	struct span rest = buf_span(&t->unit);
	struct packet packet;
	struct place place = {.offset = t->offset};
	uint64_t line = d->line;
	uint32_t n;

	d->line = t->line;
	if (rest.n > 0 && t->dump && !frames_plausible(rest) &&
	    (packet_ethernet(&packet, rest) ||
	    packet_read(&packet, LINK_RAW, rest)))
		rest = packet.payload;
	while (pdu_frame(rest, FRAMES_PDU_MAX, &n) == PDU_FRAME_READY) {
		decode_frame(d, &place, span_of(rest.p, n));
		rest = span_skip(rest, n);
		place.offset += n;
	}
	if (rest.n > 0)
		decode_frame(d, &place, rest);
	t->offset += t->unit.len;
	buf_clear(&t->unit);
	t->whole = 0;
	t->dump = t->repeat = t->octal = false;
	d->line = line;
}

/* What is behind the whole PDUs at the front, *whole octets of which are known
 * by now; READY: nothing. */
static enum pdu_frame
behind(struct span s, size_t *whole)
{
	enum pdu_frame frame;
	uint32_t n;

	s = span_skip(s, *whole);
	while ((frame = pdu_frame(s, FRAMES_PDU_MAX, &n)) == PDU_FRAME_READY) {
		s = span_skip(s, n);
		*whole += n;
	}
	return s.n == 0 ? PDU_FRAME_READY : frame;
}

/* An offset in octal, as od writes it, read as if it were hexadecimal. */
static uint64_t
from_octal(uint64_t offset)
{
	uint64_t n = 0;

	for (int shift = 60; shift >= 0; shift -= 4) {
		if ((offset >> shift & 15) > 7)
			return UINT64_MAX;
		n = n << 3 | (offset >> shift & 15);
	}
	return n;
}

/* A dump's last line is an offset alone: how long it was. */
static bool
is_dump_end(const struct decode_lines *t, enum hex_line kind, struct span octets)
{
	struct rd r = rd_init(octets);
	uint64_t n;

	if (!t->dump || kind != HEX_LINE_OCTETS || octets.n < 3 || octets.n > 4)
		return false;
	n = octets.n == 4 ? rd_u32(&r) : (uint64_t)rd_u8(&r) << 16 | rd_u16(&r);
	return n == t->unit.len;
}

/* The lines that "*" stands for: the one before it, up to an offset. */
static void
repeat_line(struct decode_lines *t, uint64_t offset)
{
	uint8_t last[DUMP_LINE];

	if (t->repeat && t->unit.len >= DUMP_LINE && offset <= FRAMES_PDU_MAX) {
		memcpy(last, t->unit.p + t->unit.len - DUMP_LINE, DUMP_LINE);
		while (t->unit.len + DUMP_LINE <= offset)
			buf_add(&t->unit, last, DUMP_LINE);
	}
	t->repeat = false;
}

void
decode_line(struct decode *d, struct decode_lines *t, struct span line)
{
	struct buf octets = {0};
	uint64_t offset = 0;
	size_t whole = 0;
	enum hex_line kind = hex_line_read(&octets, line, &offset);

	if (kind == HEX_LINE_REPEAT && t->dump) {
		t->repeat = true;
		return;
	}
	if (kind == HEX_LINE_DUMP) {
		t->octal |= offset != t->unit.len &&
		    from_octal(offset) == t->unit.len;
		offset = t->octal ? from_octal(offset) : offset;
		repeat_line(t, offset);
	}
	if (is_dump_end(t, kind, buf_span(&octets))) {
		kind = HEX_LINE_BLANK;
		buf_clear(&octets);
	}
	if (kind < HEX_LINE_OCTETS || kind == HEX_LINE_LOG ||
	    (kind == HEX_LINE_DUMP && offset != t->unit.len) || (kind == HEX_LINE_OCTETS &&
	    behind(buf_span(&octets), &whole) == PDU_FRAME_READY))
		decode_lines_end(d, t);
	if (kind == HEX_LINE_TRACE || kind == HEX_LINE_LOG)
		t->trace = true;
	if (kind == HEX_LINE_DUMP)
		t->dump = true;
	if (kind == HEX_LINE_TEXT && !t->trace) {
		const char *who = pdu_foreign(line);

		decode_complain(d, "no hexadecimal%s%s", who ? ": " : "",
		    who ? who : "");
		d->bad++;
	}
	if (t->unit.len == 0)
		t->line = d->line;
	buf_add_span(&t->unit, buf_span(&octets));
	if (t->unit.len > FRAMES_PDU_MAX || kind == HEX_LINE_LOG || (kind == HEX_LINE_OCTETS &&
	    behind(buf_span(&t->unit), &t->whole) != PDU_FRAME_MORE))
		decode_lines_end(d, t);
	buf_free(&octets);
}

/* What a stream of a capture is looked through with. Captures hold other
 * protocols, too: a stream is one of SMPP's once a PDU was found in it. */
struct found {
	struct frames frames;
	bool smpp;
};

static void
stream_pdus(struct decode *d, const struct capture_piece *piece, bool last)
{
	struct found *f = piece->stream->owner;
	struct place place = {.time = &piece->time, .stream = piece->stream};
	enum frames_result result;
	uint64_t length;
	struct span octets;

	while ((result = frames_next(&f->frames, last, &octets, &place.offset,
	    &length)) != FRAMES_MORE) {
		if (result != FRAMES_GARBAGE) {
			d->smpp_streams += !f->smpp;
			f->smpp = true;
			decode_frame(d, &place, octets);
		} else if (f->smpp) {
			complain_garbage(d, &place, length);
		}
	}
}

static void
stream_data(struct decode *d, const struct capture_piece *piece)
{
	struct found *f = piece->stream->owner;

	if (f == NULL) {
		f = piece->stream->owner = mem_new(sizeof(*f));
		frames_init(&f->frames, true);
		d->streams++;
	}
	buf_add_span(&f->frames.part, piece->octets);
	stream_pdus(d, piece, false);
}

static void
stream_end(struct decode *d, const struct capture_piece *piece)
{
	struct found *f = piece->stream->owner;

	if (f == NULL)
		return;
	stream_pdus(d, piece, true);
	frames_free(&f->frames);
	free(f);
	piece->stream->owner = NULL;
}

/* A PDU that the gap cuts off is told before it. */
static void
stream_gap(struct decode *d, const struct capture_piece *piece)
{
	struct found *f = piece->stream->owner;
	struct place place = {.stream = piece->stream};
	char message[80];

	if (f == NULL)
		return;
	stream_pdus(d, piece, true);
	place.offset = f->frames.offset + f->frames.part.len;
	if (f->smpp) {
		snprintf(message, sizeof(message), "%llu octets are missing "
		    "from the capture", (unsigned long long)piece->lost);
		complain_at(d, &place, message);
		d->bad++;
	}
	frames_lost(&f->frames, piece->lost);
}

void
decode_capture(struct decode *d, FILE *file)
{
	char why[256];
	struct capture *c = capture_open(file, why);
	struct capture_piece piece;
	enum capture_result result;

	if (c == NULL) {
		decode_complain(d, "%s", why);
		d->bad++;
		return;
	}
	d->streams = d->smpp_streams = 0;
	while ((result = capture_next(c, &piece)) != CAPTURE_END) {
		if (*d->stopped)
			capture_finish(c);
		if (result == CAPTURE_DATA) {
			stream_data(d, &piece);
		} else if (result == CAPTURE_GAP) {
			stream_gap(d, &piece);
		} else if (result == CAPTURE_CLOSED) {
			stream_end(d, &piece);
		} else if (!*d->stopped) {
			decode_complain(d, "%s", capture_error(c));
			d->bad++;
		}
	}
	if (d->smpp_streams == 0)
		note("%s: no SMPP in %llu streams of TCP; what goes under TLS "
		    "cannot be seen", d->input,
		    (unsigned long long)d->streams);
	capture_close(c);
}
