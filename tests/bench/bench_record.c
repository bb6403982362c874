/* SPDX-License-Identifier: ISC */
/*
 * How many result rows are written, as TSV and JSON, and how many input rows
 * are read, a second on one core; with plain text, and with text in which
 * much wants an escape or is not ASCII.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "rec/record.h"

enum { ROUNDS = 5, BUNCH = 100 };

static const struct {
	const char *name, *text;
} samples[] = {
	{"20 octets", "Your code is 483920."},
	{"60 of Hangul", "인증번호는 483920 입니다. 타인에게 알려주지 마세요"},
	{"60, escapes", "a\tb\nc\\d\te\nf\\g\th\ni\\j\tk\nl\\m\tn\no\\p\tq\nr\\s"
	    "\tt\nu\\v\tw\nx\\y\tz\n0\\1\t"},
};

static struct buf lines;
static volatile size_t sink;

static void
write_rows(const struct record_format *f, const char *text, size_t n)
{
	struct value row[RESULT_COLUMNS] = {0};

	row[RESULT_status] = value_text(span_str("ok"));
	row[RESULT_message_id] = value_text(span_str("0a1b2c3d-000001"));
	row[RESULT_to] = value_text(span_str("821055551234"));
	row[RESULT_parts] = value_num(1);
	row[RESULT_error] = value_text(span_str(text));
	for (size_t i = 0; i < n; i++) {
		if (i % BUNCH == 0)
			buf_clear(&lines);
		row[RESULT_ref] = value_num(1000000 + i);
		record_write(&lines, f, row);
	}
	sink = lines.len;
}

static void
write_tsv(const char *text, size_t n)
{
	struct record_format f;
	struct span bad;

	record_format_init(&f, &schema_result, false, NULL, &bad);
	write_rows(&f, text, n);
}

static void
write_json(const char *text, size_t n)
{
	struct record_format f;
	struct span bad;

	record_format_init(&f, &schema_result, true, NULL, &bad);
	write_rows(&f, text, n);
}

static void
read_tsv(const char *text, size_t n)
{
	struct record_format f;
	struct record_reader r;
	struct value row[ROW_COLUMNS] = {0};
	struct span bad;
	size_t got = 0;

	record_format_init(&f, &schema_row, false, NULL, &bad);
	record_reader_init(&r, &schema_row, NULL, true, &bad);
	row[ROW_to] = value_text(span_str("+821055551234"));
	row[ROW_text] = value_text(span_str(text));
	buf_clear(&lines);
	record_write(&lines, &f, row);
	for (size_t i = 0; i < n; i++) {
		if (record_read(&r, span_of(lines.p, lines.len - 1), row) !=
		    RECORD_ROW)
			abort();
		got += row[ROW_text].s.n;
	}
	sink = got;
	record_reader_free(&r);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median rate, in millions a second. */
static double
rate(void (*work)(const char *, size_t), const char *text)
{
	double rates[ROUNDS];
	size_t n = 1000;
	double start, took;

	do {
		n *= 2;
		start = seconds();
		work(text, n);
		took = seconds() - start;
	} while (took < 0.1);
	for (size_t i = 0; i < ROUNDS; i++) {
		start = seconds();
		work(text, n);
		rates[i] = (double)n / (seconds() - start) / 1e6;
	}
	qsort(rates, ROUNDS, sizeof(rates[0]), compare);
	return rates[ROUNDS / 2];
}

int
main(void)
{
	printf("rows, millions a second%15s%12s%12s\n", "write TSV",
	    "write JSON", "read TSV");
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		printf("  %-20s%16.1f%12.1f%12.1f\n", samples[i].name,
		    rate(write_tsv, samples[i].text),
		    rate(write_json, samples[i].text),
		    rate(read_tsv, samples[i].text));
	buf_free(&lines);
	return 0;
}
