/* SPDX-License-Identifier: ISC */
#ifndef APP_REPORT_PRIVATE_H
#define APP_REPORT_PRIVATE_H

#include <xlsxwriter.h>

#include "app/report.h"

/* How words for what became of a message look; NULL for a word without a look. */
struct report_look {
	const char *word;
	lxw_color_t ink, paper;  /* of its cells */
	lxw_color_t slice;       /* of the pie */
};
extern const struct report_look report_looks[];
extern const size_t report_n_looks;

enum { PAPER_A4 = 9 };

/* Fills the summary sheet (report_summary.c). sheet_rows: rows of the sheet
 * below its header. */
void report_summary(lxw_workbook *, lxw_worksheet *, const char *title,
    uint64_t sheet_rows, const struct results_summary *);

#endif
