/* SPDX-License-Identifier: ISC */
#ifndef APP_DLR_ROW_H
#define APP_DLR_ROW_H

#include "app/dlr_line.h"
#include "smpp/smpptime.h"
#include "sys/zone.h"

/* A receipt as a row of schema_dlr: what smpp-dlr-parse prints. */
enum dlr_id_as {
	DLR_ID_ASIS,
	DLR_ID_HEX,   /* ids are decimal and become hexadecimal */
	DLR_ID_DEC,   /* the other way round, with or without "0x" */
	DLR_ID_MOST = 16 << 10,  /* digits; the work grows with their square */
};

struct dlr_row_conf {
	struct record_format format;  /* what is not in it is not made */
	enum dlr_id_as id_as;
	bool zoned;
	struct zone zone;             /* of dates that do not say theirs */
};

/* Scratch; zeroed is empty; one is used again and again. */
struct dlr_row {
	struct buf id, seconds;
	uint8_t submit_date[SMPPTIME_ISO], done_date[SMPPTIME_ISO];
};

/*
 * Appends the row of a receipt; raw is the line it came in, number that
 * line's. Dates become ISO 8601, with the zone where it is known; one that is
 * none, or does not exist, stays as it is.
 */
void dlr_row_print(struct dlr_row *, struct dlr_row_conf *,
    const struct dlr_line *, struct span raw, uint64_t number, struct buf *out);
void dlr_row_free(struct dlr_row *);

/* From submit date to done date; false when one of them is not known, or their
 * zones are not. Negative when done comes first. */
bool dlr_seconds(struct dlr_row_conf *, const struct dlr *, int64_t *seconds);

/* What became of the message: the class of its stat. */
enum dlr_class dlr_class_of(const struct dlr *);

#endif
