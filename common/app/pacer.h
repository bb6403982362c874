/* SPDX-License-Identifier: ISC */
#ifndef APP_PACER_H
#define APP_PACER_H

#include "app/flow.h"
#include "app/hours.h"
#include "app/link.h"

/*
 * When the next request may leave: the hours and the rate that were set, which
 * all links share, what the SMSC bears on a link, and the link's window, asked
 * in one place.
 */
struct pacer_conf {
	struct rate rate;      /* n 0: no limit */
	uint32_t window;       /* of each link */
	uint64_t throttle_ms;
	struct hours hours;
	bool open_loop;        /* PDUs are due at the rate, whatever the answers */
};

struct pacer {
	struct bucket bucket;
	struct flow_limits limits;  /* what sending waited for */
	uint64_t next_ms;      /* when the rate or the hours are to be asked
	                        * again; UINT64_MAX: sending waits for others */
	struct hours hours;
	int64_t opens_ms;      /* UTC, when the hours begin; 0: they have */
	bool started;
	uint64_t due_us, due_rest; /* of open_loop: of the next PDU */
	uint64_t behind_ms;    /* of open_loop: how late the last one left */
	uint64_t left_ms;      /* until then, or until the clock is read again */
};

void pacer_init(struct pacer *, const struct pacer_conf *, uint64_t now);

/* The flow of a link that was made. */
void pacer_flow_init(struct flow *, const struct pacer_conf *, uint64_t now);

/* The time of day, for the hours: before the others are asked. True when they
 * have just ended. */
bool pacer_clock(struct pacer *, int64_t utc_ms);

/* The requests that the flow counts: those past their time keep their place in
 * the window that was set, but load nothing any more. */
uint32_t pacer_in_flight(const struct session *);

/* How many requests may leave on the session now, whatever the clock says; 0
 * when a rate or the hours have a say. */
uint32_t pacer_free(const struct pacer *, const struct flow *,
    const struct session *);

/* FLOW_FREE when a request may leave on the session now, which has this flow;
 * else why not. FLOW_RATE and FLOW_HOURS are the same for all links: next_ms
 * tells how long. */
enum flow_limit pacer_ready(struct pacer *, struct flow *, struct session *,
    uint64_t now);

/* It left. */
void pacer_sent(struct pacer *, struct flow *, uint64_t now);

/*
 * When a PDU that leaves for the first time was due, in monotonic
 * microseconds: the first at once, each further one at its place in the rate,
 * however late those before it left. Before pacer_sent. Only with open_loop.
 */
uint64_t pacer_due(struct pacer *, uint64_t now);

/* An answer came, with its consequences for what leaves from now on. */
void pacer_answer(struct flow *, const struct event *, struct span destination,
    uint64_t now);

/* What sending waits for from now on. */
void pacer_note(struct pacer *, enum flow_limit, uint64_t now);

#endif
