/* SPDX-License-Identifier: ISC */
/*
 * Times as SMPP writes them (3.4, 7.1.1; years in two digits: appendix C) and
 * as delivery receipts do. Days are counted in 400-year eras that begin in
 * March, so that the leap day is the last of its year.
 */
#include "smpp/smpptime.h"

#include "base/word.h"

enum {
	ERA_DAYS = 146097,       /* of 400 years */
	EPOCH_DAYS = 719468,     /* from 0000-03-01 to 1970-01-01 */
	DAY_MS = 86400000,
	CENTURY_PIVOT = 38,      /* 38 to 99 are 19xx */
	QUARTERS_MAX = 48,
};

int64_t
smpptime_days(int32_t year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month <= 2), era, of_era;
	int64_t of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) /
	    5 + (int64_t)day - 1;

	era = (y >= 0 ? y : y - 399) / 400;
	y -= era * 400;
	of_era = y * 365 + y / 4 - y / 100 + of_year;
	return era * ERA_DAYS + of_era - EPOCH_DAYS;
}

void
smpptime_date(int64_t days, int32_t *year, unsigned *month, unsigned *day)
{
	int64_t era, of_era, y, of_year, m;

	days += EPOCH_DAYS;
	era = (days >= 0 ? days : days - (ERA_DAYS - 1)) / ERA_DAYS;
	of_era = days - era * ERA_DAYS;
	y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * y + y / 4 - y / 100);
	m = (5 * of_year + 2) / 153;
	*day = (unsigned)(of_year - (153 * m + 2) / 5 + 1);
	*month = (unsigned)(m < 10 ? m + 3 : m - 9);
	*year = (int32_t)(y + era * 400 + (*month <= 2));
}

unsigned
smpptime_month_days(int32_t year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31};

	if (month < 1 || month > 12)
		return 0;
	if (month == 2 && year % 4 == 0 &&
	    (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

/* A reader of digits; ok goes false and stays so. */
struct digits {
	const uint8_t *p, *end;
	bool ok;
};

static unsigned
take(struct digits *d, unsigned n)
{
	unsigned v = 0;

	for (; d->ok && n > 0; n--, d->p++) {
		if (d->p == d->end || (uint8_t)(*d->p - '0') > 9)
			d->ok = false;
		else
			v = v * 10 + (unsigned)(*d->p - '0');
	}
	return d->ok ? v : 0;
}

static bool
next_is(const struct digits *d, const char *set)
{
	return d->ok && d->p < d->end && *d->p != 0 &&
	    strchr(set, *d->p) != NULL;
}

static void
expect(struct digits *d, const char *set)
{
	if (next_is(d, set))
		d->p++;
	else
		d->ok = false;
}

/* Whether all octets are digits, 10 to 16 of them. */
static inline bool
digits_all(struct span s)
{
	return s.n >= 8 && s.n <= 16 && word_digits(word_load8(s.p)) &&
	    word_digits(word_load8(s.p + s.n - 8));
}

/* The number that two digits make. */
static inline unsigned
pair(const uint8_t *p)
{
	return p[0] * 10u + p[1] - '0' * 11u;
}

static bool
exists(const struct smpptime *t)
{
	return t->day >= 1 && t->day <= smpptime_month_days(t->year, t->month) &&
	    t->hour < 24 && t->minute < 60 && t->second < 60;
}

static int32_t
century(unsigned year)
{
	return (int32_t)year + (year < CENTURY_PIVOT ? 2000 : 1900);
}

/* Month to minute, and second where there is one. */
static inline void
read_pairs(struct smpptime *t, const uint8_t *p, bool second)
{
	t->month = (uint8_t)pair(p);
	t->day = (uint8_t)pair(p + 2);
	t->hour = (uint8_t)pair(p + 4);
	t->minute = (uint8_t)pair(p + 6);
	t->second = second ? (uint8_t)pair(p + 8) : 0;
}

static bool
read_smpp(struct smpptime *t, const uint8_t *p)
{
	unsigned quarters = pair(p + 13);

	if (!word_digits(word_load8(p)) || !word_digits(word_load8(p + 7)))
		return false;
	read_pairs(t, p + 2, true);
	t->milli = (uint16_t)((p[12] - '0') * 100);
	if (p[15] == 'R' || p[15] == 'r') {
		t->kind = SMPPTIME_RELATIVE;
		t->year = (int32_t)pair(p);
		return true;
	}
	t->kind = SMPPTIME_ABSOLUTE;
	t->year = century(pair(p));
	t->offset_minutes = (int16_t)((int)quarters * (p[15] == '-' ? -15 : 15));
	return (p[15] == '+' || p[15] == '-') && quarters <= QUARTERS_MAX &&
	    exists(t);
}

bool
smpptime_read(struct smpptime *t, struct span s)
{
	*t = (struct smpptime){.kind = SMPPTIME_LOCAL};
	if (s.n == 19)
		return s.p[10] == ' ' && smpptime_read_iso(t, s) &&
		    t->kind == SMPPTIME_LOCAL;
	if (!digits_all(s))
		return s.n == SMPPTIME_TEXT && read_smpp(t, s.p);
	switch (s.n) {
	case 10:
	case 12:
		t->year = century(pair(s.p));
		read_pairs(t, s.p + 2, s.n == 12);
		break;
	case 14:
	case 16:
		t->year = (int32_t)(pair(s.p) * 100 + pair(s.p + 2));
		read_pairs(t, s.p + 4, true);
		if (s.n == 16)
			t->milli = (uint16_t)(pair(s.p + 14) * 10);
		break;
	default:
		return false;
	}
	return exists(t);
}

/* Two digits at p. */
static inline void
two(uint8_t *p, unsigned n)
{
	static const char digits[] = "00010203040506070809101112131415161718"
	    "19202122232425262728293031323334353637383940414243444546474849"
	    "50515253545556575859606162636465666768697071727374757677787980"
	    "81828384858687888990919293949596979899";

	memcpy(p, digits + 2 * (n % 100), 2);
}

bool
smpptime_write(char text[SMPPTIME_TEXT + 1], const struct smpptime *t)
{
	const unsigned field[] = {(unsigned)t->year % 100, t->month, t->day,
	    t->hour, t->minute, t->second};
	int offset = t->offset_minutes;
	uint8_t *w = (uint8_t *)text;
	size_t i;

	if (t->kind == SMPPTIME_LOCAL)
		return false;
	if (t->kind == SMPPTIME_ABSOLUTE && (!exists(t) || offset % 15 != 0 ||
	    offset > QUARTERS_MAX * 15 || offset < -QUARTERS_MAX * 15 ||
	    t->year < 1900 + CENTURY_PIVOT || t->year >= 2000 + CENTURY_PIVOT))
		return false;
	if (t->kind == SMPPTIME_RELATIVE && (t->year < 0 || t->year > 99))
		return false;
	for (i = 0; i < sizeof(field) / sizeof(*field); i++) {
		if (field[i] > 99)
			return false;
		two(w + 2 * i, field[i]);
	}
	if (t->kind == SMPPTIME_RELATIVE) {
		memcpy(text + 12, "000R", 5);
		return true;
	}
	text[12] = (char)('0' + t->milli / 100);
	two(w + 13, (unsigned)(offset < 0 ? -offset : offset) / 15);
	text[15] = offset < 0 ? '-' : '+';
	text[16] = '\0';
	return true;
}

void
smpptime_write_date(struct buf *b, const struct smpptime *t)
{
	uint8_t text[10];

	two(text, (unsigned)(t->year % 100 + 100));
	two(text + 2, t->month);
	two(text + 4, t->day);
	two(text + 6, t->hour);
	two(text + 8, t->minute);
	buf_add(b, text, sizeof(text));
}

/* P2Y6M10DT23H34M29S, without what is 0; PT0S when all is. */
static void
print_duration(struct buf *b, const struct smpptime *t)
{
	const int32_t number[] = {t->year, t->month, t->day, t->hour,
	    t->minute, t->second};
	size_t begin = b->len, i;

	buf_add_byte(b, 'P');
	for (i = 0; i < 6; i++) {
		if (i == 3)
			buf_add_byte(b, 'T');
		if (number[i] != 0)
			buf_addf(b, "%d%c", (int)number[i], "YMDHMS"[i]);
	}
	if (b->len == begin + 2)
		buf_add_str(b, "0S");
	else if (b->p[b->len - 1] == 'T')
		b->len--;
}

/* .123 */
static uint8_t *
put_milli(uint8_t *w, unsigned milli)
{
	w[0] = '.';
	w[1] = (uint8_t)('0' + milli / 100);
	two(w + 2, milli % 100);
	return w + 4;
}

/* Z, +09:00 */
static uint8_t *
put_zone(uint8_t *w, int offset)
{
	unsigned minutes = (unsigned)(offset < 0 ? -offset : offset);

	if (offset == 0) {
		*w = 'Z';
		return w + 1;
	}
	w[0] = offset < 0 ? '-' : '+';
	two(w + 1, minutes / 60);
	w[3] = ':';
	two(w + 4, minutes % 60);
	return w + 6;
}

/* -11-24T03:16:00, and what is behind it. */
static uint8_t *
put_rest(uint8_t *w, const struct smpptime *t)
{
	memcpy(w, "-00-00T00:00:00", 15);
	two(w + 1, t->month);
	two(w + 4, t->day);
	two(w + 7, t->hour);
	two(w + 10, t->minute);
	two(w + 13, t->second);
	w += 15;
	if (t->milli != 0)
		w = put_milli(w, t->milli);
	return t->kind == SMPPTIME_LOCAL ? w : put_zone(w, t->offset_minutes);
}

uint8_t *
smpptime_put(uint8_t *w, const struct smpptime *t)
{
	two(w, (unsigned)t->year / 100);
	two(w + 2, (unsigned)t->year % 100);
	return put_rest(w + 4, t);
}

/* A day that not all months have, or one that does not exist. */
static uint8_t *
put_rare(uint8_t *w, const uint8_t *p, size_t n)
{
	struct smpptime t;

	return smpptime_read(&t, span_of(p, n)) ? smpptime_put(w, &t) : NULL;
}

uint8_t *
smpptime_put_digits(uint8_t *w, const uint8_t *p, size_t n)
{
	static const char form[] = "2000-00-00T00:00:00";
	const uint64_t least = UINT64_C(0x0000000000010001);
	const uint64_t most = UINT64_C(0x003b0017001c000c), sign =
	    UINT64_C(0x8000800080008000);
	uint64_t x = word_load8(p + 2) - WORD_EACH('0');

	/* month, day, hour, minute: 1 1 0 0 to 12 28 23 59 exist in any year */
	x = (x * 10 + (x >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
	if ((((x | sign) - least) & ((most | sign) - x) & sign) != sign ||
	    p[0] > '2' || (n == 12 && p[10] > '5'))
		return put_rare(w, p, n);
	memcpy(w, form, sizeof(form) - 1);
	memcpy(w + 2, p, 2);
	memcpy(w + 5, p + 2, 2);
	memcpy(w + 8, p + 4, 2);
	memcpy(w + 11, p + 6, 2);
	memcpy(w + 14, p + 8, 2);
	if (n == 12)
		memcpy(w + 17, p + 10, 2);
	return w + sizeof(form) - 1;
}

void
smpptime_print(struct buf *b, const struct smpptime *t)
{
	uint8_t *w;

	if (t->kind == SMPPTIME_RELATIVE) {
		print_duration(b, t);
		return;
	}
	if (t->year >= 0 && t->year <= 9999) {
		w = smpptime_put(buf_reserve(b, SMPPTIME_ISO), t);
	} else {
		buf_addf(b, "%04d", (int)t->year);
		w = put_rest(buf_reserve(b, SMPPTIME_ISO), t);
	}
	b->len = (size_t)(w - b->p);
}

/* ".5" and the like, to milliseconds; more digits are read and cut. */
static unsigned
take_fraction(struct digits *d)
{
	unsigned v = 0, weight = 100;

	if (!next_is(d, ".,"))
		return 0;
	d->p++;
	v = take(d, 1) * weight;
	while (next_is(d, "0123456789"))
		v += take(d, 1) * (weight /= 10);
	return v;
}

/* Z, +hh, +hhmm, +hh:mm or nothing. */
static void
take_zone(struct smpptime *t, struct digits *d)
{
	unsigned hours, minutes = 0;
	bool west, colon;

	t->kind = SMPPTIME_LOCAL;
	if (!d->ok || d->p == d->end)
		return;
	t->kind = SMPPTIME_ABSOLUTE;
	if (next_is(d, "Zz")) {
		d->p++;
		return;
	}
	west = next_is(d, "-");
	expect(d, "+-");
	hours = take(d, 2);
	colon = next_is(d, ":");
	d->p += colon;
	if (colon || d->p < d->end)
		minutes = take(d, 2);
	if (hours > 23 || minutes > 59)
		d->ok = false;
	t->offset_minutes = (int16_t)(hours * 60 + minutes);
	if (west)
		t->offset_minutes = (int16_t)-t->offset_minutes;
}

/* P1Y2M3DT4H5M6S, each at most once and in this order; P2W. */
static bool
read_duration(struct smpptime *t, struct digits *d)
{
	static const char unit[] = "YMDHMS";
	uint32_t number[6] = {0}, v;
	bool time = false, any = false;
	size_t i = 0;

	for (d->p++; d->ok && d->p < d->end; d->p++) {
		if (next_is(d, "Tt") && !time) {
			time = true;
			any = false;
			if (i < 3)
				i = 3;
			continue;
		}
		for (v = take(d, 1); v < 100 && next_is(d, "0123456789");)
			v = v * 10 + take(d, 1);
		if (!d->ok || d->p == d->end)
			return false;
		any = true;
		if (*d->p == 'W' && i == 0) {
			number[2] = v * 7;
			i = 6;
			continue;
		}
		for (; i < 6 && (unit[i] != *d->p || (i < 3) == time);)
			i++;
		if (i == 6)
			return false;
		number[i++] = v;
	}
	for (i = 0; i < 6; i++)
		if (number[i] > 99)
			return false;
	t->kind = SMPPTIME_RELATIVE;
	t->year = (int32_t)number[0];
	t->month = (uint8_t)number[1];
	t->day = (uint8_t)number[2];
	t->hour = (uint8_t)number[3];
	t->minute = (uint8_t)number[4];
	t->second = (uint8_t)number[5];
	return d->ok && any;
}

bool
smpptime_read_iso(struct smpptime *t, struct span s)
{
	struct digits d = {s.p, s.p + s.n, true};
	bool dashes, colons;

	memset(t, 0, sizeof(*t));
	if (next_is(&d, "P"))
		return read_duration(t, &d);
	t->year = (int32_t)take(&d, 4);
	dashes = next_is(&d, "-");
	d.p += dashes;
	t->month = (uint8_t)take(&d, 2);
	if (dashes)
		expect(&d, "-");
	t->day = (uint8_t)take(&d, 2);
	expect(&d, "Tt ");
	t->hour = (uint8_t)take(&d, 2);
	colons = next_is(&d, ":");
	d.p += colons;
	t->minute = (uint8_t)take(&d, 2);
	if (colons ? next_is(&d, ":") : next_is(&d, "0123456789")) {
		d.p += colons;
		t->second = (uint8_t)take(&d, 2);
		t->milli = (uint16_t)take_fraction(&d);
	}
	take_zone(t, &d);
	return d.ok && d.p == d.end && exists(t);
}

int64_t
smpptime_utc(const struct smpptime *t, int zone_minutes, int64_t now_ms)
{
	int64_t ms = ((int64_t)t->hour * 60 + t->minute) * 60000 +
	    (int64_t)t->second * 1000 + t->milli;
	int32_t year = t->year;
	unsigned month = t->month, day = t->day, last;

	if (t->kind == SMPPTIME_RELATIVE) {
		struct smpptime now = smpptime_at(now_ms, 0);

		month += now.month - 1u;
		year += now.year + (int32_t)(month / 12);
		month = month % 12 + 1;
		last = smpptime_month_days(year, month);
		ms += now_ms - smpptime_days(now.year, now.month, now.day) *
		    DAY_MS + (int64_t)day * DAY_MS;
		day = now.day < last ? now.day : last;
	} else {
		ms -= (int64_t)(t->kind == SMPPTIME_LOCAL ? zone_minutes :
		    t->offset_minutes) * 60000;
	}
	return smpptime_days(year, month, day) * DAY_MS + ms;
}

struct smpptime
smpptime_at(int64_t utc_ms, int offset_minutes)
{
	struct smpptime t = {.kind = SMPPTIME_ABSOLUTE,
	    .offset_minutes = (int16_t)offset_minutes};
	int64_t ms = utc_ms + (int64_t)offset_minutes * 60000, days;
	unsigned month, day;

	days = (ms >= 0 ? ms : ms - (DAY_MS - 1)) / DAY_MS;
	ms -= days * DAY_MS;
	smpptime_date(days, &t.year, &month, &day);
	t.month = (uint8_t)month;
	t.day = (uint8_t)day;
	t.hour = (uint8_t)(ms / 3600000);
	t.minute = (uint8_t)(ms / 60000 % 60);
	t.second = (uint8_t)(ms / 1000 % 60);
	t.milli = (uint16_t)(ms % 1000);
	return t;
}
