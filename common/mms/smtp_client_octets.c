/* SPDX-License-Identifier: ISC */
/* Lines out and replies in (RFC 5321, 4.2.1). */
#include "mms/smtp_client_private.h"

#include <stdarg.h>
#include <stdio.h>

#include "mms/smtp_private.h"

enum {
	IN_MOST = 8 << 10,
	LINE_MOST = 4096,    /* octets of a line of a reply; 512 are asked for */
	LINES_MOST = 100,    /* of a reply */
};

static void
note_line(struct smtp_client *c, const char *who, struct span line)
{
	if (!c->conf->transcript)
		return;
	buf_add_str(&c->said, who);
	for (size_t i = 0; i < line.n; i++)
		buf_add_byte(&c->said, line.p[i] < 0x20 || line.p[i] > 0x7e ?
		    '?' : line.p[i]);
	buf_add_byte(&c->said, '\n');
}

void
smtp_client_say(struct smtp_client *c, const char *fmt, ...)
{
	char line[2048];  /* addresses have their limit */
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line))
		n = sizeof(line) - 1;
	note_line(c, "C: ", span_of(line, (size_t)n));
	buf_add(&c->out, line, (size_t)n);
	buf_add_str(&c->out, "\r\n");
}

void
smtp_client_say_secret(struct smtp_client *c, struct span line)
{
	note_line(c, "C: ", span_str("***"));
	buf_add_span(&c->out, line);
	buf_add_str(&c->out, "\r\n");
}

uint8_t *
smtp_client_in(struct smtp_client *c, size_t *room)
{
	if (c->in_at > 0)
		buf_consume(&c->in, c->in_at);
	c->in_at = 0;
	*room = c->eof || c->in.len >= IN_MOST ? 0 : IN_MOST - c->in.len;
	return *room > 0 ? buf_reserve(&c->in, *room) : NULL;
}

void
smtp_client_received(struct smtp_client *c, size_t n)
{
	c->in.len += n;
}

/* What an EHLO line announces. */
static void
read_extension(struct smtp_client *c, struct span line)
{
	struct span word = smtp_word(&line), mechanism;
	uint64_t size = 0;

	if (smtp_is(word, "PIPELINING")) {
		c->pipelining = true;
	} else if (smtp_is(word, "8BITMIME")) {
		c->eight_bit = true;
	} else if (smtp_is(word, "STARTTLS")) {
		c->offers_tls = true;
	} else if (smtp_is(word, "SIZE")) {
		for (size_t i = 0; i < line.n && i < 18 && line.p[i] >= '0' &&
		    line.p[i] <= '9'; i++)
			size = size * 10 + (uint64_t)(line.p[i] - '0');
		c->size_most = size;
	} else if (smtp_is(word, "AUTH") || (word.n > 5 &&
	    smtp_is(span_of(word.p, 5), "AUTH="))) {
		mechanism = span_skip(word, 5);
		do {
			c->auth_plain |= smtp_is(mechanism, "PLAIN");
			c->auth_login |= smtp_is(mechanism, "LOGIN");
			mechanism = smtp_word(&line);
		} while (mechanism.n > 0);
	}
}

/* A line of a reply: 1 the last, 0 there are more, -1 it is none. */
static int
take_line(struct smtp_client *c, struct span line)
{
	struct smtp_answer *a = &c->answer;
	unsigned code = 0;

	if (line.n < 3 || (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-'))
		return -1;
	for (int i = 0; i < 3; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			return -1;
		code = code * 10 + (unsigned)(line.p[i] - '0');
	}
	if (code < 200 || code > 599 || (a->lines > 0 && code != a->code) ||
	    ++a->lines > LINES_MOST)
		return -1;
	a->code = code;
	if (c->state == CLIENT_EHLO && code == 250 && a->lines > 1)
		read_extension(c, span_skip(line, 4));
	if (a->lines == 1)
		buf_add_span(&a->text, span_skip(line, 4));
	return line.n > 3 && line.p[3] == '-' ? 0 : 1;
}

int
smtp_client_reply(struct smtp_client *c)
{
	struct span in, line;
	const uint8_t *newline;
	int last = 0;

	if (c->answer.lines == 0)
		buf_clear(&c->answer.text);
	while (last == 0) {
		in = span_skip(buf_span(&c->in), c->in_at);
		newline = in.n > 0 ? memchr(in.p, '\n', in.n) : NULL;
		if (newline == NULL)
			return in.n > LINE_MOST ? -1 : 0;
		line = span_of(in.p, (size_t)(newline - in.p));
		c->in_at += line.n + 1;
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		note_line(c, "S: ", line);
		last = take_line(c, line);
	}
	c->answer.lines = 0;
	return last;
}
