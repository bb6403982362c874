/* SPDX-License-Identifier: ISC */
#ifndef FILE_NUMBER_FORMAT_H
#define FILE_NUMBER_FORMAT_H

#include "base/buf.h"

/*
 * The number formats of spreadsheets (ECMA-376-1, 18.8.30 and 18.8.31): a code
 * such as  000-0000-0000  or  yyyy"년" m"월"  to the text that a person sees in
 * the cell.
 */
struct number_format;

/* Reads a code, which need not live on. What cannot be read, or is longer than
 * any program makes it, is shown as General. Owned by the caller. */
struct number_format *number_format_new(struct span code);
void number_format_free(struct number_format *);

/* The code of a built-in numFmtId; NULL when there is none. Dates that a
 * program shows by the country of its user are ISO ones here. */
const char *number_format_builtin(uint32_t id);

/* Whether it shows a date or a time of day. */
bool number_format_is_date(const struct number_format *);

/* How many digits it pads whole numbers to with zeros, 0 when it does not:
 * 00000000000 is 11, which keeps the first 0 of a phone number. */
size_t number_format_zeros(const struct number_format *);

/*
 * Appends a number as the format shows it; NULL is General. date1904: the
 * workbook counts days from 1904. Numbers keep 15 digits, as spreadsheets do;
 * no exponent is put where the format does not ask for one and the number has
 * no more than 21 digits.
 */
void number_format_print(struct buf *, const struct number_format *,
    double value, bool date1904);

#endif
