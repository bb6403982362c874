/* SPDX-License-Identifier: ISC */
/* Octets that wait; see spool.h. */
#include <errno.h>
#include <unistd.h>

#include "io/spool.h"
#include "sys/scratch.h"

enum { BLOCK = 1 << 20 };

bool
spool_settle(struct spool *s)
{
	if (s->buf.len < BLOCK)
		return true;
	if (!s->has_file) {
		s->fd = scratch_open();
		if (s->fd < 0)
			return false;
		s->has_file = true;
	}
	if (!scratch_write(s->fd, s->buf.p, s->buf.len, s->written))
		return false;
	s->written += s->buf.len;
	buf_clear(&s->buf);
	return true;
}

int
spool_next(struct spool *s, struct buf *out)
{
	uint64_t left = s->written - s->read;
	size_t n = left < BLOCK ? (size_t)left : BLOCK;

	if (n == 0 && s->buf.len == 0)
		return 0;
	if (n == 0) {
		buf_add_span(out, buf_span(&s->buf));
		buf_clear(&s->buf);
		return 1;
	}
	errno = EIO;
	if (scratch_read(s->fd, buf_reserve(out, n), n, n, s->read) != n)
		return -1;
	out->len += n;
	s->read += n;
	return 1;
}

void
spool_free(struct spool *s)
{
	if (s->has_file)
		close(s->fd);
	buf_free(&s->buf);
	*s = (struct spool){0};
}
