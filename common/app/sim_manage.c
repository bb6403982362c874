/* SPDX-License-Identifier: ISC */
/*
 * Operations on messages that were taken: query_sm, cancel_sm and replace_sm
 * (3.4, 4.8 to 4.10).
 */
#include "app/sim_private.h"
#include "smpp/smpptime.h"

enum { STATE_SCHEDULED = 0, STATE_ENROUTE = 1 };

uint32_t
sim_find(struct sim *sim, const struct account *account,
    const struct pdu *pdu)
{
	uint32_t slot = store_find(&sim->store, pdu->message_id);
	struct message *m;

	if (slot == 0)
		return 0;
	m = store_at(&sim->store, slot);
	sim_expire(sim, m);
	return m->account == account &&
	    span_eq(message_source(m), pdu->source_addr) ? slot : 0;
}

/* The same for what is no broadcast. */
static uint32_t
find(struct sim *sim, const struct account *account,
    const struct pdu *pdu)
{
	uint32_t slot = sim_find(sim, account, pdu);

	return slot != 0 && store_at(&sim->store, slot)->type !=
	    PDU_broadcast_sm ? slot : 0;
}

uint32_t
sim_state(const struct sim *sim, const struct client *c,
    const struct message *m)
{
	if (sim_is_final(sim, m))
		return sim_outcome(sim, m)->message_state;
	return m->schedule_ms > sim->now && sim_version(sim, c) == 0x50 ?
	    STATE_SCHEDULED : STATE_ENROUTE;
}

bool
sim_final_date(const struct sim *sim, const struct message *m,
    char text[SMPPTIME_TEXT + 1])
{
	struct smpptime t;

	if (!sim_is_final(sim, m))
		return false;
	t = smpptime_at(sim->utc_ms - (int64_t)(sim->now - m->due_ms), 0);
	return smpptime_write(text, &t);
}

/* Of several with one id, that which is still on its way, else the last. */
static void
query(struct sim *sim, struct client *c, const struct pdu *pdu)
{
	uint32_t slot = find(sim, c->user, pdu);
	struct pdu resp = {.type = PDU_query_sm_resp,
	    .sequence_number = pdu->sequence_number,
	    .message_id = pdu->message_id};
	char final_date[SMPPTIME_TEXT + 1];
	const struct message *m;

	if (slot == 0) {
		sim_answer_status(sim, c, pdu, ESME_RINVMSGID);
		return;
	}
	m = store_at(&sim->store, slot);
	while (sim_is_final(sim, m) && m->sibling != 0)
		m = store_at(&sim->store, m->sibling);
	resp.message_state = sim_state(sim, c, m);
	if (sim_final_date(sim, m, final_date)) {
		resp.final_date = span_of(final_date, SMPPTIME_TEXT);
		resp.error_code = (uint8_t)sim_outcome(sim, m)->code;
	}
	sim_answer(sim, c, &resp);
}

/* Whether it can be taken back or be another: it is not final, nor with who
 * gets it. */
static bool
is_open(const struct sim *sim, const struct message *m)
{
	return !sim_is_final(sim, m) && !(m->phase == MESSAGE_SENT &&
	    m->stage == STAGE_DELIVERY);
}

void
sim_cancel(struct sim *sim, uint32_t slot, bool silent)
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

	for (uint32_t slot = 1; slot <= store_last(&sim->store); slot++) {
		const struct message *m = store_at(&sim->store, slot);

		if (!store_used(m) || m->account != account ||
		    m->type == PDU_broadcast_sm || !is_open(sim, m) ||
		    !matches(m, pdu))
			continue;
		sim_cancel(sim, slot, silent);
		n++;
	}
	return n;
}

static uint32_t
cancel_sm(struct sim *sim, struct account *account, const struct pdu *pdu)
{
	uint32_t slot;
	size_t n = 0;

	if (pdu->message_id.n == 0)
		return sim_cancel_matching(sim, account, pdu, false) > 0 ?
		    ESME_ROK : ESME_RCANCELFAIL;
	slot = find(sim, account, pdu);
	if (slot == 0)
		return ESME_RINVMSGID;
	for (; slot != 0; slot = store_at(&sim->store, slot)->sibling)
		if (is_open(sim, store_at(&sim->store, slot))) {
			sim_cancel(sim, slot, false);
			n++;
		}
	return n > 0 ? ESME_ROK : ESME_RCANCELFAIL;
}

/* Another text; what a replace_sm does not have stays as it was. */
static void
replace_content(struct sim *sim, struct message *m, const struct pdu *pdu)
{
	struct pdu with = *pdu;
	struct buf tlvs = {0};

	if (m->more == NULL)
		return;
	with.esm_class = m->more->esm_class & 0x80;
	with.protocol_id = m->more->protocol_id;
	with.data_coding = m->more->data_coding;
	buf_add_span(&tlvs, buf_span(&m->more->tlvs));
	sim_keep(sim, m, &with);
	store_keep(&sim->store, &m->more->tlvs, buf_span(&tlvs));
	buf_free(&tlvs);
}

static uint32_t
replace_sm(struct sim *sim, struct account *account, const struct pdu *pdu,
    uint32_t version)
{
	uint32_t slot = find(sim, account, pdu), status;
	struct sim_times times;
	struct span payload;
	struct message *m;

	if (slot == 0)
		return ESME_RINVMSGID;
	m = store_at(&sim->store, slot);
	if (!is_open(sim, m))
		return ESME_RREPLACEFAIL;
	if (pdu->registered_delivery > 0x1f)
		return ESME_RINVREGDLVFLG;
	if (pdu->sm_default_msg_id != 0)
		return ESME_RINVDFTMSGID;
	if (pdu->short_message.n > (version == 0x50 ? 255 : 254) ||
	    (pdu->short_message.n > 0 && pdu_tlv(pdu, TLV_message_payload,
	    &payload)))
		return ESME_RINVMSGLEN;
	status = sim_read_times(sim, pdu, &times);
	if (status != ESME_ROK)
		return status;
	m->registered_delivery = (uint8_t)pdu->registered_delivery;
	if (pdu->schedule_delivery_time.n > 0 || pdu->validity_period.n > 0)
		sim_decide(sim, m, &times);
	replace_content(sim, m, pdu);
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
		status = replace_sm(sim, c->user, pdu, sim_version(sim, c));
		break;
	case PDU_query_broadcast_sm:
		sim_query_broadcast(sim, c, pdu);
		return;
	case PDU_cancel_broadcast_sm:
		status = sim_cancel_broadcast(sim, c->user, pdu);
		break;
	default:
		break;
	}
	sim_answer_status(sim, c, pdu, status);
}
