/* SPDX-License-Identifier: ISC */
/*
 * When a fault applies. How it is done is the simulator's; how it is written
 * is fault_read.c's.
 */
#include "app/fault.h"

#include <stdlib.h>

void
faults_init(struct faults *faults, uint64_t seed, uint64_t now)
{
	*faults = (struct faults){.dice = dice_of(seed), .start_ms = now};
}

static void
release(struct span s)
{
	free((void *)(uintptr_t)s.p);
}

void
faults_free(struct faults *faults)
{
	for (size_t i = 0; i < faults->n; i++) {
		release(faults->fault[i].whom.account);
		release(faults->fault[i].whom.from);
		release(faults->fault[i].whom.to);
	}
	free(faults->fault);
	*faults = (struct faults){0};
}

static bool
is_whom(struct span pattern, struct span is)
{
	if (pattern.n == 0)
		return true;
	if (pattern.p[pattern.n - 1] != '*')
		return span_eq(pattern, is);
	return is.n >= pattern.n - 1 && (pattern.n == 1 ||
	    memcmp(pattern.p, is.p, pattern.n - 1) == 0);
}

/* The dice are thrown at each occasion, so that what else decides changes
 * nothing for those to come. */
static bool
applies(struct faults *faults, struct fault *f, uint64_t now)
{
	bool likely = f->share == 0 ||
	    dice_next(&faults->dice) % FAULT_SHARES < f->share;

	if (f->at_ms > 0 && now - faults->start_ms < f->at_ms)
		return false;
	if (++f->seen <= f->after)
		return false;
	if (f->seen == f->after + 1)
		f->since_ms = f->at_ms > 0 ? faults->start_ms + f->at_ms : now;
	if (f->for_ms > 0 && now - f->since_ms >= f->for_ms)
		return false;
	if (f->every > 0 && (f->seen - f->after) % f->every != 0)
		return false;
	return likely && (f->count == 0 || f->used < f->count);
}

void
faults_next(struct faults *faults, uint64_t on, const struct fault_whom *whom,
    uint64_t now, struct fault_set *set)
{
	if ((faults->on & on) == 0)
		return;
	for (size_t i = 0; i < faults->n; i++) {
		struct fault *f = &faults->fault[i];
		const struct fault **place = &set->of[fault_row(f->kind)->group];

		if ((f->on & on) == 0 ||
		    !is_whom(f->whom.account, whom->account) ||
		    !is_whom(f->whom.from, whom->from) ||
		    !is_whom(f->whom.to, whom->to))
			continue;
		if (!applies(faults, f, now) || *place != NULL)
			continue;
		*place = f;
		f->used++;
	}
}

const struct fault *
fault_in(const struct fault_set *set, enum fault_kind kind)
{
	const struct fault *f = set->of[fault_row(kind)->group];

	return f != NULL && f->kind == kind ? f : NULL;
}

uint32_t
fault_status(const struct fault *f, struct dice *dice)
{
	uint32_t at = 0;

	if (f->n_mix > 1)
		at = (uint32_t)dice_between(dice, 0, f->shares - 1);
	for (size_t i = 0; i + 1 < f->n_mix; i++) {
		if (at < f->mix[i].share)
			return f->mix[i].status;
		at -= f->mix[i].share;
	}
	return f->mix[f->n_mix - 1].status;
}
