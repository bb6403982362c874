/* SPDX-License-Identifier: ISC */
/* What the peer of a session sends; each of these returns whether it made an
 * event. */
#include <stdio.h>

#include "smpp/session_private.h"

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

	session_put(s, &resp, NULL);
}

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
		session_finish(s, SESSION_END_REFUSED, "the bind was refused");
		return true;
	}
	if (pdu_tlv_uint(&ev->pdu, TLV_sc_interface_version, &version))
		s->peer_version = version;
	ev->type = SESSION_EV_BOUND;
	session_enter(s, session_bound_state(s->bind_type));
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
		session_finish(s, SESSION_END_UNBOUND, "unbound");
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
		answer(s, ev, session_is_bound(s) ? ESME_RALYBND : ESME_RINVBNDSTS);
		return warning(s, ev, "a bind on a session that has one");
	}
	s->bind_type = ev->pdu.type;
	s->bind_sequence = ev->pdu.sequence_number;
	s->bind_version = ev->pdu.interface_version;
	session_enter(s, SESSION_BINDING);
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
	    !(s->conf.tell_enquiries && session_is_bound(s))) {
		answer(s, ev, ESME_ROK);
		return false;
	}
	if (type == PDU_unbind) {
		answer(s, ev, ESME_ROK);
		session_finish(s, s->state == SESSION_UNBINDING ? SESSION_END_UNBOUND :
		    SESSION_END_PEER_UNBIND, "the peer unbound");
		return false;
	}
	if (peer == SESSION_ESME && session_is_bind(type))
		return take_bind(s, ev);
	if (s->state == SESSION_UNBINDING) {
		/* temporary, so that the peer keeps it for the next session */
		answer(s, ev, type == PDU_deliver_sm || type == PDU_data_sm ?
		    ESME_RX_T_APPN : ESME_RSYSERR);
		return false;
	}
	if (!session_side_may_send(s, peer, type)) {
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

bool
session_take_frame(struct session *s, struct event *ev, struct span frame,
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
void
session_take_garbage(struct session *s, struct span rest, uint32_t length)
{
	const char *foreign = s->heard_pdu ? NULL : pdu_foreign(rest);
	struct rd r = rd_init(span_skip(rest, 12));
	char text[96];

	if (foreign != NULL) {
		snprintf(text, sizeof(text), "the peer is no SMSC but %s",
		    foreign);
		session_finish(s, SESSION_END_GARBAGE, text);
		return;
	}
	nack(s, rest.n >= PDU_HEADER ? rd_u32(&r) : 0, ESME_RINVCMDLEN);
	snprintf(text, sizeof(text), "the peer sent a command_length of %lu, "
	    "which is %s", (unsigned long)length, length < PDU_HEADER ?
	    "less than a header" : "over --max-pdu");
	session_finish(s, SESSION_END_GARBAGE, text);
}
