/* SPDX-License-Identifier: ISC */
/*
 * The commands (RFC 5321, 4.1; RFC 2033, 4; SIZE, RFC 1870; STARTTLS, RFC
 * 3207): a table of verbs with the states in which each may come, and what it
 * does there.
 */
#include "mms/smtp_private.h"

static void
say_ok(struct smtp *s)
{
	smtp_say(s, 250, "2.0.0", "ok");
}

/* AUTH is of no use where TLS must come first. */
static bool
offers_auth(const struct smtp *s)
{
	return s->conf->auth && (s->secured || s->conf->auth_in_clear);
}

static void
say_extensions(struct smtp *s)
{
	struct buf size = {0};

	smtp_say_more(s, 250, s->conf->name);
	if (s->conf->size_most > 0)
		buf_addf(
		    &size, "SIZE %llu", (unsigned long long)s->conf->size_most);
	else
		buf_add_str(&size, "SIZE");
	smtp_say_more(s, 250, buf_cstr(&size));
	buf_free(&size);
	smtp_say_more(s, 250, "8BITMIME");
	smtp_say_more(s, 250, "ENHANCEDSTATUSCODES");
	if (s->conf->starttls && !s->secured)
		smtp_say_more(s, 250, "STARTTLS");
	if (offers_auth(s))
		smtp_say_more(s, 250, "AUTH PLAIN LOGIN");
	smtp_say(s, 250, NULL, "PIPELINING");
}

static bool
hello(struct smtp *s, struct span rest, bool extended, struct smtp_event *ev)
{
	struct span name = smtp_word(&rest);
	bool told;

	if (name.n == 0) {
		smtp_refuse(s, 501, "5.5.4", "say who you are");
		return false;
	}
	told = smtp_abort(s, ev, "the peer began anew");
	buf_clear(&s->helo);
	buf_add_span(&s->helo, name);
	s->state = SMTP_IDLE;
	if (extended)
		say_extensions(s);
	else
		smtp_say(s, 250, NULL, s->conf->name);
	return told;
}

static bool
do_ehlo(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	return hello(s, rest, true, ev);
}

static bool
do_helo(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	return hello(s, rest, false, ev);
}

/* "FROM:" or "TO:", maybe with a blank before the colon, and the path. */
static bool
read_path(struct span rest, const char *word, struct span *address,
    struct span *parameters)
{
	const uint8_t *colon = rest.n > 0 ? memchr(rest.p, ':', rest.n) : NULL;
	struct span before;

	if (colon == NULL)
		return false;
	before = span_of(rest.p, (size_t)(colon - rest.p));
	return smtp_is(smtp_word(&before), word) && before.n == 0 &&
	    smtp_path(span_skip(rest, (size_t)(colon - rest.p) + 1), address,
		parameters);
}

/* A decimal number of at most 19 digits. */
static bool
read_number(struct span s, uint64_t *n)
{
	*n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*n = *n * 10 + (uint64_t)(s.p[i] - '0');
	}
	return s.n > 0 && s.n < 20;
}

/* False, and it is said, when a parameter is none of ours. */
static bool
read_parameters(struct smtp *s, struct span rest, uint64_t *size)
{
	struct span name, value;

	while (smtp_parameter(&rest, &name, &value)) {
		if (smtp_is(name, "SIZE")) {
			if (!read_number(value, size)) {
				smtp_refuse(
				    s, 501, "5.5.4", "SIZE is no number");
				return false;
			}
		} else if (smtp_is(name, "BODY")) {
			if (!smtp_is(value, "7BIT") &&
			    !smtp_is(value, "8BITMIME")) {
				smtp_refuse(s, 501, "5.5.4",
				    "BODY is 7BIT or 8BITMIME");
				return false;
			}
		} else if (!smtp_is(name, "AUTH") || !s->conf->auth) {
			smtp_refuse(s, 555, "5.5.4",
			    "this parameter is not known here");
			return false;
		}
	}
	return true;
}

static bool
do_mail(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	struct span parameters;

	if (s->conf->need_tls && !s->secured) {
		smtp_refuse(s, 530, "5.7.0", "STARTTLS must come first");
		return false;
	}
	if (s->conf->need_auth && s->user.len == 0) {
		smtp_refuse(s, 530, "5.7.0", "AUTH must come first");
		return false;
	}
	if (!read_path(rest, "FROM", &ev->address, &parameters)) {
		smtp_refuse(s, 501, "5.1.7", "write MAIL FROM:<address>");
		return false;
	}
	if (!read_parameters(s, parameters, &ev->size))
		return false;
	if (s->conf->size_most > 0 && ev->size > s->conf->size_most) {
		smtp_refuse(s, 552, "5.3.4", "the message is too big");
		return false;
	}
	smtp_ask(s, ev, SMTP_EV_MAIL, 1);
	return true;
}

static bool
do_rcpt(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	struct span parameters;

	if (!read_path(rest, "TO", &ev->address, &parameters) ||
	    ev->address.n == 0) {
		smtp_refuse(s, 501, "5.1.3", "write RCPT TO:<address>");
		return false;
	}
	if (parameters.n > 0) {
		smtp_refuse(s, 555, "5.5.4", "RCPT takes no parameter here");
		return false;
	}
	/* those refused count, too: asking who is there has an end */
	if (s->recipients + s->refused_recipients >= s->conf->recipients_most) {
		smtp_say(s, 452, "4.5.3", "too many recipients");
		return false;
	}
	smtp_ask(s, ev, SMTP_EV_RCPT, 1);
	return true;
}

static bool
do_data(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	if (rest.n > 0) {
		smtp_refuse(s, 501, "5.5.4", "DATA stands alone");
		return false;
	}
	if (s->recipients == 0) {
		/* LMTP asks for 503 (RFC 2033, 4.2) */
		smtp_refuse(s, s->conf->lmtp ? 503 : 554, "5.5.1",
		    "no recipient was accepted");
		return false;
	}
	smtp_ask(s, ev, SMTP_EV_DATA, 1);
	return true;
}

static bool
do_rset(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	bool told = smtp_abort(s, ev, "the peer took it back");

	(void)rest;
	if (s->state != SMTP_FRESH)
		s->state = SMTP_IDLE;
	say_ok(s);
	return told;
}

static bool
do_noop(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	(void)rest, (void)ev;
	say_ok(s);
	return false;
}

static bool
do_vrfy(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	(void)ev;
	if (rest.n == 0)
		smtp_refuse(s, 501, "5.5.4", "write VRFY address");
	else
		smtp_say(s, 252, "2.5.0", "send it and see");
	return false;
}

static bool
do_help(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	(void)rest, (void)ev;
	smtp_say(s, 214, "2.0.0", s->conf->lmtp ?
	    "RFC 2033: LHLO MAIL RCPT DATA RSET NOOP VRFY QUIT STARTTLS AUTH" :
	    "RFC 5321: EHLO HELO MAIL RCPT DATA RSET NOOP VRFY QUIT STARTTLS "
	    "AUTH");
	return false;
}

static bool
do_quit(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	bool told = smtp_abort(s, ev, "the peer left");

	(void)rest;
	smtp_say(s, 221, "2.0.0", "bye");
	smtp_close(s, "the peer left");
	return told;
}

static bool
do_starttls(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	if (!s->conf->starttls) {
		smtp_refuse(s, 502, "5.5.1", "no TLS here");
	} else if (s->secured) {
		smtp_refuse(s, 503, "5.5.1", "TLS is on already");
	} else if (rest.n > 0) {
		smtp_refuse(s, 501, "5.5.4", "STARTTLS stands alone");
	} else {
		smtp_say(s, 220, "2.0.0", "go ahead");
		s->state = SMTP_SECURING;
		ev->type = SMTP_EV_STARTTLS;
		return true;
	}
	return false;
}

static bool
do_auth(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	if (!s->conf->auth)
		smtp_refuse(s, 502, "5.5.1", "no AUTH here");
	else if (!offers_auth(s))
		smtp_refuse(s, 538, "5.7.11", "STARTTLS must come first");
	else if (s->user.len > 0)
		smtp_refuse(s, 503, "5.5.1", "you are known already");
	else
		return smtp_auth_begin(s, rest, ev);
	return false;
}

/* What may come in which state. */
enum {
	FRESH = 1 << SMTP_FRESH,
	IDLE = 1 << SMTP_IDLE,
	MAILING = 1 << SMTP_MAILING,
	ANY = FRESH | IDLE | MAILING,
	IN_SMTP = 1,
	IN_LMTP = 2,
	IN_BOTH = IN_SMTP | IN_LMTP,
};

static const struct verb {
	const char *name;
	bool (*act)(struct smtp *, struct span rest, struct smtp_event *);
	uint8_t states, where;
} verbs[] = {
    {"EHLO", do_ehlo, ANY, IN_SMTP},
    {"HELO", do_helo, ANY, IN_SMTP},
    {"LHLO", do_ehlo, ANY, IN_LMTP},
    {"MAIL", do_mail, IDLE, IN_BOTH},
    {"RCPT", do_rcpt, MAILING, IN_BOTH},
    {"DATA", do_data, MAILING, IN_BOTH},
    {"RSET", do_rset, ANY, IN_BOTH},
    {"NOOP", do_noop, ANY, IN_BOTH},
    {"QUIT", do_quit, ANY, IN_BOTH},
    {"VRFY", do_vrfy, ANY, IN_BOTH},
    {"HELP", do_help, ANY, IN_BOTH},
    {"STARTTLS", do_starttls, FRESH | IDLE, IN_BOTH},
    {"AUTH", do_auth, IDLE, IN_BOTH},
};

static const struct verb *
find_verb(const struct smtp *s, struct span word)
{
	uint8_t where = s->conf->lmtp ? IN_LMTP : IN_SMTP;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (smtp_is(word, verbs[i].name))
			return (verbs[i].where & where) != 0 ? &verbs[i] : NULL;
	return NULL;
}

/* Requests of HTTP and a handshake of TLS: whoever sends these has the wrong
 * port, or was made to send them by somebody who wants its octets read as
 * commands. */
static const char *
is_another_protocol(struct span line, struct span word)
{
	if (line.n > 0 && line.p[0] == 0x16)
		return "it speaks TLS where STARTTLS must come first";
	if (smtp_is(word, "GET") || smtp_is(word, "POST") ||
	    smtp_is(word, "CONNECT") || smtp_is(word, "HEAD") ||
	    smtp_is(word, "PUT") || smtp_is(word, "OPTIONS"))
		return "it speaks HTTP";
	return NULL;
}

/* Why a verb that is known does not fit the state. */
static const char *
why_not_now(const struct smtp *s)
{
	if (s->state == SMTP_FRESH)
		return s->conf->lmtp ? "LHLO must come first" :
		    "EHLO must come first";
	return s->state == SMTP_IDLE ? "MAIL must come first" : "not now";
}

bool
smtp_command(struct smtp *s, struct span line, struct smtp_event *ev)
{
	struct span rest = line, word = smtp_word(&rest);
	const struct verb *verb = find_verb(s, word);
	const char *why = is_another_protocol(line, word);

	if (why != NULL) {
		smtp_say(s, 421, "4.7.0", "this is a mail server");
		smtp_close(s, why);
	} else if (verb == NULL) {
		smtp_refuse(s, 500, "5.5.1", s->conf->lmtp ?
		    "not known here, this is LMTP" : "not known here");
	} else if ((verb->states & 1 << s->state) == 0) {
		smtp_refuse(s, 503, "5.5.1", why_not_now(s));
	} else {
		return verb->act(s, rest, ev);
	}
	return false;
}
