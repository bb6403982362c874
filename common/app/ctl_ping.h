/* SPDX-License-Identifier: ISC */
#ifndef APP_CTL_PING_H
#define APP_CTL_PING_H

#include "app/ctlopt.h"
#include "base/hist.h"

/* What a run of smpp-ctl ping has found out. */
struct ping_facts {
	const char *peer;        /* "system_id@host:port" */
	uint64_t sent, answered, failed, lost;
	uint64_t bound_us;       /* from the start to the first bind; 0: never */
	const struct hist *us;   /* of round trips */
	const char *why;         /* the link ended; NULL: by us */
};

/* The states of a plugin of Nagios, which are its exit statuses. */
enum nagios { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

/* Appends the one line that Nagios reads, with its performance data; the
 * state. */
enum nagios nagios_print(struct buf *, const struct ctlopt *,
    const struct ping_facts *);

/* For diag_on_die: what keeps a plugin from checking is UNKNOWN, and said on
 * stdout. */
int nagios_die(int status, const char *sentence);

#endif
