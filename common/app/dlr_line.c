/* SPDX-License-Identifier: ISC */
/*
 * Which kind of line it is. What kind a record says it is holds, whatever its
 * text looks like; of all other lines the fields decide.
 */
#include "app/dlr_line.h"

#include "rec/columns.h"
#include "rec/json_strings.h"
#include "smpp/receipt.h"

enum { DEFAULT_CELLS = 8 };

static const char no_receipt[] = "no receipt";

/* Cells of a record that matter, as they stand in the line. */
struct cells {
	struct span kind, text, id, state, err;
	bool json;
};

bool
dlr_line_init(struct dlr_line *l, const char *columns, bool no_header,
    struct span *bad)
{
	*l = (struct dlr_line){.no_header = no_header, .first = true};
	if (columns == NULL)
		return true;
	l->given = true;
	if (!columns_parse(&schema_delivery, columns, l->column, &l->n, bad))
		return false;
	*bad = span_str("text");
	return memchr(l->column, DELIVERY_kind, l->n) != NULL ||
	    memchr(l->column, DELIVERY_text, l->n) != NULL ||
	    memchr(l->column, DELIVERY_id, l->n) != NULL;
}

void
dlr_line_free(struct dlr_line *l)
{
	buf_free(&l->text);
}

void
dlr_line_begin(struct dlr_line *l)
{
	l->first = true;
	if (!l->given)
		l->n = 0;
}

static enum dlr_line_kind
none(struct dlr_line *l, const char *why)
{
	l->why = why;
	return DLR_LINE_NONE;
}

static bool
find_kind(struct span word, enum receipt_kind *kind)
{
	for (int k = 0; k < RECEIPT_KINDS; k++)
		if (span_is(word, receipt_kind_name((enum receipt_kind)k))) {
			*kind = (enum receipt_kind)k;
			return true;
		}
	return false;
}

/* The line as it stands. */
static enum dlr_line_kind
read_plain(struct dlr_line *l, struct span line)
{
	l->interim = false;
	/* the usual form, all of it, needs no second look */
	if (dlr_parse(&l->dlr, line) >= DLR_FIELDS - 1 ||
	    dlr_is_in_line(&l->dlr, line))
		return DLR_LINE_RECEIPT;
	return none(l, no_receipt);
}

/* Makes what a cell stands for, in l->text, of it; false: an escape is none. */
static bool
unescape(struct dlr_line *l, struct span *cell, bool json)
{
	size_t from = l->text.len;
	bool good = true;

	if (cell->n == 0 || memchr(cell->p, '\\', cell->n) == NULL)
		return true;
	if (json)
		json_unescape(&l->text, *cell);
	else
		good = tsv_unescape(&l->text, *cell) == cell->n;
	*cell = span_of(l->text.p + from, l->text.len - from);
	return good;
}

static void
stand_in(struct dlr_line *l, enum dlr_field field, struct span cell)
{
	if (l->dlr.f[field].n > 0 || cell.n == 0)
		return;
	l->dlr.f[field] = cell;
	l->dlr.date_digits = 0;
}

/* The receipt of a record. */
static enum dlr_line_kind
read_record(struct dlr_line *l, struct cells *c, size_t n)
{
	static const char *const why[RECEIPT_KINDS] = {
		[RECEIPT_MESSAGE] = "a message",
		[RECEIPT_ACK] = "an acknowledgement",
		[RECEIPT_ALERT] = "an alert",
	};
	enum receipt_kind kind = RECEIPT_FINAL;
	bool told = find_kind(c->kind, &kind);

	if (why[kind] != NULL)
		return none(l, why[kind]);
	buf_clear(&l->text);
	buf_reserve(&l->text, n);
	if (!unescape(l, &c->text, c->json) || !unescape(l, &c->id, c->json) ||
	    !unescape(l, &c->state, c->json) || !unescape(l, &c->err, c->json))
		return none(l, "a record with an unknown escape");
	dlr_parse(&l->dlr, c->text);
	stand_in(l, DLR_id, c->id);
	stand_in(l, DLR_stat, c->state);
	stand_in(l, DLR_err, c->err);
	l->interim = kind == RECEIPT_INTERIM;
	if (!told && !dlr_is_in_line(&l->dlr, c->text))
		return none(l, no_receipt);
	return DLR_LINE_RECEIPT;
}

/* Splits a line at its tabs; 0 when there are more cells than columns. */
static size_t
split(struct span line, struct span cell[DELIVERY_COLUMNS])
{
	for (size_t n = 0; n < DELIVERY_COLUMNS; n++) {
		const uint8_t *tab = line.n == 0 ? NULL :
		    memchr(line.p, '\t', line.n);

		cell[n] = line;
		if (tab == NULL)
			return n + 1;
		cell[n].n = (size_t)(tab - line.p);
		line = span_skip(line, cell[n].n + 1);
	}
	return 0;
}

/* Whether all cells are names of columns, one of them a key; l then has them.
 * One name alone makes a header of the first line only. */
static bool
take_header(struct dlr_line *l, const struct span cell[], size_t n, bool first)
{
	uint8_t column[DELIVERY_COLUMNS];
	uint64_t seen = 0;

	if (l->no_header || (n == 1 && !first))
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t at = column_find(&schema_delivery, cell[i]);

		if (at == schema_delivery.n || (seen >> at & 1) != 0)
			return false;
		seen |= UINT64_C(1) << at;
		column[i] = (uint8_t)at;
	}
	if ((seen & (UINT64_C(1) << DELIVERY_kind | UINT64_C(1) <<
	    DELIVERY_text | UINT64_C(1) << DELIVERY_id)) == 0)
		return false;
	if (!l->given) {
		memcpy(l->column, column, n);
		l->n = n;
	}
	return true;
}

/* Whether the cells are a record's. A "\N" is an absent one. */
static bool
take_cells(const struct dlr_line *l, const struct span cell[], size_t n,
    struct cells *c)
{
	struct span *want[DELIVERY_COLUMNS] = {[DELIVERY_kind] = &c->kind,
	    [DELIVERY_text] = &c->text, [DELIVERY_id] = &c->id,
	    [DELIVERY_state] = &c->state, [DELIVERY_err] = &c->err};
	bool has_kind = l->n == 0;
	enum receipt_kind kind;

	if (l->n > 0 ? n != l->n : n < DEFAULT_CELLS)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t at = l->n > 0 ? l->column[i] : i;

		has_kind = has_kind || at == DELIVERY_kind;
		if (want[at] != NULL && !span_is(cell[i], "\\N"))
			*want[at] = cell[i];
	}
	return !has_kind || find_kind(c->kind, &kind);
}

/* Members of smpp-listen's object, or the first string with a receipt. */
static enum dlr_line_kind
read_json(struct dlr_line *l, struct span line)
{
	struct json_strings j = json_strings(line);
	struct span value, string = {0};
	struct cells c = {.json = true};
	enum receipt_kind kind;

	while (json_strings_next(&j, &value)) {
		static const char *const name[] = {"kind", "text", "id",
		    "state", "err"};
		struct span *cell[] = {&c.kind, &c.text, &c.id, &c.state,
		    &c.err};

		for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
			if (span_is(j.key, name[i]))
				*cell[i] = value;
	}
	if (find_kind(c.kind, &kind) && (c.text.n | c.id.n | c.state.n) > 0)
		return read_record(l, &c, line.n);
	for (j = json_strings(line); json_strings_next(&j, &value);) {
		if (value.n == 0 || memchr(value.p, ':', value.n) == NULL)
			continue;
		string = value;
		buf_clear(&l->text);
		unescape(l, &string, true);
		if (read_plain(l, string) == DLR_LINE_RECEIPT)
			return DLR_LINE_RECEIPT;
	}
	return none(l, no_receipt);
}

static bool
is_object(struct span line)
{
	return line.n > 1 && line.p[0] == '{' && line.p[line.n - 1] == '}';
}

/* A line that may be more than the text of a receipt. */
static enum dlr_line_kind
read_any(struct dlr_line *l, struct span line, bool first)
{
	struct span cell[DELIVERY_COLUMNS];
	struct cells c = {0};
	size_t n = split(line, cell);

	if (n > 0 && take_header(l, cell, n, first))
		return DLR_LINE_HEADER;
	if (n > 0 && take_cells(l, cell, n, &c))
		return read_record(l, &c, line.n);
	if (is_object(line))
		return read_json(l, line);
	return read_plain(l, line);
}

size_t
dlr_line_usual(struct dlr_line *l, struct span buffer, size_t most)
{
	size_t n;

	/* records of these columns may begin so */
	if (l->n > 0 || l->first)
		return 0;
	l->interim = false;
	n = dlr_parse_line(&l->dlr, buffer);
	return n <= most ? n : 0;
}

enum dlr_line_kind
dlr_line_read(struct dlr_line *l, struct span line)
{
	bool first = l->first;

	l->first = false;
	if (first && line.n >= 3 && memcmp(line.p, "\xef\xbb\xbf", 3) == 0)
		line = span_skip(line, 3);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	/* no record of the default columns begins so */
	if (l->n == 0 && line.n > 3 && memcmp(line.p, "id:", 3) == 0)
		return read_plain(l, line);
	return read_any(l, line, first);
}
