/* SPDX-License-Identifier: ISC */
/* All octets of a file at once. */
#include "io/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

static bool
read_all(struct whole *w, int fd, size_t most)
{
	for (;;) {
		ssize_t n = read(fd, buf_reserve(&w->buf, PIECE), PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		w->buf.len += (size_t)n;
		if (w->buf.len > most) {
			errno = EFBIG;
			return false;
		}
	}
	w->octets = buf_span(&w->buf);
	return true;
}

bool
whole_read(struct whole *w, int fd, size_t most)
{
	struct stat st;

	*w = (struct whole){0};
	if (fstat(fd, &st) != 0)
		return false;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return false;
	}
	if (!S_ISREG(st.st_mode) || st.st_size <= PIECE ||
	    lseek(fd, 0, SEEK_CUR) != 0)
		return read_all(w, fd, most);
	if ((uint64_t)st.st_size > most) {
		errno = EFBIG;
		return false;
	}
	w->n = (size_t)st.st_size;
	w->map = mmap(NULL, w->n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (w->map == MAP_FAILED) {
		w->map = NULL;
		return read_all(w, fd, most);
	}
	w->octets = span_of(w->map, w->n);
	return true;
}

bool
whole_open(struct whole *w, const char *path, size_t most)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	bool good;

	*w = (struct whole){0};
	if (fd == -1)
		return false;
	good = whole_read(w, fd, most);
	error = errno;
	close(fd);
	errno = error;
	return good;
}

void
whole_close(struct whole *w)
{
	if (w->map != NULL)
		munmap(w->map, w->n);
	buf_free(&w->buf);
	*w = (struct whole){0};
}
