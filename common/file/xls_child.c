/* SPDX-License-Identifier: ISC */
/* Within the child: freexl for the cells, biff for what it leaves out. */
#include "file/xls_child.h"

#include <errno.h>
#include <fcntl.h>
#include <freexl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "file/biff.h"
#include "file/compound.h"
#include "sys/confine.h"

enum {
	FILE_MOST = 512 << 20,
	MEMORY_MOST = 2000 << 20,
	SECONDS_MOST = 120,
	SHEETS_MOST = 4096,
	WRITE_AT = 64 << 10,
};

/* How a style shows its numbers. */
struct look {
	struct number_format *format;
	bool sent;                /* the reader has its code */
};

struct xls {
	int fd;
	struct buf out;
	struct buf file, stream;
	const void *handle;
	uint16_t sheet;           /* freexl's number of it */
	const char *name;
	bool date1904;
	struct biff biff;
	struct biff_formats formats;
	struct look *look;        /* of each style */
	size_t next_extra;
	struct buf cells;
	uint32_t n_cells;
};

/* The pipe */

static void
flush(struct xls *x)
{
	ssize_t n;

	for (size_t at = 0; at < x->out.len; at += (size_t)n) {
		n = write(x->fd, x->out.p + at, x->out.len - at);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			_exit(1);
	}
	buf_clear(&x->out);
}

static void
put(struct buf *b, const void *p, size_t n)
{
	buf_add(b, p, n);
}

static void
put_u32(struct buf *b, uint32_t v)
{
	put(b, &v, sizeof(v));
}

static void
put_text(struct buf *b, const char *s)
{
	size_t n = strlen(s);

	put_u32(b, (uint32_t)n);
	put(b, s, n);
}

static void
finish(struct xls *x, const char *sentence)
{
	buf_add_byte(&x->out, sentence ? 'E' : 'Z');
	if (sentence != NULL)
		put_text(&x->out, sentence);
	flush(x);
	_exit(0);
}

/* Opening */

static void
read_file(struct xls *x, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	while (fd >= 0 && x->file.len < FILE_MOST && (n = read(fd,
	    buf_reserve(&x->file, 1 << 20), 1 << 20)) > 0)
		x->file.len += (size_t)n;
	if (n < 0)
		finish(x, strerror(errno));
	if (n > 0)
		finish(x, "larger than any .xls");
	close(fd);
}

static void
open_workbook(struct xls *x, const char *path)
{
	struct span file = buf_span(&x->file);
	unsigned info = 0;

	if (compound_has(file, "EncryptedPackage"))
		finish(x, "protected by a password; save it without");
	if (!compound_stream(file, "Workbook", &x->stream) &&
	    !compound_stream(file, "Book", &x->stream))
		finish(x, "no workbook is in it, or it is damaged");
	if (freexl_open(path, &x->handle) != FREEXL_OK)
		finish(x, "damaged, or no .xls that can be read; open it in "
		    "Excel and save it as .xlsx");
	freexl_get_info(x->handle, FREEXL_BIFF_PASSWORD, &info);
	if (info == FREEXL_BIFF_OBFUSCATED)
		finish(x, "protected by a password; save it without");
	freexl_get_info(x->handle, FREEXL_BIFF_DATEMODE, &info);
	x->date1904 = info == FREEXL_BIFF_DATEMODE_1904;
}

static const char *
sheet_named(const struct xls *x, unsigned i)
{
	const char *name = NULL;

	freexl_get_worksheet_name(x->handle, (unsigned short)i, &name);
	return name ? name : "";
}

static void
no_sheet(struct xls *x, const char *wanted, unsigned n)
{
	struct buf s = {0};

	if (wanted == NULL) {
		buf_add_str(&s, "all its sheets are hidden; name one with "
		    "--sheet");
	} else {
		buf_addf(&s, "no sheet \"%s\"; there are", wanted);
		for (unsigned i = 0; i < n && i < 20; i++)
			buf_addf(&s, "%s \"%s\"", i > 0 ? "," : "",
			    sheet_named(x, i));
	}
	finish(x, buf_cstr(&s));
}

/* By name or number; the first that is visible when none is asked for. */
static void
choose_sheet(struct xls *x, const char *wanted)
{
	struct biff_sheet *all = mem_array(SHEETS_MOST, sizeof(*all));
	size_t n_all = biff_sheets(buf_span(&x->stream), all, SHEETS_MOST), n;
	unsigned count = 0, i;
	uint32_t offset = 0;
	char *end;

	freexl_get_info(x->handle, FREEXL_BIFF_SHEET_COUNT, &count);
	/* freexl counts all sheets, or those that are no charts */
	for (n = 0, i = 0; n_all != count && i < n_all; i++)
		if (all[i].worksheet)
			all[n++] = all[i];
	for (i = 0; i < count; i++)
		if (wanted == NULL ? i >= n_all || !all[i].hidden :
		    strcasecmp(sheet_named(x, i), wanted) == 0)
			break;
	if (i == count && wanted != NULL && *wanted >= '1' && *wanted <= '9') {
		i = (unsigned)strtoul(wanted, &end, 10) - 1;
		i = *end == '\0' && i < count ? i : count;
	}
	if (i == count)
		no_sheet(x, wanted, count);
	if (i < n_all)
		offset = all[i].offset;
	free(all);
	x->sheet = (uint16_t)i;
	x->name = sheet_named(x, i);
	biff_formats_read(&x->formats, buf_span(&x->stream));
	x->look = mem_array(x->formats.n_styles, sizeof(*x->look));
	if (!biff_read(&x->biff, &x->formats, buf_span(&x->stream), offset))
		finish(x, "its sheet is damaged");
	if (freexl_select_active_worksheet(x->handle, x->sheet) != FREEXL_OK)
		finish(x, "its sheet cannot be read");
}

/* Cells */

/* style: of a number, plus 1; 0 for General. */
static void
put_any(struct xls *x, uint32_t column, enum cell_type type, bool formula,
    uint32_t style, double number, const char *text)
{
	put_u32(&x->cells, column);
	buf_add_byte(&x->cells, (uint8_t)type);
	buf_add_byte(&x->cells, formula);
	put_u32(&x->cells, style);
	put(&x->cells, &number, sizeof(number));
	put_text(&x->cells, text);
	x->n_cells++;
}

static void
put_cell(struct xls *x, uint32_t column, enum cell_type type, const char *text)
{
	put_any(x, column, type, false, 0, 0, text);
}

static void
put_number(struct xls *x, uint32_t column, double number)
{
	struct buf text = {0};

	if (!(number - number == 0)) {
		put_cell(x, column, CELL_ERROR, "#NUM!");
		return;
	}
	number_format_print(&text, NULL, number, x->date1904);
	put_any(x, column, CELL_NUMBER, false, 0, number, buf_cstr(&text));
	buf_free(&text);
}

/* The reader gets the code of a style before its first cell. */
static void
send_look(struct xls *x, uint16_t style, const char *code)
{
	struct look *look = &x->look[style];

	if (look->sent)
		return;
	look->format = number_format_new(span_str(code));
	look->sent = true;
	buf_add_byte(&x->out, 'F');
	put_u32(&x->out, style + 1u);
	buf_add_byte(&x->out, number_format_zeros(look->format) > 0);
	put_text(&x->out, code);
}

static void
put_styled(struct xls *x, const struct biff_cell *c)
{
	const char *code = biff_format(&x->formats, c->style);
	const struct number_format *format = NULL;
	struct buf text = {0};

	if (code != NULL) {
		send_look(x, c->style, code);
		format = x->look[c->style].format;
	}
	number_format_print(&text, format, c->number, x->date1904);
	put_any(x, c->column, format && number_format_is_date(format) ?
	    CELL_DATE : CELL_NUMBER, c->formula, code ? c->style + 1u : 0,
	    c->number, buf_cstr(&text));
	buf_free(&text);
}

static void
put_value(struct xls *x, uint32_t column, const FreeXL_CellValue *v)
{
	switch (v->type) {
	case FREEXL_CELL_INT:
		put_number(x, column, v->value.int_value);
		break;
	case FREEXL_CELL_DOUBLE:
		put_number(x, column, v->value.double_value);
		break;
	case FREEXL_CELL_TEXT:
	case FREEXL_CELL_SST_TEXT:
		if (v->value.text_value != NULL && *v->value.text_value)
			put_cell(x, column, CELL_TEXT, v->value.text_value);
		break;
	case FREEXL_CELL_DATE:
	case FREEXL_CELL_DATETIME:
	case FREEXL_CELL_TIME:
		if (v->value.text_value != NULL)
			put_cell(x, column, CELL_DATE, v->value.text_value);
		break;
	default: break;
	}
}

static void
put_formula_text(struct xls *x, const struct biff_cell *c)
{
	struct buf text = {0};

	if (!biff_text(&text, c))
		put_any(x, c->column, CELL_FORMULA, true, 0, 0, "");
	else if (text.len > 0)
		put_any(x, c->column, CELL_TEXT, true, 0, 0, buf_cstr(&text));
	buf_free(&text);
}

static void
put_extra(struct xls *x, const struct biff_cell *c)
{
	switch (c->kind) {
	case BIFF_FORMULA:
		put_any(x, c->column, CELL_FORMULA, true, 0, 0, "");
		break;
	case BIFF_NUMBER:
		put_styled(x, c);
		break;
	case BIFF_TEXT:
		put_formula_text(x, c);
		break;
	case BIFF_BOOL:
		put_any(x, c->column, CELL_BOOL, c->formula, 0, 0,
		    c->value ? "TRUE" : "FALSE");
		break;
	default:
		put_any(x, c->column, CELL_ERROR, c->formula, 0, 0,
		    biff_error_name(c->value));
		break;
	}
}

static void
put_row(struct xls *x, uint32_t row, unsigned columns, unsigned rows)
{
	const struct biff_cell *extra;
	FreeXL_CellValue value;

	buf_clear(&x->cells);
	x->n_cells = 0;
	for (unsigned c = 0; c < 256; c++) {
		extra = x->next_extra < x->biff.n ?
		    &x->biff.cell[x->next_extra] : NULL;
		if (extra != NULL && extra->row == row && extra->column <= c) {
			put_extra(x, extra);
			x->next_extra++;
		} else if (c < columns && freexl_get_cell_value(x->handle, row,
		    (unsigned short)c, &value) == FREEXL_OK) {
			put_value(x, c, &value);
		}
	}
	while (x->next_extra < x->biff.n &&
	    x->biff.cell[x->next_extra].row == row)
		x->next_extra++;
	if (x->n_cells == 0)
		return;
	buf_add_byte(&x->out, 'R');
	put_u32(&x->out, row + 1);
	buf_add_byte(&x->out, x->biff.hidden_row[row / 8] >> row % 8 & 1);
	buf_add_byte(&x->out, (uint8_t)((uint64_t)row * 255 / rows));
	put_u32(&x->out, x->n_cells);
	put(&x->out, x->cells.p, x->cells.len);
	if (x->out.len >= WRITE_AT)
		flush(x);
}

static void
put_rows(struct xls *x)
{
	unsigned rows = 0, all;
	unsigned short columns = 0;

	freexl_worksheet_dimensions(x->handle, &rows, &columns);
	all = rows;
	if (x->biff.n > 0 && x->biff.cell[x->biff.n - 1].row >= all)
		all = x->biff.cell[x->biff.n - 1].row + 1;
	if (all > 65536)
		all = 65536;
	for (uint32_t row = 0; row < all; row++)
		put_row(x, row, row < rows ? columns : 0, all);
}

void
xls_child(int fd, const char *path, const struct sheet_conf *conf)
{
	static struct xls x;
	const char *const readable[] = {path, "/usr/lib", "/usr/share/i18n",
	    "/etc/ld.so.cache", "/lib"};

	x.fd = fd;
	if (!confine(readable, sizeof(readable) / sizeof(readable[0]),
	    MEMORY_MOST, SECONDS_MOST))
		finish(&x, "the process that reads .xls cannot be confined "
		    "here; save it as .xlsx");
	read_file(&x, path);
	open_workbook(&x, path);
	choose_sheet(&x, conf->sheet);
	buf_add_byte(&x.out, 'S');
	buf_add_byte(&x.out, x.date1904);
	put(&x.out, x.biff.hidden_column, sizeof(x.biff.hidden_column));
	put_text(&x.out, x.name);
	put_rows(&x);
	finish(&x, NULL);
	abort();
}
