/* SPDX-License-Identifier: ISC */
/* Dates of MM4: RFC 5322 with all that is obsolete in it, asctime, RFC 3339, and
 * seconds from now. */
#include <gmime/gmime.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/term.h"
#include "mms/mm4.h"

/* Days since 1970 of a day of the Gregorian calendar. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t era, of_era, of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_era = year - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

static void
date_of(int64_t days, int *year, unsigned *month, unsigned *day)
{
	int64_t era, of_era, y, of_year, m;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * y + y / 4 - y / 100);
	m = (5 * of_year + 2) / 153;
	*day = (unsigned)(of_year - (153 * m + 2) / 5 + 1);
	*month = (unsigned)(m < 10 ? m + 3 : m - 9);
	*year = (int)(y + era * 400 + (*month <= 2));
}

void
mm4_date(struct buf *b, struct timespec time)
{
	static const char days[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon",
	    "Tue", "Wed"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t s = time.tv_sec < 0 ? 0 : (int64_t)time.tv_sec;
	int64_t in_day = s % 86400;
	unsigned month, day;
	int year;

	date_of(s / 86400, &year, &month, &day);
	buf_addf(b, "%s, %02u %s %04d %02d:%02d:%02d +0000",
	    days[s / 86400 % 7], day, months[month - 1], year,
	    (int)(in_day / 3600), (int)(in_day / 60 % 60), (int)(in_day % 60));
}

/* n digits at the front of *s. */
static bool
take(struct span *s, size_t n, int64_t *value)
{
	*value = 0;
	if (s->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		*value = *value * 10 + (s->p[i] - '0');
	}
	*s = span_skip(*s, n);
	return true;
}

static bool
skip(struct span *s, const char *any)
{
	if (s->n == 0 || s->p[0] == 0 || strchr(any, s->p[0]) == NULL)
		return false;
	*s = span_skip(*s, 1);
	return true;
}

/* Z, +09:00, or nothing, which is taken for UTC. */
static bool
take_zone(struct span *s, int64_t *seconds)
{
	bool west = s->n > 0 && s->p[0] == '-';
	int64_t hours, minutes;

	*seconds = 0;
	if (s->n == 0 || skip(s, "Zz"))
		return s->n == 0;
	if (!skip(s, "+-") || !take(s, 2, &hours))
		return false;
	skip(s, ":");
	if (!take(s, 2, &minutes) || s->n > 0)
		return false;
	*seconds = (hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}

/* 2026-07-09T09:15:00.5Z */
static bool
read_rfc3339(struct span s, struct timespec *time)
{
	int64_t year, month, day, hour, minute, second, zone, ignored;

	if (!take(&s, 4, &year) || !skip(&s, "-") || !take(&s, 2, &month) ||
	    !skip(&s, "-") || !take(&s, 2, &day) || !skip(&s, "Tt ") ||
	    !take(&s, 2, &hour) || !skip(&s, ":") || !take(&s, 2, &minute) ||
	    !skip(&s, ":") || !take(&s, 2, &second))
		return false;
	if (skip(&s, "."))
		while (take(&s, 1, &ignored))
			;
	if (!take_zone(&s, &zone) || month < 1 || month > 12 || day < 1 ||
	    day > 31 || hour > 23 || minute > 59 || second > 60)
		return false;
	time->tv_sec = (time_t)(days_of(year, month, day) * 86400 +
	    hour * 3600 + minute * 60 + second - zone);
	return true;
}

bool
mm4_time(struct span text, const struct timespec *now, struct timespec *time)
{
	struct span s = term_trim(text);
	GDateTime *date;
	uint64_t seconds;
	char *copy;

	*time = (struct timespec){0};
	if (term_number(s, 0, INT32_MAX, &seconds)) {
		if (now == NULL)
			return false;
		*time = *now;
		time->tv_sec += (time_t)seconds;
		return true;
	}
	if (read_rfc3339(s, time))
		return true;
	copy = mem_strndup(s.p, s.n);
	date = g_mime_utils_header_decode_date(copy);
	free(copy);
	if (date == NULL)
		return false;
	time->tv_sec = (time_t)g_date_time_to_unix(date);
	g_date_time_unref(date);
	return true;
}
