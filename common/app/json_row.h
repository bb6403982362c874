/* SPDX-License-Identifier: ISC */
#ifndef APP_JSON_ROW_H
#define APP_JSON_ROW_H

#include "rec/record.h"

struct json_t;

/* Rows that are objects of JSON, one a line (JSON Lines), as --json prints them.
 * All zero is one that has read nothing yet. */
struct json_row {
	struct json_t *object;  /* whose strings the values are */
	char number[RECORD_COLUMNS_MAX][24];
	struct buf error;
};

/* Whether a line is meant as such an object: it begins with a brace, perhaps
 * behind a byte order mark, and has no tab, without which no TSV row of an
 * address that is none is of use. */
bool json_row_is(struct span line);

/*
 * Reads one line. row has a value for each column of the schema; its spans live
 * until the next call. Whole numbers are their digits, true and false are yes
 * and no, null is absent. False for what is no such object, or has a member
 * that is no column, or is there twice, or is no value of a cell: error is a
 * sentence.
 */
bool json_row_read(struct json_row *, const struct schema *, struct span line,
    struct value row[]);

void json_row_free(struct json_row *);

/* Appends the library in use, a line. */
void json_row_libraries(struct buf *);

#endif
