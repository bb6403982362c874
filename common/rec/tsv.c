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

/*
 * Whether every cell is the name of a column and one is the key. A header
 * that names a column twice leaves the reader without columns, so that no
 * row of it is read wrongly.
 */
static bool
is_header(const struct record_reader *r, struct span line,
    uint8_t column[RECORD_COLUMNS_MAX], size_t *n, bool *twice)
{
	struct span cell;
	bool more = true;
	uint64_t seen = 0;

	*n = 0;
	*twice = false;
	while (next_cell(&line, &cell, &more)) {
		size_t at = column_find(r->schema, cell);

		if (at == r->schema->n)
			return false;
		if (seen >> at & 1)
			*twice = true;
		else
			column[(*n)++] = (uint8_t)at;
		seen |= UINT64_C(1) << at;
	}
	return seen >> r->schema->key & 1;
}

static enum record_result
take_header(struct record_reader *r, const uint8_t column[], size_t n,
    bool twice)
{
	if (r->columns_given)
		return RECORD_HEADER;
	r->n = twice ? 0 : n;
	if (twice)
		return malformed(r, "the header names a column twice", 0, 0);
	memcpy(r->column, column, n);
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
	uint8_t column[RECORD_COLUMNS_MAX];
	struct value *value;
	struct span cell;
	size_t n = 0, bad;
	bool more = true, twice, plain, escapes, first = r->first;

	memset(row, 0, r->schema->n * sizeof(row[0]));
	line = strip(r, line);
	r->first = false;
	plain = word_all(line, eight_plain);
	bad = plain ? line.n : utf8_check(line);
	if (bad < line.n)
		return malformed(r, "not UTF-8", 0,
		    (size_t)(line.p - start) + bad + 1);
	if (first && r->may_have_header &&
	    is_header(r, line, column, &n, &twice))
		return take_header(r, column, n, twice);
	escapes = !plain && memchr(line.p, '\\', line.n) != NULL;
	buf_clear(&r->text);
	if (escapes)
		buf_reserve(&r->text, line.n);
	for (n = 0; next_cell(&line, &cell, &more); n++) {
		if (n == r->n)
			return malformed(r, "more cells than columns", n + 1,
			    (size_t)(cell.p - start) + 1);
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
