/* SPDX-License-Identifier: ISC */
#ifndef APP_URL_H
#define APP_URL_H

#include "app/keep.h"

/*
 * URLs of SMPP peers: smpp[s]://[system_id[:password]@]host[:port][/][?NAME=
 * VALUE&...]. Parts are decoded and kept by the caller's struct keep.
 */
struct url {
	bool tls;
	bool lmtp;              /* of a mail server */
	const char *system_id;  /* "" when there is none */
	const char *password;   /* NULL when there is none */
	const char *host;       /* without brackets */
	const char *port;       /* 2775, 3550 unless given */
	const char *query;      /* behind the ?, still encoded; "" */
};

/* NULL, or what is wrong with it: a static sentence. */
const char *url_parse(struct url *, struct keep *, struct span text);

/* Likewise of a mail server: smtp[s]://[user[:password]@]host[:port] and
 * lmtp://...; ports 25, 465, 24; the user is in system_id. */
const char *url_parse_mail(struct url *, struct keep *, struct span text);

/* Takes the next parameter off a query; false at its end. *name and *value
 * are decoded and kept; *wrong is NULL or what is wrong with it. */
bool url_parameter(const char **query, struct keep *, const char **name,
    const char **value, const char **wrong);

/* Where a password stands in it, or could if it is malformed; empty when
 * there is none. */
struct span url_password(struct span text);
bool url_has_password(struct span text);

/* The URL with *** in the place of its password. */
const char *url_masked(struct keep *, const char *text);

#endif
