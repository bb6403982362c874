/* SPDX-License-Identifier: ISC */
/*
 * The rows of a sheet of an .xlsx (ECMA-376-1, 18.3), as the XML brings them.
 * The handlers gather one row; when the next one begins, expat is paused and
 * the row given out. Whatever contradicts itself ends the sheet with the name
 * of its cell: a row too few or a text in the wrong place would be worse.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "file/xlsx_private.h"

enum { HIDDEN_MOST = 1024 };  /* ranges of hidden columns */
static const uint64_t SHEET_MOST = 8ull << 30;

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

static void
begin_row(struct xlsx *x, const char **attr)
{
	const char *r = xml_attribute(attr, "r");
	uint32_t number = r ? xlsx_number(span_str(r), SHEET_ROWS_MAX) :
	    x->row->number + 1;

	if (number == 0 || number > SHEET_ROWS_MAX) {
		xml_refuse(x->xml, "sheet \"%s\", behind row %u: row \"%s\" is "
		    "no row of a sheet", x->book.sheet[x->index].name,
		    x->row->number, r ? r : "");
		return;
	}
	if (number < x->row->number) {
		xml_refuse(x->xml, "sheet \"%s\", row %u: it stands behind row "
		    "%u", x->book.sheet[x->index].name, number, x->row->number);
		return;
	}
	/* some writers begin a row for each cell */
	if (number > x->row->number) {
		if (x->row->n > 0) {
			x->done = x->row;
			xml_pause(x->xml);
		}
		x->row = xlsx_row_after(x);
		xlsx_row_begin(x->row, number);
	}
	x->row->hidden |= xml_is_true(xml_attribute(attr, "hidden"));
	x->column = UINT32_MAX;
}

/* Cells */

static struct span
attribute(const char **attr, const char *name)
{
	const char *value = xml_attribute(attr, name);

	return value ? span_str(value) : (struct span){0};
}

static void
begin_cell(struct xlsx *x, const char **attr)
{
	struct span r = attribute(attr, "r");
	const char *why = xlsx_cell_begin(x, r, attribute(attr, "s"),
	    attribute(attr, "t"));

	if (why == NULL)
		x->in_cell = true;
	else if (why == xlsx_no_cell)
		xml_refuse(x->xml, "sheet \"%s\", row %u: cell \"%.64s\" is no "
		    "cell of it", x->book.sheet[x->index].name,
		    x->row->number, (const char *)r.p);
	else
		refuse_cell(x, why);
}

static void
end_cell(struct xlsx *x)
{
	const char *why = xlsx_cell_end(x);

	x->in_cell = false;
	if (why == NULL)
		return;
	if (x->strings != NULL && why == shared_strings_error(x->strings))
		xml_refuse(x->xml, "%s", why);
	else
		refuse_cell(x, why);
}

/* Handlers */

static void
hide_columns(struct xlsx *x, const char **attr)
{
	struct span min = attribute(attr, "min"), max = attribute(attr, "max");

	if (min.p == NULL || max.p == NULL || x->n_hidden >= HIDDEN_MOST ||
	    !xml_is_true(xml_attribute(attr, "hidden")))
		return;
	x->hidden = mem_resize(x->hidden,
	    2 * (x->n_hidden + 1) * sizeof(*x->hidden));
	x->hidden[2 * x->n_hidden] = xlsx_number(min, SHEET_COLUMNS_MAX);
	x->hidden[2 * x->n_hidden + 1] = xlsx_number(max, SHEET_COLUMNS_MAX);
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
	} else if (strcmp(name, "c") == 0) {
		refuse_cell(x, "another cell stands in it");
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

static const struct xml_handlers handlers = {
	start, end, text, "<row", xlsx_plain_row,
};

/* Giving out */

static int
by_column(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	return (x->column > y->column) - (x->column < y->column);
}

/* Turns places into spans, now that the text of the row moves no more. */
static enum sheet_result
give(struct xlsx *x, struct xlsx_row *row, struct sheet_row *out,
    struct buf *error)
{
	struct xlsx_piece *p;

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
	struct xlsx_row *done;
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
