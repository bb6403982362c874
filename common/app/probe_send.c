/* SPDX-License-Identifier: ISC */
/*
 * What only real messages show: which PDUs and encodings an SMSC takes, how
 * its ids look, its receipts. All go to --to; their texts name what they try,
 * so that the phone tells what came through.
 */
#include <string.h>

#include "app/probe.h"
#include "smpp/receipt.h"
#include "sys/clock.h"
#include "text/plan.h"

#define SPECIMEN "@$_{}[]~^|\\"
#define LONG "a text of two parts, which is to come as one: 1 2 3 4 5 6 7 8 9 " \
	"10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 " \
	"34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50"

enum { ESM_CLASS_UDHI = 0x40, REFERENCE = 0x5d };

static const struct trial {
	const char *feature;
	enum pdu_type type;
	enum encoding encoding;
	enum split split;
	bool receipt;
	const char *text;
} trials[] = {
	{"submit_sm", PDU_submit_sm, ENCODING_ASCII, SPLIT_NONE, true,
	    "submit_sm"},
	{"data_sm", PDU_data_sm, ENCODING_ASCII, SPLIT_PAYLOAD, false,
	    "data_sm"},
	{"submit_multi", PDU_submit_multi, ENCODING_ASCII, SPLIT_NONE, false,
	    "submit_multi"},
	{"message_payload", PDU_submit_sm, ENCODING_ASCII, SPLIT_PAYLOAD, false,
	    "message_payload"},
	{"parts_udh", PDU_submit_sm, ENCODING_GSM7, SPLIT_UDH8, false,
	    "UDH: " LONG},
	{"parts_sar", PDU_submit_sm, ENCODING_GSM7, SPLIT_SAR, false,
	    "SAR: " LONG},
	/* both say data_coding 0: the one that reads right names the alphabet */
	{"alphabet_ascii", PDU_submit_sm, ENCODING_ASCII, SPLIT_NONE, false,
	    "ASCII: " SPECIMEN},
	{"alphabet_gsm7", PDU_submit_sm, ENCODING_GSM7, SPLIT_NONE, false,
	    "GSM: " SPECIMEN "€"},
	{"latin1", PDU_submit_sm, ENCODING_LATIN1, SPLIT_NONE, false,
	    "Latin 1: éñ " SPECIMEN},
	{"ucs2", PDU_submit_sm, ENCODING_UCS2, SPLIT_NONE, false,
	    "UCS2: é가 " SPECIMEN},
	{"ksc5601", PDU_submit_sm, ENCODING_KSC5601, SPLIT_NONE, false,
	    "KSC 5601: 가 " SPECIMEN},
};

struct message {
	struct address from, to;
	struct text_plan plan;
	struct buf tlvs, dests;
};

/* Requests */

static void
fill(struct probe *p, struct message *m, const struct trial *t, size_t i,
    struct pdu *pdu)
{
	const struct text_part *part = &m->plan.parts[i];
	size_t room = part->octets.n + 64;
	struct wr tlvs, dests;

	*pdu = (struct pdu){
		.type = t->type,
		.source_addr_ton = m->from.ton,
		.source_addr_npi = m->from.npi,
		.source_addr = address_span(&m->from),
		.dest_addr_ton = m->to.ton,
		.dest_addr_npi = m->to.npi,
		.destination_addr = address_span(&m->to),
		.data_coding = m->plan.data_coding,
		.registered_delivery = t->receipt,
		.esm_class = m->plan.udhi ? ESM_CLASS_UDHI : 0,
		.short_message = part->octets,
	};
	pdu->service_type = span_of(p->c->conf->manage.fields.service_type,
	    p->c->conf->manage.fields.n_service_type);
	tlvs = wr_init(buf_reserve(&m->tlvs, room), room);
	if (t->split == SPLIT_PAYLOAD) {
		pdu->short_message = (struct span){0};
		tlv_put(&tlvs, TLV_message_payload, part->octets);
	}
	if (m->plan.split == SPLIT_SAR) {
		tlv_put_uint(&tlvs, TLV_sar_msg_ref_num, REFERENCE);
		tlv_put_uint(&tlvs, TLV_sar_total_segments,
		    (uint32_t)m->plan.n_parts);
		tlv_put_uint(&tlvs, TLV_sar_segment_seqnum, (uint32_t)i + 1);
	}
	pdu->tlvs = span_of(tlvs.base, tlvs.len);
	dests = wr_init(buf_reserve(&m->dests, 64), 64);
	dest_put(&dests, &(struct dest){1, m->to.ton, m->to.npi,
	    address_span(&m->to)});
	pdu->dest_address = span_of(dests.base, dests.len);
}

void
probe_keep_id(struct probe *p)
{
	struct probe_sent *s = &p->sent[p->n_sent];

	if ((p->type != PDU_submit_sm_resp && p->type != PDU_data_sm_resp &&
	    p->type != PDU_submit_multi_resp) || p->id[0] == '\0' ||
	    p->n_sent == PROBE_IDS)
		return;
	s->n = (uint8_t)strlen(p->id);
	memcpy(s->id, p->id, s->n);
	p->n_sent++;
}

/* Sends all parts; the detail says what was answered. */
static enum probe_result
send_parts(struct probe *p, struct message *m, const struct trial *t)
{
	enum probe_reply reply;
	struct pdu pdu;

	for (size_t i = 0; i < m->plan.n_parts; i++) {
		if (!probe_ready(p)) {
			buf_add_str(&p->detail, "the SMSC binds no more");
			return PROBE_UNKNOWN;
		}
		fill(p, m, t, i, &pdu);
		if (t->receipt)
			p->sent_us = clock_us();
		reply = probe_ask(p, &pdu);
		if (reply == REPLY_SILENCE) {
			buf_add_str(&p->detail, "no answer");
			return PROBE_UNKNOWN;
		}
		if (reply != REPLY_ANSWER) {
			buf_add_str(&p->detail, "the connection was closed");
			return PROBE_NO;
		}
		if (p->answer != ESME_ROK || p->type == PDU_generic_nack) {
			status_print(&p->detail, p->answer);
			return PROBE_NO;
		}
		buf_addf(&p->detail, "%sid %s", i > 0 ? ", " : "", p->id);
	}
	buf_add_str(&p->detail, ", ");
	probe_add_ms(&p->detail, p->us);
	return PROBE_YES;
}

static enum probe_result
try(struct probe *p, struct message *m, const struct trial *t)
{
	struct text_conf conf = text_conf_default();

	conf.encoding = t->encoding;
	conf.split = t->split;
	/* the alphabet is what is being found out */
	if (t->encoding == ENCODING_ASCII || t->encoding == ENCODING_GSM7)
		conf.data_coding = 0;
	if (!text_plan_make(&m->plan, &conf, span_str(t->text))) {
		buf_add_str(&p->detail, text_plan_error(&m->plan));
		return PROBE_UNKNOWN;
	}
	text_plan_set_reference(&m->plan, REFERENCE);
	return send_parts(p, m, t);
}

/* Ids */

/* How an id looks: "10 digits", "8 hexadecimal digits", "36 characters". */
static void
describe_id(struct buf *b, const char *id)
{
	size_t n = strlen(id);

	if (strspn(id, "0123456789") == n)
		buf_addf(b, "%zu digits", n);
	else if (strspn(id, "0123456789abcdefABCDEF") == n)
		buf_addf(b, "%zu hexadecimal digits", n);
	else
		buf_addf(b, "%zu characters", n);
}

static void
tell_ids(struct probe *p)
{
	if (p->n_sent == 0) {
		buf_add_str(&p->detail, "no message has one");
		probe_record(p, "message_id", PROBE_NO);
		return;
	}
	describe_id(&p->detail, p->sent[0].id);
	buf_addf(&p->detail, ", as %s", p->sent[0].id);
	probe_record(p, "message_id", PROBE_YES);
}

/* Receipts */

/* The form in which the receipt's id is one of ours. */
static enum ids_form
form_of(struct probe *p, struct span id, const struct pdu *pdu)
{
	static const enum ids_form converted[] = {IDS_NOCASE, IDS_HEX_TO_DEC,
	    IDS_DEC_TO_HEX};
	struct ids_tail theirs = ids_tail(pdu->source_addr);
	struct ids_tail ours = ids_tail(span_str(p->c->conf->to[0]));
	enum ids_form form = IDS_NONE;
	struct buf a = {0}, b = {0};

	for (size_t i = 0; i < p->n_sent && form == IDS_NONE; i++) {
		struct span sent = span_of(p->sent[i].id, p->sent[i].n);

		if (span_eq(sent, id))
			form = IDS_EXACT;
		ids_fold(&a, sent);
		for (size_t j = 0; j < 3 && form == IDS_NONE &&
		    ids_tail_agrees(&ours, &theirs); j++) {
			if (converted[j] == IDS_NOCASE)
				ids_fold(&b, id);
			else if (!ids_of_response(&b, id, converted[j]))
				continue;
			if (span_eq(buf_span(&a), buf_span(&b)))
				form = converted[j];
		}
	}
	buf_free(&a);
	buf_free(&b);
	return form;
}

bool
probe_take_receipt(struct probe *p, const struct pdu *pdu)
{
	enum ids_form form;
	struct receipt r;

	if (p->n_sent == 0 || p->receipted || (pdu->type != PDU_deliver_sm &&
	    pdu->type != PDU_data_sm))
		return false;
	receipt_read(&r, pdu, &p->wide);
	if (r.kind == RECEIPT_MESSAGE || r.id.n == 0)
		return false;
	form = form_of(p, r.id, pdu);
	if (form == IDS_NONE)
		return false;
	p->receipted = true;
	p->receipt.type = pdu->type;
	p->receipt.sequence_number = pdu->sequence_number;
	buf_addf(&p->state, "%.*s, told by %s, after ", (int)r.state.n,
	    (const char *)r.state.p, receipt_evidence_name(r.evidence));
	probe_add_ms(&p->state, clock_us() - p->sent_us);
	if (r.text.n > 0)
		buf_addf(&p->state, ": %.*s", (int)r.text.n,
		    (const char *)r.text.p);
	buf_addf(&p->receipt_id, "%.*s: %s", (int)r.id.n,
	    (const char *)r.id.p, form == IDS_EXACT ? "as in the response" :
	    ids_form_words(form));
	return true;
}

/* Prints the records of the receipt and then answers it. */
static void
tell_receipt(struct probe *p)
{
	if (p->state.len == 0)
		return;
	buf_add_span(&p->detail, buf_span(&p->state));
	probe_record(p, "receipt", PROBE_YES);
	buf_add_span(&p->detail, buf_span(&p->receipt_id));
	probe_record(p, "receipt_id", PROBE_YES);
	if (p->receipt.type != PDU_unknown && out_pending(&p->c->out) == 0)
		session_answer(link_session(p->c->link), &p->receipt,
		    ESME_ROK);
	buf_clear(&p->state);
}

static void
await_receipt(struct probe *p)
{
	uint64_t until = loop_now(p->c->loop) + p->c->link_conf.response_ms;

	if (p->receipted)
		return;
	if (p->bind == LINK_TX) {
		buf_add_str(&p->detail, "a transmitter gets none");
		probe_record(p, "receipt", PROBE_SKIPPED);
		return;
	}
	while (!p->receipted && !p->over && !probe_stopped(p) &&
	    p->n_sent > 0 && loop_now(p->c->loop) < until)
		probe_pass(p, until);
	tell_receipt(p);
	if (!p->receipted)
		probe_record(p, "receipt", PROBE_UNKNOWN);
}

/* The feature whose trial was made, or what would make it. */
void
probe_messages(struct probe *p)
{
	const struct ctlopt *conf = p->c->conf;
	bool asked = conf->n_to > 0;
	struct message m = {0};

	if (asked && (!address_read(&m.to, span_str(conf->to[0]),
	    &conf->manage.to, &p->detail) || !address_read(&m.from,
	    conf->manage.default_from, &conf->manage.from, &p->detail))) {
		probe_record(p, trials[0].feature, PROBE_UNKNOWN);
		return;
	}
	for (size_t i = 0; i < sizeof(trials) / sizeof(*trials) &&
	    !probe_stopped(p); i++) {
		enum probe_result result = PROBE_SKIPPED;

		if (asked)
			result = try(p, &m, &trials[i]);
		else
			buf_add_str(&p->detail, "-t ADDRESS sends it");
		probe_record(p, trials[i].feature, result);
		tell_receipt(p);
	}
	if (asked && !probe_stopped(p)) {
		tell_ids(p);
		await_receipt(p);
	}
	text_plan_free(&m.plan);
	buf_free(&m.tlvs);
	buf_free(&m.dests);
}
