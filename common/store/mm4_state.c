/* SPDX-License-Identifier: ISC */
/* The state, by the statements of mm4_state_sql.h. */
#include "store/mm4_state.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/mm4_state_sql.h"
#include "store/sql.h"

struct mm4_state {
	struct sql sql;
	bool within;             /* between begin and commit */
	int64_t version;
	struct buf row;          /* octets that a struct given out points to */
	struct buf mail;
	struct span *to;
};

struct mm4_state *
mm4_state_open(const char *path, struct buf *why)
{
	struct mm4_state *s = mem_new(sizeof(*s));

	if (sql_open(&s->sql, path, script, texts,
	    sizeof(texts) / sizeof(*texts), why))
		return s;
	free(s);
	return NULL;
}

void
mm4_state_close(struct mm4_state *s)
{
	if (s == NULL)
		return;
	sql_close(&s->sql);
	buf_free(&s->row);
	buf_free(&s->mail);
	free(s->to);
	free(s);
}

const char *
mm4_state_error(const struct mm4_state *s)
{
	return s->sql.error.len > 0 ? (const char *)s->sql.error.p : "";
}

bool
mm4_state_begin(struct mm4_state *s)
{
	s->within = sql_done(&s->sql, sql_begin(&s->sql, BEGIN));
	return s->within;
}

bool
mm4_state_commit(struct mm4_state *s)
{
	struct buf error = {0};

	if (!s->within)
		return true;
	if (sql_done(&s->sql, sql_begin(&s->sql, COMMIT))) {
		s->within = false;
		return true;
	}
	buf_add_span(&error, buf_span(&s->sql.error));
	mm4_state_rollback(s);
	buf_clear(&s->sql.error);
	buf_add_span(&s->sql.error, buf_span(&error));
	buf_cstr(&s->sql.error);
	buf_free(&error);
	return false;
}

void
mm4_state_rollback(struct mm4_state *s)
{
	if (s->within)
		sql_done(&s->sql, sql_begin(&s->sql, ROLLBACK));
	s->within = false;
}

static int64_t
ms(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct timespec
from_ms(int64_t v)
{
	return (struct timespec){(time_t)(v / 1000),
	    (long)(v % 1000) * 1000000};
}

bool
mm4_state_changed(struct mm4_state *s)
{
	sqlite3_stmt *st = sql_begin(&s->sql, VERSION);
	int64_t was = s->version;

	if (sql_step(&s->sql, st) == 1)
		s->version = sqlite3_column_int64(st, 0);
	sql_end(st);
	return s->version != was;
}

/* A statement whose first values are these texts. None behind a failure for
 * which SQLite has rolled back of itself: it would stand alone. */
static sqlite3_stmt *
begin(struct mm4_state *s, size_t i, const struct span *text, size_t n)
{
	sqlite3_stmt *st;

	if (s->within && sqlite3_get_autocommit(s->sql.db))
		return NULL;
	st = sql_begin(&s->sql, i);
	for (size_t at = 0; at < n; at++)
		sql_text(st, (int)at + 1, text[at]);
	return st;
}

/* Duplicates */

bool
mm4_state_seen(struct mm4_state *s, struct span peer, struct span message_id,
    struct span recipient, struct buf *status)
{
	sqlite3_stmt *st = begin(s, SEEN,
	    (struct span[]){peer, message_id, recipient}, 3);
	bool seen = sql_step(&s->sql, st) == 1;

	if (seen) {
		buf_clear(status);
		buf_add_span(status, sql_column(st, 0));
	}
	sql_end(st);
	return seen;
}

bool
mm4_state_see(struct mm4_state *s, struct span peer, struct span message_id,
    struct span recipient, struct span status, struct timespec until)
{
	sqlite3_stmt *st = begin(s, SEE,
	    (struct span[]){peer, message_id, recipient, status}, 4);

	sql_int(st, 5, ms(until));
	return sql_done(&s->sql, st);
}

/* What was sent */

bool
mm4_state_add_sent(struct mm4_state *s, const struct mm4_sent *m)
{
	sqlite3_stmt *st = begin(s, ADD_SENT, (struct span[]){m->transaction_id,
	    m->recipient, m->message_id, m->peer, m->ref}, 5);

	sql_int(st, 6, m->kind);
	sql_int(st, 7, ms(m->time));
	sql_int(st, 8, ms(m->until));
	sql_int(st, 9, ms(m->keep));
	sql_int(st, 10, m->wants_answer);
	sql_int(st, 11, m->wants_report);
	return sql_done(&s->sql, st);
}

/* Stores an answer by statement i; how many rows took it, -1 when it fails. */
static int
answer(struct mm4_state *s, size_t i, struct span id, struct span recipient,
    struct span status, struct span text)
{
	if (!sql_done(&s->sql, begin(s, i,
	    (struct span[]){id, recipient, status, text}, 4)))
		return -1;
	return sql_changes(&s->sql);
}

int
mm4_state_answered(struct mm4_state *s, struct span transaction_id,
    struct span message_id, const struct span *about, size_t n,
    struct span status, struct span text)
{
	sqlite3_stmt *st = begin(s, HAS_TRANSACTION, &transaction_id, 1);
	int has = sql_step(&s->sql, st), total = 0, changed;
	struct span id = has == 1 ? transaction_id : message_id;

	sql_end(st);
	if (has < 0)
		return -1;
	if (id.n == 0)
		return 0;
	if (n == 0)
		return answer(s, has == 1 ? ANSWER_ALL : ANSWER_MESSAGE, id,
		    (struct span){0}, status, text);
	for (size_t i = 0; i < n; i++) {
		changed = answer(s, has == 1 ? ANSWER_ONE : ANSWER_MESSAGE_ONE,
		    id, about[i], status, text);
		if (changed < 0)
			return -1;
		total += changed;
	}
	return total;
}

int
mm4_state_undelivered(struct mm4_state *s, struct span transaction_id,
    struct span recipient, struct span status, struct span text)
{
	int n = answer(s, recipient.n > 0 ? UNDELIVERED_ONE : UNDELIVERED_ALL,
	    transaction_id, recipient, status, text);

	/* a mail system on the way may have written it in another way */
	return n != 0 ? n : answer(s, UNDELIVERED_SOLE, transaction_id,
	    recipient, status, text);
}

bool
mm4_state_unanswer(struct mm4_state *s, struct span transaction_id,
    struct span recipient)
{
	return sql_done(&s->sql, begin(s, UNANSWER,
	    (struct span[]){transaction_id, recipient}, 2));
}

/* Whether a report is news, by this statement: as mm4_state_reported says. */
static int
is_news(struct mm4_state *s, size_t known, const struct span values[3])
{
	sqlite3_stmt *st = begin(s, known, values, 3);
	int row = sql_step(&s->sql, st), news;

	if (row == 1)
		news = sqlite3_column_int(st, 0) == 0 &&
		    sqlite3_column_int(st, 1) == 0;
	else
		news = row == 0 ? -1 : -2;
	sql_end(st);
	return news;
}

int
mm4_state_reported(struct mm4_state *s, struct span message_id,
    struct span recipient, struct span status, bool final,
    struct timespec time)
{
	const struct span values[] = {message_id, recipient, status};
	int news = is_news(s, KNOWN_REPORT, values);
	sqlite3_stmt *st;

	if (news != 1)
		return news;
	st = begin(s, REPORT, values, 3);
	sql_int(st, 4, final);
	sql_int(st, 5, ms(time));
	return sql_done(&s->sql, st) ? 1 : -2;
}

int
mm4_state_read(struct mm4_state *s, struct span message_id,
    struct span recipient, struct span status)
{
	const struct span values[] = {message_id, recipient, status};
	int news = is_news(s, KNOWN_READ, values);

	if (news != 1)
		return news;
	return sql_done(&s->sql, begin(s, READ, values, 3)) ? 1 : -2;
}

bool
mm4_state_look(struct mm4_state *s, struct span transaction_id,
    struct span recipient, struct mm4_known *k)
{
	sqlite3_stmt *st = begin(s, LOOK,
	    (struct span[]){transaction_id, recipient}, 2);
	bool found = sql_step(&s->sql, st) == 1;

	if (found) {
		buf_clear(&k->answer);
		buf_clear(&k->answer_text);
		buf_clear(&k->report);
		k->answered = sqlite3_column_type(st, 0) != SQLITE_NULL;
		buf_add_span(&k->answer, sql_column(st, 0));
		buf_add_span(&k->answer_text, sql_column(st, 1));
		k->reported = sqlite3_column_type(st, 2) != SQLITE_NULL;
		buf_add_span(&k->report, sql_column(st, 2));
		k->final = sqlite3_column_int(st, 3) != 0;
		k->report_time = from_ms(sqlite3_column_int64(st, 4));
	}
	sql_end(st);
	return found;
}

void
mm4_known_free(struct mm4_known *k)
{
	buf_free(&k->answer);
	buf_free(&k->answer_text);
	buf_free(&k->report);
	*k = (struct mm4_known){0};
}

/* Copies the first n columns, texts, so that they outlive the statement. */
static void
keep_texts(struct buf *b, sqlite3_stmt *st, int from, int n, struct span *text)
{
	size_t at = 0;

	buf_clear(b);
	for (int i = 0; i < n; i++)
		buf_add_span(b, sql_column(st, from + i));
	for (int i = 0; i < n; i++) {
		text[i] = span_of(b->p + at, sql_column(st, from + i).n);
		at += text[i].n;
	}
}

bool
mm4_state_overdue(struct mm4_state *s, struct timespec now, struct mm4_sent *m)
{
	sqlite3_stmt *st = sql_begin(&s->sql, OVERDUE);
	struct span text[5];
	bool found;

	sql_int(st, 1, ms(now));
	found = sql_step(&s->sql, st) == 1;
	if (found) {
		keep_texts(&s->row, st, 0, 5, text);
		*m = (struct mm4_sent){text[0], text[2], text[3], text[1],
		    text[4], sqlite3_column_int(st, 5),
		    from_ms(sqlite3_column_int64(st, 6)),
		    from_ms(sqlite3_column_int64(st, 7)),
		    from_ms(sqlite3_column_int64(st, 8)), true,
		    sqlite3_column_int(st, 9) != 0};
	}
	sql_end(st);
	return found && sql_done(&s->sql, begin(s, TELL_OVERDUE,
	    (struct span[]){m->transaction_id, m->recipient}, 2));
}

bool
mm4_state_purge(struct mm4_state *s, struct timespec now)
{
	bool good = true;

	for (size_t i = PURGE_SEEN; i <= PURGE_SENT; i++) {
		sqlite3_stmt *st = sql_begin(&s->sql, i);

		sql_int(st, 1, ms(now));
		good = sql_done(&s->sql, st) && good;
	}
	return good;
}

/* The outbox */

/* Recipients as lines: no address holds a newline. */
static void
join(struct buf *b, const struct span *to, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_add_span(b, to[i]);
		buf_add_byte(b, '\n');
	}
}

static void
split(struct mm4_state *s, struct span lines, struct mm4_mail *m)
{
	const uint8_t *newline;

	m->n_to = 0;
	while (lines.n > 0 &&
	    (newline = memchr(lines.p, '\n', lines.n)) != NULL) {
		s->to = mem_resize(s->to, (m->n_to + 1) * sizeof(*s->to));
		s->to[m->n_to] = span_of(lines.p,
		    (size_t)(newline - lines.p));
		lines = span_skip(lines, s->to[m->n_to++].n + 1);
	}
	m->to = s->to;
}

bool
mm4_state_post(struct mm4_state *s, const struct mm4_mail *m)
{
	struct buf lines = {0};
	sqlite3_stmt *st;
	bool good;

	join(&lines, m->to, m->n_to);
	st = begin(s, POST,
	    (struct span[]){m->domain, m->from, buf_span(&lines)}, 3);
	sql_blob(st, 4, m->octets);
	sql_int(st, 5, ms(m->due));
	sql_int(st, 6, ms(m->expires));
	sql_int(st, 7, m->attempts);
	good = sql_done(&s->sql, st);
	buf_free(&lines);
	return good;
}

bool
mm4_state_take(struct mm4_state *s, struct timespec now,
    struct timespec lease, struct span full, struct mm4_mail *m)
{
	sqlite3_stmt *st = sql_begin(&s->sql, TAKE);
	struct span text[4];
	bool found;

	sql_int(st, 1, ms(now));
	sql_int(st, 2, ms(lease));
	sql_text(st, 3, full);
	found = sql_step(&s->sql, st) == 1;
	if (found) {
		keep_texts(&s->mail, st, 1, 4, text);
		*m = (struct mm4_mail){
			.id = (uint64_t)sqlite3_column_int64(st, 0),
			.domain = text[0], .from = text[1], .octets = text[3],
			.due = from_ms(sqlite3_column_int64(st, 5)),
			.expires = from_ms(sqlite3_column_int64(st, 6)),
			.attempts = (uint32_t)sqlite3_column_int64(st, 7),
		};
		split(s, text[2], m);
	}
	/* it is taken once its statement has ended */
	return sql_done(&s->sql, st) && found;
}

bool
mm4_state_next_due(struct mm4_state *s, struct span full, struct timespec *due)
{
	sqlite3_stmt *st = begin(s, NEXT_DUE, &full, 1);
	bool found = sql_step(&s->sql, st) == 1;

	if (found)
		*due = from_ms(sqlite3_column_int64(st, 0));
	sql_end(st);
	return found;
}

bool
mm4_state_gone(struct mm4_state *s, uint64_t id)
{
	sqlite3_stmt *st = sql_begin(&s->sql, GONE);

	sql_int(st, 1, (int64_t)id);
	return sql_done(&s->sql, st);
}

bool
mm4_state_again(struct mm4_state *s, uint64_t id, const struct span *to,
    size_t n_to, struct timespec due)
{
	struct buf lines = {0};
	sqlite3_stmt *st = sql_begin(&s->sql, AGAIN);
	bool good;

	join(&lines, to, n_to);
	sql_int(st, 1, (int64_t)id);
	sql_text(st, 2, buf_span(&lines));
	sql_int(st, 3, ms(due));
	good = sql_done(&s->sql, st);
	buf_free(&lines);
	return good;
}
