/* SPDX-License-Identifier: ISC */
#ifndef APP_INTAKE_PRIVATE_H
#define APP_INTAKE_PRIVATE_H

#include "app/intake.h"
#include "io/work.h"

/* What intake.c (connections) and intake_group.c (groups) share. */

/* A mail, from MAIL to its answer. */
struct inbound {
	struct mail_client *client;  /* NULL: it has gone */
	struct relay_client who;
	struct buf address, helo, user;  /* of who, as C strings */
	struct buf from;
	struct buf to;               /* addresses, one behind the other */
	size_t *to_at;               /* where each ends */
	size_t n_to;
	struct maildir_file file;
	struct relay_verdict verdict;
	bool ended;                  /* it is whole, and waits */
	struct inbound *next;        /* of those that wait, of the group */
};

enum group_phase {
	GROUP_NONE,
	GROUP_KEEPING,     /* a thread waits for the disk */
	GROUP_PRINTING,    /* the records are not taken yet */
	GROUP_COMMITTING,  /* a thread waits for the state */
};

struct intake {
	struct loop *loop;
	struct intake_conf conf;
	int kind;
	struct mail_server *server;
	struct inbound *waiting, **last;
	bool failed;
	uint64_t kept;
	struct group {
		enum group_phase phase;
		struct inbound *first;
		struct work *work;
		struct watch watch;
		uint64_t printed;    /* position in out behind its records */
	} group;
};

/* intake.c: answers a mail, and forgets it. */
void intake_answer(struct intake *, struct inbound *,
    const struct smtp_reply *);

/* intake_group.c: mails that wait become a group; a group goes on. */
void intake_begin_group(struct intake *);
void intake_go_on(struct intake *);

/* Waits for the thread of a group that will not be finished. */
void intake_abandon_group(struct intake *);

#endif
