/* SPDX-License-Identifier: ISC */
#ifndef IO_TLS_SESSION_H
#define IO_TLS_SESSION_H

#include "base/buf.h"
#include "io/tls.h"

/* One TLS connection on a descriptor that does not block. */
struct tls_session;

enum tls_result {
	TLS_DONE,
	TLS_WANT_READ,   /* come back when the descriptor is readable */
	TLS_WANT_WRITE,  /* when it is writable */
	TLS_EOF,         /* the peer closed */
	TLS_FAILED,      /* error says why */
};

/* servername is verified and sent as SNI by a client (an address is verified
 * alone); ignored by a server. */
struct tls_session *tls_session_new(const struct tls *,
    const char *servername);

/* Gives it the connected descriptor. */
void tls_session_attach(struct tls_session *, int fd);

/* Says good-bye when notify, and releases; the descriptor stays open. NULL is
 * nothing. */
void tls_session_free(struct tls_session *, bool notify);

enum tls_result tls_handshake(struct tls_session *, struct buf *error);

/* *n octets were moved, possibly some before a result that is not DONE. */
enum tls_result tls_read(struct tls_session *, void *p, size_t room, size_t *n,
    struct buf *error);
enum tls_result tls_write(struct tls_session *, const void *p, size_t len,
    size_t *n, struct buf *error);

/* Whether the peer's certificate is this name's: see stream_certified. */
bool tls_certified(const struct tls_session *, const char *name);

/* Whether it keeps octets that the descriptor no longer has. */
bool tls_pending(const struct tls_session *);

#endif
