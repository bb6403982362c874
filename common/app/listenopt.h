/* SPDX-License-Identifier: ISC */
#ifndef APP_LISTENOPT_H
#define APP_LISTENOPT_H

#include "app/calls.h"
#include "app/config.h"
#include "app/receiver.h"

/* What smpp-listen is told beside what is app/connopt's. */
struct listenopt {
	struct receiver_conf receiver;
	struct exec_conf exec;        /* its command NULL: none */
	struct join_conf join;
	struct trace_conf trace;
	struct calls_conf calls;      /* its address NULL: the SMSC is called */
	const char *out;              /* NULL: stdout */
	const char *part_store;       /* NULL: the usual folder */
	bool header, no_join;
	bool counted;                 /* receiver.count was given */
	uint64_t for_ms;              /* UINT64_MAX: for ever */
	size_t binds;
};

/*
 * Reads the settings into what they mean. Dies with 64 or 78 over what is
 * wrong. The strings live as long as config.
 */
void listenopt_read(struct listenopt *, const struct config *config);

#endif
