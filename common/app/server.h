/* SPDX-License-Identifier: ISC */
#ifndef APP_SERVER_H
#define APP_SERVER_H

#include "app/trace.h"
#include "io/loop.h"
#include "io/stream.h"
#include "io/tls.h"
#include "smpp/session.h"

/*
 * Many sessions of an SMSC behind one listening socket. The program's loop
 * is: loop_once until server_deadline; server_ready for each watch of its
 * kind; drain server_next; server_flush. What a client costs while it is
 * idle is memory alone.
 */
struct server_conf {
	const char *address;        /* "127.0.0.1:2775" */
	const struct tls *tls;      /* NULL: plain */
	struct trace *trace;        /* or NULL */
	uint32_t window;            /* requests of ours in flight to each client */
	uint32_t max_pdu;           /* once bound */
	uint64_t enquire_link_ms, response_ms;
	uint64_t bind_ms;           /* from the connection to the bind */
	size_t max_clients;         /* further ones are turned away, and it is said */
	bool tell_enquiries;        /* enquire_link comes up as a REQUEST */
	bool tell_all;              /* so does every PDU: WARNING and HANDLED */
};

struct server;

/* A connection, from SERVER_EV_BIND to SERVER_EV_GONE. */
struct client {
	struct session session;
	void *user;                 /* the program's own */
	void *notes;                /* likewise, but freed with it */
	uint64_t linger_ms;         /* likewise */
	enum session_end end;       /* how it ended, once it is GONE */
	/* private */
	struct server *server;
	struct stream *stream;
	struct trace_link *trace;
	uint32_t slot;
	uint64_t timer_at;          /* of its live entry in the heap */
	unsigned warnings;
	struct buf outbind;         /* of a call: to be sent when it is open */
	uint64_t called;            /* tag of the call, or 0 */
	bool opening, ready, dirty, closing, blocked, was_known;
	uint64_t closing_at;
	uint64_t serial;
	/* what is done wrong on purpose */
	uint64_t stalled_until;     /* 0: it is read */
	uint64_t gather_ms, gathered_at;
	size_t segment;             /* octets of one write, at most; 0: any */
	struct client *next_ready, *next_dirty;
};

enum server_event_type {
	SERVER_EV_SESSION,  /* event: BIND, REQUEST, NOTICE, RESPONSE or TIMEOUT; WARNING, HANDLED */
	SERVER_EV_LOST,     /* the session ended: the request with event.tag was never answered */
	SERVER_EV_GONE,     /* after the LOST ones; the client is invalid once server_next is called again */
};

struct server_event {
	enum server_event_type type;
	struct client *client;
	struct event event;  /* valid until the next server_next */
};

/* Listens; NULL and *error (static until the next call) when it cannot. conf
 * is copied. Its watches come up with the kind given. */
struct server *server_open(struct loop *, const struct server_conf *, int kind,
    const char **error);
void server_free(struct server *);

/* "127.0.0.1:40123": where it listens. */
const char *server_address(const struct server *);

/* One of its watches was ready: takes connections, moves octets. */
void server_ready(struct server *, struct watch *);

/* The next event; false when there is none now. */
bool server_next(struct server *, struct server_event *);

/* Something was given to the client's session outside of its own events: its
 * output must be flushed, its deadline looked at. */
void server_touch(struct client *);

/* Sends what the sessions have to say, as far as it goes without blocking. */
void server_flush(struct server *);

/* When server_next wants to be called though no watch is ready. */
uint64_t server_deadline(const struct server *);

/* Withholds events: clients wait, their octets stay with the system. */
void server_pause(struct server *, bool pause);

/* Takes no more connections and unbinds every session. */
void server_stop(struct server *);

/* A client may be gone when it is to be spoken to again: server_find gives
 * NULL then. */
struct client_ref {
	uint32_t slot;
	uint64_t serial;
};
struct client_ref server_ref(const struct client *);
struct client *server_find(const struct server *, struct client_ref);

/*
 * What no server should do, for tests of clients. cut: ends the connection at
 * once, under TLS without close notify; reset: with RST, and without what was
 * to be sent. stall: reads nothing for so long (UINT64_MAX: for ever).
 * segment: from now on no more than n octets are sent at a time. gather: what
 * is to be sent waits for so long, then goes out at once.
 */
void server_cut(struct client *, bool reset);
void server_stall(struct client *, uint64_t ms);
void server_segment(struct client *, size_t n);
void server_gather(struct client *, uint64_t ms);

/* Who it is: "127.0.0.1:40123"; and whether its TLS certificate is this name's,
 * see stream_certified. */
const char *server_peer(const struct client *);
bool server_certified(const struct client *, const char *name);

/*
 * Calls an ESME that listens, and sends it an outbind; the client comes up in
 * server_next as others do, once it binds. The name resolves and connects as
 * conf says. Its tag stands in client.called, else 0; where the call fails or
 * ends, server_called tells.
 */
struct server_call {
	struct stream_conf to;
	struct span system_id, password;  /* of the outbind */
	uint64_t tag;                     /* not 0 */
};
void server_dial(struct server *, const struct server_call *);

/* A call that is over: its tag, and why in words (until the next call of
 * anything), NULL when the session ended in order; 0 when there is none. */
uint64_t server_hung_up(struct server *, const char **why);

/* How many connections there are. */
size_t server_clients(const struct server *);

#endif
