/* SPDX-License-Identifier: ISC */
#ifndef APP_PATTERN_H
#define APP_PATTERN_H

#include "base/buf.h"

/*
 * Addresses to make many of: "+8210{8d}" is +8210 and eight digits by chance.
 * Equal seeds give equal digits, on every machine.
 */
enum { PATTERN_DIGITS = 20 };  /* the most in one pair of braces */

/* Whether there is anything to fill in; *bad is then set when it is none that
 * can be: a brace that is not of the form {8d}, from 1 to PATTERN_DIGITS. */
bool pattern_is(struct span text, bool *bad);

/* Appends the text with its digits; *random is where chance stands, any number
 * to begin with. */
void pattern_fill(struct buf *, struct span text, uint64_t *random);

#endif
