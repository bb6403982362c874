/* SPDX-License-Identifier: ISC */
/*
 * ESMEs that are called (outbind: 3.4, 2.2.1 and 4.1.7): at the start, and
 * again whenever that has failed or ended, each time later.
 */
#include <stdlib.h>

#include "app/sim_private.h"
#include "base/mem.h"
#include "sys/diag.h"

struct call_state {
	uint64_t due;      /* when to call; UINT64_MAX: it is called */
	unsigned tries;    /* in a row, without a session in order */
};

struct sim_calls {
	size_t n;
	struct call_state state[];
};

struct sim_calls *
sim_calls_new(struct sim *sim)
{
	size_t n = sim->conf.n_calls;
	struct sim_calls *calls = mem_new(sizeof(*calls) +
	    n * sizeof(calls->state[0]));

	calls->n = n;
	return calls;
}

uint64_t
sim_calls_deadline(const struct sim_calls *calls)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < calls->n; i++)
		if (calls->state[i].due < due)
			due = calls->state[i].due;
	return due;
}

/* A call is over: the next one is later, the more often it failed. */
static void
hung_up(struct sim *sim, uint64_t tag, const char *why)
{
	struct call_state *s = &sim->calls->state[tag - 1];
	const struct stream_conf *to = &sim->conf.call[tag - 1].to;

	s->tries = why != NULL ? s->tries + 1 : 1;
	s->due = sim->now + sim_backoff(s->tries);
	if (why != NULL)
		note("outbind to %s port %s: %s; again in %u s", to->host,
		    to->port, why, (unsigned)(sim_backoff(s->tries) / 1000));
}

void
sim_calls_work(struct sim *sim)
{
	struct sim_calls *calls = sim->calls;
	const char *why;
	uint64_t tag;

	while ((tag = server_hung_up(sim->conf.server, &why)) != 0)
		hung_up(sim, tag, why);
	for (size_t i = 0; i < calls->n && !sim->stopping; i++) {
		if (calls->state[i].due > sim->now)
			continue;
		calls->state[i].due = UINT64_MAX;
		server_dial(sim->conf.server, &sim->conf.call[i]);
	}
}
