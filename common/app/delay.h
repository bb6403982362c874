/* SPDX-License-Identifier: ISC */
#ifndef APP_DELAY_H
#define APP_DELAY_H

#include "base/dice.h"
#include "base/span.h"

/*
 * How long something takes: a time, or how times are spread.
 *
 *	2s                    always so long
 *	1..5s, 500ms..2s      any time between the two, all as likely; without a
 *	                      unit the first takes that of the second
 *	exp:2s                exponential, with this mean
 *	normal:2s:500ms       about a mean, with this standard deviation
 *	lognormal:50ms:2s     half within the first, 99 of 100 within the second
 */
enum delay_shape { DELAY_BETWEEN, DELAY_EXP, DELAY_NORMAL, DELAY_LOGNORMAL };

struct delay {
	enum delay_shape shape;
	uint64_t first, second;  /* ms, as in the text; of exp the first alone */
};

/* False when the text is no delay. */
bool delay_parse(struct span text, struct delay *);

/* What delay_parse takes, in a few words, for diagnostics. */
#define DELAY_EXPECTED "a TIME, MIN..MAX, exp:MEAN, normal:MEAN:DEVIATION or " \
	"lognormal:MEDIAN:P99, as in 2s or 1..5s"

/* A time of it, in ms; no longer than a day where the shape has no end. */
uint64_t delay_draw(const struct delay *, struct dice *);

/* Whether it is ever more than nothing. */
bool delay_any(const struct delay *);

#endif
