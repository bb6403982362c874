/* SPDX-License-Identifier: ISC */
/* The rate, the flow and the window, asked together. */
#include "app/pacer.h"

void
pacer_init(struct pacer *p, const struct pacer_conf *conf, uint64_t now)
{
	*p = (struct pacer){.next_ms = UINT64_MAX};
	p->limits.since_ms = now;
	bucket_init(&p->bucket, conf->rate, now);
}

void
pacer_flow_init(struct flow *f, const struct pacer_conf *conf, uint64_t now)
{
	struct flow_conf flow = {conf->window, conf->throttle_ms};

	flow_init(f, &flow, now);
}

enum flow_limit
pacer_ready(struct pacer *p, struct flow *f, struct session *session,
    uint64_t now)
{
	uint64_t next;

	if (session_room(session) == 0)
		return FLOW_WINDOW;
	next = bucket_next(&p->bucket, now);
	if (next > now) {
		p->next_ms = next;
		return FLOW_RATE;
	}
	return flow_may_send(f, session_in_flight(session), now);
}

void
pacer_sent(struct pacer *p, struct flow *f, uint64_t now)
{
	bucket_take(&p->bucket, now);
	flow_sent(f, now);
}

void
pacer_answer(struct flow *f, const struct event *ev, struct span destination,
    uint64_t now)
{
	uint64_t sent = now - ev->waited_ms;
	uint32_t load;

	if (ev->pdu.tlvs.n > 0 &&
	    pdu_tlv_uint(&ev->pdu, TLV_congestion_state, &load))
		flow_congestion(f, load, sent, now);
	if (ev->pdu.command_status == ESME_RTHROTTLED)
		flow_throttled(f, sent, now);
	else if (ev->pdu.command_status == ESME_RMSGQFUL)
		flow_queue_full(f, destination, sent, now);
	else
		flow_accepted(f, sent, now);
}

void
pacer_note(struct pacer *p, enum flow_limit limit, uint64_t now)
{
	if (limit != FLOW_RATE)
		p->next_ms = UINT64_MAX;
	flow_limits_note(&p->limits, limit, now);
}
