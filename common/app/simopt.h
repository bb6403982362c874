/* SPDX-License-Identifier: ISC */
#ifndef APP_SIMOPT_H
#define APP_SIMOPT_H

#include "app/config.h"
#include "app/keep.h"
#include "app/sim.h"
#include "io/tls.h"

/* What smpp-sim is told. */
struct simopt {
	struct server_conf server;
	struct sim_conf sim;
	struct accounts accounts;
	struct tls_conf tls;
	struct trace_conf trace;
	const char *out, *columns, *mo;
	bool header, json;
	bool list;             /* print what there is, and end */
	uint64_t grace_ms;
	struct keep kept;
};

/*
 * Reads the settings into what they mean; accounts, faults and scenarios are
 * read from their files. Dies with 64, 66 or 78 over what is wrong. The strings
 * live as long as config.
 */
void simopt_read(struct simopt *, const struct config *config);
void simopt_free(struct simopt *);

#endif
