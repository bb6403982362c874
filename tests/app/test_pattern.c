/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "app/pattern.h"

static const char *
fill(struct buf *b, const char *text, uint64_t *random)
{
	buf_clear(b);
	pattern_fill(b, span_str(text), random);
	return buf_cstr(b);
}

static void
braces_become_as_many_digits(void **state)
{
	static const struct {
		const char *text;
		size_t before, digits, after;
	} patterns[] = {
		{"+8210{8d}", 5, 8, 0}, {"{1d}", 0, 1, 0}, {"{20d}9", 0, 20, 1},
		{"0{3d}{4d}", 1, 7, 0}, {"{08d}", 0, 8, 0},
	};
	struct buf b = {0};
	uint64_t random = 1;
	bool bad;

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		assert_true(pattern_is(span_str(patterns[i].text), &bad));
		assert_false(bad);
		fill(&b, patterns[i].text, &random);
		assert_int_equal(b.len, patterns[i].before +
		    patterns[i].digits + patterns[i].after);
		assert_memory_equal(b.p, patterns[i].text, patterns[i].before);
		assert_int_equal(strspn(buf_cstr(&b) + patterns[i].before,
		    "0123456789"), patterns[i].digits + patterns[i].after);
	}
	buf_free(&b);
}

static void
other_braces_are_no_pattern(void **state)
{
	static const char *const bads[] = {"{", "}", "{}", "{d}", "{8}", "{8d",
	    "{0d}", "{21d}", "{8x}", "{8d}}", "{{8d}", "82{8 d}", "{-8d}",
	    "{0008d}", "{999999999999d}"};
	bool bad;

	(void)state;
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		assert_true(pattern_is(span_str(bads[i]), &bad));
		assert_true(bad);
	}
	assert_false(pattern_is(span_str("+821055551234"), &bad));
	assert_false(bad);
	assert_false(pattern_is(span_str(""), &bad));
}

static void
equal_seeds_give_equal_digits(void **state)
{
	uint64_t one = 7, same = 7, other = 8;
	struct buf a = {0}, b = {0};

	(void)state;
	for (int i = 0; i < 100; i++) {
		fill(&a, "{20d}", &one);
		assert_string_equal(fill(&b, "{20d}", &same), buf_cstr(&a));
		assert_string_not_equal(fill(&b, "{20d}", &other),
		    buf_cstr(&a));
	}
	one = 1;
	assert_string_equal(fill(&a, "{8d}", &one), "56422800");
	buf_free(&a);
	buf_free(&b);
}

static void
each_digit_comes_as_often_in_each_place(void **state)
{
	enum { RUNS = 100000 };
	unsigned count[20][10] = {{0}};
	struct buf b = {0};
	uint64_t random = 3;

	(void)state;
	for (int i = 0; i < RUNS; i++) {
		fill(&b, "{20d}", &random);
		for (int j = 0; j < 20; j++)
			count[j][b.p[j] - '0']++;
	}
	/* 10,000 of each; the standard deviation is 95 */
	for (int j = 0; j < 20; j++)
		for (int d = 0; d < 10; d++)
			assert_in_range(count[j][d], 9400, 10600);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(braces_become_as_many_digits),
		cmocka_unit_test(other_braces_are_no_pattern),
		cmocka_unit_test(equal_seeds_give_equal_digits),
		cmocka_unit_test(each_digit_comes_as_often_in_each_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
