/* SPDX-License-Identifier: ISC */
/*
 * The pump between a stream and a session of an ESME, and what becomes of the
 * link when the session ends.
 */
#include <stdlib.h>
#include <sysexits.h>

#include "app/link_private.h"
#include "base/mem.h"
#include "sys/diag.h"

enum {
	PROVEN_MS = 60 * 1000,  /* up for so long, it worked, whatever came */
	WARNINGS_MOST = 20,     /* of one connection */
	UNREAD_MS = 1000,       /* reading on for so long without a look at time */
};

struct link *
link_new(struct loop *loop, const struct link_conf *conf, int kind,
    struct trace *trace, const char *name)
{
	struct link *l = mem_new(sizeof(*l));
	struct session_conf none = {.window = 1};

	l->loop = loop;
	l->conf = conf;
	l->kind = kind;
	l->trace = trace;
	l->name = name;
	l->version = conf->version;
	l->peer = conf->first_peer;
	retry_init(&l->retry, conf->reconnect_ms, loop_now(loop));
	session_init(&l->session, &none, loop_now(loop));
	link_start(l);
	return l;
}

void
link_free(struct link *l)
{
	if (l == NULL)
		return;
	link_disconnect(l);
	session_free(&l->session);
	buf_free(&l->why);
	buf_free(&l->write_error);
	free(l);
}

struct session *
link_session(struct link *l)
{
	return &l->session;
}

bool
link_is_up(const struct link *l)
{
	return l->phase == LINK_UP && !l->write_broken;
}

char *
link_name(const struct link *l)
{
	const char *host = link_at(l)->host;
	bool v6 = strchr(host, ':') != NULL;
	struct buf b = {0};
	char *name;

	buf_addf(&b, "%s@%s%s%s:%s", link_at(l)->system_id, v6 ? "[" : "", host,
	    v6 ? "]" : "", link_at(l)->port);
	name = mem_strndup(b.p, b.len);
	buf_free(&b);
	return name;
}

int
link_kind(const struct link *l)
{
	return l->kind;
}

const struct link_peer *
link_peer_of(const struct link *l)
{
	return link_at(l);
}

void
link_share(const struct link *l, struct link_conf *conf)
{
	conf->first_peer = l->peer;
	conf->version = l->version;
}

uint32_t
link_refusal(const struct link *l)
{
	return l->refusal;
}

/* Octets */

/* Nothing goes out any more, but what the peer sent before is still read:
 * fill ends the session when there is no more of it. */
static void
write_broke(struct link *l)
{
	if (l->write_broken)
		return;
	l->write_broken = true;
	buf_clear(&l->write_error);
	buf_add_str(&l->write_error, stream_error(l->stream));
	loop_again(stream_watch(l->stream));
}

void
link_flush(struct link *l)
{
	const uint8_t *p;
	size_t n, sent;

	if (l->phase != LINK_BINDING && l->phase != LINK_UP)
		return;
	while (p = session_out(&l->session, &n), n > 0) {
		switch (stream_write(l->stream, p, n, &sent)) {
		case STREAM_DONE:
			if (l->trace_link != NULL)
				trace_feed(l->trace_link, TRACE_SENT,
				    span_of(p, sent));
			session_sent(&l->session, sent);
			break;
		case STREAM_AGAIN:
			stream_want(l->stream, session_takes(&l->session),
			    true);
			return;
		case STREAM_EOF:
		case STREAM_BROKEN:
			session_sent(&l->session, n);
			write_broke(l);
			return;
		}
	}
	stream_want(l->stream, true, false);
}

/* Answers that lie unread are not overdue: we were stopped, or had no time to
 * read them. A peer that sends without end does not stop the clock. */
static void
look_for_more(struct link *l)
{
	uint64_t now = loop_now(l->loop);

	l->read_ms = now;
	if (!stream_readable(l->stream))
		l->unread_ms = 0;
	else if (l->unread_ms == 0)
		l->unread_ms = now;
	session_set_unread(&l->session, l->unread_ms != 0 &&
	    now - l->unread_ms < UNREAD_MS);
}

/* One read: the program works off what it has before more is taken. */
static void
fill(struct link *l)
{
	uint8_t *p;
	size_t room, n;

	p = session_in(&l->session, &room);
	if (room == 0) {
		if (l->write_broken)
			loop_again(stream_watch(l->stream));
		return;
	}
	switch (stream_read(l->stream, p, room, &n)) {
	case STREAM_DONE:
		if (l->trace_link != NULL)
			trace_feed(l->trace_link, TRACE_RECEIVED,
			    span_of(p, n));
		session_received(&l->session, n, loop_now(l->loop));
		if (l->write_broken || stream_readable(l->stream))
			loop_again(stream_watch(l->stream));
		break;
	case STREAM_AGAIN:
		if (l->write_broken)
			session_eof(&l->session, buf_cstr(&l->write_error));
		break;
	case STREAM_EOF:
		session_eof(&l->session, NULL);
		break;
	case STREAM_BROKEN:
		session_eof(&l->session, stream_error(l->stream));
		break;
	}
	look_for_more(l);
}

void
link_ready(struct link *l)
{
	if (l->phase != LINK_BINDING && l->phase != LINK_UP)
		return;
	fill(l);
}

/* An unfit answer to what a TLS port, an HTTP server ... would be told. */
static void
closed(struct link *l, const struct event *ev)
{
	bool bound = l->phase == LINK_UP;
	enum session_end how = ev->end;

	if (how == SESSION_END_TIMEOUT && bound) {
		/* all was done before we unbound */
		note("%s:%s: %s", link_at(l)->host, link_at(l)->port, ev->why);
		how = SESSION_END_UNBOUND;
	}
	switch (how) {
	case SESSION_END_UNBOUND:
		link_set_why(l, EX_OK, ev->why, "");
		break;
	case SESSION_END_GARBAGE:
		link_set_why(l, EX_PROTOCOL, ev->why, "");
		break;
	case SESSION_END_TIMEOUT:
		link_set_why(l, EX_TEMPFAIL, ev->why, "");
		break;
	default:
		link_set_why(l, EX_UNAVAILABLE, ev->why, bound ? "" :
		    " before it answered the bind: is the port right, is TLS "
		    "wanted there (smpps://), may this address connect");
		break;
	}
	l->was_up = bound;
	l->lost = false;
	/* one that is bound only to be dropped is tried ever more slowly, and
	 * not for ever */
	if (bound && (l->proven ||
	    loop_now(l->loop) - l->up_since >= PROVEN_MS))
		retry_worked(&l->retry, loop_now(l->loop));
	link_flush(l);
	link_disconnect(l);
	l->phase = LINK_BROKEN;
}

static void
log_warning(struct link *l, const char *why)
{
	if (++l->warnings < WARNINGS_MOST)
		warn("%s:%s: %s", link_at(l)->host, link_at(l)->port, why);
	else if (l->warnings == WARNINGS_MOST)
		warn("%s:%s: %s; more of the kind are not shown",
		    link_at(l)->host, link_at(l)->port, why);
}

/* Whether a session's event is one for the program. */
static bool
take_event(struct link *l, struct link_event *ev)
{
	switch (ev->event.type) {
	case SESSION_EV_BOUND:
		l->phase = LINK_UP;
		l->up_once = true;
		l->retry.refusals = 0;
		l->up_since = loop_now(l->loop);
		l->proven = false;
		ev->type = LINK_EV_UP;
		return true;
	case SESSION_EV_REFUSED:
		link_refused(l, &ev->event.pdu);
		return false;
	case SESSION_EV_WARNING:
		if (!l->conf->tell_warnings)
			log_warning(l, ev->event.why);
		ev->type = LINK_EV_SESSION;
		return l->conf->tell_warnings;
	case SESSION_EV_CLOSED:
		closed(l, &ev->event);
		return false;
	default:
		l->proven = true;
		ev->type = LINK_EV_SESSION;
		return true;
	}
}

/* Gives out what a broken link leaves behind, then what became of it. */
static bool
after_break(struct link *l, struct link_event *ev)
{
	bool was_up = l->was_up;

	if (session_abandon(&l->session, &ev->event.tag)) {
		ev->type = LINK_EV_LOST;
		l->lost = true;
		return true;
	}
	l->was_up = false;
	if (l->unbinding) {
		/* all was done: the unbind is all that was missed */
		link_end(l, was_up && !l->lost ? EX_OK : l->status);
	} else if (l->status == EX_OK) {
		link_end(l, EX_OK);
	} else if (was_up) {
		link_lost(l);
	} else {
		link_failed(l);
	}
	ev->type = LINK_EV_DOWN;
	return was_up && l->phase != LINK_ENDING;
}

bool
link_next(struct link *l, struct link_event *ev)
{
	uint64_t now = loop_now(l->loop);

	ev->status = EX_OK;
	ev->why = NULL;
	for (;;) {
		switch (l->phase) {
		case LINK_CALLED:
			if (!link_take_call(l))
				return false;
			link_bind(l);
			break;
		case LINK_CONNECTING:
			switch (stream_drive(l->stream)) {
			case STREAM_CONNECTING:
				return false;
			case STREAM_OPEN:
				link_begin_session(l);
				link_bind(l);
				break;
			case STREAM_FAILED:
				l->status = EX_UNAVAILABLE;
				buf_clear(&l->why);
				buf_add_str(&l->why, stream_error(l->stream));
				link_failed(l);
				break;
			}
			break;
		case LINK_BINDING:
		case LINK_UP:
			/* before anything is overdue it is seen what came */
			if (session_deadline(&l->session) <= now &&
			    l->read_ms != now)
				fill(l);
			if (!session_next(&l->session, &ev->event, now))
				return false;
			if (take_event(l, ev))
				return true;
			break;
		case LINK_BROKEN:
			if (after_break(l, ev))
				return true;
			break;
		case LINK_WAITING:
			if (now < l->wait_until)
				return false;
			link_start(l);
			break;
		case LINK_ENDING:
			l->phase = LINK_ENDED;
			ev->type = LINK_EV_END;
			ev->status = l->status;
			ev->why = buf_cstr(&l->why);
			return true;
		case LINK_ENDED:
			return false;
		}
	}
}

uint64_t
link_deadline(const struct link *l)
{
	switch (l->phase) {
	case LINK_CONNECTING:
		return stream_deadline(l->stream);
	case LINK_BINDING:
	case LINK_UP:
		return session_deadline(&l->session);
	case LINK_WAITING:
		return l->wait_until;
	case LINK_BROKEN:
	case LINK_ENDING:
		return 0;
	case LINK_CALLED:
	case LINK_ENDED:
		break;
	}
	return UINT64_MAX;
}

void
link_unbind(struct link *l)
{
	if (l->unbinding)
		return;
	l->unbinding = true;
	if (l->phase == LINK_BINDING || l->phase == LINK_UP) {
		session_unbind(&l->session, loop_now(l->loop));
		link_flush(l);
	} else if (l->phase == LINK_CALLED || l->phase == LINK_CONNECTING ||
	    l->phase == LINK_WAITING) {
		/* octets that are no SMPP were the end of what it was for */
		link_end(l, l->phase == LINK_WAITING &&
		    l->status == EX_PROTOCOL ? EX_PROTOCOL : EX_OK);
	}
}

void
link_leave(struct link *l)
{
	struct pdu pdu = {.type = PDU_unbind, .sequence_number = 0x7fffffff};
	uint8_t octets[PDU_HEADER];
	struct wr w = wr_init(octets, sizeof(octets));
	struct pdu_error error;

	if (l->phase == LINK_UP && session_state(&l->session) < SESSION_UNBINDING &&
	    pdu_encode(&w, &pdu, &error)) {
		session_raw(&l->session, span_of(octets, w.len));
		link_flush(l);
	}
	link_disconnect(l);
	l->phase = LINK_ENDED;
}
