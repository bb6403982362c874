/* SPDX-License-Identifier: ISC */
#ifndef STORE_MM4_STATE_SQL_H
#define STORE_MM4_STATE_SQL_H

/*
 * Tables and statements of mm4_state.c: seen (duplicates), sent (what is waited
 * for, a row a recipient), outbox (mails to go out; the recipients of one are
 * lines). Times are milliseconds since 1970.
 */
static const char script[] =
    "CREATE TABLE IF NOT EXISTS seen (peer TEXT, message_id TEXT,"
    " recipient TEXT, status TEXT NOT NULL, until INTEGER NOT NULL,"
    " PRIMARY KEY (peer, message_id, recipient)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS seen_until ON seen (until);"
    "CREATE TABLE IF NOT EXISTS sent (transaction_id TEXT, recipient TEXT,"
    " message_id TEXT NOT NULL, peer TEXT NOT NULL, ref TEXT NOT NULL,"
    " kind INTEGER NOT NULL, time INTEGER NOT NULL, until INTEGER NOT NULL,"
    " keep INTEGER NOT NULL, wants_answer INTEGER NOT NULL,"
    " wants_report INTEGER NOT NULL, late INTEGER NOT NULL DEFAULT 0,"
    " answer TEXT, answer_text TEXT, named INTEGER NOT NULL DEFAULT 0,"
    " report TEXT, read_status TEXT,"
    " final INTEGER NOT NULL DEFAULT 0, report_time INTEGER,"
    " PRIMARY KEY (transaction_id, recipient)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS sent_message ON sent (message_id, recipient);"
    "CREATE INDEX IF NOT EXISTS sent_until ON sent (until)"
    " WHERE wants_answer AND NOT late AND answer IS NULL;"
    "CREATE INDEX IF NOT EXISTS sent_keep ON sent (keep);"
    "CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " domain TEXT NOT NULL, sender TEXT NOT NULL, recipients TEXT NOT NULL,"
    " octets BLOB NOT NULL, due INTEGER NOT NULL, expires INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS outbox_due ON outbox (due);";

enum {
	BEGIN, COMMIT, ROLLBACK, VERSION,
	SEEN, SEE, ADD_SENT,
	ANSWER_ALL, ANSWER_ONE, HAS_TRANSACTION, ANSWER_MESSAGE,
	ANSWER_MESSAGE_ONE,
	UNDELIVERED_ALL, UNDELIVERED_ONE, UNDELIVERED_SOLE,
	UNANSWER,
	KNOWN_REPORT, REPORT, KNOWN_READ, READ, LOOK, OVERDUE, TELL_OVERDUE,
	POST, TAKE, NEXT_DUE, GONE, AGAIN,
	PURGE_SEEN, PURGE_SENT,
};

/* A domain that is no line of a text. */
#define FREE(at) "instr(" #at ", char(10) || domain || char(10)) = 0"

static const char *const texts[] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[VERSION] = "PRAGMA data_version",
	[SEEN] = "SELECT status FROM seen WHERE peer = ?1 AND message_id = ?2"
	    " AND recipient = ?3",
	[SEE] = "INSERT INTO seen VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO"
	    " UPDATE SET status = excluded.status, until = excluded.until",
	[ADD_SENT] = "INSERT INTO sent (transaction_id, recipient, message_id,"
	    " peer, ref, kind, time, until, keep, wants_answer, wants_report)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
	    " ON CONFLICT DO UPDATE SET until = excluded.until,"
	    " keep = excluded.keep, late = 0",
	[HAS_TRANSACTION] = "SELECT 1 FROM sent WHERE transaction_id = ?1",
	/* an answer to all says nothing of those that one had by name */
	[ANSWER_ALL] = "UPDATE sent SET answer = ?3, answer_text = ?4"
	    " WHERE transaction_id = ?1 AND NOT named",
	[ANSWER_ONE] = "UPDATE sent SET answer = ?3, answer_text = ?4,"
	    " named = 1 WHERE transaction_id = ?1 AND recipient = ?2",
	/* whose message went to several peers is not told by its id */
	[ANSWER_MESSAGE] = "UPDATE sent SET answer = ?3, answer_text = ?4"
	    " WHERE message_id = ?1 AND answer IS NULL AND 1 = (SELECT"
	    " count(DISTINCT transaction_id) FROM sent WHERE message_id = ?1)",
	[ANSWER_MESSAGE_ONE] = "UPDATE sent SET answer = ?3, answer_text = ?4,"
	    " named = 1 WHERE message_id = ?1 AND recipient = ?2"
	    " AND answer IS NULL",
	[UNDELIVERED_ALL] = "UPDATE sent SET answer = ?3, answer_text = ?4"
	    " WHERE transaction_id = ?1 AND answer IS NULL",
	[UNDELIVERED_ONE] = "UPDATE sent SET answer = ?3, answer_text = ?4,"
	    " named = 1 WHERE transaction_id = ?1 AND recipient = ?2"
	    " AND answer IS NULL",
	[UNDELIVERED_SOLE] = "UPDATE sent SET answer = ?3, answer_text = ?4"
	    " WHERE transaction_id = ?1 AND ?2 <> '' AND answer IS NULL"
	    " AND 1 = (SELECT count(*) FROM sent WHERE transaction_id = ?1)",
	[UNANSWER] = "UPDATE sent SET answer = NULL, answer_text = NULL,"
	    " named = 0 WHERE transaction_id = ?1 AND recipient = ?2",
	[KNOWN_REPORT] = "SELECT max(final), max(report = ?3) FROM sent"
	    " WHERE message_id = ?1 AND recipient = ?2 HAVING count(*) > 0",
	[REPORT] = "UPDATE sent SET report = ?3, final = ?4, report_time = ?5"
	    " WHERE message_id = ?1 AND recipient = ?2",
	[KNOWN_READ] = "SELECT 0, max(read_status = ?3) FROM sent"
	    " WHERE message_id = ?1 AND recipient = ?2 HAVING count(*) > 0",
	[READ] = "UPDATE sent SET read_status = ?3"
	    " WHERE message_id = ?1 AND recipient = ?2",
	[LOOK] = "SELECT answer, answer_text, report, final, report_time"
	    " FROM sent WHERE transaction_id = ?1 AND recipient = ?2",
	[OVERDUE] = "SELECT transaction_id, recipient, message_id, peer, ref,"
	    " kind, time, until, keep, wants_report FROM sent"
	    " WHERE wants_answer AND NOT late AND answer IS NULL"
	    " AND until <= ?1 ORDER BY until LIMIT 1",
	[TELL_OVERDUE] = "UPDATE sent SET late = 1"
	    " WHERE transaction_id = ?1 AND recipient = ?2",
	[POST] = "INSERT INTO outbox (domain, sender, recipients, octets, due,"
	    " expires, attempts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	/* one statement: what another program takes meanwhile is not taken */
	[TAKE] = "UPDATE outbox SET due = ?2 WHERE id = (SELECT id FROM outbox"
	    " WHERE due <= ?1 AND " FREE(?3) " ORDER BY due, id LIMIT 1)"
	    " RETURNING id, domain,"
	    " sender, recipients, octets, due, expires, attempts",
	[NEXT_DUE] = "SELECT due FROM outbox WHERE " FREE(?1)
	    " ORDER BY due LIMIT 1",
	[GONE] = "DELETE FROM outbox WHERE id = ?1",
	[AGAIN] = "UPDATE outbox SET recipients = ?2, due = ?3,"
	    " attempts = attempts + 1 WHERE id = ?1",
	[PURGE_SEEN] = "DELETE FROM seen WHERE until <= ?1",
	[PURGE_SENT] = "DELETE FROM sent WHERE keep <= ?1",
};

#endif
