/* SPDX-License-Identifier: ISC */
#ifndef MMS_HEAD_H
#define MMS_HEAD_H

#include "base/buf.h"

/*
 * The head of a mail as it comes: line ends of either kind, folded lines, lines
 * that are no fields. It allocates nothing; spans point into the octets.
 */
struct head {
	struct span rest;  /* behind what was given */
	unsigned odd;      /* lines that are no fields, so far */
};

struct head_field {
	struct span name;   /* without blanks before the colon */
	struct span value;  /* as it stands, folds in it, without the last line end */
	struct span line;   /* all of it, line end and all */
};

/* Reads from the front of a mail; a line "From ..." of a mailbox is passed
 * over. */
struct head head_open(struct span octets);

/* The next field; false at the end, when rest is the body. */
bool head_next(struct head *, struct head_field *);

/* The length of a head with the empty line behind it, or more than limit when
 * that ends it not within so many octets. */
size_t head_length(struct span octets, size_t limit);

/* Appends a value on one line, without blanks around it: each line end with the
 * blanks behind it is one blank. */
void head_unfold(struct buf *, struct span value);

/* Whether a field is called so, without regard to case. */
bool head_is(struct span name, const char *other);

#endif
