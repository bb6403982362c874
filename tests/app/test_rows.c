/* SPDX-License-Identifier: ISC */
/* app/rows: every line of every file is a row, good or bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/rows.h"

static char one[40], two[40];
static struct loop *loop;

static int
begin(void **state)
{
	(void)state;
	snprintf(one, sizeof(one), "/tmp/test_rows.XXXXXX");
	snprintf(two, sizeof(two), "/tmp/test_rows.XXXXXX");
	close(mkstemp(one));
	close(mkstemp(two));
	loop = loop_new();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	loop_free(loop);
	unlink(one);
	unlink(two);
	return 0;
}

static void
fill(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
expect(struct rows *r, const char *ref, const char *to, const char *text)
{
	struct row row;

	assert_int_equal(rows_next(r, &row), ROWS_ROW);
	assert_true(span_is(row.ref, ref));
	assert_true(span_is(row.to, to));
	assert_true(span_is(row.text, text));
}

static void
addresses_share_a_text(void **state)
{
	static const char *const to[] = {"1", "2"};
	const struct rows_arguments arguments = {.to = to, .n = 2,
	    .text = span_str("hi"), .repeat = 1};
	struct rows *r = rows_from_arguments(&arguments);
	const char *name;
	uint64_t line;
	struct row row;

	(void)state;
	expect(r, "1", "1", "hi");
	assert_false(rows_next_line(r, &name, &line));
	expect(r, "2", "2", "hi");
	assert_int_equal(rows_next(r, &row), ROWS_END);
	rows_free(r);
	rows_free(NULL);
}

static void
addresses_come_again_and_patterns_are_filled_in_anew(void **state)
{
	static const char *const to[] = {"1", "2{3d}"};
	const struct rows_arguments arguments = {.to = to, .n = 2,
	    .text = span_str("hi"), .repeat = 3, .seed = 5};
	struct rows *r = rows_from_arguments(&arguments);
	struct rows *same = rows_from_arguments(&arguments);
	uint64_t all, given;
	struct row row, twin;
	char before[5] = "";

	(void)state;
	for (uint64_t i = 1; i <= 6; i++) {
		assert_int_equal(rows_next(r, &row), ROWS_ROW);
		assert_int_equal(rows_next(same, &twin), ROWS_ROW);
		assert_int_equal(row.line, i);
		assert_int_equal(row.ref.n, 1);
		assert_int_equal(row.ref.p[0], '0' + i);
		assert_true(span_eq(row.to, twin.to));
		assert_true(rows_count(r, &all, &given));
		assert_int_equal(all, 6);
		assert_int_equal(given, i);
		if (i % 2 == 1) {
			assert_true(span_is(row.to, "1"));
			continue;
		}
		assert_int_equal(row.to.n, 4);
		assert_int_equal(row.to.p[0], '2');
		assert_memory_not_equal(row.to.p, before, 4);
		memcpy(before, row.to.p, 4);
	}
	assert_int_equal(rows_next(r, &row), ROWS_END);
	rows_free(r);
	rows_free(same);
}

static void
a_header_counts_in_its_own_file_only(void **state)
{
	const char *const paths[] = {one, two};
	struct rows_conf conf = {0};
	struct span bad;
	struct rows *r;
	struct row row;

	(void)state;
	fill(one, "text\tto\tref\nfirst\t1\ta\nsecond\t2\t\n");
	fill(two, "3\tthird\n");
	r = rows_from_input(input_open(loop, paths, 2), &conf, &bad);
	expect(r, "a", "1", "first");
	expect(r, "3", "2", "second");
	expect(r, "1", "3", "third");
	assert_int_equal(rows_next(r, &row), ROWS_END);
	rows_free(r);
}

static void
expect_bad(struct rows *r, uint64_t line, const char *error)
{
	struct row row;

	assert_int_equal(rows_next(r, &row), ROWS_BAD);
	assert_int_equal(row.line, line);
	if (strstr(row.error, error) == NULL)
		fail_msg("%s: not in: %s", error, row.error);
}

static void
a_line_may_be_an_object_of_json(void **state)
{
	const char *const paths[] = {one};
	struct rows_conf conf = {0};
	struct span bad;
	struct rows *r;
	struct row row;

	(void)state;
	fill(one, "\xef\xbb\xbf{\"text\": \"a\\tb\", \"to\": \"1\", \"ref\": \"a\"}\r\n"
	    "2\ttsv\n"
	    "{\"to\":821055551234,\"text\":\"x\",\"flash\":true,\"data_sm\":false,"
	    "\"udh\":null}\n"
	    "{\"to\":\"1\",\"colour\":\"x\"}\n"
	    "{\"to\":\"1\",\"text\":{}}\n"
	    "{\"to\":\"1\",\"text\":1.5}\n"
	    "{\"to\":\"1\",\"to\":\"2\"}\n"
	    "{\"to\":\"1\",\"text\":\"a\xff\"}\n"
	    "{\"to\":\"secret\n"
	    "{\tnot meant so}\thi\n"
	    "{\"to\":\"1\",\"text\":\"a\\u0000b\"}\n"
	    "{\"to\":\"9\",\"text\":\"\"}\n");
	r = rows_from_input(input_open(loop, paths, 1), &conf, &bad);
	expect(r, "a", "1", "a\tb");
	expect(r, "2", "2", "tsv");
	assert_int_equal(rows_next(r, &row), ROWS_ROW);
	assert_true(span_is(row.to, "821055551234"));
	assert_true(span_is(row_cell(&row, ROW_flash), "yes"));
	assert_true(span_is(row_cell(&row, ROW_data_sm), "no"));
	assert_int_equal(row.cell[ROW_udh].type, VALUE_ABSENT);
	assert_int_equal(row.cell[ROW_priority].type, VALUE_ABSENT);
	expect_bad(r, 4, "\"colour\" is no column; the columns are to,text,");
	expect_bad(r, 5, "\"text\" is neither a string nor a whole number");
	expect_bad(r, 6, "\"text\" is neither a string nor a whole number");
	expect_bad(r, 7, "no JSON at byte ");
	expect_bad(r, 8, "no JSON at byte ");
	assert_int_equal(rows_next(r, &row), ROWS_BAD);
	assert_null(strstr(row.error, "secret"));
	expect_bad(r, 10, "more cells than columns");
	assert_int_equal(rows_next(r, &row), ROWS_ROW);
	assert_int_equal(row.text.n, 3);
	expect(r, "12", "9", "");
	assert_int_equal(rows_next(r, &row), ROWS_END);
	rows_free(r);
	/* columns that are given are those of cells */
	conf.columns = "text,to";
	fill(one, "{}\n");
	r = rows_from_input(input_open(loop, paths, 1), &conf, &bad);
	assert_int_equal(rows_next(r, &row), ROWS_ROW);
	assert_true(span_is(row.text, "{}"));
	rows_free(r);
}

static void
a_first_line_that_is_too_long_ends_the_header_before_it(void **state)
{
	const char *const paths[] = {one, two};
	struct rows_conf conf = {0};
	struct span bad;
	struct rows *r;
	struct row row;
	FILE *f;

	(void)state;
	fill(one, "text\tto\nfirst\t1\n");
	f = fopen(two, "w");
	assert_non_null(f);
	for (int i = 0; i <= INPUT_LINE_MAX; i++)
		putc('x', f);
	fputs("\n3\tthird\n", f);
	fclose(f);
	r = rows_from_input(input_open(loop, paths, 2), &conf, &bad);
	expect(r, "2", "1", "first");
	assert_int_equal(rows_next(r, &row), ROWS_BAD);
	assert_int_equal(row.line, 1);
	expect(r, "2", "3", "third");
	rows_free(r);
}

static void
a_bad_line_is_a_row_and_names_its_place(void **state)
{
	const char *const paths[] = {one, "/nonesuch/rows", two};
	struct rows_conf conf = {0};
	struct span bad;
	const char *name;
	struct rows *r;
	struct row row;
	uint64_t line;

	(void)state;
	fill(one, "1\ta\\q\n2\tb\n");
	fill(two, "3\tc");
	r = rows_from_input(input_open(loop, paths, 3), &conf, &bad);
	assert_int_equal(rows_next(r, &row), ROWS_BAD);
	assert_true(span_is(row.ref, "1"));
	assert_string_equal(row.error, "unknown escape in cell 2, byte 4");
	assert_true(rows_next_line(r, &name, &line));
	assert_string_equal(name, one);
	assert_int_equal(line, 2);
	expect(r, "2", "2", "b");
	assert_int_equal(rows_next(r, &row), ROWS_ERROR);
	assert_string_equal(row.error, "/nonesuch/rows: No such file or directory");
	expect(r, "1", "3", "c");
	assert_int_equal(rows_next(r, &row), ROWS_END);
	assert_false(rows_next_line(r, &name, &line));
	rows_free(r);
}

static void
columns_that_are_wrong_are_named(void **state)
{
	const char *const paths[] = {one};
	struct rows_conf conf = {.columns = "to,nonesuch"};
	struct span bad;

	(void)state;
	assert_null(rows_from_input(input_open(loop, paths, 1), &conf, &bad));
	assert_true(span_is(bad, "nonesuch"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_share_a_text),
		cmocka_unit_test(addresses_come_again_and_patterns_are_filled_in_anew),
		cmocka_unit_test(a_header_counts_in_its_own_file_only),
		cmocka_unit_test(a_line_may_be_an_object_of_json),
		cmocka_unit_test(a_first_line_that_is_too_long_ends_the_header_before_it),
		cmocka_unit_test(a_bad_line_is_a_row_and_names_its_place),
		cmocka_unit_test(columns_that_are_wrong_are_named),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
