/* SPDX-License-Identifier: ISC */
/*
 * The pump between a stream and a session, and what keeps a link of an ESME
 * alive: connecting to each peer in turn, binding, falling back from 5.0 to
 * 3.4, backing off, and giving up with a sentence and an exit status.
 */
#include "app/link.h"

#include <stdlib.h>
#include <sys/random.h>
#include <sysexits.h>

#include "app/calls.h"
#include "base/mem.h"
#include "sys/diag.h"

enum {
	BACKOFF_FIRST = 1000,
	BACKOFF_MOST = 60 * 1000,
	REFUSED_WAIT = 60 * 1000,      /* wrong password on a link that worked */
	REFUSED_WAIT_LATER = 15 * 60 * 1000,
	REFUSED_OFTEN = 5,             /* refusals before the longer wait */
	WARNINGS_MOST = 20,            /* of one connection */
};

enum phase {
	CALLED,    /* waits for the peer to call */
	CONNECTING,
	BINDING,
	UP,
	BROKEN,    /* what was in flight is given out as LOST */
	WAITING,   /* until the next attempt */
	ENDING,    /* END is to be told */
	ENDED,
};

struct link {
	struct loop *loop;
	const struct link_conf *conf;
	int kind;
	struct trace *trace;
	const char *name;
	enum phase phase;
	struct stream *stream;
	struct session session;
	struct trace_link *trace_link;
	size_t peer;             /* the one in use */
	uint8_t version;         /* to bind with */
	bool was_up, up_once, unbinding;
	uint32_t attempts;       /* since the link was last up */
	uint32_t refusals;
	uint32_t refusal;        /* status of the last refused bind */
	uint64_t wait_until, down_since;
	unsigned warnings;
	int status;              /* how the attempt at hand failed */
	struct buf why;
	bool write_broken;       /* nothing goes out any more */
	struct buf write_error;
	bool proven;             /* since it was bound last: it answered, or stayed up */
	bool lost;               /* the break at hand left requests unanswered */
	uint64_t up_since;
};

static const struct link_peer *
peer(const struct link *l)
{
	return &l->conf->peer[l->peer];
}

static void
start(struct link *l)
{
	struct stream_conf conf = {
		.host = peer(l)->host,
		.port = peer(l)->port,
		.tls = peer(l)->tls,
		.servername = peer(l)->servername,
		.local_address = l->conf->local_address,
		.connect_ms = l->conf->bind_ms,
		.user_timeout_ms = l->conf->user_timeout_ms,
	};

	l->warnings = 0;
	l->write_broken = false;
	l->phase = l->conf->calls != NULL ? CALLED : CONNECTING;
	if (l->phase == CALLED)
		return;
	l->stream = stream_dial(l->loop, &conf, l, l->kind);
}

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
	l->down_since = loop_now(loop);
	session_init(&l->session, &none, loop_now(loop));
	start(l);
	return l;
}

static void
disconnect(struct link *l)
{
	trace_close(l->trace_link);
	l->trace_link = NULL;
	stream_close(l->stream);
	l->stream = NULL;
}

void
link_free(struct link *l)
{
	if (l == NULL)
		return;
	disconnect(l);
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
	return l->phase == UP && !l->write_broken;
}

char *
link_name(const struct link *l)
{
	const char *host = peer(l)->host;
	bool v6 = strchr(host, ':') != NULL;
	struct buf b = {0};
	char *name;

	buf_addf(&b, "%s@%s%s%s:%s", peer(l)->system_id, v6 ? "[" : "", host,
	    v6 ? "]" : "", peer(l)->port);
	name = mem_strndup(b.p, b.len);
	buf_free(&b);
	return name;
}

int
link_kind(const struct link *l)
{
	return l->kind;
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

	if (l->phase != BINDING && l->phase != UP)
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
}

void
link_ready(struct link *l)
{
	if (l->phase != BINDING && l->phase != UP)
		return;
	fill(l);
}

/* Attempts */

static void
set_why(struct link *l, int status, const char *what, const char *detail)
{
	l->status = status;
	buf_clear(&l->why);
	buf_addf(&l->why, "%s:%s: %s%s", peer(l)->host, peer(l)->port, what,
	    detail);
}

static void
end(struct link *l, int status)
{
	disconnect(l);
	l->status = status;
	l->phase = ENDING;
}

/* Between 3/4 and 5/4 of it. */
static uint64_t
jitter(uint64_t ms)
{
	uint16_t r = 0;

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != sizeof(r))
		r = 0x8000;
	return ms * 3 / 4 + ms * r / 2 / 0xffff;
}

static uint64_t
backoff(const struct link *l)
{
	uint64_t ms = BACKOFF_FIRST;

	for (uint32_t i = 1; i < l->attempts && ms < BACKOFF_MOST; i++)
		ms *= 2;
	return jitter(ms < BACKOFF_MOST ? ms : BACKOFF_MOST);
}

static void
wait_and_retry(struct link *l, uint64_t ms)
{
	uint64_t now = loop_now(l->loop), left;

	left = l->conf->reconnect_ms == UINT64_MAX ? UINT64_MAX :
	    l->conf->reconnect_ms > now - l->down_since ?
	    l->conf->reconnect_ms - (now - l->down_since) : 0;
	if (left == 0) {
		end(l, l->status);
		return;
	}
	if (l->conf->calls != NULL) {
		note("%s; waiting for the next call", buf_cstr(&l->why));
		start(l);
		return;
	}
	if (ms > left)
		ms = left;
	l->phase = WAITING;
	l->wait_until = now + ms;
	note("%s; trying again in %llu s", buf_cstr(&l->why),
	    (unsigned long long)(ms + 500) / 1000);
}

/* Whether it goes to this peer or not at all. */
static bool
is_bound_to_peer(const struct link *l)
{
	return l->conf->further && !l->up_once;
}

/* The attempt at hand, or the link that was up, came to nothing. */
static void
failed(struct link *l)
{
	disconnect(l);
	if (l->unbinding) {
		end(l, l->status);
		return;
	}
	if (l->conf->calls != NULL) {
		wait_and_retry(l, 0);
		return;
	}
	if (l->peer + 1 < l->conf->n_peers && !is_bound_to_peer(l)) {
		note("%s; trying the next", buf_cstr(&l->why));
		l->peer++;
		start(l);
		return;
	}
	if (!is_bound_to_peer(l))
		l->peer = 0;
	l->attempts++;
	if (!l->up_once && l->attempts > l->conf->connect_retries)
		end(l, l->status);
	else
		wait_and_retry(l, backoff(l));
}

static const char *
hint(uint32_t status)
{
	switch (status) {
	case ESME_RINVPASWD:
	case ESME_RINVSYSID:
		return "; check the system_id and the password";
	case ESME_RALYBND:
		return "; another bind of this system_id is still open, or too "
		    "many are";
	case ESME_RINVSYSTYP:
		return "; check --system-type";
	case ESME_RINVCMDID:
		return "; the SMSC does not know this kind of bind: try --bind "
		    "tx or rx";
	default:
		return "; check system_id, password, --system-type, --bind, "
		    "--smpp-version and whether this address may connect";
	}
}

static void
refused(struct link *l, const struct pdu *answer)
{
	uint32_t status = answer->command_status;
	struct buf text = {0};

	l->refusal = status;
	buf_add_str(&text, "bind refused: ");
	status_print(&text, status);
	buf_add_str(&text, hint(status));
	set_why(l, EX_NOPERM, "", buf_cstr(&text));
	buf_free(&text);
	disconnect(l);
	if (l->conf->exact) {
		end(l, l->status);
	} else if (l->version == 0x50 && status != ESME_RINVPASWD &&
	    status != ESME_RINVSYSID && status != ESME_RALYBND) {
		note("%s; trying version 3.4", buf_cstr(&l->why));
		l->version = 0x34;
		start(l);
	} else if (l->unbinding || is_bound_to_peer(l)) {
		end(l, l->status);
	} else if (status == ESME_RALYBND && l->peer + 1 == l->conf->n_peers) {
		l->peer = 0;
		l->attempts++;
		wait_and_retry(l, backoff(l));
	} else if (!l->up_once) {
		failed(l);
	} else if (status == ESME_RINVPASWD || status == ESME_RINVSYSID) {
		l->refusals++;
		wait_and_retry(l, l->refusals > REFUSED_OFTEN ?
		    REFUSED_WAIT_LATER : REFUSED_WAIT);
	} else {
		failed(l);
	}
}

struct session_conf
link_session_conf(const struct link_conf *c)
{
	return (struct session_conf){
		.side = SESSION_ESME,
		.window = c->window,
		.max_pdu = c->max_pdu,
		.enquire_link_ms = c->enquire_link_ms,
		.response_ms = c->response_ms,
		.bind_ms = c->bind_ms,
		.tell_enquiries = c->tell_enquiries,
	};
}

/* A session on the stream that was opened. */
static void
begin_session(struct link *l)
{
	struct session_conf conf = link_session_conf(l->conf);

	session_free(&l->session);
	session_init(&l->session, &conf, loop_now(l->loop));
	l->trace_link = l->trace ? trace_open(l->trace,
	    stream_fd(l->stream), l->name) : NULL;
}

/* The session of a call, when there is one. */
static bool
take_call(struct link *l)
{
	struct session session;
	struct watch *w;

	if (!calls_take(l->conf->calls, &l->stream, &session, &l->trace_link))
		return false;
	session_free(&l->session);
	l->session = session;
	w = stream_watch(l->stream);
	w->owner = l;
	w->kind = l->kind;
	note("called from %s", stream_peer(l->stream));
	return true;
}

static void
bind(struct link *l)
{
	static const enum pdu_type type[] = {
		[LINK_TX] = PDU_bind_transmitter,
		[LINK_RX] = PDU_bind_receiver,
		[LINK_TRX] = PDU_bind_transceiver,
	};
	const struct link_conf *c = l->conf;
	struct pdu pdu = {
		.type = type[c->bind],
		.system_id = span_str(peer(l)->system_id),
		.password = span_str(peer(l)->password),
		.system_type = span_str(c->system_type),
		.address_range = span_str(c->address_range),
		.addr_ton = c->bind_ton,
		.addr_npi = c->bind_npi,
		.interface_version = l->version,
	};

	l->phase = BINDING;
	session_request(&l->session, &pdu, 0, loop_now(l->loop), NULL);
	link_flush(l);
}

/* An unfit answer to what a TLS port, an HTTP server ... would be told. */
static void
closed(struct link *l, const struct event *ev)
{
	bool bound = l->phase == UP;
	enum session_end how = ev->end;

	if (how == SESSION_END_TIMEOUT && bound) {
		/* all was done before we unbound */
		note("%s:%s: %s", peer(l)->host, peer(l)->port, ev->why);
		how = SESSION_END_UNBOUND;
	}
	switch (how) {
	case SESSION_END_UNBOUND:
		set_why(l, EX_OK, ev->why, "");
		break;
	case SESSION_END_GARBAGE:
		set_why(l, EX_PROTOCOL, ev->why, "");
		break;
	case SESSION_END_TIMEOUT:
		set_why(l, EX_TEMPFAIL, ev->why, "");
		break;
	default:
		set_why(l, EX_UNAVAILABLE, ev->why, bound ? "" :
		    " before it answered the bind: is the port right, is TLS "
		    "wanted there (smpps://), may this address connect");
		break;
	}
	l->was_up = bound;
	l->lost = false;
	/* one that is bound only to be dropped is tried ever more slowly, and
	 * not for ever */
	if (bound && (l->proven ||
	    loop_now(l->loop) - l->up_since >= BACKOFF_MOST)) {
		l->attempts = 0;
		l->down_since = loop_now(l->loop);
	}
	link_flush(l);
	disconnect(l);
	l->phase = BROKEN;
}

static void
log_warning(struct link *l, const char *why)
{
	if (++l->warnings < WARNINGS_MOST)
		warn("%s:%s: %s", peer(l)->host, peer(l)->port, why);
	else if (l->warnings == WARNINGS_MOST)
		warn("%s:%s: %s; more of the kind are not shown",
		    peer(l)->host, peer(l)->port, why);
}

/* Whether a session's event is one for the program. */
static bool
take_event(struct link *l, struct link_event *ev)
{
	switch (ev->event.type) {
	case SESSION_EV_BOUND:
		l->phase = UP;
		l->up_once = true;
		l->refusals = 0;
		l->up_since = loop_now(l->loop);
		l->proven = false;
		ev->type = LINK_EV_UP;
		return true;
	case SESSION_EV_REFUSED:
		refused(l, &ev->event.pdu);
		return false;
	case SESSION_EV_WARNING:
		log_warning(l, ev->event.why);
		return false;
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
		end(l, was_up && !l->lost ? EX_OK : l->status);
	} else if (l->status == EX_OK) {
		end(l, EX_OK);
	} else if (was_up) {
		l->attempts++;
		wait_and_retry(l, backoff(l));
	} else {
		failed(l);
	}
	ev->type = LINK_EV_DOWN;
	return was_up && l->phase != ENDING;
}

bool
link_next(struct link *l, struct link_event *ev)
{
	uint64_t now = loop_now(l->loop);

	ev->status = EX_OK;
	ev->why = NULL;
	for (;;) {
		switch (l->phase) {
		case CALLED:
			if (!take_call(l))
				return false;
			bind(l);
			break;
		case CONNECTING:
			switch (stream_drive(l->stream)) {
			case STREAM_CONNECTING:
				return false;
			case STREAM_OPEN:
				begin_session(l);
				bind(l);
				break;
			case STREAM_FAILED:
				l->status = EX_UNAVAILABLE;
				buf_clear(&l->why);
				buf_add_str(&l->why, stream_error(l->stream));
				failed(l);
				break;
			}
			break;
		case BINDING:
		case UP:
			if (!session_next(&l->session, &ev->event, now))
				return false;
			if (take_event(l, ev))
				return true;
			break;
		case BROKEN:
			if (after_break(l, ev))
				return true;
			break;
		case WAITING:
			if (now < l->wait_until)
				return false;
			start(l);
			break;
		case ENDING:
			l->phase = ENDED;
			ev->type = LINK_EV_END;
			ev->status = l->status;
			ev->why = buf_cstr(&l->why);
			return true;
		case ENDED:
			return false;
		}
	}
}

uint64_t
link_deadline(const struct link *l)
{
	switch (l->phase) {
	case CONNECTING:
		return stream_deadline(l->stream);
	case BINDING:
	case UP:
		return session_deadline(&l->session);
	case WAITING:
		return l->wait_until;
	case BROKEN:
	case ENDING:
		return 0;
	case CALLED:
	case ENDED:
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
	if (l->phase == BINDING || l->phase == UP) {
		session_unbind(&l->session, loop_now(l->loop));
		link_flush(l);
	} else if (l->phase == CALLED || l->phase == CONNECTING ||
	    l->phase == WAITING) {
		end(l, EX_OK);
	}
}

void
link_leave(struct link *l)
{
	struct pdu pdu = {.type = PDU_unbind, .sequence_number = 0x7fffffff};
	uint8_t octets[PDU_HEADER];
	struct wr w = wr_init(octets, sizeof(octets));
	struct pdu_error error;

	if (l->phase == UP && session_state(&l->session) < SESSION_UNBINDING &&
	    pdu_encode(&w, &pdu, &error)) {
		session_raw(&l->session, span_of(octets, w.len));
		link_flush(l);
	}
	disconnect(l);
	l->phase = ENDED;
}
