/* SPDX-License-Identifier: ISC */
/*
 * One mail: its envelope, its octets with dots added (RFC 5321, 4.5.2), and
 * what became of each recipient. Replies come in the order of the commands,
 * so that a pipelined envelope (RFC 2920) differs in when it is written alone.
 */
#include "mms/smtp_client_private.h"

#include <stdlib.h>

#include "base/mem.h"

enum {
	ADDRESS_MOST = 512,
	OUT_LOW = 32 << 10,   /* octets not sent at which more are written */
	PIECE = 32 << 10,     /* of a mail, at a time */
};

/* Replies are numbered in their order: MAIL 0, RCPT 1 to n. */
static size_t
data_at(const struct smtp_client *c)
{
	return c->mail.n_to + 1;
}

static void
settle(struct smtp_outcome *o, enum smtp_result result, unsigned code,
    struct span text)
{
	o->result = result;
	o->code = code;
	buf_clear(&o->text);
	for (size_t i = 0; i < text.n; i++)
		buf_add_byte(&o->text, text.p[i] < 0x20 || text.p[i] == 0x7f ?
		    '?' : text.p[i]);
}

static enum smtp_result
result_of(unsigned code)
{
	/* 3xx wants more, and has taken nothing (RFC 5321, 4.2.1) */
	return code < 300 ? SMTP_ACCEPTED : code < 500 ? SMTP_LATER :
	    SMTP_NEVER;
}

/* All that were accepted so far have this outcome. */
static void
settle_all(struct smtp_client *c, enum smtp_result result, unsigned code,
    struct span text)
{
	for (size_t i = 0; i < c->n_outcomes; i++)
		if (c->outcome[i].result == SMTP_ACCEPTED)
			settle(&c->outcome[i], result, code, text);
}

/* The mail is done with: its outcomes are final. */
static void
finish(struct smtp_client *c, uint64_t now)
{
	c->has_mail = false;
	c->done_told = false;
	c->ready_told = false;
	if (c->state == CLIENT_CLOSED)
		return;
	c->state = CLIENT_READY;
	smtp_client_wait(c, 0, now);
}

/* Why a mail cannot be sent at all; NULL: it can. */
static const char *
is_unfit(const struct smtp_client *c, unsigned *code)
{
	const struct smtp_mail *m = &c->mail;
	const uint8_t *p = m->octets.p, *end = p + m->octets.n;

	*code = 501;
	for (size_t i = 0; i <= m->n_to; i++) {
		struct span a = i < m->n_to ? m->to[i] : m->from;

		if (a.n > ADDRESS_MOST || (a.n == 0 && i < m->n_to))
			return "5.1.3 the address is empty or too long to be "
			    "sent";
		for (size_t j = 0; j < a.n; j++)
			if (a.p[j] < 0x20 || a.p[j] > 0x7e || a.p[j] == '<' ||
			    a.p[j] == '>')
				return "5.1.3 the address has octets that no "
				    "address has";
	}
	*code = 552;
	if (c->size_most > 0 && m->octets.n > c->size_most)
		return "5.3.4 the message is larger than the peer takes";
	*code = 554;
	while (p < end && (p = memchr(p, '\r', (size_t)(end - p))) != NULL)
		if (++p == end || *p != '\n')
			return "5.6.0 the message has a bare CR";
	return NULL;
}

static void
say_path(struct smtp_client *c, const char *verb, struct span address,
    const char *parameters)
{
	smtp_client_say(c, "%s:<%.*s>%s", verb, (int)address.n,
	    (const char *)address.p, parameters);
}

/* The next command of the envelope. */
static void
ask(struct smtp_client *c)
{
	struct buf parameters = {0};

	if (c->asked == 0) {
		if (c->size_most > 0)
			buf_addf(&parameters, " SIZE=%zu", c->mail.octets.n);
		say_path(c, "MAIL FROM", c->mail.from, buf_cstr(&parameters));
		buf_free(&parameters);
	} else if (c->asked < data_at(c)) {
		say_path(c, "RCPT TO", c->mail.to[c->asked - 1], "");
	} else {
		smtp_client_say(c, "DATA");
	}
	c->asked++;
}

/* Asks what may be asked now. */
static void
ask_on(struct smtp_client *c, uint64_t now)
{
	if (c->state != CLIENT_ENVELOPE)
		return;
	while (c->asked <= data_at(c) &&
	    (c->pipelining || c->asked == c->answered))
		ask(c);
	smtp_client_wait(c, c->conf->reply_ms, now);
}

void
smtp_client_begin(struct smtp_client *c, uint64_t now)
{
	if (c->need_rset) {
		c->need_rset = false;
		c->state = CLIENT_RSET;
		smtp_client_say(c, "RSET");
		smtp_client_wait(c, c->conf->reply_ms, now);
		return;
	}
	c->state = CLIENT_ENVELOPE;
	c->asked = c->answered = c->accepted = 0;
	c->refused = false;
	ask_on(c, now);
}

void
smtp_client_mail(struct smtp_client *c, const struct smtp_mail *mail,
    uint64_t now)
{
	const char *why;
	unsigned code;

	for (size_t i = 0; i < c->n_outcomes; i++)
		buf_free(&c->outcome[i].text);
	free(c->outcome);
	c->untouched = false;
	c->mail = *mail;
	c->n_outcomes = mail->n_to;
	c->outcome = mem_array(mail->n_to, sizeof(*c->outcome));
	c->has_mail = true;
	if (c->state != CLIENT_READY) {
		smtp_client_lose(c, "the connection is over");
		return;
	}
	why = is_unfit(c, &code);
	if (why == NULL) {
		smtp_client_begin(c, now);
		return;
	}
	settle_all(c, SMTP_NEVER, code, span_str(why));
	finish(c, now);
}

/* Octets of the mail */

static void
begin_body(struct smtp_client *c, uint64_t now)
{
	c->state = CLIENT_BODY;
	c->body_at = 0;
	c->line_start = true;
	smtp_client_wait(c, c->conf->data_ms, now);
}

/* Writes a piece of the mail: line ends become CR LF, dots are added. */
static void
add_piece(struct smtp_client *c)
{
	const uint8_t *p = c->mail.octets.p + c->body_at;
	const uint8_t *end = c->mail.octets.p + c->mail.octets.n, *stop;

	if (end - p > PIECE)
		end = p + PIECE;
	while (p < end) {
		const uint8_t *newline = memchr(p, '\n', (size_t)(end - p));

		if (c->line_start && *p == '.')
			buf_add_byte(&c->out, '.');
		stop = newline != NULL ? newline : end;
		buf_add(&c->out, p, (size_t)(stop - p));
		c->line_start = newline != NULL;
		if (newline != NULL) {
			if (newline == c->mail.octets.p || newline[-1] != '\r')
				buf_add_byte(&c->out, '\r');
			buf_add_byte(&c->out, '\n');
			stop++;
		}
		p = stop;
	}
	c->body_at = (size_t)(p - c->mail.octets.p);
}

void
smtp_client_fill(struct smtp_client *c, uint64_t now)
{
	while (c->state == CLIENT_BODY && c->out.len - c->out_at < OUT_LOW) {
		if (c->out_at > 0)
			buf_consume(&c->out, c->out_at);
		c->out_at = 0;
		if (c->body_at < c->mail.octets.n) {
			add_piece(c);
			continue;
		}
		buf_add_str(&c->out, c->line_start ? ".\r\n" : "\r\n.\r\n");
		c->state = CLIENT_ENDING;
		c->next_end = 0;
		smtp_client_wait(c, c->conf->end_ms, now);
	}
}

/* Replies */

/* Nobody was accepted, yet the peer said 354: a mail of nothing (RFC 2920,
 * 3.1), whose answer is of no interest. */
static void
send_nothing(struct smtp_client *c, uint64_t now)
{
	buf_add_str(&c->out, ".\r\n");
	c->state = CLIENT_ENDING;
	c->next_end = 0;
	smtp_client_wait(c, c->conf->reply_ms, now);
	if (c->conf->lmtp)
		finish(c, now);
}

static void
take_data(struct smtp_client *c, uint64_t now)
{
	struct smtp_answer *a = &c->answer;

	if (a->code == 354 && c->accepted == 0) {
		send_nothing(c, now);
	} else if (a->code == 354) {
		begin_body(c, now);
	} else {
		settle_all(c, a->code < 400 ? SMTP_LATER : result_of(a->code),
		    a->code, buf_span(&a->text));
		c->need_rset = true;
		finish(c, now);
	}
}

/* The answer to MAIL, RCPT or DATA. */
static void
take_envelope(struct smtp_client *c, uint64_t now)
{
	struct smtp_answer *a = &c->answer;
	size_t at = c->answered++;
	enum smtp_result result = result_of(a->code);

	if (at == 0 && result != SMTP_ACCEPTED) {
		settle_all(c, result, a->code, buf_span(&a->text));
		c->refused = true;
	} else if (at > 0 && at < data_at(c) && !c->refused) {
		settle(&c->outcome[at - 1], result, a->code,
		    buf_span(&a->text));
		c->accepted += result == SMTP_ACCEPTED;
	} else if (at == data_at(c)) {
		take_data(c, now);
		return;
	}
	if (!c->pipelining && (c->refused ||
	    (c->answered == data_at(c) && c->accepted == 0))) {
		c->need_rset = !c->refused;
		finish(c, now);
		return;
	}
	ask_on(c, now);
}

/* The answer to the whole mail; in LMTP one for each that was accepted. */
static void
take_end(struct smtp_client *c, uint64_t now)
{
	struct smtp_answer *a = &c->answer;
	struct span text = buf_span(&a->text);

	if (a->code >= 300 && a->code < 400) {
		/* whether it has the mail nobody knows */
		smtp_client_close(c, SMTP_END_BROKEN, a->code,
		    "the peer asks for more where the mail has ended");
		return;
	}
	if (!c->conf->lmtp) {
		settle_all(c, result_of(a->code), a->code, text);
		finish(c, now);
		return;
	}
	while (c->next_end < c->n_outcomes &&
	    c->outcome[c->next_end].result != SMTP_ACCEPTED)
		c->next_end++;
	if (c->next_end < c->n_outcomes)
		settle(&c->outcome[c->next_end++], result_of(a->code), a->code,
		    text);
	if (--c->accepted == 0)
		finish(c, now);
}

void
smtp_client_take(struct smtp_client *c, uint64_t now)
{
	struct smtp_answer *a = &c->answer;

	switch (c->state) {
	case CLIENT_RSET:
		/* whatever it says: some know no RSET */
		smtp_client_begin(c, now);
		break;
	case CLIENT_ENVELOPE:
		take_envelope(c, now);
		break;
	case CLIENT_BODY:
		/* it will not take the rest: what it said stands */
		settle_all(c, a->code < 400 ? SMTP_LATER : result_of(a->code),
		    a->code, buf_span(&a->text));
		smtp_client_close(c, SMTP_END_LOST, a->code,
		    "the peer broke off in the middle of a message");
		finish(c, now);
		break;
	default:
		take_end(c, now);
	}
}

void
smtp_client_lose(struct smtp_client *c, const char *why)
{
	bool sent = c->state == CLIENT_ENDING && c->out_at == c->out.len;

	if (!c->has_mail)
		return;
	c->untouched = c->state == CLIENT_RSET ||
	    (c->state == CLIENT_ENVELOPE && c->answered == 0);
	/* in LMTP those before next_end have their answer */
	for (size_t i = sent && c->conf->lmtp ? c->next_end : 0;
	    i < c->n_outcomes; i++)
		if (c->outcome[i].result == SMTP_ACCEPTED)
			settle(&c->outcome[i], sent ? SMTP_UNKNOWN : SMTP_LATER,
			    0, span_str(why));
	c->has_mail = false;
	c->done_told = false;
}
