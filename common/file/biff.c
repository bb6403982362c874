/* SPDX-License-Identifier: ISC */
/* The records of an .xls that matter here, by [MS-XLS] 2.4. */
#include <stdlib.h>

#include "base/mem.h"
#include "file/biff.h"
#include "text/utf8.h"

enum {
	RECORD_FORMULA = 0x0006,
	RECORD_EOF = 0x000a,
	RECORD_COLINFO = 0x007d,
	RECORD_BOUNDSHEET = 0x0085,
	RECORD_BOOLERR = 0x0205,
	RECORD_FORMULA3 = 0x0206,
	RECORD_STRING = 0x0207,
	RECORD_ROW = 0x0208,
	RECORD_FORMULA4 = 0x0406,
	ROWS = 65536,
	BIFF8 = 0x0600,
};

struct record {
	uint16_t type;
	struct span data;
};

static uint16_t
u16(struct span s, size_t at)
{
	return at + 2 <= s.n ? (uint16_t)(s.p[at] | s.p[at + 1] << 8) : 0;
}

/* The record at *at, and past it; false at the end of the stream. */
static bool
next_record(struct span stream, size_t *at, struct record *r)
{
	size_t n;

	if (*at + 4 > stream.n)
		return false;
	r->type = u16(stream, *at);
	n = u16(stream, *at + 2);
	if (*at + 4 + n > stream.n)
		return false;
	r->data = span_of(stream.p + *at + 4, n);
	*at += 4 + n;
	return true;
}

static bool
is_begin(uint16_t type)
{
	/* of every version: 0009, 0209, 0409, 0809 */
	return (type & 0xff) == 0x09 && (type >> 8) <= 8;
}

size_t
biff_sheets(struct span stream, struct biff_sheet *sheet, size_t most)
{
	struct record r;
	size_t at = 0, n = 0;

	while (n < most && next_record(stream, &at, &r) &&
	    r.type != RECORD_EOF) {
		if (r.type != RECORD_BOUNDSHEET || r.data.n < 6)
			continue;
		sheet[n++] = (struct biff_sheet){
		    .offset = (uint32_t)u16(r.data, 0) |
		    (uint32_t)u16(r.data, 2) << 16,
		    .hidden = (r.data.p[4] & 3) != 0,
		    .worksheet = r.data.p[5] == 0};
	}
	return n;
}

static void
add(struct biff *b, struct span data, enum biff_kind kind, uint8_t value)
{
	if ((b->n & (b->n + 1)) == 0)
		b->cell = mem_resize(b->cell, 2 * (b->n + 1) *
		    sizeof(*b->cell));
	b->cell[b->n++] = (struct biff_cell){.row = u16(data, 0),
	    .column = u16(data, 2), .kind = (uint8_t)kind, .value = value};
}

/* A formula: its result stands in the record when it is short, a text in the
 * record behind it. */
static void
take_formula(struct biff *b, struct span data)
{
	const uint8_t *result = data.p + 6;

	if (data.n < 14 || result[6] != 0xff || result[7] != 0xff)
		add(b, data, BIFF_FORMULA, 0);
	else if (result[0] == 1 || result[0] == 2)
		add(b, data, result[0] == 1 ? BIFF_BOOL : BIFF_ERROR, result[2]);
	else
		/* an empty text is also what a program leaves that has not
		 * worked it out */
		add(b, data, BIFF_FORMULA, 0);
}

/* The text of the formula before it, where it is whole and of BIFF 8. */
static void
take_string(struct biff *b, struct span data, bool biff8)
{
	struct biff_cell *cell = b->n > 0 ? &b->cell[b->n - 1] : NULL;
	size_t n = u16(data, 0);

	if (cell == NULL || cell->kind != BIFF_FORMULA || !biff8 ||
	    data.n < 3 || (data.p[2] & ~1) != 0)
		return;
	cell->wide = data.p[2] & 1;
	n = cell->wide ? 2 * n : n;
	if (n > data.n - 3)
		return;
	cell->kind = BIFF_TEXT;
	cell->text = span_of(data.p + 3, n);
}

static void
hide_columns(struct biff *b, struct span data)
{
	if (data.n < 10 || !(u16(data, 8) & 1))
		return;
	for (unsigned c = u16(data, 0); c <= u16(data, 2) && c < 256; c++)
		b->hidden_column[c / 8] |= (uint8_t)(1 << c % 8);
}

static void
take(struct biff *b, const struct record *r)
{
	switch (r->type) {
	case RECORD_FORMULA:
	case RECORD_FORMULA3:
	case RECORD_FORMULA4:
		if (r->data.n >= 4)
			take_formula(b, r->data);
		break;
	case RECORD_BOOLERR:
		if (r->data.n >= 8)
			add(b, r->data, r->data.p[7] ? BIFF_ERROR : BIFF_BOOL,
			    r->data.p[6]);
		break;
	case RECORD_ROW:
		if (r->data.n >= 14 && (u16(r->data, 12) & 0x20))
			b->hidden_row[u16(r->data, 0) / 8] |=
			    (uint8_t)(1 << u16(r->data, 0) % 8);
		break;
	case RECORD_COLINFO: hide_columns(b, r->data); break;
	default: break;
	}
}

static int
by_place(const void *a, const void *b)
{
	const struct biff_cell *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

bool
biff_read(struct biff *b, struct span stream, uint32_t offset)
{
	struct record r;
	size_t at = offset;
	unsigned depth = 0;
	bool biff8, last_formula = false;

	*b = (struct biff){.hidden_row = mem_new(ROWS / 8)};
	if (!next_record(stream, &at, &r) || !is_begin(r.type))
		return false;
	biff8 = u16(r.data, 0) == BIFF8;
	while (next_record(stream, &at, &r)) {
		/* charts within the sheet are substreams of their own */
		if (is_begin(r.type)) {
			depth++;
		} else if (r.type == RECORD_EOF && depth-- == 0) {
			if (b->n > 1)
				qsort(b->cell, b->n, sizeof(*b->cell),
				    by_place);
			return true;
		} else if (depth == 0 && r.type == RECORD_STRING) {
			if (last_formula)
				take_string(b, r.data, biff8);
		} else if (depth == 0) {
			take(b, &r);
		}
		last_formula = r.type == RECORD_FORMULA;
	}
	return false;
}

void
biff_free(struct biff *b)
{
	free(b->cell);
	free(b->hidden_row);
	*b = (struct biff){0};
}

bool
biff_text(struct buf *out, const struct biff_cell *cell)
{
	size_t step = cell->wide ? 2 : 1;
	uint32_t c, low;

	for (size_t i = 0; i + step <= cell->text.n; i += step) {
		c = cell->wide ? u16(cell->text, i) : cell->text.p[i];
		low = cell->wide ? u16(cell->text, i + 2) : 0;
		if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		}
		if (c >= 0xd800 && c < 0xe000)
			return false;
		utf8_add(out, c);
	}
	return true;
}

const char *
biff_error_name(uint8_t code)
{
	static const struct {
		uint8_t code;
		const char *name;
	} errors[] = {
		{0x00, "#NULL!"}, {0x07, "#DIV/0!"}, {0x0f, "#VALUE!"},
		{0x17, "#REF!"}, {0x1d, "#NAME?"}, {0x24, "#NUM!"},
		{0x2a, "#N/A"},
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].code == code)
			return errors[i].name;
	return "#ERROR";
}
