/* SPDX-License-Identifier: ISC */
#ifndef IO_MX_H
#define IO_MX_H

#include "base/buf.h"

/*
 * The mail servers of a domain (RFC 5321, 5.1): its mail exchangers in order of
 * preference, else the domain itself. The look-up waits; run and release are
 * those of a struct work (io/work.h) whose data is a struct mx.
 */
struct mx {
	char *domain;
	char *resolver;     /* "192.0.2.1:53", or NULL: the system's */
	/* the result */
	char **host;        /* names, or (resolver) addresses */
	size_t n;
	bool temporary;     /* there is no host, but there may be later */
	struct buf why;     /* there is no host */
};

/* Owned by the caller; resolver may be NULL. */
struct mx *mx_new(const char *domain, const char *resolver);

void mx_run(void *mx);
void mx_release(void *mx);

/* Whether the text is an address and a port for a resolver. */
bool mx_resolver_is_good(const char *text);

#endif
