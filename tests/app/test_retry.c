/* SPDX-License-Identifier: ISC */
/* app/retry: when a link is made again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/retry.h"

enum { MIDDLE = 0x8000 };

static void
waits_double_up_to_a_minute(void **state)
{
	struct retry r;
	uint64_t ms = 1000, got;

	(void)state;
	retry_init(&r, UINT64_MAX, 0);
	for (int i = 0; i < 100; i++) {
		got = retry_failed(&r, MIDDLE);
		assert_in_range(got, ms - 1, ms + 1);
		ms = ms * 2 < 60000 ? ms * 2 : 60000;
	}
}

static void
chance_takes_or_adds_a_quarter(void **state)
{
	struct retry r;

	(void)state;
	retry_init(&r, UINT64_MAX, 0);
	assert_int_equal(retry_failed(&r, 0), 750);
	retry_init(&r, UINT64_MAX, 0);
	assert_int_equal(retry_failed(&r, 0xffff), 1250);
}

static void
a_link_that_worked_starts_anew(void **state)
{
	struct retry r;

	(void)state;
	retry_init(&r, 5000, 0);
	retry_failed(&r, 0);
	retry_failed(&r, 0);
	assert_int_equal(retry_left(&r, 3000), 2000);
	assert_int_equal(retry_left(&r, 5000), 0);
	retry_worked(&r, 10000);
	assert_int_equal(retry_failed(&r, 0), 750);
	assert_int_equal(retry_left(&r, 12000), 3000);
	retry_init(&r, UINT64_MAX, 0);
	assert_true(retry_left(&r, UINT64_MAX - 1) == UINT64_MAX);
}

/* Accounts get locked by those who hammer. */
static void
a_refused_password_waits_a_minute_and_later_fifteen(void **state)
{
	struct retry r;

	(void)state;
	retry_init(&r, UINT64_MAX, 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(retry_refused(&r), 60000);
	for (int i = 0; i < 100; i++)
		assert_int_equal(retry_refused(&r), 15 * 60000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_double_up_to_a_minute),
		cmocka_unit_test(chance_takes_or_adds_a_quarter),
		cmocka_unit_test(a_link_that_worked_starts_anew),
		cmocka_unit_test(a_refused_password_waits_a_minute_and_later_fifteen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
