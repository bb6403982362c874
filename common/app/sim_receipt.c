/* SPDX-License-Identifier: ISC */
/*
 * Receipts (3.4, 5.2.12.1 and appendix B; 5.0, 4.3.5.1): as text in a dialect,
 * as TLVs, or both; and what goes wrong with what is delivered.
 */
#include "app/sim_private.h"
#include "smpp/smpptime.h"
#include "sys/diag.h"

enum {
	MINUTE_MS = 60000,
	SHORT_MOST = 254,     /* octets of a short_message */
	CLASS_RECEIPT = 0x04,
	CLASS_INTERIM = 0x20,
	DCS_UCS2 = 8,
	GSM_NETWORK = 3,      /* type of a network_error_code */
	TLV_ROOM = 2 * DIALECT_MOST + 256,
};

/* The digits YYMMDDhhmm of a moment; which: 0 submit, 1 done. Most are those
 * of the last message. */
static struct span
date(struct sim *sim, int which, int64_t utc_ms)
{
	struct smpptime t;
	struct buf digits = {0};

	if (sim->minute[which] != utc_ms / MINUTE_MS) {
		t = smpptime_at(utc_ms, 0);
		smpptime_write_date(&digits, &t);
		memcpy(sim->date[which], digits.p, sizeof(sim->date[which]));
		buf_free(&digits);
		sim->minute[which] = utc_ms / MINUTE_MS;
	}
	return span_of(sim->date[which], sizeof(sim->date[which]));
}

/* What a receipt is of: the state to tell, and the forms of its id. */
struct subject {
	const struct message *m;
	const struct outcome *outcome;
	bool interim;
	enum id_form form, text_form;
	struct span err;
};

static struct subject
subject_of(const struct sim *sim, const struct message *m,
    const struct fault_set *set)
{
	const struct message_more *more = m->more;
	const struct fault *id = fault_in(set, FAULT_ID);
	const struct fault *text_id = fault_in(set, FAULT_TEXT_ID);
	struct subject s = {.m = m, .outcome = sim_outcome(sim, m),
	    .interim = m->stage == STAGE_INTERIM,
	    .form = (enum id_form)m->form};

	if (s.interim)
		s.outcome = &sim->fate[more != NULL && more->interim != 0 ?
		    more->interim - 1 : sim->enroute];
	s.err = span_of(s.outcome->err, s.outcome->err_len);
	if (more != NULL && more->err[0] != '\0' && !s.interim)
		s.err = span_str(more->err);
	if (id != NULL)
		s.form = (enum id_form)id->n;
	s.text_form = text_id != NULL ? (enum id_form)text_id->n : s.form;
	return s;
}

/* The text; its length. */
static size_t
write_text(struct sim *sim, const struct subject *s, uint8_t *text)
{
	const struct message *m = s->m;
	const struct dialect *d = &sim->conf.dialect;
	int64_t done_ms = sim->utc_ms - (s->interim ? 0 :
	    (int64_t)(sim->now - m->due_ms));
	struct dialect_values v = {
		.number = m->id, .id = s->text_form, .outcome = s->outcome,
		.err = s->err, .submit_ms = m->submit_utc_ms,
		.done_ms = done_ms, .submit = date(sim, 0, m->submit_utc_ms),
		.done = date(sim, 1, done_ms), .from = message_source(m),
		.to = message_dest(m)};
	struct wr w = wr_init(text, DIALECT_MOST);

	if (m->more != NULL)
		v.text = buf_span(&m->more->text);
	dialect_write(&w, d, &v);
	if ((d->how & DIALECT_UCS2) == 0)
		return w.len;
	for (size_t i = w.len; i-- > 0;) {
		text[2 * i + 1] = text[i];
		text[2 * i] = 0;
	}
	return 2 * w.len;
}

static void
put_error(struct wr *w, unsigned how, const struct subject *s)
{
	uint16_t code = s->outcome->code;
	const uint8_t error[] = {GSM_NETWORK, (uint8_t)(code >> 8),
	    (uint8_t)code};
	const uint8_t digits[] = {(uint8_t)('0' + code / 100 % 10),
	    (uint8_t)('0' + code / 10 % 10), (uint8_t)('0' + code % 10)};

	if (how & DIALECT_ERROR)
		tlv_put(w, TLV_network_error_code, span_of(error, 3));
	if (how & DIALECT_ERROR_ASCII)
		tlv_put(w, TLV_network_error_code, span_of(digits, 3));
	if (how & DIALECT_ERROR_OCTET)
		tlv_put(w, TLV_network_error_code, span_of(error + 2, 1));
}

static void
put_tlvs(struct wr *w, unsigned how, const struct subject *s)
{
	static const uint8_t number[] = {0, 0, 0, 1};
	char id[ID_FORM_MAX];

	tlv_put_cstr(w, TLV_receipted_message_id, id_form_write(s->form,
	    s->m->id, id));
	tlv_put_uint(w, TLV_message_state, s->outcome->message_state);
	put_error(w, how, s);
	if (how & DIALECT_VENDOR) {
		tlv_put(w, 0x1403, span_str("45005"));
		tlv_put(w, 0x1418, span_of(number, 4));
		tlv_put(w, 0x1454, span_of(number, 4));
	}
}

static uint32_t
class_of(unsigned how, bool interim)
{
	uint32_t class = interim ? CLASS_INTERIM : CLASS_RECEIPT;

	return how & DIALECT_NO_CLASS ? 0 :
	    how & DIALECT_CLASS44 ? class | 0x40 : class;
}

bool
sim_delivery_faults(struct sim *sim, const struct message *m, uint64_t on,
    struct fault_set *set)
{
	struct fault_whom whom = {m->account->system_id, message_source(m),
	    message_dest(m)};

	*set = (struct fault_set){{NULL}};
	if (m->more != NULL && m->more->faults.n > 0)
		faults_next(&m->more->faults, on, &whom, sim->now, set);
	faults_next(&sim->conf.faults, on, &whom, sim->now, set);
	return fault_in(set, FAULT_SILENCE) == NULL;
}

void
sim_deliver(struct sim *sim, struct client *c, uint32_t slot, struct pdu *pdu,
    const struct fault_set *set)
{
	static const uint8_t nuls[4];
	struct message *m = store_at(&sim->store, slot);
	const struct fault *nul = fault_in(set, FAULT_NUL);
	char id[ID_FORM_MAX];
	struct span text;

	pdu->trailing = span_of(nuls, nul != NULL ? nul->n : 0);
	if (session_request(&c->session, pdu, slot, sim->now, NULL) !=
	    SESSION_TAKEN) {
		text = sim_id(m, id);
		warn("%s of %.*s: cannot be sent", m->stage == STAGE_DELIVERY ?
		    "message" : "receipt", (int)text.n, (const char *)text.p);
		sim_skip(sim, slot);
		return;
	}
	m->phase = MESSAGE_SENT;
	if (fault_in(set, FAULT_DOUBLE) != NULL)
		session_request(&c->session, pdu, SIM_TAG_NONE, sim->now, NULL);
	sim_act(sim, c, set);
	server_touch(c);
}

void
sim_send_receipt(struct sim *sim, struct client *c, uint32_t slot)
{
	const struct message *m = store_at(&sim->store, slot);
	unsigned how = sim->conf.dialect.how;
	bool has_tlvs = sim_version(sim, c) > 0x33;
	bool by_text = sim->conf.receipt_by != SIM_BY_TLV || !has_tlvs;
	struct pdu *pdu = &sim->deliver;
	uint8_t text[2 * DIALECT_MOST], tlvs[TLV_ROOM];
	struct wr w = wr_init(tlvs, sizeof(tlvs));
	struct fault_set set;
	struct subject s;
	size_t n = 0;

	if (!sim_delivery_faults(sim, m, FAULT_ON_RECEIPT, &set)) {
		sim_skip(sim, slot);
		return;
	}
	s = subject_of(sim, m, &set);
	if (by_text)
		n = write_text(sim, &s, text);
	if (has_tlvs && sim->conf.receipt_by != SIM_BY_TEXT)
		put_tlvs(&w, how, &s);
	pdu->type = how & DIALECT_DATA_SM && has_tlvs ? PDU_data_sm :
	    PDU_deliver_sm;
	pdu->short_message = span_of(text, n);
	if (has_tlvs && n > 0 && (n > SHORT_MOST ||
	    pdu->type == PDU_data_sm || how & DIALECT_PAYLOAD)) {
		tlv_put(&w, TLV_message_payload, pdu->short_message);
		pdu->short_message.n = 0;
	}
	if (pdu->short_message.n > SHORT_MOST)
		pdu->short_message.n = SHORT_MOST;
	pdu->esm_class = class_of(how, s.interim);
	pdu->data_coding = how & (DIALECT_UCS2 | DIALECT_DCS8) ? DCS_UCS2 : 0;
	pdu->source_addr_ton = m->dest_ton;
	pdu->source_addr_npi = m->dest_npi;
	pdu->source_addr = message_dest(m);
	pdu->dest_addr_ton = m->source_ton;
	pdu->dest_addr_npi = m->source_npi;
	pdu->destination_addr = message_source(m);
	pdu->tlvs = span_of(tlvs, w.len);
	sim_deliver(sim, c, slot, pdu, &set);
}
