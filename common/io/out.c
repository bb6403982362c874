/* SPDX-License-Identifier: ISC */
/*
 * Output that never blocks. A pipe or terminal on stdout is shared with the
 * shell and others, so its flags are let alone: it is opened once more, by
 * /proc/self/fd, for a description of our own that may be non-blocking. Where
 * that does not work, it is polled and written PIPE_BUF octets at a time, for
 * which a writable pipe has room.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/out.h"
#include "sys/diag.h"

enum { LINE_MOST = 16 << 20 };  /* octets of a line that may be cut off */

/* Takes over fd, which was opened by us (or is stdout: shared). */
static void
adopt(struct out *o, int fd, bool ours)
{
	char path[32];
	int again;

	o->fd = fd;
	o->shared = -1;
	o->regular = !loop_pollable(fd);
	o->line_buffered = isatty(fd);
	o->nonblocking = ours;
	if (ours || o->regular)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (again == -1)
		return;
	o->shared = fd;
	o->fd = again;
	o->nonblocking = true;
}

static int
open_file(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | flags,
	    0666);

	/* a FIFO waits for its reader before this, never after */
	if (fd != -1)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return fd;
}

static bool
open_out(struct out *o, struct loop *loop, const char *path, int flags)
{
	int fd = STDOUT_FILENO, mode;

	*o = (struct out){.fd = -1, .shared = -1, .loop = loop,
	    .name = path != NULL ? path : "stdout", .watch.fd = -1};
	if (path != NULL) {
		fd = open_file(path, flags);
	} else if ((mode = fcntl(fd, F_GETFL)) == -1 ||
	    (mode & O_ACCMODE) == O_RDONLY) {
		errno = EBADF;
		fd = -1;
	}
	if (fd == -1)
		return false;
	adopt(o, fd, path != NULL);
	return true;
}

bool
out_open(struct out *o, struct loop *loop, const char *path)
{
	return open_out(o, loop, path, O_TRUNC);
}

/* How many octets stand behind the last line end of a file of n octets, as far
 * as a line may reach. */
static size_t
torn_octets(int fd, size_t n)
{
	uint8_t octets[4096];
	size_t torn = 0, some;

	while (n > torn && torn < LINE_MOST) {
		some = n - torn < sizeof(octets) ? n - torn : sizeof(octets);
		if (pread(fd, octets, some, (off_t)(n - torn - some)) !=
		    (ssize_t)some)
			return 0;
		while (some > 0 && octets[some - 1] != '\n') {
			some--;
			torn++;
		}
		if (some > 0)
			return torn;
	}
	return n > torn ? 0 : torn;
}

/* What is not ours to read, or is no file, is let alone. */
static void
cut_torn_line(struct out *o, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st, same;

	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && fstat(o->fd, &same) == 0 &&
	    S_ISREG(st.st_mode) && st.st_dev == same.st_dev &&
	    st.st_ino == same.st_ino) {
		o->torn = torn_octets(fd, (size_t)st.st_size);
		if (o->torn > 0 && ftruncate(o->fd,
		    st.st_size - (off_t)o->torn) != 0)
			o->torn = 0;
	}
	close(fd);
}

bool
out_append(struct out *o, struct loop *loop, const char *path)
{
	if (!open_out(o, loop, path, O_APPEND))
		return false;
	cut_torn_line(o, path);
	return true;
}

/* Closes the descriptors; the first failure is the error. */
static void
close_fds(struct out *o)
{
	void *owner = o->watch.owner;
	int kind = o->watch.kind;

	loop_unwatch(&o->watch);
	o->watch = (struct watch){.fd = -1, .owner = owner, .kind = kind};
	if (o->fd != -1 && close(o->fd) != 0 && o->err == 0)
		o->err = errno;
	if (o->shared != -1 && close(o->shared) != 0 && o->err == 0)
		o->err = errno;
	o->fd = o->shared = -1;
}

bool
out_reopen(struct out *o, const char *path)
{
	int fd = open_file(path, O_APPEND);

	if (fd == -1)
		return false;
	close_fds(o);
	o->name = path;
	o->minds_reader = false;
	adopt(o, fd, true);
	return true;
}

/* Whether a write would find room now. */
static bool
has_room(const struct out *o)
{
	struct pollfd p = {.fd = o->fd, .events = POLLOUT};

	return poll(&p, 1, 0) > 0;
}

/* One write; 0 when it would block, -1 after an error. */
static ssize_t
write_some(struct out *o)
{
	const uint8_t *p = o->buf.p + o->at;
	size_t n = out_pending(o);
	ssize_t put;

	if (o->line_buffered)
		diag_progress("");
	if (!o->regular && !o->nonblocking) {
		/* a socket cannot be opened again, but says so itself */
		put = send(o->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (put == -1 && errno == ENOTSOCK) {
			if (!has_room(o))
				return 0;
			put = write(o->fd, p, n < PIPE_BUF ? n : PIPE_BUF);
		}
	} else {
		put = write(o->fd, p, n);
	}
	if (put == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (put == -1 && errno != EINTR) {
		o->err = errno;
		return -1;
	}
	if (put > 0) {
		o->at += (size_t)put;
		o->taken += (uint64_t)put;
	}
	return 1;
}

/* Writes until nothing is left or it would block. */
static void
push(struct out *o)
{
	while (o->err == 0 && out_pending(o) > 0 && write_some(o) > 0)
		;
	if (o->at == o->buf.len) {
		buf_clear(&o->buf);
		o->at = 0;
	} else if (o->at >= o->buf.len / 2) {
		buf_consume(&o->buf, o->at);
		o->at = 0;
	}
}

void
out_mind_reader(struct out *o)
{
	struct stat st;

	if (fstat(o->fd, &st) != 0 || !S_ISFIFO(st.st_mode))
		return;
	o->minds_reader = true;
	loop_watch(o->loop, &o->watch, o->fd, true, o->watch.want_write);
}

bool
out_look(struct out *o)
{
	struct pollfd p = {.fd = o->fd, .events = 0};

	o->watch.readable = false;
	if (o->minds_reader && o->err == 0 && poll(&p, 1, 0) > 0 &&
	    (p.revents & POLLERR) != 0)
		o->err = EPIPE;
	return o->err == 0;
}

bool
out_flush(struct out *o)
{
	bool left, mind;

	push(o);
	left = o->err == 0 && out_pending(o) > 0;
	if (left)
		o->watch.writable = false;
	mind = o->minds_reader && o->err == 0;
	if ((left != o->watch.want_write || mind != o->watch.want_read) &&
	    o->fd != -1)
		loop_watch(o->loop, &o->watch, o->fd, mind, left);
	return o->err == 0;
}

size_t
out_pending(const struct out *o)
{
	return o->buf.len - o->at;
}

uint64_t
out_position(const struct out *o)
{
	return o->taken + out_pending(o);
}

bool
out_sync(struct out *o)
{
	if (o->err == 0 && o->fd != -1 && fsync(o->fd) != 0 &&
	    errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		o->err = errno;
	return o->err == 0;
}

/* Waits for room; false when there is none by the deadline. */
static bool
wait_for_room(struct out *o, uint64_t deadline)
{
	struct pollfd p = {.fd = o->fd, .events = POLLOUT};
	uint64_t now = loop_clock(o->loop), left;

	if (now >= deadline)
		return false;
	left = deadline - now;
	return poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left) != 0;
}

bool
out_close(struct out *o, uint64_t wait_ms)
{
	uint64_t now, deadline;

	if (o->fd != -1) {
		now = loop_clock(o->loop);
		deadline = wait_ms > UINT64_MAX - now ? UINT64_MAX :
		    now + wait_ms;
		for (;;) {
			push(o);
			if (o->err != 0 || out_pending(o) == 0)
				break;
			if (!wait_for_room(o, deadline))
				o->err = ETIMEDOUT;
		}
		close_fds(o);
	}
	buf_free(&o->buf);
	o->at = 0;
	return o->err == 0;
}
