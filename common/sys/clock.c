/* SPDX-License-Identifier: ISC */
/*
 * The time of day and its text. Every record has one, so the calendar is
 * computed here (days since March 1st of year 0, in eras of 400 years) rather
 * than by gmtime_r and strftime.
 */
#include "sys/clock.h"

struct timespec
clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t;
}

uint64_t
clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
digits(char *p, uint32_t v, int n)
{
	while (n-- > 0) {
		p[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

void
clock_text(char text[CLOCK_TEXT + 1], struct timespec t)
{
	static const int64_t first = INT64_C(-62167219200),
		last = INT64_C(253402300799);
	int64_t second = t.tv_sec;
	uint32_t days, of_day, era, of_era, year, of_year, month;

	if (second < first || second > last) {
		t.tv_nsec = second < first ? 0 : 999999999;
		second = second < first ? first : last;
	}
	/* January and February belong to the year before; the era before year
	 * 0 keeps all of it positive */
	second += (INT64_C(719468) + 146097) * 86400;
	days = (uint32_t)(second / 86400);
	of_day = (uint32_t)(second % 86400);
	era = days / 146097;
	of_era = days % 146097;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	year += era * 400 - 400 + (month >= 10);

	digits(text, year, 4);
	text[4] = '-';
	digits(text + 5, month < 10 ? month + 3 : month - 9, 2);
	text[7] = '-';
	digits(text + 8, of_year - (153 * month + 2) / 5 + 1, 2);
	text[10] = 'T';
	digits(text + 11, of_day / 3600, 2);
	text[13] = ':';
	digits(text + 14, of_day / 60 % 60, 2);
	text[16] = ':';
	digits(text + 17, of_day % 60, 2);
	text[19] = '.';
	digits(text + 20, (uint32_t)(t.tv_nsec / 1000000), 3);
	text[23] = 'Z';
	text[24] = '\0';
}
