/* SPDX-License-Identifier: ISC */
/*
 * The one place that opens SQLite files. With a write-ahead log readers never
 * wait, and a commit waits for the disk once.
 */
#include "store/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/folder.h"

enum { BUSY_MS = 10000 };  /* for other programs to finish with the file */

static void
keep_error(struct sql *q)
{
	buf_clear(&q->error);
	buf_addf(&q->error, "%s: %s", buf_cstr(&q->name),
	    q->db != NULL ? sqlite3_errmsg(q->db) : "out of memory");
	buf_cstr(&q->error);
}

/* Makes the file, which SQLite would make for everybody to read. */
static bool
make_file(struct sql *q, const char *path)
{
	int fd = folder_file(path);

	if (fd != -1) {
		close(fd);
		return true;
	}
	buf_addf(&q->error, "%s: %s", path, errno == EINVAL ?
	    "is no regular file" : strerror(errno));
	return false;
}

static bool
open_db(struct sql *q, const char *path, const char *script)
{
	static const char usual[] = "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
	    "PRAGMA trusted_schema = OFF;";

	if (path != NULL && !make_file(q, path))
		return false;
	if (sqlite3_open_v2(path != NULL ? path : ":memory:", &q->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX |
	    SQLITE_OPEN_NOFOLLOW, NULL) == SQLITE_OK &&
	    sqlite3_busy_timeout(q->db, BUSY_MS) == SQLITE_OK &&
	    sqlite3_exec(q->db, usual, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(q->db, script, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	keep_error(q);
	return false;
}

bool
sql_open(struct sql *q, const char *path, const char *script,
    const char *const *text, size_t n, struct buf *why)
{
	*q = (struct sql){.text = text, .n = n};
	buf_add_str(&q->name, path != NULL ? path : "the state in memory");
	q->made = mem_array(n, sizeof(*q->made));
	if (open_db(q, path, script))
		return true;
	buf_add_span(why, buf_span(&q->error));
	sql_close(q);
	return false;
}

void
sql_close(struct sql *q)
{
	for (size_t i = 0; i < q->n; i++)
		sqlite3_finalize(q->made[i]);
	free(q->made);
	sqlite3_close(q->db);
	buf_free(&q->name);
	buf_free(&q->error);
	*q = (struct sql){0};
}

sqlite3_stmt *
sql_begin(struct sql *q, size_t i)
{
	buf_clear(&q->error);
	if (q->made[i] == NULL &&
	    sqlite3_prepare_v3(q->db, q->text[i], -1, SQLITE_PREPARE_PERSISTENT,
	    &q->made[i], NULL) != SQLITE_OK) {
		keep_error(q);
		return NULL;
	}
	return q->made[i];
}

/* A value is NULL without a pointer: an empty one is not. */
static const void *
octets(struct span s)
{
	return s.p != NULL ? (const void *)s.p : "";
}

void
sql_text(sqlite3_stmt *st, int at, struct span s)
{
	if (st != NULL)
		sqlite3_bind_text64(st, at, octets(s), s.n, SQLITE_STATIC,
		    SQLITE_UTF8);
}

void
sql_blob(sqlite3_stmt *st, int at, struct span s)
{
	if (st != NULL)
		sqlite3_bind_blob64(st, at, octets(s), s.n, SQLITE_STATIC);
}

void
sql_int(sqlite3_stmt *st, int at, int64_t v)
{
	if (st != NULL)
		sqlite3_bind_int64(st, at, v);
}

int
sql_step(struct sql *q, sqlite3_stmt *st)
{
	if (st == NULL)
		return -1;
	switch (sqlite3_step(st)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		keep_error(q);
		return -1;
	}
}

struct span
sql_column(sqlite3_stmt *st, int at)
{
	const void *p = sqlite3_column_blob(st, at);

	return span_of(p, (size_t)sqlite3_column_bytes(st, at));
}

void
sql_end(sqlite3_stmt *st)
{
	if (st == NULL)
		return;
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

bool
sql_done(struct sql *q, sqlite3_stmt *st)
{
	int result;

	do
		result = sql_step(q, st);
	while (result == 1);
	sql_end(st);
	return result == 0;
}

int
sql_changes(const struct sql *q)
{
	return sqlite3_changes(q->db);
}
