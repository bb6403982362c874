/* SPDX-License-Identifier: ISC */
#ifndef FILE_XLSX_BOOK_H
#define FILE_XLSX_BOOK_H

#include "file/number_format.h"
#include "file/package.h"

/*
 * What an .xlsx says around its sheets (ECMA-376-1, 18.2 and 18.8): which sheets
 * there are, the parts they stand in, the formats of numbers.
 */
struct xlsx_book_sheet {
	char *name, *id;     /* id: of the relation that leads to its part */
	bool hidden;
};

/* The format of cells of one style. */
struct xlsx_book_style {
	const struct number_format *format;  /* NULL: General */
	const char *code;              /* NULL: General */
	bool is_date;
	bool is_padded;                /* with leading zeros */
};

struct xlsx_book {
	struct package *package;
	struct xlsx_book_sheet *sheet;
	size_t n_sheets;
	bool date1904;
	char *strings_part;            /* NULL: none */
	struct xlsx_book_style *style;
	size_t n_styles;
	/* private: while it is read */
	char *base;                    /* folder of the workbook's part */
	struct xlsx_book_relation *relation;
	size_t n_relations;
	struct xlsx_book_code *code;
	size_t n_codes;
	uint32_t *code_at;             /* place of a numFmtId in it, plus 1 */
	bool in_styles;
};

/* Reads all but the sheets. False after a sentence in error; to be closed
 * either way. */
bool xlsx_book_open(struct xlsx_book *, const char *path, struct buf *error);
void xlsx_book_close(struct xlsx_book *);

/* The sheet of a name, case apart, or of a number from 1 (NULL: the first
 * visible); false after a sentence that lists those there are. */
bool xlsx_book_find(const struct xlsx_book *, const char *name, size_t *sheet,
    struct buf *error);

/* The part of a sheet, owned by the caller; NULL when nothing leads to it. */
char *xlsx_book_part(const struct xlsx_book *, size_t sheet);

#endif
