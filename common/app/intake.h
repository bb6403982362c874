/* SPDX-License-Identifier: ISC */
#ifndef APP_INTAKE_H
#define APP_INTAKE_H

#include "app/mail_server.h"
#include "app/relay.h"
#include "io/out.h"
#include "store/maildir.h"

/*
 * Takes mails of other MMSCs: from the connection into the Maildir, through the
 * relay, onto the disk, out as records, and only then 250. Mails that come while
 * others are being kept are kept together, next (group commit): their files with
 * one wait for the disk, their say in the state with another. Where anything of
 * a group fails, none of it is kept, and all are told to come back.
 */
struct intake_conf {
	struct mail_server_conf server;
	struct relay *relay;
	struct mm4_state *state;
	struct maildir *maildir;
	struct out *out;            /* records; the program looks after its watch.
				     * NULL: none, and no mail is kept */
};

struct intake;

/* Its watches come up with the kind given. NULL and *error (static until the
 * next call) when it cannot listen. conf is copied. */
struct intake *intake_open(struct loop *, const struct intake_conf *, int kind,
    const char **error);
void intake_free(struct intake *);

/* "127.0.0.1:40123": where it listens. */
const char *intake_address(const struct intake *);

/* One of its watches was ready. */
void intake_ready(struct intake *, struct watch *);

/* Once in each pass: answers what it can. */
void intake_work(struct intake *);

uint64_t intake_deadline(const struct intake *);

/* Whether others may use the state now: not while a group is under way. */
bool intake_is_between(const struct intake *);

/* Takes no more mails than those under way; or gives these up as well, but for
 * the group that is being kept. */
void intake_stop(struct intake *);
void intake_cut(struct intake *);

/* Whether all is over after one of these. */
bool intake_is_over(const struct intake *);

/* Mails answered with 250 so far; whether it failed for good: the records were
 * not taken. */
uint64_t intake_kept(const struct intake *);
bool intake_failed(const struct intake *);

#endif
