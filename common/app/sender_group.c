/* SPDX-License-Identifier: ISC */
/*
 * A group on its way: its PDU goes to the members that are still to have it,
 * and what its answer says (3.4, 4.5.2) is each member's own affair. A
 * destination that is refused for now goes again by itself.
 */
#include "app/sender_private.h"

struct message *
sender_member(const struct sender *s, const struct message *g, uint32_t member)
{
	return s->messages.at[g->member[member].place];
}

/* What the group has of a part becomes the member's. */
static void
take_over(const struct message *g, struct message *m, uint32_t i)
{
	struct part *part = &m->part[i];
	struct part own = *part;

	*part = g->part[i];
	part->shared = true;
	part->reported = own.reported;
	part->id = own.id;
	part->frame = own.frame;
}

/* The part goes on without the member, which is given up. */
static void
leave_out(const struct message *g, struct message *m, uint32_t i)
{
	if (!m->part[i].shared)
		return;
	take_over(g, m, i);
	m->part[i].shared = false;
	m->part[i].state = m->part[i].sent > 0 ? PART_REFUSED : PART_NEW;
}

bool
sender_address(struct sender *s, struct message *g, uint32_t i,
    struct pdu *pdu)
{
	struct message *m;

	buf_clear(&s->dests);
	for (uint32_t k = 0; k < g->n_members; k++) {
		m = sender_member(s, g, k);
		if (m->stopped || m->told)
			leave_out(g, m, i);
		if (m->stopped || m->told || (!m->part[i].shared &&
		    m->part[i].state != PART_NEW))
			continue;
		m->part[i].shared = true;
		buf_add_span(&s->dests, message_kept(g, g->member[k].dest));
	}
	pdu->dest_address = buf_span(&s->dests);
	return s->dests.len > 0;
}

void
sender_share_sent(struct sender *s, struct message *g, uint32_t i,
    uint32_t octets)
{
	struct message *m;

	for (uint32_t k = 0; k < g->n_members; k++) {
		m = sender_member(s, g, k);
		if (!m->part[i].shared)
			continue;
		m->octets += octets;
		m->begun += m->part[i].sent == 0;
		m->part[i].sent = g->part[i].sent;
	}
}

void
sender_read_refusals(struct sender *s, const struct message *g,
    const struct event *ev)
{
	refusals_read(&s->refusals, g, &ev->pdu, ev->why != NULL);
}

bool
sender_answer_of(const struct sender *s, uint32_t k, const struct pdu *answer,
    struct pdu *one)
{
	const struct refusals *r = &s->refusals;

	*one = *answer;
	if (!sender_is_acceptance(answer))
		return true;
	one->command_status = r->status[k];
	if (one->command_status != ESME_ROK)
		one->message_id = (struct span){0};
	return one->command_status != ESME_ROK || !r->unclear;
}

void
sender_own_part(struct sender *s, struct message *g, uint32_t k, uint32_t i)
{
	struct rd r = rd_init(message_kept(g, g->member[k].dest));
	struct message *m = sender_member(s, g, k);
	struct span frame = message_kept(g, g->part[i].frame);
	struct wr w = wr_init(buf_reserve(&s->frame, frame.n + 64),
	    frame.n + 64);
	struct dest dest;
	struct pdu pdu;

	take_over(g, m, i);
	m->part[i].shared = false;
	m->lane = g->lane;
	/* both can be, since they were before */
	if (!dest_next(&r, &dest) || !pdu_decode(&pdu, frame, NULL))
		return;
	pdu.type = PDU_submit_sm;
	pdu.dest_addr_ton = dest.ton;
	pdu.dest_addr_npi = dest.npi;
	pdu.destination_addr = dest.addr;
	if (pdu_encode(&w, &pdu, NULL))
		m->part[i].frame = message_keep(m, span_of(w.base, w.len));
}

/* One destination was refused. */
static void
take_refusal(struct sender *s, struct lane *l, struct message *g, uint32_t k,
    uint32_t i, const struct event *ev)
{
	struct message *m = sender_member(s, g, k);
	struct event one = *ev;

	one.pdu.command_status = s->refusals.status[k];
	pacer_answer(&l->flow, &one, message_kept(m, m->to), loop_now(s->loop));
	s->n_refused++;
	s->n_throttled += one.pdu.command_status == ESME_RTHROTTLED;
	sender_own_part(s, g, k, i);
	sender_take_refusal(s, l, m, i, one.pdu.command_status);
}

/* Nothing says what has become of it. */
static void
lose(struct sender *s, struct message *g, struct message *m, uint32_t i)
{
	take_over(g, m, i);
	m->part[i].shared = false;
	m->part[i].state = PART_UNKNOWN;
	message_stop(m, buf_cstr(&s->refusals.why));
	sender_give_up(m);
}

void
sender_share_answer(struct sender *s, struct lane *l, struct message *g,
    uint32_t i, const struct event *ev)
{
	struct message *m;

	for (uint32_t k = 0; k < g->n_members; k++) {
		m = sender_member(s, g, k);
		if (!m->part[i].shared || m->told)
			continue;
		if (s->refusals.status[k] != ESME_ROK) {
			take_refusal(s, l, g, k, i, ev);
		} else if (s->refusals.unclear) {
			lose(s, g, m, i);
		} else {
			take_over(g, m, i);
			m->part[i].shared = false;
			sender_keep_id(s, m, i, ev->pdu.message_id);
		}
	}
}

void
sender_disband(struct sender *s, struct message *g)
{
	struct message *m;

	if (s->gathering == g)
		s->gathering = NULL;
	g->told = true;
	for (uint32_t k = 0; k < g->n_members; k++) {
		m = sender_member(s, g, k);
		for (uint32_t i = 0; i < m->n_parts; i++)
			if (m->part[i].shared)
				take_over(g, m, i);
		if (g->stopped && !m->told) {
			m->stopped = true;
			m->failed |= g->failed;
			if (m->trouble.n == 0)
				m->trouble = message_keep(m,
				    message_kept(g, g->trouble));
		}
		if (g->submit_ms > m->submit_ms)
			m->submit_ms = g->submit_ms;
		m->lane = g->lane;
		m->joined = false;
		sender_settle(s, m);
	}
	message_release(&s->messages, g);
}
