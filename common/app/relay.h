/* SPDX-License-Identifier: ISC */
#ifndef APP_RELAY_H
#define APP_RELAY_H

#include "app/delay.h"
#include "app/relay_peer.h"
#include "mms/mm4.h"
#include "mms/status.h"
#include "rec/record.h"
#include "store/mm4_state.h"

/*
 * What an MMSC does with the mails of another one (3GPP TS 23.140, 8.4): which
 * it takes, what it answers to each, what it delivers, and once only. No socket,
 * no file, no clock: a mail and its envelope come in, a verdict comes out; what
 * has to go out is posted to the state, in the caller's transaction.
 */
struct relay;

/* What becomes of messages for the terminals of a network, dealt by shares. */
struct relay_outcome {
	struct span state;     /* of X-Mms-MM-Status-Code */
	uint32_t share;
	int64_t due;           /* grows by share until it is dealt */
};

enum { RELAY_OUTCOMES_MAX = 16 };

struct relay_outcomes {
	struct relay_outcome row[RELAY_OUTCOMES_MAX];
	size_t n;
	int64_t total;
};

/* Reads "Retrieved=90,Expired=10", which it borrows; a word alone has the share
 * 1. False: a sentence is appended to error. */
bool relay_outcomes_parse(struct relay_outcomes *, struct span text,
    struct buf *error);

struct relay_conf {
	const char *const *domain;   /* of this MMSC, the first is its name */
	size_t n_domains;
	const char *const *route;    /* domains that mails may be taken for, too */
	size_t n_routes;
	const char *system;          /* local part of its own address */
	const struct relay_peers *peers;
	struct relay_outcomes outcomes;  /* none: nothing is reported */
	struct delay delay;          /* until a report */
	unsigned max_forwards;       /* X-Mms-Forward-Counter */
	unsigned max_hops;           /* Received fields */
	enum relay_unknown {
		RELAY_UNKNOWN_OK,    /* nobody tells the state what was sent */
		RELAY_NOT_FOUND,     /* Error-message-not-found */
		RELAY_LATER,         /* another process may know: 451 */
	} unknown;                   /* reports on messages that were not sent */
	bool reports_only;           /* messages are refused for now */
	uint64_t seed;               /* of ids and delays; random */
	struct mm4_state *state;
	struct record_format format; /* of schema_mm4 */
};

/* The conf is borrowed. mms_init comes before. */
struct relay *relay_new(const struct relay_conf *);
void relay_free(struct relay *);

/* A reply of SMTP: the code and, with its enhanced code, a static text. */
struct relay_reply {
	unsigned code;
	const char *text;
};

/* MAIL FROM, "" for the null path; size as SIZE= gave it, or 0. */
struct relay_reply relay_mail(struct relay *, const struct relay_client *,
    struct span from, uint64_t size);

/* RCPT TO. */
struct relay_reply relay_rcpt(struct relay *, const struct relay_client *,
    struct span to);

/* Octets of a mail that this client may send. */
uint64_t relay_max_size(const struct relay *, const struct relay_client *);

/* Whether the password is that of the user (AUTH). */
bool relay_login(const struct relay *, const struct relay_client *,
    const char *user, struct span password);

/* A mail that has arrived. */
struct relay_mail_in {
	const struct relay_client *client;
	struct span from;
	const struct span *to;       /* none: those of its head (receive) */
	size_t n_to;
	struct span octets;
	const char *file;            /* where it will be when it is kept */
	struct timespec time;
};

struct relay_verdict {
	struct relay_reply reply;    /* of all recipients */
	bool keep;                   /* the file stays; of no use without 250 */
	bool failed;                 /* the state did not take all of it */
	struct buf rows;             /* records to print before the reply */
};

/*
 * Decides on a mail. What it says in the state (what was seen, answers, mails to
 * go out) counts when the caller commits. A state that fails is a 451, and
 * failed: the caller must roll back, as it may hold a part of it.
 */
void relay_take(struct relay *, const struct relay_mail_in *,
    struct relay_verdict *);
void relay_verdict_free(struct relay_verdict *);

/* Ids that nobody else makes: "KIND-....@domain" appended. */
void relay_id(struct relay *, struct buf *, const char *kind,
    struct timespec);

#endif
