/* SPDX-License-Identifier: ISC */
#ifndef APP_DISPATCH_PRIVATE_H
#define APP_DISPATCH_PRIVATE_H

#include "app/dispatch.h"
#include "base/dice.h"

/* What dispatch.c (tries and rows) and dispatch_wait.c (answers and reports)
 * share. */

enum stage { AT_PEER, BACKING_OFF, AWAITING_ANSWER, AWAITING_REPORT, DONE };

struct recipient {
	struct buf rcpt, key, to;
	enum stage stage;
	const char *status;
	struct buf code, error, report;
	uint32_t attempts, resent;
	uint64_t due;            /* of its stage */
	bool unknown;            /* a try ended after the dot, unanswered */
	bool final;              /* a report told its end, maybe before the answer */
	struct timespec time;
	struct job *job;
	struct recipient *next;  /* of those done */
};

struct job {
	uint64_t id;
	struct buf ref, message_id, transaction_id, from, domain, sender;
	struct buf octets;
	struct mail_target target;
	struct recipient *to;
	size_t n, told;
	size_t *sent;            /* recipients of the try under way */
	size_t n_sent;
	struct span *rcpt;
	bool under_way, wants_answer, wants_report;
	int kind;
	uint64_t give_up_at, expires;
	struct job *next;
};

struct dispatch {
	struct dispatch_conf conf;
	struct dice dice;
	struct job *jobs;
	size_t n, octets;
	uint64_t last_id, last_accepted, look_at;
	bool stopped, was_connected;
	struct recipient *done, **last_done;
	struct job *told;        /* of the row given out last, when it was its last */
	int status;
};

/* dispatch.c: a recipient has its row; is tried again at due, unless there is
 * no hope or time; a buffer has these octets. */
void dispatch_end(struct dispatch *, struct recipient *, const char *status);
void dispatch_try_later(struct dispatch *, struct recipient *, bool hopeless,
    uint64_t due);
void dispatch_set(struct buf *, struct span);

/* dispatch_wait.c: looks whether the state knows something new of a recipient;
 * what is due for it, and whether its mail is to be sent again. */
void dispatch_look(struct dispatch *, struct recipient *, struct mm4_known *,
    uint64_t now);
bool dispatch_is_due(struct dispatch *, struct recipient *, uint64_t now);

#endif
