/* SPDX-License-Identifier: ISC */
/* app/matcher: ids of any octets find what was sent under them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "app/matcher.h"

static void
an_id_finds_its_tag_until_it_is_removed(void **state)
{
	struct matcher *m = matcher_new();
	uint64_t tag = 0;

	(void)state;
	assert_false(matcher_find(m, span_str("a"), &tag));
	matcher_add(m, span_str("a"), 7);
	assert_true(matcher_find(m, span_str("a"), &tag));
	assert_int_equal(tag, 7);
	assert_false(matcher_find(m, span_str("A"), &tag));
	assert_false(matcher_find(m, span_str("a0"), &tag));
	matcher_remove(m, span_str("a"), 8);
	assert_true(matcher_find(m, span_str("a"), &tag));
	matcher_remove(m, span_str("a"), 7);
	assert_false(matcher_find(m, span_str("a"), &tag));
	matcher_free(m);
	matcher_free(NULL);
}

static void
of_an_id_given_twice_the_newest_counts(void **state)
{
	struct matcher *m = matcher_new();
	uint64_t tag = 0;

	(void)state;
	matcher_add(m, span_str("x"), 1);
	matcher_add(m, span_str("x"), 2);
	assert_true(matcher_find(m, span_str("x"), &tag));
	assert_int_equal(tag, 2);
	matcher_remove(m, span_str("x"), 2);
	assert_true(matcher_find(m, span_str("x"), &tag));
	assert_int_equal(tag, 1);
	matcher_free(m);
}

static void
many_ids_are_all_found(void **state)
{
	struct matcher *m = matcher_new();
	char id[16];
	uint64_t tag;

	(void)state;
	for (uint64_t i = 0; i < 5000; i++) {
		snprintf(id, sizeof(id), "%llx", (unsigned long long)i);
		matcher_add(m, span_str(id), i);
	}
	for (uint64_t i = 0; i < 5000; i++) {
		snprintf(id, sizeof(id), "%llx", (unsigned long long)i);
		assert_true(matcher_find(m, span_str(id), &tag));
		assert_int_equal(tag, i);
	}
	matcher_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_finds_its_tag_until_it_is_removed),
		cmocka_unit_test(of_an_id_given_twice_the_newest_counts),
		cmocka_unit_test(many_ids_are_all_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
