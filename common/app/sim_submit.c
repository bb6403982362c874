/* SPDX-License-Identifier: ISC */
/*
 * Messages that come in (3.4, 4.4 to 4.7; 5.0, 4.2 and 4.4.1): checked,
 * remembered, answered, printed. submit_multi and broadcast_sm go on in files
 * of their own.
 */
#include "app/sim_private.h"
#include "smpp/smpptime.h"
#include "sys/diag.h"

uint32_t
sim_version(const struct sim *sim, const struct client *c)
{
	uint32_t version = session_version(&c->session);

	version = version <= 0x33 ? 0x33 : version < 0x50 ? 0x34 : 0x50;
	return version < sim->conf.version ? version : sim->conf.version;
}

/* One time of a PDU as milliseconds of sim->now's clock; 0 when there is
 * none. False when it is no time. */
static bool
read_time(const struct sim *sim, struct span text, uint64_t *at)
{
	struct smpptime t;
	int64_t ms;

	*at = 0;
	if (text.n == 0)
		return true;
	if (text.n != SMPPTIME_TEXT || !smpptime_read(&t, text))
		return false;
	ms = smpptime_utc(&t, 0, sim->utc_ms) - sim->utc_ms;
	*at = ms >= 0 ? sim->now + (uint64_t)ms :
	    (uint64_t)-ms < sim->now ? sim->now - (uint64_t)-ms : 1;
	return true;
}

uint32_t
sim_read_times(const struct sim *sim, const struct pdu *pdu,
    struct sim_times *t)
{
	if (!read_time(sim, pdu->schedule_delivery_time, &t->schedule_ms))
		return ESME_RINVSCHED;
	if (!read_time(sim, pdu->validity_period, &t->expire_ms))
		return ESME_RINVEXPIRY;
	if (t->expire_ms > 0 && t->expire_ms <= sim->now)
		return ESME_RINVEXPIRY;
	if (t->expire_ms > 0 && t->schedule_ms > t->expire_ms)
		return ESME_RINVSCHED;
	return ESME_ROK;
}

/* What is wrong with a message whatever its destination; 0 when nothing. */
static uint32_t
check(const struct pdu *pdu, uint32_t version)
{
	bool data_sm = pdu->type == PDU_data_sm;
	struct span payload;

	if (pdu->service_type.n > 5)
		return ESME_RINVSERTYP;
	if (pdu->source_addr.n > (data_sm ? 64 : 20))
		return ESME_RINVSRCADR;
	if (pdu->priority_flag > (version == 0x50 ? 4 : 3))
		return ESME_RINVPRTFLG;
	if (pdu->registered_delivery > 0x1f)
		return ESME_RINVREGDLVFLG;
	if (pdu->replace_if_present_flag > 1)
		return ESME_RINVREPFLAG;
	if (pdu->sm_default_msg_id != 0)
		return ESME_RINVDFTMSGID;
	if (pdu->short_message.n > (version == 0x50 ? 255 : 254))
		return ESME_RINVMSGLEN;
	if (pdu->tlvs.n > 0 && pdu->short_message.n > 0 &&
	    pdu_tlv(pdu, TLV_message_payload, &payload))
		return ESME_RINVMSGLEN;
	return ESME_ROK;
}

uint32_t
sim_check_destination(struct span address, bool data_sm)
{
	return address.n == 0 || address.n > (data_sm ? 64 : 20) ?
	    ESME_RINVDSTADR : ESME_ROK;
}

void
sim_decide(struct sim *sim, struct message *m, const struct sim_times *t)
{
	uint64_t delay = 0;

	if (delay_any(&sim->conf.delay))
		delay = delay_draw(&sim->conf.delay, &sim->dice);
	m->schedule_ms = t->schedule_ms > sim->now ? t->schedule_ms : 0;
	m->due_ms = (m->schedule_ms ? m->schedule_ms : sim->now + sim->wait) +
	    delay;
	m->outcome = (uint8_t)outcomes_next(&sim->conf.outcomes);
	m->expire_ms = t->expire_ms;
	if (t->expire_ms > 0 && m->due_ms > t->expire_ms) {
		m->due_ms = t->expire_ms;
		m->outcome = SIM_EXPIRED;
	}
}

uint32_t
sim_accept(struct sim *sim, struct account *account, const struct pdu *pdu,
    uint64_t id, const struct sim_times *t)
{
	uint32_t slot;
	struct message *m = NULL;

	if (store_has_room(&sim->store, pdu->frame.n))
		m = store_add(&sim->store, id, account, pdu, &slot);

	if (m == NULL) {
		if (!sim->told_full)
			warn("%u messages wait for their receipts to be "
			    "taken: more are refused with ESME_RMSGQFUL",
			    (unsigned)STORE_MOST);
		sim->told_full = true;
		return 0;
	}
	m->submit_utc_ms = sim->utc_ms;
	sim_decide(sim, m, t);
	sim_befall(sim, m, pdu);
	if (pdu->type != PDU_broadcast_sm)
		sim_keep(sim, m, pdu);
	sim->counts.messages++;
	return slot;
}

void
sim_refuse(struct sim *sim, struct client *c, const struct pdu *pdu,
    uint32_t status)
{
	sim->counts.refused++;
	sim_answer_status(sim, c, pdu, status);
}

struct pdu *
sim_acceptance(struct sim *sim, const struct pdu *pdu, struct span id)
{
	struct pdu *resp = &sim->response;

	resp->type = pdu_response(pdu->type);
	resp->command_status = ESME_ROK;
	resp->sequence_number = pdu->sequence_number;
	resp->message_id = id;
	return resp;
}

static void
submit_one(struct sim *sim, struct client *c, const struct pdu *pdu,
    const struct sim_times *t)
{
	struct account *account = c->user;
	uint32_t status = sim_check_destination(pdu->destination_addr,
	    pdu->type == PDU_data_sm), slot;
	char digits[ID_FORM_MAX];
	struct span text;
	uint64_t id;

	if (status != ESME_ROK) {
		sim_refuse(sim, c, pdu, status);
		return;
	}
	if (pdu->replace_if_present_flag == 1)
		sim_cancel_matching(sim, account, pdu, true);
	id = store_id(&sim->store);
	slot = sim_accept(sim, account, pdu, id, t);
	if (slot == 0) {
		sim_refuse(sim, c, pdu, ESME_RMSGQFUL);
		return;
	}
	text = sim_id(store_at(&sim->store, slot), digits);
	sim_answer(sim, c, sim_acceptance(sim, pdu, text));
	sim_row(sim, account, pdu, pdu->source_addr, pdu->destination_addr,
	    text);
	sim_schedule(sim, slot);
}

void
sim_submit(struct sim *sim, struct client *c, const struct pdu *pdu)
{
	uint32_t status = check(pdu, sim_version(sim, c));
	struct sim_times times = {0};

	if (sim->stopping)
		status = ESME_RSYSERR;
	else if (sim->rows_stuck)
		status = ESME_RMSGQFUL;
	else if ((sim->conf.accept_rate.n > 0 &&
	    !bucket_take(&sim->accept, sim->now)) ||
	    !account_takes(c->user, sim->now))
		status = ESME_RTHROTTLED;
	if (status == ESME_ROK)
		status = sim_read_times(sim, pdu, &times);
	if (status != ESME_ROK)
		sim_refuse(sim, c, pdu, status);
	else if (pdu->type == PDU_broadcast_sm)
		sim_broadcast(sim, c, pdu, &times);
	else if (pdu->type == PDU_submit_multi)
		sim_submit_multi(sim, c, pdu, &times);
	else
		submit_one(sim, c, pdu, &times);
}
