/* SPDX-License-Identifier: ISC */
#ifndef FILE_SHEET_PRIVATE_H
#define FILE_SHEET_PRIVATE_H

#include "file/sheet.h"

/*
 * What the reader of each kind of file gives to sheet.c. A reader appends its
 * sentences without the name of the file, which sheet.c puts in front.
 */
struct sheet_reader {
	enum sheet_result (*next)(void *, struct sheet_row *, struct buf *error);
	void (*close)(void *);
	const char *(*name)(const void *);                     /* NULL: none */
	bool (*column_hidden)(const void *, uint32_t column);  /* NULL: none is */
	double (*progress)(const void *);
	bool (*date1904)(const void *);                        /* NULL: no */
};

/* Each opens a file of its kind; NULL after a sentence. CSV and TSV are told
 * apart by what separates their cells. */
extern const struct sheet_reader sheet_xlsx, sheet_xls, sheet_csv;
void *xlsx_open(const struct sheet_conf *, const char *path, struct buf *error);
void *xls_open(const struct sheet_conf *, const char *path, struct buf *error);
void *csv_open(const struct sheet_conf *, const char *path, enum sheet_kind *,
    struct buf *error);

#endif
