/* SPDX-License-Identifier: ISC */
/*
 * Octets between the streams and the sessions of a server, and what no server
 * should do with them, for tests of clients.
 */
#include "app/server_private.h"

/* Octets */

/* What it waits for: to be read while there is room, to be written while
 * something is left. */
static void
want(struct client *c, bool blocked)
{
	c->blocked = blocked;
	stream_want(c->stream, !c->closing && c->stalled_until == 0, blocked);
}

void
server_send(struct client *c)
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
			server_make_ready(c);
			break;
		}
	}
	if (c->blocked || c->closing)
		server_make_ready(c);  /* what waited for room goes on */
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
			server_accept(s);
		return;
	}
	c = w->owner;
	if (c->opening) {
		switch (stream_drive(c->stream)) {
		case STREAM_CONNECTING:
			break;
		case STREAM_OPEN:
			server_begin(c);
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
	server_make_ready(c);
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
			server_send(c);
		server_set_timer(c);
	}
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

bool
server_is_stalled(struct client *c)
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
