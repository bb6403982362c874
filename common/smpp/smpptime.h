/* SPDX-License-Identifier: ISC */
#ifndef SMPP_SMPPTIME_H
#define SMPP_SMPPTIME_H

#include "base/buf.h"

/*
 * Times as SMPP and receipts write them (3.4, 7.1.1), as UTC and as ISO 8601.
 * Milliseconds since 1970-01-01T00:00Z are int64_t, named utc_ms; leap
 * seconds do not exist.
 */
enum smpptime_kind {
	SMPPTIME_LOCAL,     /* a date whose zone is not said */
	SMPPTIME_ABSOLUTE,  /* a date with its offset from UTC */
	SMPPTIME_RELATIVE,  /* so much later than now */
};

struct smpptime {
	enum smpptime_kind kind;
	int32_t year;             /* 1970; RELATIVE: number of years */
	uint8_t month, day;       /* from 1; RELATIVE: numbers of months, days */
	uint8_t hour, minute, second;
	uint16_t milli;
	int16_t offset_minutes;   /* ABSOLUTE: east of UTC */
};

/*
 * Reads the 16 characters of SMPP (YYMMDDhhmmsstnn and + - or R) or the digits
 * of a receipt: YYMMDDhhmm, YYMMDDhhmmss, YYYYMMDDhhmmss, that with
 * hundredths, "YYYY-MM-DD hh:mm:ss". False for what has another form and for
 * a date or time that does not exist, all zeros among them.
 */
bool smpptime_read(struct smpptime *, struct span);

enum { SMPPTIME_TEXT = 16 };

/*
 * Writes the 16 characters of SMPP. False when they cannot say it: no offset,
 * one that is not of quarters of an hour or is over 12 hours, a year outside
 * 1938 to 2037, a number over 99. Less than a tenth of a second is cut.
 */
bool smpptime_write(char text[SMPPTIME_TEXT + 1], const struct smpptime *);

/* Appends the ten digits of a receipt's date, YYMMDDhhmm. */
void smpptime_write_date(struct buf *, const struct smpptime *);

/*
 * Appends ISO 8601: 2025-12-31T23:59:59+09:00, ...Z at UTC, no zone when it is
 * not said, a fraction when there is one; RELATIVE: P2Y6M10DT23H34M29S.
 */
void smpptime_print(struct buf *, const struct smpptime *);

/* The same of a date of a year from 0 to 9999, not RELATIVE, written at w,
 * where there is room for SMPPTIME_ISO octets; gives where it ends. */
enum { SMPPTIME_ISO = 32 };
uint8_t *smpptime_put(uint8_t *w, const struct smpptime *);

/* The same of n digits of a receipt, 10 or 12; NULL when there is no such
 * date. What the caller knows to be digits need not be looked at twice. */
uint8_t *smpptime_put_digits(uint8_t *w, const uint8_t *digits, size_t n);

/*
 * Reads ISO 8601: dates with dashes or without, a T or a blank, seconds and
 * fraction (cut to milliseconds) optional, Z or +hh:mm or +hh or nothing; and
 * durations of years to seconds, weeks too. False for anything else, and for
 * what does not exist.
 */
bool smpptime_read_iso(struct smpptime *, struct span);

/* The moment a date means; LOCAL is taken as zone_minutes east of UTC, and
 * RELATIVE counts from now_ms, by the calendar: a day that the month lacks
 * becomes its last one. */
int64_t smpptime_utc(const struct smpptime *, int zone_minutes, int64_t now_ms);

/* A moment as ABSOLUTE, offset_minutes east of UTC. The year has no limit. */
struct smpptime smpptime_at(int64_t utc_ms, int offset_minutes);

/* Days from 1970-01-01 to a date of the Gregorian calendar, and back. */
int64_t smpptime_days(int32_t year, unsigned month, unsigned day);
void smpptime_date(int64_t days, int32_t *year, unsigned *month, unsigned *day);

/* Days of a month; 0 when there is no such month. */
unsigned smpptime_month_days(int32_t year, unsigned month);

#endif
