/* SPDX-License-Identifier: ISC */
/* Digits by chance in the place of {8d}. */
#include "app/pattern.h"

/* How many digits the braces at the front of a text ask for, and how many
 * characters they are; 0 when they are none. */
static unsigned
braces(struct span text, size_t *length)
{
	unsigned n = 0;
	size_t i = 1;

	for (; i < text.n && i < 4 && text.p[i] >= '0' && text.p[i] <= '9'; i++)
		n = n * 10 + (unsigned)(text.p[i] - '0');
	*length = i + 2;
	return i + 1 < text.n && text.p[i] == 'd' && text.p[i + 1] == '}' &&
	    n <= PATTERN_DIGITS ? n : 0;
}

bool
pattern_is(struct span text, bool *bad)
{
	bool is = false;
	size_t length;

	*bad = false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '{' && text.p[i] != '}')
			continue;
		is = true;
		if (text.p[i] == '}' || braces(span_skip(text, i), &length) == 0) {
			*bad = true;
			return true;
		}
		i += length - 1;
	}
	return is;
}

/* splitmix64. */
static uint64_t
next(uint64_t *random)
{
	uint64_t z = *random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void
digits(struct buf *out, unsigned n, uint64_t *random)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < n; i++) {
		/* a 64-bit number is good for ten digits without a bias
		 * that anybody could see */
		if (i % 10 == 0)
			v = next(random);
		buf_add_byte(out, (uint8_t)('0' + v % 10));
		v /= 10;
	}
}

void
pattern_fill(struct buf *out, struct span text, uint64_t *random)
{
	size_t length;
	unsigned n;

	while (text.n > 0) {
		n = text.p[0] == '{' ? braces(text, &length) : 0;
		if (n > 0) {
			digits(out, n, random);
		} else {
			buf_add_byte(out, text.p[0]);
			length = 1;
		}
		text = span_skip(text, length);
	}
}
