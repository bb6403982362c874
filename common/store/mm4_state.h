/* SPDX-License-Identifier: ISC */
#ifndef STORE_MM4_STATE_H
#define STORE_MM4_STATE_H

#include <time.h>

#include "base/buf.h"

/*
 * What a relay of multimedia messages must not forget: which messages it has
 * had, which it sent and what became of them, and mails that still have to go
 * out. SQLite, in a file that several programs may use at the same time.
 * Times are of the clock on the wall. Where a call fails, mm4_state_error tells
 * why, and nothing was changed.
 */
struct mm4_state;

/* Opens the file, made where there is none; NULL: in memory. NULL when it
 * cannot be: why gets a sentence. */
struct mm4_state *mm4_state_open(const char *path, struct buf *why);
void mm4_state_close(struct mm4_state *);

/* "state.db: database or disk is full", until the next call. */
const char *mm4_state_error(const struct mm4_state *);

/*
 * What is changed between begin and commit is changed together, and on the disk
 * when commit comes back; without begin that is so for each call. A commit that
 * fails has rolled back. The state may pass from thread to thread, one at a time.
 */
bool mm4_state_begin(struct mm4_state *);
bool mm4_state_commit(struct mm4_state *);
void mm4_state_rollback(struct mm4_state *);

/* Whether another program changed the file since the last call. */
bool mm4_state_changed(struct mm4_state *);

/* Duplicates: a message of a peer for a recipient, and the status it got. */
bool mm4_state_seen(struct mm4_state *, struct span peer,
    struct span message_id, struct span recipient, struct buf *status);
bool mm4_state_see(struct mm4_state *, struct span peer,
    struct span message_id, struct span recipient, struct span status,
    struct timespec until);

/* What was sent to one recipient, and is waited for. */
struct mm4_sent {
	struct span transaction_id, message_id, peer, recipient, ref;
	int kind;                   /* of the message, the caller's numbers */
	struct timespec time;
	struct timespec until;      /* the answer is late then */
	struct timespec keep;       /* it is forgotten then */
	bool wants_answer, wants_report;
};
bool mm4_state_add_sent(struct mm4_state *, const struct mm4_sent *);

/*
 * An answer: stored with the recipients it is about (n of them; none: all that
 * no answer has named) of the transaction, or where no transaction has that id,
 * of the message, as far as they have no answer and it went to one peer. How
 * many there were; -1 when it fails.
 */
int mm4_state_answered(struct mm4_state *, struct span transaction_id,
    struct span message_id, const struct span *about, size_t n,
    struct span status, struct span text);

/* The mail did not come to a recipient (empty: to any) of the transaction, of
 * which no answer is known; to one by another name, where there is but one. How many there were; -1 when it fails. */
int mm4_state_undelivered(struct mm4_state *, struct span transaction_id,
    struct span recipient, struct span status, struct span text);

/* The mail goes to this recipient again: what was answered is no answer to
 * that. */
bool mm4_state_unanswer(struct mm4_state *, struct span transaction_id,
    struct span recipient);

/* A delivery report about a recipient: 1 that is news; 0 known, or older than a final
 * one; -1 nobody sent such a message, -2 it fails. */
int mm4_state_reported(struct mm4_state *, struct span message_id,
    struct span recipient, struct span status, bool final,
    struct timespec time);

/* The same for a read reply, which is news however final a delivery report
 * was. */
int mm4_state_read(struct mm4_state *, struct span message_id,
    struct span recipient, struct span status);

/* What is known of a recipient of a transaction. Its buffers are the caller's. */
struct mm4_known {
	bool answered, reported, final;
	struct buf answer, answer_text, report;
	struct timespec report_time;
};
bool mm4_state_look(struct mm4_state *, struct span transaction_id,
    struct span recipient, struct mm4_known *);
void mm4_known_free(struct mm4_known *);

/*
 * The next recipient whose answer is late, each once: it counts as told when
 * this comes back. Its spans live until the next call. False: none.
 */
bool mm4_state_overdue(struct mm4_state *, struct timespec now,
    struct mm4_sent *);

/* A mail to go out. */
struct mm4_mail {
	uint64_t id;                /* of the store */
	struct span domain;         /* of the peer */
	struct span from;           /* "": the null path */
	const struct span *to;
	size_t n_to;
	struct span octets;         /* the whole mail, with CR LF */
	struct timespec due, expires;
	uint32_t attempts;          /* so far */
};
bool mm4_state_post(struct mm4_state *, const struct mm4_mail *);

/*
 * Takes a mail that is due: nobody else gets it until the time lease, when it
 * is due again. full: domains that get none now, each between newlines, as
 * "\na.example\nb.example\n". Its spans live until the next call of this.
 * False: none, or it fails (mm4_state_error then says why, else "").
 */
bool mm4_state_take(struct mm4_state *, struct timespec now,
    struct timespec lease, struct span full, struct mm4_mail *);

/* When the next one is due for a domain that is not full; false when there is
 * none. */
bool mm4_state_next_due(struct mm4_state *, struct span full,
    struct timespec *);

/* It went out, or is given up; or it is to be tried again, for these
 * recipients. */
bool mm4_state_gone(struct mm4_state *, uint64_t id);
bool mm4_state_again(struct mm4_state *, uint64_t id, const struct span *to,
    size_t n_to, struct timespec due);

/* Forgets what is past its time. */
bool mm4_state_purge(struct mm4_state *, struct timespec now);

#endif
