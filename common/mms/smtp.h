/* SPDX-License-Identifier: ISC */
#ifndef MMS_SMTP_H
#define MMS_SMTP_H

#include "base/buf.h"

/*
 * The receiving side of a mail connection without I/O, SMTP (RFC 5321) or LMTP
 * (RFC 2033): octets in, octets out, events pulled, time passed in, deadline
 * asked for. There are no callbacks. All times are monotonic milliseconds.
 *
 * Events that ask are answered with smtp_answer, any time later; until then
 * the peer's further octets wait, and no deadline runs. What the message is,
 * who may send it and whose the recipients are, the owner decides.
 *
 * The octets of a message come out as CHUNK events as they come in, with the
 * dots of RFC 5321, 4.5.2 taken off. Lines end with CR LF and nothing else
 * (2.3.8): a message with a bare CR or LF is refused, and where it holds what
 * another server might take for the end of the message, the connection ends
 * there, so that nothing behind it is ever read as a command.
 */
struct smtp_conf {
	bool lmtp;
	const char *name;          /* of this host, in the greeting */
	uint64_t size_most;        /* octets of a message; 0: any */
	uint32_t recipients_most;  /* of one message */
	uint32_t errors_most;      /* refused commands before the peer is cut off */
	uint64_t command_ms;       /* for a whole command, from the last answer on */
	uint64_t data_ms;          /* without octets of a message */
	uint32_t data_rate;        /* octets a second it may not stay below; 0: any */
	bool starttls;             /* offered, until smtp_secured */
	bool auth;                 /* PLAIN and LOGIN are offered */
	bool auth_in_clear;        /* without TLS, too */
	bool need_tls, need_auth;  /* before MAIL */
	bool transcript;           /* lines are kept in said */
};

enum smtp_event_type {
	SMTP_EV_AUTH,      /* asks: user, password */
	SMTP_EV_STARTTLS,  /* send smtp_out, shake hands, then smtp_secured */
	SMTP_EV_MAIL,      /* asks: address ("" is the null path), size */
	SMTP_EV_RCPT,      /* asks: address */
	SMTP_EV_DATA,      /* asks, at least one recipient was accepted: 354 */
	SMTP_EV_CHUNK,     /* octets of the message */
	SMTP_EV_END,       /* asks, the message is whole; LMTP: for each recipient */
	SMTP_EV_ABORT,  /* the message that an accepted MAIL began does not come: why */
	SMTP_EV_CLOSED,    /* the last event: why; send smtp_out and close */
};

struct smtp_event {
	enum smtp_event_type type;
	struct span address;  /* as the peer wrote it, without < > and source route */
	uint64_t size;        /* MAIL: octets announced, or 0 */
	struct span user, password;
	struct span octets;   /* CHUNK */
	const char *why;      /* ABORT, CLOSED */
};

/* An answer: a reply code, an enhanced status code (RFC 3463) and words. */
struct smtp_reply {
	uint16_t code;
	const char *status;  /* "2.1.5"; NULL: none */
	const char *text;    /* one line; control octets are replaced */
};

enum smtp_state {
	SMTP_FRESH,     /* no EHLO, HELO or LHLO yet */
	SMTP_IDLE,      /* between messages */
	SMTP_MAILING,   /* MAIL was accepted */
	SMTP_DATA,      /* between 354 and the end of the message */
	SMTP_AUTHING,   /* within an AUTH dialogue */
	SMTP_SECURING,  /* STARTTLS was answered */
	SMTP_CLOSED,
};

/* Why a message is taken no more, though its octets still come. */
enum smtp_spoilt { SMTP_WHOLE, SMTP_REFUSED, SMTP_TOO_BIG, SMTP_BARE };

/* Members are smtp's own, but these may be read: state, secured, helo (the
 * peer's name for itself), user (empty: no AUTH), said. */
struct smtp {
	const struct smtp_conf *conf;
	enum smtp_state state;
	bool secured;
	struct buf helo, user;
	struct buf said;            /* transcript: "C: MAIL ...\n", "S: 250 ...\n" */
	/* private */
	struct buf in, out;
	size_t in_at, out_at;       /* octets of in used, of out sent */
	uint64_t due;               /* for the command or the data under way */
	uint32_t errors;
	bool skipping;              /* the rest of a line that is too long */
	bool want_stop, eof, told;  /* told: CLOSED was pulled */
	bool unfinished;  /* the owner has a message that it must be told of */
	enum smtp_event_type asked;
	uint32_t answers;           /* that are still to come for it */
	bool hello_is_extended;
	uint32_t recipients, refused_recipients;
	struct smtp_data {
		uint8_t place;              /* where in a line: see smtp_data.c */
		bool bare;  /* (spoilt) the line began after a bare CR or LF */
		enum smtp_spoilt spoilt;
		uint64_t size;
		struct smtp_reply reply;    /* of smtp_spoil */
	} data;
	struct smtp_auth {
		uint8_t step;               /* see smtp_auth.c */
		struct buf user, password;
	} auth;
	struct buf why;
};

/* Makes a machine that greets. conf is borrowed and must outlive it; released
 * with smtp_free. */
void smtp_init(struct smtp *, const struct smtp_conf *, uint64_t now);
void smtp_free(struct smtp *);

/* Octets in: where to put them and how much room there is. No room: the peer
 * must wait. Between messages it holds no buffer. */
uint8_t *smtp_in(struct smtp *, size_t *room);
void smtp_received(struct smtp *, size_t n, uint64_t now);

/* Whether smtp_in has room. */
bool smtp_takes(const struct smtp *);

/* No more will come: why is NULL for an orderly close, else words. */
void smtp_eof(struct smtp *, const char *why);

/* Octets out: what is to be sent (n may be 0); how much of it was. */
const uint8_t *smtp_out(const struct smtp *, size_t *n);
void smtp_sent(struct smtp *, size_t n);

/* The next event; false when there is none now. What it points to lives until
 * the next call. After CLOSED there are no more. */
bool smtp_next(struct smtp *, struct smtp_event *, uint64_t now);

/* When smtp_next wants to be called though no octet came; UINT64_MAX: never. */
uint64_t smtp_deadline(const struct smtp *);

/* Answers the event that asks: a code of 4xx or 5xx refuses; 421 closes the
 * connection, too. Of END in LMTP there is an answer for each recipient that
 * was accepted, in their order. Ignored once the connection is closed. */
void smtp_answer(struct smtp *, const struct smtp_reply *, uint64_t now);

/* How many answers the event that was pulled last still wants. */
uint32_t smtp_asks(const struct smtp *);

/* Between DATA and END: the owner cannot take the message (its disk is full).
 * The rest of it is passed over, then the reply is given; its words are
 * borrowed until then. No further event tells of this message. */
void smtp_spoil(struct smtp *, const struct smtp_reply *);

/* The handshake after STARTTLS, or before the greeting, is done. */
void smtp_secured(struct smtp *, uint64_t now);

/* Ends it as soon as no message is under way, with 421. */
void smtp_stop(struct smtp *);

/* Ends it at once, with 421 and these words. */
void smtp_cut(struct smtp *, const char *why);

#endif
