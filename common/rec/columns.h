/* SPDX-License-Identifier: ISC */
#ifndef REC_COLUMNS_H
#define REC_COLUMNS_H

#include "rec/record.h"

/* Writes text with TSV's escapes at w, where there must be tsv_room(n), which
 * may all be written to; gives where it ends. */
uint8_t *tsv_put(uint8_t *w, struct span text);

static inline size_t
tsv_room(size_t n)
{
	return 4 * n + 8;
}

/* The index of a column by its name; schema->n when there is none. */
size_t column_find(const struct schema *, struct span name);

/* Fills column and *n from a comma list. False when a name is unknown or
 * stands twice: *bad is it. */
bool columns_parse(const struct schema *, const char *list, uint8_t column[],
    size_t *n, struct span *bad);

/* The first n columns in their own order; gives n. */
size_t columns_first(uint8_t column[], size_t n);

#endif
