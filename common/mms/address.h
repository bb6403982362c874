/* SPDX-License-Identifier: ISC */
#ifndef MMS_ADDRESS_H
#define MMS_ADDRESS_H

#include "base/buf.h"

/*
 * Addresses of multimedia messages (3GPP TS 23.140, 8.4.5.1):
 * +447700900123/TYPE=PLMN, with @domain in envelopes; short codes the same;
 * user@domain; a name alone, as system addresses of some peers are.
 */
enum mms_address_type {
	MMS_ADDRESS_NONE,
	MMS_PLMN,       /* a number or short code */
	MMS_EMAIL,
	MMS_IPV4,
	MMS_IPV6,
	MMS_LOCAL,      /* no type, no domain, no number */
	MMS_ADDRESS_OTHER, /* a type that nobody knows: in type_name */
};

struct mms_address {
	enum mms_address_type type;
	struct span local;      /* "+447700900123", "111", "user" */
	struct span type_name;  /* "PLMN" as it is written, or empty */
	struct span domain;     /* or empty */
};

struct mms_address_list {
	struct mms_address *p;
	size_t n;
};

enum { MMS_ADDRESSES_MAX = 4096 };

/* Reads one: with or without <>, a name before it, comments. Spans point into
 * text. False when there is none. */
bool mms_address_read(struct mms_address *, struct span text);

/* Takes the first address off a list with commas (or semicolons) between; false
 * when there is none left. Empty entries are passed over. */
bool mms_address_next(struct span *list, struct mms_address *);

/* Appends it: +447700900123/TYPE=PLMN or user@domain, and for another type than
 * e-mail @domain only where domain is not empty (then that one, whatever its
 * own). */
void mms_address_write(struct buf *, const struct mms_address *,
    struct span domain);

/* Whether both mean the same: numbers by their digits, domains of e-mail
 * without regard to case; the domain behind a number does not count. */
bool mms_address_same(const struct mms_address *, const struct mms_address *);

/* Whether it may stand in an envelope and a header: no control octets, blanks
 * or brackets. */
bool mms_address_is_safe(struct span text);

#endif
