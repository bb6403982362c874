/* SPDX-License-Identifier: ISC */
#ifndef APP_SENDER_H
#define APP_SENDER_H

#include "app/journal.h"
#include "app/links.h"
#include "app/others.h"
#include "app/outline.h"
#include "app/pacer.h"
#include "app/progress.h"
#include "app/receipts_from.h"
#include "smpp/ids.h"
#include "io/out.h"

/*
 * Rows in, submit_sm out, answers and receipts in, one result row out for
 * each row. The links are the program's, which hands it their events; it
 * chooses the link for each message, all parts of which go over that one.
 */
struct sender;

struct sender_conf {
	struct outline_conf outline;     /* how rows become messages */
	struct pacer_conf pacer;
	uint32_t retries;                /* of a part, after transient refusals */
	const uint32_t *retry_on;        /* statuses to retry beside those of smpp.def */
	size_t n_retry_on;
	bool resend_unknown;             /* once, what was not answered */
	enum ids_mode ids;
	bool measures;                   /* the time to each answer, in us */
	bool wait;                       /* for the final receipt of each part */
	uint64_t wait_ms;                /* after the last answer */
	bool receipt_per_message;        /* one stands for all of its parts */
	bool multi;                      /* one submit_multi for rows that differ in
	                                  * their destination only */
	size_t n_areas;                  /* of a broadcast */
	bool ordered;                    /* result rows come in order of the rows */
	bool keep_order;                 /* of messages to one destination one at a
	                                  * time is on its way */
	size_t max_waiting;              /* messages that wait for a receipt, for
	                                  * their turn, or for their row to be
	                                  * printed: then no row is taken */
	uint32_t reference_seed;         /* random, for the parts of long messages */
	const struct record_format *format;
	struct journal *journal;         /* NULL: none */
	struct others *others;           /* NULL: what is not ours is refused */
	struct receipts_from *receipts;  /* beside those of the links; or NULL */
};

struct sender_counts {
	uint64_t ok, failed, partial, unknown, unsent;
	uint64_t throttled;      /* failed, since throttling did not end */
	uint64_t unreceipted;    /* ok, but a receipt waited for did not come */
};

/* conf and the links are borrowed for its life. */
struct sender *sender_new(const struct sender_conf *, struct loop *,
    struct out *, struct links *);
void sender_free(struct sender *);

/* Whether sender_row may be called: a link has room, nothing is to go before
 * it, the results are being read. What is to go before it is sent as far as
 * it may. */
bool sender_has_room(struct sender *);

/* Sends what is to go again, or was half begun, as far as it may. */
void sender_pump(struct sender *);

/* Begins a row: its first parts go out, or a result row says why not. After
 * sender_has_room was true. */
void sender_row(struct sender *, const struct row *);

/* The result of a row that cannot be sent. */
void sender_refuse(struct sender *, const struct row *, const char *error);

/* The result of a row that was read and is not to be begun. */
void sender_leave(struct sender *, const struct row *, const char *why);

/* No row is there to be sent at the moment: none waits for another to share
 * its PDU. */
void sender_idle(struct sender *);

/* The same, when no further row will come. */
void sender_flush(struct sender *);

/* Takes an event of a link. */
void sender_event(struct sender *, struct link *, const struct link_event *);

/* Rows whose time of waiting for receipts is over; and when to call again. */
void sender_look_at_time(struct sender *);
uint64_t sender_deadline(const struct sender *);

/*
 * Hands what is begun and answered to the journal: before anything leaves, and
 * before a row is told. False when it cannot be: what was begun since must not
 * leave. Once sender_status is not 0, but 64 (the input is not the journal's) or
 * 74 (the journal takes no more), sender_stop is to be called.
 */
bool sender_commit(struct sender *);
int sender_status(const struct sender *);

/* Nothing more is sent, as sender_status says. Links that hold what must not
 * leave are dropped; else what is in flight may be answered. */
void sender_stop(struct sender *);

/* Receipts are answered once the rows before them are written. */
void sender_acknowledge(struct sender *);

/* Receipts that sender_acknowledge has still to answer. */
size_t sender_unacknowledged(const struct sender *);

/* Messages begun whose row is not printed yet. */
size_t sender_unfinished(const struct sender *);

/* Why going on is vain on all links: whole windows were left unanswered, or all
 * was throttled for --throttle-time; static. NULL: it is not. */
const char *sender_gave_up(const struct sender *);

/* Prints a row for every message that has none: what was never answered is
 * unknown, what was not begun is unsent for the reason given. */
void sender_finish(struct sender *, const char *why);

/* What is to be told of the run so far, for progress; whole: what limited all
 * of it, not what does now. */
void sender_facts(const struct sender *, struct progress_facts *, bool whole);

const struct sender_counts *sender_counts(const struct sender *);

#endif
