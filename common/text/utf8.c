/* SPDX-License-Identifier: ISC */
/* UTF-8 as RFC 3629 and table 3-7 of Unicode have it. ASCII goes by in words
 * of eight octets. */
#include "text/utf8.h"

size_t
utf8_ascii(struct span s)
{
	size_t i = 0;
	uint64_t word;

	for (; s.n - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, s.p + i, sizeof(word));
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < s.n && s.p[i] < 0x80)
		i++;
	return i;
}

/* Table 3-7: the second octet has a range of its own after some leads. */
static size_t
sequence(const uint8_t *p, size_t n)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t length, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	length = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n < length)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < length; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

size_t
utf8_check(struct span s)
{
	size_t i = 0, n;

	while (i < s.n) {
		if (s.p[i] < 0x80) {
			i += utf8_ascii(span_skip(s, i));
			continue;
		}
		n = sequence(s.p + i, s.n - i);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}

size_t
utf8_decode(struct span s, uint32_t *point)
{
	size_t n = s.n == 0 ? 0 : sequence(s.p, s.n);

	if (n > 0)
		*point = utf8_next(&s.p);
	return n;
}

size_t
utf8_encode(uint32_t point, uint8_t *out)
{
	if (point < 0x80) {
		out[0] = (uint8_t)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (uint8_t)(0xc0 | point >> 6);
		out[1] = (uint8_t)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		if (point >= 0xd800 && point <= 0xdfff)
			return 0;
		out[0] = (uint8_t)(0xe0 | point >> 12);
		out[1] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (point & 0x3f));
		return 3;
	}
	if (point > UTF8_POINT_MAX)
		return 0;
	out[0] = (uint8_t)(0xf0 | point >> 18);
	out[1] = (uint8_t)(0x80 | (point >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (point & 0x3f));
	return 4;
}

void
utf8_add(struct buf *out, uint32_t point)
{
	out->len += utf8_encode(point, buf_reserve(out, UTF8_MAX));
}

void
utf8_add_unread(struct buf *out, uint8_t octet)
{
	/* no text ends in an octet from C0 on: that is one unread as well */
	bool joins = (octet & 0xc0) == 0x80 && out->len > 0 &&
	    out->p[out->len - 1] >= 0xc0;

	if (octet >= 0x80 && !joins)
		buf_add_byte(out, octet);
	else
		utf8_add(out, 0xfffd);
}
