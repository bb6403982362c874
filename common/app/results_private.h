/* SPDX-License-Identifier: ISC */
#ifndef APP_RESULTS_PRIVATE_H
#define APP_RESULTS_PRIVATE_H

#include "app/results.h"

/* What results.c (lines to rows), results_store.c and results_summary.c share. */
enum { RESULTS_FIELDS = 40 };  /* cells of a line that are looked at */

/* What a cell of a line is. */
enum line_column {
	LINE_REF, LINE_STATUS, LINE_ID, LINE_ERROR, LINE_STATE, LINE_ERR,
	LINE_TIME, LINE_DONE, LINE_SENT, LINE_KIND, LINE_TEXT, LINE_RECEIPT_ID,
	LINE_COLUMNS
};

struct entry {
	uint64_t at;          /* of its texts in the file, plus 1; 0: none */
	uint32_t seconds;     /* that delivery took, plus 1; 0: not known */
	uint32_t minute;      /* when it was sent, since 1970; 0: not known */
};

/* message_id to row, by a hash of it; the text is compared in the file. */
struct id {
	uint64_t hash;
	uint32_t row;
};

struct results {
	char *sheet;
	struct entry *entry;
	size_t n;             /* rows that the index has room for */
	struct id *id;
	size_t n_ids, id_room;
	int fd;
	struct buf spill;
	uint64_t length;      /* of the file with what is to be written */
	struct buf window;
	uint64_t window_at;
	enum line_column column[RESULTS_FIELDS];
	bool known[RESULTS_FIELDS];
	size_t n_columns;     /* of a header; 0: none seen */
	bool receipts;        /* its lines are receipts */
	struct buf cells;
	uint64_t unknown_refs, unknown_ids;
};

/* Appends the texts of a row; false with errno when there is no room. */
bool results_store(struct results *, struct entry *,
    const struct span text[REPORT_COLUMNS]);

/* The entry of a row; it moves when another is asked for. */
struct entry *results_entry(struct results *, uint32_t row);

/* That a message_id is of a row, and of which it is. */
void results_add_id(struct results *, struct span id, uint32_t row);
bool results_find_id(struct results *, struct span id, uint32_t *row);

#endif
