/* SPDX-License-Identifier: ISC */
#ifndef IO_SINK_H
#define IO_SINK_H

#include "base/buf.h"

/*
 * The output of a filter, which may wait where it stands: stdout or a file.
 * Lines are appended to buf; the first error sticks.
 */
struct sink {
	struct buf buf;       /* append here */
	int fd;               /* -1: none */
	int err;              /* errno of the first failed write, or 0 */
	bool line_buffered;   /* a terminal */
	const char *name;     /* "stdout" or the path */
};

/* Octets after which it wants flushing; on a terminal any are enough. */
enum { SINK_FULL = 64 << 10 };

/* path NULL: stdout; else the file is created or emptied, and the path is
 * borrowed. False and errno when it cannot be (EX_CANTCREAT). */
bool sink_open(struct sink *, const char *path);

/* Opens the path again to append (SIGHUP, after a rotation). False and errno
 * when it cannot be: the old one stays. What is buffered goes to the old one
 * first. */
bool sink_reopen(struct sink *);

/* Writes all that is buffered, waiting for the reader. False after an error:
 * what could not be written is given up. */
bool sink_flush(struct sink *);

/* Flushes, closes and frees; false when any octet was not taken (err). */
bool sink_close(struct sink *);

#endif
