/* SPDX-License-Identifier: ISC */
#ifndef FILE_PHONE_H
#define FILE_PHONE_H

#include "file/sheet.h"

/*
 * Phone numbers as they stand in spreadsheets: typed in every way, and damaged by
 * a program that took them for numbers. What is certain is mended, the rest
 * refused with the reason.
 */

/* A country whose numbers can be completed: E.164 and its national plan. */
struct phone_country {
	uint16_t code;          /* 82 */
	bool trunk;             /* national numbers begin with a 0, which goes
				 * behind the code */
	uint8_t least, most;    /* digits of a national number without that 0 */
};

/* By code, "82" or "+82"; NULL when it is none that is known. */
const struct phone_country *phone_country(const char *code);

/*
 * Appends the number of a cell: digits, with a plus in front where it is
 * international. With a country all numbers come out as +code.... False after a
 * sentence in error when the cell holds none, or one that was damaged beyond
 * repair.
 */
bool phone_read(struct buf *out, const struct cell *,
    const struct phone_country *, struct buf *error);

#endif
