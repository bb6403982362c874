/* SPDX-License-Identifier: ISC */
#ifndef MMS_SMTP_CLIENT_PRIVATE_H
#define MMS_SMTP_CLIENT_PRIVATE_H

#include "mms/smtp_client.h"

/* What the modules of the client share: smtp_client.c has the connection up to
 * READY, and events; smtp_client_mail.c a mail; smtp_client_octets.c lines out,
 * replies in. */
enum smtp_client_state {
	CLIENT_GREETING,
	CLIENT_EHLO, CLIENT_HELO,
	CLIENT_STARTTLS, CLIENT_SECURING,
	CLIENT_AUTH,           /* PLAIN; the password of LOGIN */
	CLIENT_AUTH_LOGIN, CLIENT_AUTH_USER,
	CLIENT_READY,
	CLIENT_RSET,
	CLIENT_ENVELOPE,       /* MAIL, RCPT, DATA */
	CLIENT_BODY,
	CLIENT_ENDING,         /* the dot was written */
	CLIENT_QUIT,
	CLIENT_CLOSED,
};

/* smtp_client_octets.c: writes a command, a line of a secret (secret: it is not
 * shown). */
void smtp_client_say(struct smtp_client *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void smtp_client_say_secret(struct smtp_client *, struct span line);

/* Takes a reply that is whole off what came in: answer is then it. 0: there is
 * none yet, -1: what came is none. */
int smtp_client_reply(struct smtp_client *);

/* smtp_client.c: it is over; due again. */
void smtp_client_close(struct smtp_client *, enum smtp_client_end,
    unsigned code, const char *why);
void smtp_client_wait(struct smtp_client *, uint64_t ms, uint64_t now);

/* smtp_client_mail.c: a mail is begun (behind RSET where that is needed); a
 * reply comes; its octets go out as there is room; the connection ends. */
void smtp_client_begin(struct smtp_client *, uint64_t now);
void smtp_client_take(struct smtp_client *, uint64_t now);
void smtp_client_fill(struct smtp_client *, uint64_t now);
void smtp_client_lose(struct smtp_client *, const char *why);

#endif
