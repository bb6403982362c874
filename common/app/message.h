/* SPDX-License-Identifier: ISC */
#ifndef APP_MESSAGE_H
#define APP_MESSAGE_H

#include "app/rows.h"
#include "base/buf.h"
#include "rec/record.h"
#include "smpp/ids.h"

/*
 * Messages on their way: what their result row needs, and how far each part
 * is. They live in a pool that is used again and again; a message keeps its
 * place until its row is printed and no answer to a part can come any more.
 */
enum part_state {
	PART_NEW,       /* nothing of it was sent */
	PART_FLYING,    /* sent, neither answered nor overdue */
	PART_AGAIN,     /* refused for now, to be sent again */
	PART_OK,
	PART_REFUSED,
	PART_UNKNOWN,   /* overdue, or lost with its link */
};

/* Octets kept in the store of a message. */
struct cut {
	uint32_t at, n;
};

struct part {
	enum part_state state;
	bool reported;            /* its final receipt is here */
	bool second;              /* sent once more, or to be so */
	bool silent;              /* the first time was not answered so far */
	bool taken;               /* it was, late: accepted, under id */
	bool shared;              /* it stands as the group's does */
	uint32_t status;          /* of a refusal */
	uint32_t sent;            /* how often */
	uint64_t sent_us;         /* at last, or when it was due; 0: not measured */
	uint32_t retries;         /* of them after a transient refusal */
	struct cut frame;         /* the PDU, while it may have to go again */
	uint64_t number;          /* among all that were sent, from 1 */
	struct cut id;
	size_t smsc;              /* it was sent to last, which gives the id */
};

/*
 * A message without a row of its own goes to many: its parts are submit_multi,
 * and its members are messages with a row each. A member keeps its place as
 * long as the group has one.
 */
struct member {
	uint32_t place;
	struct cut dest;          /* an item of dest_address, in the group's store */
	struct ids_tail tail;     /* of its address */
};

struct message {
	uint32_t n_parts, begun;
	uint32_t flying;
	uint32_t again;           /* parts to be sent again */
	uint32_t owed;            /* parts overdue, whose answer may still come */
	uint32_t reported;
	bool told;                /* its row is printed */
	bool failed;              /* before any part of it was sent */
	bool incomplete;          /* accepted, but not for all areas */
	bool receipt;             /* was asked for */
	bool stopped;             /* no further part of it is to be sent */
	bool recalled;            /* its report is in the journal */
	uint32_t input;           /* its row: */
	uint64_t hash;            /* for the journal; 0: without one */
	uint32_t reference;       /* of its parts, if there are several */
	bool parked;              /* its turn is still to come */
	uint32_t lane;            /* it went over last; UINT32_MAX: none yet */
	uint64_t order;           /* of its row, from 0 */
	uint32_t group;           /* it belongs to: its place + 1; 0: none */
	bool joined;              /* and what becomes of it is the group's */
	bool shares_id;           /* with other members */
	uint32_t n_members;       /* of a group; else 0 */
	uint32_t n_parked;        /* of them */
	struct cut trouble;       /* why, unless by a refusal */
	uint64_t line, answered_ms;
	uint32_t submit_ms;       /* the longest wait for an answer */
	struct cut ref, to, from, text;
	const char *encoding;
	uint32_t data_coding, octets;
	const char *match;        /* how its receipts were found to be its */
	struct cut state, err, done_date;  /* of the worst receipt */
	/* private */
	bool used, is_waiting;
	struct message *next, *previous;
	/* what stays when the place goes to another row */
	uint32_t place;           /* in the pool */
	uint32_t part_room;
	struct part *part;
	struct member *member;    /* of a group */
	struct buf store;
};

/* All zero is an empty pool. */
struct messages {
	struct message **at;      /* by place */
	uint32_t n;
	size_t n_untold, n_waiting;
	struct message *waiting;  /* for receipts, in order of answer */
	/* private */
	struct message *waiting_last, *unused;
};

void messages_free(struct messages *);

/* A message for a row, whose octets are copied; the text only when asked. */
struct message *message_begin(struct messages *, const struct row *,
    bool with_text);

/* A message for many, without a row, of at most so many members. */
struct message *message_group(struct messages *, uint32_t most);

/* Adds a member, whose destination is this item of dest_address. */
void message_join(struct message *group, struct message *, struct span dest);

/* Gives it n parts, none of them begun. */
void message_parts(struct message *, uint32_t n);

/* Copies octets into its store; and borrows them, until the next keep. */
struct cut message_keep(struct message *, struct span);
struct span message_kept(const struct message *, struct cut);

/* Something is wrong with it; nothing more of it is to be sent, either. The
 * first reason counts. */
void message_trouble(struct message *, const char *why);
void message_stop(struct message *, const char *why);

/* Queues it for its receipts, takes it off that queue. */
void message_wait(struct messages *, struct message *);
void message_wait_end(struct messages *, struct message *);

/* What has become of it, as its parts stand. */
enum outcome {
	OUTCOME_OK,
	OUTCOME_FAILED,
	OUTCOME_PARTIAL,
	OUTCOME_UNKNOWN,
	OUTCOME_UNSENT,
	OUTCOMES
};
enum outcome message_outcome(const struct message *);

/* Appends its result row and marks it as told. */
void message_print(struct messages *, struct message *, struct buf *,
    const struct record_format *, enum outcome);

/* Gives its place back if nothing more can happen to it. */
void message_release(struct messages *, struct message *);

#endif
