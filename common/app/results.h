/* SPDX-License-Identifier: ISC */
#ifndef APP_RESULTS_H
#define APP_RESULTS_H

#include "base/buf.h"

/*
 * What became of the rows of a sheet: results of smpp-send, receipts that
 * smpp-listen printed, an export of smpp-queue, one behind the other in any
 * number of files; joined by ref, receipts by message_id. Some 20 octets a row
 * stay in memory; texts go to a file without a name.
 */
struct results;

/* sheet: what stands before the "!" of a ref; NULL for refs that are numbers. */
struct results *results_new(const char *sheet);
void results_free(struct results *);

/* Reads a line without its end. False when nothing can be made of it: a
 * sentence is then appended to error. */
bool results_take(struct results *, struct span line, struct buf *error);

enum report_column {
	REPORT_STATUS, REPORT_ID, REPORT_STATE, REPORT_ERROR,
	REPORT_TIME, REPORT_DONE,
	REPORT_COLUMNS
};

/* The name of a column, for people. */
const char *results_title(enum report_column);

/* What there is for a row of the sheet (from 1); the spans live until the
 * next call. False when there is nothing. */
bool results_row(struct results *, uint32_t row,
    struct span text[REPORT_COLUMNS]);

/* Counts of words: statuses, errors, and the state of a row, or the status of one
 * that has none; most first. */
struct results_word {
	char *word;
	uint64_t n;
};

/* Spans of time that deliveries took. */
struct results_bin {
	const char *name;
	uint64_t most;    /* seconds, less than; the last has no bound */
	uint64_t n;
};
enum { RESULTS_BINS = 10, RESULTS_WORDS = 64, RESULTS_POINTS = 60 };

struct results_summary {
	uint64_t rows;                /* that there is a result for */
	uint64_t unknown_refs;        /* results whose ref is no row of the sheet */
	uint64_t cut;                 /* cells of the report that were too long */
	uint64_t unknown_ids;         /* receipts whose message_id no result has */
	struct results_word status[RESULTS_WORDS], outcome[RESULTS_WORDS],
	    error[RESULTS_WORDS];
	size_t n_status, n_outcome, n_error;
	uint64_t states;              /* rows that have one */
	struct results_bin bin[RESULTS_BINS];
	uint64_t n_timed;
	/* messages sent from first_ms on, step_ms a point */
	int64_t first_ms, step_ms;
	uint64_t point[RESULTS_POINTS];
	size_t n_points;
};

/* Counts all rows. */
void results_summarise(struct results *, struct results_summary *);
void results_summary_free(struct results_summary *);

#endif
