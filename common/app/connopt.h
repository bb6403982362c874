/* SPDX-License-Identifier: ISC */
#ifndef APP_CONNOPT_H
#define APP_CONNOPT_H

#include "app/config.h"
#include "app/link.h"

/*
 * The connection options that all connecting programs share, made into a
 * link_conf: URLs, passwords, TLS. Programs only take what is their own from
 * the settings (bind and window are in the link_conf as well).
 */
struct connopt {
	struct link_conf link;  /* a program may still change it */
	uint64_t grace_ms;
	/* private */
	struct link_peer *peer;
	struct tls *tls;
	struct keep kept;
};

/*
 * Dies with 64 when no URL is configured (three lines say what to do), 64 or
 * 78 when a value is wrong, 66 or 78 when a password cannot be had. May ask
 * for a password on the terminal. Owned by the caller.
 */
struct connopt *connopt_new(const struct config *);
void connopt_free(struct connopt *);

/* Appends the lines of libevent and OpenSSL: for struct program. */
void connopt_libraries(struct buf *);

#endif
