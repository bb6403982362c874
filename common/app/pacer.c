/* SPDX-License-Identifier: ISC */
/* The rate, the flow and the window, asked together. */
#include "app/pacer.h"

void
pacer_init(struct pacer *p, const struct pacer_conf *conf, uint64_t now)
{
	struct flow_conf flow = {conf->window, conf->throttle_ms};

	*p = (struct pacer){.next_ms = UINT64_MAX};
	p->limits.since_ms = now;
	bucket_init(&p->bucket, conf->rate, now);
	flow_init(&p->flow, &flow, now);
}

bool
pacer_ready(struct pacer *p, struct session *session, uint64_t now)
{
	uint32_t in_flight = session_in_flight(session);
	uint64_t next = bucket_next(&p->bucket, now);
	enum flow_limit limit = FLOW_FREE;

	p->next_ms = UINT64_MAX;
	if (session_room(session) == 0) {
		limit = FLOW_WINDOW;
	} else if (next > now) {
		limit = FLOW_RATE;
		p->next_ms = next;
	} else {
		limit = flow_may_send(&p->flow, in_flight, now);
		if (limit != FLOW_FREE)
			p->next_ms = flow_next(&p->flow, in_flight, now);
	}
	flow_limits_note(&p->limits, limit, now);
	return limit == FLOW_FREE;
}

bool
pacer_take(struct pacer *p, struct session *session, uint64_t now)
{
	if (!pacer_ready(p, session, now))
		return false;
	bucket_take(&p->bucket, now);
	flow_sent(&p->flow, now);
	return true;
}

void
pacer_answer(struct pacer *p, const struct event *ev, struct span destination,
    uint64_t now)
{
	uint64_t sent = now - ev->waited_ms;
	uint32_t load;

	if (ev->pdu.tlvs.n > 0 &&
	    pdu_tlv_uint(&ev->pdu, TLV_congestion_state, &load))
		flow_congestion(&p->flow, load, sent, now);
	if (ev->pdu.command_status == ESME_RTHROTTLED)
		flow_throttled(&p->flow, sent, now);
	else if (ev->pdu.command_status == ESME_RMSGQFUL)
		flow_queue_full(&p->flow, destination, sent, now);
	else
		flow_accepted(&p->flow, sent, now);
}

void
pacer_again(struct pacer *p, uint64_t now)
{
	flow_again(&p->flow, now);
}

void
pacer_idle(struct pacer *p, uint64_t now)
{
	p->next_ms = UINT64_MAX;
	flow_limits_note(&p->limits, FLOW_INPUT, now);
}

uint64_t
pacer_deadline(const struct pacer *p)
{
	return p->next_ms;
}
