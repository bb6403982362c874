/* SPDX-License-Identifier: ISC */
#ifndef APP_WITHHELD_H
#define APP_WITHHELD_H

#include "smpp/pdu.h"

/*
 * Requests of the peers of several links whose answers wait until their
 * records were taken by an output, in the order of arrival. All zero is empty.
 */
struct link;

struct withheld {
	struct withheld_one {
		struct link *link;  /* NULL: forgotten */
		uint64_t position;  /* of the output, behind the record */
		uint32_t sequence_number;
		enum pdu_type type;
	} *one;
	size_t first, n, room;  /* n: those not forgotten */
	size_t last;
};

void withheld_free(struct withheld *);

/* Remembers a request whose record ends at position, no smaller than those
 * before. */
void withheld_add(struct withheld *, struct link *, const struct pdu *request,
    uint64_t position);

/* Takes off the oldest one whose record lies within the first taken octets;
 * false when there is none. Of *request type and sequence_number are set. */
bool withheld_take(struct withheld *, uint64_t taken, struct link **,
    struct pdu *request);

/* Forgets those of a link whose session is gone. */
void withheld_forget(struct withheld *, const struct link *);

#endif
