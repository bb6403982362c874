/* SPDX-License-Identifier: ISC */
/* What the lines of a journal say of rows, and sets of rows. */
#include "app/journal_rows.h"

#include <stdlib.h>

#include "base/hex.h"
#include "base/mem.h"

enum {
	CHUNK = 1 << 16,
	INPUTS_MOST = 1 << 16,
	PARTS_MOST = 255,
};

/* Lines up to here; what is past it is damage. */
#define LINE_MOST (UINT64_C(1) << 40)

static struct journal_row **
bucket_of(const struct journal_rows *rows, size_t input, uint64_t line)
{
	uint64_t h = (line * 31 + input) * UINT64_C(0x9e3779b97f4a7c15);

	return &rows->bucket[(h >> 24) & rows->mask];
}

struct journal_row *
journal_rows_find(const struct journal_rows *rows, size_t input, uint64_t line)
{
	struct journal_row *r;

	if (rows->bucket == NULL)
		return NULL;
	r = *bucket_of(rows, input, line);
	while (r != NULL && (r->input != input || r->line != line))
		r = r->next;
	return r;
}

static void
grow(struct journal_rows *rows)
{
	struct journal_rows old = *rows;
	struct journal_row *r, **bucket;

	rows->mask = old.bucket == NULL ? 255 : old.mask * 2 + 1;
	rows->bucket = mem_array(rows->mask + 1, sizeof(struct journal_row *));
	for (size_t i = 0; old.bucket != NULL && i <= old.mask; i++)
		while ((r = old.bucket[i]) != NULL) {
			old.bucket[i] = r->next;
			bucket = bucket_of(rows, r->input, r->line);
			r->next = *bucket;
			*bucket = r;
		}
	free(old.bucket);
}

static void
row_free(struct journal_row *r)
{
	for (uint32_t i = 0; i < r->n_parts; i++)
		free(r->part[i].id);
	free(r->part);
	free(r);
}

void
journal_rows_drop(struct journal_rows *rows, struct journal_row *row)
{
	struct journal_row **at = bucket_of(rows, row->input, row->line);

	while (*at != row)
		at = &(*at)->next;
	*at = row->next;
	rows->n--;
	row_free(row);
}

void
journal_rows_free(struct journal_rows *rows)
{
	struct journal_row *r;

	for (size_t i = 0; rows->bucket != NULL && i <= rows->mask; i++)
		while ((r = rows->bucket[i]) != NULL) {
			rows->bucket[i] = r->next;
			row_free(r);
		}
	free(rows->bucket);
	*rows = (struct journal_rows){0};
}

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

/* What %XX stands for; an id holds no NUL. */
static char *
plain_id(struct span s)
{
	char *id = mem_strndup(s.p, s.n), *to = id;

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
	return id;
}

static struct journal_row *
add(struct journal_rows *rows, size_t input, uint64_t line, uint64_t hash,
    uint32_t n_parts)
{
	struct journal_row *r = mem_new(sizeof(*r)), **bucket;

	if (rows->bucket == NULL || rows->n > rows->mask)
		grow(rows);
	r->input = input;
	r->line = line;
	r->hash = hash;
	r->n_parts = n_parts;
	r->part = mem_array(n_parts, sizeof(*r->part));
	bucket = bucket_of(rows, input, line);
	r->next = *bucket;
	*bucket = r;
	rows->n++;
	return r;
}

static bool
take_begin(struct journal_rows *rows, struct span s, size_t input,
    uint64_t line, struct journal_row **row)
{
	uint64_t hash, part, n_parts;

	if (!number(&s, 16, UINT64_MAX, &hash) ||
	    !number(&s, 10, PARTS_MOST, &part) ||
	    !number(&s, 10, PARTS_MOST, &n_parts) || part >= n_parts || s.n > 0)
		return false;
	if (*row == NULL)
		*row = add(rows, input, line, hash, (uint32_t)n_parts);
	if ((*row)->hash != hash || part >= (*row)->n_parts)
		return false;
	(*row)->part[part].begun++;
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
	if (status == 0 && !p->accepted) {
		p->accepted = true;
		p->id = plain_id(s);
		row->n_accepted++;
	}
	return true;
}

bool
journal_rows_take(struct journal_rows *rows, struct span s,
    struct journal_row **row)
{
	struct span kind = cell(&s);
	uint64_t input, line;

	*row = NULL;
	if (!number(&s, 10, INPUTS_MOST, &input) ||
	    !number(&s, 10, LINE_MOST, &line))
		return false;
	*row = journal_rows_find(rows, (size_t)input, line);
	if (span_is(kind, "B"))
		return take_begin(rows, s, (size_t)input, line, row);
	return span_is(kind, "A") && take_answer(s, *row);
}

enum journal_state
journal_row_state(const struct journal_row *row)
{
	if (row->n_accepted == row->n_parts)
		return JOURNAL_ACCEPTED;
	for (uint32_t i = 0; i < row->n_parts; i++)
		if (row->part[i].begun > 0 && !row->part[i].accepted)
			return JOURNAL_UNKNOWN;
	return row->n_accepted > 0 ? JOURNAL_PARTIAL : JOURNAL_NEW;
}

void
journal_row_ids(const struct journal_row *row, struct buf *ids)
{
	for (uint32_t i = 0; i < row->n_parts; i++) {
		if (i > 0)
			buf_add_byte(ids, ',');
		if (row->part[i].id != NULL)
			buf_add_str(ids, row->part[i].id);
	}
}

/* Sets */

void
journal_set_add(struct journal_set *set, size_t input, uint64_t line)
{
	struct journal_lines *lines;
	struct journal_chunk *c;
	size_t at = (size_t)(line / CHUNK), bit = (size_t)(line % CHUNK);
	size_t n;

	if (input >= set->n) {
		set->input = mem_resize(set->input,
		    (input + 1) * sizeof(*set->input));
		for (; set->n <= input; set->n++)
			set->input[set->n] = (struct journal_lines){0};
	}
	lines = &set->input[input];
	if (at >= lines->n) {
		n = at + 1 > lines->n * 2 ? at + 1 : lines->n * 2;
		lines->chunk = mem_resize(lines->chunk,
		    n * sizeof(*lines->chunk));
		for (; lines->n < n; lines->n++)
			lines->chunk[lines->n] = (struct journal_chunk){0};
	}
	c = &lines->chunk[at];
	if (c->n == CHUNK)
		return;
	if (c->bits == NULL)
		c->bits = mem_new(CHUNK / 8);
	if (c->bits[bit / 8] >> (bit % 8) & 1)
		return;
	c->bits[bit / 8] |= (uint8_t)(1 << (bit % 8));
	if (++c->n == CHUNK) {
		free(c->bits);
		c->bits = NULL;
	}
}

bool
journal_set_has(const struct journal_set *set, size_t input, uint64_t line)
{
	const struct journal_chunk *c;
	size_t at = (size_t)(line / CHUNK), bit = (size_t)(line % CHUNK);

	if (input >= set->n || at >= set->input[input].n)
		return false;
	c = &set->input[input].chunk[at];
	return c->n == CHUNK || (c->n > 0 && (c->bits[bit / 8] >> (bit % 8) & 1));
}

void
journal_set_free(struct journal_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		for (size_t k = 0; k < set->input[i].n; k++)
			free(set->input[i].chunk[k].bits);
		free(set->input[i].chunk);
	}
	free(set->input);
	*set = (struct journal_set){0};
}
