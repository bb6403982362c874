/* SPDX-License-Identifier: ISC */
#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include "base/buf.h"

enum { UTF8_MAX = 4, UTF8_POINT_MAX = 0x10ffff };

/* How many octets at the front of s are ASCII. */
size_t utf8_ascii(struct span s);

/* The offset of the first ill-formed sequence; s.n when all is well-formed:
 * no overlong form, no surrogate, nothing over U+10FFFF. */
size_t utf8_check(struct span s);

/* Decodes the code point at the front of s; how many octets it takes, or 0
 * when s is empty or does not begin with a well-formed one. */
size_t utf8_decode(struct span s, uint32_t *point);

/* Writes a code point, at most UTF8_MAX octets; 0 for surrogates and what is
 * over U+10FFFF. */
size_t utf8_encode(uint32_t point, uint8_t *out);

/* Appends a code point, which must be a valid one. */
void utf8_add(struct buf *out, uint32_t point);

/*
 * Appends an octet that could not be read: as it stands over 7F, which is
 * ill-formed by itself, else as U+FFFD. One that would make a character with
 * those before it is U+FFFD, too, so that nothing unread passes for text.
 */
void utf8_add_unread(struct buf *out, uint8_t octet);

/* The next code point of text that utf8_check found well-formed, and past it. */
static inline uint32_t
utf8_next(const uint8_t **p)
{
	const uint8_t *s = *p;

	if (s[0] < 0x80) {
		*p = s + 1;
		return s[0];
	}
	if (s[0] < 0xe0) {
		*p = s + 2;
		return (uint32_t)(s[0] & 0x1f) << 6 | (s[1] & 0x3f);
	}
	if (s[0] < 0xf0) {
		*p = s + 3;
		return (uint32_t)(s[0] & 0x0f) << 12 |
		    (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
	}
	*p = s + 4;
	return (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3f) << 12 |
	    (uint32_t)(s[2] & 0x3f) << 6 | (s[3] & 0x3f);
}

#endif
