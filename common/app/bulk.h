/* SPDX-License-Identifier: ISC */
#ifndef APP_BULK_H
#define APP_BULK_H

#include "file/header.h"
#include "file/phone.h"
#include "file/phone_set.h"
#include "file/template.h"
#include "rec/record.h"

/*
 * Rows of a spreadsheet to rows of smpp-send --batch, each whole or refused with
 * the cell and the reason. One walk over the sheet; a program that wants to
 * be sure before it prints walks twice.
 */
struct bulk_with {
	const char *column;       /* of the sheet, by name or place */
	enum row_column to;       /* of the record */
};

struct bulk_conf {
	const char *path;
	struct sheet_conf sheet;
	const char *to, *text, *from;        /* columns; NULL: found by their names */
	struct span template;                /* p NULL: none */
	const struct bulk_with *with;
	size_t n_with;
	const struct phone_country *country; /* NULL: numbers as they are */
	bool skip_hidden, dedupe;
	const struct phone_set *exclude;     /* NULL: nobody */
	uint64_t most;                       /* rows; 0: all */
};

struct bulk_counts {
	uint64_t rows, refused;
	uint64_t duplicates, excluded;       /* of the refused */
	uint64_t hidden;                     /* rows that are hidden: sent, or skipped */
	uint64_t blank;                      /* rows with nothing in any column used */
	uint64_t bare;                       /* numbers without + or leading 0, and no
	                                      * country to tell what they are */
};

struct bulk;

/* Opens the sheet and finds its columns. NULL after a sentence in error; conf
 * is borrowed. */
struct bulk *bulk_open(const struct bulk_conf *, struct buf *error);
void bulk_close(struct bulk *);

enum bulk_result {
	BULK_ROW,
	BULK_REFUSED,  /* bulk_why says what is wrong with the row at hand */
	BULK_END,
	BULK_BAD,      /* the file is damaged: bulk_why */
};

/* The next row: value has ROW_COLUMNS values, which live until the next call. */
enum bulk_result bulk_next(struct bulk *, const struct value **value);
const char *bulk_why(const struct bulk *);

/* The row of the sheet's header, the last where it has two; 0: it has none. */
uint32_t bulk_header_row(const struct bulk *);
bool bulk_header_is_two_rows(const struct bulk *);

/* The row of the sheet that the latest result is about. */
uint32_t bulk_row_number(const struct bulk *);

const struct bulk_counts *bulk_counts(const struct bulk *);
double bulk_progress(const struct bulk *);

/* Appends what was found, in lines: sheet, header, which column is what. */
void bulk_describe(struct buf *, const struct bulk *);

/* Whether a column of the record is filled by any of the sheet. */
bool bulk_fills(const struct bulk *, enum row_column);

/*
 * Reads the numbers of people who are not to be written to: those of the column
 * that is named as phones are, else of the first. False after a sentence when
 * a cell of it is no number: nobody could tell who is meant.
 */
bool bulk_read_exclude(struct phone_set *, const char *path,
    const struct phone_country *, struct buf *error);

#endif
