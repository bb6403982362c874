/* SPDX-License-Identifier: ISC */
/*
 * The way of every answer: at once, after --latency, or as a fault has it.
 * Answers that wait stand in a heap by their time; what a client left behind
 * goes to nobody.
 */
#include <stdlib.h>

#include "app/sim_private.h"
#include "base/mem.h"
#include "sys/diag.h"

enum {
	HELD_MOST = 1 << 20,  /* answers that wait; more push the first out */
	HELD_INLINE = 48,     /* octets: a submit_sm_resp with a usual id */
	GARBAGE = 32,
};

struct held {
	struct client_ref client;
	uint32_t n;
	union {
		uint8_t near[HELD_INLINE];
		uint8_t *far;  /* when it is longer */
	} octets;
};

struct sim_held {
	struct held *held;
	uint32_t *unused;
	size_t n_held, n_unused, cap;
	struct heap heap;
	uint64_t order;
	uint64_t reorder_until;  /* of the answers that go out backwards now */
	bool told_full;
};

struct sim_held *
sim_held_new(void)
{
	return mem_new(sizeof(struct sim_held));
}

void
sim_held_free(struct sim_held *h)
{
	if (h == NULL)
		return;
	while (heap_first(&h->heap) != NULL) {
		struct held *p = &h->held[heap_pop(&h->heap).item];

		if (p->n > HELD_INLINE)
			free(p->octets.far);
	}
	heap_free(&h->heap);
	free(h->held);
	free(h->unused);
	free(h);
}

uint64_t
sim_held_deadline(const struct sim_held *h)
{
	const struct heap_entry *e = heap_first(&h->heap);

	return e != NULL ? e->due : UINT64_MAX;
}

/* Octets of an answer leave. A bind is answered through the session, which is
 * bound by that. */
static void
let_go(struct sim *sim, struct client *c, struct span octets)
{
	struct pdu_error error;
	struct pdu pdu;

	if (session_state(&c->session) == SESSION_CLOSED)
		return;
	if (session_state(&c->session) == SESSION_BINDING &&
	    pdu_decode(&pdu, octets, &error)) {
		session_reply(&c->session, &pdu);
		if (c->user != NULL)
			sim_wake_account(sim, c->user);
	} else {
		session_raw(&c->session, octets);
	}
	server_touch(c);
}

static void
release_first(struct sim *sim)
{
	struct sim_held *h = sim->held;
	uint32_t item = heap_pop(&h->heap).item;
	struct held *p = &h->held[item];
	struct client *c = server_find(sim->conf.server, p->client);
	const uint8_t *octets = p->n > HELD_INLINE ? p->octets.far :
	    p->octets.near;

	if (c != NULL)
		let_go(sim, c, span_of(octets, p->n));
	if (p->n > HELD_INLINE)
		free(p->octets.far);
	h->unused[h->n_unused++] = item;
}

void
sim_release_held(struct sim *sim)
{
	while (sim_held_deadline(sim->held) <= sim->now)
		release_first(sim);
}

static uint32_t
take_place(struct sim *sim)
{
	struct sim_held *h = sim->held;

	if (h->n_unused == 0 && h->n_held == HELD_MOST) {
		if (!h->told_full)
			warn("%u answers wait: the first ones leave before "
			    "their time", (unsigned)HELD_MOST);
		h->told_full = true;
		release_first(sim);
	}
	if (h->n_unused > 0)
		return h->unused[--h->n_unused];
	if (h->n_held == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 64;
		h->held = mem_resize(h->held, h->cap * sizeof(*h->held));
		h->unused = mem_resize(h->unused, h->cap * sizeof(*h->unused));
	}
	return (uint32_t)h->n_held++;
}

static void
hold(struct sim *sim, struct client *c, struct span octets, uint64_t due,
    bool backwards)
{
	struct sim_held *h = sim->held;
	uint32_t item = take_place(sim);
	struct held *p = &h->held[item];
	uint64_t order = h->order++;

	p->client = server_ref(c);
	p->n = (uint32_t)octets.n;
	if (p->n > HELD_INLINE)
		p->octets.far = (uint8_t *)mem_strndup(octets.p, octets.n);
	else
		memcpy(p->octets.near, octets.p, octets.n);
	heap_push(&h->heap, (struct heap_entry){due,
	    backwards ? UINT64_MAX - order : order, item});
}

/* When an answer to be sent backwards goes: with those that came before it in
 * the same time. */
static uint64_t
reorder_due(struct sim *sim, uint64_t ms)
{
	struct sim_held *h = sim->held;

	if (h->reorder_until <= sim->now)
		h->reorder_until = sim->now + ms;
	return h->reorder_until;
}

static bool
is_unanswered(const struct fault *f)
{
	return f != NULL && (f->kind == FAULT_SILENCE ||
	    f->kind == FAULT_CLOSE || f->kind == FAULT_CUT ||
	    f->kind == FAULT_RESET);
}

/* What the fault at hand makes of an answer. */
static void
spoil(struct pdu *resp, const struct fault *f)
{
	switch (f->kind) {
	case FAULT_SEQUENCE:
		resp->sequence_number ^= 0x40000000;
		break;
	case FAULT_NO_BODY:
		resp->no_body = true;
		break;
	case FAULT_BODY:
		resp->no_body = false;
		resp->message_id = span_str("0");
		resp->system_id = span_str("smpp-sim");
		break;
	case FAULT_NACK:
		resp->type = PDU_generic_nack;
		break;
	default:
		break;
	}
}

/* An answer that does not leave at once, or not as it is. */
static void
answer_slowly(struct sim *sim, struct client *c, const struct pdu *answer,
    const struct fault *f)
{
	struct pdu resp = *answer;
	struct pdu_error error;
	struct buf octets = {0};
	struct wr w;
	uint64_t due = sim->now + sim->wait;
	size_t room = 128;

	if (f != NULL)
		spoil(&resp, f);
	do {
		room *= 4;
		w = wr_init(buf_reserve(&octets, room), room);
	} while (!pdu_encode(&w, &resp, &error) &&
	    error.fault == PDU_FAULT_FULL);
	for (int n = f != NULL && f->kind == FAULT_DOUBLE ? 2 : 1; n > 0; n--)
		if (due > sim->now || (f != NULL && f->kind == FAULT_EARLY))
			hold(sim, c, span_of(octets.p, w.len), due,
			    f != NULL && f->kind == FAULT_REORDER);
		else
			let_go(sim, c, span_of(octets.p, w.len));
	buf_free(&octets);
}

bool
sim_answer(struct sim *sim, struct client *c, const struct pdu *answer)
{
	if (is_unanswered(sim->fault))
		return true;
	if (sim->wait == 0 && sim->fault == NULL)
		return session_reply(&c->session, answer);
	answer_slowly(sim, c, answer, sim->fault);
	return true;
}

void
sim_answer_status(struct sim *sim, struct client *c, const struct pdu *req,
    uint32_t status)
{
	struct pdu resp = {.type = pdu_response(req->type),
	    .command_status = status, .no_body = status != ESME_ROK,
	    .sequence_number = req->sequence_number};

	if (resp.type == PDU_unknown)
		resp.type = PDU_generic_nack;
	sim_answer(sim, c, &resp);
}

/* Faults */

bool
sim_begin(struct sim *sim, struct client *c, const struct pdu *req,
    enum fault_occasion on)
{
	struct faults *faults = &sim->conf.faults;
	const struct fault *f;

	sim->fault = NULL;
	sim->wait = sim->conf.latency_least;
	if (sim->conf.latency_most > sim->wait)
		sim->wait = faults_random(faults, sim->wait,
		    sim->conf.latency_most);
	if (faults->n == 0)
		return true;
	f = sim->fault = faults_next(faults, on, sim->now);
	if (f != NULL && f->kind == FAULT_LATE)
		sim->wait += faults_random(faults, f->least, f->most);
	if (f != NULL && f->kind == FAULT_REORDER)
		sim->wait = reorder_due(sim, f->least) - sim->now;
	if (f == NULL || (f->kind != FAULT_STATUS && f->kind != FAULT_BODY &&
	    f->kind != FAULT_NACK))
		return true;
	if (on == FAULT_ON_SUBMIT)
		sim->counts.refused++;
	sim_answer_status(sim, c, req, (uint32_t)f->least);
	sim->fault = NULL;
	return false;
}

uint32_t
sim_dest_fault(struct sim *sim)
{
	struct faults *faults = &sim->conf.faults;
	const struct fault *f = NULL;

	if (faults->n > 0)
		f = faults_next(faults, FAULT_ON_DEST, sim->now);
	return f != NULL ? (uint32_t)f->least : ESME_ROK;
}

/* Octets whose command_length is impossible. */
static void
send_garbage(struct sim *sim, struct client *c)
{
	uint8_t octets[GARBAGE] = {0xff};

	for (size_t i = 1; i < sizeof(octets); i++)
		octets[i] = (uint8_t)faults_random(&sim->conf.faults, 0, 255);
	session_raw(&c->session, span_of(octets, sizeof(octets)));
}

void
sim_act(struct sim *sim, struct client *c, const struct fault *f)
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
		server_stall(c, f->least);
		break;
	case FAULT_GARBAGE:
		send_garbage(sim, c);
		break;
	case FAULT_SEGMENT:
		server_segment(c, (size_t)f->least);
		break;
	case FAULT_GATHER:
		server_gather(c, f->least);
		break;
	default:
		return;
	}
	server_touch(c);
}

void
sim_end(struct sim *sim, struct client *c)
{
	const struct fault *f = sim->fault;

	sim->fault = NULL;
	if (f != NULL)
		sim_act(sim, c, f);
}
