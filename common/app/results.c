/* SPDX-License-Identifier: ISC */
/*
 * Lines of results and of receipts to what is known of each row. What a later
 * line says of a row replaces what an earlier one said, but for receipts, which
 * add to it.
 */
#include "app/results_private.h"

#include <errno.h>
#include <string.h>

#include "file/sheet.h"
#include "rec/record.h"
#include "smpp/dlr.h"
#include "smpp/smpptime.h"
#include "sys/scratch.h"
#include "text/utf8.h"

/* Names of columns, as smpp-send, smpp-listen and smpp-queue have them. */
static const struct {
	const char *name;
	enum line_column column;
} names[] = {
	{"ref", LINE_REF}, {"status", LINE_STATUS}, {"message_id", LINE_ID},
	{"error", LINE_ERROR}, {"state", LINE_STATE}, {"err", LINE_ERR},
	{"time", LINE_TIME}, {"done_date", LINE_DONE}, {"done", LINE_DONE},
	{"sent", LINE_SENT}, {"kind", LINE_KIND}, {"text", LINE_TEXT},
	{"id", LINE_RECEIPT_ID},
};

static const char *const titles[REPORT_COLUMNS] = {
	"Status", "Message id", "State", "Error", "Time", "Done",
};

const char *
results_title(enum report_column column)
{
	return titles[column];
}

/* Lines */

static bool
is_receipt_kind(struct span s)
{
	return span_is(s, "receipt") || span_is(s, "interim") ||
	    span_is(s, "message") || span_is(s, "ack") || span_is(s, "alert");
}

static bool
is_status(struct span s)
{
	return span_is(s, "ok") || span_is(s, "failed") ||
	    span_is(s, "partial") || span_is(s, "unknown") ||
	    span_is(s, "unsent");
}

/* What a cell stands for, unless that is no text: it stays as it is written. */
static void
add_cell(struct buf *out, struct span cell)
{
	size_t begin = out->len;
	struct span text;

	tsv_unescape(out, cell);
	text = span_of(out->p + begin, out->len - begin);
	if (utf8_check(text) == text.n &&
	    (text.n == 0 || memchr(text.p, 0, text.n) == NULL))
		return;
	out->len = begin;
	buf_add_span(out, cell);
}

/* Splits a line into cells, their escapes read. */
static size_t
split(struct results *r, struct span line, struct span cell[RESULTS_FIELDS])
{
	size_t n = 0, begin;
	const uint8_t *end;

	buf_clear(&r->cells);
	buf_reserve(&r->cells, line.n + 1);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	while (n < RESULTS_FIELDS) {
		end = line.n ? memchr(line.p, '\t', line.n) : NULL;
		begin = r->cells.len;
		add_cell(&r->cells, span_of(line.p, end ?
		    (size_t)(end - line.p) : line.n));
		cell[n++] = span_of(r->cells.p + begin, r->cells.len - begin);
		if (end == NULL)
			break;
		line = span_skip(line, (size_t)(end - line.p) + 1);
	}
	return n;
}

/* A line of names of columns, one of them ref or kind. */
static bool
take_header(struct results *r, const struct span *cell, size_t n)
{
	bool known[RESULTS_FIELDS] = {0}, has_key = false, receipts = false;
	enum line_column column[RESULTS_FIELDS];

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (span_is(cell[i], names[k].name)) {
				column[i] = names[k].column;
				known[i] = true;
			}
		has_key |= known[i] && (column[i] == LINE_REF ||
		    column[i] == LINE_KIND);
		receipts |= known[i] && column[i] == LINE_KIND;
	}
	if (!has_key || n < 2)
		return false;
	memcpy(r->known, known, sizeof(known));
	memcpy(r->column, column, sizeof(column));
	r->n_columns = n;
	r->receipts = receipts;
	return true;
}

/* Without a header: the default columns of smpp-send or smpp-listen. */
static bool
take_default(struct results *r, const struct span *cell, size_t n)
{
	static const char result[] = "ref\0status\0message_id\0to\0parts\0error";
	static const char receipt[] = "time\0kind\0from\0to\0text\0id\0state\0err";
	bool is_receipt = n >= 8 && is_receipt_kind(cell[1]);
	const char *p = is_receipt ? receipt : result;
	struct span name[8];
	size_t most = is_receipt ? 8 : 6;

	if (!is_receipt && (n < 2 || !is_status(cell[1])))
		return false;
	for (size_t i = 0; i < most; i++, p += strlen(p) + 1)
		name[i] = span_str(p);
	return take_header(r, name, most);
}

/* "Sheet1!17" or "17" to 17; 0 for a ref of anything else. */
static uint32_t
row_of(const struct results *r, struct span ref)
{
	size_t n = r->sheet ? strlen(r->sheet) : 0;
	uint64_t row = 0;

	if (r->sheet != NULL) {
		if (ref.n <= n || memcmp(ref.p, r->sheet, n) != 0 ||
		    ref.p[n] != '!')
			return 0;
		ref = span_skip(ref, n + 1);
	}
	if (ref.n == 0 || ref.n > 9)
		return 0;
	for (size_t i = 0; i < ref.n; i++) {
		if (ref.p[i] < '0' || ref.p[i] > '9')
			return 0;
		row = row * 10 + (uint64_t)(ref.p[i] - '0');
	}
	/* text files may have more rows than sheets, in 9 digits at most */
	return r->sheet != NULL && row > SHEET_ROWS_MAX ? 0 : (uint32_t)row;
}

static bool
time_of(struct span s, int64_t *ms)
{
	struct smpptime t;

	if (!smpptime_read_iso(&t, s) && !smpptime_read(&t, s))
		return false;
	*ms = smpptime_utc(&t, 0, 0);
	return true;
}

static void
note_times(struct entry *e, struct span sent, struct span done)
{
	int64_t from, to;
	bool has_from = time_of(sent, &from);

	if (has_from && from > 0)
		e->minute = (uint32_t)(from / 60000);
	if (has_from && time_of(done, &to) && to >= from)
		e->seconds = (uint32_t)((to - from) / 1000) + 1;
}

/* The err of a message that was delivered is none. */
static struct span
error_of(const struct span field[LINE_COLUMNS])
{
	if (field[LINE_ERROR].n > 0)
		return field[LINE_ERROR];
	if (span_is(field[LINE_STATE], "DELIVRD") ||
	    span_is(field[LINE_STATE], "delivered"))
		return (struct span){0};
	return field[LINE_ERR];
}

static void
no_room(struct buf *error)
{
	buf_addf(error, "no room for results in %s: %s", scratch_folder(),
	    strerror(errno));
}

static bool
take_result(struct results *r, const struct span field[LINE_COLUMNS],
    struct buf *error)
{
	uint32_t row = row_of(r, field[LINE_REF]);
	struct span text[REPORT_COLUMNS] = {
		[REPORT_STATUS] = field[LINE_STATUS].n ? field[LINE_STATUS] :
		    field[LINE_STATE],
		[REPORT_ID] = field[LINE_ID],
		[REPORT_STATE] = field[LINE_STATUS].n ? field[LINE_STATE] :
		    (struct span){0},
		[REPORT_ERROR] = error_of(field),
		[REPORT_TIME] = field[LINE_TIME].n ? field[LINE_TIME] :
		    field[LINE_SENT],
		[REPORT_DONE] = field[LINE_DONE],
	};
	struct span ids = field[LINE_ID];
	const uint8_t *comma;
	struct entry *e;

	if (row == 0) {
		r->unknown_refs++;
		return true;
	}
	e = results_entry(r, row);
	*e = (struct entry){0};
	note_times(e, text[REPORT_TIME], field[LINE_SENT].n ?
	    field[LINE_DONE] : (struct span){0});
	if (!results_store(r, e, text)) {
		no_room(error);
		return false;
	}
	while (ids.n > 0) {
		comma = memchr(ids.p, ',', ids.n);
		results_add_id(r, span_of(ids.p, comma ? (size_t)(comma - ids.p) :
		    ids.n), row);
		ids = span_skip(ids, comma ? (size_t)(comma - ids.p) + 1 :
		    ids.n);
	}
	return true;
}

/* A final state counts over one that is not, a failure over a delivery of
 * another part. */
static bool
is_worse(struct span state, struct span before)
{
	return before.n == 0 || span_is(before, "DELIVRD") ||
	    span_is(before, "ENROUTE") || span_is(before, "ACCEPTD") ||
	    !span_is(state, "DELIVRD");
}

static bool
take_receipt(struct results *r, const struct span field[LINE_COLUMNS],
    struct buf *error)
{
	struct span text[REPORT_COLUMNS], kept[REPORT_COLUMNS];
	struct buf copy = {0};
	struct dlr dlr;
	struct entry *e;
	uint32_t row;
	bool good;

	if (!span_is(field[LINE_KIND], "receipt"))
		return true;
	if (!results_find_id(r, field[LINE_RECEIPT_ID], &row)) {
		r->unknown_ids++;
		return true;
	}
	results_row(r, row, text);
	for (size_t i = 0; i < REPORT_COLUMNS; i++)
		buf_add_span(&copy, text[i]);
	for (size_t i = 0, at = 0; i < REPORT_COLUMNS; at += text[i++].n)
		kept[i] = span_of(copy.p + at, text[i].n);
	e = &r->entry[row];
	if (is_worse(field[LINE_STATE], kept[REPORT_STATE])) {
		kept[REPORT_STATE] = field[LINE_STATE];
		if (field[LINE_ERR].n > 0 &&
		    !span_is(field[LINE_STATE], "DELIVRD"))
			kept[REPORT_ERROR] = field[LINE_ERR];
	}
	if (dlr_parse(&dlr, field[LINE_TEXT]) > 0) {
		kept[REPORT_DONE] = dlr.f[DLR_done_date];
		note_times(e, dlr.f[DLR_submit_date], dlr.f[DLR_done_date]);
	}
	good = results_store(r, e, kept);
	if (!good)
		no_room(error);
	buf_free(&copy);
	return good;
}

bool
results_take(struct results *r, struct span line, struct buf *error)
{
	struct span cell[RESULTS_FIELDS], field[LINE_COLUMNS] = {{0}};
	size_t n;

	if (line.n >= 3 && memcmp(line.p, "\xef\xbb\xbf", 3) == 0)
		line = span_skip(line, 3);
	if (utf8_check(line) < line.n) {
		buf_add_str(error, "it is no UTF-8");
		return false;
	}
	n = split(r, line, cell);
	if (take_header(r, cell, n))
		return true;
	if ((n >= 8 && is_receipt_kind(cell[1]) && !r->receipts) ||
	    r->n_columns == 0 || (r->receipts && n >= 2 && is_status(cell[1])))
		if (!take_default(r, cell, n)) {
			buf_add_str(error, "neither a result of smpp-send nor "
			    "a record of smpp-listen or smpp-queue");
			return false;
		}
	for (size_t i = 0; i < n && i < r->n_columns; i++)
		if (r->known[i])
			field[r->column[i]] = cell[i];
	return r->receipts ? take_receipt(r, field, error) :
	    take_result(r, field, error);
}
