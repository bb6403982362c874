/* SPDX-License-Identifier: ISC */
#ifndef REC_ESCAPE_H
#define REC_ESCAPE_H

#include "base/span.h"

/* How many octets at p, before end, are a well-formed UTF-8 character of
 * more than one octet; 0 when they are none. */
static inline size_t
escape_character(const uint8_t *p, const uint8_t *end)
{
	size_t left = (size_t)(end - p);

	if (p[0] < 0xc2 || p[0] > 0xf4 || left < 2 || (p[1] & 0xc0) != 0x80)
		return 0;
	if (p[0] < 0xe0)
		return 2;
	if (left < 3 || (p[2] & 0xc0) != 0x80)
		return 0;
	if (p[0] < 0xf0)
		return (p[0] == 0xe0 && p[1] < 0xa0) ||
		    (p[0] == 0xed && p[1] >= 0xa0) ? 0 : 3;
	if (left < 4 || (p[3] & 0xc0) != 0x80)
		return 0;
	return (p[0] == 0xf0 && p[1] < 0x90) ||
	    (p[0] == 0xf4 && p[1] >= 0x90) ? 0 : 4;
}

/* The offset of the first octet of s that no well-formed UTF-8 character
 * holds; s.n when there is none. */
size_t escape_ill_formed(struct span s);

#endif
