/* SPDX-License-Identifier: ISC */
#ifndef APP_EXEC_H
#define APP_EXEC_H

#include "base/buf.h"
#include "io/loop.h"
#include "smpp/pdu.h"

struct link;

/*
 * Runs a command of the shell for each record, the record on its stdin, so many
 * at a time, and tells its exit status. The loop must count SIGCHLD
 * (loop_signal) before the first one.
 */
struct exec;

struct exec_conf {
	const char *command;
	size_t jobs;          /* that run at a time */
	size_t most;          /* jobs that there are at a time */
	uint64_t timeout_ms;  /* of a command; 0: none */
};

enum { EXEC_TIMED_OUT = -1, EXEC_NOT_RUN = -2 };

struct exec_job {
	struct buf record;    /* what the command gets */
	/* the caller's own */
	struct link *link;
	enum pdu_type type;
	uint32_t sequence_number;
	uint64_t ticket;
	/* private */
	unsigned tries;
	uint64_t due;
	int status;
	struct exec_job *next;
};

/* conf is borrowed for its life. Watches come up with kind: exec_ready. */
struct exec *exec_new(struct loop *, const struct exec_conf *, int kind);

/* What still runs is ended as by exec_kill. */
void exec_free(struct exec *);

/* A job with an empty record and no caller's own; NULL: there are as many as
 * may be. */
struct exec_job *exec_job_new(struct exec *);

/* It waits for its turn, which comes in the order of these calls. */
void exec_run(struct exec *, struct exec_job *);

/* Likewise, but first after a while: longer, the oftener it was done. */
void exec_run_again(struct exec *, struct exec_job *);

/* It is over: the job is exec's again. */
void exec_done(struct exec *, struct exec_job *);

/* Looks at time and at what has ended, and starts what may start: once in each
 * pass of the loop. */
void exec_work(struct exec *);

/* One of its watches was ready. */
void exec_ready(struct exec *, struct watch *);

/* A job whose command has ended, and its exit status (128 + signal, or one of
 * the above); NULL when there is none. It is then to be run again, or done. */
struct exec_job *exec_next(struct exec *, int *status);

/* When exec_work has something to do though nothing ends. */
uint64_t exec_deadline(const struct exec *);

/* How many jobs there are, and how many of them run or wait for nothing but
 * their turn. */
size_t exec_count(const struct exec *);
size_t exec_busy(const struct exec *);

/* A link is gone: jobs that came over it have none any more. */
void exec_forget(struct exec *, const struct link *);

/* Takes back a job that does not run, NULL: none; or one that does, ending its
 * command with SIGTERM without waiting for it. It is the caller's, to be done. */
struct exec_job *exec_withdraw(struct exec *);
struct exec_job *exec_kill(struct exec *);

#endif
