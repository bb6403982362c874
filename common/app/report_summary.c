/* SPDX-License-Identifier: ISC */
/*
 * The summary of a campaign: tables on the left, the charts that draw them on the
 * right. Charts are native ones, so that whoever gets the file can change them.
 */
#include <stdio.h>
#include <string.h>

#include "app/report_private.h"
#include "smpp/smpptime.h"

enum {
	ERRORS_SHOWN = 15,
	CHART_COLUMN = 4,       /* E */
	CHART_ROWS = 16,        /* that one takes */
};

struct page {
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *title, *head, *right, *count, *share;
	lxw_row_t row;          /* where the next table begins */
	lxw_row_t chart_row;
	const struct results_summary *s;
};

static void
make_formats(struct page *p)
{
	p->title = workbook_add_format(p->book);
	format_set_bold(p->title);
	format_set_font_size(p->title, 16);
	p->head = workbook_add_format(p->book);
	format_set_bold(p->head);
	format_set_bg_color(p->head, 0xeceff1);
	format_set_bottom(p->head, LXW_BORDER_THIN);
	p->right = workbook_add_format(p->book);
	format_set_bold(p->right);
	format_set_bg_color(p->right, 0xeceff1);
	format_set_bottom(p->right, LXW_BORDER_THIN);
	format_set_align(p->right, LXW_ALIGN_RIGHT);
	p->count = workbook_add_format(p->book);
	format_set_num_format(p->count, "#,##0");
	p->share = workbook_add_format(p->book);
	format_set_num_format(p->share, "0.0%");
}

/* Tables */

static void
write_line(struct page *p, const char *name, uint64_t n, uint64_t all)
{
	worksheet_write_string(p->sheet, p->row, 0, name, NULL);
	worksheet_write_number(p->sheet, p->row, 1, (double)n, p->count);
	if (all > 0)
		worksheet_write_number(p->sheet, p->row, 2,
		    (double)n / (double)all, p->share);
	p->row++;
}

static void
write_head(struct page *p, const char *what, const char *share)
{
	worksheet_write_string(p->sheet, p->row, 0, what, p->head);
	worksheet_write_string(p->sheet, p->row, 1, "Rows", p->right);
	worksheet_write_string(p->sheet, p->row, 2, share, p->right);
	p->row++;
}

/* Its rows are then *first to p->row - 2; a line is left free behind it. */
static lxw_row_t
write_words(struct page *p, const char *what, const struct results_word *word,
    size_t n, uint64_t all)
{
	lxw_row_t first;

	write_head(p, what, "Share");
	first = p->row;
	for (size_t i = 0; i < n; i++)
		write_line(p, word[i].word[0] ? word[i].word : "(empty)",
		    word[i].n, all);
	p->row++;
	return first;
}

/* Charts */

static lxw_chart *
add_chart(struct page *p, uint8_t type, const char *title, lxw_row_t first,
    lxw_row_t last)
{
	lxw_chart *chart = workbook_add_chart(p->book, type);
	lxw_chart_series *series = chart_add_series(chart, NULL, NULL);

	chart_series_set_categories(series, "Summary", first, 0, last, 0);
	chart_series_set_values(series, "Summary", first, 1, last, 1);
	chart_title_set_name(chart, title);
	if (type != LXW_CHART_PIE) {
		chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
		chart_axis_set_num_format(type == LXW_CHART_BAR ?
		    chart->x_axis : chart->y_axis, "#,##0");
	}
	worksheet_insert_chart(p->sheet, p->chart_row, CHART_COLUMN, chart);
	p->chart_row += CHART_ROWS;
	return chart;
}

/* Each slice in the colour that its word has in the sheet. */
static void
colour_slices(lxw_chart *chart, const struct results_word *word, size_t n)
{
	lxw_chart_series *series = STAILQ_FIRST(chart->series_list);
	lxw_chart_fill fill[RESULTS_WORDS] = {{0}};
	lxw_chart_point point[RESULTS_WORDS] = {{0}};
	lxw_chart_point *points[RESULTS_WORDS + 1] = {NULL};

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < report_n_looks; k++)
			if (strcmp(report_looks[k].word, word[i].word) == 0) {
				fill[i].color = report_looks[k].slice;
				point[i].fill = &fill[i];
			}
		points[i] = &point[i];
	}
	chart_series_set_points(series, points);
	chart_series_set_labels_options(series, LXW_FALSE, LXW_FALSE, LXW_FALSE);
	chart_series_set_labels_percentage(series);
}

static void
draw_outcomes(struct page *p, lxw_row_t first, bool states)
{
	const struct results_word *word = states ? p->s->outcome :
	    p->s->status;
	size_t n = states ? p->s->n_outcome : p->s->n_status;
	lxw_chart *chart;

	if (n == 0)
		return;
	chart = add_chart(p, LXW_CHART_PIE, states ? "Outcomes" : "Results",
	    first, first + (lxw_row_t)n - 1);
	colour_slices(chart, word, n);
}

/* Parts */

static void
write_outcomes(struct page *p, uint64_t sheet_rows)
{
	const struct results_summary *s = p->s;
	lxw_row_t status, state;

	write_head(p, "The sheet", "");
	write_line(p, "Rows below the header", sheet_rows, 0);
	write_line(p, "Rows with a result", s->rows, 0);
	write_line(p, "Rows without one", sheet_rows > s->rows ?
	    sheet_rows - s->rows : 0, 0);
	if (s->unknown_refs > 0)
		write_line(p, "Results of other rows", s->unknown_refs, 0);
	if (s->unknown_ids > 0)
		write_line(p, "Receipts of other messages", s->unknown_ids, 0);
	p->row++;
	status = write_words(p, "Result", s->status, s->n_status, s->rows);
	if (s->states > 0) {
		state = write_words(p, "Outcome", s->outcome, s->n_outcome,
		    s->rows);
		draw_outcomes(p, state, true);
	} else {
		draw_outcomes(p, status, false);
	}
}

static void
write_times(struct page *p)
{
	const struct results_summary *s = p->s;
	lxw_row_t first;

	if (s->n_timed == 0)
		return;
	write_head(p, "Time to delivery", "Share");
	first = p->row;
	for (size_t i = 0; i < RESULTS_BINS; i++)
		write_line(p, s->bin[i].name, s->bin[i].n, s->n_timed);
	add_chart(p, LXW_CHART_COLUMN, "Time to delivery", first, p->row - 1);
	p->row++;
}

static void
write_errors(struct page *p)
{
	const struct results_summary *s = p->s;
	size_t n = s->n_error < ERRORS_SHOWN ? s->n_error : ERRORS_SHOWN;
	lxw_row_t first;
	lxw_chart *chart;

	if (n == 0)
		return;
	first = write_words(p, "Error", s->error, n, s->rows);
	chart = add_chart(p, LXW_CHART_BAR, "Errors", first,
	    first + (lxw_row_t)n - 1);
	chart_axis_set_reverse(chart->y_axis);
}

/* "2026-11-25 02:14" */
static void
minute_name(char name[32], int64_t utc_ms)
{
	struct smpptime t = smpptime_at(utc_ms, 0);

	snprintf(name, 32, "%d-%02u-%02u %02u:%02u", t.year, t.month, t.day,
	    t.hour, t.minute);
}

static void
write_points(struct page *p)
{
	const struct results_summary *s = p->s;
	char name[32];
	lxw_row_t first;

	if (s->n_points == 0)
		return;
	write_head(p, "Sent from (UTC)", "");
	first = p->row;
	for (size_t i = 0; i < s->n_points; i++) {
		minute_name(name, s->first_ms +
		    (int64_t)i * s->step_ms);
		worksheet_write_string(p->sheet, p->row, 0, name, NULL);
		worksheet_write_number(p->sheet, p->row++, 1,
		    (double)s->point[i], p->count);
	}
	add_chart(p, LXW_CHART_COLUMN, "Sent over time", first, p->row - 1);
	p->row++;
}

void
report_summary(lxw_workbook *book, lxw_worksheet *sheet, const char *title,
    uint64_t sheet_rows, const struct results_summary *s)
{
	struct page p = {.book = book, .sheet = sheet, .s = s, .row = 2,
	    .chart_row = 2};
	const char *slash = strrchr(title, '/');

	make_formats(&p);
	worksheet_set_column(sheet, 0, 0, 30, NULL);
	worksheet_set_column(sheet, 1, 2, 11, NULL);
	worksheet_write_string(sheet, 0, 0, slash ? slash + 1 : title, p.title);
	write_outcomes(&p, sheet_rows);
	write_times(&p);
	write_errors(&p);
	write_points(&p);
	worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES);
	worksheet_fit_to_pages(sheet, 1, 1);
	worksheet_set_paper(sheet, PAPER_A4);
}
