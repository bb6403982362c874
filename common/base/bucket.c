/* SPDX-License-Identifier: ISC */
/*
 * Pace and limit. The pace is a bucket of credit that holds one take and what
 * a late caller may make up for; the limit counts takes in slots of a
 * thousandth of its period. Two takes that are 1001 slots apart are a whole
 * period apart wherever in their slots they were, hence one slot more.
 */
#include "base/bucket.h"

#include <string.h>

void
bucket_init(struct bucket *b, struct rate limit, uint64_t now)
{
	memset(b, 0, sizeof(*b));
	b->limit = limit;
	b->catch_up_ms = BUCKET_CATCH_UP;
	b->now = now;
	b->slot_ms = limit.per_ms < 1000 ? 1 : limit.per_ms / 1000;
	b->slot = now / b->slot_ms;
	bucket_pace(b, (struct rate){0}, now);
	b->credit = b->pace.per_ms;
}

/* Moves on to now: credit comes in, slots that are too old leave. */
static void
move(struct bucket *b, uint64_t now)
{
	uint64_t slot, elapsed;

	if (now <= b->now)
		return;
	slot = now / b->slot_ms;
	elapsed = now - b->now;
	b->now = now;
	if (b->pace.n > 0) {
		uint64_t room = b->credit_most - b->credit;

		if (elapsed > room / b->pace.n)
			b->credit = b->credit_most;
		else
			b->credit += elapsed * b->pace.n;
	}
	if (slot - b->slot >= BUCKET_SLOTS) {
		memset(b->taken, 0, sizeof(b->taken));
		b->n_taken = 0;
		b->slot = slot;
	}
	while (b->slot < slot) {
		uint32_t *oldest = &b->taken[++b->slot % BUCKET_SLOTS];

		b->n_taken -= *oldest;
		*oldest = 0;
	}
}

void
bucket_pace(struct bucket *b, struct rate pace, uint64_t now)
{
	uint64_t whole;

	move(b, now);
	if (pace.n == 0)
		pace = b->limit;
	if (pace.n == 0) {
		b->pace = pace;
		return;
	}
	/* the same credit in the new unit: whole takes and the rest */
	if (b->pace.n > 0 && b->pace.per_ms != pace.per_ms) {
		whole = b->credit / b->pace.per_ms;
		b->credit = whole * pace.per_ms + b->credit % b->pace.per_ms *
		    pace.per_ms / b->pace.per_ms;
	} else if (b->pace.n == 0) {
		b->credit = pace.per_ms;
	}
	b->pace = pace;
	b->credit_most = pace.per_ms + pace.n * b->catch_up_ms;
	if (b->credit > b->credit_most)
		b->credit = b->credit_most;
}

void
bucket_catch_up(struct bucket *b, uint64_t ms)
{
	b->catch_up_ms = ms;
	b->credit_most = b->pace.per_ms + b->pace.n * ms;
	if (b->credit > b->credit_most)
		b->credit = b->credit_most;
}

static bool
has_credit(const struct bucket *b)
{
	return b->pace.n == 0 || b->credit >= b->pace.per_ms;
}

static bool
is_below_limit(const struct bucket *b)
{
	return b->limit.n == 0 || b->n_taken < b->limit.n;
}

/* It counts nothing; bucket_pace moves it on to when it does. */
static bool
is_free(const struct bucket *b)
{
	return b->pace.n == 0 && b->limit.n == 0;
}

bool
bucket_take(struct bucket *b, uint64_t now)
{
	if (is_free(b))
		return true;
	move(b, now);
	if (!has_credit(b) || !is_below_limit(b))
		return false;
	if (b->pace.n > 0)
		b->credit -= b->pace.per_ms;
	if (b->limit.n > 0) {
		b->taken[b->slot % BUCKET_SLOTS]++;
		b->n_taken++;
	}
	return true;
}

/* When enough of the oldest takes are a period old. */
static uint64_t
below_limit_at(const struct bucket *b)
{
	uint64_t left = b->n_taken, slot = b->slot + 1;

	/* the slot after this one's takes the place of the oldest */
	while (left >= b->limit.n)
		left -= b->taken[slot++ % BUCKET_SLOTS];
	return (slot - 1) * b->slot_ms;
}

uint64_t
bucket_next(struct bucket *b, uint64_t now)
{
	uint64_t at, limit_at;

	if (is_free(b))
		return now > b->now ? now : b->now;
	move(b, now);
	at = now > b->now ? now : b->now;
	if (!has_credit(b))
		at += (b->pace.per_ms - b->credit + b->pace.n - 1) / b->pace.n;
	if (!is_below_limit(b)) {
		limit_at = below_limit_at(b);
		at = limit_at > at ? limit_at : at;
	}
	return at;
}
