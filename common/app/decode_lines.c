/* SPDX-License-Identifier: ISC */
/* PDUs out of hexadecimal, in whatever shape it comes. */
#include "app/decode.h"
#include "app/decode_private.h"
#include "app/frames.h"
#include "app/hex_line.h"
#include "file/packet.h"

enum {
	DUMP_LINE = 16,  /* octets of a line of a dump */
	LINK_RAW = 101,  /* what tcpdump -x prints: no header of the link */
};

/* Octets that belong together have come to an end. */
void
decode_lines_end(struct decode *d, struct decode_lines *t)
{
	struct span rest = buf_span(&t->unit);
	struct packet packet;
	struct decode_place place = {.offset = t->offset};
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
