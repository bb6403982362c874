/* SPDX-License-Identifier: ISC */
/*
 * Events of a server: what the sessions of its clients say, what ended ones
 * leave behind, and what is due.
 */
#include "app/server_private.h"
#include "sys/diag.h"

enum {
	WRITE_AT = 16 << 10,     /* octets of output that are sent at once */
	CLOSING_MS = 5000,       /* for the last octets to a client that has gone */
	WARNINGS_MOST = 5,       /* of one connection */
};

static void
log_warning(struct client *c, const char *why)
{
	if (++c->warnings < WARNINGS_MOST)
		note("%s: %s", stream_peer(c->stream), why);
	else if (c->warnings == WARNINGS_MOST)
		note("%s: %s; more of the kind are not shown",
		    stream_peer(c->stream), why);
}

/* How a session ended, where that is worth a line. */
static void
log_end(struct client *c, const struct event *ev)
{
	if (c->called != 0)
		return;  /* whoever called tells it */
	switch (ev->end) {
	case SESSION_END_NONE:
	case SESSION_END_UNBOUND:
	case SESSION_END_PEER_UNBIND:
	case SESSION_END_REFUSED:
		return;
	case SESSION_END_EOF:
		if (!c->was_known)
			return;
		/* fall through */
	case SESSION_END_SILENT:
	case SESSION_END_TIMEOUT:
	case SESSION_END_GARBAGE:
	case SESSION_END_DROPPED:
		note("%s: %s", stream_peer(c->stream), ev->why);
		break;
	}
}

/* The session is over; its last octets may still have to leave. */
static void
start_closing(struct client *c)
{
	c->closing = true;
	c->closing_at = loop_now(c->server->loop) + CLOSING_MS;
	if (c->opening || stream_drive(c->stream) != STREAM_OPEN)
		return;
	server_send(c);
}

static bool
is_done(const struct client *c)
{
	size_t n;

	session_out(&c->session, &n);
	return n == 0 || c->opening ||
	    loop_now(c->server->loop) >= c->closing_at;
}

/* What a session that ended leaves behind: whether it is an event. A client
 * that has nothing more to say is let go. */
static bool
wind_up(struct client *c, struct server_event *ev)
{
	ev->client = c;
	if (session_abandon(&c->session, &ev->event.tag)) {
		ev->type = SERVER_EV_LOST;
		return true;
	}
	if (c->was_known) {
		c->was_known = false;
		ev->type = SERVER_EV_GONE;
		return true;
	}
	if (is_done(c)) {
		server_remove(c);
	} else {
		server_unready_first(c->server);
		server_set_timer(c);
	}
	return false;
}

/* Whether a session's event is one for the program. */
static bool
take_event(struct client *c, struct server_event *ev)
{
	switch (ev->event.type) {
	case SESSION_EV_WARNING:
		log_warning(c, ev->event.why);
		if (!c->server->conf.tell_all)
			return false;
		break;
	case SESSION_EV_CLOSED:
		c->end = ev->event.end;
		log_end(c, &ev->event);
		server_note_end(c, ev->event.why);
		start_closing(c);
		return false;
	case SESSION_EV_BIND:
		c->was_known = true;
		break;
	default:
		break;
	}
	ev->type = SERVER_EV_SESSION;
	ev->client = c;
	return true;
}

static void
wake_overdue(struct server *s)
{
	uint64_t now = loop_now(s->loop);
	const struct heap_entry *e;

	while ((e = heap_first(&s->heap)) != NULL && e->due <= now) {
		struct heap_entry entry = heap_pop(&s->heap);
		struct client *c = s->slot[entry.item];

		if (c == NULL || c->timer_at != entry.due)
			continue;
		c->timer_at = UINT64_MAX;
		if (server_client_deadline(c) > now) {
			server_set_timer(c);
			continue;
		}
		if (c->opening && stream_drive(c->stream) == STREAM_FAILED)
			session_drop(&c->session, stream_error(c->stream));
		server_make_ready(c);
	}
}

static bool
is_bound(const struct client *c)
{
	enum session_state state = session_state(&c->session);

	return state >= SESSION_BOUND_TX && state <= SESSION_BOUND_TRX;
}

bool
server_next(struct server *s, struct server_event *ev)
{
	uint64_t now = loop_now(s->loop);
	struct client *c;
	size_t n;

	if (s->paused)
		return false;
	for (;;) {
		if (s->first_ready == NULL)
			wake_overdue(s);
		c = s->first_ready;
		if (c == NULL)
			return false;
		if (c->closing) {
			if (wind_up(c, ev))
				return true;
			continue;
		}
		if (server_is_stalled(c)) {
			server_unready_first(s);
			server_touch(c);
			continue;
		}
		if (is_bound(c))
			session_set_max_pdu(&c->session, s->conf.max_pdu);
		if (session_next(&c->session, &ev->event, now)) {
			session_out(&c->session, &n);
			if (n >= WRITE_AT && !c->blocked &&
			    c->gather_ms == 0)
				server_send(c);
			if (take_event(c, ev))
				return true;
			continue;
		}
		server_unready_first(s);
		server_touch(c);
	}
}
