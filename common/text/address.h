/* SPDX-License-Identifier: ISC */
#ifndef TEXT_ADDRESS_H
#define TEXT_ADDRESS_H

#include "base/buf.h"

/*
 * Addresses as people type them, to what SMPP sends: type of number and
 * numbering plan told by shape.
 */
enum {
	ADDRESS_MAX = 20,    /* octets, as submit_sm's fields hold them */
	ADDRESS_LETTERS = 11 /* characters of an alphanumeric one */
};

enum address_ton {
	TON_UNKNOWN = 0,
	TON_INTERNATIONAL = 1,
	TON_NATIONAL = 2,
	TON_NETWORK = 3,
	TON_SUBSCRIBER = 4,
	TON_ALPHANUMERIC = 5,
	TON_ABBREVIATED = 6,
};

struct address_conf {
	bool sender;     /* a source address: other limits, and it may be empty */
	bool keep_plus;
	int ton, npi;    /* instead of what the shape says; -1: the shape */
};

struct address {
	uint8_t ton, npi;
	uint8_t n;
	char text[ADDRESS_MAX + 1];  /* and a NUL */
};

/*
 * Reads one address. Spaces, dashes, dots and brackets of a number are
 * dropped, full-width digits become ASCII. False when it is none: a sentence
 * without a period is then appended to error.
 *
 *	+digits   1/1, without the plus unless kept
 *	00digits  1/1, without 00
 *	0digits   2/1
 *	digits    3/0 up to 6 (sender: 8), else 1/1 (sender: 0/1)
 *	letters   5/0, as typed
 */
bool address_read(struct address *, struct span typed,
    const struct address_conf *, struct buf *error);

/* Its octets, borrowed from it. */
static inline struct span
address_span(const struct address *a)
{
	return span_of(a->text, a->n);
}

#endif
