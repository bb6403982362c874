/* SPDX-License-Identifier: ISC */
/* Output that waits for its reader, though the descriptor may not. */
#include "io/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "sys/diag.h"

static int
open_path(const char *path, int flags)
{
	return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | flags,
	    0666);
}

bool
sink_open(struct sink *s, const char *path)
{
	*s = (struct sink){.fd = STDOUT_FILENO, .name = "stdout"};
	if (path != NULL) {
		s->name = path;
		s->fd = open_path(path, O_TRUNC);
	}
	s->line_buffered = s->fd != -1 && isatty(s->fd);
	return s->fd != -1;
}

bool
sink_reopen(struct sink *s)
{
	int fd;

	if (s->fd == STDOUT_FILENO || !sink_flush(s))
		return s->fd == STDOUT_FILENO;
	fd = open_path(s->name, O_APPEND);
	if (fd == -1)
		return false;
	if (close(s->fd) != 0 && s->err == 0)
		s->err = errno;
	s->fd = fd;
	s->line_buffered = isatty(fd);
	return s->err == 0;
}

bool
sink_flush(struct sink *s)
{
	size_t at = 0;

	if (s->line_buffered && s->buf.len > 0)
		diag_progress("");
	while (at < s->buf.len && s->err == 0) {
		ssize_t n = write(s->fd, s->buf.p + at, s->buf.len - at);
		struct pollfd p = {.fd = s->fd, .events = POLLOUT};

		if (n >= 0)
			at += (size_t)n;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			poll(&p, 1, -1);
		else if (errno != EINTR)
			s->err = errno;
	}
	buf_clear(&s->buf);
	return s->err == 0;
}

bool
sink_close(struct sink *s)
{
	if (s->fd != -1) {
		sink_flush(s);
		if (close(s->fd) != 0 && s->err == 0)
			s->err = errno;
	}
	s->fd = -1;
	buf_free(&s->buf);
	return s->err == 0;
}
