/* SPDX-License-Identifier: ISC */
#ifndef BASE_DICE_H
#define BASE_DICE_H

#include <stdint.h>

/*
 * Chance that can be repeated: equal seeds throw equal dice (splitmix64, for
 * which any seed is as good as another). Not for secrets.
 */
struct dice {
	uint64_t state;
};

static inline struct dice
dice_of(uint64_t seed)
{
	return (struct dice){seed};
}

static inline uint64_t
dice_next(struct dice *d)
{
	uint64_t n = d->state += UINT64_C(0x9e3779b97f4a7c15);

	n = (n ^ (n >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ (n >> 27)) * UINT64_C(0x94d049bb133111eb);
	return n ^ (n >> 31);
}

/* A number from least to most. */
static inline uint64_t
dice_between(struct dice *d, uint64_t least, uint64_t most)
{
	if (most <= least)
		return least;
	return most - least == UINT64_MAX ? dice_next(d) :
	    least + dice_next(d) % (most - least + 1);
}

/* A number over 0, at most 1. */
static inline double
dice_unit(struct dice *d)
{
	return (double)((dice_next(d) >> 11) + 1) / (double)(UINT64_C(1) << 53);
}

#endif
