/* SPDX-License-Identifier: ISC */
/*
 * Operations on messages that were taken: query_sm, cancel_sm and replace_sm
 * (3.4, 4.8 to 4.10). A broadcast is over when it was answered, and its areas
 * are not kept: asking after it or cancelling it fails.
 */
#include "app/sim_private.h"
#include "smpp/smpptime.h"

enum { STATE_SCHEDULED = 0, STATE_ENROUTE = 1 };

static bool
is_final(const struct sim *sim, const struct message *m)
{
	return m->due_ms <= sim->now;
}

/* The message of this account with the id and the source of the request. */
static uint32_t
find(const struct sim *sim, const struct account *account,
    const struct pdu *pdu)
{
	uint32_t slot = store_find(&sim->store, pdu->message_id);
	const struct message *m;

	if (slot == 0)
		return 0;
	m = store_at(&sim->store, slot);
	return m->account == account &&
	    span_eq(message_source(m), pdu->source_addr) ? slot : 0;
}

static void
query(struct sim *sim, struct client *c, const struct pdu *pdu)
{
	uint32_t slot = find(sim, c->user, pdu);
	struct pdu resp = {.type = PDU_query_sm_resp,
	    .sequence_number = pdu->sequence_number,
	    .message_id = pdu->message_id, .message_state = STATE_ENROUTE};
	char final_date[SMPPTIME_TEXT + 1];
	const struct message *m;
	struct smpptime t;

	if (slot == 0) {
		sim_answer_status(sim, c, pdu, ESME_RINVMSGID);
		return;
	}
	m = store_at(&sim->store, slot);
	if (is_final(sim, m)) {
		resp.message_state = sim_outcome(sim, m)->message_state;
		resp.error_code = sim_outcome(sim, m)->failed ? 1 : 0;
		t = smpptime_at(sim->utc_ms - (int64_t)(sim->now - m->due_ms),
		    0);
		if (smpptime_write(final_date, &t))
			resp.final_date = span_of(final_date, SMPPTIME_TEXT);
	} else if (m->schedule_ms > sim->now && sim_version(c) == 0x50) {
		resp.message_state = STATE_SCHEDULED;
	}
	sim_answer(sim, c, &resp);
}

/* Takes a message back. silent: it gets no receipt. */
static void
cancel(struct sim *sim, uint32_t slot, bool silent)
{
	struct message *m = store_at(&sim->store, slot);

	m->outcome = SIM_DELETED;
	m->due_ms = sim->now;
	if (silent)
		m->registered_delivery = 0;
	sim_schedule(sim, slot);
}

/* Whether a message is one that the addresses of a request mean. */
static bool
matches(const struct message *m, const struct pdu *pdu)
{
	struct span type = span_of(m->service_type, m->n_service_type);

	return span_eq(message_source(m), pdu->source_addr) &&
	    span_eq(message_dest(m), pdu->destination_addr) &&
	    (pdu->service_type.n == 0 || span_eq(type, pdu->service_type));
}

size_t
sim_cancel_matching(struct sim *sim, struct account *account,
    const struct pdu *pdu, bool silent)
{
	size_t n = 0;

	for (size_t i = 0; i < STORE_RECENT; i++) {
		uint32_t slot = sim->store.recent[i];
		const struct message *m;

		if (slot == 0)
			continue;
		m = store_at(&sim->store, slot);
		if (m->account != account || is_final(sim, m) ||
		    !matches(m, pdu))
			continue;
		cancel(sim, slot, silent);
		n++;
	}
	return n;
}

static uint32_t
cancel_sm(struct sim *sim, struct account *account, const struct pdu *pdu)
{
	uint32_t slot;

	if (pdu->message_id.n == 0)
		return sim_cancel_matching(sim, account, pdu, false) > 0 ?
		    ESME_ROK : ESME_RCANCELFAIL;
	slot = find(sim, account, pdu);
	if (slot == 0)
		return ESME_RINVMSGID;
	if (is_final(sim, store_at(&sim->store, slot)))
		return ESME_RCANCELFAIL;
	cancel(sim, slot, false);
	return ESME_ROK;
}

static uint32_t
replace_sm(struct sim *sim, struct account *account, const struct pdu *pdu)
{
	uint32_t slot = find(sim, account, pdu), status;
	struct sim_times times;
	struct message *m;

	if (slot == 0)
		return ESME_RINVMSGID;
	m = store_at(&sim->store, slot);
	if (is_final(sim, m))
		return ESME_RREPLACEFAIL;
	if (pdu->registered_delivery > 0x1f)
		return ESME_RINVREGDLVFLG;
	if (pdu->sm_default_msg_id != 0)
		return ESME_RINVDFTMSGID;
	status = sim_read_times(sim, pdu, &times);
	if (status != ESME_ROK)
		return status;
	m->registered_delivery = (uint8_t)pdu->registered_delivery;
	if (pdu->schedule_delivery_time.n > 0 || pdu->validity_period.n > 0)
		sim_decide(sim, m, &times);
	sim_schedule(sim, slot);
	sim_row(sim, account, pdu, pdu->source_addr, message_dest(m),
	    pdu->message_id);
	return ESME_ROK;
}

void
sim_manage(struct sim *sim, struct client *c, const struct pdu *pdu)
{
	uint32_t status = ESME_RINVCMDID;

	switch (pdu->type) {
	case PDU_query_sm:
		query(sim, c, pdu);
		return;
	case PDU_cancel_sm:
		status = cancel_sm(sim, c->user, pdu);
		break;
	case PDU_replace_sm:
		status = replace_sm(sim, c->user, pdu);
		break;
	case PDU_query_broadcast_sm:
		status = ESME_RBCASTQUERYFAIL;
		break;
	case PDU_cancel_broadcast_sm:
		status = ESME_RBCASTCANCELFAIL;
		break;
	default:
		break;
	}
	sim_answer_status(sim, c, pdu, status);
}
