/* SPDX-License-Identifier: ISC */
#ifndef APP_JOURNAL_ROWS_H
#define APP_JOURNAL_ROWS_H

#include "app/journal.h"

/*
 * Private to the journal: rows as its lines tell of them. A line has tabs
 * between its cells:
 *
 *	B INPUT LINE PART PARTS REFERENCE HASH   a part is about to leave
 *	A INPUT LINE PART STATUS ID              its answer
 *	D INPUT LINE STATE ERR DONE_DATE         the row's receipts
 *
 * In text what is not a graphic ASCII character, and %, is %XX.
 */
struct journal_row {
	struct journal_row *next;
	struct journal_key key;
	size_t section;               /* in which it was begun */
	uint32_t reference;
	uint32_t n_parts, n_accepted; /* no parts: only D is known */
	char *report[3];              /* state, err, done_date; NULL: none */
	struct journal_part part[];
};

/* All zero is empty. */
struct journal_rows {
	struct journal_row **bucket;
	size_t n, mask;
};

/* What a line is. */
enum journal_line {
	JOURNAL_DAMAGED,
	JOURNAL_BEGUN,
	JOURNAL_ANSWERED,
	JOURNAL_REPORTED,
};

struct journal_row *journal_rows_find(const struct journal_rows *,
    uint32_t input, uint64_t line);

/*
 * Takes a line into the rows; key is then the row's (but for the hash), *row
 * the row, NULL where it is not kept (any more). Of a report for a row that is
 * not kept, one is made when make is set.
 */
enum journal_line journal_rows_take(struct journal_rows *, struct span line,
    bool make, struct journal_key *key, struct journal_row **row);

void journal_rows_drop(struct journal_rows *, struct journal_row *);
/* The same, but the row lives on, for journal_row_free. */
void journal_rows_out(struct journal_rows *, struct journal_row *);
void journal_row_free(struct journal_row *);
void journal_rows_free(struct journal_rows *);

enum journal_state journal_row_state(const struct journal_row *);

/* The lines, appended. */
void journal_put_begin(struct buf *, const struct journal_key *, uint32_t part,
    uint32_t n_parts, uint32_t reference);
void journal_put_answer(struct buf *, const struct journal_key *,
    uint32_t part, uint32_t status, struct span id);
void journal_put_report(struct buf *, const struct journal_key *,
    struct span state, struct span err, struct span done_date);
void journal_put_text(struct buf *, struct span);

#endif
