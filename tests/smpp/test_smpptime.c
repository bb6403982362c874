/* SPDX-License-Identifier: ISC */
/* smpp/smpptime against a calendar counted day by day, its forms, and what is
 * no time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "smpp/smpptime.h"

static void
prints(const struct smpptime *t, const char *want)
{
	struct buf b = {0};

	smpptime_print(&b, t);
	assert_string_equal(buf_cstr(&b), want);
	buf_free(&b);
}

static void
reads(const char *text, const char *iso)
{
	struct smpptime t;

	if (!smpptime_read(&t, span_str(text)))
		fail_msg("%s is not read", text);
	prints(&t, iso);
}

static void
calendar_is_the_one_counted_day_by_day(void **state)
{
	int32_t year = 1896, y;
	unsigned month = 1, day = 1, m, d;
	int64_t days = smpptime_days(year, month, day), first = days;

	(void)state;
	assert_int_equal(smpptime_days(1970, 1, 1), 0);
	assert_int_equal(smpptime_days(2000, 3, 1), 11017);
	assert_int_equal(first, -27028);
	for (; year < 2404; days++) {
		bool leap = (year % 4 == 0 && year % 100 != 0) ||
		    year % 400 == 0;
		unsigned length = month == 2 ? (leap ? 29 : 28) :
		    month == 4 || month == 6 || month == 9 || month == 11 ?
		    30 : 31;

		smpptime_date(days, &y, &m, &d);
		if (y != year || m != month || d != day ||
		    smpptime_days(y, m, d) != days ||
		    smpptime_month_days(year, month) != length)
			fail_msg("%d-%u-%u", (int)year, month, day);
		if (++day > length) {
			day = 1;
			if (++month > 12) {
				month = 1;
				year++;
			}
		}
	}
}

static void
every_day_has_its_dates_in_all_forms(void **state)
{
	char text[SMPPTIME_TEXT + 1], want[40];
	int64_t days, first = smpptime_days(1938, 1, 1);
	int64_t end = smpptime_days(2038, 1, 1);
	struct smpptime t;

	(void)state;
	for (days = first; days < end; days++) {
		int offset = (int)((days - first) % 97) * 15 - 48 * 15;
		int64_t ms = days * 86400000 + (days - first) % 86400 * 1000 + 300;
		struct smpptime a = smpptime_at(ms, offset), b;
		struct buf iso = {0};

		assert_int_equal(smpptime_utc(&a, 0, 0), ms);
		smpptime_print(&iso, &a);
		assert_true(smpptime_read_iso(&b, buf_span(&iso)));
		assert_int_equal(smpptime_utc(&b, 0, 0), ms);
		assert_int_equal(b.offset_minutes, offset);
		buf_free(&iso);
		if (a.year < 1938 || a.year > 2037)
			continue;
		assert_true(smpptime_write(text, &a));
		assert_true(smpptime_read(&b, span_str(text)));
		assert_int_equal(smpptime_utc(&b, 0, 0), ms);

		snprintf(want, sizeof(want), "%04d%02u%02u%02u%02u%02u",
		    a.year, a.month, a.day, a.hour, a.minute, a.second);
		assert_true(smpptime_read(&t, span_str(want)));
		assert_int_equal(t.kind, SMPPTIME_LOCAL);
		assert_int_equal(smpptime_utc(&t, offset, 0), ms - 300);
		assert_true(smpptime_read(&t, span_str(want + 2)));
		assert_int_equal(smpptime_utc(&t, offset, 0), ms - 300);
		want[12] = '\0';
		assert_true(smpptime_read(&t, span_str(want + 2)));
		assert_int_equal(smpptime_utc(&t, offset, 0),
		    ms - 300 - a.second * 1000);
	}
}

static void
forms_of_receipts_are_read(void **state)
{
	(void)state;
	reads("251231235959036+", "2025-12-31T23:59:59+09:00");
	reads("251231235959500+", "2025-12-31T23:59:59.500Z");
	reads("251231235959023-", "2025-12-31T23:59:59-05:45");
	reads("2611240316", "2026-11-24T03:16:00");
	reads("261124031617", "2026-11-24T03:16:17");
	reads("20261124031617", "2026-11-24T03:16:17");
	reads("2023010112000012", "2023-01-01T12:00:00.120");
	reads("2013-02-17 00:04:29", "2013-02-17T00:04:29");
	reads("380101000000", "1938-01-01T00:00:00");
	reads("371231235959", "2037-12-31T23:59:59");
	reads("000000000500000R", "PT5M");
	reads("000002000000000R", "P2D");
	reads("020610233429000R", "P2Y6M10DT23H34M29S");
	reads("000000000000000R", "PT0S");
}

static void
what_does_not_exist_is_refused(void **state)
{
	static const char *const text[] = {"", "0", "0000000000",
	    "000000000000", "00000000000000", "2613261200", "2501012560",
	    "2501012400", "2501011260", "250101120060", "2502291200",
	    "1902290000", "2500011200", "2501001200", "2504311200",
	    "19000229000000", "251231235959049+", "251331235959000+",
	    "251231235959000X", "25123123595900 +", "2512312359590 0+",
	    "-51231235959000+", "26112403 6", "261124031", "2611240316170",
	    "2013-02-29 00:04:29", "2013-02-17T00:04:29", "2013-02-17 00:04:60",
	    "2013-02-17 00:04+09", "26112403161700000"};
	struct smpptime t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text) / sizeof(*text); i++)
		if (smpptime_read(&t, span_str(text[i])))
			fail_msg("%s is read", text[i]);
	assert_false(smpptime_read(&t, (struct span){0}));
}

static void
iso_is_read_in_its_forms(void **state)
{
	static const struct {
		const char *text, *want;
	} good[] = {
	    {"2026-11-24T03:16:17Z", "2026-11-24T03:16:17Z"},
	    {"2026-11-24t03:16:17.5z", "2026-11-24T03:16:17.500Z"},
	    {"2026-11-24 03:16:17.1239+09:00",
	    "2026-11-24T03:16:17.123+09:00"},
	    {"2026-11-24T03:16", "2026-11-24T03:16:00"},
	    {"20261124T0316Z", "2026-11-24T03:16:00Z"},
	    {"20261124T031617,25-0530", "2026-11-24T03:16:17.250-05:30"},
	    {"2026-11-24T03:16-05", "2026-11-24T03:16:00-05:00"},
	    {"P2Y6M10DT23H34M29S", "P2Y6M10DT23H34M29S"},
	    {"PT90M", "PT90M"}, {"P2W", "P14D"}, {"P1M", "P1M"}};
	static const char *const bad[] = {"", "P", "PT", "P1", "PT1D", "P1H",
	    "P1DT", "P1D1Y", "PT1M1H", "PT1M1M", "P100Y", "P1Y1W", "P1W1D",
	    "P15W", "PT99999999999999999999S", "2026-02-29T00:00", "2026-11-24",
	    "2026-11-24T03", "2026-11-24T03:16:", "2026-11-24T03:16:17.",
	    "2026-1124T03:16", "2026-11-24T03:16Z1", "2026-11-24T03:16+9",
	    "2026-11-24T03:16+24:00", "2026-11-24T03:16+09:60",
	    "2026-11-24T03:16+09:", "2026-11-24T24:00", "2026-11-24T03:16:60Z"};
	struct smpptime t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (!smpptime_read_iso(&t, span_str(good[i].text)))
			fail_msg("%s is not read", good[i].text);
		prints(&t, good[i].want);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (smpptime_read_iso(&t, span_str(bad[i])))
			fail_msg("%s is read", bad[i]);
}

static void
what_sixteen_characters_cannot_say_is_not_written(void **state)
{
	const struct smpptime good = {.kind = SMPPTIME_ABSOLUTE, .year = 2026,
	    .month = 11, .day = 24, .milli = 999, .offset_minutes = -345};
	struct smpptime t = good;
	char text[SMPPTIME_TEXT + 1];

	(void)state;
	assert_true(smpptime_write(text, &t));
	assert_string_equal(text, "261124000000923-");
	t.kind = SMPPTIME_LOCAL;
	assert_false(smpptime_write(text, &t));
	t = good;
	t.offset_minutes = 721;
	assert_false(smpptime_write(text, &t));
	t.offset_minutes = 735;
	assert_false(smpptime_write(text, &t));
	t.offset_minutes = 7;
	assert_false(smpptime_write(text, &t));
	t = good;
	t.year = 2038;
	assert_false(smpptime_write(text, &t));
	t.year = 1937;
	assert_false(smpptime_write(text, &t));
	t = good;
	t.month = 13;
	assert_false(smpptime_write(text, &t));
	t = (struct smpptime){.kind = SMPPTIME_RELATIVE, .minute = 99};
	assert_true(smpptime_write(text, &t));
	assert_string_equal(text, "000000009900000R");
	t.minute = 100;
	assert_false(smpptime_write(text, &t));
	t.minute = 0;
	t.year = 100;
	assert_false(smpptime_write(text, &t));
}

static int64_t
from(const char *iso, const char *relative)
{
	struct smpptime a, r;

	assert_true(smpptime_read_iso(&a, span_str(iso)));
	assert_true(smpptime_read(&r, span_str(relative)));
	return smpptime_utc(&r, 540, smpptime_utc(&a, 0, 0));
}

static void
relative_time_counts_by_the_calendar(void **state)
{
	struct smpptime t;

	(void)state;
	t = smpptime_at(from("2026-11-24T03:16:17.250Z", "000000000500000R"), 0);
	prints(&t, "2026-11-24T03:21:17.250Z");
	t = smpptime_at(from("2026-01-31T12:00:00Z", "000100000000000R"), 0);
	prints(&t, "2026-02-28T12:00:00Z");
	t = smpptime_at(from("2024-02-29T00:00:00Z", "010000000000000R"), 0);
	prints(&t, "2025-02-28T00:00:00Z");
	t = smpptime_at(from("2026-12-31T23:59:59Z", "020203000001000R"), 0);
	prints(&t, "2029-03-04T00:00:00Z");
	t = smpptime_at(from("1969-12-31T23:59:59Z", "001100000000000R"), 0);
	prints(&t, "1970-11-30T23:59:59Z");
}

static void
receipt_dates_have_ten_digits(void **state)
{
	struct smpptime t = smpptime_at(1795490177250, 540);
	struct buf b = {0};

	(void)state;
	smpptime_write_date(&b, &t);
	assert_string_equal(buf_cstr(&b), "2611241216");
	buf_free(&b);
}

/* Of all digits near those of a date, the ones that exist. */
static void
digits_print_as_what_they_read_as(void **state)
{
	struct buf slow = {0};
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		static const char most[] = "991339296969";
		uint8_t digits[12], out[SMPPTIME_ISO], *end;
		struct smpptime t;

		for (size_t i = 0; i < 12; i++) {
			seed = seed * 1664525 + 1013904223;
			digits[i] = (uint8_t)('0' + (seed >> 16) %
			    (unsigned)(most[i] - '0' + 1));
		}
		for (size_t n = 10; n <= 12; n += 2) {
			bool exists = smpptime_read(&t, span_of(digits, n));

			end = smpptime_put_digits(out, digits, n);
			if (exists != (end != NULL))
				fail_msg("%.*s", (int)n, (char *)digits);
			if (!exists)
				continue;
			buf_clear(&slow);
			smpptime_print(&slow, &t);
			assert_int_equal(end - out, slow.len);
			assert_memory_equal(out, slow.p, slow.len);
		}
	}
	buf_free(&slow);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calendar_is_the_one_counted_day_by_day),
		cmocka_unit_test(every_day_has_its_dates_in_all_forms),
		cmocka_unit_test(forms_of_receipts_are_read),
		cmocka_unit_test(what_does_not_exist_is_refused),
		cmocka_unit_test(iso_is_read_in_its_forms),
		cmocka_unit_test(
		    what_sixteen_characters_cannot_say_is_not_written),
		cmocka_unit_test(relative_time_counts_by_the_calendar),
		cmocka_unit_test(receipt_dates_have_ten_digits),
		cmocka_unit_test(digits_print_as_what_they_read_as),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
