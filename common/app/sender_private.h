/* SPDX-License-Identifier: ISC */
#ifndef APP_SENDER_PRIVATE_H
#define APP_SENDER_PRIVATE_H

#include "app/early.h"
#include "app/matcher.h"
#include "app/message.h"
#include "app/sender.h"
#include "base/heap.h"

/*
 * What the rooms of the sender share: sender.c (rows, events, the end),
 * sender_submit.c (what goes out, and its answers), sender_receipts.c.
 */
enum {
	PART_BITS = 8,            /* of a tag: the part; above: the place */
	PART_MASK = (1 << PART_BITS) - 1,
};

/* An answer of ours that goes out once the rows before it are taken. */
struct reply {
	struct link *link;
	enum pdu_type type;
	uint32_t sequence;
	uint64_t position;
};

struct sender {
	const struct sender_conf *conf;
	struct loop *loop;
	struct out *out;
	struct messages messages;
	struct message *current;      /* half begun; outline is its plan */
	struct outline outline;
	struct pdu submit;            /* of current */
	struct buf tlvs;
	struct text_references references;
	struct pacer pacer;
	struct heap again;            /* tags of parts to go again, by time */
	uint32_t seed;                /* of backoff */
	size_t n_flying;              /* parts, of all messages */
	uint64_t n_sent;
	uint64_t n_accepted, n_refused, n_throttled;
	struct hist *latency;         /* NULL: not measured */
	enum ids_form ids_known;      /* what the SMSC's receipts taught us */
	struct matcher *matcher;      /* NULL: no receipts are waited for */
	struct early early;
	struct reply *replies;        /* in order of position */
	size_t n_replies, replies_room;
	struct buf wide;
	struct sender_counts counts;
	unsigned windows_lost;
	bool keeps_text;
};

/* The tag of a part in the window, and the message of a tag. */
uint64_t sender_tag(const struct message *, uint32_t part);
struct message *sender_message(const struct sender *, uint64_t tag);

/* Prints the row of a message as it stands: it is done with. */
void sender_tell(struct sender *, struct message *);

/* The same for one that cannot be sent. */
void sender_fail(struct sender *, struct message *, const char *error);

/* Prints the row of a message, or makes it wait for receipts, if nothing of
 * it is to be sent or answered any more. */
void sender_settle(struct sender *, struct message *);

/* No further part of it is to be sent, nor one again. */
void sender_give_up(struct message *);

/* An answer to a part (RESPONSE). */
void sender_take_response(struct sender *, struct link *, const struct event *);

/* A part that was sent and not answered: in time, or before the link broke. */
void sender_take_silence(struct sender *, struct link *, uint64_t tag,
    const char *why, bool may_come);

/* A deliver_sm or data_sm: a receipt of this run, or another's to take. */
void sender_take_request(struct sender *, struct link *, const struct pdu *);

/* An id has become known: receipts that came before it are looked through. */
void sender_match_early(struct sender *, struct span id);

/* Gives back those that can have no message of this run any more. */
void sender_give_back_early(struct sender *, struct link *sending);

/* The link broke: what was not answered on it cannot be answered any more. */
void sender_forget_replies(struct sender *, const struct link *);

#endif
