/* SPDX-License-Identifier: ISC */
#ifndef IO_FOLLOW_H
#define IO_FOLLOW_H

#include "base/buf.h"
#include "io/loop.h"

/*
 * Lines that another program writes while this one runs: those that are added
 * to a file (like tail -F: also when it is rotated or emptied), or all that
 * come through a FIFO, whoever writes it, or a pipe.
 */
enum { FOLLOW_LINE_MAX = 1 << 20 };

struct follow;

/*
 * "-" is stdin. The path is borrowed. Of a file first gets its first line, if
 * it has one (a header may stand there), and what is in it by now is passed
 * over. NULL and errno when it cannot be opened.
 */
struct follow *follow_open(struct loop *, const char *path, struct buf *first);
void follow_close(struct follow *);

enum follow_result {
	FOLLOW_LINE,
	FOLLOW_WAIT,   /* none yet: its watch comes up, or follow_deadline */
	FOLLOW_LONG,   /* a line over the limit; it is skipped */
	FOLLOW_END,    /* of a pipe: nobody writes it any more */
	FOLLOW_ERROR,  /* it cannot be read any more: errno */
};

/* The next line without its newline, borrowed until the next call. */
enum follow_result follow_line(struct follow *, struct span *line);

/* Stops waiting for more (the program is busy), or waits again. */
void follow_pause(struct follow *, bool pause);

/* When follow_line wants to be called though no watch is ready. */
uint64_t follow_deadline(const struct follow *);

/* "stdin" or the path. */
const char *follow_name(const struct follow *);

#endif
