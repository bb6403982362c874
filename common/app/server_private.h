/* SPDX-License-Identifier: ISC */
#ifndef APP_SERVER_PRIVATE_H
#define APP_SERVER_PRIVATE_H

#include "app/server.h"
#include "base/heap.h"

/* What the modules of the server share: server.c keeps the clients, in slots,
 * lists and a heap of deadlines; server_pump.c moves their octets;
 * server_events.c makes events of what their sessions say. */
struct server {
	struct loop *loop;
	struct server_conf conf;
	int kind;
	struct listener *listener;
	struct buf address;
	struct client **slot;
	size_t n_slots, n_clients;
	uint32_t *unused;           /* slots without a client */
	size_t n_unused;
	struct client *first_ready, **last_ready;
	struct client *first_dirty;
	struct heap heap;
	uint64_t order, serial;
	bool paused, full;
	struct hung_up {
		uint64_t tag;
		struct buf why;
	} *hung_up;                 /* calls that are over */
	size_t n_hung_up;
	struct buf told;            /* the words of the one told last */
};

/* server.c: a client has something to do; the first of those has not. */
void server_make_ready(struct client *);
void server_unready_first(struct server *);

/* When somebody must look at a client; sees to it that the heap comes up with
 * it in time. */
uint64_t server_client_deadline(const struct client *);
void server_set_timer(struct client *);

/* The session of a call is over. */
void server_note_end(struct client *, const char *why);

/* Its connection is open; it is let go. */
void server_begin(struct client *);
void server_remove(struct client *);

/* Takes the connections that wait. */
void server_accept(struct server *);

/* server_pump.c: sends what its session has to say, as far as it goes without blocking. */
void server_send(struct client *);

/* Whether it is not to be read yet; a stall that is over ends here. */
bool server_is_stalled(struct client *);

#endif
