/* SPDX-License-Identifier: ISC */
#ifndef APP_BULK_PRIVATE_H
#define APP_BULK_PRIVATE_H

#include "app/bulk.h"

/* What bulk.c (finding the columns) and bulk_row.c (rows) share. */
static const uint32_t BULK_NO_COLUMN = UINT32_MAX;

struct bulk {
	const struct bulk_conf *conf;
	const char *file;                 /* its name in messages */
	struct sheet *sheet;
	struct header header, first;      /* first: of the sheet, for messages */
	uint32_t to, text, from;          /* columns */
	uint32_t with[ROW_COLUMNS];
	struct template template;
	struct sheet_row again;           /* a first row without a header above */
	bool has_again;
	struct phone_set seen;            /* with --dedupe */
	struct bulk_counts counts;
	/* the row at hand */
	uint32_t number_of_row;
	struct value value[ROW_COLUMNS];
	struct buf ref, number, made, date;
	struct number_format *iso;        /* of dates, once one is met */
	struct buf why;
};

#endif
