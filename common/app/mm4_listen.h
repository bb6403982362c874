/* SPDX-License-Identifier: ISC */
#ifndef APP_MM4_LISTEN_H
#define APP_MM4_LISTEN_H

#include "app/mm4net.h"
#include "app/relay.h"

/* mm4-relay listen: takes mails of other MMSCs, and sends what has to go out. */
struct mm4_listen_conf {
	struct relay_conf *relay;  /* its state is set here */
	struct mm4net *net;
	const char *spool;         /* the Maildir */
	const char *state_file;
	const char *out;           /* NULL: stdout */
	bool header;
};

/* Runs until a signal; the exit status. Dies when it cannot begin. */
int mm4_listen_run(const struct mm4_listen_conf *);

#endif
