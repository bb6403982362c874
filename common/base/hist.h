/* SPDX-License-Identifier: ISC */
#ifndef BASE_HIST_H
#define BASE_HIST_H

#include <stdint.h>

enum {
	HIST_LINEAR_BITS = 10,  /* below 2^10 each value has its own count */
	HIST_TOP_BITS = 40,     /* from 2^40 on all values share the last one */
	HIST_COUNTS = (HIST_TOP_BITS - HIST_LINEAR_BITS + 2) <<
	    (HIST_LINEAR_BITS - 1),
};

/*
 * A histogram of whole numbers, of microseconds say: exact below 1024, with
 * an error under one in a thousand up to 2^40 (12 days). All zero is an empty
 * one; it takes 128 KiB and never allocates.
 */
struct hist {
	uint64_t n;         /* values added */
	uint64_t sum;       /* of them; stays at UINT64_MAX when past it */
	uint64_t least, most;
	uint64_t count[HIST_COUNTS];
};

void hist_add(struct hist *, uint64_t value);

/* Adds all values of another. */
void hist_merge(struct hist *, const struct hist *);

/* The least value that permille thousandths of all values do not exceed
 * (500: the median, 1000: the highest); 0 of an empty one. */
uint64_t hist_at(const struct hist *, unsigned permille);

/* The mean, rounded down; 0 of an empty one. */
uint64_t hist_mean(const struct hist *);

#endif
