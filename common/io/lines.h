/* SPDX-License-Identifier: ISC */
#ifndef IO_LINES_H
#define IO_LINES_H

#include <signal.h>
#include <sys/types.h>

#include "base/span.h"

/*
 * Lines of a descriptor for a filter, which may wait where it stands: no
 * event loop. Memory is bounded whatever comes: a line over LINES_LONGEST is
 * handed out in pieces.
 */
enum {
	LINES_LONGEST = 256 << 10,
	LINES_BLOCK = 256 << 10,    /* octets read at a time */
};

struct lines {
	uint64_t number;     /* of the last line or piece, from 1 */
	bool first, ended;   /* of a piece: it is the first, the last of its line */
	/* private */
	int fd;
	bool eof, skipping;
	size_t at, scanned, len;
	uint8_t *p;
};

enum lines_result {
	LINES_LINE,
	LINES_PIECE,   /* of a line that is too long */
	LINES_EMPTY,   /* lines_fill is wanted */
	LINES_END,
};

void lines_init(struct lines *);
void lines_free(struct lines *);

/* Begins with a descriptor, which stays the caller's. */
void lines_open(struct lines *, int fd);

/* The next line without its newline, borrowed until lines_fill. A last line
 * without one is a line. */
enum lines_result lines_next_other(struct lines *, struct span *line);

static inline enum lines_result
lines_next(struct lines *l, struct span *line)
{
	const uint8_t *p = l->p + l->at, *newline;

	/* nothing out of the ordinary: no piece, no part that was searched */
	if (l->scanned != l->at || l->at == l->len || l->skipping)
		return lines_next_other(l, line);
	newline = memchr(p, '\n', l->len - l->at);
	if (newline == NULL || newline - p > LINES_LONGEST)
		return lines_next_other(l, line);
	*line = span_of(p, (size_t)(newline - p));
	l->at = l->scanned = (size_t)(newline - l->p) + 1;
	l->number++;
	return LINES_LINE;
}

/* What is buffered from the next line on, for those who can tell faster where
 * it ends; empty in the middle of a long one. */
static inline struct span
lines_ahead(const struct lines *l)
{
	return (struct span){l->p + l->at, l->skipping ? 0 : l->len - l->at};
}

/* Passes over a line of n octets there, and its newline. */
static inline void
lines_pass(struct lines *l, size_t n)
{
	l->at = l->scanned = l->at + n + 1;
	l->number++;
}

/* Reads once: octets read, 0 at the end, -1 and errno (EINTR, EAGAIN too). */
ssize_t lines_fill(struct lines *);

/* Whether a read would give something, or the end, at once. */
bool lines_ready(const struct lines *);

/* Waits until it would, or a signal comes. Returns at once when *signals is
 * not 0; a signal that sets it cannot slip in between. */
void lines_wait(const struct lines *, const volatile sig_atomic_t *signals);

#endif
