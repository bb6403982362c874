/* SPDX-License-Identifier: ISC */
/* app/dlr_row, app/dlr_summary, app/stat_list: receipts as rows, counted,
 * and picked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/dlr_row.h"
#include "app/dlr_summary.h"
#include "app/stat_list.h"

/* What is printed of a line. */
static void
assert_row(const char *text, const char *columns, const char *zone,
    enum dlr_id_as as, const char *want)
{
	struct dlr_row_conf conf = {.id_as = as, .zoned = zone != NULL};
	struct dlr_line line;
	struct dlr_row r = {0};
	struct buf b = {0};
	struct span bad;

	assert_true(record_format_init(&conf.format, &schema_dlr, false,
	    columns, &bad));
	if (zone != NULL)
		assert_true(zone_parse(&conf.zone, zone));
	assert_true(dlr_line_init(&line, NULL, false, &bad));
	assert_int_equal(dlr_line_read(&line, span_str(text)),
	    DLR_LINE_RECEIPT);
	dlr_row_print(&r, &conf, &line, span_str(text), 42, &b);
	b.len--;
	assert_string_equal(buf_cstr(&b), want);
	buf_free(&b);
	dlr_row_free(&r);
	dlr_line_free(&line);
}

static void
columns_are_made_of_the_fields(void **state)
{
	const char *text = "id:0A1 sub:001 dlvrd:000 submit date:2611240316 "
	    "done date:261124031830 stat:UNDELIV err:4A6 text: a\tb";

	(void)state;
	assert_row(text, NULL, NULL, DLR_ID_ASIS, "0A1\t001\t000\t"
	    "2026-11-24T03:16:00\t2026-11-24T03:18:30\tUNDELIV\t4A6\t a\\tb");
	assert_row(text, "line,class,final,seconds,done_date", "-03:30",
	    DLR_ID_ASIS, "42\tfailed\tyes\t150\t2026-11-24T03:18:30-03:30");
	assert_row("id:1 stat:x", "raw,stat,err", NULL, DLR_ID_ASIS,
	    "id:1 stat:x\tx\t");
}

static void
seconds_need_two_dates_of_zones_that_are_known(void **state)
{
	(void)state;
	assert_row("id:1 submit date:2611240316 done date:2611240315",
	    "seconds", NULL, DLR_ID_ASIS, "-60");
	assert_row("id:1 submit date:2611240316 done date:never", "seconds",
	    "Z", DLR_ID_ASIS, "");
	assert_row("id:1 submit date:2611240316 done date:261124031600036+",
	    "seconds", NULL, DLR_ID_ASIS, "");
	assert_row("id:1 submit date:2611240316 done date:261124031600036+",
	    "seconds", "Z", DLR_ID_ASIS, "-32400");
	assert_row("id:1 submit date:2611240316 done date:000001000000000R",
	    "seconds,done_date", "Z", DLR_ID_ASIS, "\t000001000000000R");
	/* a century apart */
	assert_row("id:1 submit date:19260101000000 "
	    "done date:20260101000000", "seconds", NULL, DLR_ID_ASIS,
	    "3155760000");
}

static void
ids_change_their_base_when_they_are_numbers(void **state)
{
	static const struct {
		const char *id, *hex, *dec;
	} want[] = {
		{"10", "a", "16"}, {"0x1F", "0x1F", "31"}, {"0x", "0x", "0x"},
		{"00fF", "00fF", "255"}, {"000", "0", "0"},
		{"18446744073709551616", "10000000000000000",
		    "114598615266301018707478"},
		{"a-b", "a-b", "a-b"},
	};
	char text[80];

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		snprintf(text, sizeof(text), "id:%s stat:DELIVRD", want[i].id);
		assert_row(text, "id", NULL, DLR_ID_HEX, want[i].hex);
		assert_row(text, "id", NULL, DLR_ID_DEC, want[i].dec);
		assert_row(text, "id", NULL, DLR_ID_ASIS, want[i].id);
	}
	assert_row("id: stat:DELIVRD", "id", NULL, DLR_ID_DEC, "");
	assert_row("stat:DELIVRD", "id", NULL, DLR_ID_HEX, "");
}

static void
class_and_final_follow_the_stat(void **state)
{
	(void)state;
	assert_row("id:1 stat:delivered", "class,final", NULL, DLR_ID_ASIS,
	    "delivered\tyes");
	assert_row("id:1 stat:ACCEPTD", "class,final", NULL, DLR_ID_ASIS,
	    "pending\tno");
	assert_row("id:1 stat:UNKNOWN", "class,final", NULL, DLR_ID_ASIS,
	    "unknown\t");
	assert_row("id:1 err:1", "class,final", NULL, DLR_ID_ASIS,
	    "unknown\t");
	assert_row("t\tinterim\t\t\tid:1 stat:DELIVRD\t\t\t", "class,final",
	    NULL, DLR_ID_ASIS, "delivered\tno");
}

/* Adds a receipt, its seconds below 0: not known. */
static void
add(struct dlr_summary *s, const char *stat, const char *err, int64_t seconds)
{
	struct dlr d = {0};

	d.f[DLR_stat] = span_str(stat);
	d.f[DLR_err] = span_str(err);
	dlr_summary_add(s, &d, seconds < 0 ? NULL : &seconds);
}

/* The lines of the records that begin with what. */
static void
assert_records(struct dlr_summary *s, const char *what, const char *want)
{
	struct record_format f;
	struct buf b = {0}, found = {0};
	struct span bad, rest;

	assert_true(record_format_init(&f, &schema_tally, false,
	    "what,name,err,count,share,seconds", &bad));
	dlr_summary_records(s, &b, &f, 7);
	for (rest = buf_span(&b); rest.n > 0;) {
		const uint8_t *end = memchr(rest.p, '\n', rest.n);
		size_t n = (size_t)(end - rest.p) + 1;

		if (memcmp(rest.p, what, strlen(what)) == 0)
			buf_add(&found, rest.p, n);
		rest = span_skip(rest, n);
	}
	assert_string_equal(buf_cstr(&found), want);
	buf_free(&b);
	buf_free(&found);
}

static void
spellings_of_a_stat_are_counted_as_one(void **state)
{
	struct dlr_summary *s = dlr_summary_new();
	int64_t before = -5;
	struct dlr d = {0};

	(void)state;
	add(s, "REJECTD", "1", 10);
	add(s, "rejected", "1", 20);
	add(s, "DELIVRD", "0", 0);
	add(s, "odd", "", -1);
	dlr_summary_add(s, &d, &before);
	assert_records(s, "receipts", "receipts\t\t\t5\t\t\n");
	assert_records(s, "without", "without\t\t\t7\t\t\n");
	assert_records(s, "stat", "stat\tREJECTD\t\t2\t40.00\t\n"
	    "stat\t\t\t1\t20.00\t\nstat\tDELIVRD\t\t1\t20.00\t\n"
	    "stat\todd\t\t1\t20.00\t\n");
	assert_records(s, "class", "class\tfailed\t\t2\t40.00\t\n"
	    "class\tunknown\t\t2\t40.00\t\nclass\tdelivered\t\t1\t20.00\t\n");
	assert_records(s, "err\tREJ", "err\tREJECTD\t1\t2\t40.00\t\n");
	assert_records(s, "timed", "timed\t\t\t3\t60.00\t\n");
	assert_records(s, "early", "early\t\t\t1\t20.00\t\n");
	assert_records(s, "seconds\tmax", "seconds\tmax\t\t\t\t20\n");
	assert_records(s, "others", "");
	dlr_summary_free(s);
}

static void
counts_are_bounded_and_lose_none(void **state)
{
	struct dlr_summary *s = dlr_summary_new();
	struct buf table = {0};
	char err[16], long_word[80];

	(void)state;
	for (unsigned i = 0; i < DLR_SUMMARY_PAIRS + 100; i++) {
		snprintf(err, sizeof(err), "%u", i);
		add(s, "UNDELIV", err, -1);
		add(s, "UNDELIV", "0", -1);
	}
	memset(long_word, 'x', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	add(s, long_word, "", -1);
	long_word[DLR_SUMMARY_WORD] = '\0';
	add(s, "DELIVRD", long_word, -1);
	assert_records(s, "err\tUNDELIV\t0\t",
	    "err\tUNDELIV\t0\t4197\t50.00\t\n");
	assert_records(s, "others", "others\t\t\t102\t1.21\t\n");
	dlr_summary_table(s, &table, 0);
	assert_non_null(strstr(buf_cstr(&table),
	    "\nand 4076 more, of 4076 receipts\n"));
	assert_non_null(strstr(buf_cstr(&table), "others: 102 receipts"));
	buf_free(&table);
	dlr_summary_free(s);
}

static void
words_of_a_table_are_escaped_and_aligned(void **state)
{
	struct dlr_summary *s = dlr_summary_new();
	struct buf table = {0};

	(void)state;
	add(s, "\xbe\x1b", "", -1);
	add(s, "\xec\x9e\xa5", "7", -1);
	dlr_summary_table(s, &table, 0);
	assert_non_null(strstr(buf_cstr(&table),
	    "\n\\xbe\\x1b  -               1  50.00%  ###############\n"));
	assert_non_null(strstr(buf_cstr(&table),
	    "\n\xec\x9e\xa5     7               1  50.00%"));
	buf_free(&table);
	dlr_summary_free(s);
}

static void
stats_are_picked_in_any_spelling(void **state)
{
	struct stat_list l = {0}, bad = {0};

	(void)state;
	assert_false(stat_list_has(&l, span_str("DELIVRD")));
	assert_true(stat_list_parse(&l, "delivered,Odd"));
	assert_true(stat_list_has(&l, span_str("DELIVRD")));
	assert_true(stat_list_has(&l, span_str("deliverd")));
	assert_true(stat_list_has(&l, span_str("ODD")));
	assert_false(stat_list_has(&l, span_str("ODDS")));
	assert_false(stat_list_has(&l, span_str("UNDELIV")));
	assert_false(stat_list_has(&l, (struct span){0}));
	assert_false(stat_list_parse(&bad, ""));
	assert_false(stat_list_parse(&bad, "a,"));
	assert_false(stat_list_parse(&bad, ",a"));
	stat_list_free(&l);
	stat_list_free(&bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_made_of_the_fields),
		cmocka_unit_test(
		    seconds_need_two_dates_of_zones_that_are_known),
		cmocka_unit_test(ids_change_their_base_when_they_are_numbers),
		cmocka_unit_test(class_and_final_follow_the_stat),
		cmocka_unit_test(spellings_of_a_stat_are_counted_as_one),
		cmocka_unit_test(counts_are_bounded_and_lose_none),
		cmocka_unit_test(words_of_a_table_are_escaped_and_aligned),
		cmocka_unit_test(stats_are_picked_in_any_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
