/* SPDX-License-Identifier: ISC */
#ifndef APP_PACER_H
#define APP_PACER_H

#include "app/flow.h"
#include "app/link.h"

/*
 * When the next request may leave: the rate that was set, which all links
 * share, what the SMSC bears on a link, and the link's window, asked in one
 * place.
 */
struct pacer_conf {
	struct rate rate;      /* n 0: no limit */
	uint32_t window;       /* of each link */
	uint64_t throttle_ms;
};

struct pacer {
	struct bucket bucket;
	struct flow_limits limits;  /* what sending waited for */
	uint64_t next_ms;      /* when the rate lets the next one go; UINT64_MAX:
	                        * it is not what sending waits for */
};

void pacer_init(struct pacer *, const struct pacer_conf *, uint64_t now);

/* The flow of a link that was made. */
void pacer_flow_init(struct flow *, const struct pacer_conf *, uint64_t now);

/* FLOW_FREE when a request may leave on the session now, which has this flow;
 * else why not. FLOW_RATE is the same for all links: next_ms tells how long. */
enum flow_limit pacer_ready(struct pacer *, struct flow *, struct session *,
    uint64_t now);

/* It left. */
void pacer_sent(struct pacer *, struct flow *, uint64_t now);

/* An answer came, with its consequences for what leaves from now on. */
void pacer_answer(struct flow *, const struct event *, struct span destination,
    uint64_t now);

/* What sending waits for from now on. */
void pacer_note(struct pacer *, enum flow_limit, uint64_t now);

#endif
