/* SPDX-License-Identifier: ISC */
/* A link asked step by step: each call waits for what comes of it. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "app/probe.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum { STRAY_SEQUENCE = 0x7f000000, WINDOW = 100 };

static void
copy(char to[PROBE_ID_MAX], struct span s)
{
	size_t n = s.n < PROBE_ID_MAX - 1 ? s.n : PROBE_ID_MAX - 1;

	if (n > 0)
		memcpy(to, s.p, n);
	to[n] = '\0';
}

bool
probe_stopped(const struct probe *p)
{
	return p->c->signals > 0 || p->c->out.err != 0 || p->c->deaf;
}

/* Events */

static void
take_bound(struct probe *p, const struct pdu *answer)
{
	p->up = true;
	p->us = clock_us() - p->asked_us;
	p->sc_version = 0;
	pdu_tlv_uint(answer, TLV_sc_interface_version, &p->sc_version);
	copy(p->smsc, answer->system_id);
}

static void
take_response(struct probe *p, const struct event *ev)
{
	uint32_t status = ev->pdu.command_status;

	if (ev->tag < p->first || ev->late)
		return;
	p->n_answers++;
	p->n_throttled += status == ESME_RTHROTTLED || status == ESME_RMSGQFUL;
	p->n_disordered += ev->tag < p->last_answer;
	p->last_answer = ev->tag;
	if (ev->tag != p->awaited)
		return;
	p->reply = REPLY_ANSWER;
	p->us = clock_us() - p->asked_us;
	p->type = ev->pdu.type;
	p->answer = status;
	copy(p->id, ev->pdu.message_id);
	/* its receipt may be behind it */
	probe_keep_id(p);
}

static void
take_request(struct probe *p, const struct event *ev)
{
	struct session *session = link_session(p->c->link);
	const struct pdu *pdu = &ev->pdu;

	if (pdu->type == PDU_enquire_link) {
		if (p->enquired_us == 0)
			p->enquired_us = clock_us();
		session_answer(session, pdu, ESME_ROK);
	} else if (!probe_take_receipt(p, pdu)) {
		ctl_take_others(p->c, ev);
	}
}

static void
take_session(struct probe *p, const struct event *ev)
{
	switch (ev->type) {
	case SESSION_EV_RESPONSE:
		take_response(p, ev);
		break;
	case SESSION_EV_TIMEOUT:
		if (ev->tag == p->awaited)
			p->reply = REPLY_SILENCE;
		break;
	case SESSION_EV_REQUEST:
	case SESSION_EV_NOTICE:
		take_request(p, ev);
		break;
	case SESSION_EV_WARNING:
		if (p->stray_sequence == 0 ||
		    ev->pdu.sequence_number != p->stray_sequence) {
			warn("%s", ev->why);
			break;
		}
		p->strayed = true;
		p->stray_type = ev->pdu.type;
		p->stray_answer = ev->pdu.command_status;
		break;
	default:
		break;
	}
}

static void
take(struct probe *p, const struct link_event *ev)
{
	switch (ev->type) {
	case LINK_EV_UP:
		take_bound(p, &ev->event.pdu);
		break;
	case LINK_EV_SESSION:
		take_session(p, &ev->event);
		break;
	case LINK_EV_LOST:
		if (ev->event.tag == p->awaited)
			p->reply = REPLY_LOST;
		break;
	case LINK_EV_DOWN:
		break;
	case LINK_EV_END:
		p->up = false;
		p->over = true;
		p->receipt.type = PDU_unknown;
		p->status = ev->status;
		buf_clear(&p->why);
		buf_add_str(&p->why, ev->why);
		break;
	}
}

void
probe_pass(struct probe *p, uint64_t until)
{
	struct link_event ev;

	ctl_flush(p->c);
	ctl_pass(p->c, until);
	while (!p->over && ctl_next(p->c, &ev))
		take(p, &ev);
	ctl_flush(p->c);
}

/* Binds */

static void
add_version(struct buf *b, uint32_t version)
{
	if (version == 0)
		buf_add_str(b, "no sc_interface_version");
	else
		buf_addf(b, "sc_interface_version %u.%u", version >> 4,
		    version & 15);
}

bool
probe_bind(struct probe *p, enum link_bind bind, uint8_t version,
    const char *password)
{
	struct link_peer peer = p->c->connopt->link.peer[0];

	if (password != NULL)
		peer.password = password;
	p->c->link_conf.peer = &peer;
	p->c->link_conf.n_peers = 1;
	p->c->link_conf.bind = bind;
	p->c->link_conf.version = version;
	p->c->link_conf.window = WINDOW;
	p->up = p->over = false;
	p->asked_us = clock_us();
	ctl_connect(p->c, "");
	while (!p->up && !p->over && !probe_stopped(p))
		probe_pass(p, UINT64_MAX);
	if (p->up) {
		probe_add_ms(&p->detail, p->us);
		buf_add_str(&p->detail, ", ");
		add_version(&p->detail, p->sc_version);
		buf_addf(&p->detail, ", system_id \"%s\"", p->smsc);
	} else if (p->over && link_refusal(p->c->link) != 0) {
		status_print(&p->detail, link_refusal(p->c->link));
	} else if (p->over) {
		buf_add_span(&p->detail, buf_span(&p->why));
	}
	p->c->link_conf.peer = p->c->connopt->link.peer;
	return p->up;
}

bool
probe_ready(struct probe *p)
{
	bool up;

	if (p->up)
		return true;
	if (!p->binds || probe_stopped(p))
		return false;
	up = probe_bind(p, p->bind, p->version, NULL);
	buf_clear(&p->detail);
	return up;
}

void
probe_unbind(struct probe *p)
{
	if (!p->up)
		return;
	p->asked_us = clock_us();
	link_unbind(p->c->link);
	while (!p->over && !probe_stopped(p))
		probe_pass(p, UINT64_MAX);
	if (!p->over)
		link_leave(p->c->link);
	p->us = clock_us() - p->asked_us;
	p->up = false;
}

/* Requests */

void
probe_send_stray(struct probe *p, uint32_t command_id)
{
	uint8_t octets[16];
	struct wr w = wr_init(octets, sizeof(octets));

	p->stray_sequence = STRAY_SEQUENCE;
	p->strayed = false;
	wr_u32(&w, sizeof(octets));
	wr_u32(&w, command_id);
	wr_u32(&w, 0);
	wr_u32(&w, p->stray_sequence);
	session_raw(link_session(p->c->link), span_of(octets, sizeof(octets)));
}

enum probe_reply
probe_ask(struct probe *p, struct pdu *pdu)
{
	p->reply = REPLY_NONE;
	p->awaited = ++p->n_requests;
	p->asked_us = clock_us();
	if (session_request(link_session(p->c->link), pdu, p->awaited,
	    loop_now(p->c->loop), NULL) != SESSION_TAKEN)
		return REPLY_LOST;
	while (p->reply == REPLY_NONE && !p->over && !probe_stopped(p))
		probe_pass(p, UINT64_MAX);
	if (p->reply == REPLY_NONE)
		p->reply = REPLY_LOST;
	return p->reply;
}
