/* SPDX-License-Identifier: ISC */
#ifndef APP_OUTBOX_H
#define APP_OUTBOX_H

#include "app/mailer.h"
#include "app/route.h"
#include "store/mm4_state.h"

/*
 * Sends the mails that the state holds: those that are due, each to the server
 * of its domain, again after a growing while when that is of use, until they
 * expire. Several programs may do so with the same state.
 */
struct outbox_conf {
	struct mm4_state *state;
	struct mailer *mailer;        /* the outbox alone draws its events */
	const struct routes *routes;
	uint64_t seed;                /* of the jitter; random */
};

struct outbox;

struct outbox *outbox_new(const struct outbox_conf *);
void outbox_free(struct outbox *);

/* Once in each pass, while the state may be used. */
void outbox_work(struct outbox *, struct timespec now);

/* This program posted a mail: it is looked for at once. */
void outbox_poke(struct outbox *);

/* How many milliseconds until outbox_work has something to do, though nothing
 * happens; UINT64_MAX: none. What is due to the mailer is apart. */
uint64_t outbox_wait(const struct outbox *, struct timespec now);

/* Takes no more mails; whether none is under way. */
void outbox_stop(struct outbox *);
bool outbox_is_idle(const struct outbox *);

/* Mails that went out, that were given up. */
uint64_t outbox_sent(const struct outbox *);
uint64_t outbox_lost(const struct outbox *);

/* How long after a failure a mail is tried again, the n-th time (from 0): 5 s,
 * then twice as long each time up to an hour; chance, of 0 to 65535, makes it
 * from 3/4 to 5/4 of that. Milliseconds. */
uint64_t outbox_back_off(uint32_t n, uint16_t chance);

#endif
