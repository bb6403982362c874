/* SPDX-License-Identifier: ISC */
#ifndef APP_DLR_ROW_H
#define APP_DLR_ROW_H

#include "app/dlr_line.h"
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

/* Zeroed is empty; one is used again and again and keeps its memory. */
struct dlr_row {
	struct buf id, submit_date, done_date, seconds;
};

/*
 * Fills row; raw is the line it came in, number that line's. Values live until
 * the next call, as long as the line does. Dates become ISO 8601, with the
 * zone where it is known; one that is none, or does not exist, stays as it is.
 */
void dlr_row(struct dlr_row *, struct dlr_row_conf *, const struct dlr_line *,
    struct span raw, uint64_t number, struct value row[PARSED_COLUMNS]);
void dlr_row_free(struct dlr_row *);

/* From submit date to done date; false when one of them is not known, or their
 * zones are not. Negative when done comes first. */
bool dlr_seconds(struct dlr_row_conf *, const struct dlr *, int64_t *seconds);

/* What became of the message: the class of its stat. */
enum dlr_class dlr_class_of(const struct dlr *);

#endif
