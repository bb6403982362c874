/* SPDX-License-Identifier: ISC */
/* How long something takes: the text of it, and times drawn from it. */
#include "app/delay.h"

#include <math.h>
#include <string.h>

#include "app/config.h"

enum { DELAY_MOST = 86400000 };  /* ms, of a shape without an end */

#define NORMAL_99 2.3263478740408408  /* 99 of 100 are below so many deviations */
#define TWO_PI 6.283185307179586

static const struct {
	const char *name;
	size_t times;
} shapes[] = {
	[DELAY_EXP] = {"exp:", 1},
	[DELAY_NORMAL] = {"normal:", 2},
	[DELAY_LOGNORMAL] = {"lognormal:", 2},
};

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* "MIN..MAX": the first takes the unit of the second where it has none. */
static bool
parse_between(struct span first, struct span second, struct delay *d)
{
	struct span unit = second;
	struct buf both = {0};
	bool ok;

	while (unit.n > 0 && (unit.p[0] == '.' || is_digit(unit.p[0])))
		unit = span_skip(unit, 1);
	buf_add_span(&both, first);
	if (first.n > 0 && is_digit(first.p[first.n - 1]))
		buf_add_span(&both, unit);
	ok = time_parse(buf_span(&both), &d->first) &&
	    time_parse(second, &d->second) && d->first <= d->second;
	buf_free(&both);
	return ok;
}

/* The times of a shape, colons between them. */
static bool
parse_times(struct span text, size_t times, struct delay *d)
{
	const uint8_t *colon;

	if (times == 1)
		return time_parse(text, &d->first) && d->first > 0;
	colon = text.n > 0 ? memchr(text.p, ':', text.n) : NULL;
	if (colon == NULL)
		return false;
	return time_parse(span_of(text.p, (size_t)(colon - text.p)),
	    &d->first) && d->first > 0 &&
	    time_parse(span_skip(text, (size_t)(colon - text.p) + 1),
	    &d->second) && (d->shape != DELAY_LOGNORMAL ||
	    d->second >= d->first);
}

bool
delay_parse(struct span text, struct delay *d)
{
	*d = (struct delay){.shape = DELAY_BETWEEN};
	for (int i = DELAY_EXP; i <= DELAY_LOGNORMAL; i++) {
		size_t n = strlen(shapes[i].name);

		if (text.n < n || memcmp(text.p, shapes[i].name, n) != 0)
			continue;
		d->shape = (enum delay_shape)i;
		return parse_times(span_skip(text, n), shapes[i].times, d);
	}
	for (size_t i = 0; i + 1 < text.n; i++)
		if (text.p[i] == '.' && text.p[i + 1] == '.')
			return parse_between(span_of(text.p, i),
			    span_skip(text, i + 2), d);
	if (!time_parse(text, &d->first))
		return false;
	d->second = d->first;
	return true;
}

/* Of the standard normal distribution (Box and Muller). */
static double
normal(struct dice *dice)
{
	double length = sqrt(-2 * log(dice_unit(dice)));

	return length * cos(TWO_PI * dice_unit(dice));
}

uint64_t
delay_draw(const struct delay *d, struct dice *dice)
{
	double first = (double)d->first, second = (double)d->second, ms = 0;

	switch (d->shape) {
	case DELAY_BETWEEN:
		return dice_between(dice, d->first, d->second);
	case DELAY_EXP:
		ms = -first * log(dice_unit(dice));
		break;
	case DELAY_NORMAL:
		ms = first + second * normal(dice);
		break;
	case DELAY_LOGNORMAL:
		ms = first * exp(log(second / first) / NORMAL_99 *
		    normal(dice));
		break;
	}
	return ms <= 0 ? 0 : ms >= DELAY_MOST ? DELAY_MOST :
	    (uint64_t)(ms + 0.5);
}

bool
delay_any(const struct delay *d)
{
	return d->first > 0 || d->second > 0;
}
