/* SPDX-License-Identifier: ISC */
/*
 * smpp-sim between its server and its modules: binds, the way of each event,
 * and the order in which a pass does its work: what came is taken, then what
 * is due is sent, then rows are written, then sessions.
 */
#include "app/sim.h"

#include <stdlib.h>
#include <sys/random.h>

#include "app/sim_private.h"
#include "base/mem.h"
#include "smpp/dlr.h"
#include "sys/diag.h"

enum {
	ROWS_MOST = 4 << 20,  /* octets of rows that nobody takes: clients wait */
	ROWS_MS = 1000,       /* for so long, then submits are refused */
	SEEDED_ID = 1000000001,  /* the first id of a run that can be repeated */
};

static void
tell_time(struct sim *sim)
{
	struct timespec t = clock_now();

	sim->now = loop_now(sim->loop);
	sim->utc_ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Everything that may become of a message, with its err. */
static void
set_fates(struct sim *sim)
{
	const struct outcomes *dealt = &sim->conf.outcomes;
	const struct dlr_stat *stat;

	memcpy(sim->fate, dealt->row, dealt->n * sizeof(*dealt->row));
	outcome_of(&sim->fate[SIM_EXPIRED], span_str("EXPIRED"));
	outcome_of(&sim->fate[SIM_DELETED], span_str("DELETED"));
	for (size_t i = 0; (stat = dlr_stat_at(i)) != NULL; i++) {
		struct span word = span_str(stat->word);

		outcome_of(&sim->fate[SIM_STATS + i], word);
		if (span_is(word, "ENROUTE"))
			sim->enroute = (uint8_t)(SIM_STATS + i);
		if (span_is(word, "UNDELIV"))
			sim->undeliv = (uint8_t)(SIM_STATS + i);
	}
	for (size_t i = 0; i < SIM_FATES; i++)
		if (sim->fate[i].stat_len > 0)
			errs_apply(&sim->conf.errs, &sim->fate[i]);
}

/* The seed of this run's dice: the one given, or any. */
static uint64_t
seed_of(const struct sim *sim)
{
	uint64_t seed;

	if (sim->conf.seeded)
		return sim->conf.seed;
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uint64_t)sim->utc_ms;
	return seed;
}

struct sim *
sim_new(struct loop *loop, const struct sim_conf *conf)
{
	struct sim *sim = mem_new(sizeof(*sim));
	uint64_t seed;

	sim->loop = loop;
	sim->conf = *conf;
	sim->held = sim_held_new();
	sim->calls = sim_calls_new(sim);
	sim->look_again = UINT64_MAX;
	sim->minute[0] = sim->minute[1] = INT64_MIN;
	tell_time(sim);
	if (conf->accept_rate.n > 0)
		bucket_init(&sim->accept, conf->accept_rate, sim->now);
	seed = seed_of(sim);
	sim->dice = dice_of(seed);
	sim->conf.faults.dice = dice_of(~seed);
	sim->conf.faults.start_ms = sim->now;
	set_fates(sim);
	for (size_t i = 0; i < conf->format.n; i++)
		sim->more_columns |= conf->format.column[i] >= SIM_status;
	store_init(&sim->store, conf->accounts, conf->seeded ? SEEDED_ID :
	    (uint64_t)(sim->utc_ms / 1000));
	if (conf->mo != NULL)
		sim->mo = sim_mo_new(sim);
	return sim;
}

void
sim_free(struct sim *sim)
{
	if (sim == NULL)
		return;
	store_free(&sim->store);
	heap_free(&sim->due);
	sim_mo_free(sim->mo);
	free(sim->calls);
	sim_held_free(sim->held);
	free(sim->receiver);
	buf_free(&sim->text);
	buf_free(&sim->given);
	buf_free(&sim->faults_text);
	buf_free(&sim->fields);
	buf_free(&sim->dests);
	buf_free(&sim->status_text);
	free(sim);
}

struct sim_counts
sim_counts(const struct sim *sim)
{
	return sim->counts;
}

void
sim_stop(struct sim *sim)
{
	sim->stopping = true;
}

/* Binds */

static void
add_receiver(struct sim *sim, struct account *account, struct client *c)
{
	account_add_receiver(account, c);
	sim->receiver = mem_resize(sim->receiver,
	    (sim->n_receivers + 1) * sizeof(struct client *));
	sim->receiver[sim->n_receivers++] = c;
	sim_wake_account(sim, account);
}

static void
bind(struct sim *sim, struct client *c, const struct pdu *pdu)
{
	uint32_t status;
	uint8_t octets[8];
	struct wr tlvs = wr_init(octets, sizeof(octets));
	struct account *account = accounts_bind(sim->conf.accounts, c, pdu,
	    sim->now, &status);
	struct pdu resp = {.type = pdu_response(pdu->type),
	    .sequence_number = pdu->sequence_number,
	    .system_id = span_str("smpp-sim")};

	if (account == NULL) {
		sim_answer_status(sim, c, pdu, status);
		return;
	}
	c->user = account;
	if (sim_version(sim, c) > 0x33)
		tlv_put_uint(&tlvs, TLV_sc_interface_version, sim_version(sim, c));
	resp.tlvs = span_of(octets, tlvs.len);
	sim_answer(sim, c, &resp);
	if (pdu->type != PDU_bind_transmitter)
		add_receiver(sim, account, c);
}

static void
gone(struct sim *sim, struct client *c)
{
	struct account *account = c->user;

	sim_row_gone(sim, c);
	for (size_t i = 0; i < sim->n_receivers; i++)
		if (sim->receiver[i] == c) {
			sim->receiver[i] = sim->receiver[--sim->n_receivers];
			break;
		}
	if (account == NULL)
		return;
	sim_wake_account(sim, account);
	if (c->linger_ms > 0 && c->end != SESSION_END_PEER_UNBIND &&
	    c->end != SESSION_END_UNBOUND)
		account_linger(account, sim->now + c->linger_ms);
	account_unbind(sim->conf.accounts, account, c);
}

/* Events */

static bool
is_bind(enum pdu_type type)
{
	return type == PDU_bind_transmitter || type == PDU_bind_receiver ||
	    type == PDU_bind_transceiver;
}

/* What the version of the session, or of this SMSC, does not have; ESME_ROK. A
 * receiver sends no data_sm in 5.0 (5.0, 2.4). */
static uint32_t
check_version(const struct sim *sim, const struct client *c,
    const struct pdu *pdu)
{
	uint32_t version = is_bind(pdu->type) ? sim->conf.version :
	    sim_version(sim, c);

	if (pdu_row(pdu->type)->since > version)
		return ESME_RINVCMDID;
	if (pdu->type == PDU_data_sm && version == 0x50 &&
	    session_state(&c->session) == SESSION_BOUND_RX)
		return ESME_RINVBNDSTS;
	return ESME_ROK;
}

static void
request(struct sim *sim, struct client *c, const struct pdu *pdu)
{
	uint32_t status = check_version(sim, c, pdu);

	if (status != ESME_ROK) {
		sim_answer_status(sim, c, pdu, status);
		return;
	}
	switch (pdu->type) {
	case PDU_bind_transmitter:
	case PDU_bind_receiver:
	case PDU_bind_transceiver:
		bind(sim, c, pdu);
		break;
	case PDU_submit_sm:
	case PDU_submit_multi:
	case PDU_data_sm:
	case PDU_broadcast_sm:
		sim_submit(sim, c, pdu);
		break;
	case PDU_enquire_link:
		sim_answer_status(sim, c, pdu, ESME_ROK);
		break;
	default:
		sim_manage(sim, c, pdu);
		break;
	}
}

/* An answer to a receipt or message of ours. */
static void
response(struct sim *sim, struct client *c, uint64_t tag, uint32_t status)
{
	if (tag & SIM_TAG_NONE)
		return;
	if (tag & SIM_TAG_MO)
		sim_mo_answered(sim, (uint32_t)tag, status);
	else
		sim_answered(sim, (uint32_t)tag, status);
	sim_wake_account(sim, c->user);
}

/* A bind that answers nothing any more is not worth to be kept: another one
 * may take what it did not. */
static void
timeout(struct sim *sim, struct client *c)
{
	const struct account *account = c->user;

	if (!sim->told_timeout)
		note("%.*s: a deliver_sm was not answered in time",
		    (int)account->system_id.n,
		    (const char *)account->system_id.p);
	sim->told_timeout = true;
	if (session_timed_out(&c->session) == session_in_flight(&c->session) &&
	    session_room(&c->session) == 0)
		session_drop(&c->session, "no deliver_sm was answered");
}

/* What was sent to a client is never answered. */
static void
lost(struct sim *sim, uint64_t tag)
{
	if (tag & SIM_TAG_NONE)
		return;
	if (tag & SIM_TAG_MO)
		sim_mo_lost(sim, (uint32_t)tag);
	else
		sim_lost(sim, (uint32_t)tag);
}

/* What a session says. Its row comes before what faults do to the session. */
static void
hear(struct sim *sim, struct client *c, const struct event *ev)
{
	bool bound = c->user != NULL;
	bool tells = sim->conf.all_pdus || sim->conf.lint;
	bool is_request = ev->type == SESSION_EV_BIND ||
	    ev->type == SESSION_EV_REQUEST;

	sim->client = c;
	sim->said = ev->answer;
	sim->has_said = ev->answered;
	if (is_request && sim_begin(sim, c, &ev->pdu))
		request(sim, c, &ev->pdu);
	if (tells)
		sim_row_event(sim, ev, bound);
	if (is_request)
		sim_end(sim, c);
	else if (ev->type == SESSION_EV_RESPONSE)
		response(sim, c, ev->tag, ev->pdu.command_status);
	else if (ev->type == SESSION_EV_TIMEOUT)
		timeout(sim, c);
	buf_clear(&sim->given);
}

static void
take(struct sim *sim, struct server_event *ev)
{
	if (ev->type == SERVER_EV_GONE)
		gone(sim, ev->client);
	else if (ev->type == SERVER_EV_LOST)
		lost(sim, ev->event.tag);
	else
		hear(sim, ev->client, &ev->event);
}

/*
 * Who reads the rows may be slow: the clients then wait, that is, their octets
 * stay unread. One that reads nothing at all must not silence the sessions:
 * they go on, and submits are refused.
 */
static void
mind_rows(struct sim *sim)
{
	struct out *out = sim->conf.out;
	bool behind = out_pending(out) > ROWS_MOST;

	if (!behind || out->taken != sim->rows_taken)
		sim->rows_late = sim->now + ROWS_MS;
	sim->rows_taken = out->taken;
	sim->rows_stuck = behind && sim->now >= sim->rows_late;
	sim->rows_behind = behind && !sim->rows_stuck;
	server_pause(sim->conf.server, sim->rows_behind);
}

/* After a bind's output was full. */
static void
wake_all(struct sim *sim)
{
	struct account *p;

	sim->look_again = UINT64_MAX;
	for (p = sim->conf.accounts->first; p != NULL; p = p->next)
		sim_wake_account(sim, p);
}

void
sim_work(struct sim *sim)
{
	struct server_event ev;

	tell_time(sim);
	if (sim->conf.out != NULL)
		mind_rows(sim);
	sim_release_held(sim);
	while (server_next(sim->conf.server, &ev))
		take(sim, &ev);
	sim_calls_work(sim);
	if (sim->now >= sim->look_again)
		wake_all(sim);
	if (!sim->stopping) {
		sim_run_due(sim);
		sim_send_queued(sim);
		sim_mo_send(sim);
	}
	sim_release_held(sim);
	if (sim->conf.out != NULL && !out_flush(sim->conf.out))
		return;
	server_flush(sim->conf.server);
}

uint64_t
sim_deadline(const struct sim *sim)
{
	uint64_t due = server_deadline(sim->conf.server);
	const struct heap_entry *e = heap_first(&sim->due);

	if (sim->rows_behind)
		due = sim->rows_late;
	if (sim->look_again < due)
		due = sim->look_again;
	if (sim_held_deadline(sim->held) < due)
		due = sim_held_deadline(sim->held);
	if (sim->stopping)
		return due;
	if (sim_calls_deadline(sim->calls) < due)
		due = sim_calls_deadline(sim->calls);
	if (e != NULL && e->due < due)
		due = e->due;
	if (sim->mo != NULL && sim_mo_deadline(sim->mo) < due)
		due = sim_mo_deadline(sim->mo);
	return due;
}
