/* SPDX-License-Identifier: ISC */
#ifndef APP_SIM_STORE_H
#define APP_SIM_STORE_H

#include "app/fault.h"
#include "app/id_form.h"
#include "app/sim_accounts.h"

/*
 * The messages that smpp-sim remembers: those that somebody holds, as who is
 * to send their receipts, and the last STORE_RECENT others, for query_sm. A
 * slot is a message's number in the store, from 1; memory is used again, and
 * what there is of it bounded.
 */
enum {
	STORE_RECENT = 1 << 14,
	STORE_MOST = 1 << 20,
	STORE_OCTETS = 256 << 20,  /* in message_more */
	STORE_INLINE = 40,
};

/* What only some messages need. */
struct message_more {
	struct buf tlvs;         /* of a broadcast: its areas and what names it; of
				  * a message to be looped back: what it takes along */
	struct buf text;         /* user data, or its beginning for receipts */
	uint8_t esm_class, protocol_id, data_coding;
	uint8_t interim;         /* an outcome and 1: of a receipt not asked for */
	char err[FAULT_ERR_MOST + 1]; /* instead of that of its outcome; "": none */
	struct faults faults;    /* told by its own text, for what is sent of it */
};

/* What is sent of a message, one after the other, as far as it applies. */
enum message_stage {
	STAGE_TAKEN,
	STAGE_INTERIM,    /* an intermediate receipt */
	STAGE_DELIVERY,   /* itself, looped back */
	STAGE_RECEIPT,    /* the final receipt */
	STAGE_DONE,
};

enum message_phase {
	MESSAGE_IDLE,     /* nothing is to be sent */
	MESSAGE_TIMED,    /* an entry of the heap leads to its stage */
	MESSAGE_WAITING,  /* it is in a queue of the account */
	MESSAGE_SENT,     /* it is in flight */
};

struct message {
	uint64_t id;
	uint64_t due_ms;         /* when it becomes final */
	uint64_t timer_ms;       /* TIMED: of its entry in the heap */
	uint64_t schedule_ms;    /* when it may go out; 0: at once */
	uint64_t expire_ms;      /* end of its validity; 0: none */
	int64_t submit_utc_ms;
	struct account *account;
	struct message_more *more;  /* NULL: nothing */
	uint32_t next;           /* in its account's queue */
	uint32_t sibling;        /* the next one with the same id; 0: none */
	uint8_t holders;         /* who needs it: that it is recent, a receipt */
	uint8_t phase, stage;
	uint8_t form;            /* enum id_form of its id */
	uint8_t priority;        /* 0 to 4 */
	uint8_t outcome;         /* which row, see sim_outcome */
	uint8_t registered_delivery;
	uint8_t tries;           /* of its stage, so far */
	uint8_t type;            /* enum pdu_type of what brought it */
	uint8_t source_ton, source_npi, dest_ton, dest_npi;
	uint8_t n_service_type, n_source, n_dest;
	uint8_t service_type[6];
	union {
		uint8_t near[STORE_INLINE];  /* source_addr, destination_addr */
		uint8_t *far;                /* the same when it is longer */
	} address;
};

struct store {
	struct accounts *accounts;
	struct message **chunk;
	uint32_t n_slots, n_used;
	uint64_t n_octets;         /* of what is in message_more, about */
	uint32_t unused;           /* list through next */
	uint32_t *by_id;           /* slots by id, modulo STORE_MOST */
	uint64_t next_id;
};

/* ids count up from first_id. An account that a message was the last to need
 * goes with it. */
void store_init(struct store *, struct accounts *, uint64_t first_id);
void store_free(struct store *);

/* The next id that was not given out; one message is recent no more. */
uint64_t store_id(struct store *);

/*
 * Remembers a message: its addresses and service_type, within the limits of
 * data_sm, are taken from pdu. Owned by the store until released by all its
 * holders; the first is that it is recent. Several of the same id, as
 * submit_multi makes them, are siblings. NULL when the store is full.
 */
struct message *store_add(struct store *, uint64_t id, struct account *,
    const struct pdu *, uint32_t *slot);

struct message *store_at(const struct store *, uint32_t slot);

/* Slots go from 1 to this one; whether one holds a message. */
static inline uint32_t
store_last(const struct store *s)
{
	return s->n_slots;
}

static inline bool
store_used(const struct message *m)
{
	return m->holders > 0;
}

void store_hold(struct message *);

/* One holder less. */
void store_release(struct store *, uint32_t slot);

/* A message by its id as it was given, its siblings behind it; 0 when it is
 * not known. */
uint32_t store_find(const struct store *, struct span id);

/* Keeps octets for a message in a buffer of its message_more; whether there
 * is room for so many. */
void store_keep(struct store *, struct buf *, struct span octets);

static inline bool
store_has_room(const struct store *s, size_t n)
{
	return s->n_octets + n <= STORE_OCTETS;
}

/* What only some messages need, of this one, made when it is not there. */
struct message_more *store_more(struct message *);

struct span message_source(const struct message *);
struct span message_dest(const struct message *);

#endif
