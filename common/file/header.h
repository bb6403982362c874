/* SPDX-License-Identifier: ISC */
#ifndef FILE_HEADER_H
#define FILE_HEADER_H

#include "file/sheet.h"

/*
 * The row of a sheet that names its columns, or two of them. Names are the same whatever their
 * case, blanks, dashes and underscores, composed or not. A cell that is empty
 * there has the name above it, which merged cells leave there.
 */
struct header_name {
	uint32_t column;
	struct buf name;      /* as it stands there */
	struct buf folded;    /* as it is compared */
	struct buf above;     /* likewise, of the header's first row of two */
	bool hidden;          /* its column is not to be looked at */
};

struct header {
	uint32_t row;         /* the last of it; 0: the sheet has none */
	bool two_rows;
	struct header_name *name;
	size_t n;
};

void header_free(struct header *);

/* Takes a row in as a header above what comes: its names stand before those of
 * the rows taken before. */
void header_take(struct header *, const struct sheet_row *);

/*
 * Whether the row behind the header goes on with it, as under cells that are
 * merged: it is words alone, and names a column that has no name yet, or one of
 * phones.
 */
bool header_goes_on(const struct header *, const struct sheet_row *);

/* Takes that row in: its names count before those above, which count, too. */
void header_go_on(struct header *, const struct sheet_row *);

enum header_find { HEADER_FOUND, HEADER_NONE, HEADER_TWICE };

/* The column of a name; NONE also for an empty one. */
enum header_find header_column(const struct header *, struct span name,
    uint32_t *column);

/* What a column can be for, known by the names that people give it in English
 * and in Korean. TWICE: two columns could be it, the first is *column. */
enum header_role { HEADER_TO, HEADER_TEXT, HEADER_FROM };
enum header_find header_role_column(const struct header *, enum header_role,
    uint32_t *column);

/* "B" or "2": a column by its place; false when it is none. */
bool header_place(struct span, uint32_t *column);

/* Appends the names: A "Phone", B "Name". */
void header_list(struct buf *, const struct header *);

#endif
