/* SPDX-License-Identifier: ISC */
/*
 * The message store of smpp-sim: a pool of messages in chunks that never move,
 * and a ring that finds them by their ids, which are consecutive. One that is
 * so old that its place has come to another is not found any more.
 */
#include "app/sim_store.h"

#include <stdlib.h>

#include "base/mem.h"

enum { CHUNK = 1024 };

void
store_init(struct store *s, struct accounts *accounts, uint64_t first_id)
{
	*s = (struct store){.accounts = accounts, .next_id = first_id};
	s->by_id = mem_array(STORE_MOST, sizeof(*s->by_id));
	s->chunk = mem_array(STORE_MOST / CHUNK, sizeof(struct message *));
}

struct message_more *
store_more(struct message *m)
{
	if (m->more == NULL)
		m->more = mem_new(sizeof(*m->more));
	return m->more;
}

void
store_keep(struct store *s, struct buf *b, struct span octets)
{
	s->n_octets -= b->len;
	buf_clear(b);
	buf_add_span(b, octets);
	s->n_octets += octets.n;
}

static void
more_free(struct store *s, struct message_more *more)
{
	if (more == NULL)
		return;
	s->n_octets -= more->tlvs.len + more->text.len;
	buf_free(&more->tlvs);
	buf_free(&more->text);
	faults_free(&more->faults);
	free(more);
}

static bool
is_far(const struct message *m)
{
	return (size_t)m->n_source + m->n_dest > STORE_INLINE;
}

void
store_free(struct store *s)
{
	if (s->chunk == NULL)
		return;
	for (uint32_t i = 1; i <= s->n_slots; i++) {
		struct message *m = store_at(s, i);

		if (m->holders == 0)
			continue;
		if (is_far(m))
			free(m->address.far);
		more_free(s, m->more);
	}
	for (uint32_t i = 0; i < STORE_MOST / CHUNK; i++)
		free(s->chunk[i]);
	free(s->chunk);
	free(s->by_id);
}

struct message *
store_at(const struct store *s, uint32_t slot)
{
	return &s->chunk[(slot - 1) / CHUNK][(slot - 1) % CHUNK];
}

static uint32_t
take_slot(struct store *s)
{
	uint32_t slot = s->unused;

	if (slot != 0) {
		s->unused = store_at(s, slot)->next;
		return slot;
	}
	if (s->n_slots == STORE_MOST)
		return 0;
	if (s->n_slots % CHUNK == 0)
		s->chunk[s->n_slots / CHUNK] = mem_array(CHUNK,
		    sizeof(struct message));
	return ++s->n_slots;
}

struct span
message_source(const struct message *m)
{
	return span_of(is_far(m) ? m->address.far : m->address.near,
	    m->n_source);
}

struct span
message_dest(const struct message *m)
{
	return span_of((is_far(m) ? m->address.far : m->address.near) +
	    m->n_source, m->n_dest);
}

static void
keep_addresses(struct message *m, struct span source, struct span dest)
{
	uint8_t *p = m->address.near;

	m->n_source = (uint8_t)source.n;
	m->n_dest = (uint8_t)dest.n;
	if (is_far(m))
		p = m->address.far = mem_new(source.n + dest.n);
	if (source.n > 0)
		memcpy(p, source.p, source.n);
	if (dest.n > 0)
		memcpy(p + source.n, dest.p, dest.n);
}

/* The first of those with an id, or 0. */
static uint32_t
first_of(const struct store *s, uint64_t id)
{
	uint32_t slot = s->by_id[id % STORE_MOST];

	return slot != 0 && store_at(s, slot)->id == id ? slot : 0;
}

/* Those of an id are recent no more. */
static void
let_age(struct store *s, uint64_t id)
{
	for (uint32_t slot = first_of(s, id), next; slot != 0; slot = next) {
		next = store_at(s, slot)->sibling;
		store_release(s, slot);
	}
}

uint64_t
store_id(struct store *s)
{
	let_age(s, s->next_id - STORE_RECENT);
	return s->next_id++;
}

/* It is not found any more; its siblings are. */
static void
hide(struct store *s, uint32_t slot)
{
	const struct message *m = store_at(s, slot);
	uint32_t *link = &s->by_id[m->id % STORE_MOST];

	if (first_of(s, m->id) == 0)
		return;
	while (*link != slot)
		link = &store_at(s, *link)->sibling;
	*link = m->sibling;
}

struct message *
store_add(struct store *s, uint64_t id, struct account *account,
    const struct pdu *pdu, uint32_t *slot)
{
	struct message *m;

	*slot = take_slot(s);
	if (*slot == 0)
		return NULL;
	s->n_used++;
	m = store_at(s, *slot);
	m->id = id;
	m->account = account;
	m->due_ms = m->timer_ms = m->schedule_ms = m->expire_ms = 0;
	m->more = NULL;
	m->next = 0;
	m->sibling = first_of(s, id);
	m->holders = 1;
	m->phase = MESSAGE_IDLE;
	m->stage = STAGE_TAKEN;
	m->form = ID_DEC;
	m->priority = (uint8_t)(pdu->priority_flag < ACCOUNT_PRIORITIES ?
	    pdu->priority_flag : ACCOUNT_PRIORITIES - 1);
	m->registered_delivery = (uint8_t)pdu->registered_delivery;
	m->tries = 0;
	m->type = (uint8_t)pdu->type;
	m->source_ton = (uint8_t)pdu->source_addr_ton;
	m->source_npi = (uint8_t)pdu->source_addr_npi;
	m->dest_ton = (uint8_t)pdu->dest_addr_ton;
	m->dest_npi = (uint8_t)pdu->dest_addr_npi;
	m->n_service_type = (uint8_t)pdu->service_type.n;
	if (pdu->service_type.n > 0)
		memcpy(m->service_type, pdu->service_type.p,
		    pdu->service_type.n);
	keep_addresses(m, pdu->source_addr, pdu->destination_addr);
	account->n_messages++;
	s->by_id[id % STORE_MOST] = *slot;
	return m;
}

void
store_hold(struct message *m)
{
	m->holders++;
}

void
store_release(struct store *s, uint32_t slot)
{
	struct message *m = store_at(s, slot);

	if (--m->holders > 0)
		return;
	hide(s, slot);
	if (is_far(m))
		free(m->address.far);
	more_free(s, m->more);
	m->next = s->unused;
	s->unused = slot;
	s->n_used--;
	if (--m->account->n_messages == 0)
		account_forget(s->accounts, m->account);
}

/* The message with this number, if its id was given in this form. */
static uint32_t
find_form(const struct store *s, enum id_form form, struct span id)
{
	uint64_t number;
	uint32_t slot;

	if (!id_form_read(form, id, &number))
		return 0;
	slot = first_of(s, number);
	return slot != 0 && store_at(s, slot)->form == form ? slot : 0;
}

uint32_t
store_find(const struct store *s, struct span id)
{
	uint32_t slot = 0;

	for (int form = 0; form < ID_FORMS && slot == 0; form++)
		slot = find_form(s, (enum id_form)form, id);
	return slot;
}
