/* SPDX-License-Identifier: ISC */
/* The workbook that --new writes: what a sheet of messages looks like. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "app/report_private.h"
#include "text/utf8.h"

enum {
	ROWS = 1000,           /* that have the rules of a phone number */
	TEXT_FORMAT = 49,      /* numFmtId of "@" */
};

static const struct {
	const char *name;
	double width;
	const char *note;
} columns[] = {
	{"Phone", 20, "The number as it is dialled: +82 10-5555-1234 or "
	    "010-5555-1234. The cells are formatted as text, so that no "
	    "leading 0 is lost."},
	{"Name", 18, "Any column can stand in a text: --template 'Dear {Name}, "
	    "...'"},
	{"Message", 60, "The text of this row, unless a template makes it."},
	{"From", 16, "The sender of this row; empty: the sender that "
	    "smpp-send -f names."},
};

/* %s: the workbook. */
static const char *const lines[] = {
	"One row of the sheet Messages is one message.",
	"",
	"1. Fill in Phone and Message; paste numbers as text (Paste special, "
	    "Values).",
	"2. See what would be sent:",
	"       smpp-bulk-xlsx %s -n",
	"3. Send it, and wait for the receipts:",
	"       smpp-bulk-xlsx %s --country 82 |",
	"              smpp-send --batch --wait --header --columns all > "
	    "results.tsv",
	"4. Look at what became of it:",
	"       smpp-bulk-xlsx %s --report report.xlsx < results.tsv",
};

/* The lines with the name as a shell takes it, unless it has a quote itself. */
static void
write_lines(lxw_worksheet *sheet, const char *out)
{
	const char *slash = strrchr(out, '/'), *name = slash ? slash + 1 : out;
	const char *mark, *quote = strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") < strlen(name) ?
	    "'" : "";
	struct buf line = {0};

	if (utf8_check(span_str(name)) < strlen(name))
		name = "messages.xlsx";
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		buf_clear(&line);
		mark = strstr(lines[i], "%s");
		buf_add(&line, lines[i], mark ? (size_t)(mark - lines[i]) :
		    strlen(lines[i]));
		if (mark != NULL)
			buf_addf(&line, "%s%s%s%s", quote, name, quote,
			    mark + 2);
		worksheet_write_string(sheet, (lxw_row_t)i, 0, buf_cstr(&line),
		    NULL);
	}
	buf_free(&line);
}

static void
check_phones(lxw_worksheet *sheet)
{
	static char title[] = "Phone number";
	static char message[] = "That is no phone number by its length.";
	lxw_data_validation rule = {
		.validate = LXW_VALIDATION_TYPE_LENGTH,
		.criteria = LXW_VALIDATION_CRITERIA_BETWEEN,
		.minimum_number = 3,
		.maximum_number = 24,
		.error_type = LXW_VALIDATION_ERROR_TYPE_WARNING,
		.error_title = title,
		.error_message = message,
	};

	worksheet_data_validation_range(sheet, 1, 0, ROWS, 0, &rule);
}

bool
report_starter(const char *out, struct buf *error)
{
	lxw_workbook *book = workbook_new(out);
	lxw_worksheet *sheet, *help;
	lxw_format *head, *text, *wrap;
	lxw_error e;

	if (book == NULL) {
		buf_addf(error, "%s: %s", out, strerror(errno));
		return false;
	}
	sheet = workbook_add_worksheet(book, "Messages");
	help = workbook_add_worksheet(book, "How to");
	head = workbook_add_format(book);
	format_set_bold(head);
	format_set_bg_color(head, 0xeceff1);
	format_set_bottom(head, LXW_BORDER_THIN);
	text = workbook_add_format(book);
	format_set_num_format_index(text, TEXT_FORMAT);
	wrap = workbook_add_format(book);
	format_set_text_wrap(wrap);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		lxw_col_t c = (lxw_col_t)i;

		worksheet_set_column(sheet, c, c, columns[i].width,
		    i == 2 ? wrap : i == 1 ? NULL : text);
		worksheet_write_string(sheet, 0, c, columns[i].name, head);
		worksheet_write_comment(sheet, 0, c, columns[i].note);
	}
	check_phones(sheet);
	worksheet_freeze_panes(sheet, 1, 0);
	worksheet_set_column(help, 0, 0, 90, NULL);
	write_lines(help, out);
	e = workbook_close(book);
	if (e == LXW_NO_ERROR)
		return true;
	buf_addf(error, "%s: %s", out, lxw_strerror(e));
	unlink(out);
	return false;
}
