/* SPDX-License-Identifier: ISC */
#ifndef TEXT_UDH_H
#define TEXT_UDH_H

#include "base/cursor.h"
#include "text/gsm7.h"

/* The user data header of 3GPP TS 23.040, 9.2.3.24. */
enum udh_element {
	UDH_CONCAT8 = 0x00,
	UDH_PORTS8 = 0x04,
	UDH_PORTS16 = 0x05,
	UDH_CONCAT16 = 0x08,
	UDH_SINGLE_SHIFT = 0x24,
	UDH_LOCKING_SHIFT = 0x25,
};
enum {
	UDH_MORE = 137,           /* octets of elements that udh_write does not know */
	UDH_MAX = 20 + UDH_MORE,  /* that it can come to */
};

/*
 * Takes the header off user data: *udh is it, with its length octet, *text
 * the rest. False when the length runs past the end: udh is then empty and
 * text all of it.
 */
bool udh_take(struct span user_data, struct span *udh, struct span *text);

/* Whether user data without the UDHI bit begins with a whole concatenation
 * header all the same (--guess-udh). */
bool udh_guess(struct span user_data);

struct udh_item {
	uint8_t element;
	struct span data;
};

/* A reader of the elements of a header as udh_take gives it; the next one.
 * False at the end, or when one runs past it: r->err is then set. */
struct rd udh_items(struct span udh);
bool udh_next(struct rd *r, struct udh_item *);

/* What a header says, as far as this project acts on it. */
struct udh {
	uint8_t total, sequence;  /* total 0: no concatenation */
	bool wide;                /* the reference has 16 bits */
	uint16_t reference;
	bool ports, narrow_ports; /* narrow: 8 bits each */
	uint16_t destination_port, source_port;
	struct gsm7 tables;
	bool bad;      /* elements of a wrong size, or past the end */
	bool ignored;  /* a concatenation with total 0, sequence 0 or over total */
	struct span more;  /* (written only) elements behind those, at most UDH_MORE */
};

/* Reads a header as udh_take gives it; of an element given twice the last
 * counts, as 23.040 has it. */
struct udh udh_read(struct span udh);

/* Writes a header with its length octet, at most UDH_MAX octets, and returns
 * how many; 0 when there is nothing to say. */
size_t udh_write(uint8_t *out, const struct udh *);

#endif
