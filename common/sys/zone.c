/* SPDX-License-Identifier: ISC */
/* Time zones by offset, or by name out of the system's tables. */
#include "sys/zone.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

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

/* Whether a file is one of a zone: it begins with TZif (RFC 8536, 3.1). */
static bool
is_table(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char magic[4];
	bool is;

	if (fd < 0)
		return false;
	is = read(fd, magic, 4) == 4 && memcmp(magic, "TZif", 4) == 0;
	close(fd);
	return is;
}

/* Whether the system has a table of that name. */
static bool
has_table(const char *name)
{
	const char *folder = getenv("TZDIR");
	char path[PATH_MAX];
	int n;

	if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") != NULL)
		return false;
	n = snprintf(path, sizeof(path), "%s/%s",
	    folder != NULL ? folder : TABLES, name);
	return n > 0 && (size_t)n < sizeof(path) && is_table(path);
}

/* Takes "KST" or "<+09>". */
static bool
take_abbreviation(const char **p)
{
	size_t n = 0;

	if (**p == '<') {
		for (++*p; isalnum((unsigned char)**p) || **p == '+' ||
		    **p == '-'; ++*p)
			n++;
		return n >= 3 && *(*p)++ == '>';
	}
	for (; isalpha((unsigned char)**p); ++*p)
		n++;
	return n >= 3;
}

/* Takes "hh[:mm[:ss]]", at most 24 hours. */
static bool
take_offset(const char **p)
{
	if (!is_digit(**p) || take_number(p) > 24)
		return false;
	for (int i = 0; i < 2 && **p == ':'; i++) {
		++*p;
		if (!is_digit((*p)[0]) || !is_digit((*p)[1]) ||
		    take_number(p) > 59)
			return false;
	}
	return true;
}

/* POSIX's form: a name, its offset, and then perhaps a summer time with its
 * rules, which are libc's to read (POSIX.1, 8.3). */
static bool
is_posix(const char *name)
{
	if (!take_abbreviation(&name))
		return false;
	if (*name == '+' || *name == '-')
		name++;
	if (!take_offset(&name))
		return false;
	return *name == '\0' || (take_abbreviation(&name) &&
	    name[strspn(name, "+-0123456789:,./JM")] == '\0');
}

/* Whether libc can make sense of $TZ. */
static bool
is_known_of_environment(void)
{
	const char *name = getenv("TZ");

	if (name == NULL || name[0] == '\0')
		return true;
	if (name[0] == ':')
		name++;
	return strcasecmp(name, "UTC") == 0 || has_table(name) ||
	    is_posix(name) || (name[0] == '/' && is_table(name));
}

bool
zone_parse(struct zone *z, const char *text)
{
	*z = (struct zone){.fixed = true, .last = INT64_MIN};
	if (strcasecmp(text, "Z") == 0 || strcasecmp(text, "UTC") == 0 ||
	    parse_offset(text, &z->minutes))
		return true;
	z->fixed = false;
	if (strcmp(text, "local") == 0 ? !is_known_of_environment() :
	    !has_table(text) || setenv("TZ", text, 1) != 0)
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

void
zone_clock(const struct zone *z, int64_t utc, struct tm *tm)
{
	time_t t = (time_t)(utc + (z->fixed ? (int64_t)z->minutes * 60 : 0));

	if (!z->fixed) {
		localtime_r(&t, tm);
		return;
	}
	gmtime_r(&t, tm);
	tm->tm_gmtoff = z->minutes * 60;
}
