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

/* Whether what goes wrong leaves a request without an answer. */
static bool
is_unanswered(const struct sim *sim)
{
	return sim_fault(sim, FAULT_SILENCE) != NULL ||
	    sim_fault(sim, FAULT_CLOSE) != NULL ||
	    sim_fault(sim, FAULT_CUT) != NULL ||
	    sim_fault(sim, FAULT_RESET) != NULL;
}

/* What the fault at hand makes of an answer. */
static void
spoil(struct pdu *resp, const struct fault *f)
{
	switch (f->kind) {
	case FAULT_SEQUENCE:
		resp->sequence_number ^= 0x40000000;
		break;
	case FAULT_COMMAND:
		resp->type = resp->type == PDU_data_sm_resp ?
		    PDU_submit_sm_resp : PDU_data_sm_resp;
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
answer_slowly(struct sim *sim, struct client *c, const struct pdu *answer)
{
	static const uint8_t nuls[4];
	const struct fault *nul = sim_fault(sim, FAULT_NUL);
	bool late = sim->wait > 0 || sim_fault(sim, FAULT_EARLY) != NULL;
	struct pdu resp = *answer;
	struct pdu_error error;
	struct buf octets = {0};
	struct wr w;
	size_t room = 128;

	if (sim->faulty && sim->set.of[FAULT_GROUP_ANSWER] != NULL)
		spoil(&resp, sim->set.of[FAULT_GROUP_ANSWER]);
	if (nul != NULL && !resp.no_body)
		resp.trailing = span_of(nuls, nul->n);
	do {
		room *= 4;
		w = wr_init(buf_reserve(&octets, room), room);
	} while (!pdu_encode(&w, &resp, &error) &&
	    error.fault == PDU_FAULT_FULL);
	for (int n = sim_fault(sim, FAULT_DOUBLE) ? 2 : 1; n > 0; n--)
		if (late)
			hold(sim, c, span_of(octets.p, w.len),
			    sim->now + sim->wait,
			    sim_fault(sim, FAULT_REORDER) != NULL);
		else
			let_go(sim, c, span_of(octets.p, w.len));
	buf_free(&octets);
}

bool
sim_answer(struct sim *sim, struct client *c, const struct pdu *answer)
{
	sim->said = answer->command_status;
	sim->has_said = true;
	if (sim->wait == 0 && !sim->faulty)
		return session_reply(&c->session, answer);
	if (!is_unanswered(sim))
		answer_slowly(sim, c, answer);
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
