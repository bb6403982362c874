/* SPDX-License-Identifier: ISC */
#ifndef MMS_SMTP_CLIENT_H
#define MMS_SMTP_CLIENT_H

#include "base/buf.h"

/*
 * The sending side of a mail connection without I/O, SMTP (RFC 5321) or LMTP
 * (RFC 2033): octets in, octets out, events pulled, time passed in, deadline
 * asked for; one mail after another over one connection, each with an outcome
 * for each recipient. All times are monotonic milliseconds. Pipelines where
 * the peer announces it (RFC 2920), says HELO where it knows no EHLO.
 */
enum smtp_tls {
	SMTP_TLS_NEVER,
	SMTP_TLS_MAY,    /* STARTTLS where it is offered */
	SMTP_TLS_MUST,   /* nothing is said without */
};

struct smtp_client_conf {
	bool lmtp;
	bool secured;              /* TLS is on from the first octet */
	enum smtp_tls starttls;
	const char *name;          /* of this host, for EHLO */
	const char *user, *password;  /* for AUTH; NULL: none */
	bool auth_in_clear;        /* without TLS, too */
	bool transcript;           /* lines are kept in said */
	uint64_t reply_ms;         /* for an answer to a command */
	uint64_t data_ms;          /* for the peer to take octets of a mail */
	uint64_t end_ms;           /* for the answer to a whole mail */
};

/* A mail, borrowed until its DONE. */
struct smtp_mail {
	struct span from;          /* "": the null path */
	const struct span *to;
	size_t n_to;               /* at least 1 */
	struct span octets;        /* lines end with CR LF or LF */
};

enum smtp_result {
	SMTP_ACCEPTED,
	SMTP_LATER,      /* not accepted now: 4xx, or the connection ended before */
	SMTP_NEVER,      /* refused: 5xx */
	SMTP_UNKNOWN,    /* all of it was sent, no answer came: it may be there */
};

/* What became of a recipient. */
struct smtp_outcome {
	enum smtp_result result;
	unsigned code;             /* of the reply; 0: none */
	struct buf text;           /* of it, with the enhanced code; or why */
};

enum smtp_client_event_type {
	SMTP_CLIENT_SECURE,  /* send smtp_client_out, shake hands, smtp_client_secured */
	SMTP_CLIENT_READY,   /* for a mail, or for smtp_client_quit */
	SMTP_CLIENT_DONE,    /* with the mail: see outcome */
	SMTP_CLIENT_CLOSED,  /* the last event: send smtp_client_out and close */
};

/* Why a connection ended. */
enum smtp_client_end {
	SMTP_END_QUIT,       /* it was asked to */
	SMTP_END_LOST,       /* the peer hung up, or was too slow */
	SMTP_END_BUSY,       /* the peer said so: 4xx */
	SMTP_END_REFUSED,    /* the peer takes nothing from us: 5xx, AUTH, TLS */
	SMTP_END_BROKEN,     /* it speaks no SMTP */
};

struct smtp_client_event {
	enum smtp_client_event_type type;
	enum smtp_client_end end;  /* CLOSED */
	const char *why;           /* CLOSED */
};

/* Members are its own, but these may be read: outcome, n_outcomes (DONE),
 * untouched (DONE: the connection ended before the peer said a word about the
 * mail), said, size_most (octets of a mail that the peer takes; 0: not said),
 * code (of the reply that ended it, or 0). */
struct smtp_client {
	const struct smtp_client_conf *conf;
	struct smtp_outcome *outcome;
	size_t n_outcomes;
	bool untouched;
	struct buf said;
	uint64_t size_most;
	unsigned code;
	/* private */
	uint8_t state, end;
	bool secured, want_quit, eof, told, ready_told, done_told;
	bool pipelining, auth_plain, auth_login, offers_tls, eight_bit;
	bool need_rset;
	struct buf in, out, why;
	size_t in_at, out_at;
	uint64_t due;
	struct smtp_answer {         /* the reply that comes in, line by line */
		unsigned code;
		unsigned lines;
		struct buf text;
	} answer;
	struct smtp_mail mail;
	bool has_mail, refused, line_start;
	size_t asked, answered;      /* MAIL is 0, RCPT 1 to n, DATA n + 1, then ends */
	size_t accepted, next_end;   /* recipients; (LMTP) whose end is next */
	size_t body_at;              /* octets of the mail in out */
};

/* conf is borrowed and must outlive it. */
void smtp_client_init(struct smtp_client *, const struct smtp_client_conf *,
    uint64_t now);
void smtp_client_free(struct smtp_client *);

/* Octets in, see mms/smtp.h. */
uint8_t *smtp_client_in(struct smtp_client *, size_t *room);
void smtp_client_received(struct smtp_client *, size_t n);
void smtp_client_eof(struct smtp_client *, const char *why);

/* Octets out: what is to be sent (n may be 0); how much of it was. */
const uint8_t *smtp_client_out(const struct smtp_client *, size_t *n);
void smtp_client_sent(struct smtp_client *, size_t n, uint64_t now);

bool smtp_client_next(struct smtp_client *, struct smtp_client_event *,
    uint64_t now);
uint64_t smtp_client_deadline(const struct smtp_client *);

/* After READY: sends a mail. A mail that cannot be written as one (a bare CR, an
 * address with octets that no address has, larger than the peer takes) is DONE
 * without a word to the peer. */
void smtp_client_mail(struct smtp_client *, const struct smtp_mail *,
    uint64_t now);

/* Ends it, once no mail is under way. */
void smtp_client_quit(struct smtp_client *, uint64_t now);

/* The handshake is done. */
void smtp_client_secured(struct smtp_client *, uint64_t now);

#endif
