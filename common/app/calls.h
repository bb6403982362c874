/* SPDX-License-Identifier: ISC */
#ifndef APP_CALLS_H
#define APP_CALLS_H

#include "app/link.h"

/*
 * SMSCs that call (3.4, 2.2.1): connections that came in and have to say
 * outbind before a link binds on them. A bad outbind has no answer, its
 * connection is closed. A link whose link_conf names a struct calls waits for
 * one of them instead of connecting.
 */
struct calls;

struct calls_conf {
	const char *address;      /* to listen on */
	const struct tls *tls;    /* NULL: plain */
	const char *system_id;    /* that outbind must give; NULL: any */
	const char *password;     /* likewise */
};

/* Listens; NULL and *error (static until the next call) when it cannot. Both
 * confs are borrowed for its life; link's timers and limits apply, and trace
 * may be NULL. Its watches come up with kind. */
struct calls *calls_open(struct loop *, const struct calls_conf *,
    const struct link_conf *link, int kind, struct trace *,
    const char **error);
void calls_free(struct calls *);

/* "127.0.0.1:40123": where it listens. */
const char *calls_address(const struct calls *);

/* One of its watches was ready. */
void calls_ready(struct calls *, struct watch *);

/* Looks at what callers said, and at time: once in each pass of the loop,
 * before the links' events. */
void calls_work(struct calls *);
uint64_t calls_deadline(const struct calls *);

/* A caller who said outbind, the first one: his connection, its session in
 * state OPEN and its trace are the caller's from now on. False: there is
 * none. */
bool calls_take(struct calls *, struct stream **, struct session *,
    struct trace_link **);

#endif
