/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "sys/clock.h"

static void
assert_clock(int64_t second, long nsec, const char *expected)
{
	char text[CLOCK_TEXT + 1];

	clock_text(text, (struct timespec){(time_t)second, nsec});
	assert_string_equal(text, expected);
}

static void
times_are_cut_to_milliseconds(void **state)
{
	(void)state;
	assert_clock(0, 0, "1970-01-01T00:00:00.000Z");
	assert_clock(1795490397, 123999999, "2026-11-24T03:19:57.123Z");
	assert_clock(951782399, 999999999, "2000-02-28T23:59:59.999Z");
	assert_clock(951782400, 0, "2000-02-29T00:00:00.000Z");
	assert_clock(-1, 0, "1969-12-31T23:59:59.000Z");
}

static void
times_outside_four_digits_are_the_nearest(void **state)
{
	(void)state;
	assert_clock(INT64_MIN, 5, "0000-01-01T00:00:00.000Z");
	assert_clock(INT64_C(-62167219200), 0, "0000-01-01T00:00:00.000Z");
	assert_clock(INT64_MAX, 5, "9999-12-31T23:59:59.999Z");
}

static void
every_day_agrees_with_gmtime(void **state)
{
	char expected[32];

	(void)state;
	/* 9973 is prime: all hours, days and months come by */
	for (int64_t s = INT64_C(-3000000000); s < INT64_C(9000000000);
	    s += 86400 * 3 + 9973) {
		time_t t = (time_t)s;
		struct tm tm;

		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S.000Z",
		    gmtime_r(&t, &tm));
		assert_clock(s, 0, expected);
	}
}

static void
the_present_is_after_this_test_was_written(void **state)
{
	(void)state;
	assert_true(clock_now().tv_sec > 1795490397);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_cut_to_milliseconds),
		cmocka_unit_test(times_outside_four_digits_are_the_nearest),
		cmocka_unit_test(every_day_agrees_with_gmtime),
		cmocka_unit_test(the_present_is_after_this_test_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
