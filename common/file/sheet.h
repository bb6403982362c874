/* SPDX-License-Identifier: ISC */
#ifndef FILE_SHEET_H
#define FILE_SHEET_H

#include "base/buf.h"
#include "file/number_format.h"

/*
 * The one face of all spreadsheets: rows of one sheet, in order, as a stream,
 * whatever the file is. What a file is its content says, not its name.
 */
enum sheet_kind { SHEET_XLSX, SHEET_XLS, SHEET_CSV, SHEET_TSV };

enum {
	SHEET_ROWS_MAX = 1048576,
	SHEET_COLUMNS_MAX = 16384,
	SHEET_TEXT_MAX = 32767,  /* UTF-16 units of a cell */
};

enum cell_type {
	CELL_TEXT,
	CELL_NUMBER,   /* text: as its format shows it */
	CELL_DATE,     /* a number that its format shows as a date or a time */
	CELL_BOOL,     /* TRUE, FALSE */
	CELL_ERROR,    /* #N/A and the like */
	CELL_MISSING,  /* a formula whose result the file does not hold */
	CELL_FORMULA,  /* one whose result is not read: a number in an .xls */
};

/* Why a cell of ERROR, MISSING or FORMULA has no text, as a sentence; NULL
 * for the others. */
const char *cell_refusal(enum cell_type);

struct cell {
	uint32_t column;          /* from 0: A */
	enum cell_type type;
	bool formula;             /* its text is the result of one */
	bool padded;              /* a number shown with leading zeros */
	double number;            /* of NUMBER and DATE */
	struct span text;         /* as a person sees it, UTF-8; lines end in LF */
	const char *format;       /* code of a number's format; NULL: General */
};

struct sheet_row {
	uint32_t number;          /* from 1 */
	bool hidden;              /* by hand or by a filter */
	const struct cell *cell;  /* those that hold something, by column */
	size_t n;
};

struct sheet_conf {
	const char *name;         /* of the file in messages; NULL: its path */
	const char *sheet;        /* name, or number from 1; NULL: the first visible */
	const char *encoding;     /* of CSV and TSV, for iconv; NULL: found out */
	size_t strings_most;      /* octets of shared strings in memory; then a file */
};

enum { SHEET_STRINGS_MOST = 256 << 20 };

struct sheet;

/* Opens a file at its first row. NULL when it cannot be read: a sentence that
 * names file and part is then appended to error. conf is borrowed. */
struct sheet *sheet_open(const struct sheet_conf *, const char *path,
    struct buf *error);
void sheet_close(struct sheet *);

enum sheet_kind sheet_kind(const struct sheet *);

/* The name of the sheet; NULL where a file is one sheet without a name. */
const char *sheet_name(const struct sheet *);

/* Whether days count from 1904. */
bool sheet_date1904(const struct sheet *);

/* Whether a column (from 0) is hidden; known once the first row is there. */
bool sheet_column_hidden(const struct sheet *, uint32_t column);

enum sheet_result {
	SHEET_ROW,
	SHEET_END,   /* and the file is sound to its end */
	SHEET_BAD,   /* damaged: sheet_error says what and where; over */
};

/* The next row that holds something; it lives until the next call. */
enum sheet_result sheet_next(struct sheet *, struct sheet_row *);

/* Of BAD: a sentence that names file, part and cell. */
const char *sheet_error(const struct sheet *);

/* How far reading is, 0 to 1, for a line of progress. */
double sheet_progress(const struct sheet *);

/* Appends the name of a cell: column from 0, row from 1; "B17". */
void cell_name(struct buf *, uint32_t column, uint32_t row);

/* Reads "B17", "$B$17" (row 0 for a bare column); false when it is none or
 * out of range. */
bool cell_read_name(struct span, uint32_t *column, uint32_t *row);

#endif
