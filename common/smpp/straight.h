/* SPDX-License-Identifier: ISC */
#ifndef SMPP_STRAIGHT_H
#define SMPP_STRAIGHT_H

#include "smpp/pdu.h"

/*
 * The fields of the PDUs that come by the million, encoded, decoded and checked
 * in straight lines which smpp.def's rows are made into, where codec.c walks
 * those rows. They do the same or nothing: what they give up, for another
 * type or for what is wrong with it, codec.c does, and finds the words for.
 */

/* Appends the whole PDU. On false, w is as it was. */
bool straight_encode(struct wr *w, const struct pdu *);

/* Reads the fields of pdu->type; r has no error. On false, it is as it was. */
bool straight_decode(struct rd *r, struct pdu *);

/* Decodes a submit_sm_resp of a message_id and nothing more into a PDU that is
 * all zero. On false, that is as it was. */
bool straight_response(struct pdu *, struct span frame);

/* Whether no field bends what check.c looks at, measured by 5.0 or by 3.4.
 * *size is then the octets of all fields. */
bool straight_check(const struct pdu *, bool v50, size_t *size);

#endif
