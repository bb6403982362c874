/* SPDX-License-Identifier: ISC */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include "base/span.h"

enum { DIGITS_MAX = 20 };  /* of a number of 64 bits */

/* How many digits n has. */
static inline size_t
digits_count(uint64_t n)
{
	size_t count = 1;

	for (; n >= 10000; n /= 10000)
		count += 4;
	return count + (n >= 10) + (n >= 100) + (n >= 1000);
}

/* Writes n in decimal at w, where there must be room for DIGITS_MAX octets;
 * gives where it ends. For hot paths, where printf is slow. */
static inline uint8_t *
digits_put(uint8_t *w, uint64_t n)
{
	static const char pairs[] =
	    "00010203040506070809101112131415161718192021222324"
	    "25262728293031323334353637383940414243444546474849"
	    "50515253545556575859606162636465666768697071727374"
	    "75767778798081828384858687888990919293949596979899";
	size_t length = digits_count(n), i = length;

	for (; n >= 100; n /= 100)
		memcpy(w + (i -= 2), pairs + n % 100 * 2, 2);
	if (n >= 10)
		memcpy(w, pairs + n * 2, 2);
	else
		*w = (uint8_t)('0' + n);
	return w + length;
}

#endif
