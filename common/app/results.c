/* SPDX-License-Identifier: ISC */
/*
 * Results by row: an index of the rows in memory, their texts in a file that has
 * no name. What a later line says of a row replaces what an earlier one said,
 * but for receipts, which add to it.
 */
#include "app/results_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "file/sheet.h"
#include "rec/record.h"
#include "smpp/dlr.h"
#include "smpp/smpptime.h"

enum {
	WINDOW = 64 << 10,
	SPILL_AT = 256 << 10,
	ID_ROOM = 1024,
};

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

struct results *
results_new(const char *sheet)
{
	struct results *r = mem_new(sizeof(*r));
	char name[] = "/tmp/smpptools.XXXXXX";

	r->sheet = sheet ? mem_strdup(sheet) : NULL;
	r->fd = mkstemp(name);
	if (r->fd >= 0)
		unlink(name);
	return r;
}

void
results_free(struct results *r)
{
	if (r == NULL)
		return;
	free(r->sheet);
	free(r->entry);
	free(r->id);
	if (r->fd >= 0)
		close(r->fd);
	buf_free(&r->spill);
	buf_free(&r->window);
	buf_free(&r->cells);
	free(r);
}

/* The file */

static bool
write_spill(struct results *r)
{
	uint64_t at = r->length - r->spill.len;
	ssize_t n;

	for (size_t done = 0; done < r->spill.len; done += (size_t)n) {
		n = pwrite(r->fd, r->spill.p + done, r->spill.len - done,
		    (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return false;
	}
	buf_clear(&r->spill);
	return true;
}

/* Appends the texts of a row: length and octets of each. */
static bool
store(struct results *r, struct entry *e,
    const struct span text[REPORT_COLUMNS])
{
	uint64_t at = r->length;
	uint16_t n;

	for (size_t i = 0; i < REPORT_COLUMNS; i++) {
		n = text[i].n < UINT16_MAX ? (uint16_t)text[i].n : UINT16_MAX;
		buf_add(&r->spill, &n, sizeof(n));
		buf_add(&r->spill, text[i].p, n);
		r->length += sizeof(n) + n;
	}
	e->at = at + 1;
	return r->spill.len < SPILL_AT || write_spill(r);
}

static bool
look(struct results *r, uint64_t at, size_t n, const uint8_t **p)
{
	ssize_t got;

	if (r->spill.len > 0 && !write_spill(r))
		return false;
	if (at < r->window_at || at + n > r->window_at + r->window.len) {
		buf_clear(&r->window);
		buf_reserve(&r->window, WINDOW + n);
		r->window_at = at;
		while (r->window.len < n) {
			got = pread(r->fd, r->window.p + r->window.len,
			    WINDOW + n - r->window.len,
			    (off_t)(at + r->window.len));
			if (got < 0 && errno == EINTR)
				continue;
			if (got <= 0)
				return false;
			r->window.len += (size_t)got;
		}
	}
	*p = r->window.p + (at - r->window_at);
	return true;
}

bool
results_row(struct results *r, uint32_t row,
    struct span text[REPORT_COLUMNS])
{
	const uint8_t *p;
	uint64_t at;
	uint16_t length[REPORT_COLUMNS];
	size_t whole = 0;

	if (row >= r->n || r->entry[row].at == 0)
		return false;
	at = r->entry[row].at - 1;
	for (size_t i = 0; i < REPORT_COLUMNS; i++) {
		if (!look(r, at + whole, sizeof(length[i]), &p))
			return false;
		memcpy(&length[i], p, sizeof(length[i]));
		whole += sizeof(length[i]) + length[i];
	}
	if (!look(r, at, whole, &p))
		return false;
	for (size_t i = 0; i < REPORT_COLUMNS; i++) {
		p += sizeof(length[i]);
		text[i] = span_of(p, length[i]);
		p += length[i];
	}
	return true;
}

/* Index */

static struct entry *
entry_at(struct results *r, uint32_t row)
{
	size_t n = r->n > 0 ? r->n : 1024;

	while (row >= n)
		n *= 2;
	if (n > r->n) {
		r->entry = mem_resize(r->entry, n * sizeof(*r->entry));
		memset(r->entry + r->n, 0, (n - r->n) * sizeof(*r->entry));
		r->n = n;
	}
	return &r->entry[row];
}

static uint64_t
hash_of(struct span s)
{
	uint64_t h = 14695981039346656037ull;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 1099511628211ull;
	return h ? h : 1;
}

static size_t
id_place(const struct results *r, uint64_t hash)
{
	size_t at = (size_t)(hash >> 7) & (r->id_room - 1);

	while (r->id[at].hash != 0 && r->id[at].hash != hash)
		at = (at + 1) & (r->id_room - 1);
	return at;
}

static void
add_id(struct results *r, struct span id, uint32_t row)
{
	struct id *old = r->id;
	size_t n = r->id_room;

	if (2 * (r->n_ids + 1) > r->id_room) {
		r->id_room = n > 0 ? 2 * n : ID_ROOM;
		r->id = mem_array(r->id_room, sizeof(*r->id));
		for (size_t i = 0; i < n; i++)
			if (old[i].hash != 0)
				r->id[id_place(r, old[i].hash)] = old[i];
		free(old);
	}
	r->id[id_place(r, hash_of(id))] = (struct id){hash_of(id), row};
	r->n_ids++;
}

/* Whether a comma list of ids names this one. */
static bool
list_has(struct span list, struct span id)
{
	const uint8_t *comma;
	size_t n;

	while (list.n > 0) {
		comma = memchr(list.p, ',', list.n);
		n = comma ? (size_t)(comma - list.p) : list.n;
		if (span_eq(span_of(list.p, n), id))
			return true;
		list = span_skip(list, n + 1);
	}
	return false;
}

static bool
find_id(struct results *r, struct span id, uint32_t *row)
{
	struct span text[REPORT_COLUMNS];
	size_t at;

	if (r->id_room == 0 || id.n == 0)
		return false;
	at = id_place(r, hash_of(id));
	*row = r->id[at].row;
	return r->id[at].hash != 0 && results_row(r, *row, text) &&
	    list_has(text[REPORT_ID], id);
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
		for (const uint8_t *p = line.p, *last = end ? end :
		    line.p + line.n; p < last; p++) {
			if (*p == '\\' && p + 1 < last) {
				p++;
				buf_add_byte(&r->cells, *p == 't' ? '\t' :
				    *p == 'n' ? '\n' : *p == 'r' ? '\r' : *p);
			} else {
				buf_add_byte(&r->cells, *p);
			}
		}
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
	e = entry_at(r, row);
	*e = (struct entry){0};
	note_times(e, text[REPORT_TIME], field[LINE_SENT].n ?
	    field[LINE_DONE] : (struct span){0});
	if (!store(r, e, text)) {
		buf_addf(error, "no room for results: %s", strerror(errno));
		return false;
	}
	while (ids.n > 0) {
		comma = memchr(ids.p, ',', ids.n);
		add_id(r, span_of(ids.p, comma ? (size_t)(comma - ids.p) :
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
	if (!find_id(r, field[LINE_RECEIPT_ID], &row)) {
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
	good = store(r, e, kept);
	if (!good)
		buf_addf(error, "no room for results: %s", strerror(errno));
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
