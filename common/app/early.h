/* SPDX-License-Identifier: ISC */
#ifndef APP_EARLY_H
#define APP_EARLY_H

#include "smpp/pdu.h"

/*
 * Receipts that came before the submit_sm_resp that names their id: their
 * frames, kept until that comes or nobody can claim them any more. They are
 * not answered meanwhile. All zero is empty; the number is bounded.
 */
enum { EARLY_MOST = 1000 };

struct early {
	struct early_one {
		void *link;        /* on which it came */
		uint64_t sent;     /* requests of ours that were sent before it */
		size_t before;     /* of them unanswered, and sent after the
		                    * receipt before it came */
		struct buf frame, id;
	} *one;
	size_t n;
	size_t since;      /* requests unanswered that were sent after the last */
};

void early_free(struct early *);

/* The id of the one at i, counted in order of coming from 0 to n - 1. */
struct span early_id(const struct early *, size_t i);

/* The one at i, decoded; it points into what is kept. */
void early_look(const struct early *, size_t i, struct pdu *);

/* Keeps a copy; false when there are too many. sent of our requests were sent
 * till now, unanswered of them were not answered yet. */
bool early_add(struct early *, void *link, const struct pdu *, struct span id,
    uint64_t sent, size_t unanswered);

/* A request of ours was sent; the one with this number, counted from 1, was
 * answered, or will not be. */
static inline void
early_sent(struct early *e)
{
	e->since++;
}
void early_answered(struct early *, uint64_t number);

/* Whether all that was sent before the first one is answered: it can have no
 * message of ours any more. */
bool early_is_vain(const struct early *);

/*
 * Takes one out: one with that id, or any when id is NULL; only those of that
 * link unless link is NULL. False when there is none. pdu points into frame,
 * which the caller frees.
 */
bool early_take(struct early *, const struct span *id, const void *link,
    struct pdu *pdu, struct buf *frame, void **from);

#endif
