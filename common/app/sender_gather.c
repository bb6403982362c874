/* SPDX-License-Identifier: ISC */
/*
 * --multi: rows that differ in nothing but their destination become a group,
 * whose parts are submit_multi (3.4, 4.5.1). A row joins the group at hand when
 * the PDUs that it would be sent in are those of the group.
 */
#include <sysexits.h>

#include "app/sender_private.h"

enum {
	DEST_OCTETS = 24,         /* of the longest item of dest_address */
	PART_OCTETS = 1 << 17,    /* of a PDU, payload and all */
	SME_ADDRESS = 1,          /* dest_flag */
};

/* The part at hand as a PDU to nobody, into frame; false when it is none. */
static bool
encode(struct sender *s, uint32_t i, struct span *frame,
    struct pdu_error *error)
{
	struct wr w = wr_init(buf_reserve(&s->frame, PART_OCTETS), PART_OCTETS);

	sender_fill_part(s, i);
	s->submit.type = PDU_submit_multi;
	s->submit.sequence_number = 0;
	if (!pdu_encode(&w, &s->submit, error))
		return false;
	*frame = span_of(w.base, w.len);
	return true;
}

/* Whether the row at hand says the same as the group, to somebody who can be
 * told from its members. */
static bool
fits(struct sender *s, const struct message *g, struct span dest,
    struct span address)
{
	struct ids_tail tail = ids_tail(address);
	struct pdu_error error;
	struct span frame;

	if (s->outline.plan.n_parts != g->n_parts)
		return false;
	for (uint32_t i = 0; i < g->n_members; i++)
		if (ids_tail_agrees(&g->member[i].tail, &tail) ||
		    span_eq(message_kept(g, g->member[i].dest), dest))
			return false;
	for (uint32_t i = 0; i < g->n_parts; i++)
		if (!encode(s, i, &frame, &error) ||
		    !span_eq(frame, message_kept(g, g->part[i].frame)))
			return false;
	return true;
}

/* A group that says what the row at hand does; NULL when that cannot be said:
 * the row is told. */
static struct message *
begin(struct sender *s, struct message *m)
{
	struct outline *o = &s->outline;
	struct message *g;
	struct pdu_error error;
	struct span frame = {0};

	g = message_group(&s->messages, MULTI_MOST);
	message_parts(g, m->n_parts);
	g->receipt = m->receipt;
	g->ref = message_keep(g, message_kept(m, m->ref));
	g->to = message_keep(g, message_kept(m, m->to));
	if (g->n_parts > 1) {
		g->reference = text_references_next(&s->references,
		    address_span(&o->to));
		text_plan_set_reference(&o->plan, (uint16_t)g->reference);
	}
	for (uint32_t i = 0; i < g->n_parts; i++) {
		if (!encode(s, i, &frame, &error)) {
			sender_stop_bad(m, &error);
			sender_tell(s, m);
			g->told = true;
			message_release(&s->messages, g);
			return NULL;
		}
		g->part[i].frame = message_keep(g, frame);
	}
	return g;
}

void
sender_flush(struct sender *s)
{
	struct message *g = s->gathering;

	if (g == NULL || s->status != EX_OK)
		return;
	s->gathering = NULL;
	for (uint32_t i = 0; i < g->n_members; i++) {
		sender_member(s, g, i)->shares_id = g->n_members > 1;
		g->n_parked += sender_member(s, g, i)->parked;
	}
	for (uint32_t i = 0; i < g->n_parts; i++) {
		g->part[i].number = ++s->n_sent;
		g->again++;
	}
	if (g->n_parked == 0)
		sender_release(s, g, s->ready);
	sender_pump(s);
}

void
sender_gather(struct sender *s, const struct row *row)
{
	struct message *m = sender_message_of(s, row);
	struct outline *o = &s->outline;
	uint8_t octets[DEST_OCTETS];
	struct wr w = wr_init(octets, sizeof(octets));
	struct dest dest = {.flag = SME_ADDRESS};

	if (sender_recall(s, s->ready, m, row))
		return;
	if (!outline_make(o, &s->conf->outline, row)) {
		sender_fail(s, m, buf_cstr(&o->error));
		return;
	}
	sender_begin(s, m, s->gathering ? s->gathering->reference : 0);
	dest.ton = o->to.ton;
	dest.npi = o->to.npi;
	dest.addr = address_span(&o->to);
	dest_put(&w, &dest);
	if (s->gathering != NULL && !fits(s, s->gathering,
	    span_of(w.base, w.len), dest.addr))
		sender_flush(s);
	if (s->gathering == NULL)
		s->gathering = begin(s, m);
	if (s->gathering == NULL)
		return;
	m->reference = s->gathering->reference;
	message_join(s->gathering, m, span_of(w.base, w.len));
	if (s->gathering->n_members == MULTI_MOST)
		sender_flush(s);
}
