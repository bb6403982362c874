/* SPDX-License-Identifier: ISC */
#ifndef APP_LINKS_H
#define APP_LINKS_H

#include "app/link.h"

/*
 * The links of a run: parallel binds to one SMSC, and one or more to each of
 * several. A pass costs what its busy links cost, however many there are: the
 * pool keeps a list of those that something happened to, and a heap of their
 * deadlines. Of each SMSC one link is bound first; the further ones follow
 * once it is, and one of them that is refused is told and done without.
 *
 * The program's loop: loop_once until links_deadline; links_ready for each
 * ready watch; drain links_next; links_flush.
 */
struct links;

struct links_conf {
	const struct link_conf *link;  /* of each; with the peers of all -u */
	uint32_t binds;                /* parallel links to an SMSC, 1 or more */
	bool share;                    /* each peer has links of its own; else each
	                                * link tries them in order */
	bool splits;                   /* a transceiver that the SMSC does not know
	                                * becomes transmitters and a receiver */
};

/* Begins to connect; conf is copied, what it points at borrowed. */
struct links *links_new(struct loop *, const struct links_conf *,
    struct trace *);
void links_free(struct links *);

/* Takes a ready watch; false when it is none of a link. */
bool links_ready(struct links *, struct watch *);

/*
 * The next event and the link it came on; false when there is none now. The
 * pool has said all that a person is to know of it. After END a link takes
 * nothing more, but lives as long as the pool.
 */
bool links_next(struct links *, struct link **, struct link_event *);

/* The program has given a link's session something to send: links_flush sends
 * it. */
void links_touch(struct links *, struct link *);

/* Sends what the links have to say, as far as it goes without blocking. */
void links_flush(struct links *);

/* When links_next wants to be called though no watch is ready. */
uint64_t links_deadline(const struct links *);

/* How many that can send are bound or being made. */
size_t links_senders(const struct links *);

/* How many SMSCs there are, or may be; which of them a link is to at the
 * moment, counted from 0. */
size_t links_smscs(const struct links *);
size_t links_smsc(const struct links *, const struct link *);

/* Whether all have ended. */
bool links_over(const struct links *);

/* Why there is no link any more to send on, or to receive on: 69, 75, 76 or
 * 77; 0 as long as there is, or when they were unbound. */
int links_status(const struct links *);

/* link_unbind, link_leave of all. */
void links_unbind(struct links *);
void links_leave(struct links *);

#endif
