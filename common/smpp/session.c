/* SPDX-License-Identifier: ISC */
/*
 * The session machine of both sides (SMPP 3.4, sections 2.2 to 2.7 and 7.2;
 * 5.0, section 2): framing, states, sequence numbers, the window, timers, and
 * the answers that no program needs to think about. The window itself is
 * window.c; what each side may send in which state is a column of smpp.def.
 */
#include "smpp/session_private.h"

enum {
	IN_FIRST = 4096,      /* octets of the first input buffer */
	IN_USUAL = 64 << 10,  /* and of a busy one; a longer PDU gets its own size */
	OUT_MOST = 1 << 20,   /* unsent octets at which the session takes no more */
};

void
session_init(struct session *s, const struct session_conf *conf, uint64_t now)
{
	*s = (struct session){.conf = *conf, .heard_ms = now, .bind_ms = now};
	s->next_sequence = conf->first_sequence ? conf->first_sequence : 1;
	window_init(&s->window, conf->window);
}

void
session_free(struct session *s)
{
	window_free(&s->window);
	buf_free(&s->in);
	buf_free(&s->out);
	buf_free(&s->why);
	buf_free(&s->eof_why);
}

const char *
session_state_name(enum session_state state)
{
	static const char *const name[] = {
		[SESSION_OPEN] = "OPEN",
		[SESSION_BINDING] = "BINDING",
		[SESSION_BOUND_TX] = "BOUND_TX",
		[SESSION_BOUND_RX] = "BOUND_RX",
		[SESSION_BOUND_TRX] = "BOUND_TRX",
		[SESSION_UNBINDING] = "UNBINDING",
		[SESSION_CLOSED] = "CLOSED",
	};

	return name[state];
}

enum session_state
session_state(const struct session *s)
{
	return s->state;
}

uint32_t
session_version(const struct session *s)
{
	if (s->peer_version != 0 && s->peer_version < s->bind_version)
		return s->peer_version;
	return s->bind_version;
}

void
session_set_max_pdu(struct session *s, uint32_t max_pdu)
{
	s->conf.max_pdu = max_pdu;
}

bool
session_is_bound(const struct session *s)
{
	return s->state >= SESSION_BOUND_TX && s->state <= SESSION_BOUND_TRX;
}

/* The bit that stands for a state in the columns of the PDU rows. */
static uint8_t
state_bit(enum session_state state)
{
	static const uint8_t bit[] = {
		[SESSION_OPEN] = PDU_OPEN,
		[SESSION_BINDING] = 0,
		[SESSION_BOUND_TX] = PDU_BOUND_TX,
		[SESSION_BOUND_RX] = PDU_BOUND_RX,
		[SESSION_BOUND_TRX] = PDU_BOUND_TRX,
		[SESSION_UNBINDING] = 0,
		[SESSION_CLOSED] = 0,
	};

	return bit[state];
}

bool
session_side_may_send(const struct session *s, enum session_side side,
    enum pdu_type type)
{
	const struct pdu_row *row = pdu_row(type);
	uint8_t states = side == SESSION_ESME ? row->esme : row->smsc;

	return (states & state_bit(s->state)) != 0;
}

bool
session_may_send(const struct session *s, enum pdu_type type)
{
	return !s->want_unbind && session_side_may_send(s, s->conf.side, type);
}

void
session_enter(struct session *s, enum session_state state)
{
	s->state = state;
}

void
session_finish(struct session *s, enum session_end end, const char *why)
{
	if (s->state == SESSION_CLOSED)
		return;
	session_enter(s, SESSION_CLOSED);
	s->end = end;
	buf_clear(&s->why);
	buf_add_str(&s->why, why);
}

void
session_drop(struct session *s, const char *why)
{
	session_finish(s, SESSION_END_DROPPED, why);
}

/* Octets in and out */

static size_t
unsent(const struct session *s)
{
	return s->out.len - s->out_at;
}

bool
session_takes(const struct session *s)
{
	return s->state != SESSION_CLOSED && unsent(s) <= OUT_MOST;
}

uint8_t *
session_in(struct session *s, size_t *room)
{
	struct span rest = {s->in.p + s->in_at, s->in.len - s->in_at};
	size_t want = s->in.cap ? s->in.cap : IN_FIRST;
	uint32_t length = 0;

	*room = 0;
	if (!session_takes(s))
		return NULL;
	if (s->in_at > 0) {
		buf_consume(&s->in, s->in_at);
		s->in_at = 0;
	} else if (s->in.len == s->in.cap && s->in.cap > 0) {
		/* the last read filled it: a whole PDU must fit */
		if (pdu_frame(rest, s->conf.max_pdu, &length) != PDU_FRAME_MORE)
			return NULL;
		want = s->in.cap * 2 < IN_USUAL ? s->in.cap * 2 : IN_USUAL;
		if (want < length)
			want = length;
	}
	if (s->in.cap < want)
		buf_reserve(&s->in, want - s->in.len);
	*room = s->in.cap - s->in.len;
	return s->in.p + s->in.len;
}

void
session_received(struct session *s, size_t n, uint64_t now)
{
	s->in.len += n;
	s->heard_ms = now;
	s->enquiries = 0;
	/* the next read gets twice the room when this one needed all of it */
	if (s->in.len == s->in.cap && s->in.cap < IN_USUAL)
		buf_reserve(&s->in, s->in.cap);
}

void
session_set_unread(struct session *s, bool unread)
{
	s->unread = unread;
}

void
session_eof(struct session *s, const char *why)
{
	if (s->eof)
		return;
	s->eof = true;
	buf_add_str(&s->eof_why, why ? why : "the peer closed the connection");
}

const uint8_t *
session_out(const struct session *s, size_t *n)
{
	*n = unsent(s);
	return s->out.p + s->out_at;
}

void
session_sent(struct session *s, size_t n)
{
	s->out_at += n;
	if (s->out_at == s->out.len) {
		s->out_at = 0;
		s->out.len = 0;
	} else if (s->out_at > OUT_MOST) {
		buf_consume(&s->out, s->out_at);
		s->out_at = 0;
	}
}

void
session_raw(struct session *s, struct span octets)
{
	buf_add_span(&s->out, octets);
}

/* Appends a PDU to the output, whatever its size. */
bool
session_put(struct session *s, const struct pdu *pdu, struct pdu_error *error)
{
	struct pdu_error local;
	size_t room = 512;
	struct wr w;

	if (error == NULL)
		error = &local;
	for (;;) {
		w = wr_init(buf_reserve(&s->out, room), room);
		if (pdu_encode(&w, pdu, error))
			break;
		if (error->fault != PDU_FAULT_FULL)
			return false;
		room *= 4;
	}
	s->out.len += w.len;
	return true;
}

/* Requests of ours */

uint32_t
session_take_sequence(struct session *s)
{
	uint32_t n = s->next_sequence;

	while (window_find(&s->window, n) != 0)
		n = n >= 0x7fffffff ? 1 : n + 1;
	s->next_sequence = n >= 0x7fffffff ? 1 : n + 1;
	return n;
}

static void
send_unbind(struct session *s, uint64_t now)
{
	struct pdu pdu = {.type = PDU_unbind};

	pdu.sequence_number = s->unbind_sequence = session_take_sequence(s);
	s->unbind_ms = now;
	if (session_put(s, &pdu, NULL))
		session_enter(s, SESSION_UNBINDING);
}

/* Unbinds when that was asked for and nothing is waited for any more. */
static void
try_unbind(struct session *s, uint64_t now)
{
	if (!s->want_unbind || s->state >= SESSION_UNBINDING)
		return;
	if (!session_is_bound(s))
		session_finish(s, SESSION_END_UNBOUND, "not bound");
	else if (session_in_flight(s) == session_timed_out(s))
		send_unbind(s, now);
}

void
session_unbind(struct session *s, uint64_t now)
{
	s->want_unbind = true;
	try_unbind(s, now);
}

bool
session_is_bind(enum pdu_type type)
{
	return type == PDU_bind_transmitter || type == PDU_bind_receiver ||
	    type == PDU_bind_transceiver;
}

enum session_state
session_bound_state(enum pdu_type bind)
{
	return bind == PDU_bind_transmitter ? SESSION_BOUND_TX :
	    bind == PDU_bind_receiver ? SESSION_BOUND_RX : SESSION_BOUND_TRX;
}

enum session_refusal
session_request(struct session *s, struct pdu *pdu, uint64_t tag,
    uint64_t now, struct pdu_error *error)
{
	bool answered = pdu_response(pdu->type) != PDU_unknown;
	bool bind = session_is_bind(pdu->type);
	size_t before;

	if (!session_may_send(s, pdu->type))
		return SESSION_NOT_NOW;
	if (answered && !bind && session_room(s) == 0)
		return SESSION_WINDOW_FULL;
	pdu->sequence_number = session_take_sequence(s);
	before = s->out.len;
	if (!session_put(s, pdu, error))
		return SESSION_BAD_PDU;
	s->last_request = s->out.len - before;
	if (bind) {
		s->bind_type = pdu->type;
		s->bind_sequence = pdu->sequence_number;
		s->bind_version = pdu->interface_version;
		s->bind_ms = now;
		session_enter(s, SESSION_BINDING);
	} else if (answered) {
		window_add(&s->window, pdu->sequence_number, pdu->type, tag, now);
	}
	return SESSION_TAKEN;
}

enum session_refusal
session_submit(struct session *s, const struct mold *mold,
    const struct mold_fill *fill, uint64_t tag, uint64_t now)
{
	size_t room = MOLD_ROOM + fill->destination_addr.n +
	    fill->short_message.n;
	uint32_t sequence;

	if (!session_may_send(s, PDU_submit_sm))
		return SESSION_NOT_NOW;
	if (session_room(s) == 0)
		return SESSION_WINDOW_FULL;
	sequence = session_take_sequence(s);
	s->last_request = mold_cast(mold, fill, sequence,
	    buf_reserve(&s->out, room));
	s->out.len += s->last_request;
	window_add(&s->window, sequence, PDU_submit_sm, tag, now);
	return SESSION_TAKEN;
}

uint32_t
session_in_flight(const struct session *s)
{
	return s->window.n;
}

uint32_t
session_timed_out(const struct session *s)
{
	return s->window.n_late;
}

uint32_t
session_room(const struct session *s)
{
	if (unsent(s) > OUT_MOST)
		return 0;
	return s->conf.window - s->window.n;
}

bool
session_oldest(const struct session *s, uint64_t *tag)
{
	if (s->window.due == 0)
		return false;
	*tag = window_at(&s->window, s->window.due)->tag;
	return true;
}

struct span
session_last_request(const struct session *s)
{
	return span_of(s->out.p + s->out.len - s->last_request,
	    s->last_request);
}

bool
session_abandon(struct session *s, uint64_t *tag)
{
	struct pending gone;

	if (s->window.oldest == 0)
		return false;
	window_take(&s->window, s->window.oldest, &gone);
	*tag = gone.tag;
	return true;
}

/* Answers of ours */

bool
session_reply(struct session *s, const struct pdu *response)
{
	const struct pdu_row *row = pdu_row(response->type);

	if (s->state == SESSION_CLOSED)
		return true;
	if (!session_put(s, response, NULL))
		return false;
	if (s->state == SESSION_BINDING && s->conf.side == SESSION_SMSC &&
	    response->type == pdu_response(s->bind_type) && row != NULL)
		session_enter(s, response->command_status == ESME_ROK ?
		    session_bound_state(s->bind_type) : SESSION_OPEN);
	return true;
}

bool
session_answer(struct session *s, const struct pdu *req, uint32_t status)
{
	struct pdu resp = {.type = pdu_response(req->type)};

	if (resp.type == PDU_unknown)
		resp.type = PDU_generic_nack;
	resp.command_status = status;
	resp.sequence_number = req->sequence_number;
	resp.no_body = status != ESME_ROK;
	return session_reply(s, &resp);
}

/* Events */

static bool
tell_closed(struct session *s, struct event *ev)
{
	if (s->told)
		return false;
	s->told = true;
	ev->type = SESSION_EV_CLOSED;
	ev->end = s->end;
	ev->why = buf_cstr(&s->why);
	return true;
}

/* All but its type and pdu, which taking a frame sets. */
static void
clear(struct event *ev)
{
	ev->tag = ev->waited_ms = 0;
	ev->late = ev->answered = false;
	ev->answer = 0;
	ev->end = SESSION_END_NONE;
	ev->why = NULL;
}

bool
session_next(struct session *s, struct event *ev, uint64_t now)
{
	uint32_t length;
	struct span rest;

	while (s->state != SESSION_CLOSED && unsent(s) <= OUT_MOST) {
		clear(ev);
		rest = span_of(s->in.p + s->in_at, s->in.len - s->in_at);
		switch (pdu_frame(rest, s->conf.max_pdu, &length)) {
		case PDU_FRAME_READY:
			s->in_at += length;
			if (session_take_frame(s, ev, span_of(rest.p, length), now))
				return true;
			if (s->conf.tell_all) {
				ev->type = SESSION_EV_HANDLED;
				return true;
			}
			continue;
		case PDU_FRAME_BAD:
			session_take_garbage(s, rest, length);
			continue;
		case PDU_FRAME_MORE:
			break;
		}
		if (s->eof) {
			session_finish(s, s->state == SESSION_UNBINDING ?
			    SESSION_END_UNBOUND : SESSION_END_EOF,
			    buf_cstr(&s->eof_why));
		}
		break;
	}
	*ev = (struct event){0};
	if (s->state != SESSION_CLOSED && !s->unread &&
	    session_look_at_time(s, ev, now))
		return true;
	try_unbind(s, now);
	if (s->state == SESSION_CLOSED)
		return tell_closed(s, ev);
	return false;
}
