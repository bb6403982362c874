/* SPDX-License-Identifier: ISC */
#ifndef APP_FLOW_H
#define APP_FLOW_H

#include "base/bucket.h"
#include "base/span.h"

/*
 * How fast a link may be driven. Without complaints only the window counts,
 * which opens fast. ESME_RTHROTTLED cuts rate and window by a factor, once for
 * a round trip, and answers let them grow again; when nothing at all is taken
 * any more, one request at a time asks whether that is over. Times are
 * monotonic milliseconds. What a refused part does next is the caller's: it
 * goes again before anything else.
 */

/* What sending waits for. */
enum flow_limit {
	FLOW_FREE,    /* nothing: it may go on */
	FLOW_INPUT,   /* no row to send */
	FLOW_RATE,    /* the rate that was set */
	FLOW_WINDOW,  /* the window that was set is full */
	FLOW_PEER,    /* the SMSC slows us down */
	FLOW_HOURS,   /* the hours of the day that were set */
	FLOW_LIMITS
};

/* "the rate set", "the window" ..., static; "nothing" of FLOW_FREE. */
const char *flow_limit_words(enum flow_limit);

enum { FLOW_SLOTS = 10, FLOW_FULL_QUEUES = 3 };

struct flow_conf {
	uint32_t window;       /* most requests in flight */
	uint64_t throttle_ms;  /* --throttle-time */
};

/* Members are private to flow.c. */
struct flow {
	struct flow_conf conf;
	struct bucket bucket;
	uint64_t started_ms;
	uint64_t rate;          /* in milli-PDUs a second; 0: not paced */
	uint64_t ceiling;       /* the rate that was too high; UINT64_MAX: unknown */
	uint64_t rest;          /* of growth, in milli-PDUs a 1000 s */
	uint32_t window;        /* in force */
	uint64_t round_trip;    /* ms, times 8, smoothed; 0: not measured */
	uint64_t decreased_ms;  /* what left before has had its consequence */
	uint64_t grown_ms;
	uint64_t throttled_ms;  /* since when nothing was accepted */
	unsigned barren;        /* decreases since something was accepted */
	bool wanted;            /* more would have gone, but for the rate */
	bool held, throttled;
	bool closed;            /* one request at a time, not before probe_ms */
	uint64_t closed_ms, probe_ms, probe_wait;
	uint64_t slot;          /* of 100 ms, counted from time 0 */
	uint32_t accepted[FLOW_SLOTS];
	struct flow_queue {
		uint32_t hash;
		uint64_t ms;
		bool used;
	} full[FLOW_FULL_QUEUES];
};

void flow_init(struct flow *, const struct flow_conf *, uint64_t now);

/* The link was made anew: what the window was measured with is over, what
 * was learnt of the rate is kept. */
void flow_again(struct flow *, uint64_t now);

/* FLOW_FREE when a request may leave now, of in_flight others; else why not. */
enum flow_limit flow_may_send(struct flow *, uint32_t in_flight, uint64_t now);

/* How many may leave, of in_flight others, whatever the clock says; 0 when it
 * has a say. */
uint32_t flow_room(const struct flow *, uint32_t in_flight);

/* When to ask again though no answer came; UINT64_MAX when only an answer
 * can change it. After flow_may_send said no. */
uint64_t flow_next(struct flow *, uint32_t in_flight, uint64_t now);

/* A request left; flow_may_send has said that it may. */
void flow_sent(struct flow *, uint64_t now);

/* Answers to a request that left at sent_ms: with status 0, or one that says
 * nothing of the load; ESME_RTHROTTLED; ESME_RMSGQFUL, which is the link's
 * affair only when several destinations have it within a second. */
void flow_accepted(struct flow *, uint64_t sent_ms, uint64_t now);
void flow_throttled(struct flow *, uint64_t sent_ms, uint64_t now);
void flow_queue_full(struct flow *, struct span destination, uint64_t sent_ms,
    uint64_t now);

/* congestion_state of an answer (5.0): 0 to 99, 100 is a pause. Before the
 * call for the answer itself. */
void flow_congestion(struct flow *, uint32_t state, uint64_t sent_ms,
    uint64_t now);

/* Whether throttling went on for --throttle-time with nothing accepted: what
 * is throttled now fails for good. */
bool flow_gave_up(const struct flow *, uint64_t now);

/* Whether that is so of all that is asked: to go on would be vain. */
bool flow_is_vain(const struct flow *, uint64_t now);

/* The rate in force in milli-PDUs a second; 0 when only the window counts. */
uint64_t flow_rate(const struct flow *);

/* How long to wait before attempt n + 1 (n from 1): 1 s, 2 s, 4 s ... to a
 * minute, of which up to half is taken off by chance. */
uint64_t flow_backoff(unsigned n, uint32_t *seed);

/* How long sending has waited for what. All zero is a start at time 0. */
struct flow_limits {
	enum flow_limit now;
	uint64_t since_ms;
	uint64_t ms[FLOW_LIMITS];
};

/* From now on sending waits for this. */
void flow_limits_note(struct flow_limits *, enum flow_limit, uint64_t now);

/* For what it waited longest; FLOW_FREE when it never waited. */
enum flow_limit flow_limits_verdict(const struct flow_limits *, uint64_t now);

#endif
