/* SPDX-License-Identifier: ISC */
#ifndef IO_STREAM_H
#define IO_STREAM_H

#include <stddef.h>

#include "io/loop.h"

/*
 * A TCP connection, plain or under TLS, without blocking: resolving (in a
 * thread of its own), connecting to each address of the name in turn, the TLS
 * handshake and verification all happen as stream_drive is called.
 */
struct stream;
struct tls;       /* a TLS configuration, io/tls.h */

enum stream_state {
	STREAM_CONNECTING,
	STREAM_OPEN,
	STREAM_FAILED,  /* see stream_error; 69 is the exit status that fits */
};

struct stream_conf {
	const char *host;           /* name or address, without brackets */
	const char *port;           /* number or service name */
	const char *local_address;  /* address to connect from, or NULL */
	const struct tls *tls;      /* NULL: plain */
	const char *servername;     /* to verify and for SNI; NULL: host */
	uint64_t connect_ms;        /* for all of it together */
	uint64_t user_timeout_ms;   /* TCP_USER_TIMEOUT; 0: the system's */
};

/* Starts to connect. Its watch comes up in loop_ready with owner and kind. */
struct stream *stream_dial(struct loop *, const struct stream_conf *,
    void *owner, int kind);

/* Closes and releases; NULL is nothing. Under TLS a close notify is tried. */
void stream_close(struct stream *);

/* From now on stream_close is rude: without close notify, and with a reset
 * instead of an end in order. For tests and simulators. */
void stream_cut(struct stream *, bool reset);

/* Moves connecting on; call it when its watch is ready or its deadline is
 * reached. Gives the state. */
enum stream_state stream_drive(struct stream *);
uint64_t stream_deadline(const struct stream *);

/* Why it failed: "connect to 127.0.0.1 port 2775: Connection refused". */
const char *stream_error(const struct stream *);

/*
 * Begins TLS on a stream that is open and plain (STARTTLS): it is CONNECTING
 * again until stream_drive has shaken hands. servername is verified by a client.
 */
void stream_secure(struct stream *, const struct tls *, const char *servername);

enum stream_result {
	STREAM_DONE,   /* *n octets, at least one */
	STREAM_AGAIN,  /* would block: the watch tells when to come back */
	STREAM_EOF,    /* (read) the peer closed in order */
	STREAM_BROKEN, /* see stream_error */
};
enum stream_result stream_read(struct stream *, void *p, size_t room, size_t *n);
enum stream_result stream_write(struct stream *, const void *p, size_t len,
    size_t *n);

/* Whether it waits to be read, to be written. Reading is on by default. */
void stream_want(struct stream *, bool read, bool write);

/* Whether octets can be had now without waiting: known of the watch, or kept
 * by TLS. */
bool stream_readable(const struct stream *);

struct watch *stream_watch(struct stream *);

/*
 * Whether the peer showed a TLS certificate of this name: "sha256:" and the 64
 * digits of its fingerprint, whoever signed it; or, of one that was verified,
 * its common name or one of its alternative names (DNS, e-mail, address).
 */
bool stream_certified(const struct stream *, const char *name);

/* "127.0.0.1:2775", "[::1]:2775"; addresses for captures. */
const char *stream_peer(const struct stream *);
int stream_fd(const struct stream *);

/* Listening */
struct listener;

/* Listens on "ADDR:PORT" ("127.0.0.1:0", "[::]:2775", ":2775" is loopback);
 * NULL and *error (static until the next call) when it cannot. tls may be
 * NULL. */
struct listener *listener_open(struct loop *, const char *address,
    const struct tls *tls, void *owner, int kind, const char **error);
void listener_close(struct listener *);

/* Whether the text has the form of an address to listen on. */
bool listener_may_be(const char *address);

/* "127.0.0.1:40123": where it listens, the port chosen. */
const char *listener_address(const struct listener *);

/* A connection that came in, or NULL when there is none now. It starts in
 * CONNECTING under TLS, else OPEN. */
struct stream *listener_accept(struct listener *, void *owner, int kind);
struct watch *listener_watch(struct listener *);

#endif
