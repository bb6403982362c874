/* SPDX-License-Identifier: ISC */
#ifndef APP_RECEIVER_PRIVATE_H
#define APP_RECEIVER_PRIVATE_H

#include "app/receiver.h"
#include "app/unacked.h"

/* For receiver*.c alone. */
struct receiver {
	const struct receiver_conf *conf;
	struct loop *loop;
	struct out *out;              /* NULL: commands get the records */
	struct exec *exec;            /* NULL: the output gets them */
	struct assembly *assembly;
	struct delivery delivery;
	struct unacked unacked;       /* by the position of the output */
	struct unacked stored;        /* parts, by the position of their store */
	uint64_t synced;              /* octets of the output, with --sync */
	uint64_t ticket;              /* of the message joined last, for exec */
	uint64_t records, refused, failed;
	int last_status;              /* of a command; not told twice */
	bool stopped;
	bool behind;                  /* it was said that the output is */
	bool broken;                  /* the output takes no more */
	bool store_full;              /* the last part could not be stored */
	int status;
};

/* Answers a request; no link: its session is gone. */
void receiver_answer(struct receiver *, struct link *,
    const struct pdu *request, uint32_t status);
void receiver_warn_store(const struct receiver *, const char *what);

/* The same with commands in place of an output. */
bool receiver_exec_has_room(const struct receiver *);
void receiver_exec_take(struct receiver *, struct link *,
    const struct pdu *, const struct value row[]);
void receiver_exec_joined(struct receiver *, const struct value row[]);
void receiver_exec_work(struct receiver *);
void receiver_exec_give_up(struct receiver *);
bool receiver_exec_is_idle(const struct receiver *);

#endif
