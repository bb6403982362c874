/* SPDX-License-Identifier: ISC */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include "base/span.h"

/*
 * Eight octets of text at a time in a register, for hot paths: the octet at
 * the lowest address is the lowest eight bits, on every machine. Tests answer
 * with bit 7 of each octet's place; each is exact, no octet bears on another.
 */
#define WORD_EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

/* The four, eight octets at p; compilers make one load of it. */
static inline uint32_t
word_load4(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static inline uint64_t
word_load8(const uint8_t *p)
{
	return (uint64_t)word_load4(p) | (uint64_t)word_load4(p + 4) << 32;
}

/* Which octets are below least, which is at most 0x80; those above 0x7f
 * never are. */
static inline uint64_t
word_below(uint64_t x, uint8_t least)
{
	return ~(((x & WORD_EACH(0x7f)) + WORD_EACH(0x80u - least)) | x) &
	    WORD_EACH(0x80);
}

/* Which octets are this one. */
static inline uint64_t
word_is(uint64_t x, uint8_t octet)
{
	return word_below(x ^ WORD_EACH(octet), 1);
}

/* Whether all of them are decimal digits. */
static inline bool
word_digits(uint64_t x)
{
	/* one too high carries into the next, but has told by then */
	x ^= WORD_EACH('0');
	return (((x + WORD_EACH(0x76)) | x) & WORD_EACH(0x80)) == 0;
}

/* Not 0 when one of the octets is below 0x20, 0x7f or above, a backslash or
 * quote; which one is not told. */
static inline uint64_t
word_special(uint64_t x, uint8_t quote)
{
	uint64_t backslash = x ^ WORD_EACH('\\'), quoted = x ^ WORD_EACH(quote);

	return (x | (x - WORD_EACH(0x20)) | (x + WORD_EACH(1)) |
	    (backslash - WORD_EACH(1)) | (quoted - WORD_EACH(1))) &
	    WORD_EACH(0x80);
}

/* The octets of s, of which there are 1 to 7, some of them more than once. */
static inline uint64_t
word_few(struct span s)
{
	uint32_t first;

	if (s.n >= 4)
		return word_load4(s.p) |
		    (uint64_t)word_load4(s.p + s.n - 4) << 32;
	first = s.p[0] | (uint32_t)s.p[s.n / 2] << 8 |
	    (uint32_t)s.p[s.n - 1] << 16 | (uint32_t)s.p[0] << 24;
	return (uint64_t)first << 32 | first;
}

/* Whether good says so of all octets of s. */
static inline bool
word_all(struct span s, bool (*good)(uint64_t))
{
	const uint8_t *p = s.p, *end = s.p + s.n;

	if (s.n < 8)
		return s.n == 0 || good(word_few(s));
	for (; end - p >= 8; p += 8)
		if (!good(word_load8(p)))
			return false;
	return p == end || good(word_load8(end - 8));
}

/* The place of the first octet marked in a test's answer that is not 0. */
static inline unsigned
word_first(uint64_t marks)
{
	/* the lowest mark alone picks its place out of a row of them */
	return (unsigned)(((marks & (~marks + 1)) >> 7) *
	    UINT64_C(0x0001020304050607) >> 56);
}

#endif
