/* SPDX-License-Identifier: ISC */
#ifndef APP_DLR_LINE_H
#define APP_DLR_LINE_H

#include "rec/record.h"
#include "smpp/dlr.h"

/*
 * A line of a log or of records, and the receipt in it: what smpp-dlr-parse
 * reads. A line is one of
 *
 *  - a record of smpp-listen: TSV of 8 or more cells whose second is a kind,
 *    or with the columns of a header, or JSON. Its text is unescaped; its id,
 *    state and err stand in where the text has none;
 *  - another JSON object, of which each string may hold the receipt;
 *  - any octets with the text of a receipt somewhere.
 */
enum dlr_line_kind {
	DLR_LINE_RECEIPT,
	DLR_LINE_NONE,     /* no receipt: why says which line it is instead */
	DLR_LINE_HEADER,   /* names of columns, of the lines behind it */
};

struct dlr_line {
	struct dlr dlr;    /* of RECEIPT; points into the line, or text */
	bool interim;      /* a record calls it so: another receipt may come */
	const char *why;   /* of NONE, static: "no receipt", "a message" ... */
	/* private */
	uint8_t column[RECORD_COLUMNS_MAX];
	size_t n;          /* columns of the records; 0: the default ones */
	bool given, no_header, first;
	struct buf text;
};

/*
 * columns: a comma list of names for the cells of records, or NULL. False when
 * one is unknown or twice there, or none of kind, text and id is: *bad is it.
 */
bool dlr_line_init(struct dlr_line *, const char *columns, bool no_header,
    struct span *bad);
void dlr_line_free(struct dlr_line *);

/* The next line is the first of a file: a BOM or a header may stand there. */
void dlr_line_begin(struct dlr_line *);

/*
 * Reads the first line of a buffer when it is the bare text of a receipt in
 * the usual form, which most are, and no longer than most: its length without
 * the newline. 0 when it is to be read in the other way, whatever it is.
 */
size_t dlr_line_usual(struct dlr_line *, struct span buffer, size_t most);

/* Reads a line without its newline; a CR at its end is none of it. The time
 * grows with its length. What comes back lives until the next call, as long
 * as line does. */
enum dlr_line_kind dlr_line_read(struct dlr_line *, struct span line);

#endif
