/* SPDX-License-Identifier: ISC */
/*
 * Escapes of the two record formats: PostgreSQL's COPY text form and JSON
 * (RFC 8259). Eight octets at a time are looked at for one that is not plain
 * ASCII; what is plain is copied as it is.
 */
#include "rec/record.h"

#include "text/utf8.h"

#define EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

static inline uint64_t
load(const uint8_t *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return x;
}

/* Not zero when one of the octets of x is below 0x20, 0x7f or above, a
 * backslash or quote. */
static inline uint64_t
special(uint64_t x, uint8_t quote)
{
	uint64_t backslash = x ^ EACH('\\'), quoted = x ^ EACH(quote);

	return (x | (x - EACH(0x20)) | (x + EACH(1)) | (backslash - EACH(1)) |
	    (quoted - EACH(1))) & EACH(0x80);
}

/* How many octets from p on stand for themselves. quote is one more octet
 * that does not (a backslash where there is none). */
static size_t
plain(const uint8_t *p, const uint8_t *end, uint8_t quote)
{
	const uint8_t *start = p;
	uint32_t point;
	size_t n;

	for (;;) {
		while (end - p >= 8 && special(load(p), quote) == 0)
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

void
tsv_escape(struct buf *b, struct span s)
{
	const uint8_t *p = s.p, *end = s.p + s.n;

	while (p < end) {
		size_t n = plain(p, end, '\\');

		buf_add(b, p, n);
		p += n;
		if (p == end)
			break;
		switch (*p) {
		case '\t': buf_add(b, "\\t", 2); break;
		case '\n': buf_add(b, "\\n", 2); break;
		case '\r': buf_add(b, "\\r", 2); break;
		case '\\': buf_add(b, "\\\\", 2); break;
		default: add_hex(b, "\\x", *p); break;
		}
		/* the second octet of U+0080 to U+009F goes the same way, since
		 * none of 0x80 to 0x9f begins a character */
		p++;
	}
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
