/* SPDX-License-Identifier: ISC */
/* Which national language tables suit a text (3GPP TS 23.038, 6.2.1.2). */
#include "text/gsm7.h"
#include "text/utf8.h"

enum { ELEMENT_SEPTETS = 4 };  /* three octets of UDH, rounded up */

/* The septets of text with some tables, SIZE_MAX when they do not carry it. */
static size_t
cost(struct gsm7 tables, struct span text)
{
	const uint8_t *p = text.p, *end = p + text.n;
	uint8_t septets[2];
	size_t total = 0, n;

	if (tables.locking > 0)
		total += ELEMENT_SEPTETS;
	if (tables.single > 0)
		total += ELEMENT_SEPTETS;
	while (p < end) {
		n = gsm7_encode_point(tables, utf8_next(&p), septets);
		if (n == 0)
			return SIZE_MAX;
		total += n;
	}
	return total;
}

struct gsm7
gsm7_choose(struct span text, uint8_t language)
{
	uint8_t i = language ? language : 1;
	uint8_t last = language ? language : GSM7_LANGUAGES;
	struct gsm7 best = {0}, tables;
	size_t least = cost(best, text), n;
	unsigned which;

	if (least != SIZE_MAX)
		return best;
	for (; i <= last; i++)
		for (which = 1; which <= 3; which++) {
			tables.single = which & 1 ? i : 0;
			tables.locking = which & 2 ? i : 0;
			if ((tables.single && !gsm7_has_single(i)) ||
			    (tables.locking && !gsm7_has_locking(i)))
				continue;
			n = cost(tables, text);
			if (n < least) {
				least = n;
				best = tables;
			}
		}
	return best;
}
