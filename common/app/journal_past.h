/* SPDX-License-Identifier: ISC */
#ifndef APP_JOURNAL_PAST_H
#define APP_JOURNAL_PAST_H

#include <sys/types.h>

#include "app/journal_rows.h"

/* Private to the journal: what the runs before this one left in its file.
 * All zero: nothing. */
struct journal_runs {
	struct journal_rows open;    /* rows not accepted within one run */
	struct journal_run *run;     /* those that accepted any */
	size_t n, n_all;
	struct journal_row *asked[2];  /* what the last answer points into */
};

/* What is wrong with a file. */
enum journal_fault {
	JOURNAL_GOOD,
	JOURNAL_FOREIGN,     /* no journal */
	JOURNAL_OTHER,       /* a journal of other inputs */
	JOURNAL_BAD_LINE,    /* line number *line */
	JOURNAL_UNREADABLE,  /* errno */
};

/*
 * Reads size octets of the file, which begin with a line like header (its
 * newline included). *whole is how many of them are whole lines: what is
 * behind was torn by a crash. other gets the names of JOURNAL_OTHER.
 */
enum journal_fault journal_runs_read(struct journal_runs *, int fd, off_t size,
    struct span header, off_t *whole, uint64_t *line, struct buf *other);

/* As journal_find. */
void journal_runs_find(struct journal_runs *, const struct journal_key *,
    struct journal_past *);

void journal_runs_free(struct journal_runs *);

/* The first cells of the first line. */
#define JOURNAL_MAGIC "smpptools-journal\t1"

#endif
