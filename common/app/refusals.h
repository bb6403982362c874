/* SPDX-License-Identifier: ISC */
#ifndef APP_REFUSALS_H
#define APP_REFUSALS_H

#include "app/message.h"
#include "smpp/pdu.h"

/*
 * What the answer to a submit_multi says of each destination: unsuccess_sme
 * lists those that were refused (3.4, 4.5.2), under addresses that the SMSC may
 * have written in its own way.
 */

/* Most destinations of a submit_multi: 3.4 has so many, 5.0 one more. */
enum { MULTI_MOST = 254 };

struct refusals {
	uint32_t status[MULTI_MOST];  /* by number of the member; ESME_ROK: it
	                               * was not refused */
	bool unclear;      /* members that were not refused may have been */
	struct buf why;    /* unclear: a sentence */
};

/*
 * Reads the answer to a PDU of a group, which accepts it; damaged: it could not
 * be decoded whole. An item is the member's with that address, else the one
 * that ends in the same eight digits; members differ in both. Of two items for
 * one the first counts. When an item is nobody's the answer is unclear.
 */
void refusals_read(struct refusals *, const struct message *group,
    const struct pdu *answer, bool damaged);

void refusals_free(struct refusals *);

#endif
