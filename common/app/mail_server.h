/* SPDX-License-Identifier: ISC */
#ifndef APP_MAIL_SERVER_H
#define APP_MAIL_SERVER_H

#include "io/loop.h"
#include "io/stream.h"
#include "io/tls.h"
#include "mms/smtp.h"

/*
 * Many SMTP or LMTP connections behind one listening socket. The program's
 * loop is: loop_once until mail_server_deadline; mail_server_ready for each
 * watch of its kind; drain mail_server_next. What a client costs between its
 * messages is little memory and a descriptor.
 */
struct mail_server_conf {
	const char *address;         /* "127.0.0.1:25" */
	const struct tls *tls;       /* from the first octet on; NULL: plain */
	const struct tls *starttls;  /* for STARTTLS; NULL: not offered */
	struct smtp_conf smtp;
	size_t clients_most;         /* further ones are turned away, and it is said */
	bool mask;                   /* the program hides numbers in transcripts */
};

struct mail_server;

/* A connection, from OPENED to GONE. */
struct mail_client {
	struct smtp smtp;
	struct smtp_conf conf;       /* its own, which OPENED may change */
	void *user;                  /* the program's own */
	/* private */
	struct mail_server *server;
	struct stream *stream;
	uint32_t slot;
	uint8_t phase;
	bool ready, blocked;
	uint64_t closing_at;
	struct mail_client *next_ready;
};

enum mail_event_type {
	MAIL_EV_OPENED,  /* nothing was said yet */
	MAIL_EV_SMTP,    /* event: neither STARTTLS nor CLOSED */
	MAIL_EV_GONE,    /* event.why; the client is invalid once the next is pulled */
};

struct mail_event {
	enum mail_event_type type;
	struct mail_client *client;
	struct smtp_event event;     /* valid until the next call */
};

/* Listens; NULL and *error (static until the next call) when it cannot. conf
 * is copied. Its watches come up with the kind given. */
struct mail_server *mail_server_open(struct loop *,
    const struct mail_server_conf *, int kind, const char **error);
void mail_server_free(struct mail_server *);

/* "127.0.0.1:40123": where it listens. */
const char *mail_server_address(const struct mail_server *);

/* One of its watches was ready: takes connections, moves octets. */
void mail_server_ready(struct mail_server *, struct watch *);

/* The next event; false when there is none now. Sends what is to be said. */
bool mail_server_next(struct mail_server *, struct mail_event *);

/* smtp_answer, and goes on with what the client sent meanwhile. */
void mail_server_answer(struct mail_client *, const struct smtp_reply *);

/* When mail_server_next wants to be called though no watch is ready. */
uint64_t mail_server_deadline(const struct mail_server *);

/* Takes no more connections, and ends each once no message is under way; or
 * at once. */
void mail_server_stop(struct mail_server *);
void mail_server_cut(struct mail_server *);

/* "127.0.0.1:40123". */
const char *mail_client_peer(const struct mail_client *);

/* How many connections there are. */
size_t mail_server_clients(const struct mail_server *);

#endif
