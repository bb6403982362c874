/* SPDX-License-Identifier: ISC */
#ifndef IO_WHOLE_H
#define IO_WHOLE_H

#include "base/buf.h"

/*
 * All octets of a file at once: those of a regular file in its own pages, so
 * that they cost no memory that the system cannot have back; those of a pipe
 * read into memory. Nobody may shorten the file meanwhile.
 */
struct whole {
	struct span octets;
	/* private */
	void *map;
	size_t n;
	struct buf buf;
};

/* From the descriptor's start (a pipe: from where it is), at most most octets.
 * False and errno: EFBIG when there are more; whole_close is then harmless. */
bool whole_read(struct whole *, int fd, size_t most);

/* The same of a path. */
bool whole_open(struct whole *, const char *path, size_t most);

void whole_close(struct whole *);

#endif
