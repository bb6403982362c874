/* SPDX-License-Identifier: ISC */
#ifndef FILE_TEMPLATE_H
#define FILE_TEMPLATE_H

#include "base/buf.h"

/*
 * A text with columns in it: "Dear {Name}, {Balance|0} is due".  {{  is a brace,
 * and what follows a bar stands in for an empty cell.
 */
struct template_piece {
	struct span literal;     /* before the column */
	struct span column;      /* its name as written; empty p: none, the end */
	struct span fallback;
	bool has_fallback;
	uint32_t place;          /* the caller's: which column of the sheet */
};

struct template {
	struct template_piece *piece;
	size_t n;
	struct buf literals;     /* private */
};

/* Reads a text, which must live as long as the template. False when a brace
 * is not closed, or holds no name: a sentence is then appended to error. */
bool template_read(struct template *, struct span text, struct buf *error);
void template_free(struct template *);

#endif
