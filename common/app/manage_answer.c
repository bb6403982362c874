/* SPDX-License-Identifier: ISC */
/*
 * What the answers to requests about messages say. A query changes nothing
 * and is asked again when its answer was lost with the link; what became of
 * the others is then unknown.
 */
#include "app/manage_private.h"
#include "sys/diag.h"

static void
ask_again(struct manage *m, struct item *item, bool throttled)
{
	item->again = true;
	item->throttled = throttled;
	m->n_again++;
}

/* Its record is out already, so that what comes now can only be told. */
static void
take_late(const struct item *item, const struct event *ev)
{
	struct span id = manage_kept(item, item->id);
	struct buf text = {0};

	status_print(&text, ev->pdu.command_status);
	warn("id %.*s: the answer came after %llu ms: %s", (int)id.n,
	    (const char *)id.p, (unsigned long long)ev->waited_ms,
	    buf_cstr(&text));
	buf_free(&text);
}

static void
take_refusal(struct manage *m, struct item *item, const struct event *ev)
{
	uint32_t status = ev->pdu.command_status;

	if (status == ESME_RTHROTTLED) {
		if (!flow_gave_up(&m->flow, loop_now(m->loop))) {
			ask_again(m, item, true);
			return;
		}
		m->counts.throttled++;
	}
	buf_clear(&m->error);
	if (ev->pdu.type == PDU_generic_nack)
		buf_add_str(&m->error, "generic_nack ");
	status_print(&m->error, status);
	manage_tell(m, item, "failed", NULL, buf_cstr(&m->error), ev->waited_ms);
	manage_give_back(m, item);
}

/* An answer to a query says what was asked, or nothing. */
static void
take_state(struct manage *m, struct item *item, const struct event *ev)
{
	const struct pdu *pdu = &ev->pdu;
	struct span id = manage_kept(item, item->id);

	if (pdu->no_body || ev->why != NULL) {
		manage_tell(m, item, "failed", NULL, "an answer without a state",
		    ev->waited_ms);
		return;
	}
	if (pdu->message_id.n > 0 && !span_eq(pdu->message_id, id))
		warn("id %.*s: the answer names the id %.*s", (int)id.n,
		    (const char *)id.p, (int)pdu->message_id.n,
		    (const char *)pdu->message_id.p);
	manage_tell(m, item, "ok", pdu, NULL, ev->waited_ms);
}

static void
take_response(struct manage *m, const struct event *ev)
{
	struct item *item = m->item[ev->tag];
	struct span id = manage_kept(item, item->id);

	if (ev->late) {
		take_late(item, ev);
		manage_give_back(m, item);
		return;
	}
	m->windows_lost = 0;
	pacer_answer(&m->flow, ev, manage_kept(item, item->to), loop_now(m->loop));
	if (ev->why != NULL)
		warn("id %.*s: its answer is damaged: %s", (int)id.n,
		    (const char *)id.p, ev->why);
	if (ev->pdu.command_status != ESME_ROK ||
	    ev->pdu.type == PDU_generic_nack) {
		take_refusal(m, item, ev);
		return;
	}
	if (m->conf->type == PDU_query_sm)
		take_state(m, item, ev);
	else
		manage_tell(m, item, "ok", NULL, NULL, ev->waited_ms);
	manage_give_back(m, item);
}

/* The link broke before the answer came. */
static void
take_loss(struct manage *m, uint64_t tag)
{
	struct item *item = m->item[tag];

	if (!item->told && m->conf->type == PDU_query_sm) {
		ask_again(m, item, false);
		return;
	}
	if (!item->told)
		manage_tell(m, item, "unknown", NULL,
		    "the link broke before the answer came", UINT64_MAX);
	manage_give_back(m, item);
}

/* When nothing at all is answered any more, the link is made anew, once. */
static void
look_at_window(struct manage *m, struct link *l)
{
	struct session *session = link_session(l);

	if (session_room(session) > 0 ||
	    session_timed_out(session) < session_in_flight(session))
		return;
	m->windows_lost++;
	session_drop(session, "no answer to a whole window of requests");
}

void
manage_event(struct manage *m, struct link *l, const struct link_event *ev)
{
	if (ev->type == LINK_EV_LOST)
		take_loss(m, ev->event.tag);
	else if (ev->type == LINK_EV_UP)
		flow_again(&m->flow, loop_now(m->loop));
	else if (ev->type == LINK_EV_DOWN)
		manage_rest(m);
	else if (ev->type != LINK_EV_SESSION)
		return;
	else if (ev->event.type == SESSION_EV_RESPONSE)
		take_response(m, &ev->event);
	else if (ev->event.type == SESSION_EV_TIMEOUT) {
		manage_tell(m, m->item[ev->event.tag], "unknown", NULL,
		    "no answer in time", UINT64_MAX);
		look_at_window(m, l);
	}
}
