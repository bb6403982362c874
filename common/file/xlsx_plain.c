/* SPDX-License-Identifier: ISC */
/*
 * Rows in the spelling of Excel, LibreOffice and the libraries that write
 * workbooks, which are nearly all there are: read several times faster than by
 * way of expat. Anything else, and anything that is wrong, is left to it.
 */
#include "file/xlsx_private.h"
#include "file/xml_plain.h"

enum { ATTRIBUTES_MOST = 16 };

/* Of rows (ECMA-376-1, 18.3.1.73) and cells (18.3.1.4); and one of Excel 2010. */
static const char *const of_row[] = {
	"r", "hidden", "spans", "ht", "s", "customFormat", "customHeight",
	"outlineLevel", "collapsed", "thickTop", "thickBot", "ph",
	"x14ac:dyDescent", NULL
};
static const char *const of_cell[] = {"r", "s", "t", NULL};
static const char *const of_formula[] = {
	"t", "ref", "si", "aca", "ca", NULL
};
static const char *const of_text[] = {"xml:space", NULL};

/* Attributes up to the end of the tag: those of the names, each once. */
static bool
read_attributes(struct plain *s, const char *const *names, struct span *value)
{
	struct span name, v;
	size_t i;

	for (i = 0; names[i] != NULL; i++)
		value[i] = (struct span){0};
	while (plain_is(s, ' ')) {
		if (!plain_attribute(s, &name, &v))
			return false;
		for (i = 0; names[i] != NULL && !span_is(name, names[i]); i++)
			;
		if (names[i] == NULL || value[i].p != NULL)
			return false;
		value[i] = v;
	}
	return !s->more;
}

/* "name" has been taken: its attributes and its text, up to the tag behind. */
static bool
read_text(struct plain *s, const char *const *names, struct buf *text)
{
	struct span value[ATTRIBUTES_MOST];

	return read_attributes(s, names, value) && plain_take(s, ">") &&
	    plain_text(s, text);
}

static bool
read_inline(struct xlsx *x, struct plain *s)
{
	x->has_value = true;
	return plain_take(s, "<is><t") &&
	    read_text(s, of_text, &x->row->text) &&
	    plain_take(s, "</t></is></c>");
}

/* A formula, which may be another cell's and then stands there: only that it is
 * one counts. */
static bool
skip_formula(struct xlsx *x, struct plain *s)
{
	struct span value[ATTRIBUTES_MOST];
	struct buf *text = &x->row->text;

	x->formula = true;
	if (!plain_take(s, "<f") || !read_attributes(s, of_formula, value))
		return false;
	if (plain_is(s, '/'))
		return plain_take(s, "/>");
	if (!plain_take(s, ">") || !plain_text(s, text) ||
	    !plain_take(s, "</f>"))
		return false;
	text->len = x->begin;
	return true;
}

static bool
read_value(struct xlsx *x, struct plain *s)
{
	struct buf *text = &x->row->text;

	if (s->end - s->p > 1 && s->p[1] == 'f' && !skip_formula(x, s))
		return false;
	x->has_value = true;
	return plain_take(s, "<v>") && plain_text(s, text) &&
	    plain_take(s, "</v></c>");
}

static bool
read_cell(struct xlsx *x, struct plain *s)
{
	struct span value[ATTRIBUTES_MOST];

	if (!plain_take(s, "<c") || !read_attributes(s, of_cell, value) ||
	    xlsx_cell_begin(x, value[0], value[1], value[2]) != NULL)
		return false;
	if (plain_is(s, '/'))
		return plain_take(s, "/>");
	return plain_take(s, ">") && (x->kind == KIND_INLINE ?
	    read_inline(x, s) : read_value(x, s)) && xlsx_cell_end(x) == NULL;
}

/* The row behind its number: "<row" has been taken. */
static bool
read_row(struct xlsx *x, struct plain *s, uint32_t latest)
{
	struct span value[ATTRIBUTES_MOST];
	uint32_t number = latest + 1;

	if (!read_attributes(s, of_row, value))
		return false;
	if (value[0].p != NULL)
		number = xlsx_number(value[0], SHEET_ROWS_MAX);
	if (number <= latest || number > SHEET_ROWS_MAX)
		return false;
	xlsx_row_begin(x->row, number);
	x->row->hidden = span_is(value[1], "1") || span_is(value[1], "true");
	x->column = UINT32_MAX;
	if (plain_is(s, '/'))
		return plain_take(s, "/>");
	if (!plain_take(s, ">"))
		return false;
	while (s->end - s->p > 1 && s->p[1] != '/')
		if (!read_cell(x, s))
			return false;
	return plain_take(s, "</row>");
}

enum xml_plain
xlsx_plain_row(void *owner, struct span in, size_t *n)
{
	struct xlsx *x = owner;
	struct plain s = {.p = in.p, .end = in.p + in.n};
	struct xlsx_row *latest = x->row, was;

	if (!x->in_data || x->in_cell)
		return PLAIN_UNUSUAL;
	x->row = xlsx_row_after(x);
	was = *x->row;
	if (!plain_take(&s, "<row") || !read_row(x, &s, latest->number)) {
		/* its memory may have grown, but holds nothing */
		x->row->number = was.number;
		x->row->hidden = was.hidden;
		x->row->in_order = true;
		x->row->n = 0;
		buf_clear(&x->row->text);
		x->row = latest;
		return plain_failure(&s);
	}
	if (x->row != latest) {
		x->done = latest;
		xml_pause(x->xml);
	}
	*n = (size_t)(s.p - in.p);
	return PLAIN_READ;
}
