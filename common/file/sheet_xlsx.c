/* SPDX-License-Identifier: ISC */
/*
 * The rows of a sheet of an .xlsx (ECMA-376-1, 18.3), as the XML brings them.
 * The handlers gather one row; when the next one begins, expat is paused and
 * the row given out. Whatever contradicts itself ends the sheet with the name
 * of its cell: a row too few or a text in the wrong place would be worse.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "file/cell_text.h"
#include "file/shared_strings.h"
#include "file/sheet_private.h"
#include "file/xlsx_book.h"
#include "file/xml.h"

enum {
	NUMBER_MOST = 63,         /* octets of a number */
	HIDDEN_MOST = 1024,       /* ranges of hidden columns */
};
static const uint64_t SHEET_MOST = 8ull << 30;

/* Where the text of a cell stands while its row is gathered. */
struct piece {
	size_t at, n;             /* in the text of the row */
	const uint8_t *stable;    /* or here, n octets */
};

struct gathered {
	uint32_t number;          /* 0: none yet */
	bool hidden;
	struct cell *cell;
	struct piece *piece;
	size_t n, room;
	struct buf text;
	bool in_order;
};

enum value_kind {
	KIND_NUMBER, KIND_SHARED, KIND_STRING, KIND_INLINE, KIND_BOOL,
	KIND_ERROR, KIND_DATE
};

struct xlsx {
	struct xlsx_book book;
	size_t index;             /* of the sheet */
	struct shared_strings *strings;
	struct part *part;
	struct xml *xml;
	struct gathered rows[2], *row, *done;
	uint32_t *hidden;         /* first and last column of each range, from 1 */
	size_t n_hidden;
	bool in_data, ended, strings_checked;
	/* the cell at hand */
	bool in_cell, has_value, in_text;
	unsigned phonetic;
	uint32_t column;
	enum value_kind kind;
	uint32_t style;
	bool formula;
	size_t begin;             /* of its text, in the row's */
};

/* Errors name the cell at hand. */
static void
refuse_cell(struct xlsx *x, const char *why)
{
	struct buf cell = {0};

	cell_name(&cell, x->column, x->row->number);
	xml_refuse(x->xml, "sheet \"%s\", cell %s: %s",
	    x->book.sheet[x->index].name, buf_cstr(&cell), why);
	buf_free(&cell);
}

/* Rows */

static uint32_t
read_number(const char *s, uint32_t most)
{
	uint32_t v = 0;

	for (; *s >= '0' && *s <= '9' && v <= most; s++)
		v = v * 10 + (uint32_t)(*s - '0');
	return *s == '\0' && v <= most ? v : 0;
}

static void
begin_row(struct xlsx *x, const char **attr)
{
	const char *r = xml_attribute(attr, "r");
	uint32_t number = r ? read_number(r, SHEET_ROWS_MAX) :
	    x->row->number + 1;
	struct gathered *row = x->row;

	if (number == 0 || number > SHEET_ROWS_MAX) {
		xml_refuse(x->xml, "sheet \"%s\", behind row %u: row \"%s\" is "
		    "no row of a sheet", x->book.sheet[x->index].name,
		    row->number, r ? r : "");
		return;
	}
	if (number < row->number) {
		xml_refuse(x->xml, "sheet \"%s\", row %u: it stands behind row "
		    "%u", x->book.sheet[x->index].name, number, row->number);
		return;
	}
	/* some writers begin a row for each cell */
	if (number > row->number) {
		if (row->n > 0) {
			x->done = row;
			x->row = row = &x->rows[row == x->rows];
			xml_pause(x->xml);
		}
		row->number = number;
		row->hidden = false;
		row->n = 0;
		row->in_order = true;
		buf_clear(&row->text);
	}
	row->hidden |= xml_is_true(xml_attribute(attr, "hidden"));
	x->column = UINT32_MAX;
}

static enum value_kind
kind_of(const char *t)
{
	static const struct {
		const char *name;
		enum value_kind kind;
	} kinds[] = {
		{"s", KIND_SHARED}, {"n", KIND_NUMBER}, {"str", KIND_STRING},
		{"inlineStr", KIND_INLINE}, {"b", KIND_BOOL}, {"e", KIND_ERROR},
		{"d", KIND_DATE},
	};

	for (size_t i = 0; t != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(t, kinds[i].name) == 0)
			return kinds[i].kind;
	return KIND_NUMBER;
}

static void
begin_cell(struct xlsx *x, const char **attr)
{
	const char *r = xml_attribute(attr, "r"), *s = xml_attribute(attr, "s");
	const char *t = xml_attribute(attr, "t");
	uint32_t row;

	if (r == NULL) {
		x->column++;
	} else if (!cell_read_name(span_str(r), &x->column, &row) ||
	    row != x->row->number) {
		xml_refuse(x->xml, "sheet \"%s\", row %u: cell \"%s\" is no "
		    "cell of it", x->book.sheet[x->index].name,
		    x->row->number, r);
		return;
	}
	if (x->column >= SHEET_COLUMNS_MAX) {
		refuse_cell(x, "no sheet is so wide");
		return;
	}
	x->kind = kind_of(t);
	x->style = s ? read_number(s, UINT16_MAX) : 0;
	x->formula = x->has_value = false;
	x->in_cell = true;
	x->begin = x->row->text.len;
}

static struct cell *
add_cell(struct xlsx *x, enum cell_type type)
{
	struct gathered *row = x->row;
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
	row->piece[row->n] = (struct piece){.at = x->begin,
	    .n = row->text.len - x->begin};
	cell = &row->cell[row->n++];
	*cell = (struct cell){.column = x->column, .type = type,
	    .formula = x->formula};
	return cell;
}

static void
add_shared(struct xlsx *x, const char *digits)
{
	struct gathered *row = x->row;
	struct span text = {0};
	uint64_t index = 0;
	const char *p;

	for (p = digits; *p >= '0' && *p <= '9' && index < UINT32_MAX; p++)
		index = index * 10 + (uint64_t)(*p - '0');
	if (*p != '\0' || p == digits) {
		refuse_cell(x, "no number of a shared string");
		return;
	}
	row->text.len = x->begin;
	switch (x->strings == NULL ? STRING_NONE :
	    shared_strings_get(x->strings, index, &text)) {
	case STRING_STABLE:
		if (text.n == 0)
			return;
		add_cell(x, CELL_TEXT);
		row->piece[row->n - 1] = (struct piece){.n = text.n,
		    .stable = text.p};
		return;
	case STRING_MOMENT:
		buf_add_span(&row->text, text);
		add_cell(x, CELL_TEXT);
		return;
	case STRING_DAMAGED:
		xml_refuse(x->xml, "%s", shared_strings_error(x->strings));
		return;
	case STRING_NONE:
		refuse_cell(x, "the workbook has no such shared string");
		return;
	}
}

static void
add_number(struct xlsx *x, const char *digits)
{
	const struct xlsx_book_style *style = x->style < x->book.n_styles ?
	    &x->book.style[x->style] : NULL;
	char *end;
	double value = strtod(digits, &end);
	struct cell *cell;

	if (end == digits || *end != '\0' || !(value - value == 0)) {
		refuse_cell(x, "its number is none");
		return;
	}
	x->row->text.len = x->begin;
	if (style != NULL && style->format != NULL)
		number_format_print(&x->row->text, style->format, value,
		    x->book.date1904);
	else if (value >= 0 && value < 1e15 && (double)(uint64_t)value == value)
		buf_add_uint(&x->row->text, (uint64_t)value);
	else
		number_format_print(&x->row->text, NULL, value, false);
	cell = add_cell(x, style && style->is_date ? CELL_DATE : CELL_NUMBER);
	cell->number = value;
	if (style != NULL) {
		cell->padded = style->is_padded;
		cell->format = style->code;
	}
}

static void
add_text(struct xlsx *x)
{
	if (!cell_text_end(&x->row->text, x->begin))
		refuse_cell(x, "longer than the 32767 characters of a cell");
	else if (x->row->text.len > x->begin)
		add_cell(x, CELL_TEXT);
}

/* Numbers, indexes and the like are short; NULL when this one is not. */
static const char *
short_value(struct xlsx *x)
{
	size_t n = x->row->text.len - x->begin;

	if (n > NUMBER_MOST) {
		refuse_cell(x, "its value is too long");
		return NULL;
	}
	return buf_cstr(&x->row->text) + x->begin;
}

static void
end_cell(struct xlsx *x)
{
	const char *value;

	x->in_cell = false;
	if (x->kind == KIND_INLINE || x->kind == KIND_STRING) {
		if (x->formula && !x->has_value)
			add_cell(x, CELL_MISSING);
		else
			add_text(x);
		return;
	}
	if (x->row->text.len == x->begin) {
		if (x->formula)
			add_cell(x, CELL_MISSING);
		return;
	}
	value = short_value(x);
	if (value == NULL)
		return;
	switch (x->kind) {
	case KIND_SHARED: add_shared(x, value); break;
	case KIND_BOOL:
		x->row->text.len = x->begin;
		buf_add_str(&x->row->text, value[0] == '1' ? "TRUE" : "FALSE");
		add_cell(x, CELL_BOOL);
		break;
	case KIND_ERROR: add_cell(x, CELL_ERROR); break;
	case KIND_DATE: add_cell(x, CELL_DATE); break;
	default: add_number(x, value); break;
	}
}

/* Handlers */

static void
hide_columns(struct xlsx *x, const char **attr)
{
	const char *min = xml_attribute(attr, "min");
	const char *max = xml_attribute(attr, "max");

	if (min == NULL || max == NULL || x->n_hidden >= HIDDEN_MOST ||
	    !xml_is_true(xml_attribute(attr, "hidden")))
		return;
	x->hidden = mem_resize(x->hidden,
	    2 * (x->n_hidden + 1) * sizeof(*x->hidden));
	x->hidden[2 * x->n_hidden] = read_number(min, SHEET_COLUMNS_MAX);
	x->hidden[2 * x->n_hidden + 1] = read_number(max, SHEET_COLUMNS_MAX);
	x->n_hidden++;
}

/* Inside a cell: v, f, is, t, r, rPh. */
static void
start_in_cell(struct xlsx *x, const char *name)
{
	if (strcmp(name, "v") == 0) {
		x->in_text = x->kind != KIND_INLINE;
		x->has_value = true;
	} else if (strcmp(name, "t") == 0) {
		x->in_text = x->kind == KIND_INLINE && x->phonetic == 0;
		x->has_value = true;
	} else if (strcmp(name, "f") == 0) {
		x->formula = true;
	} else if (strcmp(name, "rPh") == 0) {
		x->phonetic++;
	}
}

static void
start(void *owner, const char *name, const char **attr)
{
	struct xlsx *x = owner;

	if (x->in_cell)
		start_in_cell(x, name);
	else if (!x->in_data && strcmp(name, "sheetData") == 0)
		x->in_data = true;
	else if (x->in_data && strcmp(name, "c") == 0 && x->row->number > 0)
		begin_cell(x, attr);
	else if (x->in_data && strcmp(name, "row") == 0)
		begin_row(x, attr);
	else if (strcmp(name, "col") == 0)
		hide_columns(x, attr);
}

static void
end(void *owner, const char *name)
{
	struct xlsx *x = owner;

	if (x->in_cell) {
		if (strcmp(name, "c") == 0)
			end_cell(x);
		else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
			x->in_text = false;
		else if (strcmp(name, "rPh") == 0)
			x->phonetic--;
	} else if (x->in_data && strcmp(name, "sheetData") == 0) {
		x->in_data = false;
	}
}

static void
text(void *owner, struct span piece)
{
	struct xlsx *x = owner;

	if (!x->in_text)
		return;
	buf_add_span(&x->row->text, piece);
	if (x->row->text.len - x->begin > 16 * SHEET_TEXT_MAX)
		refuse_cell(x, "longer than the 32767 characters of a cell");
}

static const struct xml_handlers handlers = {start, end, text};

/* Giving out */

static int
by_column(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	return (x->column > y->column) - (x->column < y->column);
}

/* Turns places into spans, now that the text of the row moves no more. */
static enum sheet_result
give(struct xlsx *x, struct gathered *row, struct sheet_row *out,
    struct buf *error)
{
	struct piece *p;

	for (size_t i = 0; i < row->n; i++) {
		p = &row->piece[i];
		row->cell[i].text = span_of(p->stable ? p->stable :
		    row->text.p + p->at, p->n);
	}
	if (!row->in_order) {
		qsort(row->cell, row->n, sizeof(*row->cell), by_column);
		for (size_t i = 1; i < row->n; i++) {
			if (row->cell[i].column != row->cell[i - 1].column)
				continue;
			buf_addf(error, "sheet \"%s\", cell ",
			    x->book.sheet[x->index].name);
			cell_name(error, row->cell[i].column, row->number);
			buf_add_str(error, ": it is there twice");
			return SHEET_BAD;
		}
	}
	*out = (struct sheet_row){row->number, row->hidden, row->cell, row->n};
	return SHEET_ROW;
}

static enum sheet_result
next(void *owner, struct sheet_row *row, struct buf *error)
{
	struct xlsx *x = owner;
	struct gathered *done;
	enum xml_result got = XML_MORE;

	while (!x->ended && x->done == NULL) {
		got = xml_next(x->xml, error);
		if (got == XML_BAD)
			return SHEET_BAD;
		x->ended = got == XML_ENDED;
	}
	done = x->done;
	x->done = NULL;
	if (done == NULL && x->row->n > 0) {
		done = x->row;
		x->row = &x->rows[done == x->rows];
		x->row->n = 0;
	}
	if (done != NULL)
		return give(x, done, row, error);
	if (x->strings != NULL && !shared_strings_finish(x->strings)) {
		buf_add_str(error, shared_strings_error(x->strings));
		return SHEET_BAD;
	}
	return SHEET_END;
}

/* Opening */

static bool
open_sheet(struct xlsx *x, const struct sheet_conf *conf, const char *path,
    struct buf *error)
{
	char *part;

	if (!xlsx_book_open(&x->book, path, error) ||
	    !xlsx_book_find(&x->book, conf->sheet, &x->index, error))
		return false;
	part = xlsx_book_part(&x->book, x->index);
	if (part == NULL) {
		buf_addf(error, "sheet \"%s\": nothing leads to its part",
		    x->book.sheet[x->index].name);
		return false;
	}
	x->part = package_part(x->book.package, part, SHEET_MOST, error);
	free(part);
	if (x->part == NULL)
		return false;
	if (x->book.strings_part != NULL) {
		x->strings = shared_strings_open(path, x->book.strings_part,
		    conf->strings_most, error);
		if (x->strings == NULL)
			return false;
	}
	x->xml = xml_new(&handlers, x, x->part);
	return true;
}

static void
close_sheet(void *owner)
{
	struct xlsx *x = owner;

	xml_free(x->xml);
	part_close(x->part);
	shared_strings_close(x->strings);
	xlsx_book_close(&x->book);
	for (size_t i = 0; i < 2; i++) {
		free(x->rows[i].cell);
		free(x->rows[i].piece);
		buf_free(&x->rows[i].text);
	}
	free(x->hidden);
	free(x);
}

void *
xlsx_open(const struct sheet_conf *conf, const char *path, struct buf *error)
{
	struct xlsx *x = mem_new(sizeof(*x));

	x->row = &x->rows[0];
	if (open_sheet(x, conf, path, error))
		return x;
	close_sheet(x);
	return NULL;
}

static const char *
name(const void *owner)
{
	const struct xlsx *x = owner;

	return x->book.sheet[x->index].name;
}

static bool
column_hidden(const void *owner, uint32_t column)
{
	const struct xlsx *x = owner;

	for (size_t i = 0; i < x->n_hidden; i++)
		if (column + 1 >= x->hidden[2 * i] &&
		    column + 1 <= x->hidden[2 * i + 1])
			return true;
	return false;
}

static double
progress(const void *owner)
{
	const struct xlsx *x = owner;
	uint64_t size = part_size(x->part);

	return size > 0 ? (double)part_position(x->part) / (double)size : 1;
}

static bool
date1904(const void *owner)
{
	const struct xlsx *x = owner;

	return x->book.date1904;
}

const struct sheet_reader sheet_xlsx = {
	.next = next,
	.close = close_sheet,
	.name = name,
	.column_hidden = column_hidden,
	.progress = progress,
	.date1904 = date1904,
};
