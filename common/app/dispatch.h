/* SPDX-License-Identifier: ISC */
#ifndef APP_DISPATCH_H
#define APP_DISPATCH_H

#include "app/mailer.h"
#include "store/mm4_state.h"

/*
 * Mails of mm4-relay send on their way: to the peer, again with the same ids
 * while that is of use, and where it is asked for until the peer's MMSC has
 * answered and reported. What became of each recipient comes out as a row. All
 * times are monotonic milliseconds, but for the state's.
 */
struct dispatch_conf {
	struct mailer *mailer;      /* it alone draws its events */
	struct mm4_state *state;    /* NULL: nothing is waited for */
	uint64_t retry_ms;          /* how long a mail is tried again */
	bool first_once;            /* a peer that was never there is tried once */
	bool wait;                  /* for answers and reports */
	uint64_t wait_ms;           /* since the last mail was accepted */
	uint64_t answer_ms;         /* then it is sent once more */
	uint32_t resends;           /* how often, at most */
	uint64_t seed;              /* of the jitter; random */
};

/* One mail to one peer: a transaction. Copied, but for octets. */
struct dispatch_mail {
	struct span ref, message_id, transaction_id, from, domain;
	struct span sender;         /* for the row */
	struct mail_target target;  /* its strings are borrowed */
	struct buf octets;          /* the dispatch's from then on */
	const struct dispatch_to {
		struct span rcpt;   /* of RCPT TO */
		struct span key;    /* of the state */
		struct span to;     /* for the row */
	} *to;
	size_t n_to;
	int kind;
	bool wants_answer, wants_report;
	uint64_t expires;           /* it is of no use after that */
};

struct dispatch_row {
	struct span ref, transaction_id, message_id, to, from;
	const char *status;         /* ok failed unknown unsent */
	struct span code, error, report;
	uint32_t attempts;
	struct timespec time;
};

struct dispatch;

struct dispatch *dispatch_new(const struct dispatch_conf *);
void dispatch_free(struct dispatch *);

/* Whether it takes one more, and takes it. */
bool dispatch_has_room(const struct dispatch *);
void dispatch_add(struct dispatch *, struct dispatch_mail *, uint64_t now);

/* A row for what was never given to it: of a mail that cannot be made or has no
 * way. ref, to and error are copied. */
void dispatch_refuse(struct dispatch *, const char *status, struct span ref,
    struct span message_id, struct span to, struct span error);

/* Once in each pass. own: this program changed the state. */
void dispatch_work(struct dispatch *, uint64_t now, bool own);

/* The next row, until the next call; false when there is none. */
bool dispatch_next(struct dispatch *, struct dispatch_row *);

/* When dispatch_work wants to be called though nothing happens. */
uint64_t dispatch_deadline(const struct dispatch *);

/* No more tries, no more waiting but for what is under way; or for that
 * neither: the mailer is cut by the caller. */
void dispatch_stop(struct dispatch *);
void dispatch_cut(struct dispatch *);

/* Mails that are not done with; the exit status so far. */
size_t dispatch_pending(const struct dispatch *);
int dispatch_status(const struct dispatch *);

#endif
