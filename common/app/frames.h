/* SPDX-License-Identifier: ISC */
#ifndef APP_FRAMES_H
#define APP_FRAMES_H

#include "base/buf.h"

/*
 * Finds PDUs in a stream of octets that may hold anything: what is no PDU is
 * passed over until something looks like one again.
 */
enum {
	FRAMES_PDU_MAX = 1 << 20,  /* octets of a PDU that is believed */
	FRAMES_LOOK = 12,          /* octets that tell whether one starts */
};

struct frames {
	struct buf part;    /* octets not yet told */
	size_t at;          /* how many of them are done with */
	uint64_t offset;    /* of part in the stream */
	uint64_t skipped;   /* octets passed over since the last PDU */
	bool in_step;       /* a PDU is believed to start here */
};

enum frames_result {
	FRAMES_PDU,
	FRAMES_GARBAGE,  /* so many octets were no PDU */
	FRAMES_CUT,      /* the stream ends within a PDU */
	FRAMES_MORE,     /* more octets are needed; with last, it is the end */
};

/* Ready for the start of a stream. doubtful: it may hold something else than
 * SMPP, so that even its first PDU has to look like one. */
void frames_init(struct frames *, bool doubtful);
void frames_free(struct frames *);

/* Whether a known PDU of a sane length may start there: what is sent with a
 * status is a response. */
bool frames_plausible(struct span);

/* Octets were lost: what is kept of them is no use. */
void frames_lost(struct frames *, uint64_t n);

/*
 * The next thing in part: its octets (none of GARBAGE), where it starts, how
 * long it is. The octets live until the next call. last: no more will come.
 */
enum frames_result frames_next(struct frames *, bool last, struct span *octets,
    uint64_t *offset, uint64_t *length);

#endif
