/* SPDX-License-Identifier: ISC */
#ifndef FILE_COMPOUND_H
#define FILE_COMPOUND_H

#include "base/buf.h"

/*
 * Streams of a compound file ([MS-CFB]), the container of .xls and of encrypted
 * workbooks. file is the whole of it; all offsets in it are checked.
 */

/* Whether it has a stream or storage of that name, ASCII, without case. */
bool compound_has(struct span file, const char *name);

/* Appends the octets of a stream. False when there is none, or its chain of
 * sectors leaves the file or runs in a circle. */
bool compound_stream(struct span file, const char *name, struct buf *out);

#endif
