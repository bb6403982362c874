/* SPDX-License-Identifier: ISC */
#ifndef APP_TEXTOPT_H
#define APP_TEXTOPT_H

#include "app/config.h"
#include "text/plan.h"

/* How texts are sent, as options and rows say it. */
struct textopt {
	struct text_conf conf;
	bool flash;
};

/* Takes a setting that is about text; false when it is not. Dies when its
 * value is wrong. */
bool textopt_take(struct textopt *, const struct setting *);

/* After the last setting: what follows from several. Dies with 71 when the
 * system lacks a character set. */
void textopt_finish(struct textopt *);

/* What a row itself says, where a cell is not empty. */
struct textopt_cells {
	struct span encoding, dcs, flash;
};

/*
 * Sets *conf to the settings with those of a row over them; *flash says whether
 * textopt_flash is to choose the data_coding once the encoding is known. False
 * when a cell cannot be understood: a sentence is then in error.
 */
bool textopt_row(struct text_conf *conf, bool *flash, const struct textopt *,
    const struct textopt_cells *, struct buf *error);

/* The data_coding of message class 0; -1 when the encoding has none. */
int textopt_flash(enum encoding);

#endif
