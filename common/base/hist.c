/* SPDX-License-Identifier: ISC */
/*
 * A log-linear histogram: each power of two is cut into 512 equal ranges, and
 * a range stands for its middle.
 */
#include "base/hist.h"

enum {
	HALF_BITS = HIST_LINEAR_BITS - 1,
	HALF = 1 << HALF_BITS,
};

/* Which range a value is in. */
static uint32_t
range_of(uint64_t value)
{
	uint32_t shift = 0;

	if (value >> HIST_TOP_BITS != 0)
		return HIST_COUNTS - 1;
	while (value >> shift >> HIST_LINEAR_BITS != 0)
		shift++;
	return (uint32_t)(shift * HALF + (value >> shift));
}

/* The value in the middle of a range. */
static uint64_t
middle_of(uint32_t range)
{
	uint32_t shift;

	if (range < 2 * HALF)
		return range;
	shift = range / HALF - 1;
	return ((uint64_t)(range - shift * HALF) << shift) +
	    (UINT64_C(1) << shift >> 1);
}

static uint64_t
add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void
hist_add(struct hist *h, uint64_t value)
{
	if (h->n == 0 || value < h->least)
		h->least = value;
	if (value > h->most)
		h->most = value;
	h->n++;
	h->sum = add(h->sum, value);
	h->count[range_of(value)]++;
}

void
hist_merge(struct hist *h, const struct hist *other)
{
	if (other->n == 0)
		return;
	if (h->n == 0 || other->least < h->least)
		h->least = other->least;
	if (other->most > h->most)
		h->most = other->most;
	h->n += other->n;
	h->sum = add(h->sum, other->sum);
	for (uint32_t i = 0; i < HIST_COUNTS; i++)
		h->count[i] += other->count[i];
}

uint64_t
hist_at(const struct hist *h, unsigned permille)
{
	uint64_t rank, seen = 0, value;
	uint32_t i;

	if (h->n == 0)
		return 0;
	if (permille >= 1000)
		return h->most;
	/* n * permille / 1000, rounded up, without leaving 64 bits */
	rank = h->n / 1000 * permille + (h->n % 1000 * permille + 999) / 1000;
	if (rank <= 1)
		return h->least;
	for (i = 0; i < HIST_COUNTS - 1; i++) {
		seen += h->count[i];
		if (seen >= rank)
			break;
	}
	value = i == HIST_COUNTS - 1 ? h->most : middle_of(i);
	if (value < h->least)
		return h->least;
	return value > h->most ? h->most : value;
}

uint64_t
hist_mean(const struct hist *h)
{
	return h->n == 0 ? 0 : h->sum / h->n;
}
