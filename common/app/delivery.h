/* SPDX-License-Identifier: ISC */
#ifndef APP_DELIVERY_H
#define APP_DELIVERY_H

#include <time.h>

#include "rec/record.h"
#include "smpp/receipt.h"
#include "text/join.h"

/*
 * A deliver_sm, data_sm or alert_notification as a row of schema_delivery:
 * what smpp-listen prints, and smpp-send with --others.
 */
struct delivery_conf {
	struct text_reading reading;
	bool guess_udh;  /* a concatenation without the UDHI bit counts too */
	bool tlv, hex;   /* whether these columns are wanted: they cost */
};

/* Zeroed is empty; one is used again and again and keeps its memory. */
struct delivery {
	struct receipt receipt;       /* of the last row */
	struct buf wide, text, more;  /* octets that values point at */
	char time[25];
	struct buf parts;
};

/* The columns that record_write will print, as delivery_conf's wishes. */
void delivery_conf_columns(struct delivery_conf *, const struct record_format *);

/*
 * Fills row for a PDU that arrived at a time over a link of this name (NULL:
 * none). Values live until the next call, as long as the PDU does.
 */
void delivery_row(struct delivery *, const struct delivery_conf *,
    const struct pdu *, struct timespec time, const char *link,
    struct value row[DELIVERY_COLUMNS]);

/*
 * Makes the row of the first part that came the row of the whole message, or of
 * as much of it as came. hex is the user data of all parts, as it is printed.
 */
void delivery_joined(struct delivery *, const struct delivery_conf *,
    const struct joined *, struct span hex,
    struct value row[DELIVERY_COLUMNS]);

void delivery_free(struct delivery *);

#endif
