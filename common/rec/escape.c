/* SPDX-License-Identifier: ISC */
/*
 * Escapes of the two record formats: PostgreSQL's COPY text form and JSON
 * (RFC 8259). Eight octets at a time are looked at for one that is not plain
 * ASCII; what is plain is copied as it is.
 */
#include "rec/columns.h"

#include "base/word.h"
#include "text/utf8.h"

/* How many octets from p on stand for themselves. quote is one more octet
 * that does not (a backslash where there is none). */
static size_t
plain(const uint8_t *p, const uint8_t *end, uint8_t quote)
{
	const uint8_t *start = p;
	uint32_t point;
	size_t n;

	for (;;) {
		while (end - p >= 8 && word_special(word_load8(p), quote) == 0)
			p += 8;
		while (p < end && *p >= 0x20 && *p < 0x7f && *p != '\\' &&
		    *p != quote)
			p++;
		if (p == end || *p < 0x80)
			break;
		do {
			n = utf8_decode(span_of(p, (size_t)(end - p)), &point);
			/* U+0080 to U+009F are controls */
			if (n == 0 || point < 0xa0)
				return (size_t)(p - start);
			p += n;
		} while (p < end && *p >= 0x80);
	}
	return (size_t)(p - start);
}

static void
add_hex(struct buf *b, const char *prefix, uint8_t octet)
{
	static const char digit[] = "0123456789abcdef";

	buf_add_str(b, prefix);
	buf_add_byte(b, (uint8_t)digit[octet >> 4]);
	buf_add_byte(b, (uint8_t)digit[octet & 15]);
}

static uint8_t *
put_hex(uint8_t *w, uint8_t octet)
{
	static const char digit[] = "0123456789abcdef";

	w[0] = '\\';
	w[1] = 'x';
	w[2] = (uint8_t)digit[octet >> 4];
	w[3] = (uint8_t)digit[octet & 15];
	return w + 4;
}

static uint8_t *
put_letter(uint8_t *w, uint8_t letter)
{
	w[0] = '\\';
	w[1] = letter;
	return w + 2;
}

/* The rest of a cell from where something in it wants an escape. */
static uint8_t *
put_escaped(uint8_t *w, const uint8_t *p, const uint8_t *end)
{
	while (p < end) {
		size_t n = plain(p, end, '\\');

		memcpy(w, p, n);
		w += n;
		p += n;
		if (p == end)
			break;
		switch (*p) {
		case '\t': w = put_letter(w, 't'); break;
		case '\n': w = put_letter(w, 'n'); break;
		case '\r': w = put_letter(w, 'r'); break;
		case '\\': w = put_letter(w, '\\'); break;
		default: w = put_hex(w, *p); break;
		}
		/* the second octet of U+0080 to U+009F goes the same way, since
		 * none of 0x80 to 0x9f begins a character */
		p++;
	}
	return w;
}

uint8_t *
tsv_put_long(uint8_t *w, struct span s)
{
	const uint8_t *p = s.p, *end = s.p + s.n;
	uint64_t x;

	for (; end - p >= 8; p += 8, w += 8) {
		x = word_load8(p);
		if (word_special(x, '\\') != 0)
			return put_escaped(w, p, end);
		memcpy(w, p, 8);
	}
	/* the last ones once more with some before them, if there are any */
	if (s.n >= 8) {
		x = word_load8(end - 8);
		if (word_special(x, '\\') == 0) {
			memcpy(w - (8 - (end - p)), end - 8, 8);
			return w + (end - p);
		}
	}
	return put_escaped(w, p, end);
}

void
tsv_escape(struct buf *b, struct span s)
{
	b->len = (size_t)(tsv_put(buf_reserve(b, tsv_room(s.n)), s) - b->p);
}

void
json_escape(struct buf *b, struct span s)
{
	const uint8_t *p = s.p, *end = s.p + s.n;
	uint32_t point;

	while (p < end) {
		size_t n = plain(p, end, '"');

		buf_add(b, p, n);
		p += n;
		if (p == end)
			break;
		if (utf8_decode(span_of(p, (size_t)(end - p)), &point) == 2) {
			add_hex(b, "\\u00", *++p);
		} else switch (*p) {
		case '\t': buf_add(b, "\\t", 2); break;
		case '\n': buf_add(b, "\\n", 2); break;
		case '\r': buf_add(b, "\\r", 2); break;
		case '\\': buf_add(b, "\\\\", 2); break;
		case '"': buf_add(b, "\\\"", 2); break;
		default: add_hex(b, *p < 0x80 ? "\\u00" : "\\\\x", *p); break;
		}
		p++;
	}
}
