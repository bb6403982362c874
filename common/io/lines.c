/* SPDX-License-Identifier: ISC */
/*
 * Lines in one buffer: what is left of a line moves to its front before a
 * block is read behind it. What was searched for a newline is not searched
 * again, however small the pieces in which a line comes.
 */
#include "io/lines.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

#include "base/mem.h"

void
lines_init(struct lines *l)
{
	*l = (struct lines){.fd = -1,
	    .p = mem_new(LINES_LONGEST + LINES_BLOCK)};
}

void
lines_free(struct lines *l)
{
	free(l->p);
	*l = (struct lines){.fd = -1};
}

void
lines_open(struct lines *l, int fd)
{
	*l = (struct lines){.fd = fd, .p = l->p};
}

/* Hands out n octets, and passes over the newline that ended them. */
static enum lines_result
take(struct lines *l, size_t n, bool ended, struct span *line)
{
	bool skipping = l->skipping, piece = skipping || n > LINES_LONGEST;

	*line = span_of(l->p + l->at, n);
	l->at = l->scanned = l->at + n + (ended && l->at + n < l->len);
	l->number += !skipping;
	l->skipping = !ended;
	l->first = !skipping;
	l->ended = ended;
	return piece || !ended ? LINES_PIECE : LINES_LINE;
}

enum lines_result
lines_next_other(struct lines *l, struct span *line)
{
	const uint8_t *newline = l->scanned == l->len ? NULL :
	    memchr(l->p + l->scanned, '\n', l->len - l->scanned);
	size_t n = l->len - l->at;

	if (newline != NULL)
		return take(l, (size_t)(newline - l->p) - l->at, true, line);
	l->scanned = l->len;
	if (l->eof)
		return n > 0 || l->skipping ? take(l, n, true, line) :
		    LINES_END;
	if (n > LINES_LONGEST || (n > 0 && l->skipping))
		return take(l, n, false, line);
	return LINES_EMPTY;
}

ssize_t
lines_fill(struct lines *l)
{
	ssize_t n;

	if (l->at > 0) {
		memmove(l->p, l->p + l->at, l->len - l->at);
		l->len -= l->at;
		l->scanned -= l->at;
		l->at = 0;
	}
	n = read(l->fd, l->p + l->len, LINES_BLOCK);
	if (n > 0)
		l->len += (size_t)n;
	l->eof = n == 0;
	return n;
}

bool
lines_ready(const struct lines *l)
{
	struct pollfd p = {.fd = l->fd, .events = POLLIN};

	return poll(&p, 1, 0) != 0;
}

void
lines_wait(const struct lines *l, const volatile sig_atomic_t *signals)
{
	struct pollfd p = {.fd = l->fd, .events = POLLIN};
	sigset_t all, before;
	fd_set set;

	if (l->fd >= FD_SETSIZE) {
		poll(&p, 1, -1);
		return;
	}
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	FD_ZERO(&set);
	FD_SET(l->fd, &set);
	if (*signals == 0)
		pselect(l->fd + 1, &set, NULL, NULL, NULL, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}
