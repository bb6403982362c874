/* SPDX-License-Identifier: ISC */
/*
 * The machine: octets and lines, answers and their order, time. A peer that
 * pipelines (RFC 2920) has its commands answered one after another; while one
 * waits for its answer, what is behind it stays in the buffer.
 */
#include "mms/smtp_private.h"

#include "base/mem.h"

enum {
	LINE_MOST = 4096,    /* octets of a command; 512 are asked for (4.5.3.1.4) */
	IN_MOST = 32 << 10,  /* octets read ahead */
	OUT_MOST = 8 << 10,  /* octets not taken at which the peer must wait */
};

static void
greet(struct smtp *s)
{
	struct buf text = {0};

	buf_addf(
	    &text, "%s %s", s->conf->name, s->conf->lmtp ? "LMTP" : "ESMTP");
	smtp_say(s, 220, NULL, buf_cstr(&text));
	buf_free(&text);
}

void
smtp_init(struct smtp *s, const struct smtp_conf *conf, uint64_t now)
{
	*s = (struct smtp){.conf = conf, .due = now + conf->command_ms};
	greet(s);
}

void
smtp_free(struct smtp *s)
{
	smtp_auth_clear(s);
	buf_free(&s->helo);
	buf_free(&s->user);
	buf_free(&s->said);
	buf_free(&s->in);
	buf_free(&s->out);
	buf_free(&s->why);
}

/* Octets */

bool
smtp_takes(const struct smtp *s)
{
	return s->state != SMTP_CLOSED && s->state != SMTP_SECURING &&
	    !s->eof && s->in.len - s->in_at < IN_MOST;
}

uint8_t *
smtp_in(struct smtp *s, size_t *room)
{
	*room = 0;
	if (!smtp_takes(s))
		return NULL;
	if (s->in_at > 0) {
		buf_consume(&s->in, s->in_at);
		s->in_at = 0;
	}
	*room = IN_MOST - s->in.len;
	return buf_reserve(&s->in, *room);
}

/* Octets of a message buy time, so that one that drips has an end. */
static void
extend(struct smtp *s, size_t n, uint64_t now)
{
	uint64_t most = now + s->conf->data_ms, due = most;

	if (s->conf->data_rate > 0)
		due = s->due + n * UINT64_C(1000) / s->conf->data_rate;
	s->due = due < most ? due : most;
}

void
smtp_received(struct smtp *s, size_t n, uint64_t now)
{
	s->in.len += n;
	if (s->state == SMTP_DATA)
		extend(s, n, now);
}

void
smtp_eof(struct smtp *s, const char *why)
{
	s->eof = true;
	if (why != NULL)
		smtp_close(s, why);
}

const uint8_t *
smtp_out(const struct smtp *s, size_t *n)
{
	*n = s->out.len - s->out_at;
	return s->out.p + s->out_at;
}

void
smtp_sent(struct smtp *s, size_t n)
{
	s->out_at += n;
	if (s->out_at == s->out.len) {
		buf_free(&s->out);
		s->out_at = 0;
	}
}

/* Between messages nothing is kept but what was read and not used. */
static void
shrink(struct smtp *s)
{
	if (s->in_at > 0)
		buf_consume(&s->in, s->in_at);
	s->in_at = 0;
	if (s->in.len == 0)
		buf_free(&s->in);
	else if (s->in.len <= s->in.cap / 2)
		s->in.p = mem_resize(s->in.p, s->in.cap = s->in.len);
}

/* Events */

void
smtp_close(struct smtp *s, const char *why)
{
	if (s->state == SMTP_CLOSED)
		return;
	s->state = SMTP_CLOSED;
	s->answers = 0;
	buf_add_str(&s->why, why);
	buf_free(&s->in);
	s->in_at = 0;
	smtp_auth_clear(s);
}

void
smtp_ask(struct smtp *s, struct smtp_event *ev, enum smtp_event_type type,
    uint32_t n)
{
	ev->type = type;
	s->asked = type;
	s->answers = n;
}

bool
smtp_abort(struct smtp *s, struct smtp_event *ev, const char *why)
{
	bool told = s->unfinished;

	s->unfinished = false;
	ev->type = SMTP_EV_ABORT;
	ev->why = why;
	return told;
}

uint32_t
smtp_asks(const struct smtp *s)
{
	return s->answers;
}

/* An accepted DATA: octets of the message follow. */
static void
begin_data(struct smtp *s, uint64_t now)
{
	s->state = SMTP_DATA;
	smtp_data_begin(&s->data);
	s->due = now + s->conf->data_ms;
	if (s->in.len > s->in_at)
		extend(s, s->in.len - s->in_at, now);
}

static void
settle(struct smtp *s, bool good, uint64_t now)
{
	switch (s->asked) {
	case SMTP_EV_AUTH:
		s->state = SMTP_IDLE;
		if (good)
			buf_add_span(&s->user, buf_span(&s->auth.user));
		smtp_auth_clear(s);
		break;
	case SMTP_EV_MAIL:
		if (!good)
			break;
		s->state = SMTP_MAILING;
		s->unfinished = true;
		s->recipients = s->refused_recipients = 0;
		break;
	case SMTP_EV_RCPT:
		s->recipients += good;
		s->refused_recipients += !good;
		break;
	case SMTP_EV_DATA:
		if (good)
			begin_data(s, now);
		break;
	default:
		if (s->answers == 0)
			s->state = SMTP_IDLE;
	}
}

void
smtp_answer(struct smtp *s, const struct smtp_reply *reply, uint64_t now)
{
	bool good = reply->code < 400;

	if (s->state == SMTP_CLOSED || s->answers == 0)
		return;
	s->answers--;
	s->due = now + s->conf->command_ms;
	settle(s, good, now);
	if (!good && (s->asked == SMTP_EV_AUTH || s->asked == SMTP_EV_MAIL))
		smtp_refuse(s, reply->code, reply->status, reply->text);
	else
		smtp_say(s, reply->code, reply->status, reply->text);
	if (reply->code == 421)
		smtp_close(s, reply->text);
}

void
smtp_spoil(struct smtp *s, const struct smtp_reply *reply)
{
	if (s->state != SMTP_DATA || s->data.spoilt != SMTP_WHOLE)
		return;
	s->data.spoilt = SMTP_REFUSED;
	s->data.reply = *reply;
	s->unfinished = false;
}

void
smtp_secured(struct smtp *s, uint64_t now)
{
	s->secured = true;
	s->due = now + s->conf->command_ms;
	if (s->state != SMTP_SECURING)
		return;
	/* what was sent in the clear behind STARTTLS is nobody's command */
	buf_free(&s->in);
	s->in_at = 0;
	buf_free(&s->helo);
	buf_free(&s->user);
	s->state = SMTP_FRESH;
}

void
smtp_stop(struct smtp *s)
{
	s->want_stop = true;
}

void
smtp_cut(struct smtp *s, const char *why)
{
	if (s->state == SMTP_CLOSED)
		return;
	if (s->state != SMTP_SECURING)
		smtp_say(s, 421, "4.3.2", why);
	smtp_close(s, why);
}

/* Reading */

/* The answers to a message that is not taken. */
static void
refuse_message(struct smtp *s)
{
	static const struct smtp_reply too_big = {552, "5.3.4",
	    "the message is too big"};
	static const struct smtp_reply bare = {554, "5.6.0",
	    "lines end with CR LF; bare CR or LF is not taken"};
	const struct smtp_reply *r = &s->data.reply;

	if (s->data.spoilt == SMTP_TOO_BIG)
		r = &too_big;
	else if (s->data.spoilt == SMTP_BARE)
		r = &bare;
	for (uint32_t i = s->conf->lmtp ? s->recipients : 1; i > 0; i--)
		smtp_say(s, r->code, r->status, r->text);
	s->state = SMTP_IDLE;
}

/* Reads on in a message; true when that makes an event. */
static bool
next_octets(struct smtp *s, struct smtp_event *ev, uint64_t now)
{
	struct smtp_data *d = &s->data;
	bool was_whole = d->spoilt == SMTP_WHOLE;
	enum smtp_data_result result;
	size_t used;

	result = smtp_data_read(
	    d, span_skip(buf_span(&s->in), s->in_at), &used, &ev->octets);
	s->in_at += used;
	if (d->spoilt == SMTP_WHOLE && s->conf->size_most > 0 &&
	    d->size > s->conf->size_most)
		d->spoilt = SMTP_TOO_BIG;
	if (result == SMTP_DATA_SMUGGLED) {
		d->spoilt = SMTP_BARE;
		refuse_message(s);
		smtp_close(s,
		    "a lone dot without CR LF around it: "
		    "somebody may be smuggling messages");
		return false;
	}
	if (d->spoilt != SMTP_WHOLE) {
		if (result == SMTP_DATA_END) {
			refuse_message(s);
			s->due = now + s->conf->command_ms;
		}
		return was_whole && smtp_abort(s, ev, d->spoilt ==
		    SMTP_TOO_BIG ? "it is too big" : "a bare CR or LF");
	}
	if (result == SMTP_DATA_END) {
		s->unfinished = false;
		smtp_ask(s, ev, SMTP_EV_END, s->conf->lmtp ? s->recipients : 1);
		return true;
	}
	ev->type = SMTP_EV_CHUNK;
	return ev->octets.n > 0;
}

/* What is wrong with a line; NULL: nothing. */
static const char *
is_bad(struct span line, bool with_cr)
{
	if (!with_cr)
		return "lines end with CR LF";
	if (line.n > 0 &&
	    (memchr(line.p, '\r', line.n) != NULL ||
		memchr(line.p, '\0', line.n) != NULL))
		return "a command holds no CR and no NUL";
	return NULL;
}

/* Takes a line off the buffer, without its end; false when there is none yet.
 * The end of one that is too long comes as a line that is skipping. */
static bool
take_line(struct smtp *s, struct span *line, bool *with_cr)
{
	struct span in = span_skip(buf_span(&s->in), s->in_at);
	const uint8_t *newline = in.n > 0 ? memchr(in.p, '\n', in.n) : NULL;
	size_t n = newline != NULL ? (size_t)(newline - in.p) : in.n;

	if (n > LINE_MOST)
		s->skipping = true;
	if (newline == NULL) {
		if (s->skipping)
			s->in_at = s->in.len;
		return false;
	}
	s->in_at += n + 1;
	*with_cr = n > 0 && in.p[n - 1] == '\r';
	*line = span_of(in.p, n - *with_cr);
	return true;
}

/* Shows a command, but no secret. */
static void
note_command(struct smtp *s, struct span line)
{
	struct span rest = line;
	struct span word = smtp_word(&rest);

	if (s->state == SMTP_AUTHING)
		line = span_str("***");
	else if (smtp_is(word, "AUTH"))
		line = span_str("AUTH ***");
	smtp_note(s, "C: ", line);
}

/* Acts on the next line; false when there is none yet. *event: it makes one. */
static bool
next_line(struct smtp *s, struct smtp_event *ev, uint64_t now, bool *event)
{
	struct span in = span_skip(buf_span(&s->in), s->in_at), line;
	bool with_cr, was_long;
	const char *bad;

	*event = false;
	/* a handshake of TLS need not hold a newline */
	if (s->state == SMTP_FRESH && !s->skipping && in.n > 0 &&
	    in.p[0] == 0x16) {
		*event = smtp_command(s, in, ev);
		return true;
	}
	if (!take_line(s, &line, &with_cr))
		return false;
	was_long = s->skipping;
	s->skipping = false;
	s->due = now + s->conf->command_ms;
	bad = is_bad(line, with_cr);
	note_command(s, was_long ? span_str("(too long)") : line);
	if (was_long || bad != NULL) {
		if (s->state == SMTP_AUTHING)
			s->state = SMTP_IDLE;
		smtp_auth_clear(s);
		smtp_refuse(s, 500, "5.5.2", was_long ? "too long" : bad);
	} else if (s->state == SMTP_AUTHING) {
		*event = smtp_auth_line(s, line, ev);
	} else {
		*event = smtp_command(s, line, ev);
	}
	return true;
}

/* Whether smtp_stop is to be done now: a message is read to its end first. */
static bool
is_to_stop(const struct smtp *s)
{
	return s->want_stop && s->state != SMTP_DATA &&
	    s->state != SMTP_SECURING;
}

/* There is nothing to do: whether that is an end. */
static bool
is_over(struct smtp *s, uint64_t now)
{
	if (s->eof) {
		smtp_close(s, "the peer hung up");
	} else if (now >= s->due) {
		if (s->state != SMTP_SECURING)
			smtp_say(s, 421, "4.4.2", "you are too slow");
		smtp_close(s, "it is too slow");
	}
	return s->state == SMTP_CLOSED;
}

/* The last events of a connection. */
static bool
next_last(struct smtp *s, struct smtp_event *ev)
{
	const char *why = buf_cstr(&s->why);

	if (smtp_abort(s, ev, why))
		return true;
	s->told = true;
	ev->type = SMTP_EV_CLOSED;
	return true;
}

bool
smtp_next(struct smtp *s, struct smtp_event *ev, uint64_t now)
{
	bool event = false;

	while (!s->told) {
		*ev = (struct smtp_event){.type = SMTP_EV_CLOSED};
		if (s->state == SMTP_CLOSED)
			return next_last(s, ev);
		if (s->answers > 0)
			return false;
		if (is_to_stop(s)) {
			smtp_cut(s, "shutting down, come back");
			continue;
		}
		if (s->out.len - s->out_at <= OUT_MOST &&
		    s->state != SMTP_SECURING && s->in.len > s->in_at) {
			if (s->state == SMTP_DATA) {
				if (next_octets(s, ev, now))
					return true;
				continue;
			}
			if (next_line(s, ev, now, &event)) {
				if (event)
					return true;
				continue;
			}
		}
		if (!is_over(s, now)) {
			shrink(s);
			return false;
		}
	}
	return false;
}

uint64_t
smtp_deadline(const struct smtp *s)
{
	if (s->told || s->answers > 0)
		return UINT64_MAX;
	return s->state == SMTP_CLOSED || is_to_stop(s) ? 0 : s->due;
}
