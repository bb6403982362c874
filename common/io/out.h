/* SPDX-License-Identifier: ISC */
#ifndef IO_OUT_H
#define IO_OUT_H

#include "base/buf.h"
#include "io/loop.h"

/*
 * An output of records: stdout or a file. Rows are appended to buf; out_flush
 * writes what can be written without blocking (a pipe is polled, and never
 * made non-blocking: the shell shares it). The first error sticks.
 */
struct out {
	int fd;
	struct buf buf;       /* append rows here; consume nothing */
	uint64_t taken;       /* octets that the descriptor has taken so far */
	int err;              /* errno of the first failed write, or 0 */
	bool line_buffered;   /* a terminal: flush at every row */
	const char *name;     /* for diagnostics: "stdout" or the path */
	struct watch watch;
	struct loop *loop;
	bool regular;         /* never blocks: a file, /dev/null */
	size_t torn;          /* octets that out_append cut off */
	/* private */
	size_t at;            /* octets of buf already taken */
	int shared;           /* the descriptor that fd opens again, or -1 */
	bool nonblocking;     /* a write to fd says EAGAIN, so it may be long */
	bool minds_reader;
};

/* path NULL: stdout; else the file is created or emptied. The path is
 * borrowed. False and errno when it cannot be opened (EX_CANTCREAT); out_close
 * is then harmless. */
bool out_open(struct out *, struct loop *, const char *path);

/*
 * Likewise, but a file is appended to: for one that a restart must not lose. A
 * last line without its end, which a crash or a full disk left, is cut off
 * (torn): nobody was told that it is there.
 */
bool out_append(struct out *, struct loop *, const char *path);

/* Opens the path again to append (SIGHUP, after a rotation); what is buffered
 * goes to the new file. False and errno when it cannot be: the old one stays. */
bool out_reopen(struct out *, const char *path);

/*
 * From now on the watch comes up, too, when the reader of a pipe has gone,
 * though nothing is to be written. Call out_look then: false when it has, and
 * err is EPIPE.
 */
void out_mind_reader(struct out *);
bool out_look(struct out *);

/* Writes what it can; when something is left, its watch comes up in the loop.
 * False after an error. */
bool out_flush(struct out *);

/* Octets appended but not taken; position of the next octet appended. */
size_t out_pending(const struct out *);
uint64_t out_position(const struct out *);

/* fsync, where the descriptor has one. False and err on failure. */
bool out_sync(struct out *);

/* Writes the rest, waiting as long as the reader takes but no longer than
 * wait_ms, closes, and tells whether every octet was taken (else err). */
bool out_close(struct out *, uint64_t wait_ms);

#endif
