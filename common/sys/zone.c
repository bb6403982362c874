/* SPDX-License-Identifier: ISC */
/* Time zones by offset, or by name out of the system's tables. */
#include "sys/zone.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#define TABLES "/usr/share/zoneinfo"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One or two digits. */
static int
take_number(const char **p)
{
	int n = 0;

	for (int i = 0; i < 2 && is_digit(**p); i++)
		n = n * 10 + *(*p)++ - '0';
	return n;
}

/* +09:00, +0900, +09, +9 */
static bool
parse_offset(const char *text, int *minutes)
{
	const char *p = text + 1;
	int hours, rest = 0;

	if ((*text != '+' && *text != '-') || !is_digit(*p))
		return false;
	hours = take_number(&p);
	if (*p == ':')
		p++;
	if (p > text + 2 && is_digit(p[0]) && is_digit(p[1]))
		rest = take_number(&p);
	if (*p != '\0' || p[-1] == ':' || hours > 14 || rest > 59)
		return false;
	*minutes = (hours * 60 + rest) * (*text == '-' ? -1 : 1);
	return true;
}

/* Whether the system has a table of that name. */
static bool
has_table(const char *name)
{
	const char *folder = getenv("TZDIR");
	char path[PATH_MAX];
	struct stat st;
	int n;

	if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") != NULL)
		return false;
	n = snprintf(path, sizeof(path), "%s/%s",
	    folder != NULL ? folder : TABLES, name);
	return n > 0 && (size_t)n < sizeof(path) && stat(path, &st) == 0 &&
	    S_ISREG(st.st_mode);
}

bool
zone_parse(struct zone *z, const char *text)
{
	*z = (struct zone){.fixed = true, .last = INT64_MIN};
	if (strcasecmp(text, "Z") == 0 || strcasecmp(text, "UTC") == 0 ||
	    parse_offset(text, &z->minutes))
		return true;
	z->fixed = false;
	if (strcmp(text, "local") != 0 &&
	    (!has_table(text) || setenv("TZ", text, 1) != 0))
		return false;
	tzset();
	return true;
}

int
zone_minutes(struct zone *z, int year, unsigned month, unsigned day,
    unsigned hour, unsigned minute)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = (int)month - 1,
	    .tm_mday = (int)day, .tm_hour = (int)hour, .tm_min = (int)minute,
	    .tm_isdst = -1};
	int64_t quarter;

	if (z->fixed)
		return z->minutes;
	/* a zone changes on quarters of an hour */
	quarter = ((((int64_t)year * 12 + month) * 31 + day) * 24 + hour) * 4 +
	    minute / 15;
	if (quarter != z->last && mktime(&tm) != (time_t)-1) {
		z->last = quarter;
		z->minutes = (int)(tm.tm_gmtoff / 60);
	}
	return z->minutes;
}
