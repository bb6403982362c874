/* SPDX-License-Identifier: ISC */
#ifndef APP_RETRY_H
#define APP_RETRY_H

#include <stdint.h>

/*
 * When a link that failed is made again, and for how long that goes on. All
 * times are monotonic milliseconds.
 */
struct retry {
	uint64_t most_ms;     /* --reconnect-time; UINT64_MAX: for ever */
	uint64_t down_since;  /* it was last known to work, or begun */
	uint32_t failures;    /* since then */
	uint32_t refusals;    /* of the system_id or password, since it was bound */
};

void retry_init(struct retry *, uint64_t most_ms, uint64_t now);

/* It worked, and was lost now. */
void retry_worked(struct retry *, uint64_t now);

/* A failure: how long to wait, a second at first, then twice as long each time
 * up to a minute. chance, of 0 to 65535, makes it from 3/4 to 5/4 of that. */
uint64_t retry_failed(struct retry *, uint16_t chance);

/* A link that worked before is refused for its system_id or password: a
 * minute, since accounts get locked; later a quarter of an hour. */
uint64_t retry_refused(struct retry *);

/* How long it is still tried; UINT64_MAX: for ever. */
uint64_t retry_left(const struct retry *, uint64_t now);

#endif
