/* SPDX-License-Identifier: ISC */
#ifndef FILE_XLSX_PRIVATE_H
#define FILE_XLSX_PRIVATE_H

#include "file/shared_strings.h"
#include "file/sheet_private.h"
#include "file/xlsx_book.h"
#include "file/xml.h"

/*
 * A sheet of an .xlsx while it is read: sheet_xlsx.c has its XML as expat brings
 * it, xlsx_plain.c the rows that go past expat, xlsx_cells.c what both do with
 * the rows and cells they find.
 */

/* Where the text of a cell stands while its row is gathered. */
struct xlsx_piece {
	size_t at, n;             /* in the text of the row */
	const uint8_t *stable;    /* or here, n octets */
};

struct xlsx_row {
	uint32_t number;          /* 0: none yet */
	bool hidden, in_order;
	struct cell *cell;
	struct xlsx_piece *piece;
	size_t n, room;
	struct buf text;
};

enum xlsx_kind {
	KIND_NUMBER, KIND_SHARED, KIND_STRING, KIND_INLINE, KIND_BOOL,
	KIND_ERROR, KIND_DATE
};

struct xlsx {
	struct xlsx_book book;
	size_t index;             /* of the sheet */
	struct shared_strings *strings;
	struct part *part;
	struct xml *xml;
	struct xlsx_row rows[2], *row, *done;
	uint32_t *hidden;         /* first and last column of each range, from 1 */
	size_t n_hidden;
	bool in_data, ended;
	/* the cell at hand */
	bool in_cell, has_value, in_text;
	unsigned phonetic;
	uint32_t column;
	enum xlsx_kind kind;
	uint32_t style;
	bool formula;
	size_t begin;             /* of its text, in the row's */
};

/* A number from 1 to most; 0 when it is none. */
uint32_t xlsx_number(struct span, uint32_t most);

/* The row that is gathered when one begins that is not the latest: that one is
 * done if it holds anything, and lives on until the next is. */
struct xlsx_row *xlsx_row_after(struct xlsx *);

/* Empties a row for another number. */
void xlsx_row_begin(struct xlsx_row *, uint32_t number);

/*
 * A cell of x->row: its attributes (p NULL: not there), then its text behind that
 * of the row from x->begin, then its end. Each gives NULL, or why the cell
 * is refused, a sentence without its name that lives as long as x.
 */
const char *xlsx_cell_begin(struct xlsx *, struct span r, struct span s,
    struct span t);
const char *xlsx_cell_end(struct xlsx *);
extern const char xlsx_no_cell[];  /* of begin: r is the name of no cell here */

/* The same row as expat would have it, or nothing changed; see xml.h. */
enum xml_plain xlsx_plain_row(void *xlsx, struct span, size_t *n);

#endif
