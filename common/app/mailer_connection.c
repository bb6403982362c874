/* SPDX-License-Identifier: ISC */
/*
 * One connection of the mailer: from dialling through the handshakes to mails,
 * and its end. The octets are the client machine's (mms/smtp_client).
 */
#include "app/mailer_private.h"

#include <stdlib.h>

#include "app/mm4_dump.h"
#include "base/mem.h"
#include "sys/diag.h"

enum { CLOSING_MS = 2000 };  /* for the last octets of a connection */

/* Connections */

static void
connection_free(struct connection *c)
{
	stream_close(c->stream);
	smtp_client_free(&c->client);
	free(c);
}

void
mailer_hang_up(struct connection *c)
{
	struct connection **at = &c->peer->connections;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	connection_free(c);
}

void
mailer_dial(struct peer *p, const char *host)
{
	struct mailer *m = p->mailer;
	struct connection *c = mem_new(sizeof(*c));
	struct stream_conf conf = {
		.host = host,
		.port = p->port,
		.local_address = m->conf.local_address,
		.tls = p->tls ? m->conf.tls : NULL,
		.servername = m->conf.servername,
		.connect_ms = m->conf.connect_ms,
	};

	c->what = A_CONNECTION;
	c->peer = p;
	c->conf = m->conf.smtp;
	c->conf.lmtp = p->lmtp;
	c->conf.secured = p->tls;
	c->conf.user = p->user;
	c->conf.password = p->password;
	c->next = p->connections;
	p->connections = c;
	c->stream = stream_dial(m->loop, &conf, c, m->kind);
}

/* Octets */

static void
show(struct connection *c)
{
	struct buf *said = &c->client.said;
	const uint8_t *newline;
	struct buf line = {0};
	size_t n;

	while (said->len > 0 &&
	    (newline = memchr(said->p, '\n', said->len)) != NULL) {
		n = (size_t)(newline - said->p);
		buf_clear(&line);
		buf_addf(&line, "%s ", stream_peer(c->stream));
		buf_add(&line, said->p, n);
		if (c->peer->mailer->conf.mask)
			mm4_mask(&line, 0);
		diag_line(buf_span(&line));
		buf_consume(said, n + 1);
	}
	buf_free(&line);
}

static void
send_out(struct connection *c)
{
	const uint8_t *p;
	size_t n, sent;
	uint64_t now = loop_now(c->peer->mailer->loop);

	c->blocked = false;
	while (p = smtp_client_out(&c->client, &n), n > 0) {
		/* the peer may have said why it takes no more: that is read */
		if (c->write_failed)
			return;
		switch (stream_write(c->stream, p, n, &sent)) {
		case STREAM_DONE:
			smtp_client_sent(&c->client, sent, now);
			break;
		case STREAM_AGAIN:
			c->blocked = true;
			return;
		case STREAM_EOF:
		case STREAM_BROKEN:
			c->write_failed = true;
			loop_again(stream_watch(c->stream));
			return;
		}
	}
}

void
mailer_fill(struct connection *c)
{
	uint8_t *p;
	size_t room, n;

	p = smtp_client_in(&c->client, &room);
	if (room == 0)
		return;
	switch (stream_read(c->stream, p, room, &n)) {
	case STREAM_DONE:
		smtp_client_received(&c->client, n);
		if (stream_readable(c->stream) || c->write_failed)
			loop_again(stream_watch(c->stream));
		break;
	case STREAM_AGAIN:
		if (c->write_failed)
			smtp_client_eof(&c->client, stream_error(c->stream));
		break;
	case STREAM_EOF:
		smtp_client_eof(&c->client, NULL);
		break;
	case STREAM_BROKEN:
		smtp_client_eof(&c->client, stream_error(c->stream));
		break;
	}
}

/* Events */

/* The connection cannot be had or goes on no more: the next server, or the
 * mails that wait come back, unless another connection still does them. */
static void
lose(struct connection *c, enum smtp_client_end end, unsigned code,
    const char *why)
{
	struct peer *p = c->peer;

	if (c->was_ready || p->first == NULL)
		return;
	for (struct connection *o = p->connections; o != NULL; o = o->next)
		if (o != c && o->was_ready && o->phase == TALKING)
			return;
	if (p->servers != NULL && p->at + 1 < p->servers->n)
		p->at++;
	else
		mailer_fail(p, end, code, why);
}

static void
go_on_dialling(struct connection *c)
{
	uint64_t now = loop_now(c->peer->mailer->loop);

	switch (stream_drive(c->stream)) {
	case STREAM_CONNECTING:
		return;
	case STREAM_OPEN:
		smtp_client_init(&c->client, &c->conf, now);
		c->phase = TALKING;
		return;
	case STREAM_FAILED:
		lose(c, SMTP_END_LOST, 0, stream_error(c->stream));
		c->phase = ENDING;
		c->ending_at = 0;
	}
}

static void
go_on_securing(struct connection *c)
{
	switch (stream_drive(c->stream)) {
	case STREAM_CONNECTING:
		return;
	case STREAM_OPEN:
		smtp_client_secured(&c->client,
		    loop_now(c->peer->mailer->loop));
		break;
	case STREAM_FAILED:
		smtp_client_eof(&c->client, stream_error(c->stream));
		break;
	}
	c->phase = TALKING;
}

static void
secure(struct connection *c)
{
	const struct mailer_conf *conf = &c->peer->mailer->conf;
	bool must = conf->smtp.starttls == SMTP_TLS_MUST;
	const char *host = c->peer->servers != NULL ?
	    c->peer->servers->host[c->peer->at] : c->peer->host;

	send_out(c);
	c->phase = SECURING;
	stream_secure(c->stream, must ? conf->tls : conf->tls_may,
	    conf->servername != NULL ? conf->servername : host);
}

/* It may have a mail, or rests. */
static void
go_on_ready(struct connection *c)
{
	struct mailer *m = c->peer->mailer;
	uint64_t now = loop_now(m->loop);

	c->was_ready = true;
	if (c->peer->first == NULL) {
		c->idle = true;
		c->idle_until = now + m->conf.idle_ms;
		return;
	}
	c->idle = false;
	c->mail = mailer_take_waiting(c->peer);
	smtp_client_mail(&c->client, &c->mail->mail, now);
}

/* What the client of a connection says: whether that is an event. */
static bool
go_on_talking(struct connection *c, struct mailer_event *ev)
{
	struct mailer *m = c->peer->mailer;
	uint64_t now = loop_now(m->loop);
	struct smtp_client_event e;

	while (smtp_client_next(&c->client, &e, now)) {
		show(c);
		switch (e.type) {
		case SMTP_CLIENT_SECURE:
			secure(c);
			return false;
		case SMTP_CLIENT_READY:
			go_on_ready(c);
			break;
		case SMTP_CLIENT_DONE:
			/* a peer may leave between mails: the next one is
			 * another connection's */
			if (c->client.untouched && c->mails > 0) {
				mailer_put_back(c->peer, c->mail);
				c->mail = NULL;
				break;
			}
			c->mails++;
			mailer_tell(m, ev, c->mail, c->client.outcome,
			    c->client.n_outcomes, true);
			c->mail = NULL;
			return true;
		case SMTP_CLIENT_CLOSED:
			lose(c, e.end, c->client.code, e.why);
			send_out(c);
			c->phase = ENDING;
			c->ending_at = now + CLOSING_MS;
			return false;
		}
	}
	send_out(c);
	show(c);
	return false;
}

/* An idle connection has a mail, or has had its time. */
static void
wake_idle(struct connection *c)
{
	struct mailer *m = c->peer->mailer;
	uint64_t now = loop_now(m->loop);

	if (!c->idle || c->phase != TALKING)
		return;
	if (c->peer->first != NULL) {
		go_on_ready(c);
	} else if (m->quitting || now >= c->idle_until) {
		c->idle = false;
		smtp_client_quit(&c->client, now);
	}
}

bool
mailer_go_on(struct connection *c, struct mailer_event *ev)
{
	if (c->phase == DIALLING)
		go_on_dialling(c);
	if (c->phase == SECURING)
		go_on_securing(c);
	wake_idle(c);
	if (c->phase == TALKING && go_on_talking(c, ev))
		return true;
	if (c->phase == ENDING) {
		send_out(c);
		if (!c->blocked || c->write_failed ||
		    loop_now(c->peer->mailer->loop) >= c->ending_at)
			mailer_hang_up(c);
		return false;
	}
	if (c->phase == TALKING)
		stream_want(c->stream, true, c->blocked);
	return false;
}
