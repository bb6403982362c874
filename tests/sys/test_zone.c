/* SPDX-License-Identifier: ISC */
/* sys/zone: offsets and zones by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "sys/zone.h"

static void
offsets_are_read_in_each_form(void **state)
{
	static const struct {
		const char *text;
		int minutes;
	} good[] = {{"Z", 0}, {"utc", 0}, {"+09:00", 540}, {"+0900", 540},
	    {"+09", 540}, {"+9", 540}, {"-5", -300}, {"-03:30", -210},
	    {"-0330", -210}, {"+9:30", 570}, {"+00:00", 0}, {"+14", 840}};
	struct zone z;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(zone_parse(&z, good[i].text));
		assert_int_equal(zone_minutes(&z, 2026, 7, 1, 0, 0),
		    good[i].minutes);
	}
}

static void
what_is_no_zone_is_refused(void **state)
{
	static const char *const bad[] = {"", "+", "+:30", "+9:", "+09:0",
	    "+09:60", "+15", "+090", "+09000", "9", "+9x", "Nowhere/Else",
	    "../zoneinfo/UTC", "/usr/share/zoneinfo/UTC", ".", "KST-9"};
	struct zone z;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (zone_parse(&z, bad[i]))
			fail_msg("\"%s\"", bad[i]);
}

static void
zones_by_name_have_their_summer(void **state)
{
	struct zone z;
	struct stat st;

	(void)state;
	if (stat("/usr/share/zoneinfo/Europe/Berlin", &st) != 0)
		skip();
	assert_true(zone_parse(&z, "Europe/Berlin"));
	assert_int_equal(zone_minutes(&z, 2026, 1, 1, 12, 0), 60);
	assert_int_equal(zone_minutes(&z, 2026, 7, 1, 12, 0), 120);
	/* 02:00 becomes 03:00 on the 29th of March */
	assert_int_equal(zone_minutes(&z, 2026, 3, 29, 1, 59), 60);
	assert_int_equal(zone_minutes(&z, 2026, 3, 29, 3, 0), 120);
	assert_int_equal(zone_minutes(&z, 2026, 3, 29, 1, 59), 60);
	assert_true(zone_parse(&z, "Asia/Kathmandu"));
	assert_int_equal(zone_minutes(&z, 2026, 7, 1, 12, 0), 345);
	setenv("TZ", "Asia/Seoul", 1);
	assert_true(zone_parse(&z, "local"));
	assert_int_equal(zone_minutes(&z, 2026, 7, 1, 12, 0), 540);
}

static void
that_of_the_environment_is_looked_at_too(void **state)
{
	static const char *const good[] = {"", "UTC", "KST-9", "<+0530>-5:30",
	    "<x+1>-1:00:40", "CET-1CEST,M3.5.0,M10.5.0/3"};
	static const char *const bad[] = {"Nowhere/At_All", "KST", ":", "9",
	    "/etc/passwd", "/nonesuch", "../../etc/passwd", "KS-9", "KST-99",
	    "<>-9", "KST-9KDT,$(id)", "KST-9:60", "+09:00"};
	struct zone z;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		setenv("TZ", good[i], 1);
		if (!zone_parse(&z, "local"))
			fail_msg("\"%s\"", good[i]);
	}
	assert_int_equal(zone_minutes(&z, 2026, 7, 1, 12, 0), 120);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv("TZ", bad[i], 1);
		if (zone_parse(&z, "local"))
			fail_msg("\"%s\"", bad[i]);
	}
	unsetenv("TZ");
	assert_true(zone_parse(&z, "local"));
}

static void
clocks_show_what_their_zone_has(void **state)
{
	enum { JULY = 1782864000 };  /* 2026-07-01T00:00:00Z */
	struct zone z;
	struct tm tm;

	(void)state;
	assert_true(zone_parse(&z, "-03:30"));
	zone_clock(&z, JULY, &tm);
	assert_int_equal(tm.tm_mon, 5);
	assert_int_equal(tm.tm_mday, 30);
	assert_int_equal(tm.tm_hour, 20);
	assert_int_equal(tm.tm_min, 30);
	assert_int_equal(tm.tm_gmtoff, -210 * 60);
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	assert_true(zone_parse(&z, "local"));
	zone_clock(&z, JULY, &tm);
	assert_int_equal(tm.tm_hour, 2);
	assert_int_equal(tm.tm_gmtoff, 7200);
	unsetenv("TZ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offsets_are_read_in_each_form),
		cmocka_unit_test(what_is_no_zone_is_refused),
		cmocka_unit_test(zones_by_name_have_their_summer),
		cmocka_unit_test(that_of_the_environment_is_looked_at_too),
		cmocka_unit_test(clocks_show_what_their_zone_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
