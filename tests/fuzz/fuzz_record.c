/* SPDX-License-Identifier: ISC */
/* Any octets as a TSV row: what reads well is written, in TSV and JSON, as
 * one line without control octets, and reads back as the same row. */
#include <stdlib.h>

#include "rec/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static bool
same(const struct value *a, const struct value *b)
{
	return a->s.n == b->s.n && span_eq(a->s, b->s);
}

static void
reread(struct buf *line, const struct value *row)
{
	struct record_reader r;
	struct value again[ROW_COLUMNS];
	struct span bad, text = buf_span(line);

	must(text.n > 0 && text.p[text.n - 1] == '\n');
	text.n--;
	for (size_t i = 0; i < text.n; i++)
		must(text.p[i] >= 0x20 || text.p[i] == '\t');
	must(record_reader_init(&r, &schema_row, "to,text,from,ref", true, &bad));
	/* a BOM is taken off the first line alone */
	must(record_read(&r, span_str("8210"), again) == RECORD_ROW);
	must(record_read(&r, text, again) == RECORD_ROW);
	for (size_t i = 0; i < ROW_COLUMNS; i++)
		must(same(&row[i], &again[i]));
	record_reader_free(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct record_reader r;
	struct record_format format;
	struct value row[ROW_COLUMNS];
	struct buf line = {0};
	struct span bad;

	if (n > 0 && memchr(p, '\n', n) != NULL)
		return 0;
	must(record_reader_init(&r, &schema_row, "to,text,from,ref", true, &bad));
	if (record_read(&r, span_of(p, n), row) == RECORD_ROW) {
		must(record_format_init(&format, &schema_row, false,
		    "to,text,from,ref", &bad));
		record_write(&line, &format, row);
		reread(&line, row);
		buf_clear(&line);
		format.json = true;
		record_write(&line, &format, row);
		must(line.len > 2 && line.p[0] == '{');
		for (size_t i = 0; i + 1 < line.len; i++)
			must(line.p[i] >= 0x20);
	}
	record_reader_free(&r);
	buf_free(&line);
	return 0;
}
