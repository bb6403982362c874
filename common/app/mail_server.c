/* SPDX-License-Identifier: ISC */
/*
 * The clients of a mail server stand in slots; one that has something to do
 * is in a list, and one that is waited for has an alarm. Each is read once in
 * a pass, so that no client keeps the others waiting.
 */
#include "app/mail_server.h"

#include <stdlib.h>

#include "base/alarms.h"
#include "base/mem.h"
#include "sys/diag.h"

enum {
	ACCEPT_MOST = 64,   /* connections taken in one pass */
	CLOSING_MS = 5000,  /* for the last octets to a client that has gone */
};

/* Where a connection is. */
enum {
	OPENING,      /* the handshake of TLS before the first octet */
	FRESH,        /* the program does not know it yet */
	GREETING,     /* it does */
	TALKING,
	TURNING,      /* what STARTTLS was answered with is to be sent */
	SECURING,     /* the handshake after it */
	CLOSING,
};

struct mail_server {
	struct loop *loop;
	struct mail_server_conf conf;
	int kind;
	struct listener *listener;
	struct buf address;
	struct mail_client **slot;
	uint32_t *unused;           /* slots without a client */
	size_t n_slots, n_unused, n_clients;
	struct mail_client *first_ready, **last_ready;
	struct alarms alarms;       /* by slot */
	bool full;                  /* it was said that there are too many */
	bool stopping;
};

struct mail_server *
mail_server_open(struct loop *loop, const struct mail_server_conf *conf,
    int kind, const char **error)
{
	struct mail_server *s = mem_new(sizeof(*s));

	s->loop = loop;
	s->conf = *conf;
	s->conf.smtp.starttls = conf->starttls != NULL && conf->tls == NULL;
	s->kind = kind;
	s->last_ready = &s->first_ready;
	s->listener = listener_open(loop, conf->address, conf->tls, s, kind,
	    error);
	if (s->listener == NULL) {
		free(s);
		return NULL;
	}
	buf_add_str(&s->address, listener_address(s->listener));
	buf_cstr(&s->address);
	return s;
}

const char *
mail_server_address(const struct mail_server *s)
{
	return (const char *)s->address.p;
}

size_t
mail_server_clients(const struct mail_server *s)
{
	return s->n_clients;
}

const char *
mail_client_peer(const struct mail_client *c)
{
	return stream_peer(c->stream);
}

/* Clients */

static uint32_t
take_slot(struct mail_server *s)
{
	if (s->n_unused > 0)
		return s->unused[--s->n_unused];
	if ((s->n_slots & (s->n_slots - 1)) == 0) {
		size_t n = s->n_slots ? s->n_slots * 2 : 1;

		s->slot = mem_resize(s->slot, n * sizeof(struct mail_client *));
		s->unused = mem_resize(s->unused, n * sizeof(*s->unused));
	}
	return (uint32_t)s->n_slots++;
}

static void
make_ready(struct mail_client *c)
{
	struct mail_server *s = c->server;

	if (c->ready)
		return;
	c->ready = true;
	c->next_ready = NULL;
	*s->last_ready = c;
	s->last_ready = &c->next_ready;
}

static void
unready_first(struct mail_server *s)
{
	struct mail_client *c = s->first_ready;

	c->ready = false;
	s->first_ready = c->next_ready;
	if (s->first_ready == NULL)
		s->last_ready = &s->first_ready;
}

static void
client_free(struct mail_client *c)
{
	stream_close(c->stream);
	smtp_free(&c->smtp);
	free(c);
}

/* Lets go of the first of those that are ready. */
static void
remove_first(struct mail_server *s)
{
	struct mail_client *c = s->first_ready;

	unready_first(s);
	alarms_set(&s->alarms, c->slot, UINT64_MAX);
	s->slot[c->slot] = NULL;
	s->unused[s->n_unused++] = c->slot;
	s->n_clients--;
	client_free(c);
}

static void
add_client(struct mail_server *s, struct stream *stream)
{
	struct mail_client *c = mem_new(sizeof(*c));

	c->server = s;
	c->stream = stream;
	c->conf = s->conf.smtp;
	c->slot = take_slot(s);
	s->slot[c->slot] = c;
	s->n_clients++;
	stream_watch(stream)->owner = c;
	make_ready(c);
}

/* One for whom there is no room; under TLS it cannot be told. */
static void
turn_away(struct mail_server *s, struct stream *stream)
{
	static const char sorry[] = "421 4.3.2 too many connections\r\n";
	size_t sent;

	if (!s->full)
		warn("%zu connections: more are turned away", s->n_clients);
	s->full = true;
	if (s->conf.tls == NULL)
		stream_write(stream, sorry, sizeof(sorry) - 1, &sent);
	stream_close(stream);
}

static void
take_connections(struct mail_server *s)
{
	struct stream *stream;

	for (int i = 0; i < ACCEPT_MOST; i++) {
		stream = listener_accept(s->listener, s, s->kind);
		if (stream == NULL)
			return;
		if (s->n_clients >= s->conf.clients_most)
			turn_away(s, stream);
		else
			add_client(s, stream);
	}
	loop_again(listener_watch(s->listener));
}

/* Octets */

static void
rewatch(struct mail_client *c)
{
	stream_want(c->stream, c->phase == TALKING && smtp_takes(&c->smtp),
	    c->blocked);
}

/* Sends what there is to be said, as far as it goes without waiting; whether
 * any of it went. */
static bool
send_out(struct mail_client *c)
{
	const uint8_t *p;
	size_t n, sent;
	bool any = false;

	c->blocked = false;
	while (p = smtp_out(&c->smtp, &n), n > 0) {
		switch (stream_write(c->stream, p, n, &sent)) {
		case STREAM_DONE:
			smtp_sent(&c->smtp, sent);
			any = true;
			break;
		case STREAM_AGAIN:
			c->blocked = true;
			return any;
		case STREAM_EOF:
		case STREAM_BROKEN:
			smtp_sent(&c->smtp, n);
			smtp_eof(&c->smtp, stream_error(c->stream));
			return true;
		}
	}
	return any;
}

static void
fill(struct mail_client *c)
{
	uint8_t *p;
	size_t room, n;

	p = smtp_in(&c->smtp, &room);
	if (room == 0)
		return;
	switch (stream_read(c->stream, p, room, &n)) {
	case STREAM_DONE:
		smtp_received(&c->smtp, n, loop_now(c->server->loop));
		if (stream_readable(c->stream))
			loop_again(stream_watch(c->stream));
		break;
	case STREAM_AGAIN:
		break;
	case STREAM_EOF:
		smtp_eof(&c->smtp, NULL);
		break;
	case STREAM_BROKEN:
		smtp_eof(&c->smtp, stream_error(c->stream));
		break;
	}
}

void
mail_server_ready(struct mail_server *s, struct watch *w)
{
	struct mail_client *c;

	if (w->owner == s) {
		if (s->listener != NULL)
			take_connections(s);
		return;
	}
	c = w->owner;
	if (c->phase == TALKING)
		fill(c);
	make_ready(c);
}

void
mail_server_answer(struct mail_client *c, const struct smtp_reply *reply)
{
	smtp_answer(&c->smtp, reply, loop_now(c->server->loop));
	make_ready(c);
}

/* Events */

/* When the first of those that are ready wants to be looked at again. */
static void
wait_for(struct mail_client *c)
{
	uint64_t due = smtp_deadline(&c->smtp);

	if (c->phase == OPENING || c->phase == SECURING)
		due = stream_deadline(c->stream);
	else if (c->phase == CLOSING)
		due = c->closing_at;
	alarms_set(&c->server->alarms, c->slot, due);
	unready_first(c->server);
	rewatch(c);
}

/* A handshake: whether it is over. */
static bool
is_open(struct mail_client *c)
{
	switch (stream_drive(c->stream)) {
	case STREAM_CONNECTING:
		wait_for(c);
		return false;
	case STREAM_OPEN:
		return true;
	case STREAM_FAILED:
		break;
	}
	note("%s", stream_error(c->stream));
	return true;
}

static void
go_on_opening(struct mail_client *c)
{
	if (!is_open(c))
		return;
	if (stream_drive(c->stream) == STREAM_FAILED)
		remove_first(c->server);
	else
		c->phase = FRESH;
}

static void
go_on_securing(struct mail_client *c)
{
	if (c->smtp.state != SMTP_CLOSED && !is_open(c))
		return;
	c->phase = TALKING;
	if (stream_drive(c->stream) != STREAM_OPEN)
		smtp_eof(&c->smtp, stream_error(c->stream));
	else
		smtp_secured(&c->smtp, loop_now(c->server->loop));
}

/* The answer to STARTTLS must be on its way in the clear. */
static void
go_on_turning(struct mail_client *c)
{
	send_out(c);
	if (c->blocked) {
		wait_for(c);
		return;
	}
	c->phase = SECURING;
	if (c->smtp.state == SMTP_SECURING)
		stream_secure(c->stream, c->server->conf.starttls, NULL);
	else
		c->phase = TALKING;
}

static void
go_on_closing(struct mail_client *c)
{
	send_out(c);
	if (c->blocked && loop_now(c->server->loop) < c->closing_at)
		wait_for(c);
	else
		remove_first(c->server);
}

/* What its machine says: whether that is an event for the program. */
static bool
go_on_talking(struct mail_client *c, struct mail_event *ev)
{
	uint64_t now = loop_now(c->server->loop);

	if (!smtp_next(&c->smtp, &ev->event, now)) {
		/* a machine that waited for room goes on */
		if (!send_out(c))
			wait_for(c);
		return false;
	}
	ev->client = c;
	ev->type = MAIL_EV_SMTP;
	if (ev->event.type == SMTP_EV_STARTTLS) {
		c->phase = TURNING;
		return false;
	}
	if (ev->event.type == SMTP_EV_CLOSED) {
		ev->type = MAIL_EV_GONE;
		c->phase = CLOSING;
		c->closing_at = now + CLOSING_MS;
	}
	return true;
}

static void
wake_overdue(struct mail_server *s)
{
	uint32_t slot;

	while (alarms_take(&s->alarms, loop_now(s->loop), &slot))
		if (s->slot[slot] != NULL)
			make_ready(s->slot[slot]);
}

bool
mail_server_next(struct mail_server *s, struct mail_event *ev)
{
	struct mail_client *c;

	wake_overdue(s);
	while ((c = s->first_ready) != NULL) {
		switch (c->phase) {
		case OPENING:
			go_on_opening(c);
			break;
		case FRESH:
			c->phase = GREETING;
			ev->type = MAIL_EV_OPENED;
			ev->client = c;
			return true;
		case GREETING:
			smtp_init(&c->smtp, &c->conf, loop_now(s->loop));
			if (s->conf.tls != NULL)
				smtp_secured(&c->smtp, loop_now(s->loop));
			if (s->stopping)
				smtp_stop(&c->smtp);
			c->phase = TALKING;
			break;
		case TALKING:
			if (go_on_talking(c, ev))
				return true;
			break;
		case TURNING:
			go_on_turning(c);
			break;
		case SECURING:
			go_on_securing(c);
			break;
		case CLOSING:
			go_on_closing(c);
			break;
		}
	}
	return false;
}

uint64_t
mail_server_deadline(const struct mail_server *s)
{
	return s->first_ready != NULL ? 0 : alarms_next(&s->alarms);
}

/* The end */

static void
end(struct mail_server *s, bool at_once)
{
	listener_close(s->listener);
	s->listener = NULL;
	s->stopping = true;
	for (size_t i = 0; i < s->n_slots; i++) {
		struct mail_client *c = s->slot[i];

		if (c == NULL)
			continue;
		make_ready(c);
		if (c->phase < TALKING || c->phase > SECURING)
			continue;
		if (at_once)
			smtp_cut(&c->smtp, "shutting down, come back");
		else
			smtp_stop(&c->smtp);
	}
}

void
mail_server_stop(struct mail_server *s)
{
	end(s, false);
}

void
mail_server_cut(struct mail_server *s)
{
	end(s, true);
}

void
mail_server_free(struct mail_server *s)
{
	if (s == NULL)
		return;
	listener_close(s->listener);
	for (size_t i = 0; i < s->n_slots; i++)
		if (s->slot[i] != NULL)
			client_free(s->slot[i]);
	free(s->slot);
	free(s->unused);
	alarms_free(&s->alarms);
	buf_free(&s->address);
	free(s);
}
