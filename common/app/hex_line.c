/* SPDX-License-Identifier: ISC */
/*
 * Hexadecimal as it is copied: from Wireshark (hex dump, hex stream, escaped
 * string, C array), xxd, hexdump -C, od, tcpdump -x, logs, and our own
 * transcripts.
 */
#include "app/hex_line.h"

#include "base/hex.h"
#include "smpp/pdu.h"

enum { DUMP_OCTETS = 16 };  /* in a line of a dump */

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span
trim(struct span s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = span_skip(s, 1);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Hexadecimal digits at the front. */
static size_t
digits(struct span s)
{
	size_t n = 0;

	while (n < s.n && hex_digit(s.p[n]) >= 0)
		n++;
	return n;
}

static void
add_pairs(struct buf *b, struct span s)
{
	for (size_t i = 0; i + 1 < s.n; i += 2)
		buf_add_byte(b, (uint8_t)(hex_digit(s.p[i]) << 4 |
		    hex_digit(s.p[i + 1])));
}

/* Octets written with a prefix of two characters: \x00 or 0x00. */
static enum hex_line
read_prefixed(struct buf *b, struct span s, const char *prefix,
    const char *between)
{
	size_t start = b->len;

	while (s.n > 0) {
		if (s.n >= 4 && memcmp(s.p, prefix, 2) == 0) {
			size_t n = digits(span_skip(s, 2));

			if (n != 2)
				break;
			add_pairs(b, span_of(s.p + 2, 2));
			s = span_skip(s, 4);
		} else if (strchr(between, s.p[0]) != NULL && s.p[0] != 0) {
			s = span_skip(s, 1);
		} else {
			break;
		}
	}
	/* a comment may follow in C */
	if (s.n == 0 || (s.n > 1 && s.p[0] == '/' && b->len > start))
		return HEX_LINE_OCTETS;
	b->len = start;
	return HEX_LINE_TEXT;
}

/* The octets of a dump's line: up to 16, in groups, until a wide gap. */
static void
read_dump(struct buf *b, struct span s)
{
	size_t start = b->len, gap = 0;

	while (s.n > 0 && b->len - start < DUMP_OCTETS) {
		size_t n = digits(s);

		if (is_blank(s.p[0]) && ++gap < 3) {
			s = span_skip(s, 1);
			continue;
		}
		/* two blanks stand in the middle of a line, too */
		if (n < 2 || n % 2 != 0 || (n > 2 && gap > 1 && b->len > start))
			break;
		if (n < s.n && !is_blank(s.p[n]))
			break;
		add_pairs(b, span_of(s.p, n));
		s = span_skip(s, n);
		gap = 0;
	}
}

/* Whether the line starts like one of a dump; *offset, and what follows. */
static bool
is_dump(struct span s, uint64_t *offset, struct span *rest)
{
	bool prefixed = s.n > 2 && s.p[0] == '0' && s.p[1] == 'x';
	size_t n = digits(s = span_skip(s, prefixed ? 2 : 0));
	struct span after = span_skip(s, n);
	bool colon = after.n > 0 && after.p[0] == ':';

	if (n < 4 || n > 8 || (prefixed && !colon))
		return false;
	if (colon)
		after = span_skip(after, 1);
	if (after.n < 2 || !is_blank(after.p[0]))
		return false;
	/* "0000 0010 8000": groups of a plain line, not an offset; od's has six
	 * digits or seven */
	if (!colon && n != 6 && n != 7 && !is_blank(after.p[1]) &&
	    digits(trim(after)) != 2)
		return false;
	if (digits(trim(after)) < 2)
		return false;
	*offset = 0;
	for (size_t i = 0; i < n; i++)
		*offset = *offset << 4 | (unsigned)hex_digit(s.p[i]);
	*rest = trim(after);
	return true;
}

static enum hex_line
read_plain(struct buf *b, struct span s)
{
	size_t start = b->len;

	while (s.n > 0) {
		size_t n = digits(s);

		if (n % 2 != 0 || (n == 0 && !is_blank(s.p[0]) &&
		    s.p[0] != ':' && s.p[0] != '-')) {
			b->len = start;
			return HEX_LINE_TEXT;
		}
		add_pairs(b, span_of(s.p, n));
		s = span_skip(s, n > 0 ? n : 1);
	}
	return HEX_LINE_OCTETS;
}

/* "2026-11-24T09:15:02.123Z -> submit_sm ..." */
static bool
is_trace(struct span s)
{
	static const char form[] = "0000-00-00T00:00:00";

	if (s.n < sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == '0' ? s.p[i] < '0' || s.p[i] > '9' :
		    s.p[i] != (uint8_t)form[i])
			return false;
	return true;
}

static bool
holds(struct span s, const char *text)
{
	return memmem(s.p, s.n, text, strlen(text)) != NULL;
}

/* "09:15:02.123456 IP 10.0.0.1.40000 > 10.0.0.2.2775: Flags [P.], ..." */
static bool
is_tcpdump(struct span s)
{
	return holds(s, " > ") && holds(s, ": Flags [") &&
	    (holds(s, "IP ") || holds(s, "IP6 "));
}

/* Whether the octets from start on begin with a whole PDU. */
static bool
is_pdu(const struct buf *b, size_t start)
{
	uint32_t n;

	return pdu_frame(span_skip(buf_span(b), start), UINT32_MAX, &n) ==
	    PDU_FRAME_READY;
}

/* A PDU in a word of the line, or in the words from one up to its end. */
static enum hex_line
read_log(struct buf *b, struct span s)
{
	size_t start = b->len;

	while (s.n >= 2 * (size_t)PDU_HEADER) {
		size_t n = digits(s), word = n;

		while (word < s.n && !is_blank(s.p[word]) && s.p[word] != '=' &&
		    s.p[word] != '"' && s.p[word] != '[' && s.p[word] != '<')
			word++;
		if (n >= 2 * (size_t)PDU_HEADER && n % 2 == 0) {
			add_pairs(b, span_of(s.p, n));
			if (is_pdu(b, start))
				return HEX_LINE_LOG;
			b->len = start;
		}
		if (n == 2 && read_plain(b, s) == HEX_LINE_OCTETS &&
		    is_pdu(b, start))
			return HEX_LINE_LOG;
		b->len = start;
		s = span_skip(s, word < s.n ? word + 1 : s.n);
	}
	return HEX_LINE_TEXT;
}

static enum hex_line
read_octets(struct buf *octets, struct span s)
{
	if (memchr(s.p, '\\', s.n) != NULL)
		return read_prefixed(octets, s, "\\x", "\"\\;, \t");
	if (s.n >= 4 && s.p[0] == '0' && s.p[1] == 'x')
		return read_prefixed(octets, s, "0x", ",; \t");
	if (s.p[s.n - 1] == '{' || s.p[0] == '}')
		return HEX_LINE_BLANK;  /* around an array of C */
	return read_plain(octets, s);
}

enum hex_line
hex_line_read(struct buf *octets, struct span line, uint64_t *offset)
{
	enum hex_line kind;
	struct span s = trim(line), rest;

	if (s.n == 0)
		return HEX_LINE_BLANK;
	if (is_trace(s) || is_tcpdump(s))
		return HEX_LINE_TRACE;
	/* the end of what od prints */
	if (s.n == 7 && digits(s) == 7)
		return HEX_LINE_BLANK;
	if (s.n == 1 && s.p[0] == '*')
		return HEX_LINE_REPEAT;
	if (is_dump(s, offset, &rest)) {
		read_dump(octets, rest);
		return HEX_LINE_DUMP;
	}
	kind = read_octets(octets, s);
	return kind == HEX_LINE_TEXT ? read_log(octets, s) : kind;
}
