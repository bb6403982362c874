/* SPDX-License-Identifier: ISC */
/*
 * The connection: greeting, EHLO or HELO, STARTTLS, AUTH, until it is ready
 * for mails, and its end. Whatever the peer answers where, a state has one
 * place that says what follows.
 */
#include "mms/smtp_client_private.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/mem.h"

void
smtp_client_init(struct smtp_client *c, const struct smtp_client_conf *conf,
    uint64_t now)
{
	*c = (struct smtp_client){.conf = conf, .secured = conf->secured,
	    .state = CLIENT_GREETING, .done_told = true};
	smtp_client_wait(c, conf->reply_ms, now);
}

void
smtp_client_free(struct smtp_client *c)
{
	for (size_t i = 0; i < c->n_outcomes; i++)
		buf_free(&c->outcome[i].text);
	free(c->outcome);
	buf_free(&c->said);
	buf_free(&c->in);
	if (c->out.cap > 0)
		explicit_bzero(c->out.p, c->out.cap);  /* it held a password */
	buf_free(&c->out);
	buf_free(&c->why);
	buf_free(&c->answer.text);
	*c = (struct smtp_client){0};
}

void
smtp_client_wait(struct smtp_client *c, uint64_t ms, uint64_t now)
{
	c->due = ms > 0 ? now + ms : UINT64_MAX;
}

void
smtp_client_close(struct smtp_client *c, enum smtp_client_end end,
    unsigned code, const char *why)
{
	if (c->state == CLIENT_CLOSED)
		return;
	smtp_client_lose(c, why);
	c->state = CLIENT_CLOSED;
	c->end = (uint8_t)end;
	c->code = code;
	buf_add_str(&c->why, why);
}

void
smtp_client_eof(struct smtp_client *c, const char *why)
{
	c->eof = true;
	if (c->why.len == 0 && c->state != CLIENT_CLOSED && why != NULL)
		smtp_client_close(c, SMTP_END_LOST, 0, why);
}

const uint8_t *
smtp_client_out(const struct smtp_client *c, size_t *n)
{
	*n = c->out.len - c->out_at;
	return c->out.p + c->out_at;
}

void
smtp_client_sent(struct smtp_client *c, size_t n, uint64_t now)
{
	c->out_at += n;
	if (c->state == CLIENT_BODY) {
		smtp_client_wait(c, c->conf->data_ms, now);
		smtp_client_fill(c, now);
	}
	if (c->out_at == c->out.len)
		c->out_at = c->out.len = 0;
}

/* Getting ready */

static void
be_ready(struct smtp_client *c, uint64_t now)
{
	c->state = CLIENT_READY;
	c->ready_told = false;
	smtp_client_wait(c, 0, now);
}

static void
hello(struct smtp_client *c, uint8_t state)
{
	c->pipelining = c->auth_plain = c->auth_login = c->offers_tls = false;
	c->eight_bit = false;
	c->size_most = 0;
	c->state = state;
	smtp_client_say(c, "%s %s", state == CLIENT_HELO ? "HELO" :
	    c->conf->lmtp ? "LHLO" : "EHLO", c->conf->name);
}

/* The password in base64, behind authorization identity and name (PLAIN). */
static void
say_base64(struct smtp_client *c, const char *verb, bool plain,
    const char *text)
{
	struct buf clear = {0}, line = {0};

	if (plain) {
		buf_add_byte(&clear, '\0');
		buf_add_str(&clear, c->conf->user);
		buf_add_byte(&clear, '\0');
	}
	buf_add_str(&clear, text);
	buf_add_str(&line, verb);
	base64_add(&line, buf_span(&clear));
	smtp_client_say_secret(c, buf_span(&line));
	if (clear.cap > 0)
		explicit_bzero(clear.p, clear.cap);
	if (line.cap > 0)
		explicit_bzero(line.p, line.cap);
	buf_free(&clear);
	buf_free(&line);
}

static void
log_in(struct smtp_client *c, uint64_t now)
{
	if (c->conf->user == NULL) {
		be_ready(c, now);
	} else if (!c->secured && !c->conf->auth_in_clear) {
		smtp_client_close(c, SMTP_END_REFUSED, 0, "no TLS: the "
		    "password is not sent in the clear (--auth-in-clear)");
	} else if (c->auth_plain) {
		c->state = CLIENT_AUTH;
		say_base64(c, "AUTH PLAIN ", true, c->conf->password);
	} else if (c->auth_login) {
		c->state = CLIENT_AUTH_LOGIN;
		smtp_client_say(c, "AUTH LOGIN");
	} else {
		smtp_client_close(c, SMTP_END_REFUSED, 0,
		    "the peer offers neither AUTH PLAIN nor LOGIN");
	}
}

/* EHLO was answered well: TLS, then AUTH. */
static void
go_on(struct smtp_client *c, uint64_t now)
{
	if (!c->secured && c->conf->starttls != SMTP_TLS_NEVER &&
	    c->offers_tls) {
		c->state = CLIENT_STARTTLS;
		smtp_client_say(c, "STARTTLS");
	} else if (!c->secured && c->conf->starttls == SMTP_TLS_MUST) {
		smtp_client_close(c, SMTP_END_REFUSED, 0,
		    "the peer does not offer STARTTLS");
	} else {
		log_in(c, now);
	}
}

/* A reply that ends the attempt. */
static void
refuse(struct smtp_client *c, const char *what)
{
	struct buf why = {0};

	buf_addf(&why, "%s: %u %s", what, c->answer.code,
	    buf_cstr(&c->answer.text));
	smtp_client_close(c, c->answer.code < 500 ? SMTP_END_BUSY :
	    SMTP_END_REFUSED, c->answer.code, buf_cstr(&why));
	buf_free(&why);
}

static void
take_ehlo(struct smtp_client *c, uint64_t now)
{
	unsigned code = c->answer.code;

	if (code == 250)
		go_on(c, now);
	else if (code >= 500 && code != 521 && code != 554 && !c->conf->lmtp)
		hello(c, CLIENT_HELO);
	else
		refuse(c, c->conf->lmtp ? "LHLO" : "EHLO");
}

static void
take_starttls(struct smtp_client *c, uint64_t now)
{
	if (c->answer.code == 220)
		c->state = CLIENT_SECURING;
	else if (c->conf->starttls == SMTP_TLS_MUST)
		refuse(c, "STARTTLS");
	else
		log_in(c, now);
}

void
smtp_client_secured(struct smtp_client *c, uint64_t now)
{
	c->secured = true;
	if (c->state != CLIENT_SECURING)
		return;
	/* what came in the clear is not the peer's word (RFC 3207, 4.2) */
	c->in.len = c->in_at = 0;
	hello(c, CLIENT_EHLO);
	smtp_client_wait(c, c->conf->reply_ms, now);
}

static void
take_auth(struct smtp_client *c, uint64_t now)
{
	unsigned code = c->answer.code;

	if (c->state == CLIENT_AUTH && code == 235) {
		be_ready(c, now);
	} else if (c->state == CLIENT_AUTH_LOGIN && code == 334) {
		c->state = CLIENT_AUTH_USER;
		say_base64(c, "", false, c->conf->user);
	} else if (c->state == CLIENT_AUTH_USER && code == 334) {
		c->state = CLIENT_AUTH;
		say_base64(c, "", false, c->conf->password);
	} else {
		refuse(c, "AUTH");
	}
}

/* A whole reply, in whatever state. */
static void
take_reply(struct smtp_client *c, uint64_t now)
{
	unsigned code = c->answer.code;

	if (c->state < CLIENT_READY)
		smtp_client_wait(c, c->conf->reply_ms, now);
	switch (c->state) {
	case CLIENT_GREETING:
		if (code == 220)
			hello(c, CLIENT_EHLO);
		else
			refuse(c, "greeting");
		break;
	case CLIENT_EHLO:
		take_ehlo(c, now);
		break;
	case CLIENT_HELO:
		if (code == 250)
			go_on(c, now);
		else
			refuse(c, "HELO");
		break;
	case CLIENT_STARTTLS:
		take_starttls(c, now);
		break;
	case CLIENT_AUTH:
	case CLIENT_AUTH_LOGIN:
	case CLIENT_AUTH_USER:
		take_auth(c, now);
		break;
	case CLIENT_READY:
		/* 421: it shuts down; anything else has no business here */
		refuse(c, "the peer ends it");
		break;
	case CLIENT_QUIT:
		smtp_client_close(c, SMTP_END_QUIT, 0, "quit");
		break;
	default:
		smtp_client_take(c, now);
	}
	/* 421 was the answer to something, and says that this is the end */
	if (code == 421)
		refuse(c, "the peer ends it");
}

void
smtp_client_quit(struct smtp_client *c, uint64_t now)
{
	c->want_quit = true;
	if (c->state != CLIENT_READY)
		return;
	c->state = CLIENT_QUIT;
	smtp_client_say(c, "QUIT");
	smtp_client_wait(c, c->conf->reply_ms, now);
}

/* Events */

/* What there is to tell before anything else is read. */
static bool
next_told(struct smtp_client *c, struct smtp_client_event *ev)
{
	*ev = (struct smtp_client_event){.type = SMTP_CLIENT_DONE};
	if (!c->done_told) {
		c->done_told = true;
		return true;
	}
	if (c->state == CLIENT_CLOSED && !c->told) {
		c->told = true;
		*ev = (struct smtp_client_event){SMTP_CLIENT_CLOSED,
		    (enum smtp_client_end)c->end, buf_cstr(&c->why)};
		return true;
	}
	if (c->state == CLIENT_READY && !c->ready_told) {
		c->ready_told = true;
		ev->type = SMTP_CLIENT_READY;
		return true;
	}
	return false;
}

bool
smtp_client_next(struct smtp_client *c, struct smtp_client_event *ev,
    uint64_t now)
{
	int reply;

	while (!c->told) {
		if (next_told(c, ev))
			return true;
		if (c->state == CLIENT_READY && c->want_quit)
			smtp_client_quit(c, now);
		/* what comes in the clear before the handshake is nobody's */
		reply = c->state == CLIENT_SECURING ? 0 : smtp_client_reply(c);
		if (reply < 0) {
			smtp_client_close(c, SMTP_END_BROKEN, 0,
			    "this is no answer of SMTP");
		} else if (reply > 0) {
			bool securing = c->state == CLIENT_STARTTLS;

			take_reply(c, now);
			if (securing && c->state == CLIENT_SECURING) {
				ev->type = SMTP_CLIENT_SECURE;
				return true;
			}
		} else if (c->eof) {
			smtp_client_close(c, SMTP_END_LOST, 0,
			    "the peer hung up");
		} else if (now >= c->due) {
			smtp_client_close(c, SMTP_END_LOST, 0,
			    "the peer does not answer");
		} else {
			smtp_client_fill(c, now);
			return false;
		}
	}
	return false;
}

uint64_t
smtp_client_deadline(const struct smtp_client *c)
{
	return c->told ? UINT64_MAX : c->due;
}
