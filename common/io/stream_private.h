/* SPDX-License-Identifier: ISC */
#ifndef IO_STREAM_PRIVATE_H
#define IO_STREAM_PRIVATE_H

#include "base/buf.h"
#include "io/net.h"
#include "io/stream.h"
#include "io/tls_session.h"

/* A stream as io/stream, io/dial and io/listener share it. */
enum phase {
	PHASE_LOOKUP,
	PHASE_CONNECT,
	PHASE_HANDSHAKE,
	PHASE_OPEN,
	PHASE_FAILED,
};

struct dial;

struct stream {
	struct loop *loop;
	struct watch watch;
	int fd;                     /* -1: none */
	enum phase phase;
	uint64_t deadline;          /* of connecting and handshake */
	uint64_t limit_ms;          /* what it was made from, for words */
	struct dial *dial;          /* while connecting; NULL when accepted */
	struct tls_session *tls;    /* NULL: plain */
	bool want_read, want_write;
	bool tls_want_write;        /* TLS has something to say */
	bool tls_pending;           /* TLS may have octets that nobody polled */
	bool cut, reset;            /* see stream_cut */
	struct buf peer;
	struct buf error;
};

/* A stream without a descriptor, wanting to read. */
struct stream *stream_make(struct loop *, void *owner, int kind);

/* Its descriptor is connected: notes the peer. */
void stream_attach(struct stream *, int fd);

/* Connected: begins the handshake when there is a TLS session, else opens. */
void stream_connected(struct stream *);

/* It cannot be opened; error tells why. The watch comes up. */
void stream_failed(struct stream *);

/* Tells the loop what is wanted now. */
void stream_rewatch(struct stream *);

/* Moves a look-up or a connection on. */
void dial_drive(struct stream *);
void dial_free(struct dial *);

/* When dial_drive wants to be called. */
uint64_t dial_deadline(const struct stream *);

#endif
