/* SPDX-License-Identifier: ISC */
#ifndef APP_SEND_FILES_H
#define APP_SEND_FILES_H

#include "app/sendopt.h"
#include "io/out.h"

/* What smpp-send reads and writes: its rows, whichever way they come, and the
 * records of its output. */

/*
 * The rows of the addresses and the text of the command line (the text may be
 * read from stdin here), or of --batch. Owned by the caller. Dies with 64, 65,
 * 66 or 74 when there is nothing to be sent.
 */
struct rows *send_files_rows(struct sendopt *, const struct config *,
    struct loop *);

/* Opens the files of what is received, where they are asked for, for the
 * sender. Dies with 66 or 73 when that cannot be. */
void send_files_receive(struct sendopt *, struct loop *);

/* Closes them: 0, or 74 after a warning. */
int send_files_end_receive(struct sendopt *, uint64_t wait_ms);

/* Opens the journal, if one is asked for: NULL without. Dies with 64, 65, 73
 * or 74 when it cannot be, or is another input's. */
struct journal *send_files_journal(const struct sendopt *,
    const struct config *);

/* Closes it: 0, or 74 after a warning. */
int send_files_close_journal(struct journal *);

/* Opens the output, with the header when it is asked for; dies with 73 when
 * that cannot be. */
void send_files_out(struct out *, struct loop *, const struct sendopt *,
    const struct config *);

/* Closes it: 0, or 74 after a warning. Waits for its reader for wait_ms. */
int send_files_close(struct out *, uint64_t wait_ms);

#endif
