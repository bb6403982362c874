/* SPDX-License-Identifier: ISC */
/* Base64 (RFC 4648, section 4), strict both ways: one text for one value. */
#include "base/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_add(struct buf *b, struct span octets)
{
	for (size_t i = 0; i < octets.n; i += 3) {
		size_t n = octets.n - i < 3 ? octets.n - i : 3;
		uint32_t v = (uint32_t)octets.p[i] << 16;

		if (n > 1)
			v |= (uint32_t)octets.p[i + 1] << 8;
		if (n > 2)
			v |= octets.p[i + 2];
		for (size_t j = 0; j < 4; j++)
			buf_add_byte(b,
			    j > n ? '='
				  : (uint8_t)alphabet[v >> (18 - 6 * j) & 63]);
	}
}

/* The six bits of a character; false when it is none of them. */
static bool
sextet(uint8_t c, uint32_t *v)
{
	const char *at = c == '\0' ? NULL : strchr(alphabet, c);

	if (at == NULL)
		return false;
	*v = *v << 6 | (uint32_t)(at - alphabet);
	return true;
}

bool
base64_read(struct buf *b, struct span text)
{
	size_t padding = 0;

	if (text.n % 4 != 0)
		return false;
	while (padding < 2 && padding < text.n &&
	    text.p[text.n - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < text.n; i += 4) {
		size_t n = i + 4 < text.n ? 4 : 4 - padding;
		uint32_t v = 0;

		for (size_t j = 0; j < n; j++)
			if (!sextet(text.p[i + j], &v))
				return false;
		v <<= 6 * (4 - n);
		if ((n == 3 && (v & 0xff) != 0) ||
		    (n == 2 && (v & 0xffff) != 0))
			return false;
		for (size_t j = 0; j + 1 < n; j++)
			buf_add_byte(b, (uint8_t)(v >> (16 - 8 * j)));
	}
	return true;
}
