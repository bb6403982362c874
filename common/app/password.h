/* SPDX-License-Identifier: ISC */
#ifndef APP_PASSWORD_H
#define APP_PASSWORD_H

#include "app/config.h"
#include "app/url.h"

/*
 * The password for the peers of this run, by the highest layer that gives
 * one: a URL's own, password, password-file, password-command,
 * $SMPP_PASSWORD, the terminal. Files and commands are read once. What
 * reaches a peer is decided for each: a profile's goes only to the host and
 * system_id of its own url, and not from a url with TLS to one without.
 */
struct password {
	const struct config *config;
	struct keep kept;
	const char *configured;        /* NULL: none, or not yet read */
	const struct setting *source;  /* where it comes from; NULL: nowhere */
	bool warned;
	struct asked {
		char *system_id, *host, *text;
	} *asked;                      /* typed on the terminal */
	size_t n_asked;
};

void password_init(struct password *, const struct config *);
void password_free(struct password *);

/* The first line of the file that a setting names, borrowed from the struct.
 * Dies when it cannot be read, or holds no password. */
const char *password_from_file(struct password *, const struct setting *);

/* The password to send to the peer of that URL, "" when there is none;
 * borrowed. layer is that of the URL. Dies when its source cannot be read. */
const char *password_for(struct password *, const struct url *,
    enum config_layer layer);

#endif
