/* SPDX-License-Identifier: ISC */
#ifndef APP_RELAY_PRIVATE_H
#define APP_RELAY_PRIVATE_H

#include "app/relay.h"
#include "base/dice.h"

/* What the rooms of the relay share; nobody else includes it. */
struct relay {
	const struct relay_conf *conf;
	struct relay_outcomes outcomes;
	struct dice dice;
	uint64_t ids;    /* made so far */
};

/* A mail at hand. */
struct relay_work {
	struct relay *relay;
	const struct relay_mail_in *in;
	const struct relay_peer *peer;
	struct relay_verdict *verdict;
	struct mms mms;
	struct mms_address_list to;  /* of the envelope, numbers as rules have them */
	struct span peer_key;        /* whose message ids they are */
	bool failed;                 /* the state did not take something */
};

/* The id of a message; one without has that of its transaction. */
static inline struct span
relay_message_id(const struct mms *m)
{
	return m->field[MMS_MESSAGE_ID].n > 0 ? m->field[MMS_MESSAGE_ID] :
	    m->field[MMS_TRANSACTION_ID];
}

/* The domain of ours that the mail came to; the first where that is none. */
struct span relay_own_domain(const struct relay_work *);

/* Whether an answer is wanted, and there is somebody to have it. */
bool relay_is_answerable(const struct relay_work *);

/* Posts the answer to the mail: about the recipients (NULL: none are named), with
 * a status and a text. */
void relay_answer(struct relay_work *, enum mms_request_status,
    const struct mms_address_list *about, const char *text);

/* Posts the reports about a message for its recipients: an outcome for each. */
void relay_report(struct relay_work *, const struct mms_address_list *);

/* A key of the state: an address without its domain, kept by the message. */
struct span relay_key(struct relay_work *, const struct mms_address *);

/* A record of the mail: to whom, what was answered, what is wrong; NULL: as the
 * mail itself says. */
void relay_print(struct relay_work *, const struct mms_address_list *to,
    const char *status, const char *error);

/* Takes a multipart/report about a mail of ours. */
void relay_take_dsn(struct relay_work *);

#endif
