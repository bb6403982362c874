/* SPDX-License-Identifier: ISC */
/* The records of an .xls that matter here, by [MS-XLS] 2.4. */
#include <stdlib.h>

#include "base/mem.h"
#include "file/biff_private.h"
#include "text/utf8.h"

enum { ROWS = 65536, ERROR_NUM = 0x24 };

static bool
is_begin(uint16_t type)
{
	/* of every version: 0009, 0209, 0409, 0809 */
	return (type & 0xff) == 0x09 && (type >> 8) <= 8;
}

size_t
biff_sheets(struct span stream, struct biff_sheet *sheet, size_t most)
{
	struct biff_record r;
	size_t at = 0, n = 0;

	while (n < most && biff_next(stream, &at, &r) &&
	    r.type != RECORD_EOF) {
		if (r.type != RECORD_BOUNDSHEET || r.data.n < 6)
			continue;
		sheet[n++] = (struct biff_sheet){
		    .offset = (uint32_t)biff_u16(r.data, 0) |
		    (uint32_t)biff_u16(r.data, 2) << 16,
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
	b->cell[b->n++] = (struct biff_cell){.row = biff_u16(data, 0),
	    .column = biff_u16(data, 2), .kind = (uint8_t)kind, .value = value};
}

/* A number, of which freexl tells no more than its value. */
static void
add_number(struct biff *b, struct span place, uint16_t style, double number)
{
	if (!(number - number == 0)) {
		add(b, place, BIFF_ERROR, ERROR_NUM);
		return;
	}
	add(b, place, BIFF_NUMBER, 0);
	b->cell[b->n - 1].style = style;
	b->cell[b->n - 1].number = number;
}

static double
f64(const uint8_t *p)
{
	uint64_t bits = 0;
	double value;

	for (size_t i = 8; i-- > 0;)
		bits = bits << 8 | p[i];
	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* 2.5.217: an integer of 30 bits or the upper 30 of a double, in hundredths or
 * whole. */
static double
read_rk(const uint8_t *p)
{
	uint8_t high[8] = {0};
	int32_t whole;
	double value;

	if (p[0] & 2) {
		whole = (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 |
		    (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
		value = (double)((whole - (whole & 3)) / 4);
	} else {
		memcpy(high + 4, p, 4);
		high[4] &= 0xfc;
		value = f64(high);
	}
	return p[0] & 1 ? value / 100 : value;
}

/* NUMBER, RK: row, column, style, value. */
static void
take_number(struct biff *b, const struct biff_formats *f,
    const struct biff_record *r)
{
	uint16_t style = biff_u16(r->data, 4);

	if (biff_format(f, style) == NULL)
		return;
	if (r->type == RECORD_NUMBER && r->data.n >= 14)
		add_number(b, r->data, style, f64(r->data.p + 6));
	else if (r->type == RECORD_RK && r->data.n >= 10)
		add_number(b, r->data, style, read_rk(r->data.p + 6));
}

/* MULRK: row, first column, a style and a value for each column, last one. */
static void
take_numbers(struct biff *b, const struct biff_formats *f, struct span data)
{
	uint8_t place[4];
	uint16_t style;
	uint32_t column = biff_u16(data, 2);

	for (size_t at = 4; at + 6 + 2 <= data.n; at += 6, column++) {
		style = biff_u16(data, at);
		if (biff_format(f, style) == NULL)
			continue;
		memcpy(place, data.p, 2);
		place[2] = (uint8_t)column;
		place[3] = (uint8_t)(column >> 8);
		add_number(b, span_of(place, sizeof(place)), style,
		    read_rk(data.p + at + 2));
	}
}

/* A formula: its result stands in the record when it is short, a text in the
 * record behind it. 0 and an empty text are also what programs leave that do
 * not work formulas out. */
static void
take_formula(struct biff *b, struct span data)
{
	const uint8_t *result = data.p + 6;
	double number;

	if (data.n < 14) {
		add(b, data, BIFF_FORMULA, 0);
	} else if (result[6] != 0xff || result[7] != 0xff) {
		number = f64(result);
		if (number != 0)
			add_number(b, data, biff_u16(data, 4), number);
		else
			add(b, data, BIFF_FORMULA, 0);
	} else if (result[0] == 1 || result[0] == 2) {
		add(b, data, result[0] == 1 ? BIFF_BOOL : BIFF_ERROR, result[2]);
	} else {
		add(b, data, BIFF_FORMULA, 0);
	}
	b->cell[b->n - 1].formula = true;
}

/* The text of the formula before it, where it is whole and of BIFF 8. */
static void
take_string(struct biff *b, struct span data, bool biff8)
{
	struct biff_cell *cell = b->n > 0 ? &b->cell[b->n - 1] : NULL;
	size_t n = biff_u16(data, 0);

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
	if (data.n < 10 || !(biff_u16(data, 8) & 1))
		return;
	for (unsigned c = biff_u16(data, 0); c <= biff_u16(data, 2) && c < 256; c++)
		b->hidden_column[c / 8] |= (uint8_t)(1 << c % 8);
}

static void
take(struct biff *b, const struct biff_formats *f, const struct biff_record *r)
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
		if (r->data.n >= 14 && (biff_u16(r->data, 12) & 0x20))
			b->hidden_row[biff_u16(r->data, 0) / 8] |=
			    (uint8_t)(1 << biff_u16(r->data, 0) % 8);
		break;
	case RECORD_NUMBER:
	case RECORD_RK: take_number(b, f, r); break;
	case RECORD_MULRK: take_numbers(b, f, r->data); break;
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

/* Puts the cells in order; false when one is there twice. */
static bool
sort(struct biff *b)
{
	if (b->n > 1)
		qsort(b->cell, b->n, sizeof(*b->cell), by_place);
	for (size_t i = 1; i < b->n; i++)
		if (by_place(&b->cell[i - 1], &b->cell[i]) == 0)
			return false;
	return true;
}

bool
biff_read(struct biff *b, const struct biff_formats *f, struct span stream,
    uint32_t offset)
{
	struct biff_record r;
	size_t at = offset;
	unsigned depth = 0;
	bool biff8, last_formula = false;

	*b = (struct biff){.hidden_row = mem_new(ROWS / 8)};
	if (!biff_next(stream, &at, &r) || !is_begin(r.type))
		return false;
	biff8 = biff_u16(r.data, 0) == BIFF8;
	while (biff_next(stream, &at, &r)) {
		/* charts within the sheet are substreams of their own */
		if (is_begin(r.type)) {
			depth++;
		} else if (r.type == RECORD_EOF && depth-- == 0) {
			return sort(b);
		} else if (depth == 0 && r.type == RECORD_STRING) {
			if (last_formula)
				take_string(b, r.data, biff8);
		} else if (depth == 0) {
			take(b, f, &r);
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
biff_add_text(struct buf *out, struct span text, bool wide)
{
	size_t step = wide ? 2 : 1;
	uint32_t c, low;

	for (size_t i = 0; i + step <= text.n; i += step) {
		c = wide ? biff_u16(text, i) : text.p[i];
		low = wide ? biff_u16(text, i + 2) : 0;
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

bool
biff_text(struct buf *out, const struct biff_cell *cell)
{
	return biff_add_text(out, cell->text, cell->wide);
}

const char *
biff_error_name(uint8_t code)
{
	static const struct {
		uint8_t code;
		const char *name;
	} errors[] = {
		{0x00, "#NULL!"}, {0x07, "#DIV/0!"}, {0x0f, "#VALUE!"},
		{0x17, "#REF!"}, {0x1d, "#NAME?"}, {ERROR_NUM, "#NUM!"},
		{0x2a, "#N/A"},
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].code == code)
			return errors[i].name;
	return "#ERROR";
}
