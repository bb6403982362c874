/* SPDX-License-Identifier: ISC */
/*
 * Callers stand in a few places until a link takes them. Who calls may be
 * anybody: each has little time, and what is wrong is said so often and no
 * more.
 */
#include "app/calls.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sys/diag.h"

enum {
	CALLS_MOST = 16,       /* callers at a time */
	WARNINGS_MOST = 20,    /* until one of them is taken */
};

struct call {
	struct stream *stream; /* NULL: the place is free */
	struct session session;
	struct trace_link *trace;
	uint64_t since, order;
	bool open;             /* its stream is */
	bool called;           /* outbind came */
};

struct calls {
	struct loop *loop;
	const struct calls_conf *conf;
	const struct link_conf *link;
	int kind;
	struct trace *trace;
	struct listener *listener;
	struct call call[CALLS_MOST];
	uint64_t order;
	unsigned warnings;
};

struct calls *
calls_open(struct loop *loop, const struct calls_conf *conf,
    const struct link_conf *link, int kind, struct trace *trace,
    const char **error)
{
	struct calls *c = mem_new(sizeof(*c));

	c->loop = loop;
	c->conf = conf;
	c->link = link;
	c->kind = kind;
	c->trace = trace;
	c->listener = listener_open(loop, conf->address, conf->tls, NULL, kind,
	    error);
	if (c->listener != NULL)
		return c;
	free(c);
	return NULL;
}

static void
hang_up(struct call *call)
{
	trace_close(call->trace);
	stream_close(call->stream);
	session_free(&call->session);
	*call = (struct call){0};
}

void
calls_free(struct calls *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < CALLS_MOST; i++)
		if (c->call[i].stream != NULL)
			hang_up(&c->call[i]);
	listener_close(c->listener);
	free(c);
}

const char *
calls_address(const struct calls *c)
{
	return listener_address(c->listener);
}

/* Ends a call, and says why. */
static void
refuse(struct calls *c, struct call *call, const char *why)
{
	if (++c->warnings < WARNINGS_MOST)
		warn("call from %s: %s", stream_peer(call->stream), why);
	else if (c->warnings == WARNINGS_MOST)
		warn("call from %s: %s; more of the kind are not shown",
		    stream_peer(call->stream), why);
	hang_up(call);
}

static struct call *
free_place(struct calls *c)
{
	for (size_t i = 0; i < CALLS_MOST; i++)
		if (c->call[i].stream == NULL)
			return &c->call[i];
	return NULL;
}

static void
take_connections(struct calls *c)
{
	struct session_conf conf = link_session_conf(c->link);
	struct stream *stream;
	struct call *call;

	while ((call = free_place(c)) != NULL) {
		stream = listener_accept(c->listener, NULL, c->kind);
		if (stream == NULL)
			return;
		*call = (struct call){.stream = stream,
		    .since = loop_now(c->loop), .order = ++c->order};
		stream_watch(stream)->owner = call;
		session_init(&call->session, &conf, loop_now(c->loop));
	}
	/* others wait with the system; those here have their time */
	loop_again(listener_watch(c->listener));
}

static void
fill(struct calls *c, struct call *call)
{
	size_t room, n;
	uint8_t *p = session_in(&call->session, &room);

	if (room == 0)
		return;
	switch (stream_read(call->stream, p, room, &n)) {
	case STREAM_DONE:
		if (call->trace != NULL)
			trace_feed(call->trace, TRACE_RECEIVED, span_of(p, n));
		session_received(&call->session, n, loop_now(c->loop));
		break;
	case STREAM_AGAIN:
		break;
	case STREAM_EOF:
		session_eof(&call->session, NULL);
		break;
	case STREAM_BROKEN:
		session_eof(&call->session, stream_error(call->stream));
		break;
	}
}

void
calls_ready(struct calls *c, struct watch *w)
{
	struct call *call = w->owner;

	if (w == listener_watch(c->listener))
		take_connections(c);
	else if (call->open && !call->called)
		fill(c, call);
}

/* Likewise for every wrong one of the same length. */
static bool
is_secret(struct span said, const char *expected)
{
	size_t n = strlen(expected), i;
	unsigned differs = said.n != n;

	for (i = 0; i < said.n && i < n; i++)
		differs |= (unsigned)(said.p[i] ^ (uint8_t)expected[i]);
	return differs == 0;
}

/* What the caller said. */
static void
look_at(struct calls *c, struct call *call)
{
	const struct calls_conf *conf = c->conf;
	struct event ev;

	while (session_next(&call->session, &ev, loop_now(c->loop))) {
		if (ev.type == SESSION_EV_OUTBIND) {
			if ((conf->system_id != NULL &&
			    !span_is(ev.pdu.system_id, conf->system_id)) ||
			    (conf->password != NULL &&
			    !is_secret(ev.pdu.password, conf->password))) {
				refuse(c, call, "wrong system_id or password "
				    "in outbind");
				return;
			}
			call->called = true;
			stream_want(call->stream, false, false);
			return;
		}
		if (ev.type == SESSION_EV_CLOSED ||
		    ev.type == SESSION_EV_WARNING) {
			refuse(c, call, ev.why);
			return;
		}
	}
}

static uint64_t
due(const struct calls *c, const struct call *call)
{
	return c->link->bind_ms > 0 ? call->since + c->link->bind_ms :
	    UINT64_MAX;
}

static void
drive(struct calls *c, struct call *call)
{
	switch (stream_drive(call->stream)) {
	case STREAM_CONNECTING:
		return;
	case STREAM_FAILED:
		refuse(c, call, stream_error(call->stream));
		return;
	case STREAM_OPEN:
		break;
	}
	call->open = true;
	call->trace = c->trace != NULL ? trace_open(c->trace,
	    stream_fd(call->stream), "") : NULL;
	fill(c, call);
}

void
calls_work(struct calls *c)
{
	for (size_t i = 0; i < CALLS_MOST; i++) {
		struct call *call = &c->call[i];

		if (call->stream != NULL && !call->open)
			drive(c, call);
		if (call->stream != NULL && call->open && !call->called)
			look_at(c, call);
		if (call->stream != NULL && loop_now(c->loop) >= due(c, call))
			refuse(c, call, call->called ?
			    "every bind is up; see --binds" :
			    "no outbind came");
	}
}

uint64_t
calls_deadline(const struct calls *c)
{
	uint64_t at = UINT64_MAX, one;

	for (size_t i = 0; i < CALLS_MOST; i++) {
		const struct call *call = &c->call[i];

		if (call->stream == NULL)
			continue;
		one = due(c, call);
		at = one < at ? one : at;
		one = call->open ? UINT64_MAX : stream_deadline(call->stream);
		at = one < at ? one : at;
	}
	return at;
}

bool
calls_take(struct calls *c, struct stream **stream, struct session *session,
    struct trace_link **trace)
{
	struct call *first = NULL;

	for (size_t i = 0; i < CALLS_MOST; i++)
		if (c->call[i].called &&
		    (first == NULL || c->call[i].order < first->order))
			first = &c->call[i];
	if (first == NULL)
		return false;
	c->warnings = 0;
	*stream = first->stream;
	*session = first->session;
	*trace = first->trace;
	*first = (struct call){0};
	return true;
}
