/* SPDX-License-Identifier: ISC */
#ifndef APP_SIM_ACCOUNTS_H
#define APP_SIM_ACCOUNTS_H

#include "app/server.h"
#include "base/bucket.h"
#include "io/network.h"

/*
 * Who may bind to smpp-sim, and who is bound. An account that no file lists
 * lives as long as it has binds or messages.
 */
enum { ACCOUNT_TX = 1, ACCOUNT_RX = 2, ACCOUNT_TRX = 4, ACCOUNT_ANY = 7 };
enum { ACCOUNT_PRIORITIES = 5 };

struct account {
	struct span system_id;
	/* of a listed one */
	bool listed;
	char *password;        /* NULL: any */
	unsigned modes;        /* ACCOUNT_... */
	uint32_t max_binds;    /* 0: any number */
	struct bucket *rate;   /* of its submits; NULL: no limit */
	struct network *from;  /* where its binds come from; none: anywhere */
	size_t n_from;
	char *certificate;     /* whose its binds must show; NULL: none */
	/* at work */
	uint32_t n_binds;
	uint64_t *linger;          /* until when binds count that are lost */
	size_t n_linger;
	struct client **receiver;  /* binds that take deliver_sm */
	size_t n_receivers, next_receiver;
	uint32_t n_messages;       /* in the store, of this account */
	struct account_queue {
		uint32_t first, last;  /* slots; 0: none */
	} queue[ACCOUNT_PRIORITIES];   /* what waits to be sent, by priority */
	uint32_t n_queued;
	bool busy;                 /* on the list of those with something to send */
	struct account *next_busy;
	struct account *next, **link;  /* of all */
	struct account *next_alike;  /* of the same hash */
};

enum { ACCOUNT_HASHES = 4096 };

struct accounts {
	struct account *first;
	struct account **hashed;    /* by system_id */
	const struct account *top;  /* the first of the file; NULL */
	size_t n;
	bool listed;    /* a file says who may bind */
	bool certified; /* some of them by a certificate */
	bool named;     /* some of them by its name, so that it must be verified */
};

/*
 * Reads the accounts of a file: TSV with the columns system_id, password,
 * bind (tx, rx, trx, separated by commas), max_binds, rate, addresses (of
 * networks, with commas) and certificate. False when it cannot: a sentence is
 * appended to error, *status is EX_NOINPUT or EX_CONFIG.
 */
bool accounts_load(struct accounts *, const char *path, struct buf *error,
    int *status);
void accounts_free(struct accounts *);

/*
 * The account that a bind of a client is for, with one bind more; NULL and the
 * status to answer with when it is refused.
 */
struct account *accounts_bind(struct accounts *, const struct client *,
    const struct pdu *bind, uint64_t now, uint32_t *status);

/* Whether one more submit is within its rate. */
bool account_takes(struct account *, uint64_t now);

/* A client of it takes deliver_sm from now on; a bind of it is over. */
void account_add_receiver(struct account *, struct client *);
void account_unbind(struct accounts *, struct account *, struct client *);

/* A bind of it that is lost still counts, until then. */
void account_linger(struct account *, uint64_t until);

/* The next of its receivers, in turn, that has room in its window; NULL. */
struct client *account_receiver(struct account *);

/* Lets an account go that nothing needs any more. */
void account_forget(struct accounts *, struct account *);

#endif
