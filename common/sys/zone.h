/* SPDX-License-Identifier: ISC */
#ifndef SYS_ZONE_H
#define SYS_ZONE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* A time zone: so many minutes east of UTC, or one of the system's tables,
 * with its summer times. */
struct zone {
	bool fixed;
	int minutes;
	int64_t last;      /* private: the quarter that minutes was found for */
};

/*
 * "Z", "UTC", "+09:00", "+0900", "-5"; "Asia/Seoul" and the like; "local" for
 * the system's own, or that of $TZ, which may have POSIX's form too. False when
 * it is none of them, or there is no such table, which libc would take for
 * UTC in silence. A zone with a table becomes that of the process ($TZ): there
 * can be one.
 */
bool zone_parse(struct zone *, const char *text);

/* Minutes east of UTC at that moment, which is one of the zone's own clock. */
int zone_minutes(struct zone *, int year, unsigned month, unsigned day,
    unsigned hour, unsigned minute);

/* What its clocks show at a moment, seconds since 1970; tm_gmtoff is set. */
void zone_clock(const struct zone *, int64_t utc, struct tm *);

#endif
