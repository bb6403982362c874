/* SPDX-License-Identifier: ISC */
/*
 * A file that grows is looked at a few times a second, since no way of being
 * told of it works on every system and file system; a pipe is waited for.
 */
#include "io/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	CHUNK = 1 << 16,
	LOOK_MS = 100,
};

struct follow {
	struct loop *loop;
	struct watch watch;
	const char *path;
	int fd;
	bool regular;        /* a file; else a pipe */
	bool ended, skipping, paused;
	off_t at;            /* in the file: read up to there */
	uint64_t look_ms;    /* when to look at it again */
	struct buf in;
	size_t used, scanned;
};

static bool
adopt(struct follow *f, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : errno;
		return false;
	}
	f->fd = fd;
	f->regular = S_ISREG(st.st_mode);
	return true;
}

/* A FIFO is opened for writing too, so that it does not end when those who
 * write it do. */
static int
open_path(const char *path)
{
	struct stat st;
	bool fifo = stat(path, &st) == 0 && S_ISFIFO(st.st_mode);

	return open(path, (fifo ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_CLOEXEC);
}

/* Reads the first line and passes over the rest. */
static bool
skip_present(struct follow *f, struct buf *first)
{
	const uint8_t *end;
	ssize_t n;

	n = pread(f->fd, buf_reserve(first, CHUNK), CHUNK, 0);
	if (n < 0)
		return false;
	first->len = (size_t)n;
	end = n > 0 ? memchr(first->p, '\n', first->len) : NULL;
	first->len = end != NULL ? (size_t)(end - first->p) : 0;
	f->at = lseek(f->fd, 0, SEEK_END);
	/* within a line: what is there of it is no line */
	f->skipping = f->at > 0 &&
	    (pread(f->fd, buf_reserve(&f->in, 1), 1, f->at - 1) != 1 ||
	    f->in.p[0] != '\n');
	return f->at >= 0;
}

struct follow *
follow_open(struct loop *loop, const char *path, struct buf *first)
{
	struct follow *f = mem_new(sizeof(*f));
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open_path(path), err;

	f->loop = loop;
	f->path = path;
	f->watch.fd = f->fd = -1;
	buf_clear(first);
	if (fd < 0 || !adopt(f, fd) ||
	    (f->regular && !standard && !skip_present(f, first))) {
		err = errno;
		f->fd = standard ? -1 : fd;
		follow_close(f);
		errno = err;
		return NULL;
	}
	if (!f->regular)
		loop_watch(loop, &f->watch, fd, true, false);
	return f;
}

void
follow_close(struct follow *f)
{
	if (f == NULL)
		return;
	loop_unwatch(&f->watch);
	if (f->fd > STDIN_FILENO)
		close(f->fd);
	buf_free(&f->in);
	free(f);
}

const char *
follow_name(const struct follow *f)
{
	return strcmp(f->path, "-") == 0 ? "stdin" : f->path;
}

/* Reading; 0 at the end of what is there, -1 with errno. */

static ssize_t
read_pipe(struct follow *f)
{
	struct pollfd p = {.fd = f->fd, .events = POLLIN};
	ssize_t n;

	/* stdin is others' too, and cannot be made non-blocking */
	if (poll(&p, 1, 0) <= 0)
		return 0;
	n = read(f->fd, buf_reserve(&f->in, CHUNK), CHUNK);
	if (n == 0) {
		f->ended = true;
		loop_unwatch(&f->watch);
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : n;
}

static ssize_t
read_file(struct follow *f)
{
	ssize_t n = pread(f->fd, buf_reserve(&f->in, CHUNK), CHUNK, f->at);

	if (n > 0)
		f->at += n;
	return n < 0 && errno == EINTR ? 0 : n;
}

/* Whether there is another file of the name by now, in which somebody writes
 * already: what had the name before is finished. */
static bool
is_replaced(const struct follow *f)
{
	struct stat ours, named;

	return f->fd > STDIN_FILENO && fstat(f->fd, &ours) == 0 &&
	    stat(f->path, &named) == 0 && named.st_size > 0 &&
	    (named.st_ino != ours.st_ino || named.st_dev != ours.st_dev);
}

static bool
is_emptied(const struct follow *f)
{
	struct stat ours;

	return fstat(f->fd, &ours) == 0 && ours.st_size < f->at;
}

/* Goes on with the new file, or with the one that was emptied. */
static void
begin_again(struct follow *f, bool reopen)
{
	int fd = reopen ? open_path(f->path) : -1;

	if (reopen && fd < 0)
		return;
	if (reopen) {
		close(f->fd);
		f->fd = fd;
	}
	f->at = 0;
	f->used = f->scanned = 0;
	buf_clear(&f->in);
	f->skipping = false;
}

/* The same for a file; at its end, if it has become another, of that. */
static ssize_t
read_on(struct follow *f)
{
	ssize_t n = read_file(f);

	if (n != 0)
		return n;
	if (is_replaced(f)) {
		/* what was written before the other was begun */
		n = read_file(f);
		if (n != 0)
			return n;
		begin_again(f, true);
	} else if (is_emptied(f)) {
		begin_again(f, false);
	} else {
		return 0;
	}
	return read_file(f);
}

static ssize_t
read_more(struct follow *f)
{
	ssize_t n;

	buf_consume(&f->in, f->used);
	f->scanned -= f->used;
	f->used = 0;
	if (f->ended)
		return 0;
	n = f->regular ? read_on(f) : read_pipe(f);
	if (n > 0)
		f->in.len += (size_t)n;
	return n;
}

enum follow_result
follow_line(struct follow *f, struct span *line)
{
	const uint8_t *end;
	ssize_t n;

	for (;;) {
		end = f->in.len > f->scanned ? memchr(f->in.p + f->scanned,
		    '\n', f->in.len - f->scanned) : NULL;
		if (end != NULL) {
			*line = span_of(f->in.p + f->used,
			    (size_t)(end - f->in.p) - f->used);
			f->used += line->n + 1;
			f->scanned = f->used;
			if (!f->skipping)
				return FOLLOW_LINE;
			f->skipping = false;
			continue;
		}
		f->scanned = f->in.len;
		if (f->skipping || f->in.len - f->used > FOLLOW_LINE_MAX) {
			f->used = f->scanned;
			if (!f->skipping) {
				f->skipping = true;
				return FOLLOW_LONG;
			}
		}
		n = read_more(f);
		if (n < 0)
			return FOLLOW_ERROR;
		if (n > 0)
			continue;
		f->look_ms = loop_now(f->loop) + LOOK_MS;
		f->watch.readable = false;
		return f->ended ? FOLLOW_END : FOLLOW_WAIT;
	}
}

void
follow_pause(struct follow *f, bool pause)
{
	if (pause == f->paused)
		return;
	f->paused = pause;
	if (!f->regular && !f->ended)
		loop_watch(f->loop, &f->watch, f->fd, !pause, false);
}

uint64_t
follow_deadline(const struct follow *f)
{
	return f->regular && !f->paused ? f->look_ms : UINT64_MAX;
}
