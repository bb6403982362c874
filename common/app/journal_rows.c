/* SPDX-License-Identifier: ISC */
/* What the lines of a journal say of rows. */
#include "app/journal_rows.h"

#include <stdlib.h>

#include "base/hex.h"
#include "base/mem.h"

enum {
	BUCKETS_FIRST = 256,
	INPUTS_MOST = 1 << 16,
	PARTS_MOST = 255,
};

/* Lines up to here; what is past it is damage. */
#define LINE_MOST (UINT64_C(1) << 40)

static struct journal_row **
bucket_of(const struct journal_rows *rows, uint32_t input, uint64_t line)
{
	uint64_t h = (line * 31 + input) * UINT64_C(0x9e3779b97f4a7c15);

	return &rows->bucket[(h >> 24) & rows->mask];
}

struct journal_row *
journal_rows_find(const struct journal_rows *rows, uint32_t input,
    uint64_t line)
{
	struct journal_row *r;

	if (rows->bucket == NULL)
		return NULL;
	r = *bucket_of(rows, input, line);
	while (r != NULL && (r->key.input != input || r->key.line != line))
		r = r->next;
	return r;
}

static void
grow(struct journal_rows *rows)
{
	struct journal_rows old = *rows;
	struct journal_row *r, **bucket;

	rows->mask = old.bucket == NULL ? BUCKETS_FIRST - 1 : old.mask * 2 + 1;
	rows->bucket = mem_array(rows->mask + 1, sizeof(struct journal_row *));
	for (size_t i = 0; old.bucket != NULL && i <= old.mask; i++)
		while ((r = old.bucket[i]) != NULL) {
			old.bucket[i] = r->next;
			bucket = bucket_of(rows, r->key.input, r->key.line);
			r->next = *bucket;
			*bucket = r;
		}
	free(old.bucket);
}

static struct journal_row *
add(struct journal_rows *rows, const struct journal_key *key, uint32_t n_parts)
{
	struct journal_row *r, **bucket;

	r = mem_new(sizeof(*r) + n_parts * sizeof(r->part[0]));
	if (rows->bucket == NULL || rows->n > rows->mask)
		grow(rows);
	r->key = *key;
	r->n_parts = n_parts;
	bucket = bucket_of(rows, key->input, key->line);
	r->next = *bucket;
	*bucket = r;
	rows->n++;
	return r;
}

void
journal_row_free(struct journal_row *r)
{
	if (r == NULL)
		return;
	for (uint32_t i = 0; i < r->n_parts; i++)
		free(r->part[i].id);
	for (int i = 0; i < 3; i++)
		free(r->report[i]);
	free(r);
}

void
journal_rows_out(struct journal_rows *rows, struct journal_row *row)
{
	struct journal_row **at = bucket_of(rows, row->key.input,
	    row->key.line);

	while (*at != row)
		at = &(*at)->next;
	*at = row->next;
	rows->n--;
}

void
journal_rows_drop(struct journal_rows *rows, struct journal_row *row)
{
	journal_rows_out(rows, row);
	journal_row_free(row);
}

void
journal_rows_free(struct journal_rows *rows)
{
	struct journal_row *r;

	for (size_t i = 0; rows->bucket != NULL && i <= rows->mask; i++)
		while ((r = rows->bucket[i]) != NULL) {
			rows->bucket[i] = r->next;
			journal_row_free(r);
		}
	free(rows->bucket);
	*rows = (struct journal_rows){0};
}

/* Lines */

/* Takes a cell and its tab off a line. */
static struct span
cell(struct span *line)
{
	const uint8_t *tab = line->n ? memchr(line->p, '\t', line->n) : NULL;
	struct span s = *line;

	if (tab != NULL)
		s.n = (size_t)(tab - line->p);
	*line = span_skip(*line, s.n + (tab != NULL));
	return s;
}

static bool
number(struct span *line, unsigned base, uint64_t most, uint64_t *n)
{
	struct span s = cell(line);
	int digit;

	*n = 0;
	for (size_t i = 0; i < s.n; i++) {
		digit = hex_digit(s.p[i]);
		if (digit < 0 || (unsigned)digit >= base ||
		    *n > (most - (uint64_t)digit) / base)
			return false;
		*n = *n * base + (uint64_t)digit;
	}
	return s.n > 0;
}

/* What %XX stands for; none of the texts holds a NUL. */
static char *
unescape(struct span s)
{
	char *text = mem_strndup(s.p, s.n), *to = text;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '%' && i + 2 < s.n && hex_digit(s.p[i + 1]) >= 0 &&
		    hex_digit(s.p[i + 2]) >= 0) {
			*to++ = (char)(hex_digit(s.p[i + 1]) << 4 |
			    hex_digit(s.p[i + 2]));
			i += 2;
		} else {
			*to++ = (char)s.p[i];
		}
	*to = '\0';
	return text;
}

static bool
take_begin(struct journal_rows *rows, struct span s, struct journal_key *key,
    struct journal_row **row)
{
	uint64_t part, n_parts, reference;
	struct journal_part *p;

	if (!number(&s, 10, PARTS_MOST, &part) ||
	    !number(&s, 10, PARTS_MOST, &n_parts) || part >= n_parts ||
	    !number(&s, 10, UINT16_MAX, &reference) ||
	    !number(&s, 16, UINT64_MAX, &key->hash) || s.n > 0)
		return false;
	if (*row == NULL) {
		*row = add(rows, key, (uint32_t)n_parts);
		(*row)->reference = (uint32_t)reference;
	}
	if ((*row)->key.hash != key->hash || (*row)->n_parts != n_parts)
		return false;
	p = &(*row)->part[part];
	p->begun++;
	if (p->state == JOURNAL_NEW)
		p->state = JOURNAL_UNKNOWN;
	return true;
}

static bool
take_answer(struct span s, struct journal_row *row)
{
	struct journal_part *p;
	uint64_t part, status;

	if (!number(&s, 10, PARTS_MOST, &part) ||
	    !number(&s, 10, UINT32_MAX, &status))
		return false;
	if (row == NULL)
		return true;
	if (part >= row->n_parts)
		return false;
	p = &row->part[part];
	if (p->begun > 0)
		p->begun--;
	if (p->state == JOURNAL_ACCEPTED)
		return true;
	if (status == 0) {
		p->state = JOURNAL_ACCEPTED;
		p->id = unescape(s);
		row->n_accepted++;
	} else if (p->begun == 0) {
		p->state = JOURNAL_NEW;
	}
	return true;
}

static void
take_report(struct span s, struct journal_row *row)
{
	for (int i = 0; row != NULL && i < 3; i++) {
		free(row->report[i]);
		row->report[i] = unescape(cell(&s));
	}
}

enum journal_line
journal_rows_take(struct journal_rows *rows, struct span s, bool make,
    struct journal_key *key, struct journal_row **row)
{
	struct span kind = cell(&s);
	uint64_t input, line;

	if (!number(&s, 10, INPUTS_MOST, &input) ||
	    !number(&s, 10, LINE_MOST, &line))
		return JOURNAL_DAMAGED;
	*key = (struct journal_key){(uint32_t)input, line, 0};
	*row = journal_rows_find(rows, key->input, line);
	if (span_is(kind, "B") && take_begin(rows, s, key, row))
		return JOURNAL_BEGUN;
	if (span_is(kind, "A") && take_answer(s, *row))
		return JOURNAL_ANSWERED;
	if (!span_is(kind, "D"))
		return JOURNAL_DAMAGED;
	if (*row == NULL && make)
		*row = add(rows, key, 0);
	take_report(s, *row);
	return JOURNAL_REPORTED;
}

enum journal_state
journal_row_state(const struct journal_row *row)
{
	if (row->n_accepted == row->n_parts)
		return JOURNAL_ACCEPTED;
	for (uint32_t i = 0; i < row->n_parts; i++)
		if (row->part[i].state == JOURNAL_UNKNOWN)
			return JOURNAL_UNKNOWN;
	return row->n_accepted > 0 ? JOURNAL_PARTIAL : JOURNAL_NEW;
}

/* Writing */

static void
put_cell(struct buf *b, uint64_t n)
{
	buf_add_uint(b, n);
	buf_add_byte(b, '\t');
}

static void
put_key(struct buf *b, char kind, const struct journal_key *key)
{
	buf_add_byte(b, (uint8_t)kind);
	buf_add_byte(b, '\t');
	put_cell(b, key->input);
	put_cell(b, key->line);
}

void
journal_put_text(struct buf *b, struct span s)
{
	size_t plain;

	while (s.n > 0) {
		for (plain = 0; plain < s.n && s.p[plain] > 0x20 &&
		    s.p[plain] < 0x7f && s.p[plain] != '%'; plain++)
			;
		buf_add(b, s.p, plain);
		s = span_skip(s, plain);
		if (s.n == 0)
			break;
		buf_add_byte(b, '%');
		hex_encode(b, span_of(s.p, 1));
		s = span_skip(s, 1);
	}
}

void
journal_put_begin(struct buf *b, const struct journal_key *key, uint32_t part,
    uint32_t n_parts, uint32_t reference)
{
	uint8_t hash[8];

	for (size_t i = 0; i < sizeof(hash); i++)
		hash[i] = (uint8_t)(key->hash >> (56 - 8 * i));
	put_key(b, 'B', key);
	put_cell(b, part);
	put_cell(b, n_parts);
	put_cell(b, reference);
	hex_encode(b, span_of(hash, sizeof(hash)));
	buf_add_byte(b, '\n');
}

void
journal_put_answer(struct buf *b, const struct journal_key *key,
    uint32_t part, uint32_t status, struct span id)
{
	put_key(b, 'A', key);
	put_cell(b, part);
	put_cell(b, status);
	journal_put_text(b, id);
	buf_add_byte(b, '\n');
}

void
journal_put_report(struct buf *b, const struct journal_key *key,
    struct span state, struct span err, struct span done_date)
{
	put_key(b, 'D', key);
	journal_put_text(b, state);
	buf_add_byte(b, '\t');
	journal_put_text(b, err);
	buf_add_byte(b, '\t');
	journal_put_text(b, done_date);
	buf_add_byte(b, '\n');
}
