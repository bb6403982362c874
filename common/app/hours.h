/* SPDX-License-Identifier: ISC */
#ifndef APP_HOURS_H
#define APP_HOURS_H

#include "base/buf.h"
#include "sys/zone.h"

/*
 * The hours of the day in which something may be done, by the clocks of a zone,
 * whose changes to and from summer time count: what is 09:00 on the clock of
 * that day is 09:00. All zero: at any time.
 */
struct hours {
	unsigned from, to;   /* minutes of the day; over midnight: from > to */
	bool limited;
	struct zone zone;    /* the caller sets it */
	/* what was found out last: open, or not, from since to until */
	int64_t since_ms, until_ms;
	bool open;
};

/* Reads "09:00-21:00", "21-6", "00:00-24:00". False when it is none, or no
 * time at all (09:00-09:00); the zone stays as it is. */
bool hours_parse(struct hours *, struct span text);

/* Whether utc_ms, milliseconds since 1970, lies within; *until_ms is when that
 * changes, INT64_MAX when never. */
bool hours_open(struct hours *, int64_t utc_ms, int64_t *until_ms);

/* Appends a moment as the zone's clocks show it: "2026-11-25 09:00 +09:00". */
void hours_print(struct buf *, const struct hours *, int64_t utc_ms);

#endif
