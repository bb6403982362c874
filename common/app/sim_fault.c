/* SPDX-License-Identifier: ISC */
/*
 * What goes wrong with a request: told by the options, or by the text of the
 * message itself, which comes first. What becomes of the answer is in
 * sim_answer.c.
 */
#include "app/sim_private.h"
#include "sys/diag.h"

enum {
	GARBAGE = 32,        /* octets */
	BAD_TEXTS = 5,       /* that are told of */
};

/* Faults told by a text */

/* Whether the octets may hold "{sim ", in an alphabet of septets or octets, or
 * in UCS2. The brace is left out: GSM 03.38 has an escape in its place. */
static bool
may_tell(struct span octets)
{
	return octets.n > 5 && (memmem(octets.p, octets.n, "sim ", 4) != NULL ||
	    memmem(octets.p, octets.n, "\0s\0i\0m\0 ", 8) != NULL);
}

static void
read_text(struct sim *sim, const struct pdu *pdu, struct faults *faults)
{
	struct buf error = {0};

	if (faults_of_text(faults, sim_text(sim, pdu), &error) == FAULTS_BAD) {
		if (++sim->bad_texts <= BAD_TEXTS)
			warn("a message from %.*s: {sim ...}: %s",
			    (int)pdu->source_addr.n,
			    (const char *)pdu->source_addr.p,
			    buf_cstr(&error));
		faults_free(faults);
	}
	buf_free(&error);
}

/* What of them is for what is sent of the message later. */
static void
keep_told(struct sim *sim, struct message *m, const struct pdu *pdu)
{
	if ((sim->told.on & (FAULT_ON_RECEIPT | FAULT_ON_MO)) == 0)
		return;
	faults_init(&store_more(m)->faults, sim->dice.state, sim->now);
	read_text(sim, pdu, &m->more->faults);
}

/* What they make of a message */

enum id_form
sim_form(const struct sim *sim)
{
	const struct fault *id = sim_fault(sim, FAULT_ID);

	return id != NULL ? (enum id_form)id->n : ID_DEC;
}

void
sim_befall(struct sim *sim, struct message *m, const struct pdu *pdu)
{
	const struct fault *f;

	if (!sim->faulty && sim->told.n == 0)
		return;
	m->form = (uint8_t)sim_form(sim);
	if ((f = sim_fault(sim, FAULT_STAT)) != NULL)
		m->outcome = (uint8_t)(SIM_STATS + f->n);
	if ((f = sim_fault(sim, FAULT_FINAL)) != NULL)
		m->due_ms = (m->schedule_ms ? m->schedule_ms : sim->now +
		    sim->wait) + delay_draw(&f->delay, &sim->dice);
	if (sim_fault(sim, FAULT_EARLY) != NULL)
		m->due_ms = sim->now;
	if ((f = sim_fault(sim, FAULT_ERR)) != NULL)
		memcpy(store_more(m)->err, f->err, sizeof(f->err));
	if ((f = sim_fault(sim, FAULT_INTERIM)) != NULL)
		store_more(m)->interim = (uint8_t)(SIM_STATS + f->n + 1);
	keep_told(sim, m, pdu);
}

/* A request */

/* When answers that are sent backwards go: with those that came before in the
 * same time. */
static uint64_t
reorder_wait(struct sim *sim, uint64_t ms)
{
	if (sim->reorder_until <= sim->now)
		sim->reorder_until = sim->now + ms;
	return sim->reorder_until - sim->now;
}

static struct fault_whom
whom_of(const struct client *c, const struct pdu *req)
{
	const struct account *account = c->user;

	return (struct fault_whom){account != NULL ? account->system_id :
	    req->system_id, req->source_addr, req->destination_addr};
}

static bool
is_submit(const struct pdu *req)
{
	return (fault_occasion_at(0)->on & UINT64_C(1) << req->type) != 0;
}

/* Finds out what goes wrong. */
static void
gather(struct sim *sim, struct client *c, const struct pdu *req)
{
	struct faults *all = &sim->conf.faults;
	uint64_t on = UINT64_C(1) << req->type;
	struct fault_whom whom;

	if (is_submit(req) && may_tell(pdu_user_data(req))) {
		faults_init(&sim->told, sim->dice.state, sim->now);
		read_text(sim, req, &sim->told);
	}
	if (((all->on | sim->told.on) & on) == 0)
		return;
	whom = whom_of(c, req);
	sim->set = (struct fault_set){{NULL}};
	faults_next(&sim->told, on, &whom, sim->now, &sim->set);
	faults_next(all, on, &whom, sim->now, &sim->set);
	for (int i = 0; i < FAULT_GROUPS; i++)
		sim->faulty |= sim->set.of[i] != NULL;
}

/* The fault that refuses the request; NULL. */
static const struct fault *
refusal(const struct sim *sim)
{
	const struct fault *f = sim->set.of[FAULT_GROUP_ANSWER];

	return f != NULL && (f->kind == FAULT_STATUS ||
	    f->kind == FAULT_BODY || f->kind == FAULT_NACK) ? f : NULL;
}

bool
sim_begin(struct sim *sim, struct client *c, const struct pdu *req)
{
	const struct fault *f;

	sim->faulty = false;
	sim->wait = 0;
	if (delay_any(&sim->conf.latency))
		sim->wait = delay_draw(&sim->conf.latency, &sim->dice);
	gather(sim, c, req);
	if (!sim->faulty)
		return true;
	if ((f = sim_fault(sim, FAULT_LATE)) != NULL)
		sim->wait += delay_draw(&f->delay, &sim->dice);
	if ((f = sim_fault(sim, FAULT_REORDER)) != NULL)
		sim->wait = reorder_wait(sim, f->n);
	if ((f = sim_fault(sim, FAULT_LINGER)) != NULL)
		c->linger_ms = f->n;
	f = refusal(sim);
	if (f == NULL)
		return true;
	if (is_submit(req))
		sim->counts.refused++;
	sim_answer_status(sim, c, req, fault_status(f, &sim->conf.faults.dice));
	return false;
}

uint32_t
sim_dest_fault(struct sim *sim, const struct account *account,
    struct span from, struct span to)
{
	struct fault_whom whom = {account->system_id, from, to};
	struct fault_set set = {{NULL}};
	const struct fault *f;

	faults_next(&sim->conf.faults, FAULT_ON_DEST, &whom, sim->now, &set);
	f = set.of[FAULT_GROUP_ANSWER];
	return f != NULL ? fault_status(f, &sim->conf.faults.dice) : ESME_ROK;
}

/* Octets whose command_length is impossible. */
static void
send_garbage(struct sim *sim, struct client *c)
{
	uint8_t octets[GARBAGE] = {0xff};

	for (size_t i = 1; i < sizeof(octets); i++)
		octets[i] = (uint8_t)dice_next(&sim->conf.faults.dice);
	session_raw(&c->session, span_of(octets, sizeof(octets)));
}

static void
act(struct sim *sim, struct client *c, const struct fault *f)
{
	switch (f->kind) {
	case FAULT_UNBIND:
		session_unbind(&c->session, sim->now);
		break;
	case FAULT_CLOSE:
		session_drop(&c->session, "closed, as told");
		break;
	case FAULT_CUT:
		server_cut(c, false);
		break;
	case FAULT_RESET:
		server_cut(c, true);
		break;
	case FAULT_STALL:
		server_stall(c, f->n);
		break;
	case FAULT_GARBAGE:
		send_garbage(sim, c);
		break;
	case FAULT_SEGMENT:
		server_segment(c, (size_t)f->n);
		break;
	case FAULT_GATHER:
		server_gather(c, f->n);
		break;
	default:
		return;
	}
	server_touch(c);
}

void
sim_act(struct sim *sim, struct client *c, const struct fault_set *set)
{
	static const enum fault_group in_order[] = {FAULT_GROUP_WIRE,
	    FAULT_GROUP_AFTER, FAULT_GROUP_ANSWER};

	for (size_t i = 0; i < sizeof(in_order) / sizeof(*in_order); i++)
		if (set->of[in_order[i]] != NULL)
			act(sim, c, set->of[in_order[i]]);
}

void
sim_end(struct sim *sim, struct client *c)
{
	if (sim->faulty)
		sim_act(sim, c, &sim->set);
	sim->faulty = false;
	if (sim->told.n > 0)
		faults_free(&sim->told);
}
