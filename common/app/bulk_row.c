/* SPDX-License-Identifier: ISC */
/*
 * One row of a sheet to one record, or a sentence that names the cell, what
 * stands in it, and why that is not sent.
 */
#include <sys/stat.h>

#include "app/bulk_private.h"

enum { SHOWN = 60 };  /* octets of a cell that a sentence shows */

static const struct cell *
cell_at(const struct sheet_row *row, uint32_t column)
{
	size_t low = 0, high = row->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (row->cell[middle].column < column)
			low = middle + 1;
		else
			high = middle;
	}
	return low < row->n && row->cell[low].column == column ?
	    &row->cell[low] : NULL;
}

/* Sentences */

/* "customers.xlsx: Sheet1!B17 "010-12": it is too short". */
static bool
refuse(struct bulk *b, uint32_t column, const struct cell *cell,
    const char *reason)
{
	const char *name = sheet_name(b->sheet);
	size_t n;

	buf_clear(&b->why);
	buf_addf(&b->why, "%s: ", b->file);
	if (name != NULL)
		buf_addf(&b->why, "%s!", name);
	cell_name(&b->why, column, b->number_of_row);
	if (cell != NULL && cell->text.n > 0) {
		n = cell->text.n;
		if (n > SHOWN)
			for (n = SHOWN; (cell->text.p[n] & 0xc0) == 0x80;)
				n--;
		buf_addf(&b->why, " \"%.*s%s\"", (int)n,
		    (const char *)cell->text.p, n < cell->text.n ? "..." : "");
	}
	buf_addf(&b->why, ": %s", reason);
	buf_cstr(&b->why);
	return false;
}

/* The text of a cell that must hold one; empty where it may and does. */
static bool
take_text(struct bulk *b, const struct sheet_row *row, uint32_t column,
    const char *missing, struct span *text)
{
	const struct cell *cell = cell_at(row, column);

	*text = (struct span){0};
	if (cell == NULL)
		return missing == NULL ? true :
		    refuse(b, column, NULL, missing);
	if (cell_refusal(cell->type) != NULL)
		return refuse(b, column, cell, cell_refusal(cell->type));
	*text = cell->text;
	return true;
}

/* Columns */

static bool
take_number(struct bulk *b, const struct sheet_row *row)
{
	const struct cell *cell = cell_at(row, b->to);
	struct buf error = {0};
	uint32_t first;
	bool good;

	if (cell == NULL)
		return refuse(b, b->to, NULL, "no phone number");
	buf_clear(&b->number);
	good = phone_read(&b->number, cell, b->conf->country, &error);
	if (!good) {
		refuse(b, b->to, cell, buf_cstr(&error));
	} else if (b->conf->exclude != NULL &&
	    phone_set_find(b->conf->exclude, buf_span(&b->number), &first)) {
		b->counts.excluded++;
		good = refuse(b, b->to, cell, "it is excluded");
	} else if (b->conf->dedupe &&
	    phone_set_find(&b->seen, buf_span(&b->number), &first)) {
		b->counts.duplicates++;
		buf_addf(&error, "the same number as in row %u", first);
		good = refuse(b, b->to, cell, buf_cstr(&error));
	}
	buf_free(&error);
	if (good) {
		b->value[ROW_to] = value_text(buf_span(&b->number));
		b->counts.bare += b->conf->country == NULL &&
		    cell->type == CELL_NUMBER && !cell->padded;
	}
	return good;
}

static bool
fill_template(struct bulk *b, const struct sheet_row *row)
{
	const struct template_piece *p;
	struct span text;

	buf_clear(&b->made);
	for (size_t i = 0; i < b->template.n; i++) {
		p = &b->template.piece[i];
		buf_add_span(&b->made, p->literal);
		if (p->column.p == NULL)
			break;
		if (!take_text(b, row, p->place, p->has_fallback ? NULL :
		    "it is empty, and the template has nothing to stand in "
		    "for it ({Name|...})", &text))
			return false;
		buf_add_span(&b->made, text.n > 0 ? text : p->fallback);
	}
	b->value[ROW_text] = value_text(buf_span(&b->made));
	return true;
}

static bool
take_message(struct bulk *b, const struct sheet_row *row)
{
	struct span text;

	if (b->conf->template.p != NULL)
		return fill_template(b, row);
	if (b->text == BULK_NO_COLUMN)
		return true;
	if (!take_text(b, row, b->text, b->with[ROW_hex] == BULK_NO_COLUMN ?
	    "no text" : NULL, &text))
		return false;
	b->value[ROW_text] = value_text(text);
	return true;
}

/* Times are ISO ones for smpp-send, however the sheet shows them. */
static struct span
iso_date(struct bulk *b, const struct cell *cell)
{
	if (b->iso == NULL)
		b->iso = number_format_new(span_str("yyyy-mm-dd\\Thh:mm:ss"));
	buf_clear(&b->date);
	number_format_print(&b->date, b->iso, cell->number,
	    sheet_date1904(b->sheet));
	return buf_span(&b->date);
}

static bool
take_others(struct bulk *b, const struct sheet_row *row)
{
	const struct cell *cell;
	struct span text;

	if (b->from != BULK_NO_COLUMN) {
		if (!take_text(b, row, b->from, NULL, &text))
			return false;
		b->value[ROW_from] = value_text(text);
	}
	for (size_t i = 0; i < ROW_COLUMNS; i++) {
		if (b->with[i] == BULK_NO_COLUMN)
			continue;
		if (!take_text(b, row, b->with[i], NULL, &text))
			return false;
		cell = cell_at(row, b->with[i]);
		if (i == ROW_schedule && cell != NULL &&
		    cell->type == CELL_DATE && cell->format != NULL)
			text = iso_date(b, cell);
		b->value[i] = value_text(text);
	}
	return true;
}

static void
take_ref(struct bulk *b)
{
	const char *name = sheet_name(b->sheet);

	buf_clear(&b->ref);
	if (name != NULL) {
		buf_add_str(&b->ref, name);
		buf_add_byte(&b->ref, '!');
	}
	buf_add_uint(&b->ref, b->number_of_row);
	b->value[ROW_ref] = value_text(buf_span(&b->ref));
}

/* Rows */

/* Whether nothing stands in any of the columns that are used. */
static bool
is_blank(const struct bulk *b, const struct sheet_row *row)
{
	if (cell_at(row, b->to) || (b->text != BULK_NO_COLUMN &&
	    cell_at(row, b->text)))
		return false;
	for (size_t i = 0; i < b->template.n; i++)
		if (b->template.piece[i].column.p != NULL &&
		    cell_at(row, b->template.piece[i].place))
			return false;
	for (size_t i = 0; i < ROW_COLUMNS; i++)
		if (b->with[i] != BULK_NO_COLUMN && cell_at(row, b->with[i]))
			return false;
	return true;
}

static enum sheet_result
next_row(struct bulk *b, struct sheet_row *row)
{
	if (!b->has_again)
		return sheet_next(b->sheet, row);
	b->has_again = false;
	*row = b->again;
	return SHEET_ROW;
}

/* Whether the row is one to be made a record. */
static bool
is_wanted(struct bulk *b, const struct sheet_row *row)
{
	b->counts.hidden += row->hidden;
	if (row->hidden && b->conf->skip_hidden)
		return false;
	if (!is_blank(b, row))
		return true;
	b->counts.blank++;
	return false;
}

enum bulk_result
bulk_next(struct bulk *b, const struct value **value)
{
	struct sheet_row row;
	enum sheet_result got;

	if (b->conf->most > 0 && b->counts.rows >= b->conf->most)
		return BULK_END;
	do {
		got = next_row(b, &row);
		if (got == SHEET_BAD) {
			buf_clear(&b->why);
			buf_add_str(&b->why, sheet_error(b->sheet));
			buf_cstr(&b->why);
			return BULK_BAD;
		}
		if (got == SHEET_END)
			return BULK_END;
	} while (!is_wanted(b, &row));
	b->number_of_row = row.number;
	memset(b->value, 0, sizeof(b->value));
	*value = b->value;
	if (!take_number(b, &row) || !take_message(b, &row) ||
	    !take_others(b, &row)) {
		b->counts.refused++;
		return BULK_REFUSED;
	}
	if (b->conf->dedupe)
		phone_set_add(&b->seen, buf_span(&b->number), row.number);
	take_ref(b);
	b->counts.rows++;
	return BULK_ROW;
}

/* Numbers to leave out */

static bool
exclude_row(struct phone_set *set, const char *path, const struct sheet *sheet,
    const struct sheet_row *row, uint32_t column,
    const struct phone_country *country, struct buf *error)
{
	const struct cell *cell = cell_at(row, column);
	struct buf number = {0}, why = {0};
	bool good = true;

	if (cell == NULL)
		return true;
	if (phone_read(&number, cell, country, &why)) {
		phone_set_add(set, buf_span(&number), row->number);
	} else {
		buf_addf(error, "%s: ", path);
		if (sheet_name(sheet) != NULL)
			buf_addf(error, "%s!", sheet_name(sheet));
		cell_name(error, column, row->number);
		buf_addf(error, " \"%.*s\": %s; whom it excludes cannot be told",
		    (int)(cell->text.n < SHOWN ? cell->text.n : SHOWN),
		    (const char *)cell->text.p, buf_cstr(&why));
		good = false;
	}
	buf_free(&number);
	buf_free(&why);
	return good;
}

bool
bulk_read_exclude(struct phone_set *set, const char *path,
    const struct phone_country *country, struct buf *error)
{
	static const struct sheet_conf conf = {
		.strings_most = SHEET_STRINGS_MOST,
	};
	struct stat st;
	struct sheet *sheet;
	struct header header = {0};
	struct sheet_row row;
	enum sheet_result got = SHEET_END;
	uint32_t column = 0;
	bool good, first = true;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
		return true;  /* a list of nobody */
	sheet = sheet_open(&conf, path, error);
	good = sheet != NULL;
	while (good && (got = sheet_next(sheet, &row)) == SHEET_ROW) {
		if (first)
			header_take(&header, &row);
		/* a name that phones have makes the first row a header */
		if (!first || header_role_column(&header, HEADER_TO, &column) ==
		    HEADER_NONE)
			good = exclude_row(set, path, sheet, &row, column,
			    country, error);
		first = false;
	}
	if (good && got == SHEET_BAD) {
		buf_add_str(error, sheet_error(sheet));
		good = false;
	}
	header_free(&header);
	sheet_close(sheet);
	return good;
}
