/* SPDX-License-Identifier: ISC */
#ifndef APP_UNACKED_H
#define APP_UNACKED_H

#include "smpp/pdu.h"

/*
 * Requests of the peer whose answers wait until their records were taken by
 * the output: a ring in the order of arrival, of a fixed size.
 */
struct unacked_entry {
	uint64_t position;  /* of the output, behind the record */
	uint32_t sequence_number;
	enum pdu_type type;
};

struct unacked {
	struct unacked_entry *ring;
	size_t max, first, n;
};

/* Room for max of them, 1 or more. */
void unacked_init(struct unacked *, size_t max);
void unacked_free(struct unacked *);

static inline bool
unacked_full(const struct unacked *u)
{
	return u->n == u->max;
}

/* Remembers a request whose record ends at position, no smaller than those
 * before. The ring must not be full. */
void unacked_add(struct unacked *, const struct pdu *request,
    uint64_t position);

/* Takes off the oldest one whose record lies within the first taken octets;
 * false when there is none. Of *request type and sequence_number are set. */
bool unacked_take(struct unacked *, uint64_t taken, struct pdu *request);

/* Forgets all: their session is gone. */
void unacked_clear(struct unacked *);

#endif
