/* SPDX-License-Identifier: ISC */
#ifndef FILE_BIFF_H
#define FILE_BIFF_H

#include "base/buf.h"

/*
 * What freexl leaves out of a sheet of an .xls ([MS-XLS]): cells with formulas,
 * truth values and errors, numbers that a format shows in its own way, and what
 * is hidden. stream is the workbook stream.
 */
enum biff_kind {
	BIFF_FORMULA,        /* its result is not told */
	BIFF_NUMBER,
	BIFF_BOOL, BIFF_ERROR,
	BIFF_TEXT,           /* the text that a formula gave */
};

struct biff_cell {
	uint32_t row;        /* from 0 */
	uint16_t column;
	uint8_t kind;
	uint8_t value;       /* BOOL: 0, 1; ERROR: its code */
	bool formula;        /* it is the result of one */
	uint16_t style;      /* of NUMBER */
	double number;
	struct span text;    /* TEXT: in the stream */
	bool wide;           /* it is UTF-16LE, else the low octets of that */
};

struct biff {
	struct biff_cell *cell;   /* by row, then column */
	size_t n;
	uint8_t *hidden_row;      /* a bit for each of 65,536 */
	uint8_t hidden_column[32];
};

struct biff_sheet {
	uint32_t offset;
	bool hidden, worksheet;
};

/* The sheets of the workbook, at most most; how many. 0 for a file of one sheet
 * that names none (BIFF 2 to 4). */
size_t biff_sheets(struct span stream, struct biff_sheet *, size_t most);

/* The formats that the styles of the workbook's cells have. */
struct biff_formats {
	char **code;         /* by id; NULL: not in the workbook */
	uint16_t *style;     /* the id of each */
	size_t n_styles;
};

/* Reads all that the workbook has; the code of one style, NULL for General and
 * for a style that is not there. */
void biff_formats_read(struct biff_formats *, struct span stream);
const char *biff_format(const struct biff_formats *, uint16_t style);
void biff_formats_free(struct biff_formats *);

/* Reads the sheet that begins at an offset. False when its records run past the
 * stream or a cell is there twice; to be freed either way. */
bool biff_read(struct biff *, const struct biff_formats *, struct span stream,
    uint32_t offset);
void biff_free(struct biff *);

/* Appends the text of a cell as UTF-8; false when it is ill-formed. */
bool biff_text(struct buf *, const struct biff_cell *);

/* The name of an error code: "#N/A". */
const char *biff_error_name(uint8_t code);

#endif
