/* SPDX-License-Identifier: ISC */
#ifndef REC_COLUMNS_H
#define REC_COLUMNS_H

#include "base/digits.h"
#include "base/word.h"
#include "rec/record.h"

/* Writes text with TSV's escapes at w, where there must be tsv_room(n), which
 * may all be written to; gives where it ends. */
uint8_t *tsv_put_long(uint8_t *w, struct span text);

static inline size_t
tsv_room(size_t n)
{
	return 4 * n + 8;
}

/* The same, and fast for the few octets that most cells have. */
static inline uint8_t *
tsv_put(uint8_t *w, struct span s)
{
	const uint8_t *p = s.p;
	uint64_t x, y;

	if (s.n - 1 > 15)
		return s.n == 0 ? w : tsv_put_long(w, s);
	if (s.n >= 8) {
		x = word_load8(p);
		y = word_load8(p + s.n - 8);
		if ((word_special(x, '\\') | word_special(y, '\\')) != 0)
			return tsv_put_long(w, s);
		memcpy(w, p, 8);
		memcpy(w + s.n - 8, p + s.n - 8, 8);
		return w + s.n;
	}
	if (s.n >= 4) {
		x = word_load4(p) | (uint64_t)word_load4(p + s.n - 4) << 32;
		if (word_special(x, '\\') != 0)
			return tsv_put_long(w, s);
		memcpy(w, p, 4);
		memcpy(w + s.n - 4, p + s.n - 4, 4);
	} else {
		x = p[0] | (uint32_t)p[s.n / 2] << 8 |
		    (uint32_t)p[s.n - 1] << 16 | WORD_EACH('0') << 24;
		if (word_special(x, '\\') != 0)
			return tsv_put_long(w, s);
		w[0] = p[0];
		w[s.n / 2] = p[s.n / 2];
		w[s.n - 1] = p[s.n - 1];
	}
	return w + s.n;
}

/* Room for a value and the tab or newline at either side of it. */
static inline size_t
record_room(const struct value *v)
{
	return 22 + (v->type == VALUE_ABSENT || v->type == VALUE_NUM ? 0 :
	    tsv_room(v->s.n));
}

/* Writes the cell of a value at w, where there is that room; gives where it
 * ends. first: it is the first of its row, which must not begin with a BOM. */
uint8_t *record_put(uint8_t *w, const struct value *v, bool first);

/* Of record_cell alone. */
void record_cell_json(struct buf *, const struct record_format *, size_t i,
    const struct value *);

/* Appends the cell of the i-th column of a row, and what stands before and
 * behind it: each from 0 on makes what record_write does. */
static inline void
record_cell(struct buf *b, const struct record_format *f, size_t i,
    const struct value *v)
{
	struct value other;
	uint8_t *w;

	if (f->json) {
		record_cell_json(b, f, i, v);
		return;
	}
	w = buf_reserve(b, record_room(v));
	if (v->type == VALUE_TEXT && i > 0) {
		w = tsv_put(w, v->s);
	} else if (v->type == VALUE_NUM) {
		w = digits_put(w, v->num);
	} else if (v->type != VALUE_ABSENT) {
		/* v itself need not be in memory */
		other = *v;
		w = record_put(w, &other, i == 0);
	}
	*w++ = i + 1 < f->n ? '\t' : '\n';
	b->len = (size_t)(w - b->p);
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
