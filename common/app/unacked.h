/* SPDX-License-Identifier: ISC */
#ifndef APP_UNACKED_H
#define APP_UNACKED_H

#include "smpp/pdu.h"

struct link;

/*
 * Requests of peers whose answers wait until their records were taken by the
 * output: a ring in the order of arrival, of a fixed size.
 */
struct unacked_entry {
	uint64_t position;  /* of the output, behind the record */
	struct link *link;  /* NULL: its session is gone */
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

/* Remembers a request that came over a link, whose record ends at position, no
 * smaller than those before. The ring must not be full. */
void unacked_add(struct unacked *, struct link *, const struct pdu *request,
    uint64_t position);

/* Takes off the oldest one whose record lies within the first taken octets;
 * NULL when there is none, else its link. Of *request type and sequence_number
 * are set. */
struct link *unacked_take(struct unacked *, uint64_t taken,
    struct pdu *request);

/* A link's session is gone: what came over it is answered no more, but its
 * records are waited for as before. */
void unacked_forget(struct unacked *, const struct link *);

#endif
