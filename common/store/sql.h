/* SPDX-License-Identifier: ISC */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include <sqlite3.h>

#include "base/buf.h"

/*
 * A SQLite file with its statements, prepared when they are first used. The
 * callers number them; a call binds its values in order and steps.
 */
struct sql {
	sqlite3 *db;
	const char *const *text;   /* of the statements */
	size_t n;
	sqlite3_stmt **made;
	struct buf name, error;
};

/*
 * Opens a file, made where there is none (mode 0600), or a database in memory
 * (NULL), readies it by the script and borrows the n statements. Commits are on
 * the disk when they come back; other programs may use the file. False: why
 * gets a sentence.
 */
bool sql_open(struct sql *, const char *path, const char *script,
    const char *const *text, size_t n, struct buf *why);
void sql_close(struct sql *);

/* Statement i, ready for new values; NULL and the error when it cannot be. */
sqlite3_stmt *sql_begin(struct sql *, size_t i);

/* Sets its value number at, from 1; the octets are borrowed until sql_end. */
void sql_text(sqlite3_stmt *, int at, struct span);
void sql_blob(sqlite3_stmt *, int at, struct span);
void sql_int(sqlite3_stmt *, int at, int64_t);

/* Steps: 1 a row, 0 the end, -1 it fails and the error is kept. */
int sql_step(struct sql *, sqlite3_stmt *);

/* A value of the row, until the next step. */
struct span sql_column(sqlite3_stmt *, int at);

/* Lets go of values and locks. NULL is nothing. */
void sql_end(sqlite3_stmt *);

/* Steps one that gives no row, and ends it: whether it went well. */
bool sql_done(struct sql *, sqlite3_stmt *);

/* How many rows the last one changed. */
int sql_changes(const struct sql *);

#endif
