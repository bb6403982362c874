/* SPDX-License-Identifier: ISC */
/* The hours, the rate, the flow and the window, asked together. */
#include "app/pacer.h"

/* Clocks are set, and machines sleep: a minute at most until it is asked what
 * time it is. */
enum { LOOK_AGAIN_MS = 60 * 1000 };

/* With a time to be due at, lateness is made up for as far as the rate of any
 * one second allows. */
enum { CATCH_UP_MS = 1000 };

void
pacer_init(struct pacer *p, const struct pacer_conf *conf, uint64_t now)
{
	*p = (struct pacer){.next_ms = UINT64_MAX};
	p->limits.since_ms = now;
	p->hours = conf->hours;
	bucket_init(&p->bucket, conf->rate, now);
}

bool
pacer_clock(struct pacer *p, int64_t utc_ms)
{
	bool was_open = p->opens_ms == 0;
	int64_t until;

	p->opens_ms = hours_open(&p->hours, utc_ms, &until) ? 0 : until;
	p->left_ms = p->opens_ms == 0 ? 0 : until - utc_ms < LOOK_AGAIN_MS ?
	    (uint64_t)(until - utc_ms) : LOOK_AGAIN_MS;
	return was_open && p->opens_ms != 0;
}

void
pacer_flow_init(struct flow *f, const struct pacer_conf *conf, uint64_t now)
{
	struct flow_conf flow = {conf->window, conf->throttle_ms};

	flow_init(f, &flow, now);
}

uint32_t
pacer_in_flight(const struct session *session)
{
	return session_in_flight(session) - session_timed_out(session);
}

enum flow_limit
pacer_ready(struct pacer *p, struct flow *f, struct session *session,
    uint64_t now)
{
	uint64_t next;

	if (p->opens_ms != 0) {
		p->next_ms = now + p->left_ms;
		return FLOW_HOURS;
	}
	if (session_room(session) == 0)
		return FLOW_WINDOW;
	next = bucket_next(&p->bucket, now);
	if (next > now) {
		p->next_ms = next;
		return FLOW_RATE;
	}
	return flow_may_send(f, pacer_in_flight(session), now);
}

uint32_t
pacer_free(const struct pacer *p, const struct flow *f,
    const struct session *session)
{
	uint32_t room = session_room(session);
	uint32_t free = flow_room(f, pacer_in_flight(session));

	if (p->opens_ms != 0 || p->bucket.limit.n != 0)
		return 0;
	return free < room ? free : room;
}

uint64_t
pacer_due(struct pacer *p, uint64_t now)
{
	const struct rate *rate = &p->bucket.limit;
	uint64_t due;

	if (!p->started) {
		p->started = true;
		p->due_us = now * 1000;
		/* what the rate let pass before counts for nothing */
		bucket_init(&p->bucket, *rate, now);
		bucket_catch_up(&p->bucket, CATCH_UP_MS);
	}
	/* the bucket goes by whole milliseconds, and so does what is due */
	due = (p->due_us + (p->due_rest > 0) + 999) / 1000 * 1000;
	p->due_rest += rate->per_ms * 1000;
	p->due_us += p->due_rest / rate->n;
	p->due_rest %= rate->n;
	p->behind_ms = now - due / 1000;
	return due;
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
	if (limit != FLOW_RATE && limit != FLOW_HOURS)
		p->next_ms = UINT64_MAX;
	flow_limits_note(&p->limits, limit, now);
}
