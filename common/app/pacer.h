/* SPDX-License-Identifier: ISC */
#ifndef APP_PACER_H
#define APP_PACER_H

#include "app/flow.h"
#include "app/link.h"

/*
 * When the next request may leave: the rate that was set, what the SMSC bears,
 * and the window, asked in one place, which also keeps what sending waited for.
 */
struct pacer_conf {
	struct rate rate;      /* n 0: no limit */
	uint32_t window;
	uint64_t throttle_ms;
};

struct pacer {
	struct bucket bucket;
	struct flow flow;
	struct flow_limits limits;
	uint64_t next_ms;      /* when to ask again; UINT64_MAX: after an answer */
};

void pacer_init(struct pacer *, const struct pacer_conf *, uint64_t now);

/* Whether a request may leave on the session now; if so it is counted as
 * sent, and the caller sends it. */
bool pacer_take(struct pacer *, struct session *, uint64_t now);

/* The same without counting, for the choice whether to read a row. */
bool pacer_ready(struct pacer *, struct session *, uint64_t now);

/* An answer came, with its consequences for what leaves from now on. */
void pacer_answer(struct pacer *, const struct event *, struct span destination,
    uint64_t now);

/* The link was made anew. */
void pacer_again(struct pacer *, uint64_t now);

/* No row is there to be sent. */
void pacer_idle(struct pacer *, uint64_t now);

/* When pacer_take may say something else though no answer came. */
uint64_t pacer_deadline(const struct pacer *);

#endif
