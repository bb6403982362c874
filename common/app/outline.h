/* SPDX-License-Identifier: ISC */
#ifndef APP_OUTLINE_H
#define APP_OUTLINE_H

#include "app/fields.h"
#include "app/textopt.h"
#include "text/address.h"

/* How a row is to be sent: addresses and the plan of its text. */
struct outline_conf {
	struct textopt text;
	struct fields fields;
	bool data_sm;                    /* data_sm in place of submit_sm */
	bool multi;                      /* submit_multi, likewise */
	bool broadcast;                  /* broadcast_sm, whose areas are TLVs */
	struct address_conf to, from;
	struct span default_from;        /* of rows without one; may be empty */
	struct span udh;                 /* hexadecimal, of rows without one */
	bool allow_empty;
};

/* All zero is empty; one outline is used again and again, with one conf. */
struct outline {
	struct address to, from;
	struct address usual_from;       /* default_from, read once */
	bool has_usual_from;
	struct text_conf text;           /* how the row's text is sent */
	bool flash;
	bool has_usual_settings;         /* text to data_sm are as conf says */
	bool is_usual;                   /* the row differs from others that are in
	                                  * its destination and its text alone */
	struct text_plain usual_plain;   /* of them */
	struct text_plan plan;
	struct fields fields;
	bool data_sm;
	struct buf header, octets;       /* of a row that gives them as hex */
	struct buf error;                /* why the row cannot be sent */
};

/* False when the row cannot be sent: error says why. The plan points into the
 * row's text. */
bool outline_make(struct outline *, const struct outline_conf *,
    const struct row *);

/* Appends, for a person, what made the message cost more; nothing when it
 * costs as little as it can. */
void outline_explain(struct buf *, const struct outline *);

/* Appends a record of schema_plan for each part, for --dry-run. */
void outline_print(struct buf *, const struct record_format *,
    const struct outline *, const struct row *);

void outline_free(struct outline *);

#endif
