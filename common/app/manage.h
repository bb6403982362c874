/* SPDX-License-Identifier: ISC */
#ifndef APP_MANAGE_H
#define APP_MANAGE_H

#include "app/fields.h"
#include "app/link.h"
#include "app/pacer.h"
#include "app/progress.h"
#include "app/textopt.h"
#include "io/out.h"
#include "text/address.h"

/*
 * Operations on messages that an SMSC has taken: query_sm, cancel_sm and
 * replace_sm (3.4, 4.8 to 4.10). Items in, one record of schema_manage out for
 * each. It owns no link: the program hands it the link's events.
 */
struct manage;

struct manage_conf {
	enum pdu_type type;              /* PDU_query_sm, PDU_cancel_sm, PDU_replace_sm */
	struct pacer_conf pacer;
	struct address_conf from, to;
	struct span default_from, default_to;  /* of items without; may be empty */
	struct fields fields;            /* what of them the operation has */
	struct textopt text;             /* of replace_sm */
	const struct record_format *format;
};

/* One message, or for cancel_sm all between two addresses. All is borrowed
 * for the call. */
struct manage_item {
	struct span id;      /* empty with all, and only then */
	struct span from, to, text;
	bool all;
	uint64_t line;       /* of the input; 0: an argument */
};

struct manage_counts {
	uint64_t ok, failed, unknown, unsent;
	uint64_t throttled;  /* failed, since throttling did not end */
};

struct manage *manage_new(const struct manage_conf *, struct loop *,
    struct out *);
void manage_free(struct manage *);

/* Whether manage_ask may be called: a request may leave now, and the results
 * are being read. */
bool manage_has_room(struct manage *, struct link *);

/* Asks the SMSC, or prints a record that says why it cannot. */
void manage_ask(struct manage *, struct link *, const struct manage_item *);

/* Prints the record of one that is not to be asked: failed, or unsent. */
void manage_refuse(struct manage *, const struct manage_item *,
    const char *error);
void manage_leave(struct manage *, const struct manage_item *, const char *why);

/* Asks again what was throttled, or whose query was lost with its link. */
void manage_pump(struct manage *, struct link *);

/* Nothing is there to be asked at the moment. */
void manage_idle(struct manage *);

/* Takes an event of the link (not END, no request of the peer). */
void manage_event(struct manage *, struct link *, const struct link_event *);

uint64_t manage_deadline(const struct manage *);

/* Items whose record is not printed yet. */
size_t manage_unfinished(const struct manage *);

/* Whether the SMSC left whole windows unanswered, so that going on is vain. */
bool manage_gave_up(const struct manage *);

/* Prints a record for all of them: what was asked and not answered is
 * unknown, for the reason given. */
void manage_finish(struct manage *, const char *why);

const struct manage_counts *manage_counts(const struct manage *);

/* What is to be told of the run so far. */
void manage_facts(const struct manage *, struct progress_facts *);

#endif
