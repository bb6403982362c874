/* SPDX-License-Identifier: ISC */
#ifndef APP_MAILER_H
#define APP_MAILER_H

#include "io/loop.h"
#include "io/stream.h"
#include "io/tls.h"
#include "mms/smtp_client.h"

/*
 * Sends mails to peers, without blocking: connections are made as mails come,
 * each takes one mail after another, and is kept for a moment once there are
 * none. The program's loop is: loop_once until mailer_deadline; mailer_ready
 * for each watch of its kind; drain mailer_next.
 */
struct mailer_conf {
	struct smtp_client_conf smtp;  /* lmtp, secured, user and password are a peer's */
	const struct tls *tls;         /* verifies; for smtps and STARTTLS that must be */
	const struct tls *tls_may;     /* for STARTTLS where it is offered */
	const char *servername;        /* to verify instead of the host, or NULL */
	const char *local_address;     /* or NULL */
	const char *resolver;          /* for MX: "192.0.2.1:53"; NULL: the system's */
	uint64_t connect_ms;
	uint64_t idle_ms;              /* that a connection without mails is kept */
	size_t connections;            /* to one peer, at most */
	bool mask;                     /* numbers in the transcript */
};

/* A peer. Borrowed by mailer_send. */
struct mail_target {
	const char *host, *port;       /* of the server; or host is a domain: */
	bool mx;                       /* its mail exchangers, else its addresses */
	bool tls, lmtp;
	const char *user, *password;   /* NULL: none */
};

struct mailer;

/* conf is copied; what it points to is borrowed. */
struct mailer *mailer_new(struct loop *, const struct mailer_conf *, int kind);
void mailer_free(struct mailer *);

/* Gives it a mail, which with all it points to is borrowed until its event. */
void mailer_send(struct mailer *, const struct mail_target *,
    const struct smtp_mail *, uint64_t tag);

struct mailer_event {
	uint64_t tag;
	const struct smtp_outcome *outcome;  /* of each recipient, in order */
	size_t n;
	bool connected;     /* the peer was there, whatever it said */
	enum smtp_client_end end;  /* why not, where the connection failed */
};

/* One of its watches was ready. */
void mailer_ready(struct mailer *, struct watch *);

/* A mail that is done with; false when there is none now. What it points to
 * lives until the next call. */
bool mailer_next(struct mailer *, struct mailer_event *);

uint64_t mailer_deadline(const struct mailer *);

/* How many mails are not done with. */
size_t mailer_pending(const struct mailer *);

/* Ends idle connections now, others when they have no more mails; whether none
 * is left. */
bool mailer_quit(struct mailer *);

/* Ends all connections at once: mails under way get their outcomes. */
void mailer_cut(struct mailer *, const char *why);

#endif
