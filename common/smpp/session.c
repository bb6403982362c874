/* SPDX-License-Identifier: ISC */
/*
 * The session machine of both sides (SMPP 3.4, sections 2.2 to 2.7 and 7.2;
 * 5.0, section 2): framing, states, sequence numbers, the window, timers, and
 * the answers that no program needs to think about. The window itself is
 * window.c; what each side may send in which state is a column of smpp.def.
 */
#include "smpp/session.h"

#include <stdio.h>

enum {
	IN_FIRST = 4096,      /* octets of the first input buffer */
	IN_USUAL = 64 << 10,  /* and of a busy one; a longer PDU gets its own size */
	OUT_MOST = 1 << 20,   /* unsent octets at which the session takes no more */
	ENQUIRIES = 2,        /* enquire_links without an octet: dead */
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

static bool
is_bound(const struct session *s)
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

static bool
may_send(const struct session *s, enum session_side side, enum pdu_type type)
{
	const struct pdu_row *row = pdu_row(type);
	uint8_t states = side == SESSION_ESME ? row->esme : row->smsc;

	return (states & state_bit(s->state)) != 0;
}

bool
session_may_send(const struct session *s, enum pdu_type type)
{
	return !s->want_unbind && may_send(s, s->conf.side, type);
}

/* Every change of state passes here. */
static void
enter(struct session *s, enum session_state state)
{
	s->state = state;
}

static void
finish(struct session *s, enum session_end end, const char *why)
{
	if (s->state == SESSION_CLOSED)
		return;
	enter(s, SESSION_CLOSED);
	s->end = end;
	buf_clear(&s->why);
	buf_add_str(&s->why, why);
}

void
session_drop(struct session *s, const char *why)
{
	finish(s, SESSION_END_DROPPED, why);
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
static bool
put(struct session *s, const struct pdu *pdu, struct pdu_error *error)
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

static uint32_t
take_sequence(struct session *s)
{
	uint32_t n = s->next_sequence;

	while (window_find(&s->window, n) != 0)
		n = n >= 0x7fffffff ? 1 : n + 1;
	s->next_sequence = n >= 0x7fffffff ? 1 : n + 1;
	return n;
}

static void
send_enquire_link(struct session *s, uint64_t now)
{
	struct pdu pdu = {.type = PDU_enquire_link};

	pdu.sequence_number = s->enquire_sequence = take_sequence(s);
	s->enquire_ms = now;
	s->enquiries++;
	put(s, &pdu, NULL);
}

static void
send_unbind(struct session *s, uint64_t now)
{
	struct pdu pdu = {.type = PDU_unbind};

	pdu.sequence_number = s->unbind_sequence = take_sequence(s);
	s->unbind_ms = now;
	if (put(s, &pdu, NULL))
		enter(s, SESSION_UNBINDING);
}

/* Unbinds when that was asked for and nothing is waited for any more. */
static void
try_unbind(struct session *s, uint64_t now)
{
	if (!s->want_unbind || s->state >= SESSION_UNBINDING)
		return;
	if (!is_bound(s))
		finish(s, SESSION_END_UNBOUND, "not bound");
	else if (session_in_flight(s) == session_timed_out(s))
		send_unbind(s, now);
}

void
session_unbind(struct session *s, uint64_t now)
{
	s->want_unbind = true;
	try_unbind(s, now);
}

static bool
is_bind(enum pdu_type type)
{
	return type == PDU_bind_transmitter || type == PDU_bind_receiver ||
	    type == PDU_bind_transceiver;
}

static enum session_state
bound_state(enum pdu_type bind)
{
	return bind == PDU_bind_transmitter ? SESSION_BOUND_TX :
	    bind == PDU_bind_receiver ? SESSION_BOUND_RX : SESSION_BOUND_TRX;
}

enum session_refusal
session_request(struct session *s, struct pdu *pdu, uint64_t tag,
    uint64_t now, struct pdu_error *error)
{
	bool answered = pdu_response(pdu->type) != PDU_unknown;
	bool bind = is_bind(pdu->type);
	size_t before;

	if (!session_may_send(s, pdu->type))
		return SESSION_NOT_NOW;
	if (answered && !bind && session_room(s) == 0)
		return SESSION_WINDOW_FULL;
	pdu->sequence_number = take_sequence(s);
	before = s->out.len;
	if (!put(s, pdu, error))
		return SESSION_BAD_PDU;
	s->last_request = s->out.len - before;
	if (bind) {
		s->bind_type = pdu->type;
		s->bind_sequence = pdu->sequence_number;
		s->bind_version = pdu->interface_version;
		s->bind_ms = now;
		enter(s, SESSION_BINDING);
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
	sequence = take_sequence(s);
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
	if (!put(s, response, NULL))
		return false;
	if (s->state == SESSION_BINDING && s->conf.side == SESSION_SMSC &&
	    response->type == pdu_response(s->bind_type) && row != NULL)
		enter(s, response->command_status == ESME_ROK ?
		    bound_state(s->bind_type) : SESSION_OPEN);
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

/* Answers the request of an event here. */
static void
answer(struct session *s, struct event *ev, uint32_t status)
{
	ev->answered = true;
	ev->answer = status;
	session_answer(s, &ev->pdu, status);
}

static void
nack(struct session *s, uint32_t sequence, uint32_t status)
{
	struct pdu resp = {.type = PDU_generic_nack, .command_status = status,
	    .sequence_number = sequence};

	put(s, &resp, NULL);
}

/* What the peer sends. Each returns whether it made an event. */

static bool
warning(struct session *s, struct event *ev, const char *why)
{
	struct buf text = {0};

	ev->type = SESSION_EV_WARNING;
	if (ev->pdu.type != PDU_unknown)
		buf_addf(&text, "%s seq=%lu: %s", pdu_row(ev->pdu.type)->name,
		    (unsigned long)ev->pdu.sequence_number, why);
	else
		buf_addf(&text, "command_id 0x%08lx seq=%lu: %s",
		    (unsigned long)ev->pdu.command_id,
		    (unsigned long)ev->pdu.sequence_number, why);
	buf_free(&s->why);
	s->why = text;
	ev->why = buf_cstr(&s->why);
	return true;
}

static bool
take_bind_response(struct session *s, struct event *ev)
{
	uint32_t version;

	if (s->state != SESSION_BINDING || s->conf.side != SESSION_ESME ||
	    ev->pdu.sequence_number != s->bind_sequence)
		return warning(s, ev, "no bind waits for this answer");
	if (ev->pdu.type != PDU_generic_nack &&
	    ev->pdu.type != pdu_response(s->bind_type))
		return warning(s, ev, "answers another kind of bind");
	if (ev->pdu.type == PDU_generic_nack ||
	    ev->pdu.command_status != ESME_ROK) {
		ev->type = SESSION_EV_REFUSED;
		finish(s, SESSION_END_REFUSED, "the bind was refused");
		return true;
	}
	if (pdu_tlv_uint(&ev->pdu, TLV_sc_interface_version, &version))
		s->peer_version = version;
	ev->type = SESSION_EV_BOUND;
	enter(s, bound_state(s->bind_type));
	return true;
}

static bool
take_response(struct session *s, struct event *ev, const char *damage,
    uint64_t now)
{
	uint32_t sequence = ev->pdu.sequence_number, at;
	bool is_nack = ev->pdu.type == PDU_generic_nack;
	struct pending p;

	if (s->state == SESSION_UNBINDING && sequence == s->unbind_sequence &&
	    (is_nack || ev->pdu.type == PDU_unbind_resp)) {
		finish(s, SESSION_END_UNBOUND, "unbound");
		return false;
	}
	at = window_find(&s->window, sequence);
	if (at == 0) {
		/* of an enquire_link of the session's own, however late */
		if (ev->pdu.type == PDU_enquire_link_resp || (is_nack &&
		    sequence == s->enquire_sequence && sequence != 0))
			return false;
		if (s->state == SESSION_BINDING && sequence == s->bind_sequence)
			return take_bind_response(s, ev);
		return warning(s, ev, "answers no request of ours");
	}
	if (!is_nack && ev->pdu.command_id != (PDU_RESPONSE |
	    pdu_row(window_at(&s->window, at)->type)->command_id))
		return warning(s, ev, "is no answer to the request with this number");
	window_take(&s->window, at, &p);
	ev->type = SESSION_EV_RESPONSE;
	ev->tag = p.tag;
	ev->late = p.late;
	ev->waited_ms = now - p.sent_ms;
	ev->why = damage;
	return true;
}

static bool
take_bind(struct session *s, struct event *ev)
{
	if (s->state != SESSION_OPEN) {
		answer(s, ev, is_bound(s) ? ESME_RALYBND : ESME_RINVBNDSTS);
		return warning(s, ev, "a bind on a session that has one");
	}
	s->bind_type = ev->pdu.type;
	s->bind_sequence = ev->pdu.sequence_number;
	s->bind_version = ev->pdu.interface_version;
	enter(s, SESSION_BINDING);
	ev->type = SESSION_EV_BIND;
	return true;
}

/* Whether either side may ever send it: not so what only 3.3, or a vendor,
 * has. */
static bool
is_known(enum pdu_type type)
{
	const struct pdu_row *row = pdu_row(type);

	return (row->esme | row->smsc) != 0;
}

static bool
take_request(struct session *s, struct event *ev)
{
	enum session_side peer = s->conf.side == SESSION_ESME ?
	    SESSION_SMSC : SESSION_ESME;
	enum pdu_type type = ev->pdu.type;

	if (type == PDU_enquire_link &&
	    !(s->conf.tell_enquiries && is_bound(s))) {
		answer(s, ev, ESME_ROK);
		return false;
	}
	if (type == PDU_unbind) {
		answer(s, ev, ESME_ROK);
		finish(s, s->state == SESSION_UNBINDING ? SESSION_END_UNBOUND :
		    SESSION_END_PEER_UNBIND, "the peer unbound");
		return false;
	}
	if (peer == SESSION_ESME && is_bind(type))
		return take_bind(s, ev);
	if (s->state == SESSION_UNBINDING) {
		/* temporary, so that the peer keeps it for the next session */
		answer(s, ev, type == PDU_deliver_sm || type == PDU_data_sm ?
		    ESME_RX_T_APPN : ESME_RSYSERR);
		return false;
	}
	if (!may_send(s, peer, type)) {
		if (pdu_response(type) != PDU_unknown)
			answer(s, ev, is_known(type) ? ESME_RINVBNDSTS :
			    ESME_RINVCMDID);
		return warning(s, ev, "not allowed in the state of the session");
	}
	ev->type = type == PDU_outbind ? SESSION_EV_OUTBIND :
	    pdu_response(type) == PDU_unknown ? SESSION_EV_NOTICE :
	    SESSION_EV_REQUEST;
	return true;
}

/* A PDU whose body cannot be decoded; its header could. */
static bool
take_damaged(struct session *s, struct event *ev, struct pdu_error *error,
    uint64_t now)
{
	struct buf text = {0};
	bool told;

	pdu_error_print(&text, error);
	if ((ev->pdu.command_id & PDU_RESPONSE) != 0) {
		buf_free(&s->why);
		s->why = text;
		return take_response(s, ev, buf_cstr(&s->why), now);
	}
	if (pdu_response(ev->pdu.type) != PDU_unknown)
		answer(s, ev, error->status);
	told = warning(s, ev, buf_cstr(&text));
	buf_free(&text);
	return told;
}

static bool
take_frame(struct session *s, struct event *ev, struct span frame,
    uint64_t now)
{
	struct pdu_error error;

	s->heard_pdu = true;
	if (!pdu_decode(&ev->pdu, frame, &error))
		return take_damaged(s, ev, &error, now);
	if (ev->pdu.type == PDU_unknown) {
		if ((ev->pdu.command_id & PDU_RESPONSE) == 0) {
			ev->answered = true;
			ev->answer = ESME_RINVCMDID;
			nack(s, ev->pdu.sequence_number, ESME_RINVCMDID);
		}
		return warning(s, ev, "unknown command_id");
	}
	if ((ev->pdu.command_id & PDU_RESPONSE) != 0)
		return take_response(s, ev, NULL, now);
	return take_request(s, ev);
}

/* The stream cannot be trusted any more (3.4, 3.2; facts of life: other
 * protocols on the port). */
static void
take_garbage(struct session *s, struct span rest, uint32_t length)
{
	const char *foreign = s->heard_pdu ? NULL : pdu_foreign(rest);
	struct rd r = rd_init(span_skip(rest, 12));
	char text[96];

	if (foreign != NULL) {
		snprintf(text, sizeof(text), "the peer is no SMSC but %s",
		    foreign);
		finish(s, SESSION_END_GARBAGE, text);
		return;
	}
	nack(s, rest.n >= PDU_HEADER ? rd_u32(&r) : 0, ESME_RINVCMDLEN);
	snprintf(text, sizeof(text), "the peer sent a command_length of %lu, "
	    "which is %s", (unsigned long)length, length < PDU_HEADER ?
	    "less than a header" : "over --max-pdu");
	finish(s, SESSION_END_GARBAGE, text);
}

/* Time */

static uint64_t
after(uint64_t start, uint64_t wait)
{
	return wait == 0 || start > SESSION_NEVER - wait ? SESSION_NEVER :
	    start + wait;
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
enquire_due(const struct session *s)
{
	if (!is_bound(s) && s->state != SESSION_UNBINDING)
		return SESSION_NEVER;
	return after(s->enquiries > 0 ? s->enquire_ms : s->heard_ms,
	    s->conf.enquire_link_ms);
}

static uint64_t
response_due(const struct session *s)
{
	if (s->window.due == 0)
		return SESSION_NEVER;
	return after(window_at(&s->window, s->window.due)->sent_ms,
	    s->conf.response_ms);
}

static uint64_t
state_due(const struct session *s)
{
	if (s->state == SESSION_UNBINDING)
		return after(s->unbind_ms, s->conf.response_ms ?
		    s->conf.response_ms : s->conf.bind_ms);
	if (s->state == SESSION_BINDING && s->conf.side == SESSION_ESME)
		return after(s->bind_ms, s->conf.bind_ms);
	if (s->state == SESSION_OPEN && s->conf.side == SESSION_SMSC)
		return after(s->bind_ms, s->conf.bind_ms);
	return SESSION_NEVER;
}

uint64_t
session_deadline(const struct session *s)
{
	if (s->state == SESSION_CLOSED)
		return s->told ? SESSION_NEVER : 0;
	return earlier(enquire_due(s), earlier(response_due(s), state_due(s)));
}

static void
state_overdue(struct session *s)
{
	finish(s, SESSION_END_TIMEOUT,
	    s->state == SESSION_UNBINDING ? "no answer to unbind" :
	    s->state == SESSION_BINDING ? "no answer to the bind" :
	    "no bind came");
}

/* Acts on what is overdue; true when that made an event. */
static bool
look_at_time(struct session *s, struct event *ev, uint64_t now)
{
	const struct pending *p;

	if (now >= state_due(s)) {
		state_overdue(s);
		return false;
	}
	if (now >= response_due(s)) {
		p = window_at(&s->window, s->window.due);
		ev->type = SESSION_EV_TIMEOUT;
		ev->tag = p->tag;
		ev->waited_ms = now - p->sent_ms;
		window_pass_due(&s->window);
		return true;
	}
	if (now >= enquire_due(s)) {
		if (s->enquiries == ENQUIRIES)
			finish(s, SESSION_END_SILENT,
			    "silent: two enquire_links were not answered");
		else
			send_enquire_link(s, now);
	}
	return false;
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
			if (take_frame(s, ev, span_of(rest.p, length), now))
				return true;
			if (s->conf.tell_all) {
				ev->type = SESSION_EV_HANDLED;
				return true;
			}
			continue;
		case PDU_FRAME_BAD:
			take_garbage(s, rest, length);
			continue;
		case PDU_FRAME_MORE:
			break;
		}
		if (s->eof) {
			finish(s, s->state == SESSION_UNBINDING ?
			    SESSION_END_UNBOUND : SESSION_END_EOF,
			    buf_cstr(&s->eof_why));
		}
		break;
	}
	*ev = (struct event){0};
	if (s->state != SESSION_CLOSED && !s->unread &&
	    look_at_time(s, ev, now))
		return true;
	try_unbind(s, now);
	if (s->state == SESSION_CLOSED)
		return tell_closed(s, ev);
	return false;
}
