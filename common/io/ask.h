/* SPDX-License-Identifier: ISC */
#ifndef IO_ASK_H
#define IO_ASK_H

#include <stdint.h>

#include "base/buf.h"

/*
 * A command of the shell that is asked one thing, and answers with its first
 * line on stdout and its exit status. It waits; run and release are those of a
 * struct work (io/work.h) whose data is a struct ask.
 */
struct ask {
	char *command;
	char *setting;      /* "NAME=value": in its environment */
	uint64_t timeout_ms;
	/* the result */
	int status;         /* of exit; 128 + signal; ASK_NOT_RUN, ASK_TIMED_OUT */
	int err;            /* of NOT_RUN: errno */
	struct buf line;    /* its first line, at most ASK_LINE_MOST octets */
};

enum { ASK_NOT_RUN = -1, ASK_TIMED_OUT = -2, ASK_LINE_MOST = 1024 };

/* Owned by the caller. */
struct ask *ask_new(const char *command, const char *name, struct span value,
    uint64_t timeout_ms);

void ask_run(void *ask);
void ask_release(void *ask);

#endif
