/* SPDX-License-Identifier: ISC */
/* app/hours: what the clock of a zone shows, at moments that are given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "app/hours.h"
#include "sys/zone.h"

/* A moment by its UTC: day of a month of 2026, hour, minute, second. */
static int64_t
utc(int month, int day, int hour, int minute, int second)
{
	struct tm t = {.tm_year = 126, .tm_mon = month - 1, .tm_mday = day,
	    .tm_hour = hour, .tm_min = minute, .tm_sec = second};

	return (int64_t)timegm(&t) * 1000;
}

static struct hours
hours(const char *text, const char *zone)
{
	struct hours h = {0};

	if (zone[0] == '<') {
		setenv("TZ", zone, 1);
		zone = "local";
	}
	assert_true(zone_parse(&h.zone, zone));
	assert_true(hours_parse(&h, span_str(text)));
	return h;
}

static void
hours_are_read_in_short_and_in_full(void **state)
{
	static const struct {
		const char *text;
		unsigned from, to;
	} good[] = {
		{"09:00-21:00", 540, 1260}, {"9-21", 540, 1260},
		{"21:30-06:00", 1290, 360}, {"00:00-24:00", 0, 1440},
		{"0-1", 0, 60}, {"22-0", 1320, 0}, {"9:05-10", 545, 600},
	};
	static const char *const bad[] = {"", "-", "9", "9-", "-9", "9-9",
	    "24-9", "0-0", "09:00-21:00 ", "09:60-10", "25-26", "09:0-10",
	    "9:-10", "9-10-11", "9-10,11-12", "099-10", "9 - 10", "24:01-9",
	    "nine-ten"};
	struct hours h;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		h = hours(good[i].text, "UTC");
		assert_int_equal(h.from, good[i].from);
		assert_int_equal(h.to, good[i].to);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(hours_parse(&h, span_str(bad[i])));
}

static void
a_day_opens_and_closes_by_the_zone(void **state)
{
	struct hours h = hours("09:00-21:00", "Asia/Seoul");
	int64_t until;

	(void)state;
	assert_false(hours_open(&h, utc(11, 24, 23, 59, 59), &until));
	assert_int_equal(until, utc(11, 25, 0, 0, 0));
	assert_false(hours_open(&h, utc(11, 25, 0, 0, 0) - 1, &until));
	assert_true(hours_open(&h, utc(11, 25, 0, 0, 0), &until));
	assert_int_equal(until, utc(11, 25, 12, 0, 0));
	assert_true(hours_open(&h, utc(11, 25, 12, 0, 0) - 1, &until));
	assert_false(hours_open(&h, utc(11, 25, 12, 0, 0), &until));
	assert_int_equal(until, utc(11, 26, 0, 0, 0));
}

static void
hours_over_midnight_are_one_stretch(void **state)
{
	struct hours h = hours("21:00-06:00", "UTC");
	int64_t until;

	(void)state;
	assert_true(hours_open(&h, utc(3, 1, 21, 0, 0), &until));
	assert_int_equal(until, utc(3, 2, 6, 0, 0));
	assert_true(hours_open(&h, utc(3, 2, 0, 0, 0), &until));
	assert_true(hours_open(&h, utc(3, 2, 5, 59, 59), &until));
	assert_false(hours_open(&h, utc(3, 2, 6, 0, 0), &until));
	assert_int_equal(until, utc(3, 2, 21, 0, 0));
	h = hours("22-0", "UTC");
	assert_true(hours_open(&h, utc(3, 2, 23, 59, 0), &until));
	assert_int_equal(until, utc(3, 3, 0, 0, 0));
}

static void
a_clock_that_is_set_back_is_looked_at_again(void **state)
{
	struct hours h = hours("09:00-21:00", "UTC");
	int64_t until;

	(void)state;
	assert_true(hours_open(&h, utc(3, 2, 10, 0, 0), &until));
	assert_false(hours_open(&h, utc(3, 2, 8, 0, 0), &until));
	assert_int_equal(until, utc(3, 2, 9, 0, 0));
	assert_false(hours_open(&h, utc(3, 9, 22, 0, 0), &until));
	assert_int_equal(until, utc(3, 10, 9, 0, 0));
}

/* Berlin: on March 29th 2026, 01:00 UTC, 02:00 becomes 03:00; on October 25th,
 * 01:00 UTC, 03:00 becomes 02:00. */
static void
summer_time_moves_the_hours(void **state)
{
	struct hours h = hours("09:00-21:00", "Europe/Berlin");
	int64_t until;

	(void)state;
	assert_false(hours_open(&h, utc(3, 28, 20, 0, 0), &until));
	assert_int_equal(until, utc(3, 29, 7, 0, 0));
	assert_false(hours_open(&h, utc(10, 24, 19, 0, 0), &until));
	assert_int_equal(until, utc(10, 25, 8, 0, 0));
}

static void
hours_that_a_day_lacks_or_has_twice(void **state)
{
	struct hours h = hours("02:00-03:00", "Europe/Berlin");
	int64_t until;

	(void)state;
	/* no 02:30 on that day: closed until the next */
	assert_false(hours_open(&h, utc(3, 29, 0, 59, 59), &until));
	assert_int_equal(until, utc(3, 30, 0, 0, 0));
	assert_false(hours_open(&h, utc(3, 29, 1, 30, 0), &until));
	/* 02:00 to 03:00 twice: open for two hours */
	assert_false(hours_open(&h, utc(10, 24, 23, 59, 59), &until));
	assert_int_equal(until, utc(10, 25, 0, 0, 0));
	assert_true(hours_open(&h, utc(10, 25, 0, 0, 0), &until));
	assert_int_equal(until, utc(10, 25, 2, 0, 0));
	assert_false(hours_open(&h, utc(10, 25, 2, 0, 0), &until));
	/* from before the gap to within it: it ends where the clock jumps */
	h = hours("01:00-02:30", "Europe/Berlin");
	assert_true(hours_open(&h, utc(3, 29, 0, 30, 0), &until));
	assert_int_equal(until, utc(3, 29, 1, 0, 0));
}

static void
a_zone_may_be_off_by_seconds(void **state)
{
	struct hours h = hours("12:00-13:00", "<x+1>-1:00:40");
	int64_t until;

	(void)state;
	assert_false(hours_open(&h, utc(3, 1, 10, 59, 19), &until));
	assert_int_equal(until, utc(3, 1, 10, 59, 20));
	assert_true(hours_open(&h, utc(3, 1, 10, 59, 20), &until));
	assert_int_equal(until, utc(3, 1, 11, 59, 20));
}

static void
without_hours_it_is_always_open(void **state)
{
	struct hours none = {0}, all = hours("00:00-24:00", "UTC");
	int64_t until;

	(void)state;
	assert_true(hours_open(&none, utc(3, 1, 0, 0, 0), &until));
	assert_true(until == INT64_MAX);
	assert_true(hours_open(&all, utc(3, 1, 0, 0, 0), &until));
	assert_true(until == INT64_MAX);
}

static void
moments_are_printed_as_the_clocks_show_them(void **state)
{
	struct hours h = hours("9-21", "Asia/Seoul");
	struct buf b = {0};

	(void)state;
	hours_print(&b, &h, utc(11, 25, 0, 0, 0));
	h = hours("9-21", "-03:30");
	hours_print(&b, &h, utc(11, 25, 0, 0, 0));
	assert_string_equal(buf_cstr(&b),
	    "2026-11-25 09:00 +09:002026-11-24 20:30 -03:30");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours_are_read_in_short_and_in_full),
		cmocka_unit_test(a_day_opens_and_closes_by_the_zone),
		cmocka_unit_test(hours_over_midnight_are_one_stretch),
		cmocka_unit_test(a_clock_that_is_set_back_is_looked_at_again),
		cmocka_unit_test(summer_time_moves_the_hours),
		cmocka_unit_test(hours_that_a_day_lacks_or_has_twice),
		cmocka_unit_test(a_zone_may_be_off_by_seconds),
		cmocka_unit_test(without_hours_it_is_always_open),
		cmocka_unit_test(moments_are_printed_as_the_clocks_show_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
