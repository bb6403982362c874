/* SPDX-License-Identifier: ISC */
#ifndef APP_MM4OPT_H
#define APP_MM4OPT_H

#include "app/config.h"
#include "app/relay.h"

/*
 * The options of mm4-relay that are about the own MMSC and the rules for others,
 * made into the conf of the relay; and where things are kept.
 */
struct mm4opt {
	struct relay_conf relay;   /* without its state */
	struct relay_peers peers;
	const char *name;          /* the first domain */
	const char *spool;
	const char *state_file;    /* NULL: none was named */
	const char *out;           /* NULL: stdout */
	bool header, auth;         /* auth: a peer has to log in */
	/* private */
	const char **domain, **route;
	struct keep kept;
};

/*
 * Dies with 64 or 78 when a value is wrong, or there is no domain. schema is
 * that of the records. config is borrowed.
 */
void mm4opt_init(struct mm4opt *, const struct config *,
    const struct schema *);
void mm4opt_free(struct mm4opt *);

/* The state file of a program that keeps one: the one named, or one in the
 * spool. */
const char *mm4opt_state_file(struct mm4opt *);

#endif
