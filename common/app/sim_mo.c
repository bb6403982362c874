/* SPDX-License-Identifier: ISC */
/*
 * Messages to deliver, from records: each becomes one deliver_sm or, when it
 * is long, several, all for the bind whose turn it is. What is refused for the
 * moment, or was not acknowledged on a bind that is lost, goes to the next
 * bind. Records are read as binds take them, so that memory stays flat.
 */
#include "app/sim_private.h"
#include "base/mem.h"
#include "smpp/pdu.h"
#include "sys/diag.h"
#include "text/address.h"
#include "text/plan.h"

#include <stdlib.h>

enum { PARTS = 1024 };  /* at hand: several times the parts of one message */

enum part_phase { PART_UNUSED, PART_WAITING, PART_TIMED, PART_SENT };

/* One deliver_sm. */
struct part {
	enum part_phase phase;
	struct client *client;   /* whom it should go to; NULL: whoever is next */
	struct address from, to;
	uint8_t data_coding;
	bool udhi;
	unsigned tries;
	uint64_t number;         /* of its line, for diagnostics */
	struct buf octets;
	uint32_t next;           /* waiting or unused */
};

struct sim_mo {
	struct sim *sim;
	struct input *input;
	struct record_reader reader;
	struct text_conf text;
	struct text_plan plan;
	struct text_references references;
	struct part part[PARTS];
	uint32_t first, last;    /* waiting, counted from 1; 0: none */
	uint32_t unused, n_unused;
	struct heap retry;
	bool ended;
	struct pdu deliver;
};

static struct part *
at(struct sim_mo *mo, uint32_t number)
{
	return &mo->part[number - 1];
}

static void
put_back(struct sim_mo *mo, uint32_t number)
{
	struct part *p = at(mo, number);

	p->phase = PART_UNUSED;
	p->next = mo->unused;
	mo->unused = number;
	mo->n_unused++;
}

static void
queue(struct sim_mo *mo, uint32_t number, bool in_front)
{
	struct part *p = at(mo, number);

	p->phase = PART_WAITING;
	p->next = 0;
	if (mo->first == 0) {
		mo->first = mo->last = number;
	} else if (in_front) {
		p->next = mo->first;
		mo->first = number;
	} else {
		at(mo, mo->last)->next = number;
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
	mo->deliver.type = PDU_deliver_sm;
	return mo;
}

void
sim_mo_free(struct sim_mo *mo)
{
	if (mo == NULL)
		return;
	for (size_t i = 0; i < PARTS; i++)
		buf_free(&mo->part[i].octets);
	record_reader_free(&mo->reader);
	text_plan_free(&mo->plan);
	heap_free(&mo->retry);
	free(mo);
}

/* Reading */

static void
complain(struct sim_mo *mo, const char *what, const char *why)
{
	mo->sim->counts.failed++;
	warn("%s: line %llu: %s%s", input_name(mo->input),
	    (unsigned long long)input_number(mo->input), what, why);
}

static bool
read_address(struct sim_mo *mo, const struct value *value, bool sender,
    struct address *address)
{
	struct address_conf conf = {.sender = sender, .ton = -1, .npi = -1};
	struct buf why = {0};
	bool ok = true;

	*address = (struct address){0};
	if (!sender || value->type != VALUE_ABSENT)
		ok = address_read(address, value->s, &conf, &why);
	if (!ok)
		complain(mo, sender ? "from: " : "to: ", buf_cstr(&why));
	buf_free(&why);
	return ok;
}

/* Makes the parts of one record. */
static void
take_record(struct sim_mo *mo, const struct value row[])
{
	struct address from, to;

	if (!read_address(mo, &row[MO_from], true, &from) ||
	    !read_address(mo, &row[MO_to], false, &to))
		return;
	if (!text_plan_make(&mo->plan, &mo->text, row[MO_text].s)) {
		complain(mo, "text: ", text_plan_error(&mo->plan));
		return;
	}
	if (mo->plan.n_parts > 1)
		text_plan_set_reference(&mo->plan, text_references_next(
		    &mo->references, address_span(&to)));
	for (size_t i = 0; i < mo->plan.n_parts; i++) {
		uint32_t number = mo->unused;
		struct part *p = at(mo, number);

		mo->unused = p->next;
		mo->n_unused--;
		p->client = NULL;
		p->from = from;
		p->to = to;
		p->data_coding = mo->plan.data_coding;
		p->udhi = mo->plan.udhi;
		p->tries = 0;
		p->number = input_number(mo->input);
		buf_clear(&p->octets);
		buf_add_span(&p->octets, mo->plan.parts[i].octets);
		queue(mo, number, false);
	}
}

/* Reads until something waits; false when nothing can be read now. */
static bool
read_more(struct sim_mo *mo)
{
	struct value row[MO_COLUMNS];
	struct span line;

	while (mo->first == 0 && !mo->ended && mo->n_unused >= TEXT_PARTS_MAX) {
		switch (input_line(mo->input, &line)) {
		case INPUT_WAIT:
			return false;
		case INPUT_END:
			mo->ended = true;
			return false;
		case INPUT_LONG:
			complain(mo, "longer than a line may be", "");
			continue;
		case INPUT_ERROR:
			mo->sim->counts.failed++;
			warn("%s", input_error(mo->input));
			continue;
		case INPUT_LINE:
			break;
		}
		if (line.n == 0)
			continue;
		switch (record_read(&mo->reader, line, row)) {
		case RECORD_ROW:
			take_record(mo, row);
			break;
		case RECORD_HEADER:
			break;
		case RECORD_BAD:
			complain(mo, mo->reader.error, "");
			break;
		}
	}
	return mo->first != 0;
}

/* Sending */

static bool
has_room(struct client *c)
{
	return session_may_send(&c->session, PDU_deliver_sm) &&
	    session_room(&c->session) > 0;
}

/* The next bind of all, in turn, that takes one more. */
static struct client *
next_receiver(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_receivers; i++) {
		size_t n = (sim->next_receiver + i) % sim->n_receivers;

		if (has_room(sim->receiver[n])) {
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
		return has_room(c) ? c : NULL;
	c = next_receiver(mo->sim);
	if (c == NULL || p->tries > 0)
		return c;
	for (uint32_t n = mo->first; n != 0; n = at(mo, n)->next)
		if (at(mo, n)->number == p->number)
			at(mo, n)->client = c;
	return c;
}

static void
send_part(struct sim_mo *mo, struct client *c, uint32_t number)
{
	struct part *p = at(mo, number);
	struct pdu *pdu = &mo->deliver;

	pdu->source_addr_ton = p->from.ton;
	pdu->source_addr_npi = p->from.npi;
	pdu->source_addr = address_span(&p->from);
	pdu->dest_addr_ton = p->to.ton;
	pdu->dest_addr_npi = p->to.npi;
	pdu->destination_addr = address_span(&p->to);
	pdu->esm_class = p->udhi ? 0x40 : 0;
	pdu->data_coding = p->data_coding;
	pdu->short_message = buf_span(&p->octets);
	if (session_request(&c->session, pdu, SIM_TAG_MO | number,
	    mo->sim->now, NULL) != SESSION_TAKEN) {
		warn("line %llu: cannot be sent",
		    (unsigned long long)p->number);
		mo->sim->counts.failed++;
		put_back(mo, number);
		return;
	}
	p->phase = PART_SENT;
	server_touch(c);
}

static void
retry_due(struct sim_mo *mo)
{
	const struct heap_entry *e;

	while ((e = heap_first(&mo->retry)) != NULL &&
	    e->due <= mo->sim->now)
		queue(mo, heap_pop(&mo->retry).item, false);
}

void
sim_mo_send(struct sim *sim)
{
	struct sim_mo *mo = sim->mo;
	struct client *c = NULL;

	if (mo == NULL || sim->stopping)
		return;
	retry_due(mo);
	while (sim->n_receivers > 0 && (mo->first != 0 || read_more(mo))) {
		uint32_t number = mo->first;

		c = receiver_of(mo, at(mo, number));
		if (c == NULL)
			break;
		mo->first = at(mo, number)->next;
		send_part(mo, c, number);
	}
	if (!mo->ended)
		input_pause(mo->input, sim->n_receivers == 0 ||
		    mo->first != 0 || mo->n_unused < TEXT_PARTS_MAX);
}

void
sim_mo_answered(struct sim *sim, uint32_t number, uint32_t status)
{
	struct sim_mo *mo = sim->mo;
	struct part *p = at(mo, number);
	struct buf text = {0};

	switch (status_consequence(status)) {
	case STATUS_OK:
		sim->counts.delivered++;
		put_back(mo, number);
		break;
	case STATUS_THROTTLE:
	case STATUS_TRANSIENT:
		p->client = NULL;
		p->tries++;
		p->phase = PART_TIMED;
		heap_push(&mo->retry, (struct heap_entry){sim->now +
		    sim_backoff(p->tries), p->number, number});
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
	struct part *p = at(sim->mo, number);

	p->client = NULL;
	p->tries++;
	queue(sim->mo, number, true);
}

uint64_t
sim_mo_deadline(const struct sim_mo *mo)
{
	const struct heap_entry *e = heap_first(&mo->retry);

	return e != NULL ? e->due : UINT64_MAX;
}
