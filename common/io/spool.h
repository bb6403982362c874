/* SPDX-License-Identifier: ISC */
#ifndef IO_SPOOL_H
#define IO_SPOOL_H

#include "base/buf.h"

/*
 * Octets that wait until it is known whether they may go out: in memory up to a
 * bound, past it in a file without a name (sys/scratch). All zero is an empty
 * one.
 */
struct spool {
	struct buf buf;       /* append here, then settle */
	/* private */
	bool has_file;
	int fd;
	uint64_t written, read;
};

/* Moves what was appended to the file when it is past the bound. False with
 * errno when there is no room; what is spooled is then lost. */
bool spool_settle(struct spool *);

/* Appends the next block of what was spooled, in order, to out, once no more is
 * appended: 1, or 0 at its end; -1 with errno when it cannot be read back. */
int spool_next(struct spool *, struct buf *out);

void spool_free(struct spool *);

#endif
