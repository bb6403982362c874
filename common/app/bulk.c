/* SPDX-License-Identifier: ISC */
/*
 * A walk over a sheet: the header is looked for in its first rows, then each row
 * is made a record by the columns that were found.
 */
#include <stdlib.h>

#include "app/bulk_private.h"
#include "base/mem.h"

enum { HEADER_WITHIN = 20 };  /* rows that may stand above the data */

/* Finding the header */

static const char *
place_name(const struct bulk *b)
{
	const char *name = sheet_name(b->sheet);

	return name ? name : b->file;
}

/* Whether this row is the one that names the columns. */
static bool
names_columns(struct bulk *b)
{
	uint32_t column;

	if (b->conf->to == NULL)
		return header_role_column(&b->header, HEADER_TO, &column) !=
		    HEADER_NONE;
	return header_column(&b->header, span_str(b->conf->to), &column) !=
	    HEADER_NONE;
}

/* A phone column named by its place: the first row is a header unless a number
 * stands there. */
static bool
begins_with_data(struct bulk *b, const struct sheet_row *row, uint32_t column)
{
	struct buf out = {0}, error = {0};
	bool number = false;

	for (size_t i = 0; i < row->n; i++)
		if (row->cell[i].column == column)
			number = phone_read(&out, &row->cell[i],
			    b->conf->country, &error);
	buf_free(&out);
	buf_free(&error);
	return number;
}

static void
hide_names(struct bulk *b)
{
	for (size_t i = 0; b->conf->skip_hidden && i < b->header.n; i++)
		b->header.name[i].hidden = sheet_column_hidden(b->sheet,
		    b->header.name[i].column);
}

static bool
no_header(struct bulk *b, bool any, struct buf *error)
{
	buf_addf(error, "%s: ", b->file);
	if (!any)
		buf_addf(error, "sheet \"%s\" holds nothing", place_name(b));
	else if (b->conf->to != NULL)
		buf_addf(error, "no column \"%s\" in the first %d rows of \"%s\"; "
		    "the first has ", b->conf->to, HEADER_WITHIN, place_name(b));
	else
		buf_addf(error, "no row among the first %d of \"%s\" names a "
		    "column of phone numbers; --to-col says which it is: ",
		    HEADER_WITHIN, place_name(b));
	if (any)
		header_list(error, &b->first);
	return false;
}

/* The row behind the header is data, and kept for bulk_next, or it goes on with
 * it. */
static void
look_behind(struct bulk *b)
{
	struct sheet_row row;

	/* an end or damage is there again at the next call */
	if (sheet_next(b->sheet, &row) != SHEET_ROW)
		return;
	if (header_goes_on(&b->header, &row)) {
		header_go_on(&b->header, &row);
		hide_names(b);
	} else {
		b->again = row;
		b->has_again = true;
	}
}

/* Reads up to the header; a first row of data without one is kept for
 * bulk_next. */
static bool
find_header(struct bulk *b, struct buf *error)
{
	struct sheet_row row;
	enum sheet_result got;
	uint32_t place;
	bool by_place = b->conf->to != NULL &&
	    header_place(span_str(b->conf->to), &place);
	unsigned seen = 0;

	while (seen < HEADER_WITHIN &&
	    (got = sheet_next(b->sheet, &row)) == SHEET_ROW) {
		seen++;
		if (by_place && begins_with_data(b, &row, place)) {
			b->again = row;
			b->has_again = true;
			b->header.row = 0;
			return true;
		}
		if (seen == 1)
			header_take(&b->first, &row);
		header_take(&b->header, &row);
		hide_names(b);
		if (names_columns(b) || by_place) {
			look_behind(b);
			return true;
		}
	}
	if (seen < HEADER_WITHIN && got == SHEET_BAD) {
		buf_add_str(error, sheet_error(b->sheet));
		return false;
	}
	return no_header(b, seen > 0, error);
}

/* Finding columns */

static bool
refuse_column(const struct bulk *b, const char *name, enum header_find how,
    const char *option, struct buf *error)
{
	buf_addf(error, "%s: ", b->file);
	if (how == HEADER_TWICE) {
		buf_addf(error, "row %u of \"%s\" names two columns \"%s\"; say "
		    "which by its letter", b->header.row, place_name(b), name);
		if (option[0] == '-')
			buf_addf(error, ": %s B", option);
		return false;
	}
	buf_addf(error, "%s: no column \"%s\"", option, name);
	if (b->header.row > 0) {
		buf_addf(error, "; row %u of \"%s\" has ", b->header.row,
		    place_name(b));
		header_list(error, &b->header);
	} else {
		buf_addf(error, ", for \"%s\" has no row of names",
		    place_name(b));
	}
	return false;
}

/* A place that the sheet has: a wrong name of three letters is no column far out
 * to the right. */
static bool
has_place(const struct bulk *b, struct span name, uint32_t *column)
{
	if (!header_place(name, column))
		return false;
	for (size_t i = 0; i < b->header.n; i++)
		if (b->header.name[i].column >= *column)
			return true;
	return b->header.row == 0;
}

/* By name, then by place. */
static bool
find_column(const struct bulk *b, struct span name, const char *option,
    uint32_t *column, struct buf *error)
{
	enum header_find how = header_column(&b->header, name, column);
	struct buf text = {0};

	if (how == HEADER_FOUND ||
	    (how == HEADER_NONE && has_place(b, name, column)))
		return true;
	buf_add_span(&text, name);
	refuse_column(b, buf_cstr(&text), how, option, error);
	buf_free(&text);
	return false;
}

/* A column that is given, or known by its name. */
static bool
find_role(const struct bulk *b, const char *given, enum header_role role,
    const char *option, uint32_t *column, struct buf *error)
{
	*column = BULK_NO_COLUMN;
	if (given != NULL)
		return find_column(b, span_str(given), option, column, error);
	if (header_role_column(&b->header, role, column) != HEADER_TWICE)
		return true;
	buf_addf(error, "%s: row %u of \"%s\" names more than one column that "
	    "could be it: ", b->file, b->header.row, place_name(b));
	header_list(error, &b->header);
	buf_addf(error, "; %s says which", option);
	return false;
}

static bool
find_template_columns(struct bulk *b, struct buf *error)
{
	struct template_piece *p;

	if (b->conf->template.p == NULL)
		return true;
	if (!template_read(&b->template, b->conf->template, error))
		return false;
	for (size_t i = 0; i < b->template.n; i++) {
		p = &b->template.piece[i];
		if (p->column.p != NULL && !find_column(b, p->column,
		    "template", &p->place, error))
			return false;
	}
	return true;
}

static bool
find_with_columns(struct bulk *b, struct buf *error)
{
	const struct bulk_with *with;

	for (size_t i = 0; i < ROW_COLUMNS; i++)
		b->with[i] = BULK_NO_COLUMN;
	for (size_t i = 0; i < b->conf->n_with; i++) {
		with = &b->conf->with[i];
		if (!find_column(b, span_str(with->column), "--with",
		    &b->with[with->to], error))
			return false;
	}
	return true;
}

static bool
find_columns(struct bulk *b, struct buf *error)
{
	const struct bulk_conf *c = b->conf;

	if (!find_role(b, c->to, HEADER_TO, "--to-col", &b->to, error) ||
	    !find_with_columns(b, error) || !find_template_columns(b, error))
		return false;
	b->text = b->from = BULK_NO_COLUMN;
	if (c->template.p == NULL && !find_role(b, c->text, HEADER_TEXT,
	    "--text-col", &b->text, error))
		return false;
	if (b->with[ROW_from] == BULK_NO_COLUMN && !find_role(b, c->from,
	    HEADER_FROM, "--from-col", &b->from, error))
		return false;
	if (c->template.p != NULL || b->text != BULK_NO_COLUMN ||
	    b->with[ROW_hex] != BULK_NO_COLUMN)
		return true;
	buf_addf(error, "%s: no column of \"%s\" is named as messages are; "
	    "--text-col says which it is, or --template makes a text: ",
	    b->file, place_name(b));
	header_list(error, &b->header);
	return false;
}

/* Opening */

struct bulk *
bulk_open(const struct bulk_conf *conf, struct buf *error)
{
	struct bulk *b = mem_new(sizeof(*b));

	b->conf = conf;
	b->file = conf->sheet.name ? conf->sheet.name : conf->path;
	b->sheet = sheet_open(&conf->sheet, conf->path, error);
	if (b->sheet != NULL && find_header(b, error) && find_columns(b, error))
		return b;
	bulk_close(b);
	return NULL;
}

void
bulk_close(struct bulk *b)
{
	if (b == NULL)
		return;
	sheet_close(b->sheet);
	header_free(&b->header);
	header_free(&b->first);
	template_free(&b->template);
	phone_set_free(&b->seen);
	buf_free(&b->ref);
	buf_free(&b->number);
	buf_free(&b->made);
	buf_free(&b->date);
	buf_free(&b->why);
	number_format_free(b->iso);
	free(b);
}

bool
bulk_fills(const struct bulk *b, enum row_column column)
{
	switch (column) {
	case ROW_to:
	case ROW_ref: return true;
	case ROW_text: return true;
	case ROW_from:
		return b->from != BULK_NO_COLUMN ||
		    b->with[ROW_from] != BULK_NO_COLUMN;
	default: return b->with[column] != BULK_NO_COLUMN;
	}
}

const struct bulk_counts *
bulk_counts(const struct bulk *b)
{
	return &b->counts;
}

double
bulk_progress(const struct bulk *b)
{
	return sheet_progress(b->sheet);
}

const char *
bulk_why(const struct bulk *b)
{
	return (const char *)b->why.p;
}

uint32_t
bulk_header_row(const struct bulk *b)
{
	return b->header.row;
}

bool
bulk_header_is_two_rows(const struct bulk *b)
{
	return b->header.two_rows;
}

uint32_t
bulk_row_number(const struct bulk *b)
{
	return b->number_of_row;
}

/* What was found */

static void
describe_column(struct buf *out, const struct bulk *b, const char *what,
    uint32_t column)
{
	if (column == BULK_NO_COLUMN)
		return;
	buf_addf(out, "%-12s column ", what);
	cell_name(out, column, 0);
	for (size_t i = 0; i < b->header.n; i++)
		if (b->header.name[i].column == column)
			buf_addf(out, " \"%.*s\"",
			    (int)b->header.name[i].name.len,
			    (const char *)b->header.name[i].name.p);
	buf_add_byte(out, '\n');
}

void
bulk_describe(struct buf *out, const struct bulk *b)
{
	if (sheet_name(b->sheet) != NULL)
		buf_addf(out, "%-12s \"%s\"\n", "sheet", sheet_name(b->sheet));
	if (b->header.two_rows)
		buf_addf(out, "%-12s rows %u and %u\n", "header",
		    b->header.row - 1, b->header.row);
	else if (b->header.row > 0)
		buf_addf(out, "%-12s row %u\n", "header", b->header.row);
	describe_column(out, b, "to", b->to);
	describe_column(out, b, "text", b->text);
	describe_column(out, b, "from", b->from);
	for (size_t i = 0; i < b->template.n; i++)
		if (b->template.piece[i].column.p != NULL)
			describe_column(out, b, "template",
			    b->template.piece[i].place);
	for (size_t i = 0; i < ROW_COLUMNS; i++)
		describe_column(out, b, schema_row.name[i], b->with[i]);
}
