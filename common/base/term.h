/* SPDX-License-Identifier: ISC */
#ifndef BASE_TERM_H
#define BASE_TERM_H

#include "base/span.h"

/* Terms in a text that a person wrote. */

/* The part of *text before the first c; *text becomes what is left behind it,
 * and *found whether there was one. */
struct span term_cut(struct span *text, uint8_t c, bool *found);

/* Without blanks, tabs and CR around it. */
struct span term_trim(struct span);

/* A whole number of decimal digits, least to most; false when it is none. */
bool term_number(struct span, uint64_t least, uint64_t most, uint64_t *n);

#endif
