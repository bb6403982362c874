/* SPDX-License-Identifier: ISC */
#ifndef APP_ORDERED_H
#define APP_ORDERED_H

#include "base/buf.h"

/*
 * Output in order: pieces that are done before their time are kept until all
 * before them are done. They are numbered from 0. All zero is empty.
 */
struct ordered {
	struct buf *held;      /* a ring, by number */
	bool *done;
	size_t room;           /* a power of two */
	uint64_t next;         /* the first one that is not done */
	size_t n_held;
};

void ordered_free(struct ordered *);

/* Where the piece with this number is to be written, which was not done yet:
 * to out itself when it is its turn. ordered_done comes next. */
struct buf *ordered_begin(struct ordered *, uint64_t number, struct buf *out);

/* It is written: it goes out, and what has waited for it. */
void ordered_done(struct ordered *, uint64_t number, struct buf *out);

#endif
