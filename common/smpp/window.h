/* SPDX-License-Identifier: ISC */
#ifndef SMPP_WINDOW_H
#define SMPP_WINDOW_H

#include "smpp/pdu.h"

/*
 * The requests of ours in flight: found by sequence_number, and kept in the
 * order of sending, in which they become overdue. Places are numbered from
 * 1; 0 stands for none. Nothing is allocated after window_init.
 */
struct pending {
	uint64_t tag, sent_ms;
	uint32_t sequence;
	uint32_t chain;         /* next with the same bucket, or next unused */
	uint32_t older, newer;
	enum pdu_type type;
	bool late;              /* past its time */
};

struct window {
	struct pending *place;
	uint32_t *bucket;
	uint32_t mask;
	uint32_t n, n_late;
	uint32_t oldest, newest;
	uint32_t due;           /* the oldest that is not late */
	uint32_t unused;
};

void window_init(struct window *, uint32_t size);
void window_free(struct window *);

/* Where the request with this number is. */
uint32_t window_find(const struct window *, uint32_t sequence);
const struct pending *window_at(const struct window *, uint32_t place);

/* Adds one; there must be room (n < size). */
void window_add(struct window *, uint32_t sequence, enum pdu_type, uint64_t tag,
    uint64_t now);

/* Takes the one at a place out and gives what it was. */
void window_take(struct window *, uint32_t place, struct pending *was);

/* Marks the one due as late; it keeps its place. */
void window_pass_due(struct window *);

#endif
