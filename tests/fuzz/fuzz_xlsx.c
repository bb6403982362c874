/* SPDX-License-Identifier: ISC */
/*
 * Any octets as a part of a workbook, the first saying which: it is read whole or
 * refused in words. A sheet and its strings come out the same when the spelling
 * of their tags sends every row by way of expat.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "file/sheet.h"

#include "../file/workbook.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static char path[] = "/tmp/smpptools.XXXXXX";

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
remove_path(void)
{
	unlink(path);
}

/* All rows, then how it ended. */
static void
read_all(struct buf *out, const struct workbook_part *part, size_t strings_most)
{
	struct sheet_conf conf = {.strings_most = strings_most};
	struct buf error = {0};
	struct sheet *sheet;
	struct sheet_row row;
	enum sheet_result got = SHEET_BAD;

	must(workbook_write(path, part, WORKBOOK_PARTS, true));
	sheet = sheet_open(&conf, path, &error);
	while (sheet != NULL && (got = sheet_next(sheet, &row)) == SHEET_ROW) {
		must(row.number > 0 && row.number <= SHEET_ROWS_MAX);
		buf_addf(out, "%u %d:", row.number, row.hidden);
		for (size_t i = 0; i < row.n; i++) {
			must(i == 0 || row.cell[i].column >
			    row.cell[i - 1].column);
			cell_name(out, row.cell[i].column, 0);
			buf_addf(out, " %d %d %d %.17g ", row.cell[i].type,
			    row.cell[i].formula, row.cell[i].padded,
			    row.cell[i].number);
			buf_add_span(out, row.cell[i].text);
			buf_add_byte(out, '|');
		}
		buf_add_byte(out, '\n');
	}
	if (sheet != NULL && got == SHEET_BAD)
		buf_add_str(&error, sheet_error(sheet));
	must((got == SHEET_BAD) == (error.len > 0));
	buf_add_str(out, got == SHEET_END ? "END" : "BAD");
	sheet_close(sheet);
	buf_free(&error);
}

/* The same XML, of which nothing is plain. */
static void
spell_otherwise(struct buf *out, struct span in, const char *tag)
{
	size_t n = strlen(tag), i = 0;

	while (i < in.n) {
		buf_add_byte(out, in.p[i++]);
		if (i < n || memcmp(in.p + i - n, tag, n) != 0)
			continue;
		if (i < in.n && memchr(" >/", in.p[i], 3) != NULL)
			buf_add_byte(out, '\n');
	}
}

static bool
has_cdata(struct span in)
{
	return in.n > 0 && memmem(in.p, in.n, "<![CDATA[", 9) != NULL;
}

/* What is damaged may be found out a few rows earlier or later: strings are read
 * by a thread. */
static bool
same(const struct buf *a, const struct buf *b)
{
	size_t n = a->len < b->len ? a->len : b->len;

	if (memcmp(a->p + a->len - 3, b->p + b->len - 3, 3) != 0)
		return false;
	if (memcmp(a->p + a->len - 3, "BAD", 3) == 0)
		return memcmp(a->p, b->p, n - 3) == 0;
	return span_eq(buf_span(a), buf_span(b));
}

static void
compare(struct workbook_part *part)
{
	struct buf plain = {0}, other = {0}, sheet = {0}, strings = {0};

	read_all(&plain, part, SHEET_STRINGS_MOST);
	if (!has_cdata(part[PART_SHEET].text) &&
	    !has_cdata(part[PART_STRINGS].text)) {
		spell_otherwise(&sheet, part[PART_SHEET].text, "<row");
		spell_otherwise(&strings, part[PART_STRINGS].text, "<si");
		part[PART_SHEET].text = buf_span(&sheet);
		part[PART_STRINGS].text = buf_span(&strings);
		read_all(&other, part, 16);
		if (!same(&plain, &other)) {
			fprintf(stderr, "plain:\n%s\nby expat:\n%s\n",
			    buf_cstr(&plain), buf_cstr(&other));
			abort();
		}
	}
	buf_free(&plain);
	buf_free(&other);
	buf_free(&sheet);
	buf_free(&strings);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct {
		char letter;
		uint8_t part;
	} parts[] = {
		{'b', PART_BOOK}, {'r', PART_RELS}, {'f', PART_STYLES},
		{'t', PART_STRINGS}, {'s', PART_SHEET}, {'R', PART_ROOT},
	};
	static const char strings[] = "<sst><si><t>zero</t></si><si><t>one &amp; "
	    "other</t></si><si/><si><r><t>th</t></r><r><t>ree</t></r></si></sst>";
	static const char rows[] = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" "
	    "t=\"s\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c>"
	    "<c r=\"B2\" s=\"1\"><v>1055551234</v></c></row></sheetData></worksheet>";
	static bool made;
	struct workbook_part part[WORKBOOK_PARTS];
	size_t which = 0;

	if (!made) {
		int fd = mkstemp(path);

		must(fd >= 0);
		close(fd);
		atexit(remove_path);
		made = true;
	}
	if (n == 0)
		return 0;
	while (which < 5 && parts[which].letter != (char)p[0])
		which++;
	workbook_standard(part);
	part[PART_STRINGS].text = span_str(strings);
	part[PART_SHEET].text = span_str(rows);
	part[parts[which].part].text = span_of(p + 1, n - 1);
	compare(part);
	return 0;
}
