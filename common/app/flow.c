/* SPDX-License-Identifier: ISC */
/*
 * Additive increase, multiplicative decrease. The first ESME_RTHROTTLED ends
 * the free run: from then on a bucket paces the link. Its rate doubles in a
 * second as long as it is well under the one that was too high, and creeps
 * above that. The window is what the rate fills in one and a half round trips.
 */
#include "app/flow.h"

enum {
	WINDOW_FIRST = 32,        /* of a free run; then one more an answer */
	RATE_LEAST = 1000,        /* 1/s; below that is closed */
	PER_MS = 1000000,         /* a rate is milli-PDUs a second */
	DECREASE = 900,           /* thousandths that are left */
	NEAR = 920,               /* thousandths of the ceiling: then creep */
	CREEP = 50,               /* a 50th of the ceiling in a second */
	FORGET_MS = 20000,        /* a ceiling without complaint is none */
	BARREN_MOST = 3,
	PROBE_LEAST_MS = 100,
	PROBE_MOST_MS = 1000,
	SLOT_MS = 100,
	FULL_MS = 1000,
	CONGESTION_HOLD = 80,
	CONGESTION_SHRINK = 90,
	CONGESTION_PAUSE = 100,
	BACKOFF_MS = 1000,
	BACKOFF_MOST_MS = 60000,
};

const char *
flow_limit_words(enum flow_limit limit)
{
	static const char *const words[FLOW_LIMITS] = {"nothing", "the input",
	    "the rate set", "the window", "the SMSC", "the hours set"};

	return words[limit];
}

void
flow_init(struct flow *f, const struct flow_conf *conf, uint64_t now)
{
	*f = (struct flow){.conf = *conf, .started_ms = now,
	    .ceiling = UINT64_MAX, .slot = now / SLOT_MS};
	f->window = conf->window < WINDOW_FIRST ? conf->window : WINDOW_FIRST;
	bucket_init(&f->bucket, (struct rate){0}, now);
}

void
flow_again(struct flow *f, uint64_t now)
{
	f->round_trip = 0;
	if (f->rate == 0 && f->window > WINDOW_FIRST)
		f->window = WINDOW_FIRST;
	f->decreased_ms = now;
	f->grown_ms = now;
	f->probe_ms = now;
}

static uint64_t
round_trip_ms(const struct flow *f)
{
	return f->round_trip / 8 > 0 ? f->round_trip / 8 : 1;
}

static void
measure(struct flow *f, uint64_t sent_ms, uint64_t now)
{
	uint64_t ms = now > sent_ms ? now - sent_ms : 0;

	if (f->round_trip == 0)
		f->round_trip = ms * 8 + 1;
	else
		f->round_trip += ms - f->round_trip / 8;
}

/* What was accepted a second, of late, in milli-PDUs. */
static void
move_slots(struct flow *f, uint64_t now)
{
	uint64_t slot = now / SLOT_MS;

	for (unsigned i = 0; i < FLOW_SLOTS && f->slot < slot; i++)
		f->accepted[++f->slot % FLOW_SLOTS] = 0;
	if (f->slot < slot)
		f->slot = slot;
}

static uint64_t
accepted_rate(struct flow *f, uint64_t now)
{
	uint64_t n = 0, ms = now - f->started_ms;
	uint64_t kept = (FLOW_SLOTS - 1) * SLOT_MS + now % SLOT_MS;

	move_slots(f, now);
	for (unsigned i = 0; i < FLOW_SLOTS; i++)
		n += f->accepted[i];
	ms = ms > kept ? kept : ms;
	return ms == 0 ? 0 : n * PER_MS / ms;
}

/* Puts rate, and with it the window, in force. */
static void
set_rate(struct flow *f, uint64_t rate, uint64_t now)
{
	uint64_t window;

	f->rate = rate < RATE_LEAST ? RATE_LEAST : rate;
	bucket_pace(&f->bucket, (struct rate){f->rate, PER_MS}, now);
	window = 2 + f->rate * (round_trip_ms(f) * 3 / 2 + BUCKET_CATCH_UP) /
	    PER_MS;
	f->window = window < f->conf.window ? (uint32_t)window :
	    f->conf.window;
}

static void
close_down(struct flow *f, uint64_t wait_ms, uint64_t now)
{
	f->closed = true;
	f->closed_ms = now;
	f->probe_wait = wait_ms;
	f->probe_ms = now + wait_ms;
}

static void
decrease(struct flow *f, uint64_t sent_ms, uint64_t now)
{
	uint32_t window = (uint32_t)((uint64_t)f->window * DECREASE / 1000) + 1;
	uint64_t taken, rate;

	if (f->decreased_ms != 0 && sent_ms <= f->decreased_ms)
		return;
	taken = accepted_rate(f, now);
	if (f->rate == 0) {
		rate = (uint64_t)f->window * PER_MS / round_trip_ms(f);
		/* what was taken in the first moments tells little */
		if (now - f->started_ms >= 1000 && taken > 0)
			f->ceiling = rate = taken < rate ? taken : rate;
		else if (taken < rate)
			rate = taken > rate / 2 ? taken : rate / 2;
	} else {
		rate = f->rate;
		f->ceiling = rate;
		if (taken < rate)
			rate = taken > rate / 2 ? taken : rate / 2;
	}
	set_rate(f, rate * DECREASE / 1000, now);
	f->window = f->window < window ? f->window : window;
	f->decreased_ms = now;
	f->grown_ms = now;
	f->wanted = false;
	if (++f->barren >= BARREN_MOST && !f->closed)
		close_down(f, PROBE_LEAST_MS, now);
}

static void
grow(struct flow *f, uint64_t now)
{
	uint64_t ms = now - f->grown_ms, step, growth;

	if (f->rate == 0) {
		if (f->window < f->conf.window && !f->held)
			f->window++;
		return;
	}
	f->grown_ms = now;
	if (f->held || !f->wanted)
		return;
	f->wanted = false;
	if (now - f->decreased_ms > FORGET_MS)
		f->ceiling = UINT64_MAX;
	step = f->rate;
	if (f->ceiling != UINT64_MAX && f->rate >= f->ceiling / 1000 * NEAR) {
		step = f->ceiling / CREEP;
		step = step > RATE_LEAST ? step : RATE_LEAST;
	}
	growth = step * (ms < 1000 ? ms : 1000) + f->rest;
	f->rest = growth % 1000;
	if (f->rate / 1000 < BUCKET_RATE_MOST)
		set_rate(f, f->rate + growth / 1000, now);
}

void
flow_accepted(struct flow *f, uint64_t sent_ms, uint64_t now)
{
	measure(f, sent_ms, now);
	move_slots(f, now);
	f->accepted[f->slot % FLOW_SLOTS]++;
	f->throttled = false;
	if (f->closed && sent_ms >= f->closed_ms) {
		f->closed = false;
		f->grown_ms = now;
	}
	if (sent_ms >= f->decreased_ms)
		f->barren = 0;
	if (!f->closed)
		grow(f, now);
}

void
flow_throttled(struct flow *f, uint64_t sent_ms, uint64_t now)
{
	uint64_t wait;

	measure(f, sent_ms, now);
	if (!f->throttled)
		f->throttled_ms = now;
	f->throttled = true;
	if (!f->closed) {
		decrease(f, sent_ms, now);
		return;
	}
	if (sent_ms < f->closed_ms || now < f->probe_ms)
		return;
	wait = f->probe_wait * 2;
	f->probe_wait = wait < PROBE_MOST_MS ? wait : PROBE_MOST_MS;
	f->probe_ms = now + f->probe_wait;
}

/* FNV-1a */
static uint32_t
hash_of(struct span s)
{
	uint32_t h = 2166136261;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 16777619;
	return h;
}

void
flow_queue_full(struct flow *f, struct span destination, uint64_t sent_ms,
    uint64_t now)
{
	uint32_t hash = hash_of(destination);
	struct flow_queue *place = &f->full[0], *q;
	unsigned n = 0;

	for (unsigned i = 0; i < FLOW_FULL_QUEUES; i++) {
		q = &f->full[i];
		if (q->used && now - q->ms > FULL_MS)
			q->used = false;
		if (q->used && q->hash == hash) {
			place = q;
			break;
		}
		if (!q->used || (place->used && q->ms < place->ms))
			place = q;
	}
	*place = (struct flow_queue){hash, now, true};
	for (unsigned i = 0; i < FLOW_FULL_QUEUES; i++)
		n += f->full[i].used && now - f->full[i].ms <= FULL_MS;
	measure(f, sent_ms, now);
	if (n == FLOW_FULL_QUEUES && !f->closed)
		decrease(f, sent_ms, now);
}

void
flow_congestion(struct flow *f, uint32_t state, uint64_t sent_ms, uint64_t now)
{
	f->held = state >= CONGESTION_HOLD;
	if (state >= CONGESTION_PAUSE) {
		if (!f->closed)
			decrease(f, sent_ms, now);
		/* now + 1: this very answer does not open it again */
		close_down(f, PROBE_MOST_MS, now + 1);
	} else if (state > CONGESTION_SHRINK && !f->closed) {
		decrease(f, sent_ms, now);
		f->barren = 0;
	}
}

enum flow_limit
flow_may_send(struct flow *f, uint32_t in_flight, uint64_t now)
{
	if (f->closed)
		return in_flight == 0 && now >= f->probe_ms ? FLOW_FREE :
		    FLOW_PEER;
	if (in_flight >= f->window) {
		f->wanted |= f->window < f->conf.window;
		return f->window < f->conf.window && f->rate != 0 ? FLOW_PEER :
		    FLOW_WINDOW;
	}
	if (f->rate != 0 && bucket_next(&f->bucket, now) > now) {
		f->wanted = true;
		return FLOW_PEER;
	}
	return FLOW_FREE;
}

uint32_t
flow_room(const struct flow *f, uint32_t in_flight)
{
	return f->closed || f->rate != 0 || in_flight >= f->window ? 0 :
	    f->window - in_flight;
}

uint64_t
flow_next(struct flow *f, uint32_t in_flight, uint64_t now)
{
	if (f->closed)
		return in_flight == 0 ? f->probe_ms : UINT64_MAX;
	return in_flight >= f->window ? UINT64_MAX :
	    bucket_next(&f->bucket, now);
}

void
flow_sent(struct flow *f, uint64_t now)
{
	bucket_take(&f->bucket, now);
}

bool
flow_gave_up(const struct flow *f, uint64_t now)
{
	return f->throttled && now - f->throttled_ms >= f->conf.throttle_ms;
}

bool
flow_is_vain(const struct flow *f, uint64_t now)
{
	/* a request that asked whether it was over has been refused as well */
	return f->closed && f->probe_wait > PROBE_LEAST_MS &&
	    flow_gave_up(f, now);
}

uint64_t
flow_rate(const struct flow *f)
{
	return f->rate;
}

uint64_t
flow_backoff(unsigned n, uint32_t *seed)
{
	uint64_t ms = BACKOFF_MS;

	while (n-- > 1 && ms < BACKOFF_MOST_MS)
		ms *= 2;
	if (ms > BACKOFF_MOST_MS)
		ms = BACKOFF_MOST_MS;
	*seed = *seed * 1664525 + 1013904223;
	return ms - ((ms / 2 * *seed) >> 32);
}

void
flow_limits_note(struct flow_limits *l, enum flow_limit limit, uint64_t now)
{
	if (now > l->since_ms)
		l->ms[l->now] += now - l->since_ms;
	l->since_ms = now;
	l->now = limit;
}

enum flow_limit
flow_limits_verdict(const struct flow_limits *l, uint64_t now)
{
	struct flow_limits sum = *l;
	enum flow_limit longest = FLOW_FREE;

	flow_limits_note(&sum, l->now, now);
	for (int i = FLOW_INPUT; i < FLOW_LIMITS; i++)
		if (sum.ms[i] > 0 && (longest == FLOW_FREE ||
		    sum.ms[i] > sum.ms[longest]))
			longest = (enum flow_limit)i;
	return longest;
}
