/* SPDX-License-Identifier: ISC */
/* app/dlr_line: what kind of line it is, and which fields count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/dlr_line.h"

static struct dlr_line line;

static void
begin(const char *columns, bool no_header)
{
	struct span bad;

	dlr_line_free(&line);
	assert_true(dlr_line_init(&line, columns, no_header, &bad));
}

/* Reads a line; a receipt's id, stat, err and text must be these, "" for
 * absent as for empty. */
static void
receipt(const char *text, const char *id, const char *stat, const char *err,
    const char *rest)
{
	assert_int_equal(dlr_line_read(&line, span_str(text)),
	    DLR_LINE_RECEIPT);
	assert_true(span_is(line.dlr.f[DLR_id], id));
	assert_true(span_is(line.dlr.f[DLR_stat], stat));
	assert_true(span_is(line.dlr.f[DLR_err], err));
	assert_true(span_is(line.dlr.f[DLR_text], rest));
}

static void
none(const char *text, const char *why)
{
	assert_int_equal(dlr_line_read(&line, span_str(text)), DLR_LINE_NONE);
	assert_string_equal(line.why, why);
}

static void
header(const char *text)
{
	assert_int_equal(dlr_line_read(&line, span_str(text)),
	    DLR_LINE_HEADER);
}

static void
record_of_eight_cells_is_told_by_its_kind(void **state)
{
	(void)state;
	begin(NULL, false);
	receipt("t\treceipt\t1\t2\tstat:X text:a\\tb\t7\tDELIVRD\t5", "7", "X",
	    "5", "a\tb");
	assert_false(line.interim);
	receipt("t\tinterim\t1\t2\t\\N\t7\tENROUTE\t\t\tmore\tcells", "7",
	    "ENROUTE", "", "");
	assert_true(line.interim);
	receipt("t\treceipt\t\t\t\t\t\t", "", "", "", "");
	none("t\tmessage\t1\t2\tid:1 stat:DELIVRD\t\t\t", "a message");
	none("t\tack\t1\t2\tid:1 stat:DELIVRD\t7\t\t", "an acknowledgement");
	none("t\talert\t1\t2\t\t\t\t", "an alert");
	none("t\treceipt\t1\t2\tid:1 stat:\\q\t\t\t",
	    "a record with an unknown escape");
	/* too few cells, or no kind: any other line */
	receipt("t\tmessage\t1\t2\tid:1 stat:DELIVRD\t\t", "1", "DELIVRD", "",
	    "");
	receipt("t\treceipts\t1\t2\tid:1 stat:DELIVRD\t\t\t", "1", "DELIVRD",
	    "", "");
}

static void
header_names_the_cells_until_the_file_ends(void **state)
{
	(void)state;
	begin(NULL, false);
	header("\xef\xbb\xbfstate\tkind\tid\r");
	receipt("DELIVRD\treceipt\t7\r", "7", "DELIVRD", "", "");
	none("DELIVRD\tmessage\t7", "a message");
	/* what does not fit is a line as any other */
	receipt("DELIVRD\treceipt\t7\tid:8 err:1", "8", "", "1", "");
	none("DELIVRD\treceipt", "no receipt");
	header("id\tstate");
	receipt("7\tEXPIRED", "7", "EXPIRED", "", "");
	none("7\t", "no receipt");
	dlr_line_begin(&line);
	none("7\tEXPIRED", "no receipt");
	header("text\tid");
	receipt("id:1 stat:A\\\\ text:x\ty", "1", "A\\", "", "x");
}

static void
header_needs_a_key_and_no_column_twice(void **state)
{
	(void)state;
	begin(NULL, false);
	none("time\tstate", "no receipt");
	none("id\tid", "no receipt");
	none("id\tnonesuch", "no receipt");
	/* one name alone makes one of the first line only */
	none("text", "no receipt");
	dlr_line_begin(&line);
	header("text");
	receipt("id:1 stat:DELIVRD text:a\\\\b", "1", "DELIVRD", "", "a\\b");
	begin(NULL, true);
	none("id\tstate", "no receipt");
}

static void
columns_that_are_given_rule_over_a_header(void **state)
{
	struct span bad;

	(void)state;
	begin("err,id,state", false);
	header("id\terr\tstate");
	receipt("5\t7\tDELIVRD", "7", "DELIVRD", "5", "");
	dlr_line_begin(&line);
	receipt("5\t7\tDELIVRD", "7", "DELIVRD", "5", "");
	dlr_line_free(&line);
	assert_false(dlr_line_init(&line, "time,state", false, &bad));
	assert_true(span_is(bad, "text"));
	assert_false(dlr_line_init(&line, "id,colour", false, &bad));
	assert_true(span_is(bad, "colour"));
}

static void
json_is_a_record_or_a_log(void **state)
{
	(void)state;
	begin(NULL, false);
	receipt("{\"kind\":\"receipt\",\"text\":\"stat:X text:\\u00e9\\n\","
	    "\"id\":\"7\",\"state\":\"DELIVRD\",\"err\":null}", "7", "X", "",
	    "\xc3\xa9\n");
	receipt("{\"id\":\"7\",\"state\":\"ENROUTE\",\"kind\":\"interim\"}",
	    "7", "ENROUTE", "", "");
	assert_true(line.interim);
	none("{\"kind\":\"message\",\"text\":\"id:1 stat:DELIVRD\"}",
	    "a message");
	receipt("{\"a\":\"x: y\",\"b\":[\"id:1 stat:X err:2 text:\\\"q\\\"\"],"
	    "\"c\":1}", "1", "X", "2", "\"q\"");
	assert_false(line.interim);
	/* a kind of something else */
	receipt("{\"kind\":\"log\",\"msg\":\"id:1 stat:X\"}", "1", "X", "", "");
	none("{\"id\":\"1\",\"state\":\"DELIVRD\"}", "no receipt");
	none("{}", "no receipt");
	none("{\"", "no receipt");
	receipt("{1} id:1 stat:DELIVRD", "1", "DELIVRD", "", "");
}

static void
other_lines_are_receipts_by_their_fields(void **state)
{
	(void)state;
	begin(NULL, false);
	none("", "no receipt");
	none("\r", "no receipt");
	none("hello", "no receipt");
	receipt("id:1 stat:DELIVRD text:a\tmessage\tb\tc\td\te\tf\tg\r", "1",
	    "DELIVRD", "", "a\tmessage\tb\tc\td\te\tf\tg");
	receipt("2026-11-24 INFO\tid:1 stat:DELIVRD", "1", "DELIVRD", "", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_of_eight_cells_is_told_by_its_kind),
		cmocka_unit_test(header_names_the_cells_until_the_file_ends),
		cmocka_unit_test(header_needs_a_key_and_no_column_twice),
		cmocka_unit_test(columns_that_are_given_rule_over_a_header),
		cmocka_unit_test(json_is_a_record_or_a_log),
		cmocka_unit_test(other_lines_are_receipts_by_their_fields),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	dlr_line_free(&line);
	return failed;
}
