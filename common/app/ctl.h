/* SPDX-License-Identifier: ISC */
#ifndef APP_CTL_H
#define APP_CTL_H

#include "app/connopt.h"
#include "app/ctlopt.h"

/*
 * What all commands of smpp-ctl stand on: the loop, one link at a time, the
 * output, signals. A command's loop is: ctl_pass; drain ctl_next; ctl_flush.
 */
struct ctl {
	const struct ctlopt *conf;
	struct connopt *connopt;
	struct link_conf link_conf;   /* of the next link */
	struct loop *loop;
	struct out out;
	struct trace *trace;
	struct link *link;            /* or NULL */
	struct others *others;        /* NULL: what is others' is given back */
	bool deaf;                    /* they cannot be written: nothing more is begun */
	unsigned signals;             /* to end, so far */
	bool asked;                   /* SIGUSR1: how far it is; the command clears it */
	uint64_t give_up_ms;          /* after one of them; UINT64_MAX before */
	int status;
};

/* Fills a zeroed struct; dies when it cannot begin. */
void ctl_open(struct ctl *, const struct ctlopt *, const struct config *);

/* Makes a link by link_conf in place of the one there is; name stands in its
 * transcript. */
void ctl_connect(struct ctl *, const char *name);

/* Ends the link, or another one that was. */
void ctl_drop(struct ctl *, struct link *);

/* One pass: waits until the deadline or longer than there is nothing to do,
 * moves octets, counts signals. */
void ctl_pass(struct ctl *, uint64_t deadline);

/* The next event of the link, as link_next has it. */
bool ctl_next(struct ctl *, struct link_event *);

/* Takes what the SMSC says unasked (SESSION_EV_REQUEST or NOTICE) and is none
 * of the command's: it goes to the file of --others and is answered once it
 * is written there, or is given back, for another bind. */
void ctl_take_others(struct ctl *, const struct event *);

/* Requests of the SMSC that wait to be written. */
size_t ctl_unanswered(const struct ctl *);

/* Writes records, and what the link has to say. */
void ctl_flush(struct ctl *);

/* Closes all; the exit status. */
int ctl_close(struct ctl *);

/* The commands; what comes back is the exit status. */
int ctl_manage(struct ctl *, const struct config *);
int ctl_ping(struct ctl *);
int ctl_probe(struct ctl *);

#endif
