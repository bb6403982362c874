/* SPDX-License-Identifier: ISC */
/* What is overdue in a session, and when the next of it is. */
#include "smpp/session_private.h"

enum { ENQUIRIES = 2 };  /* enquire_links without an octet: dead */

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
	if (!session_is_bound(s) && s->state != SESSION_UNBINDING)
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
send_enquire_link(struct session *s, uint64_t now)
{
	struct pdu pdu = {.type = PDU_enquire_link};

	pdu.sequence_number = s->enquire_sequence = session_take_sequence(s);
	s->enquire_ms = now;
	s->enquiries++;
	session_put(s, &pdu, NULL);
}

static void
state_overdue(struct session *s)
{
	session_finish(s, SESSION_END_TIMEOUT,
	    s->state == SESSION_UNBINDING ? "no answer to unbind" :
	    s->state == SESSION_BINDING ? "no answer to the bind" :
	    "no bind came");
}

/* Acts on what is overdue; true when that made an event. */
bool
session_look_at_time(struct session *s, struct event *ev, uint64_t now)
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
			session_finish(s, SESSION_END_SILENT,
			    "silent: two enquire_links were not answered");
		else
			send_enquire_link(s, now);
	}
	return false;
}
