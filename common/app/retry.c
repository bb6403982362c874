/* SPDX-License-Identifier: ISC */
/* Waits between attempts. */
#include "app/retry.h"

enum {
	FIRST_MS = 1000,
	MOST_MS = 60 * 1000,
	REFUSED_MS = 60 * 1000,
	REFUSED_LATER_MS = 15 * 60 * 1000,
	REFUSED_OFTEN = 5,     /* refusals before the longer wait */
};

void
retry_init(struct retry *r, uint64_t most_ms, uint64_t now)
{
	*r = (struct retry){.most_ms = most_ms, .down_since = now};
}

void
retry_worked(struct retry *r, uint64_t now)
{
	r->failures = 0;
	r->down_since = now;
}

uint64_t
retry_failed(struct retry *r, uint16_t chance)
{
	uint64_t ms = FIRST_MS;

	for (uint32_t i = 0; i < r->failures && ms < MOST_MS; i++)
		ms *= 2;
	if (r->failures < UINT32_MAX)
		r->failures++;
	if (ms > MOST_MS)
		ms = MOST_MS;
	return ms * 3 / 4 + ms * chance / 2 / 0xffff;
}

uint64_t
retry_refused(struct retry *r)
{
	if (r->refusals < UINT32_MAX)
		r->refusals++;
	return r->refusals > REFUSED_OFTEN ? REFUSED_LATER_MS : REFUSED_MS;
}

uint64_t
retry_left(const struct retry *r, uint64_t now)
{
	uint64_t gone = now - r->down_since;

	if (r->most_ms == UINT64_MAX)
		return UINT64_MAX;
	return gone < r->most_ms ? r->most_ms - gone : 0;
}
