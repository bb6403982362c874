/* SPDX-License-Identifier: ISC */
#ifndef APP_SIM_STORE_H
#define APP_SIM_STORE_H

#include "app/sim_accounts.h"

/*
 * The messages that smpp-sim remembers: those whose receipt is not done, and
 * the last STORE_RECENT others, for query_sm. A slot is a message's number in
 * the store, from 1; memory is used again, and what there is of it bounded.
 */
enum { STORE_RECENT = 1 << 14, STORE_MOST = 1 << 20, STORE_INLINE = 40 };

enum message_phase {
	MESSAGE_IDLE,     /* no receipt is to come, or all is done */
	MESSAGE_TIMED,    /* an entry of the heap leads to its receipt */
	MESSAGE_WAITING,  /* its receipt is in the queue of the account */
	MESSAGE_SENT,     /* its receipt is in flight */
};

struct message {
	uint64_t id;
	uint64_t due_ms;         /* when it becomes final */
	uint64_t timer_ms;       /* TIMED: of its entry in the heap */
	uint64_t schedule_ms;    /* when it may go out; 0: at once */
	int64_t submit_utc_ms;
	struct account *account;
	uint32_t next;           /* in its account's queue */
	uint8_t holders;         /* who needs it: the ring, a receipt */
	uint8_t phase;
	uint8_t outcome;         /* which row, see sim_outcome */
	uint8_t registered_delivery;
	uint8_t tries;           /* of its receipt, so far */
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
	uint32_t unused;           /* list through next */
	uint32_t *recent;          /* ring by id */
	uint64_t next_id;
};

/* ids count up from first_id. An account that a message was the last to need
 * goes with it. */
void store_init(struct store *, struct accounts *, uint64_t first_id);
void store_free(struct store *);

/* The next id that was not given out. */
uint64_t store_id(struct store *);

/*
 * Remembers a message: its addresses and service_type, within the limits of
 * data_sm, are taken from pdu. Owned by the store until released by all its
 * holders. recent: it can be found by its id, which holds it. NULL when the
 * store is full.
 */
struct message *store_add(struct store *, uint64_t id, struct account *,
    const struct pdu *, bool recent, uint32_t *slot);

struct message *store_at(const struct store *, uint32_t slot);
void store_hold(struct message *);

/* One holder less. */
void store_release(struct store *, uint32_t slot);

/* A recent message by its id; 0 when it is not known. */
uint32_t store_find(const struct store *, struct span id);

struct span message_source(const struct message *);
struct span message_dest(const struct message *);

#endif
