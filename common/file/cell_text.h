/* SPDX-License-Identifier: ISC */
#ifndef FILE_CELL_TEXT_H
#define FILE_CELL_TEXT_H

#include "base/buf.h"

/*
 * The end of a text that was gathered from begin on: its escapes _x000D_
 * (ECMA-376-1, 22.9.2.19) are read, its lines end in LF. False when it is
 * longer than a cell may be.
 */
bool cell_text_end(struct buf *, size_t begin);

#endif
