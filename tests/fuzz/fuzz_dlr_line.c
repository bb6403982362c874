/* SPDX-License-Identifier: ISC */
/*
 * Any octets as lines that smpp-dlr-parse reads, the first of them being
 * options: each is a receipt, none, or a header; fields lie within the line or
 * what was unescaped of it; rows are one line without control octets, and the
 * raw column reads back as the line.
 */
#include <stdlib.h>

#include "app/dlr_row.h"
#include "app/dlr_summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static bool
within(struct span inner, struct span outer)
{
	return outer.p != NULL && inner.p >= outer.p &&
	    inner.p + inner.n <= outer.p + outer.n;
}

static void
check_text(struct span text)
{
	must(text.n > 0 && text.p[text.n - 1] == '\n');
	for (size_t i = 0; i + 1 < text.n; i++)
		must((text.p[i] >= 0x20 && text.p[i] != 0x7f) ||
		    text.p[i] == '\t');
}

static void
print(struct dlr_row_conf *conf, const struct dlr_line *line, struct span raw)
{
	static struct dlr_row r;
	struct value again[PARSED_COLUMNS];
	struct record_reader reader;
	struct buf b = {0};
	struct span bad;

	conf->format.json = true;
	dlr_row_print(&r, conf, line, raw, 1, &b);
	check_text(buf_span(&b));
	buf_clear(&b);
	conf->format.json = false;
	dlr_row_print(&r, conf, line, raw, 1, &b);
	check_text(buf_span(&b));
	must(record_reader_init(&reader, &schema_dlr,
	    "id,sub,dlvrd,submit_date,done_date,stat,err,text,class,final,"
	    "seconds,line,raw", true, &bad));
	/* a BOM is taken off the first line alone */
	must(record_read(&reader, span_str("8210"), again) == RECORD_ROW);
	must(record_read(&reader, span_of(b.p, b.len - 1), again) ==
	    RECORD_ROW);
	must(span_eq(again[PARSED_raw].s, raw));
	must(span_eq(again[PARSED_text].s, line->dlr.f[DLR_text]));
	record_reader_free(&reader);
	buf_free(&b);
}

static void
read_line(struct dlr_row_conf *conf, struct dlr_line *line,
    struct dlr_summary *summary, struct span text, const struct dlr *usual)
{
	int64_t seconds;

	if (dlr_line_read(line, text) != DLR_LINE_RECEIPT) {
		must(usual == NULL);
		return;
	}
	for (int i = 0; i < DLR_FIELDS && usual != NULL; i++)
		must(span_eq(line->dlr.f[i], usual->f[i]));
	for (int i = 0; i < DLR_FIELDS; i++) {
		struct span f = line->dlr.f[i];

		must(f.p == NULL || within(f, text) ||
		    within(f, buf_span(&line->text)));
	}
	print(conf, line, text);
	dlr_summary_add(summary, &line->dlr,
	    dlr_seconds(conf, &line->dlr, &seconds) ? &seconds : NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dlr_row_conf conf = {0};
	struct dlr_line line;
	struct dlr_summary *summary;
	struct span bad, text = span_of(p, n);
	struct buf table = {0};
	uint8_t flags = n > 0 ? p[0] : 0;

	conf.id_as = (enum dlr_id_as)((flags & 3) % 3);
	conf.zoned = (flags & 4) != 0;
	must(zone_parse(&conf.zone, "+05:30"));
	must(record_format_init(&conf.format, &schema_dlr, false, "all", &bad));
	must(dlr_line_init(&line, flags & 8 ? "kind,id,text" : NULL,
	    (flags & 16) != 0, &bad));
	summary = dlr_summary_new();
	for (text = span_skip(text, 1); text.n > 0;) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t length = end != NULL ? (size_t)(end - text.p) : text.n;
		/* exactly as long as it is, so that an octet more is seen */
		uint8_t *copy = malloc(length + 1);
		size_t found = dlr_line_usual(&line, text, SIZE_MAX);
		struct dlr usual = line.dlr;

		must(copy != NULL);
		copy[0] = ' ';
		memcpy(copy + 1, text.p, length);
		must(found == 0 || found == length);
		read_line(&conf, &line, summary, span_of(copy + 1, length),
		    found > 0 ? &usual : NULL);
		free(copy);
		text = span_skip(text, length + 1);
	}
	dlr_summary_table(summary, &table, 0);
	buf_free(&table);
	dlr_summary_free(summary);
	dlr_line_free(&line);
	return 0;
}
