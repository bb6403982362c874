/* SPDX-License-Identifier: ISC */
/*
 * The result workbook by libxlsxwriter, in its mode of constant memory: rows go
 * out in order and are not kept, however many there are.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/report_private.h"
#include "base/mem.h"
#include "text/utf8.h"

enum {
	LOOK_AT = 1000,       /* rows that decide the widths of columns */
	WIDE = 60, NARROW = 8,
	FORMATS = 256,        /* formats of numbers that are kept apart */
	PROGRESS_EVERY = 4096,
};

const struct report_look report_looks[] = {
	{"ok", 0x1b5e20, 0xc8e6c9, 0x43a047},
	{"DELIVRD", 0x1b5e20, 0xc8e6c9, 0x43a047},
	{"delivered", 0x1b5e20, 0xc8e6c9, 0x43a047},
	{"failed", 0xb71c1c, 0xffcdd2, 0xad1457},
	{"undelivered", 0xb71c1c, 0xffcdd2, 0xe53935},
	{"UNDELIV", 0xb71c1c, 0xffcdd2, 0xe53935},
	{"REJECTD", 0xb71c1c, 0xffcdd2, 0x8e24aa},
	{"EXPIRED", 0xb71c1c, 0xffcdd2, 0xfb8c00},
	{"DELETED", 0xb71c1c, 0xffcdd2, 0x6d4c41},
	{"partial", 0xe65100, 0xffe0b2, 0xfdd835},
	{"unknown", 0xe65100, 0xffe0b2, 0x607d8b},
	{"UNKNOWN", 0xe65100, 0xffe0b2, 0xfdd835},
	{"uncertain", 0xe65100, 0xffe0b2, 0xfb8c00},
	{"unsent", 0x424242, 0xe0e0e0, 0x9e9e9e},
	{"no receipt", 0x424242, 0xe0e0e0, 0xbdbdbd},
};
const size_t report_n_looks = sizeof(report_looks) / sizeof(report_looks[0]);

static const double widths[REPORT_COLUMNS] = {11, 24, 11, 30, 22, 22};

struct number_look {
	char *code;
	lxw_format *format;
};

struct report {
	const struct report_conf *conf;
	struct results *results;
	lxw_workbook *book;
	lxw_worksheet *summary, *data;
	lxw_format *bold;
	uint32_t columns;             /* of the sheet */
	uint32_t last;                /* row of it, from 1 */
	uint64_t rows;                /* below the header */
	uint8_t *width;               /* of each column, in characters */
	struct number_look look[FORMATS];
	size_t n_looks;
	struct buf text;
	struct buf place, part;       /* of the workbook, whole and not yet */
	bool in_place;
	uint64_t cut;                 /* cells whose text was too long */
};

/* First walk: how large the sheet is */

static size_t
characters(struct span s)
{
	size_t n = 0;

	/* what takes three octets is as wide as two letters */
	for (size_t i = 0; i < s.n && s.p[i] != '\n'; i++)
		n += (size_t)((s.p[i] & 0xc0) != 0x80) + (s.p[i] >= 0xe0);
	return n;
}

static void
measure(struct report *r, const struct sheet_row *row, uint64_t seen)
{
	uint32_t column;
	size_t n;

	r->last = row->number;
	r->rows += row->number > r->conf->header;
	for (size_t i = 0; i < row->n; i++) {
		column = row->cell[i].column;
		if (column >= r->columns) {
			r->width = mem_resize(r->width, column + 1);
			memset(r->width + r->columns, NARROW,
			    column + 1 - r->columns);
			r->columns = column + 1;
		}
		n = seen < LOOK_AT ? characters(row->cell[i].text) + 1 : 0;
		n = n < WIDE ? n : WIDE;
		if (n > r->width[column])
			r->width[column] = (uint8_t)n;
	}
}

/* Calls take for each row; the exit status. */
static int
walk(struct report *r, void (*take)(struct report *, const struct sheet_row *,
    uint64_t), double from, struct buf *error)
{
	struct sheet *sheet = sheet_open(&r->conf->sheet, r->conf->path, error);
	struct sheet_row row;
	enum sheet_result got = SHEET_BAD;
	uint64_t seen = 0;
	bool goes_on = true;

	if (sheet == NULL)
		return EX_DATAERR;
	while (goes_on && (got = sheet_next(sheet, &row)) == SHEET_ROW) {
		take(r, &row, seen);
		if (seen++ % PROGRESS_EVERY == 0 && r->conf->progress != NULL)
			goes_on = r->conf->progress(r->conf->owner,
			    from + sheet_progress(sheet) / 2);
	}
	if (!goes_on)
		buf_add_str(error, "stopped by a signal; no report is written");
	else if (got == SHEET_BAD)
		buf_add_str(error, sheet_error(sheet));
	sheet_close(sheet);
	return !goes_on ? EX_TEMPFAIL : got == SHEET_END ? EX_OK : EX_DATAERR;
}

/* Second walk: cells */

/* The look of a format's code; as many as there is room for. */
static lxw_format *
number_look(struct report *r, const char *code)
{
	lxw_format *format;

	if (code == NULL)
		return NULL;
	for (size_t i = 0; i < r->n_looks; i++)
		if (strcmp(r->look[i].code, code) == 0)
			return r->look[i].format;
	if (r->n_looks == FORMATS)
		return NULL;
	format = workbook_add_format(r->book);
	format_set_num_format(format, code);
	r->look[r->n_looks++] = (struct number_look){mem_strdup(code), format};
	return format;
}

/* The next character as XML may hold it; how many UTF-16 units it is. */
static size_t
fit_character(struct buf *out, struct span *text)
{
	uint32_t c;
	size_t n = utf8_decode(*text, &c);
	struct span s = *text;

	*text = span_skip(s, n > 0 ? n : 1);
	if (n == 0 || c == 0) {
		buf_addf(out, "\\x%02X", s.p[0]);
		return 4;
	}
	if (c == 0xfffe || c == 0xffff)
		c = 0xfffd;
	utf8_add(out, c);
	if (c != '_' || s.n < 7 || s.p[1] != 'x' || s.p[6] != '_')
		return c > 0xffff ? 2 : 1;
	/* an escape that is none (ECMA-376-1, 22.9.2.19) */
	buf_add_str(out, "x005F_");
	return 7;
}

/* Appends text up to so many units; false when there is more. */
static bool
fit_up_to(struct buf *out, struct span text, size_t most)
{
	size_t units = 0;

	buf_clear(out);
	while (text.n > 0 && units <= most)
		units += fit_character(out, &text);
	return units <= most;
}

/* The text as a cell may hold it; what is past its length is left out, and
 * said so. */
static void
fit(struct report *r, struct span text)
{
	static const char cut[] = " [...]";

	if (fit_up_to(&r->text, text, SHEET_TEXT_MAX))
		return;
	fit_up_to(&r->text, text, SHEET_TEXT_MAX - sizeof(cut) - 8);
	buf_add_str(&r->text, cut);
	r->cut++;
}

static void
write_text(struct report *r, lxw_row_t row, uint32_t column, struct span text,
    lxw_format *format)
{
	fit(r, text);
	if (text.n > 0)
		worksheet_write_string(r->data, row, (lxw_col_t)column,
		    buf_cstr(&r->text), format);
}

static void
write_cell(struct report *r, lxw_row_t row, const struct cell *cell,
    lxw_format *format)
{
	if (cell->type == CELL_NUMBER ||
	    (cell->type == CELL_DATE && cell->format != NULL))
		worksheet_write_number(r->data, row, (lxw_col_t)cell->column,
		    cell->number, format ? format : number_look(r,
		    cell->format));
	else if (cell->type == CELL_BOOL)
		worksheet_write_boolean(r->data, row, (lxw_col_t)cell->column,
		    cell->text.n > 0 && cell->text.p[0] == 'T', format);
	else
		write_text(r, row, cell->column, cell->text, format);
}

static void
write_row(struct report *r, const struct sheet_row *row, uint64_t seen)
{
	struct span text[REPORT_COLUMNS];
	lxw_row_t at = row->number - 1;
	bool header = row->number == r->conf->header;

	(void)seen;
	for (size_t i = 0; i < row->n; i++)
		write_cell(r, at, &row->cell[i], header ? r->bold : NULL);
	if (row->hidden) {
		lxw_row_col_options hide = {.hidden = LXW_TRUE};

		worksheet_set_row_opt(r->data, at, LXW_DEF_ROW_HEIGHT, NULL,
		    &hide);
	}
	for (uint32_t i = 0; header && i < REPORT_COLUMNS; i++)
		worksheet_write_string(r->data, at, (lxw_col_t)(r->columns + i),
		    results_title((enum report_column)i), r->bold);
	if (header || !results_row(r->results, row->number, text))
		return;
	for (uint32_t i = 0; i < REPORT_COLUMNS; i++)
		write_text(r, at, r->columns + i, text[i], NULL);
}

/* The sheet around its cells */

static void
colour(struct report *r, lxw_col_t column)
{
	lxw_row_t first = r->conf->header, last = r->last > 0 ? r->last - 1 : 0;

	for (size_t i = 0; i < report_n_looks && first <= last; i++) {
		lxw_conditional_format rule = {
			.type = LXW_CONDITIONAL_TYPE_CELL,
			.criteria = LXW_CONDITIONAL_CRITERIA_EQUAL_TO,
			.format = workbook_add_format(r->book),
		};
		char word[32];

		snprintf(word, sizeof(word), "\"%s\"", report_looks[i].word);
		rule.value_string = word;
		format_set_font_color(rule.format, report_looks[i].ink);
		format_set_bg_color(rule.format, report_looks[i].paper);
		worksheet_conditional_format_range(r->data, first, column, last,
		    column, &rule);
	}
}

static void
dress(struct report *r)
{
	lxw_col_t first = (lxw_col_t)r->columns;
	lxw_col_t last = (lxw_col_t)(r->columns + REPORT_COLUMNS - 1);

	for (uint32_t i = 0; i < r->columns; i++)
		worksheet_set_column(r->data, (lxw_col_t)i, (lxw_col_t)i,
		    r->width[i], NULL);
	for (lxw_col_t i = 0; i < REPORT_COLUMNS; i++)
		worksheet_set_column(r->data, (lxw_col_t)(first + i),
		    (lxw_col_t)(first + i), widths[i], NULL);
	worksheet_set_landscape(r->data);
	worksheet_fit_to_pages(r->data, 1, 0);
	worksheet_set_paper(r->data, PAPER_A4);
	colour(r, (lxw_col_t)(first + REPORT_STATUS));
	colour(r, (lxw_col_t)(first + REPORT_STATE));
	if (r->conf->header > 0) {
		worksheet_freeze_panes(r->data, r->conf->header, 0);
		worksheet_repeat_rows(r->data, r->conf->header - 1,
		    r->conf->header - 1);
		if (r->last > r->conf->header)
			worksheet_autofilter(r->data, r->conf->header - 1, 0,
			    r->last - 1, last);
	}
}

/* A name that Excel takes for a sheet beside "Summary". */
static const char *
name_sheet(struct report *r, const struct sheet *sheet)
{
	const char *name = sheet_name(sheet);

	if (name == NULL || workbook_validate_sheet_name(r->book, name) !=
	    LXW_NO_ERROR)
		name = "Rows";
	return name;
}

/*
 * Where the workbook is written until it is whole: beside its place, so that a
 * report that fails leaves what was there before. What is no file is written to as
 * it is.
 */
static bool
open_part(struct report *r, struct buf *error)
{
	struct stat st;
	mode_t mask;
	char *place = realpath(r->conf->out, NULL);
	int fd = -1;

	buf_addf(&r->place, "%s%c", place ? place : r->conf->out, 0);
	free(place);
	buf_addf(&r->part, "%s", (const char *)r->place.p);
	r->in_place = stat(r->conf->out, &st) == 0 && !S_ISREG(st.st_mode);
	if (!r->in_place) {
		buf_add_str(&r->part, ".XXXXXX");
		buf_cstr(&r->part);
		fd = mkstemp((char *)r->part.p);
	}
	if (!r->in_place && fd < 0) {
		buf_addf(error, "%s: %s", r->conf->out, strerror(errno));
		buf_clear(&r->part);
		return false;
	}
	buf_cstr(&r->part);
	if (fd >= 0) {
		mask = umask(0);
		umask(mask);
		fchmod(fd, 0666 & ~mask);
		close(fd);
	}
	return true;
}

/* Gives a workbook that is whole its place. */
static bool
place(struct report *r, struct buf *error)
{
	if (r->in_place || rename((char *)r->part.p, (char *)r->place.p) == 0)
		return true;
	buf_addf(error, "%s: %s", r->conf->out, strerror(errno));
	return false;
}

static bool
open_book(struct report *r, struct buf *error)
{
	lxw_workbook_options options = {.constant_memory = LXW_TRUE};
	static char standard[] = "/tmp";
	char *folder = getenv("TMPDIR");
	struct sheet *sheet = sheet_open(&r->conf->sheet, r->conf->path, error);

	if (sheet == NULL)
		return false;
	options.tmpdir = folder && *folder ? folder : standard;
	if (open_part(r, error))
		r->book = workbook_new_opt((char *)r->part.p, &options);
	if (r->book != NULL) {
		r->summary = workbook_add_worksheet(r->book, "Summary");
		r->data = workbook_add_worksheet(r->book, name_sheet(r, sheet));
		r->bold = workbook_add_format(r->book);
	}
	sheet_close(sheet);
	if (r->bold == NULL)
		return false;
	format_set_bold(r->bold);
	format_set_bg_color(r->bold, 0xeceff1);
	format_set_bottom(r->bold, LXW_BORDER_THIN);
	return true;
}

static bool
is_room(const struct report *r, struct buf *error)
{
	if (r->last <= SHEET_ROWS_MAX &&
	    r->columns + REPORT_COLUMNS <= SHEET_COLUMNS_MAX)
		return true;
	buf_addf(error, "%s: more rows or columns than a workbook holds",
	    r->conf->path);
	return false;
}

/* The exit status of it. */
static int
write_book(struct report *r, struct results_summary *summary,
    struct buf *error)
{
	const struct report_conf *conf = r->conf;
	int status = walk(r, measure, 0, error);
	lxw_error e;

	if (status != EX_OK)
		return status;
	if (!is_room(r, error))
		return EX_DATAERR;
	if (!open_book(r, error))
		return EX_CANTCREAT;
	dress(r);
	status = walk(r, write_row, 0.5, error);
	if (status == EX_OK) {
		results_summarise(r->results, summary);
		summary->cut = r->cut;
		report_summary(r->book, r->summary, conf->sheet.name ?
		    conf->sheet.name : conf->path, r->rows, summary);
	}
	e = workbook_close(r->book);
	if (status == EX_OK && e != LXW_NO_ERROR) {
		buf_addf(error, "%s: %s", conf->out, lxw_strerror(e));
		status = EX_CANTCREAT;
	}
	if (status == EX_OK && !place(r, error))
		status = EX_CANTCREAT;
	return status;
}

int
report_write(const struct report_conf *conf, struct results *results,
    struct results_summary *summary, struct buf *error)
{
	struct report r = {.conf = conf, .results = results};
	int status = write_book(&r, summary, error);

	if (status != EX_OK && r.part.len > 0 && !r.in_place)
		unlink((char *)r.part.p);
	for (size_t i = 0; i < r.n_looks; i++)
		free(r.look[i].code);
	free(r.width);
	buf_free(&r.text);
	buf_free(&r.part);
	buf_free(&r.place);
	return status;
}
