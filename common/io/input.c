/* SPDX-License-Identifier: ISC */
/*
 * Lines of files. A descriptor that can be polled is read only when poll says
 * that there is something, since stdin belongs to others too and cannot be
 * made non-blocking; a file is read as it is needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/input.h"

enum { CHUNK = 1 << 16 };

struct input {
	struct loop *loop;
	struct watch watch;
	const char *const *paths;
	size_t n_paths, next_path;
	const char *name;
	int fd;              /* -1: none open */
	bool pollable, paused, waiting, skipping, eof;
	struct buf buf;
	size_t at, scanned;  /* start of the next line; where to look on for its end */
	uint64_t number;
	struct buf error;
	bool unopened;
};

static const char *const stdin_alone[] = {"-"};

struct input *
input_open(struct loop *loop, const char *const *paths, size_t n)
{
	struct input *in = mem_new(sizeof(*in));

	in->loop = loop;
	in->watch.fd = -1;
	in->paths = n > 0 ? paths : stdin_alone;
	in->n_paths = n > 0 ? n : 1;
	in->fd = -1;
	in->name = strcmp(in->paths[0], "-") == 0 ? "stdin" : in->paths[0];
	return in;
}

static void
close_file(struct input *in)
{
	loop_unwatch(&in->watch);
	in->waiting = false;
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	in->fd = -1;
}

void
input_close(struct input *in)
{
	if (in == NULL)
		return;
	close_file(in);
	buf_free(&in->buf);
	buf_free(&in->error);
	free(in);
}

static enum input_result
failed(struct input *in, int err, bool unopened)
{
	buf_clear(&in->error);
	buf_addf(&in->error, "%s: %s", in->name, strerror(err));
	buf_cstr(&in->error);
	in->unopened = unopened;
	close_file(in);
	errno = err;
	return INPUT_ERROR;
}

/* Opens the next file of the list. */
static enum input_result
open_next(struct input *in)
{
	const char *path = in->paths[in->next_path++];
	bool is_stdin = strcmp(path, "-") == 0;
	struct stat st;

	in->name = is_stdin ? "stdin" : path;
	in->number = 0;
	in->eof = in->skipping = false;
	buf_clear(&in->buf);
	in->at = in->scanned = 0;
	/* non-blocking so that a FIFO without a writer is waited for here */
	in->fd = is_stdin ? STDIN_FILENO :
	    open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (in->fd == -1 || fstat(in->fd, &st) != 0)
		return failed(in, errno, true);
	if (S_ISDIR(st.st_mode))
		return failed(in, EISDIR, true);
	in->pollable = loop_pollable(in->fd);
	return INPUT_LINE;
}

static bool
has_octets(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

static void
rewatch(struct input *in)
{
	bool read = in->waiting && !in->paused;

	if (in->fd != -1 && in->pollable && read != in->watch.want_read)
		loop_watch(in->loop, &in->watch, in->fd, read, false);
}

static enum input_result
wait_for_more(struct input *in)
{
	in->watch.readable = false;
	in->waiting = true;
	rewatch(in);
	return INPUT_WAIT;
}

/* Reads once more into the buffer. INPUT_LINE: something was read, or eof. */
static enum input_result
fill(struct input *in)
{
	ssize_t n;

	if (in->pollable && !has_octets(in->fd))
		return wait_for_more(in);
	buf_consume(&in->buf, in->at);
	in->scanned -= in->at;
	in->at = 0;
	do
		n = read(in->fd, buf_reserve(&in->buf, CHUNK), CHUNK);
	while (n == -1 && errno == EINTR);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return wait_for_more(in);
	if (n == -1)
		return failed(in, errno, in->number == 0 && in->buf.len == 0);
	in->waiting = false;
	in->buf.len += (size_t)n;
	in->eof = n == 0;
	return INPUT_LINE;
}

/* The line up to its end, at n octets from its start, or without an end. */
static enum input_result
take(struct input *in, size_t n, bool ended, struct span *line)
{
	bool skipped = in->skipping;

	*line = span_of(in->buf.p + in->at, n);
	in->at += n + ended;
	in->scanned = in->at;
	in->skipping = false;
	if (skipped)
		return INPUT_WAIT;
	in->number++;
	return n > INPUT_LINE_MAX ? INPUT_LONG : INPUT_LINE;
}

/* A line out of the buffer. INPUT_WAIT: it holds none, or only the rest of one
 * that was too long. */
static enum input_result
from_buffer(struct input *in, struct span *line, bool *progress)
{
	const uint8_t *p = in->buf.p + in->scanned, *end;
	size_t n = in->buf.len - in->scanned;

	*progress = true;
	end = n > 0 ? memchr(p, '\n', n) : NULL;
	if (end != NULL)
		return take(in, (size_t)(end - in->buf.p) - in->at, true, line);
	in->scanned = in->buf.len;
	n = in->buf.len - in->at;
	if (in->eof && n > 0)
		return take(in, n, false, line);
	if (n > INPUT_LINE_MAX || in->skipping) {
		bool first = !in->skipping;

		in->at = in->scanned;
		in->skipping = true;
		in->number += first;
		if (first)
			return INPUT_LONG;
	}
	*progress = false;
	return INPUT_WAIT;
}

enum input_result
input_line(struct input *in, struct span *line)
{
	enum input_result result;
	bool progress;

	for (;;) {
		if (in->fd == -1) {
			if (in->next_path == in->n_paths)
				return INPUT_END;
			result = open_next(in);
			if (result != INPUT_LINE)
				return result;
		}
		do
			result = from_buffer(in, line, &progress);
		while (result == INPUT_WAIT && progress);
		if (result != INPUT_WAIT)
			return result;
		if (in->eof) {
			close_file(in);
			continue;
		}
		result = fill(in);
		if (result != INPUT_LINE)
			return result;
	}
}

const char *
input_name(const struct input *in)
{
	return in->name;
}

uint32_t
input_index(const struct input *in)
{
	return in->next_path > 0 ? (uint32_t)in->next_path - 1 : 0;
}

uint64_t
input_number(const struct input *in)
{
	return in->number;
}

const char *
input_error(const struct input *in)
{
	return in->error.len > 0 ? (const char *)in->error.p : "";
}

bool
input_unopened(const struct input *in)
{
	return in->unopened;
}

void
input_pause(struct input *in, bool pause)
{
	in->paused = pause;
	rewatch(in);
}

struct watch *
input_watch(struct input *in)
{
	return &in->watch;
}
