/* SPDX-License-Identifier: ISC */
/*
 * What a client does wrong, by the PDUs of its session: what breaks the
 * specification, and what works but is known to make trouble.
 */
#include <stdio.h>

#include "app/lint_private.h"

enum {
	CHECKS = 16,         /* findings of one PDU that are looked at */
	HASTY_MS = 100,      /* so soon behind ESME_RTHROTTLED is at once */
	HASTY = 50,          /* so often in a row is to ignore it */
};

static const struct lint_row rows[] = {
#define LINT(id, name, doc) {name, doc},
#include "app/lint.def"
};

const struct lint_row *
lint_row(enum lint_id id)
{
	return &rows[id];
}

void
lints_list(struct buf *out)
{
	for (int i = 0; i < LINTS; i++)
		buf_addf(out, "lint\t%s\t%s\n", rows[i].name, rows[i].doc);
}

void
lint_add(struct lint_list *list, enum lint_id id, struct span detail)
{
	struct lint_found *f = &list->found[list->n];

	if (list->n == LINT_FOUND)
		return;
	list->n++;
	f->id = id;
	snprintf(f->detail, sizeof(f->detail), "%.*s", (int)detail.n,
	    detail.n > 0 ? (const char *)detail.p : "");
}

static void
add(struct lint_list *list, enum lint_id id)
{
	lint_add(list, id, (struct span){0});
}

/* Whether the PDU is a submit. */
static bool
is_submit(enum pdu_type type)
{
	return type == PDU_submit_sm || type == PDU_submit_multi ||
	    type == PDU_data_sm || type == PDU_broadcast_sm;
}

static bool
is_bind(enum pdu_type type)
{
	return type == PDU_bind_transmitter || type == PDU_bind_receiver ||
	    type == PDU_bind_transceiver;
}

/* FNV-1a, 64 bits. */
static uint64_t
hash(uint64_t h, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * UINT64_C(1099511628211);
	return h;
}

static const uint64_t hash_start = UINT64_C(14695981039346656037);

/* The specification */

/* The row for what pdu_check found; LINTS for what others tell better. */
static enum lint_id
id_of(const struct pdu *pdu, const struct pdu_error *e)
{
	struct span field = span_str(e->field);

	switch (e->fault) {
	case PDU_FAULT_LIMIT:
		return pdu->type == PDU_deliver_sm_resp ? LINT_RESPONSE_ID :
		    LINT_FIELD_LIMIT;
	case PDU_FAULT_SIZE:
		return e->tag == 0 ? LINT_FIELD_LIMIT : LINT_TLV_SIZE;
	case PDU_FAULT_TLV_NO_NUL:
		return LINT_TLV_SIZE;
	case PDU_FAULT_TLV_STREAM:
		return LINT_TRAILING_OCTETS;
	case PDU_FAULT_TLV_PLACE:
		return LINT_TLV_PLACE;
	case PDU_FAULT_TLV_REPEAT:
		return LINT_TLV_REPEAT;
	case PDU_FAULT_TLV_MISSING:
		return LINT_TLV_MISSING;
	case PDU_FAULT_SHORT:
		return LINT_NO_BODY;
	case PDU_FAULT_VALUE:
		if (span_is(field, "sequence_number"))
			return LINT_SEQUENCE_RANGE;
		if (span_is(field, "command_status"))
			return LINT_STATUS_IN_REQUEST;
		if (span_is(field, "command_id"))
			return LINT_NEWER_COMMAND;
		return e->tag == TLV_message_payload ? LINTS :
		    LINT_FIELD_VALUE;
	default:
		return LINT_FIELD_VALUE;
	}
}

static void
check_fields(struct lint_list *list, const struct pdu *pdu, uint32_t version)
{
	struct pdu_error errors[CHECKS];
	size_t n = pdu_check(pdu, version, errors, CHECKS);
	struct buf text = {0};

	for (size_t i = 0; i < n && i < CHECKS; i++) {
		enum lint_id id = id_of(pdu, &errors[i]);

		buf_clear(&text);
		pdu_error_print(&text, &errors[i]);
		if (id != LINTS)
			lint_add(list, id, buf_span(&text));
	}
	buf_free(&text);
}

/* Requests */

static void
check_addresses(struct lint_list *list, const struct pdu *pdu)
{
	struct rd r = rd_init(pdu->dest_address);
	struct dest dest;

	lint_address(list, pdu->source_addr_ton, pdu->source_addr);
	if (pdu->type == PDU_submit_sm || pdu->type == PDU_data_sm)
		lint_address(list, pdu->dest_addr_ton, pdu->destination_addr);
	while (dest_next(&r, &dest))
		if (dest.flag == 1)
			lint_address(list, dest.ton, dest.addr);
}

/* The first parts of two messages to one destination with one reference. */
static void
check_reference(struct lint *lint, struct lint_list *list,
    const struct pdu *pdu)
{
	struct span data = pdu_user_data(pdu);
	uint64_t h = hash(hash_start, pdu->destination_addr);

	/* 05 00 03 RR TT 01 */
	if ((pdu->esm_class & 0x40) == 0 || data.n < 6 || data.p[0] != 5 ||
	    data.p[1] != 0 || data.p[2] != 3 || data.p[5] != 1)
		return;
	h = hash(h, span_of(data.p + 3, 1)) | 1;
	if (h == lint->reference_hash)
		add(list, LINT_SAME_REFERENCE);
	lint->reference_hash = h;
}

/* Whether it goes on as if ESME_RTHROTTLED had not been said. */
static void
check_haste(struct lint *lint, struct lint_list *list,
    const struct lint_at *at)
{
	if (lint->throttled_ms == 0 || at->now - lint->throttled_ms > HASTY_MS)
		lint->hasty = 0;
	else if (++lint->hasty == HASTY && !lint->told_hasty) {
		add(list, LINT_IGNORES_THROTTLING);
		lint->told_hasty = true;
	}
	lint->throttled_ms = at->answered && at->answer == ESME_RTHROTTLED ?
	    at->now : 0;
}

static void
check_submit(struct lint *lint, struct lint_list *list,
    const struct lint_at *at)
{
	const struct pdu *pdu = &at->event->pdu;
	uint64_t h;

	lint->submits++;
	check_haste(lint, list, at);
	check_addresses(list, pdu);
	lint_text(pdu, at->alphabet, list);
	check_reference(lint, list, pdu);
	if (!at->answered || pdu->frame.n < PDU_HEADER)
		return;
	h = hash(hash_start, span_skip(pdu->frame, PDU_HEADER)) | 1;
	if (h == lint->refused_hash)
		add(list, LINT_REFUSED_AGAIN);
	lint->refused_hash = status_consequence(at->answer) ==
	    STATUS_PERMANENT ? h : 0;
}

/* What the answer to a request says of it. */
static void
check_answer(struct lint_list *list, const struct lint_at *at)
{
	const struct pdu *pdu = &at->event->pdu;
	struct buf text = {0};

	if (!at->answered || at->answer == ESME_ROK || at->on_purpose)
		return;
	if (at->answer == ESME_RINVBNDSTS)
		add(list, at->bound ? LINT_WRONG_STATE : LINT_BEFORE_BIND);
	else if (at->answer == ESME_RALYBND && at->bound)
		add(list, LINT_BIND_TWICE);
	else if (at->answer != ESME_RINVCMDID &&
	    status_consequence(at->answer) != STATUS_THROTTLE) {
		buf_add_str(&text, pdu_row(pdu->type)->name);
		buf_add_str(&text, ": ");
		status_print(&text, at->answer);
		lint_add(list, LINT_REFUSED, buf_span(&text));
		buf_free(&text);
	}
}

static void
check_request(struct lint *lint, struct lint_list *list,
    const struct lint_at *at)
{
	const struct pdu *pdu = &at->event->pdu;
	uint32_t version = pdu->interface_version;

	if (lint->last_request != 0 &&
	    lint->last_sequence == pdu->sequence_number)
		add(list, LINT_SAME_SEQUENCE);
	lint->last_request = pdu->command_id;
	lint->last_sequence = pdu->sequence_number;
	lint->enquiries += pdu->type == PDU_enquire_link;
	if (is_bind(pdu->type) && version != 0x33 && version != 0x34 &&
	    version != 0x50)
		add(list, LINT_BIND_VERSION);
	if (is_submit(pdu->type) && at->bound)
		check_submit(lint, list, at);
	check_answer(list, at);
}

/* Responses */

static void
check_response(struct lint *lint, struct lint_list *list,
    const struct event *ev)
{
	if (ev->pdu.type == PDU_enquire_link_resp) {
		if (lint->enquiries == 0 && !lint->asked)
			add(list, LINT_NO_ENQUIRE_LINK);
		lint->asked = true;
	}
	if (ev->type == SESSION_EV_RESPONSE &&
	    ev->pdu.type == PDU_generic_nack)
		add(list, LINT_DELIVER_NACKED);
	if (ev->type == SESSION_EV_WARNING)
		add(list, LINT_RESPONSE_UNMATCHED);
}

void
lint_pdu(struct lint *lint, const struct lint_at *at, struct lint_list *list)
{
	const struct event *ev = at->event;
	const struct pdu *pdu = &ev->pdu;

	if (ev->type == SESSION_EV_TIMEOUT) {
		add(list, LINT_DELIVER_UNANSWERED);
		return;
	}
	if (pdu->type == PDU_unknown) {
		add(list, LINT_UNKNOWN_COMMAND);
		return;
	}
	if ((pdu->command_id & PDU_RESPONSE) != 0) {
		check_response(lint, list, ev);
	} else if (ev->type == SESSION_EV_WARNING && at->answered &&
	    at->answer != ESME_RINVBNDSTS && at->answer != ESME_RALYBND &&
	    at->answer != ESME_RINVCMDID) {
		lint_add(list, LINT_DAMAGED, span_str(ev->why));
		return;
	} else {
		check_request(lint, list, at);
	}
	check_fields(list, pdu, at->bound ? at->version : 0x50);
}

void
lint_end(enum session_end end, struct lint_list *list)
{
	if (end == SESSION_END_EOF)
		add(list, LINT_NO_UNBIND);
	if (end == SESSION_END_SILENT)
		add(list, LINT_ENQUIRE_LINK_UNANSWERED);
	if (end == SESSION_END_GARBAGE)
		add(list, LINT_GARBAGE);
}
