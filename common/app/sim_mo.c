/* SPDX-License-Identifier: ISC */
/*
 * Messages to deliver, from records: each becomes one deliver_sm or, when it
 * is long, several, all for the bind whose turn it is. What is refused for the
 * moment, or was not acknowledged on a bind that is lost, goes to the next
 * bind. Records are read as binds take them, so that memory stays flat.
 */
#include <stdlib.h>

#include "app/sim_mo_private.h"
#include "base/mem.h"
#include "smpp/pdu.h"
#include "sys/diag.h"

static void
put_back(struct sim_mo *mo, uint32_t number)
{
	struct part *p = part_at(mo, number);

	p->phase = PART_UNUSED;
	p->next = mo->unused;
	mo->unused = number;
	mo->n_unused++;
}

void
sim_mo_queue(struct sim_mo *mo, uint32_t number, bool in_front)
{
	struct part *p = part_at(mo, number);

	p->phase = PART_WAITING;
	p->next = 0;
	if (mo->first == 0) {
		mo->first = mo->last = number;
	} else if (in_front) {
		p->next = mo->first;
		mo->first = number;
	} else {
		part_at(mo, mo->last)->next = number;
		mo->last = number;
	}
}

struct sim_mo *
sim_mo_new(struct sim *sim)
{
	struct sim_mo *mo = mem_new(sizeof(*mo));
	struct span bad;

	mo->sim = sim;
	mo->input = sim->conf.mo;
	record_reader_init(&mo->reader, &schema_mo, NULL, false, &bad);
	mo->text = text_conf_default();
	mo->text.alphabet = sim->conf.alphabet;
	text_references_init(&mo->references, (uint32_t)dice_next(&sim->dice));
	for (uint32_t i = PARTS; i > 0; i--)
		put_back(mo, i);
	return mo;
}

void
sim_mo_free(struct sim_mo *mo)
{
	if (mo == NULL)
		return;
	for (size_t i = 0; i < PARTS; i++) {
		buf_free(&mo->part[i].octets);
		buf_free(&mo->part[i].tlvs);
		buf_free(&mo->part[i].account);
		buf_free(&mo->part[i].service_type);
	}
	record_reader_free(&mo->reader);
	text_plan_free(&mo->plan);
	heap_free(&mo->retry);
	free(mo);
}

/* Sending */

enum {
	SHORT_MOST = 254,
	LOOK_AGAIN = 100,  /* ms until an account is looked for again */
};

/* Whether a bind takes a part now: it has room, and is of its account. */
static bool
takes(const struct client *c, const struct part *p)
{
	const struct account *account = c->user;

	return session_may_send(&c->session, p->type) &&
	    session_room(&c->session) > 0 && (p->account.len == 0 ||
	    span_eq(account->system_id, buf_span(&p->account)));
}

/* The next bind of all, in turn, that takes it. */
static struct client *
next_receiver(struct sim *sim, const struct part *p)
{
	for (size_t i = 0; i < sim->n_receivers; i++) {
		size_t n = (sim->next_receiver + i) % sim->n_receivers;

		if (takes(sim->receiver[n], p)) {
			sim->next_receiver = n + 1;
			return sim->receiver[n];
		}
	}
	return NULL;
}

/* Whom a part goes to: NULL when it has to wait. The parts behind it of the
 * same message follow it. */
static struct client *
receiver_of(struct sim_mo *mo, struct part *p)
{
	struct client *c = p->client;
	bool bound = false;

	for (size_t i = 0; c != NULL && i < mo->sim->n_receivers; i++)
		bound |= mo->sim->receiver[i] == c;
	if (!bound)
		p->client = c = NULL;
	if (c != NULL)
		return takes(c, p) ? c : NULL;
	c = next_receiver(mo->sim, p);
	if (c == NULL || p->tries > 0)
		return c;
	for (uint32_t n = mo->first; n != 0; n = part_at(mo, n)->next)
		if (part_at(mo, n)->number == p->number)
			part_at(mo, n)->client = c;
	return c;
}

/* The PDU of a part; its TLVs are put into tlvs. */
static void
make_pdu(struct pdu *pdu, const struct part *p, struct buf *tlvs)
{
	bool payload = p->type == PDU_data_sm || p->octets.len > SHORT_MOST;
	size_t room = p->octets.len + 4;
	struct wr w;

	*pdu = (struct pdu){.type = p->type,
	    .service_type = buf_span(&p->service_type),
	    .source_addr_ton = p->from.ton, .source_addr_npi = p->from.npi,
	    .source_addr = address_span(&p->from),
	    .dest_addr_ton = p->to.ton, .dest_addr_npi = p->to.npi,
	    .destination_addr = address_span(&p->to),
	    .esme_addr_ton = p->to.ton, .esme_addr_npi = p->to.npi,
	    .esme_addr = address_span(&p->to),
	    .esm_class = p->esm_class, .data_coding = p->data_coding};
	buf_add_span(tlvs, buf_span(&p->tlvs));
	if (!payload) {
		pdu->short_message = buf_span(&p->octets);
	} else if (p->octets.len > 0) {
		w = wr_init(buf_reserve(tlvs, room), room);
		tlv_put(&w, TLV_message_payload, buf_span(&p->octets));
		tlvs->len += w.len;
	}
	pdu->tlvs = buf_span(tlvs);
}

/* What goes wrong with it; false when it is not to be sent. */
static bool
faults_of(struct sim *sim, const struct client *c, const struct part *p,
    struct fault_set *set)
{
	const struct account *account = c->user;
	struct fault_whom whom = {account->system_id, address_span(&p->from),
	    address_span(&p->to)};

	*set = (struct fault_set){{NULL}};
	faults_next(&sim->conf.faults, FAULT_ON_MO, &whom, sim->now, set);
	return fault_in(set, FAULT_SILENCE) == NULL;
}

static void
send_part(struct sim_mo *mo, struct client *c, uint32_t number)
{
	static const uint8_t nuls[4];
	struct part *p = part_at(mo, number);
	struct sim *sim = mo->sim;
	struct fault_set set;
	struct buf tlvs = {0};
	struct pdu pdu;

	if (!faults_of(sim, c, p, &set)) {
		put_back(mo, number);
		return;
	}
	make_pdu(&pdu, p, &tlvs);
	if (fault_in(&set, FAULT_NUL) != NULL)
		pdu.trailing = span_of(nuls, fault_in(&set, FAULT_NUL)->n);
	if (session_request(&c->session, &pdu, SIM_TAG_MO | number, sim->now,
	    NULL) != SESSION_TAKEN) {
		warn("line %llu: cannot be sent",
		    (unsigned long long)p->number);
		sim->counts.failed++;
		put_back(mo, number);
	} else {
		p->phase = PART_SENT;
		if (pdu_response(p->type) == PDU_unknown)
			put_back(mo, number);  /* nobody answers it */
		else if (fault_in(&set, FAULT_DOUBLE) != NULL)
			session_request(&c->session, &pdu, SIM_TAG_NONE,
			    sim->now, NULL);
		sim_act(sim, c, &set);
		server_touch(c);
	}
	buf_free(&tlvs);
}

static void
try_later(struct sim_mo *mo, uint32_t number, uint64_t ms)
{
	struct part *p = part_at(mo, number);

	p->client = NULL;
	p->phase = PART_TIMED;
	heap_push(&mo->retry, (struct heap_entry){mo->sim->now + ms,
	    p->number, number});
}

static void
retry_due(struct sim_mo *mo)
{
	const struct heap_entry *e;

	while ((e = heap_first(&mo->retry)) != NULL &&
	    e->due <= mo->sim->now)
		sim_mo_queue(mo, heap_pop(&mo->retry).item, false);
}

void
sim_mo_send(struct sim *sim)
{
	struct sim_mo *mo = sim->mo;
	struct client *c = NULL;

	if (mo == NULL || sim->stopping)
		return;
	retry_due(mo);
	while (sim->n_receivers > 0 && (mo->first != 0 || sim_mo_read(mo))) {
		uint32_t number = mo->first;

		c = receiver_of(mo, part_at(mo, number));
		if (c == NULL && part_at(mo, number)->account.len == 0)
			break;
		mo->first = part_at(mo, number)->next;
		if (c != NULL)
			send_part(mo, c, number);
		else
			try_later(mo, number, LOOK_AGAIN);
	}
	if (!mo->ended)
		input_pause(mo->input, sim->n_receivers == 0 ||
		    mo->first != 0 || mo->n_unused < TEXT_PARTS_MAX);
}

void
sim_mo_answered(struct sim *sim, uint32_t number, uint32_t status)
{
	struct sim_mo *mo = sim->mo;
	struct part *p = part_at(mo, number);
	struct buf text = {0};

	switch (status_consequence(status)) {
	case STATUS_OK:
		sim->counts.delivered++;
		put_back(mo, number);
		break;
	case STATUS_THROTTLE:
	case STATUS_TRANSIENT:
		p->tries++;
		try_later(mo, number, sim_backoff(p->tries));
		break;
	case STATUS_PERMANENT:
	case STATUS_SESSION:
		status_print(&text, status);
		warn("%s: line %llu: refused: %s", input_name(mo->input),
		    (unsigned long long)p->number, buf_cstr(&text));
		buf_free(&text);
		sim->counts.failed++;
		put_back(mo, number);
		break;
	}
}

void
sim_mo_lost(struct sim *sim, uint32_t number)
{
	struct part *p = part_at(sim->mo, number);

	p->client = NULL;
	p->tries++;
	sim_mo_queue(sim->mo, number, true);
}

uint64_t
sim_mo_deadline(const struct sim_mo *mo)
{
	const struct heap_entry *e = heap_first(&mo->retry);

	return e != NULL ? e->due : UINT64_MAX;
}
