/* SPDX-License-Identifier: ISC */
#ifndef APP_COMPOSE_H
#define APP_COMPOSE_H

#include "app/relay_peer.h"
#include "io/input.h"
#include "io/whole.h"
#include "mms/mm4.h"

/*
 * The mails that mm4-relay send and report have to send: from options, from
 * records, from files with mails, or from the records of mm4-relay listen. Each
 * is an item; it is printed once for each peer that it goes to, with a
 * transaction of its own.
 */
struct compose;

struct compose_conf {
	const char *const *domain;     /* of this MMSC; the first is its name */
	const char *system;            /* local part of its own address */
	const struct relay_peers *peers;
	uint64_t seed;                 /* of ids; random */
	/* the message, as options say; NULL where they do not */
	const char *const *to;         /* may be comma lists */
	size_t n_to;
	const char *from, *subject, *text, *priority, *message_class;
	const char *expiry;            /* a TIME from now, or a date */
	const char *const *part;       /* files */
	size_t n_parts;
	bool delivery_report, read_reply, hide_sender;
	bool no_ack;                   /* ask for no answer */
	/* of report */
	enum mms_kind report;          /* MMS_DELIVERY, MMS_READ; else MMS_FORWARD */
	const char *status, *status_text, *message_id;
	/* where from: one of them, or the options alone */
	bool batch, from_records;
	const char *const *file;       /* records, or mails */
	size_t n_files;
	const char *columns_in;
	bool no_header;
	uint64_t max_size;             /* octets of a mail that is read */
};

/* The loop is for records. Dies when columns or values of options are wrong. */
struct compose *compose_open(const struct compose_conf *, struct loop *);
void compose_close(struct compose *);

enum compose_result {
	COMPOSE_ITEM,
	COMPOSE_BAD,    /* nothing can be made of a row or file: ref and error say of which, and why */
	COMPOSE_WAIT,   /* no record yet: the input's watch comes up in the loop */
	COMPOSE_END,
	COMPOSE_ERROR,  /* a file of records cannot be read: error; go on */
};

struct compose_item {
	struct span ref;             /* of the record, or its number */
	struct mms mms;              /* message id and all, but no transaction */
	struct mms_address_list to;  /* of the envelope, with the domains they came with */
	bool wants_answer, wants_report;
	struct timespec expires;     /* no try after that */
	const char *error;           /* until the next call */
	/* private */
	struct whole *file;          /* of parts */
	size_t n_files;
	struct whole mail;
	struct buf scratch;
};

/* The next item, which stays the caller's until compose_item_free. */
enum compose_result compose_next(struct compose *, struct compose_item *,
    struct timespec now);
void compose_item_free(struct compose_item *);

/* Stops, and resumes, waiting for records; the exit status that fits the last
 * COMPOSE_ERROR. */
void compose_pause(struct compose *, bool pause);
int compose_status(const struct compose *);

/* What one peer gets. */
struct compose_mail {
	struct buf octets, from;     /* the mail; MAIL FROM */
	struct buf transaction_id;
};

/* Prints an item for the peer of a domain (empty: not known). False: error of
 * the item says why. */
bool compose_print(struct compose *, struct compose_item *, struct span domain,
    struct timespec now, struct compose_mail *);
void compose_mail_free(struct compose_mail *);

/* Appends RCPT TO of a recipient, for a peer whose domain is that. */
void compose_recipient(struct buf *, const struct mms_address *,
    struct span domain);

#endif
