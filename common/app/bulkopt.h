/* SPDX-License-Identifier: ISC */
#ifndef APP_BULKOPT_H
#define APP_BULKOPT_H

#include "app/bulk.h"
#include "app/config.h"

/* The options of smpp-bulk-xlsx. */
struct bulkopt {
	struct bulk_conf bulk;
	bool check, dry_run, stream, json, verbose, quiet;
	uint64_t sample;             /* 0: all rows */
	uint32_t seed;
	const char *out;
	const char *report, *new;    /* workbooks to write, or NULL */
	const char *const *results;  /* of --report: files of results */
	size_t n_results;
	struct record_format format;
	/* private: what the above points at */
	struct bulk_with *with;
	struct phone_set exclude;
	struct buf template, columns;
	int spool;                   /* a copy of stdin, or -1 */
	struct buf spool_path;
};

/* Reads the settings, the template, the numbers to exclude. Dies when one is
 * wrong. The file is the operand, or stdin, which is copied to a file first:
 * workbooks are not read from front to end. */
void bulkopt_read(struct bulkopt *, const struct config *);
void bulkopt_free(struct bulkopt *);

/* Sets the columns to print: to, text, and those that the sheet fills. */
void bulkopt_columns(struct bulkopt *, const struct bulk *);

#endif
