/* SPDX-License-Identifier: ISC */
/* What the answers to parts mean for their message. */
#include "app/area.h"
#include "app/sender_private.h"
#include "sys/clock.h"
#include "sys/diag.h"

/* No further part of it is to be sent, nor one again. */
void
sender_give_up(struct message *m)
{
	m->stopped = true;
	m->again = 0;
	for (uint32_t i = 0; i < m->n_parts; i++)
		if (m->part[i].state == PART_AGAIN)
			m->part[i].state = PART_REFUSED;
}

static bool
is_transient(const struct sender_conf *conf, uint32_t status)
{
	for (size_t i = 0; i < conf->n_retry_on; i++)
		if (conf->retry_on[i] == status)
			return true;
	return status == ESME_RMSGQFUL ||
	    status_consequence(status) == STATUS_TRANSIENT;
}

/* When a refused part goes again; false when it does not. Throttling is no
 * fault of the message's: it goes again as soon as anything does. */
static bool
goes_again(struct sender *s, struct lane *l, struct part *part,
    uint64_t *due)
{
	uint64_t now = loop_now(s->loop);

	if (part->status == ESME_RTHROTTLED) {
		*due = 0;
		if (!flow_gave_up(&l->flow, now))
			return true;
		s->counts.throttled++;
		if (flow_is_vain(&l->flow, now))
			sender_give_up_lane(s, l, "throttles all, for longer "
			    "than --throttle-time");
		return false;
	}
	if (!is_transient(s->conf, part->status) ||
	    part->retries >= s->conf->retries)
		return false;
	*due = now + flow_backoff(++part->retries, &s->seed);
	return true;
}

void
sender_take_refusal(struct sender *s, struct lane *l, struct message *m,
    uint32_t i, uint32_t status)
{
	struct part *part = &m->part[i];
	uint64_t due;

	part->status = status;
	part->state = PART_REFUSED;
	if (m->stopped || m->told || !goes_again(s, l, part, &due)) {
		sender_give_up(m);
		return;
	}
	part->state = PART_AGAIN;
	m->again++;
	sender_lane_again(s, l, (struct heap_entry){due,
	    part->number, (uint32_t)sender_tag(m, i)});
}

bool
sender_is_acceptance(const struct pdu *answer)
{
	return answer->command_status == ESME_ROK &&
	    answer->type != PDU_generic_nack;
}

void
sender_keep_id(struct sender *s, struct message *m, uint32_t i,
    struct span id)
{
	m->part[i].id = message_keep(m, id);
	if (s->smsc != NULL && id.n > 0)
		matcher_add_to(s->smsc[m->part[i].smsc].matcher, id,
		    message_kept(m, m->to), sender_tag(m, i));
}

/* Whether the SMSC has a part, by its answer or by one that came late. */
static bool
take_acceptance(struct sender *s, struct message *m, uint32_t i,
    const struct pdu *answer)
{
	struct part *part = &m->part[i];
	bool accepted = sender_is_acceptance(answer);

	if (!accepted && !part->taken)
		return false;
	part->state = PART_OK;
	if (accepted && part->taken)
		sender_tell_twice(m, answer);
	else if (accepted && m->n_members == 0)
		sender_keep_id(s, m, i, answer->message_id);
	return true;
}

/* An SMSC that takes a broadcast may say that some areas do not. */
static void
take_areas(struct sender *s, struct message *m, struct pdu *answer)
{
	struct buf why = {0};
	uint32_t status;
	size_t n;

	if (answer->type != PDU_broadcast_sm_resp ||
	    answer->command_status != ESME_ROK)
		return;
	n = area_refusals(answer, &status, &why);
	if (n >= s->conf->n_areas && n > 0)
		answer->command_status = status;
	m->incomplete = n > 0;
	if (n > 1)
		buf_addf(&why, ", nor to %zu more", n - 1);
	if (n > 0)
		message_trouble(m, buf_cstr(&why));
	buf_free(&why);
}

/* How long the answer took, in ms: since the part left, or since it was due. */
static uint64_t
measure(struct sender *s, const struct part *part, const struct event *ev)
{
	uint64_t us;

	if (s->latency == NULL && !s->conf->pacer.open_loop)
		return ev->waited_ms;
	us = clock_us() - part->sent_us;
	if (s->latency != NULL)
		hist_add(s->latency, us);
	return s->conf->pacer.open_loop ? us / 1000 : ev->waited_ms;
}

void
sender_take_response(struct sender *s, struct lane *l, const struct event *ev)
{
	struct message *m = sender_message(s, ev->tag);
	uint32_t i = ev->tag & PART_MASK;
	struct part *part = &m->part[i];
	uint64_t waited_ms;
	struct event own;
	struct span ref;

	sender_lane_wake(s, l);
	if (ev->pdu.type == PDU_broadcast_sm_resp) {
		own = *ev;
		take_areas(s, m, &own.pdu);
		ev = &own;
	}
	if (m->n_members > 0)
		sender_read_refusals(s, m, ev);
	sender_note_answer(s, m, i, &ev->pdu);
	if (ev->late) {
		sender_take_late(s, m, i, ev);
		return;
	}
	m->flying--;
	s->n_flying--;
	early_answered(&s->early, part->number);
	l->windows_lost = 0;
	pacer_answer(&l->flow, ev, message_kept(m, m->to),
	    loop_now(s->loop));
	waited_ms = measure(s, part, ev);
	if (waited_ms > m->submit_ms)
		m->submit_ms = (uint32_t)waited_ms;
	if (ev->why != NULL) {
		ref = message_kept(m, m->ref);
		warn("row %.*s: its answer is damaged: %s", (int)ref.n,
		    (const char *)ref.p, ev->why);
	}
	if (take_acceptance(s, m, i, &ev->pdu)) {
		s->n_accepted++;
		if (m->n_members > 0)
			sender_share_answer(s, l, m, i, ev);
	} else {
		s->n_refused++;
		s->n_throttled += ev->pdu.command_status == ESME_RTHROTTLED;
		sender_take_refusal(s, l, m, i, ev->pdu.command_status);
	}
	sender_settle(s, m);
	if (s->early.n == 0)
		return;
	sender_match_early(s, ev->pdu.message_id);
	sender_give_back_early(s);
}
