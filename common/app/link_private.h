/* SPDX-License-Identifier: ISC */
#ifndef APP_LINK_PRIVATE_H
#define APP_LINK_PRIVATE_H

#include "app/link.h"
#include "app/retry.h"

/*
 * What the two rooms of a link share: link.c (octets, events, the end) and
 * link_attempt.c (connecting, binding, and what comes after a failure).
 */
enum link_phase {
	LINK_CALLED,    /* waits for the peer to call */
	LINK_CONNECTING,
	LINK_BINDING,
	LINK_UP,
	LINK_BROKEN,    /* what was in flight is given out as LOST */
	LINK_WAITING,   /* until the next attempt */
	LINK_ENDING,    /* END is to be told */
	LINK_ENDED,
};

struct link {
	struct loop *loop;
	const struct link_conf *conf;
	int kind;
	struct trace *trace;
	const char *name;
	enum link_phase phase;
	struct stream *stream;
	struct session session;
	struct trace_link *trace_link;
	size_t peer;             /* the one in use */
	uint8_t version;         /* to bind with */
	bool was_up, up_once, unbinding;
	struct retry retry;
	uint32_t refusal;        /* status of the last refused bind */
	uint64_t wait_until;
	unsigned warnings;
	int status;              /* how the attempt at hand failed */
	struct buf why;
	uint64_t read_ms;        /* when the stream was read last */
	uint64_t unread_ms;      /* since when it has had more; 0: it has not */
	bool write_broken;       /* nothing goes out any more */
	struct buf write_error;
	bool proven;             /* since it was bound last: it answered, or stayed up */
	bool lost;               /* the break at hand left requests unanswered */
	uint64_t up_since;
};

/* The peer in use. */
static inline const struct link_peer *
link_at(const struct link *l)
{
	return &l->conf->peer[l->peer];
}

/* Begins to connect to the peer at hand, or to wait for its call. */
void link_start(struct link *);

/* A session on the stream that was opened; or that of a call, when there is
 * one. */
void link_begin_session(struct link *);
bool link_take_call(struct link *);

/* Sends the bind. */
void link_bind(struct link *);

/* The bind was refused with this answer. */
void link_refused(struct link *, const struct pdu *answer);

/* The attempt at hand, or the link that was up, came to nothing: on with the
 * next peer, later, or not at all. */
void link_failed(struct link *);

/* A link that was up is lost: it is made again after a while. */
void link_lost(struct link *);

/* How the attempt at hand failed: the exit status, and a sentence in two. */
void link_set_why(struct link *, int status, const char *what,
    const char *detail);

void link_disconnect(struct link *);

/* Ends it with this status. */
void link_end(struct link *, int status);

#endif
