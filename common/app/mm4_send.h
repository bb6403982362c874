/* SPDX-License-Identifier: ISC */
#ifndef APP_MM4_SEND_H
#define APP_MM4_SEND_H

#include "app/compose.h"
#include "app/mm4net.h"
#include "app/relay.h"

/* mm4-relay send and report: sends what compose makes, a row a recipient. */
struct mm4_send_conf {
	struct compose_conf *compose;
	struct relay_conf *relay;  /* of the own listener (--listen) */
	struct mm4net *net;
	const char *state_file;    /* of a relay that listens; NULL: none */
	bool wait;
	uint64_t wait_ms, answer_ms;
	uint32_t resends;
	bool first_once;           /* a peer that is not there is tried once */
	struct record_format format;  /* of schema_sent */
	const char *out;           /* NULL: stdout */
	bool header;
};

/* The programs: options, then mm4_send_run. */
int mm4_send(const struct config *);
int mm4_report(const struct config *);

/* Runs to the end of the input; the exit status. Dies when it cannot begin. */
int mm4_send_run(const struct mm4_send_conf *);

#endif
