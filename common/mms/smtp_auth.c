/* SPDX-License-Identifier: ISC */
/*
 * AUTH (RFC 4954) with PLAIN (RFC 4616) and LOGIN, which nobody wrote down but
 * everybody speaks. What comes of it is a name and a password; whether they
 * are good the owner says.
 */
#include "base/base64.h"
#include "mms/smtp_private.h"

enum { PLAIN, LOGIN_USER, LOGIN_PASSWORD };

/* Empties a buffer that held a secret. */
static void
wipe(struct buf *b)
{
	if (b->cap > 0)
		explicit_bzero(b->p, b->cap);
	buf_free(b);
}

void
smtp_auth_clear(struct smtp *s)
{
	buf_free(&s->auth.user);
	wipe(&s->auth.password);
}

static bool
fail(struct smtp *s, uint16_t code, const char *status, const char *text)
{
	smtp_auth_clear(s);
	s->state = SMTP_IDLE;
	smtp_refuse(s, code, status, text);
	return false;
}

static bool
ask(struct smtp *s, struct smtp_event *ev)
{
	ev->user = buf_span(&s->auth.user);
	ev->password = buf_span(&s->auth.password);
	smtp_ask(s, ev, SMTP_EV_AUTH, 1);
	return true;
}

/* authorization identity, NUL, user, NUL, password: the first is not needed. */
static bool
read_plain(struct smtp *s, struct span text)
{
	struct buf plain = {0};
	struct span rest;
	const uint8_t *nul = NULL;
	bool good = base64_read(&plain, text);

	rest = buf_span(&plain);
	if (good && rest.n > 0)
		nul = memchr(rest.p, 0, rest.n);
	if (nul != NULL) {
		rest = span_skip(rest, (size_t)(nul - rest.p) + 1);
		nul = rest.n > 0 ? memchr(rest.p, 0, rest.n) : NULL;
	}
	if (nul != NULL) {
		buf_add(&s->auth.user, rest.p, (size_t)(nul - rest.p));
		buf_add_span(&s->auth.password,
		    span_skip(rest, (size_t)(nul - rest.p) + 1));
	}
	wipe(&plain);
	return nul != NULL;
}

bool
smtp_auth_line(struct smtp *s, struct span line, struct smtp_event *ev)
{
	static const char bad[] = "this is not what the mechanism asks for";

	if (span_is(line, "*"))
		return fail(s, 501, "5.7.0", "given up");
	switch (s->auth.step) {
	case PLAIN:
		if (!read_plain(s, line))
			return fail(s, 501, "5.5.2", bad);
		return ask(s, ev);
	case LOGIN_USER:
		if (!base64_read(&s->auth.user, line))
			return fail(s, 501, "5.5.2", bad);
		s->auth.step = LOGIN_PASSWORD;
		smtp_say(s, 334, NULL, "UGFzc3dvcmQ6");
		return false;
	default:
		if (!base64_read(&s->auth.password, line))
			return fail(s, 501, "5.5.2", bad);
		return ask(s, ev);
	}
}

bool
smtp_auth_begin(struct smtp *s, struct span rest, struct smtp_event *ev)
{
	struct span mechanism = smtp_word(&rest), initial = smtp_word(&rest);
	bool login = smtp_is(mechanism, "LOGIN");

	if (!login && !smtp_is(mechanism, "PLAIN")) {
		smtp_refuse(s, 504, "5.5.4", "PLAIN and LOGIN are known here");
		return false;
	}
	if (rest.n > 0) {
		smtp_refuse(
		    s, 501, "5.5.4", "AUTH takes a mechanism and one word");
		return false;
	}
	s->state = SMTP_AUTHING;
	s->auth.step = login ? LOGIN_USER : PLAIN;
	if (span_is(initial, "="))
		initial.n = 0; /* an empty one */
	else if (initial.n == 0) {
		smtp_say(s, 334, NULL, login ? "VXNlcm5hbWU6" : "");
		return false;
	}
	return smtp_auth_line(s, initial, ev);
}
