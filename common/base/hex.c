/* SPDX-License-Identifier: ISC */
/* Octets to hexadecimal and back. */
#include "base/hex.h"

void
hex_encode(struct buf *out, struct span octets)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *p = buf_reserve(out, octets.n * 2);

	for (size_t i = 0; i < octets.n; i++) {
		*p++ = (uint8_t)digits[octets.p[i] >> 4];
		*p++ = (uint8_t)digits[octets.p[i] & 15];
	}
	out->len += octets.n * 2;
}

int
hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_decode(struct buf *out, struct span text, size_t *bad)
{
	size_t start = out->len, i = 0;
	int high, low;

	while (i < text.n) {
		if (text.p[i] == ' ' || text.p[i] == '\t') {
			i++;
			continue;
		}
		high = hex_digit(text.p[i]);
		low = i + 1 < text.n ? hex_digit(text.p[i + 1]) : -1;
		if (high < 0 || low < 0) {
			*bad = high < 0 || i + 1 == text.n ? i : i + 1;
			out->len = start;
			return false;
		}
		buf_add_byte(out, (uint8_t)(high << 4 | low));
		i += 2;
	}
	return true;
}
