/* SPDX-License-Identifier: ISC */
#ifndef APP_REPORT_H
#define APP_REPORT_H

#include "app/results.h"
#include "file/sheet.h"

/*
 * The workbook that --report writes: the sheet again, with what became of each
 * row in columns behind it, and a summary with charts in front.
 */
struct report_conf {
	const char *path;             /* of the sheet */
	struct sheet_conf sheet;
	const char *out;
	uint32_t header;              /* its row of names; 0: none */
	bool (*progress)(void *owner, double share);  /* false: stop; may be NULL */
	void *owner;
};

/* Writes it. The exit status: other than EX_OK after a sentence in error, and
 * then what was at out before is there still. */
int report_write(const struct report_conf *, struct results *,
    struct results_summary *, struct buf *error);

/* Writes an empty workbook to begin with: header, notes, phone cells as text. */
bool report_starter(const char *out, struct buf *error);

#endif
