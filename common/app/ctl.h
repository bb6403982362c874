/* SPDX-License-Identifier: ISC */
#ifndef APP_CTL_H
#define APP_CTL_H

#include "app/connopt.h"
#include "app/ctlopt.h"

/*
 * What all commands of smpp-ctl stand on: the loop, one link at a time, the
 * output, signals. A command's loop is: ctl_pass; drain link_next; ctl_flush.
 */
struct ctl {
	const struct ctlopt *conf;
	struct connopt *connopt;
	struct link_conf link_conf;   /* of the next link */
	struct loop *loop;
	struct out out;
	struct trace *trace;
	struct link *link;            /* or NULL */
	unsigned signals;             /* to end, so far */
	bool asked;                   /* SIGUSR1: how far it is; the command clears it */
	uint64_t give_up_ms;          /* after one of them; UINT64_MAX before */
	int status;
};

/* Fills a zeroed struct; dies when it cannot begin. */
void ctl_open(struct ctl *, const struct ctlopt *, const struct config *);

/* Makes a link by link_conf; name stands in its transcript. */
void ctl_connect(struct ctl *, const char *name);

/* One pass: waits until the deadline or longer than there is nothing to do,
 * moves octets, counts signals. */
void ctl_pass(struct ctl *, uint64_t deadline);

/* Writes records, and what the link has to say. */
void ctl_flush(struct ctl *);

/* Gives a request of the peer back to it: a message is for another bind. */
void ctl_give_back(struct ctl *, const struct pdu *);

/* Closes all; the exit status. */
int ctl_close(struct ctl *);

/* The commands; what comes back is the exit status. */
int ctl_manage(struct ctl *, const struct config *);
int ctl_ping(struct ctl *);
int ctl_probe(struct ctl *);

#endif
