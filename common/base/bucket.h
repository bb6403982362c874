/* SPDX-License-Identifier: ISC */
#ifndef BASE_BUCKET_H
#define BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* So many in so many milliseconds; n 0 is no limit. */
struct rate {
	uint64_t n;
	uint64_t per_ms;
};

enum {
	BUCKET_SLOTS = 1001,     /* of the period's thousandth each */
	BUCKET_CATCH_UP = 20,    /* ms of a late caller that are made up for, unless told otherwise */
};

/* The highest n that a bucket works with. */
#define BUCKET_RATE_MOST UINT64_C(1000000000)

/*
 * Takes at an even pace: credit grows by the pace's n each millisecond, one
 * take costs the pace's per_ms, so that nothing is rounded. Beside the pace a
 * limit holds: never more than its n in any time of its length, whatever the
 * caller's delays. All times are monotonic milliseconds. Members are private.
 */
struct bucket {
	struct rate limit, pace;
	uint64_t credit, credit_most;
	uint64_t catch_up_ms;
	uint64_t now;
	uint64_t slot_ms, slot;  /* the slot of now, counted from time 0 */
	uint64_t n_taken;        /* in all slots */
	uint32_t taken[BUCKET_SLOTS];
};

/* Starts full: the first take is allowed at once. n of the limit is at most
 * BUCKET_RATE_MOST, per_ms is 1000 or a multiple of it. */
void bucket_init(struct bucket *, struct rate limit, uint64_t now);

/*
 * From now on no faster than the pace, under the same limit; any time. A pace
 * of n 0 is that of the limit again. Fractions are a long time: 487.5/s is
 * 487500 in 1000000 ms.
 */
void bucket_pace(struct bucket *, struct rate pace, uint64_t now);

/* From now on so much of a late caller's time is made up for, as far as the
 * limit lets it. */
void bucket_catch_up(struct bucket *, uint64_t ms);

/* Takes one if that is allowed now. */
bool bucket_take(struct bucket *, uint64_t now);

/* When the next take is allowed; not after now: it is. */
uint64_t bucket_next(struct bucket *, uint64_t now);

#endif
