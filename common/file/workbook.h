/* SPDX-License-Identifier: ISC */
#ifndef FILE_WORKBOOK_H
#define FILE_WORKBOOK_H

#include "file/number_format.h"
#include "file/package.h"

/*
 * What an .xlsx says around its sheets (ECMA-376-1, 18.2 and 18.8): which sheets
 * there are, the parts they stand in, the formats of numbers.
 */
struct workbook_sheet {
	char *name, *id;     /* id: of the relation that leads to its part */
	bool hidden;
};

/* The format of cells of one style. */
struct workbook_style {
	struct number_format *format;  /* NULL: General */
	const char *code;              /* NULL: General */
	bool is_date;
	bool is_padded;                /* with leading zeros */
};

struct workbook {
	struct package *package;
	struct workbook_sheet *sheet;
	size_t n_sheets;
	bool date1904;
	char *strings_part;            /* NULL: none */
	struct workbook_style *style;
	size_t n_styles;
	/* private: while it is read */
	char *base;                    /* folder of the workbook's part */
	struct workbook_relation *relation;
	size_t n_relations;
	struct workbook_code *code;
	size_t n_codes;
	bool in_styles;
};

/* Reads all but the sheets. False after a sentence in error; to be closed
 * either way. */
bool workbook_open(struct workbook *, const char *path, struct buf *error);
void workbook_close(struct workbook *);

/* The sheet of a name, case apart, or of a number from 1 (NULL: the first
 * visible); false after a sentence that lists those there are. */
bool workbook_find(const struct workbook *, const char *name, size_t *sheet,
    struct buf *error);

/* The part of a sheet, owned by the caller; NULL when nothing leads to it. */
char *workbook_part(const struct workbook *, size_t sheet);

#endif
