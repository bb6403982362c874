/* SPDX-License-Identifier: ISC */
/*
 * The reader of TSV lines. Cells without an escape are borrowed from the line;
 * the others are unescaped into a buffer of the reader. What PostgreSQL's COPY
 * writes is read, \b \f \v included; any other escape is an error.
 */
#include "base/hex.h"
#include "base/word.h"
#include "rec/columns.h"
#include "text/utf8.h"

bool
record_reader_init(struct record_reader *r, const struct schema *schema,
    const char *columns, bool no_header, struct span *bad)
{
	*r = (struct record_reader){.schema = schema, .first = true};
	r->may_have_header = !no_header;
	r->columns_given = columns != NULL;
	if (columns == NULL) {
		r->n = columns_first(r->column, schema->n_default);
		return true;
	}
	if (!columns_parse(schema, columns, r->column, &r->n, bad))
		return false;
	*bad = span_str(schema->name[schema->key]);
	return memchr(r->column, (int)schema->key, r->n) != NULL;
}

void
record_reader_again(struct record_reader *r)
{
	r->first = true;
	if (!r->columns_given)
		r->n = columns_first(r->column, r->schema->n_default);
}

void
record_reader_free(struct record_reader *r)
{
	buf_free(&r->text);
}

static enum record_result
malformed(struct record_reader *r, const char *error, size_t cell,
    size_t octet)
{
	r->error = error;
	r->error_cell = cell;
	r->error_octet = octet;
	return RECORD_BAD;
}

/* Takes the next cell and the tab behind it off the line; false at its end. */
static bool
next_cell(struct span *line, struct span *cell, bool *more)
{
	const uint8_t *tab;

	if (!*more)
		return false;
	tab = line->n > 0 ? memchr(line->p, '\t', line->n) : NULL;
	*more = tab != NULL;
	cell->p = line->p;
	cell->n = tab != NULL ? (size_t)(tab - line->p) : line->n;
	*line = span_skip(*line, cell->n + 1);
	return true;
}

/* What a first line says as a header. */
struct header {
	uint8_t column[RECORD_COLUMNS_MAX];
	size_t n;
	size_t unknown;  /* the first cell that names no column, from 1; or 0 */
	bool twice, key;
	bool number;     /* a cell begins as no name does */
};

static struct header
read_header(const struct record_reader *r, struct span line)
{
	struct header h = {0};
	struct span cell;
	bool more = true;
	uint64_t seen = 0;

	for (size_t i = 1; next_cell(&line, &cell, &more); i++) {
		size_t at = column_find(r->schema, cell);

		if (at == r->schema->n) {
			h.unknown = h.unknown ? h.unknown : i;
			h.number |= cell.n == 0 || cell.p[0] == '+' ||
			    (cell.p[0] >= '0' && cell.p[0] <= '9');
			continue;
		}
		if (seen >> at & 1)
			h.twice = true;
		else
			h.column[h.n++] = (uint8_t)at;
		seen |= UINT64_C(1) << at;
	}
	h.key = seen >> r->schema->key & 1;
	return h;
}

/* A line with the name of the key column is a header. One that names a column
 * twice, or one that is not known, leaves the reader without columns, so that no
 * row of it is read wrongly. */
static enum record_result
take_header(struct record_reader *r, const struct header *h)
{
	if (r->columns_given)
		return RECORD_HEADER;
	r->n = 0;
	if (h->unknown != 0)
		return malformed(r, "the header has a name that is no column",
		    h->unknown, 0);
	if (h->twice)
		return malformed(r, "the header names a column twice", 0, 0);
	r->n = h->n;
	memcpy(r->column, h->column, h->n);
	return RECORD_HEADER;
}

size_t
tsv_unescape(struct buf *b, struct span cell)
{
	static const char from[] = "tnr\\bfv", to[] = "\t\n\r\\\b\f\v";
	uint8_t *out = buf_reserve(b, cell.n);
	size_t i = 0;

	while (i < cell.n) {
		const uint8_t *p = cell.p + i;
		const char *known;

		if (*p != '\\') {
			*out++ = *p;
			i++;
			continue;
		}
		if (i + 1 == cell.n)
			break;
		known = p[1] == 0 ? NULL : strchr(from, p[1]);
		if (known != NULL) {
			*out++ = (uint8_t)to[known - from];
			i += 2;
		} else if (p[1] == 'x' && i + 3 < cell.n &&
		    hex_digit(p[2]) >= 0 && hex_digit(p[3]) >= 0) {
			*out++ = (uint8_t)(hex_digit(p[2]) << 4 |
			    hex_digit(p[3]));
			i += 4;
		} else {
			break;
		}
	}
	b->len = (size_t)(out - b->p);
	return i;
}

/* Takes off a BOM at the start of the input and a CR at the end of the line. */
static struct span
strip(struct record_reader *r, struct span line)
{
	if (r->first && line.n >= 3 && memcmp(line.p, "\xef\xbb\xbf", 3) == 0)
		line = span_skip(line, 3);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static enum record_result
too_many(struct record_reader *r, const uint8_t *start, struct span cell,
    size_t n)
{
	return malformed(r, "more cells than columns", n,
	    (size_t)(cell.p - start) + 1);
}

/* A line without an escape: its cells are as they stand. */
static enum record_result
read_plain(struct record_reader *r, const uint8_t *start, struct span line,
    struct value row[])
{
	const uint8_t *p = line.p, *end = line.p + line.n, *tab;
	struct value *value;

	for (size_t n = 0; n < r->n; n++) {
		tab = p < end ? memchr(p, '\t', (size_t)(end - p)) : NULL;
		value = &row[r->column[n]];
		value->s.p = p;
		value->s.n = (size_t)((tab != NULL ? tab : end) - p);
		value->type = value->s.n > 0 ? VALUE_TEXT : VALUE_ABSENT;
		if (tab == NULL)
			return RECORD_ROW;
		p = tab + 1;
	}
	return too_many(r, start, span_of(p, 0), r->n + 1);
}

/* ASCII without a backslash: what is neither of them need not be looked for. */
static bool
eight_plain(uint64_t x)
{
	return ((((x ^ WORD_EACH('\\')) + WORD_EACH(0x7f)) & ~x &
	    WORD_EACH(0x80))) == WORD_EACH(0x80);
}

enum record_result
record_read(struct record_reader *r, struct span line, struct value row[])
{
	const uint8_t *start = line.p;
	struct value *value;
	struct span cell;
	size_t n = 0, bad;
	bool more = true, plain, escapes, first = r->first;

	memset(row, 0, r->schema->n * sizeof(row[0]));
	line = strip(r, line);
	r->first = false;
	plain = word_all(line, eight_plain);
	bad = plain ? line.n : utf8_check(line);
	if (bad < line.n)
		return malformed(r, "not UTF-8", 0,
		    (size_t)(line.p - start) + bad + 1);
	if (first && r->may_have_header) {
		struct header h = read_header(r, line);

		if (h.key && (h.unknown == 0 ||
		    (!h.number && !r->columns_given)))
			return take_header(r, &h);
	}
	if (plain)
		return read_plain(r, start, line, row);
	escapes = memchr(line.p, '\\', line.n) != NULL;
	buf_clear(&r->text);
	if (escapes)
		buf_reserve(&r->text, line.n);
	for (n = 0; next_cell(&line, &cell, &more); n++) {
		if (n == r->n)
			return too_many(r, start, cell, n + 1);
		if (cell.n == 0 || (escapes && span_is(cell, "\\N")))
			continue;
		if (escapes && memchr(cell.p, '\\', cell.n) != NULL) {
			size_t from = r->text.len;

			bad = tsv_unescape(&r->text, cell);
			if (bad < cell.n)
				return malformed(r, "unknown escape", n + 1,
				    (size_t)(cell.p - start) + bad + 1);
			cell = span_of(r->text.p + from, r->text.len - from);
		}
		value = &row[r->column[n]];
		value->type = VALUE_TEXT;
		value->s.p = cell.p;
		value->s.n = cell.n;
	}
	return RECORD_ROW;
}
