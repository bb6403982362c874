/* SPDX-License-Identifier: ISC */
/*
 * Numbers as a format shows them. A number is taken to its 15 decimal digits
 * first, as spreadsheets do, and rounded there: 1.005 with two decimals is 1.01.
 */
#include <stdio.h>
#include <stdlib.h>

#include "file/number_private.h"

enum {
	DIGITS = 15,           /* that a spreadsheet keeps */
	PLAIN_MOST = 21,       /* digits of a whole number without an exponent */
	MS_DAY = 86400000,
	LAST_DAY = 2958465,    /* 9999-12-31 */
	DAYS_1904 = 1462,
};

static double
absolute(double value)
{
	return value < 0 ? -value : value;
}

/* 0.digit... times 10 to the point; n 0 is zero. */
struct decimal {
	char digit[DIGITS + 1];
	int n, point;
	bool negative;
};

static struct decimal
decimal_of(double value)
{
	struct decimal d = {.negative = value < 0};
	char text[48];

	snprintf(text, sizeof(text), "%.*e", DIGITS - 1, absolute(value));
	d.digit[0] = text[0];
	memcpy(d.digit + 1, text + 2, DIGITS - 1);
	d.point = atoi(text + DIGITS + 2) + 1;
	for (d.n = DIGITS; d.n > 0 && d.digit[d.n - 1] == '0';)
		d.n--;
	return d;
}

/* Half away from zero, keeping so many decimals. */
static void
decimal_round(struct decimal *d, int decimals)
{
	int keep = d->point + decimals, i;
	bool up;

	if (keep >= d->n)
		return;
	if (keep < 0) {
		d->n = 0;
		return;
	}
	up = d->digit[keep] >= '5';
	for (i = keep; up && i > 0; i--) {
		up = d->digit[i - 1] == '9';
		d->digit[i - 1] = up ? '0' : (char)(d->digit[i - 1] + 1);
	}
	d->n = keep;
	if (up) {
		memmove(d->digit + 1, d->digit, (size_t)keep);
		d->digit[0] = '1';
		d->point++;
		d->n = keep + 1;
	}
	while (d->n > 0 && d->digit[d->n - 1] == '0')
		d->n--;
}

/* The digit that counts 10 to the power; '0' where none stands. */
static char
digit_at(const struct decimal *d, int power)
{
	int i = d->point - 1 - power;

	return i >= 0 && i < d->n ? d->digit[i] : '0';
}

static void
print_general(struct buf *out, double value)
{
	struct decimal d = decimal_of(value);
	int whole = d.point > 0 ? d.point : 1;

	if (d.n == 0) {
		buf_add_byte(out, '0');
		return;
	}
	if (d.point > PLAIN_MOST || d.point < -8) {
		buf_addf(out, "%.*G", DIGITS, value);
		return;
	}
	if (d.negative)
		buf_add_byte(out, '-');
	for (int power = whole - 1; power >= d.point - d.n || power >= 0;
	    power--) {
		if (power == -1)
			buf_add_byte(out, '.');
		buf_add_byte(out, (uint8_t)digit_at(&d, power));
	}
}

/* The digits before the point, one place for each # 0 ? of the format; what
 * has no place goes out with the first. */
struct whole {
	const struct decimal *d;
	bool grouped;
	int places;     /* still to come */
	bool begun;
};

static void
print_place(struct buf *out, struct whole *w, uint8_t kind)
{
	int power = w->places - 1;
	int first = power;

	if (!w->begun && w->d->n > 0 && w->d->point - 1 > power)
		first = w->d->point - 1;
	for (; first >= power; first--) {
		if (w->begun || (w->d->n > 0 && first < w->d->point) ||
		    kind == '0') {
			buf_add_byte(out, (uint8_t)digit_at(w->d, first));
			w->begun = true;
			if (w->grouped && first > 0 && first % 3 == 0)
				buf_add_byte(out, ',');
		} else if (kind == '?') {
			buf_add_byte(out, ' ');
		}
	}
	w->places--;
}

static void
print_exponent(struct buf *out, const struct number_section *s,
    const struct number_token *sign, int exponent)
{
	buf_add_byte(out, 'E');
	if (exponent < 0)
		buf_add_byte(out, '-');
	else if (sign->text.p[1] == '+')
		buf_add_byte(out, '+');
	buf_addf(out, "%0*d", (int)s->exponent_digits, abs(exponent));
}

/* The exponent that leaves as many digits before the point as have a place. */
static int
take_exponent(struct decimal *d, const struct number_section *s)
{
	int places = s->whole > 0 ? (int)s->whole : 1;
	int exponent = d->n == 0 ? 0 : d->point - 1;
	int step;

	/* with several places the exponent is a multiple of them */
	if (places > 1) {
		step = exponent % places;
		exponent -= step < 0 ? step + places : step;
	}
	d->point -= exponent;
	return exponent;
}

static void
print_decimal_place(struct buf *out, const struct decimal *d, uint8_t kind,
    int power)
{
	if (kind == '0' || (d->n > 0 && d->point - d->n <= power))
		buf_add_byte(out, (uint8_t)digit_at(d, power));
	else if (kind == '?')
		buf_add_byte(out, ' ');
}

static void
print_number(struct buf *out, const struct number_section *s, double value)
{
	struct decimal d = decimal_of(value);
	struct whole w = {&d, s->grouped, (int)s->whole, false};
	const struct number_token *t;
	int exponent = 0, power = -1;
	bool behind = false, tail = false;

	d.point += 2 * (int)s->percents - 3 * (int)s->thousands;
	if (s->exponent)
		exponent = take_exponent(&d, s);
	decimal_round(&d, (int)s->decimals);
	for (size_t i = 0; i < s->n; i++) {
		t = &s->token[i];
		switch (t->type) {
		case NUMBER_DIGIT:
			if (tail)
				break;
			if (behind)
				print_decimal_place(out, &d, t->text.p[0],
				    power--);
			else
				print_place(out, &w, t->text.p[0]);
			break;
		case NUMBER_POINT:
			/* "#." of a fraction below 1 has digits to show */
			buf_add_byte(out, '.');
			behind = true;
			break;
		case NUMBER_EXPONENT:
			print_exponent(out, s, t, exponent);
			tail = true;
			break;
		case NUMBER_PERCENT: buf_add_byte(out, '%'); break;
		case NUMBER_LITERAL: buf_add_span(out, t->text); break;
		case NUMBER_GENERAL: print_general(out, value); break;
		default: break;
		}
	}
}

/* Dates */

struct moment {
	int year, month, day, weekday;   /* weekday 0: Sunday */
	int64_t hours, minutes, seconds; /* since the first day, for [h] */
	int hour, minute, second;
	int64_t fraction;                /* of a second, in units of decimals */
};

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static void
civil(int64_t days, struct moment *m)
{
	int64_t era, day, year, part;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day = days - era * 146097;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	part = (5 * day + 2) / 153;
	m->day = (int)(day - (153 * part + 2) / 5 + 1);
	m->month = (int)(part < 10 ? part + 3 : part - 9);
	m->year = (int)(year + era * 400 + (m->month <= 2));
}

static bool
moment_of(struct moment *m, double value, bool date1904, size_t decimals)
{
	int64_t unit = 1, day, rest, second;

	if (!(value >= 0) || value >= LAST_DAY + 1)
		return false;
	for (size_t i = 0; i < decimals; i++)
		unit *= 10;
	day = (int64_t)value;
	rest = (int64_t)((value - (double)day) * 86400 * (double)unit + 0.5);
	day += rest / (86400 * unit);
	rest %= 86400 * unit;
	m->fraction = rest % unit;
	second = rest / unit;
	m->hours = day * 24 + second / 3600;
	m->minutes = day * 1440 + second / 60;
	m->seconds = day * 86400 + second;
	m->hour = (int)(second / 3600);
	m->minute = (int)(second / 60 % 60);
	m->second = (int)(second % 60);
	if (date1904)
		day += DAYS_1904;
	m->weekday = (int)((day + 6) % 7);
	/* day 60 is 29 February 1900, which never was; nor are days before it
	 * where the calendar has them */
	if (day == 60) {
		m->year = 1900;
		m->month = 2;
		m->day = 29;
		return true;
	}
	civil((day < 60 ? day + 1 : day) - 25569, m);
	return true;
}

static void
print_month(struct buf *out, size_t n, int month)
{
	static const char *const names[] = {"January", "February", "March",
	    "April", "May", "June", "July", "August", "September", "October",
	    "November", "December"};
	const char *name = names[month - 1];

	if (n <= 2)
		buf_addf(out, "%0*d", (int)n, month);
	else
		buf_add(out, name, n == 3 ? 3 : n == 5 ? 1 : strlen(name));
}

static void
print_weekday(struct buf *out, size_t n, int day, bool korean)
{
	static const char *const names[] = {"Sunday", "Monday", "Tuesday",
	    "Wednesday", "Thursday", "Friday", "Saturday"};
	static const char *const days[] = {"일", "월", "화", "수", "목", "금",
	    "토"};

	if (korean)
		buf_addf(out, "%s%s", days[day], n > 3 ? "요일" : "");
	else
		buf_add(out, names[day], n == 3 ? 3 : strlen(names[day]));
}

static void
print_time_part(struct buf *out, const struct number_token *t, int within,
    int64_t elapsed)
{
	buf_addf(out, "%0*lld", t->n > 1 && !t->elapsed ? 2 : (int)t->n,
	    (long long)(t->elapsed ? elapsed : within));
}

static void
print_ampm(struct buf *out, const struct number_section *s,
    const struct number_token *t, int hour)
{
	static const char *const words[2][2] = {{"AM", "PM"}, {"오전", "오후"}};
	const char *word = words[s->korean][hour >= 12];

	buf_add(out, word, t->n == 3 && !s->korean ? 1 : strlen(word));
}

static void
print_date_part(struct buf *out, const struct number_section *s,
    const struct number_token *t, const struct moment *m)
{
	int hour = s->twelve ? (m->hour + 11) % 12 + 1 : m->hour;

	switch (t->type) {
	case NUMBER_YEAR:
		buf_addf(out, t->n <= 2 ? "%02d" : "%04d",
		    t->n <= 2 ? m->year % 100 : m->year);
		break;
	case NUMBER_MONTH: print_month(out, t->n, m->month); break;
	case NUMBER_DAY:
		if (t->n <= 2)
			buf_addf(out, "%0*d", (int)t->n, m->day);
		else
			print_weekday(out, t->n, m->weekday, s->korean);
		break;
	case NUMBER_WEEKDAY:
		print_weekday(out, t->n, m->weekday, true);
		break;
	case NUMBER_HOUR: print_time_part(out, t, hour, m->hours); break;
	case NUMBER_MINUTE:
		print_time_part(out, t, m->minute, m->minutes);
		break;
	case NUMBER_SECOND:
		print_time_part(out, t, m->second, m->seconds);
		break;
	case NUMBER_AMPM: print_ampm(out, s, t, m->hour); break;
	case NUMBER_GENERAL:
	case NUMBER_TEXT:
	case NUMBER_DIGIT: break;
	default: buf_add_span(out, t->text); break;
	}
}

static bool
print_date(struct buf *out, const struct number_section *s, double value,
    bool date1904)
{
	struct moment m;
	bool fraction = false;

	if (!moment_of(&m, value, date1904, s->decimals))
		return false;
	for (size_t i = 0; i < s->n; i++) {
		print_date_part(out, s, &s->token[i], &m);
		if (s->token[i].type == NUMBER_POINT && s->decimals > 0 &&
		    !fraction) {
			fraction = true;
			buf_addf(out, "%0*lld", (int)s->decimals,
			    (long long)m.fraction);
		}
	}
	return true;
}

/* Which section shows a number */

static bool
is_met(const struct number_section *s, double value)
{
	return (s->less && value < s->limit) || (s->more && value > s->limit) ||
	    (s->equal && value == s->limit);
}

/* Without conditions: positive, negative, zero. *bare: the section shows
 * negative numbers without their sign. */
static const struct number_section *
choose(const struct number_format *f, double value, bool *bare)
{
	*bare = false;
	if (f->section[0].has_condition || f->section[1].has_condition) {
		for (size_t i = 0; i < f->n && i < 3; i++) {
			*bare = i > 0;
			if (!f->section[i].has_condition ||
			    is_met(&f->section[i], value))
				return &f->section[i];
		}
		return NULL;
	}
	if (value < 0 && f->n > 1) {
		*bare = true;
		return &f->section[1];
	}
	return value == 0 && f->n > 2 ? &f->section[2] : &f->section[0];
}

void
number_format_print(struct buf *out, const struct number_format *f,
    double value, bool date1904)
{
	const struct number_section *s = NULL;
	bool bare = false, shows;

	if (f != NULL)
		s = choose(f, value, &bare);
	if (s == NULL || s->fraction || (s->n == 0 && f->n == 1) ||
	    (s->n == 1 && s->token[0].type == NUMBER_TEXT)) {
		print_general(out, value);
		return;
	}
	if (s->is_date) {
		if (!print_date(out, s, value, date1904))
			print_general(out, value);
		return;
	}
	shows = s->has_digits;
	if (value < 0 && !bare && shows)
		buf_add_byte(out, '-');
	print_number(out, s, shows || bare ? absolute(value) : value);
}
