/* SPDX-License-Identifier: ISC */
/*
 * The SMSC's side of many connections: accepting, the pump between streams and
 * sessions, and their deadlines. Clients stand in slots; a client is found by
 * its watch, by its place in the list of those with something to do, or by
 * an entry in the heap of deadlines. An entry says when to look at a client
 * again, not what to find there, so that octets that come in move no entry.
 */
#include "app/server.h"

#include <stdlib.h>

#include "base/heap.h"
#include "base/mem.h"
#include "sys/diag.h"

enum {
	WRITE_AT = 16 << 10,     /* octets of output that are sent at once */
	UNBOUND_PDU = 4 << 10,   /* longest PDU of a client that is not bound */
	CLOSING_MS = 5000,       /* for the last octets to a client that has gone */
	ACCEPT_MOST = 64,        /* connections taken in one pass */
	WARNINGS_MOST = 5,       /* of one connection */
};

struct server {
	struct loop *loop;
	struct server_conf conf;
	int kind;
	struct listener *listener;
	struct buf address;
	struct client **slot;
	size_t n_slots, n_clients;
	uint32_t *unused;           /* slots without a client */
	size_t n_unused;
	struct client *first_ready, **last_ready;
	struct client *first_dirty;
	struct heap heap;
	uint64_t order, serial;
	bool paused, full;
};

struct server *
server_open(struct loop *loop, const struct server_conf *conf, int kind,
    const char **error)
{
	struct server *s = mem_new(sizeof(*s));

	s->loop = loop;
	s->conf = *conf;
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
server_address(const struct server *s)
{
	return (const char *)s->address.p;
}

size_t
server_clients(const struct server *s)
{
	return s->n_clients;
}

/* Clients */

static uint32_t
take_slot(struct server *s)
{
	if (s->n_unused > 0)
		return s->unused[--s->n_unused];
	if ((s->n_slots & (s->n_slots - 1)) == 0) {
		size_t n = s->n_slots ? s->n_slots * 2 : 1;

		s->slot = mem_resize(s->slot, n * sizeof(struct client *));
		s->unused = mem_resize(s->unused, n * sizeof(*s->unused));
	}
	return (uint32_t)s->n_slots++;
}

static void
make_ready(struct client *c)
{
	struct server *s = c->server;

	if (c->ready)
		return;
	c->ready = true;
	c->next_ready = NULL;
	*s->last_ready = c;
	s->last_ready = &c->next_ready;
}

static void
unready_first(struct server *s)
{
	struct client *c = s->first_ready;

	c->ready = false;
	s->first_ready = c->next_ready;
	if (s->first_ready == NULL)
		s->last_ready = &s->first_ready;
}

void
server_touch(struct client *c)
{
	if (c->dirty)
		return;
	c->dirty = true;
	c->next_dirty = c->server->first_dirty;
	c->server->first_dirty = c;
}

/* When somebody must look at a client. */
static uint64_t
client_deadline(const struct client *c)
{
	uint64_t due;

	if (c->opening)
		return stream_deadline(c->stream);
	if (c->closing)
		return c->closing_at;
	if (c->stalled_until > 0 &&
	    session_state(&c->session) != SESSION_CLOSED)
		due = c->stalled_until;
	else
		due = session_deadline(&c->session);
	return c->gathered_at > 0 && c->gathered_at < due ? c->gathered_at :
	    due;
}

/* Sees to it that the heap comes up with the client in time. */
static void
set_timer(struct client *c)
{
	uint64_t due = client_deadline(c);

	if (due >= c->timer_at)
		return;
	c->timer_at = due;
	heap_push(&c->server->heap, (struct heap_entry){due,
	    c->server->order++, c->slot});
}

static void
client_free(struct client *c)
{
	trace_close(c->trace);
	stream_close(c->stream);
	session_free(&c->session);
	free(c);
}

/* Off the lists; a list that is singly linked is walked for it, which is
 * rare. */
static void
detach(struct client *c)
{
	struct server *s = c->server;
	struct client **p;

	if (c->ready) {
		for (p = &s->first_ready; *p != c; p = &(*p)->next_ready)
			;
		*p = c->next_ready;
		if (c->next_ready == NULL)
			s->last_ready = p;
		c->ready = false;
	}
	if (c->dirty) {
		for (p = &s->first_dirty; *p != c; p = &(*p)->next_dirty)
			;
		*p = c->next_dirty;
		c->dirty = false;
	}
	s->slot[c->slot] = NULL;
	s->unused[s->n_unused++] = c->slot;
	s->n_clients--;
}

static void
begin(struct client *c)
{
	struct server *s = c->server;

	c->opening = false;
	c->trace = s->conf.trace ? trace_open(s->conf.trace,
	    stream_fd(c->stream), stream_peer(c->stream)) : NULL;
}

static void
add_client(struct server *s, struct stream *stream)
{
	struct client *c = mem_new(sizeof(*c));
	struct session_conf conf = {
		.side = SESSION_SMSC,
		.window = s->conf.window,
		.max_pdu = UNBOUND_PDU,
		.enquire_link_ms = s->conf.enquire_link_ms,
		.response_ms = s->conf.response_ms,
		.bind_ms = s->conf.bind_ms,
		.tell_enquiries = s->conf.tell_enquiries,
	};

	c->server = s;
	c->stream = stream;
	c->timer_at = UINT64_MAX;
	c->serial = ++s->serial;
	c->slot = take_slot(s);
	s->slot[c->slot] = c;
	s->n_clients++;
	stream_watch(stream)->owner = c;
	session_init(&c->session, &conf, loop_now(s->loop));
	c->opening = true;
	if (stream_drive(stream) == STREAM_OPEN)
		begin(c);
	set_timer(c);
}

static void
take_connections(struct server *s)
{
	struct stream *stream;

	for (int i = 0; i < ACCEPT_MOST; i++) {
		stream = listener_accept(s->listener, s, s->kind);
		if (stream == NULL)
			return;
		if (s->n_clients >= s->conf.max_clients) {
			if (!s->full)
				warn("%zu connections: more are turned away",
				    s->n_clients);
			s->full = true;
			stream_close(stream);
			continue;
		}
		add_client(s, stream);
	}
	loop_again(listener_watch(s->listener));
}

/* Octets */

/* What it waits for: to be read while there is room, to be written while
 * something is left. */
static void
want(struct client *c, bool blocked)
{
	c->blocked = blocked;
	stream_want(c->stream, !c->closing && c->stalled_until == 0, blocked);
}

static void
flush(struct client *c)
{
	const uint8_t *p;
	size_t n, sent;

	while (p = session_out(&c->session, &n), n > 0) {
		if (c->segment > 0 && n > c->segment)
			n = c->segment;
		switch (stream_write(c->stream, p, n, &sent)) {
		case STREAM_DONE:
			if (c->trace != NULL)
				trace_feed(c->trace, TRACE_SENT,
				    span_of(p, sent));
			session_sent(&c->session, sent);
			break;
		case STREAM_AGAIN:
			want(c, true);
			return;
		case STREAM_EOF:
		case STREAM_BROKEN:
			/* what the peer sent before is still read */
			session_out(&c->session, &n);
			session_sent(&c->session, n);
			session_eof(&c->session, stream_error(c->stream));
			make_ready(c);
			break;
		}
	}
	if (c->blocked || c->closing)
		make_ready(c);  /* what waited for room goes on */
	want(c, false);
}

static void
fill(struct client *c)
{
	struct server *s = c->server;
	uint8_t *p;
	size_t room, n;

	p = session_in(&c->session, &room);
	if (room == 0) {
		stream_want(c->stream, false, c->blocked);
		return;
	}
	switch (stream_read(c->stream, p, room, &n)) {
	case STREAM_DONE:
		if (c->trace != NULL)
			trace_feed(c->trace, TRACE_RECEIVED, span_of(p, n));
		session_received(&c->session, n, loop_now(s->loop));
		if (stream_readable(c->stream))
			loop_again(stream_watch(c->stream));
		break;
	case STREAM_AGAIN:
		break;
	case STREAM_EOF:
		session_eof(&c->session, NULL);
		stream_want(c->stream, false, c->blocked);
		break;
	case STREAM_BROKEN:
		session_eof(&c->session, stream_error(c->stream));
		stream_want(c->stream, false, c->blocked);
		break;
	}
}

void
server_ready(struct server *s, struct watch *w)
{
	struct client *c;

	if (w->owner == s) {
		if (s->listener != NULL)
			take_connections(s);
		return;
	}
	c = w->owner;
	if (c->opening) {
		switch (stream_drive(c->stream)) {
		case STREAM_CONNECTING:
			break;
		case STREAM_OPEN:
			begin(c);
			break;
		case STREAM_FAILED:
			session_drop(&c->session, stream_error(c->stream));
			break;
		}
	} else {
		if (!c->closing && c->stalled_until == 0)
			fill(c);
		if (c->blocked && w->writable)
			server_touch(c);
	}
	make_ready(c);
}

/* Whether what is to be sent waits for more. */
static bool
is_gathering(struct client *c)
{
	uint64_t now = loop_now(c->server->loop);
	size_t n;

	if (c->gather_ms == 0 || c->closing)
		return false;
	session_out(&c->session, &n);
	if (c->gathered_at == 0 && n > 0)
		c->gathered_at = now + c->gather_ms;
	if (c->gathered_at > now)
		return true;
	c->gathered_at = 0;
	return false;
}

void
server_flush(struct server *s)
{
	struct client *c;

	while ((c = s->first_dirty) != NULL) {
		s->first_dirty = c->next_dirty;
		c->dirty = false;
		if (!c->opening && !is_gathering(c))
			flush(c);
		set_timer(c);
	}
}

/* Events */

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
	flush(c);
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
		detach(c);
		client_free(c);
	} else {
		unready_first(c->server);
		set_timer(c);
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
		return false;
	case SESSION_EV_CLOSED:
		log_end(c, &ev->event);
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
		if (client_deadline(c) > now) {
			set_timer(c);
			continue;
		}
		if (c->opening && stream_drive(c->stream) == STREAM_FAILED)
			session_drop(&c->session, stream_error(c->stream));
		make_ready(c);
	}
}

static bool
is_bound(const struct client *c)
{
	enum session_state state = session_state(&c->session);

	return state >= SESSION_BOUND_TX && state <= SESSION_BOUND_TRX;
}

/* Whether it is not to be read yet; a stall that is over ends here. */
static bool
is_stalled(struct client *c)
{
	if (c->stalled_until == 0)
		return false;
	if (session_state(&c->session) != SESSION_CLOSED &&
	    loop_now(c->server->loop) < c->stalled_until)
		return true;
	c->stalled_until = 0;
	want(c, c->blocked);
	loop_again(stream_watch(c->stream));
	return false;
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
		if (is_stalled(c)) {
			unready_first(s);
			server_touch(c);
			continue;
		}
		if (is_bound(c))
			session_set_max_pdu(&c->session, s->conf.max_pdu);
		if (session_next(&c->session, &ev->event, now)) {
			session_out(&c->session, &n);
			if (n >= WRITE_AT && !c->blocked &&
			    c->gather_ms == 0)
				flush(c);
			if (take_event(c, ev))
				return true;
			continue;
		}
		unready_first(s);
		server_touch(c);
	}
}

uint64_t
server_deadline(const struct server *s)
{
	const struct heap_entry *e = heap_first(&s->heap);

	if (s->paused)
		return UINT64_MAX;
	if (s->first_ready != NULL)
		return 0;
	return e != NULL ? e->due : UINT64_MAX;
}

void
server_pause(struct server *s, bool pause)
{
	s->paused = pause;
}

void
server_stop(struct server *s)
{
	listener_close(s->listener);
	s->listener = NULL;
	for (size_t i = 0; i < s->n_slots; i++) {
		struct client *c = s->slot[i];

		if (c == NULL || c->closing)
			continue;
		if (c->stalled_until > 0)
			session_drop(&c->session, "it was not read any more");
		session_unbind(&c->session, loop_now(s->loop));
		make_ready(c);
	}
}

struct client_ref
server_ref(const struct client *c)
{
	return (struct client_ref){c->slot, c->serial};
}

struct client *
server_find(const struct server *s, struct client_ref ref)
{
	struct client *c = s->slot[ref.slot];

	return c != NULL && c->serial == ref.serial ? c : NULL;
}

/* Done wrong on purpose */

void
server_cut(struct client *c, bool reset)
{
	size_t n;

	session_drop(&c->session, reset ? "reset, as told" : "cut, as told");
	stream_cut(c->stream, reset);
	session_out(&c->session, &n);
	if (reset)
		session_sent(&c->session, n);
	server_touch(c);
}

void
server_stall(struct client *c, uint64_t ms)
{
	uint64_t now = loop_now(c->server->loop);

	c->stalled_until = ms < UINT64_MAX - now ? now + ms : UINT64_MAX;
	want(c, c->blocked);
	server_touch(c);
}

void
server_segment(struct client *c, size_t n)
{
	c->segment = n;
}

void
server_gather(struct client *c, uint64_t ms)
{
	c->gather_ms = ms;
}

void
server_free(struct server *s)
{
	if (s == NULL)
		return;
	listener_close(s->listener);
	for (size_t i = 0; i < s->n_slots; i++)
		if (s->slot[i] != NULL)
			client_free(s->slot[i]);
	free(s->slot);
	free(s->unused);
	heap_free(&s->heap);
	buf_free(&s->address);
	free(s);
}
