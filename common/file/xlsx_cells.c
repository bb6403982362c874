/* SPDX-License-Identifier: ISC */
/*
 * The rows and cells of a sheet of an .xlsx (ECMA-376-1, 18.3.1.4 and 18.18.11):
 * what a cell's attributes and the text in it come to.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "file/cell_text.h"
#include "file/xlsx_private.h"

enum {
	NUMBER_MOST = 63,         /* octets of a number */
	EXACT_DIGITS = 15,        /* that a double keeps */
	ROW_TEXT_MOST = 64 << 20, /* octets of a row */
};

const char xlsx_no_cell[] = "it is no cell of its row";

uint32_t
xlsx_number(struct span s, uint32_t most)
{
	uint32_t v = 0;
	size_t i = 0;

	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && v <= most; i++)
		v = v * 10 + (uint32_t)(s.p[i] - '0');
	return i == s.n && v <= most ? v : 0;
}

struct xlsx_row *
xlsx_row_after(struct xlsx *x)
{
	return x->row->n == 0 ? x->row : &x->rows[x->row == x->rows];
}

void
xlsx_row_begin(struct xlsx_row *row, uint32_t number)
{
	row->number = number;
	row->hidden = false;
	row->in_order = true;
	row->n = 0;
	buf_clear(&row->text);
}

static enum xlsx_kind
kind_of(struct span t)
{
	static const struct {
		const char *name;
		enum xlsx_kind kind;
	} kinds[] = {
		{"s", KIND_SHARED}, {"n", KIND_NUMBER}, {"str", KIND_STRING},
		{"inlineStr", KIND_INLINE}, {"b", KIND_BOOL}, {"e", KIND_ERROR},
		{"d", KIND_DATE},
	};

	for (size_t i = 0; t.n > 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (span_is(t, kinds[i].name))
			return kinds[i].kind;
	return KIND_NUMBER;
}

const char *
xlsx_cell_begin(struct xlsx *x, struct span r, struct span s, struct span t)
{
	uint32_t row;

	x->phonetic = 0;
	x->in_text = false;
	x->begin = x->row->text.len;
	if (r.p == NULL)
		x->column++;
	else if (!cell_read_name(r, &x->column, &row) || row != x->row->number)
		return xlsx_no_cell;
	if (x->column >= SHEET_COLUMNS_MAX ||
	    x->row->n >= SHEET_COLUMNS_MAX)
		return "no sheet is so wide";
	if (x->begin > ROW_TEXT_MOST)
		return "its row holds more than 64 MiB";
	x->kind = kind_of(t);
	x->style = xlsx_number(s, UINT16_MAX);
	x->formula = x->has_value = false;
	return NULL;
}

static struct cell *
add_cell(struct xlsx *x, enum cell_type type)
{
	struct xlsx_row *row = x->row;
	struct cell *cell;

	if (row->n == row->room) {
		row->room = row->room > 0 ? 2 * row->room : 16;
		row->cell = mem_resize(row->cell,
		    row->room * sizeof(*row->cell));
		row->piece = mem_resize(row->piece,
		    row->room * sizeof(*row->piece));
	}
	row->in_order &= row->n == 0 ||
	    row->cell[row->n - 1].column < x->column;
	row->piece[row->n] = (struct xlsx_piece){.at = x->begin,
	    .n = row->text.len - x->begin};
	cell = &row->cell[row->n++];
	*cell = (struct cell){.column = x->column, .type = type,
	    .formula = x->formula};
	return cell;
}

static const char *
add_shared(struct xlsx *x, struct span digits)
{
	struct xlsx_row *row = x->row;
	struct span text = {0};
	uint64_t index = 0;
	size_t i = 0;

	for (; i < digits.n && digits.p[i] >= '0' && digits.p[i] <= '9' &&
	    index < UINT32_MAX; i++)
		index = index * 10 + (uint64_t)(digits.p[i] - '0');
	if (i < digits.n)
		return "no number of a shared string";
	row->text.len = x->begin;
	switch (x->strings == NULL ? STRING_NONE :
	    shared_strings_get(x->strings, index, &text)) {
	case STRING_STABLE:
		if (text.n == 0)
			return NULL;
		add_cell(x, CELL_TEXT);
		row->piece[row->n - 1] = (struct xlsx_piece){.n = text.n,
		    .stable = text.p};
		return NULL;
	case STRING_MOMENT:
		buf_add_span(&row->text, text);
		add_cell(x, CELL_TEXT);
		return NULL;
	case STRING_DAMAGED:
		return shared_strings_error(x->strings);
	case STRING_NONE:
		break;
	}
	return "the workbook has no such shared string";
}

/* Digits as everybody writes a whole number; false for anything else. */
static bool
read_whole(struct span s, double *value)
{
	uint64_t v = 0;

	if (s.n > EXACT_DIGITS || (s.n > 1 && s.p[0] == '0'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	*value = (double)v;
	return true;
}

static const char *
add_number(struct xlsx *x, struct span digits)
{
	const struct xlsx_book_style *style = x->style < x->book.n_styles ?
	    &x->book.style[x->style] : NULL;
	bool shown = style != NULL && style->format != NULL;
	bool whole;
	double value;
	char *end;
	struct cell *cell;

	whole = read_whole(digits, &value);
	if (!whole) {
		value = strtod((const char *)digits.p, &end);
		if ((const uint8_t *)end != digits.p + digits.n ||
		    !(value - value == 0))
			return "its number is none";
	}
	if (shown || !whole) {
		x->row->text.len = x->begin;
		number_format_print(&x->row->text, shown ? style->format : NULL,
		    value, x->book.date1904);
	}
	cell = add_cell(x, style && style->is_date ? CELL_DATE : CELL_NUMBER);
	cell->number = value;
	if (style != NULL) {
		cell->padded = style->is_padded;
		cell->format = style->code;
	}
	return NULL;
}

static const char *
add_text(struct xlsx *x)
{
	if (!cell_text_end(&x->row->text, x->begin))
		return "longer than the 32767 characters of a cell";
	if (x->row->text.len > x->begin)
		add_cell(x, CELL_TEXT);
	return NULL;
}

const char *
xlsx_cell_end(struct xlsx *x)
{
	struct buf *text = &x->row->text;
	struct span value;

	if (x->formula && (x->kind == KIND_INLINE || x->kind == KIND_STRING ?
	    !x->has_value : text->len == x->begin)) {
		add_cell(x, CELL_MISSING);
		return NULL;
	}
	if (x->kind == KIND_INLINE || x->kind == KIND_STRING)
		return add_text(x);
	if (text->len == x->begin)
		return NULL;
	if (text->len - x->begin > NUMBER_MOST)
		return "its value is too long";
	buf_cstr(text);
	value = span_of(text->p + x->begin, text->len - x->begin);
	switch (x->kind) {
	case KIND_SHARED: return add_shared(x, value);
	case KIND_BOOL:
		text->len = x->begin;
		buf_add_str(text, value.p[0] == '1' ? "TRUE" : "FALSE");
		add_cell(x, CELL_BOOL);
		return NULL;
	case KIND_ERROR: add_cell(x, CELL_ERROR); return NULL;
	case KIND_DATE: add_cell(x, CELL_DATE); return NULL;
	default: return add_number(x, value);
	}
}
