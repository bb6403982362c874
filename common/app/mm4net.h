/* SPDX-License-Identifier: ISC */
#ifndef APP_MM4NET_H
#define APP_MM4NET_H

#include "app/config.h"
#include "app/mail_server.h"
#include "app/mailer.h"
#include "app/password.h"
#include "app/route.h"

/*
 * The options of mm4-relay that are about connections, made into the confs of
 * the mailer, the routes and the mail server.
 */
struct mm4net {
	struct mailer_conf mailer;
	struct routes routes;
	struct mail_server_conf server;  /* its address is NULL without --listen */
	const char *lookup;              /* --lookup, or NULL */
	uint64_t retry_ms;
	uint64_t grace_ms;
	/* private */
	struct tls *verifying, *lax, *serving;
	struct password password;
	struct keep kept;
};

/* Dies with 64, 66 or 78 when a value is wrong. name is the own one where
 * --helo gives none; borrowed, as config is. */
void mm4net_init(struct mm4net *, const struct config *, const char *name);
void mm4net_free(struct mm4net *);

#endif
