/* SPDX-License-Identifier: ISC */
#ifndef APP_ROUTE_H
#define APP_ROUTE_H

#include "app/keep.h"
#include "app/mailer.h"
#include "base/buf.h"

/*
 * Where mails go: which MMSC has a number (by its longest prefix), and which
 * server takes the mails of a domain. All zero is a table without rows.
 */
struct route {
	const char *key;             /* "mms.beta.example", "+8210", "*" */
	const char *domain;          /* of a prefix, or of "*"; else NULL */
	struct mail_target target;   /* of a domain, or of "*" without domain */
};

struct routes {
	struct route *row;
	size_t n;
	struct mail_target fixed;    /* of all mails, where its host is not NULL */
	bool mx;                     /* a domain without a row has its MX */
	struct keep kept;
};

void routes_free(struct routes *);

/*
 * Adds "KEY=TARGET": a domain and its server, host:port or a URL of
 * url_parse_mail; a prefix (+8210) and the domain that has those numbers; * and
 * either, for all else. False: why gets a sentence.
 */
bool routes_add(struct routes *, struct span text, struct buf *why);

/* All mails go to this server. False: why gets a sentence. */
bool routes_fix(struct routes *, struct span url, struct buf *why);

/* The domain that has a number; NULL when none is known. */
const char *routes_domain(const struct routes *, struct span number);

/* The server for mails to a domain; false when there is none. */
bool routes_target(const struct routes *, struct span domain,
    struct mail_target *);

/* "smtps://host:465": for words to a person, without user and password. */
void route_print(struct buf *, const struct mail_target *);

#endif
