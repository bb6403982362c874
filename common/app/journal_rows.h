/* SPDX-License-Identifier: ISC */
#ifndef APP_JOURNAL_ROWS_H
#define APP_JOURNAL_ROWS_H

#include "app/journal.h"

/* Private to the journal: rows as its lines tell of them, and sets of lines. */
struct journal_row {
	struct journal_row *next;
	size_t input;
	uint64_t line, hash;
	uint32_t n_parts, n_accepted;
	struct journal_part {
		uint32_t begun;    /* and not answered */
		bool accepted;
		char *id;
	} *part;
};

/* All zero is empty. */
struct journal_rows {
	struct journal_row **bucket;
	size_t n, mask;
};

struct journal_row *journal_rows_find(const struct journal_rows *,
    size_t input, uint64_t line);

/* Takes a B or A line; *row is the row it is of, NULL for an answer to one
 * that is not kept (any more). False when the line makes no sense. */
bool journal_rows_take(struct journal_rows *, struct span line,
    struct journal_row **row);
void journal_rows_drop(struct journal_rows *, struct journal_row *);
void journal_rows_free(struct journal_rows *);

enum journal_state journal_row_state(const struct journal_row *);
void journal_row_ids(const struct journal_row *, struct buf *ids);

/* Lines of inputs: 65536 of them cost 8 KiB unless all are in. */
struct journal_set {
	struct journal_lines {
		struct journal_chunk {
			uint32_t n;
			uint8_t *bits;
		} *chunk;
		size_t n;
	} *input;
	size_t n;
};

void journal_set_add(struct journal_set *, size_t input, uint64_t line);
bool journal_set_has(const struct journal_set *, size_t input, uint64_t line);
void journal_set_free(struct journal_set *);

#endif
