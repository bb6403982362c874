/* SPDX-License-Identifier: ISC */
/*
 * What an SMSC answers to requests that change nothing: they name a message
 * and a sender that there are not.
 */
#include <stdlib.h>

#include "app/probe.h"
#include "base/hist.h"
#include "base/mem.h"
#include "sys/clock.h"

static const char no_message[] = "smpptools-probe", no_sender[] = "smpptools";
enum { TON_LETTERS = 5, ENQUIRIES = 5, NO_COMMAND = 0x1ff };

static struct pdu
request(enum pdu_type type)
{
	return (struct pdu){
		.type = type,
		.message_id = span_str(no_message),
		.source_addr_ton = TON_LETTERS,
		.source_addr = span_str(no_sender),
	};
}

/* What an answer, or that there is none, says of a PDU. */
static enum probe_result
judge(struct probe *p, enum probe_reply reply)
{
	if (reply == REPLY_SILENCE) {
		buf_add_str(&p->detail, "no answer");
		return PROBE_UNKNOWN;
	}
	if (reply != REPLY_ANSWER) {
		buf_add_str(&p->detail, "the connection was closed");
		return PROBE_NO;
	}
	if (p->type == PDU_generic_nack)
		buf_add_str(&p->detail, "generic_nack ");
	status_print(&p->detail, p->answer);
	buf_add_str(&p->detail, ", ");
	probe_add_ms(&p->detail, p->us);
	return p->type == PDU_generic_nack || p->answer == ESME_RINVCMDID ||
	    p->answer == ESME_RINVBNDSTS ? PROBE_NO : PROBE_YES;
}

static enum probe_result
ask(struct probe *p, struct pdu pdu)
{
	return judge(p, probe_ask(p, &pdu));
}

enum probe_result
probe_enquire(struct probe *p)
{
	struct hist *us = mem_new(sizeof(*us));
	struct pdu pdu = {.type = PDU_enquire_link};
	enum probe_reply reply = REPLY_ANSWER;
	enum probe_result result = PROBE_YES;

	for (int i = 0; i < ENQUIRIES && reply == REPLY_ANSWER; i++) {
		reply = probe_ask(p, &pdu);
		if (reply == REPLY_ANSWER && p->answer == ESME_ROK &&
		    p->type != PDU_generic_nack)
			hist_add(us, p->us);
		else
			break;
	}
	if (us->n < ENQUIRIES) {
		result = judge(p, reply);
	} else {
		probe_add_ms(&p->detail, hist_at(us, 500));
		buf_add_str(&p->detail, " round trip");
	}
	free(us);
	return result;
}

enum probe_result
probe_query(struct probe *p)
{
	enum probe_result result = ask(p, request(PDU_query_sm));

	p->queries = result == PROBE_YES;
	p->query_status = p->answer;
	return result;
}

enum probe_result
probe_cancel(struct probe *p)
{
	return ask(p, request(PDU_cancel_sm));
}

enum probe_result
probe_replace(struct probe *p)
{
	struct pdu pdu = request(PDU_replace_sm);

	pdu.short_message = span_str("probe");
	return ask(p, pdu);
}

static enum probe_result
ask_50(struct probe *p, enum pdu_type type)
{
	if (p->version < 0x50) {
		buf_add_str(&p->detail, "--smpp-version 5.0 tries it");
		return PROBE_SKIPPED;
	}
	return ask(p, request(type));
}

enum probe_result
probe_query_broadcast(struct probe *p)
{
	return ask_50(p, PDU_query_broadcast_sm);
}

enum probe_result
probe_cancel_broadcast(struct probe *p)
{
	return ask_50(p, PDU_cancel_broadcast_sm);
}

/* What no version knows is answered with generic_nack (3.4, 4.3.1), and the link
 * goes on: the enquire_link behind it tells when an answer would be there. */
enum probe_result
probe_unknown_command(struct probe *p)
{
	struct pdu pdu = {.type = PDU_enquire_link};
	enum probe_reply reply;

	probe_send_stray(p, NO_COMMAND);
	reply = probe_ask(p, &pdu);
	p->stray_sequence = 0;
	if (reply == REPLY_LOST) {
		buf_add_str(&p->detail, "the connection was closed");
		return PROBE_NO;
	}
	if (!p->strayed) {
		buf_add_str(&p->detail, reply == REPLY_ANSWER ?
		    "no answer; the link goes on" : "no answer to anything");
		return reply == REPLY_ANSWER ? PROBE_UNKNOWN : PROBE_NO;
	}
	buf_add_str(&p->detail, p->stray_type == PDU_generic_nack ?
	    "generic_nack " : "an answer that is no generic_nack, ");
	status_print(&p->detail, p->stray_answer);
	return p->stray_type == PDU_generic_nack ? PROBE_YES : PROBE_NO;
}

/* A TLV that nobody knows is to be passed over (3.4, 3.3). */
enum probe_result
probe_vendor_tlv(struct probe *p)
{
	static const char tlv[] = "\x3f\xff\x00\x01x";
	struct pdu pdu = request(PDU_query_sm);
	enum probe_result result;

	if (!p->queries) {
		buf_add_str(&p->detail, "query_sm would carry it");
		return PROBE_SKIPPED;
	}
	pdu.tlvs = span_of(tlv, sizeof(tlv) - 1);
	result = ask(p, pdu);
	if (result != PROBE_YES)
		return result;
	return p->answer == p->query_status ? PROBE_YES : PROBE_NO;
}

/* So many requests at once. */
static enum probe_result
window(struct probe *p, uint64_t n)
{
	enum pdu_type type = p->queries ? PDU_query_sm : PDU_enquire_link;
	struct pdu pdu = request(type);
	struct session *session = link_session(p->c->link);
	uint64_t start = clock_us();

	p->first = p->n_requests + 1;
	p->n_answers = p->n_throttled = p->n_disordered = p->last_answer = 0;
	p->reply = REPLY_NONE;
	/* the last one times out last */
	p->awaited = p->n_requests + n;
	while (p->n_requests < p->awaited && session_request(session, &pdu,
	    p->n_requests + 1, loop_now(p->c->loop), NULL) == SESSION_TAKEN)
		p->n_requests++;
	while (p->n_answers < p->n_requests + 1 - p->first && !p->over &&
	    p->reply < REPLY_SILENCE && !probe_stopped(p))
		probe_pass(p, UINT64_MAX);
	buf_addf(&p->detail, "%llu of %llu %s answered in ",
	    (unsigned long long)p->n_answers, (unsigned long long)n,
	    pdu_row(type)->name);
	probe_add_ms(&p->detail, clock_us() - start);
	if (p->n_disordered > 0)
		buf_add_str(&p->detail, ", out of order");
	if (p->n_throttled > 0)
		buf_addf(&p->detail, ", %llu throttled",
		    (unsigned long long)p->n_throttled);
	if (p->over)
		buf_add_str(&p->detail, ", the connection was closed");
	return p->n_answers < n && !p->over ? PROBE_UNKNOWN :
	    p->n_answers < n || p->n_throttled > 0 ? PROBE_NO : PROBE_YES;
}

enum probe_result
probe_window_10(struct probe *p)
{
	return window(p, 10);
}

enum probe_result
probe_window_100(struct probe *p)
{
	return window(p, 100);
}

/* What an SMSC does with a link over which nothing goes. */
enum probe_result
probe_keepalive(struct probe *p)
{
	uint64_t start = clock_us();
	uint64_t until = loop_now(p->c->loop) + p->c->conf->idle_ms;

	if (p->c->conf->idle_ms == 0) {
		buf_add_str(&p->detail, "--idle waits for it");
		return PROBE_SKIPPED;
	}
	p->enquired_us = 0;
	while (p->enquired_us == 0 && !p->over && !probe_stopped(p) &&
	    loop_now(p->c->loop) < until)
		probe_pass(p, until);
	if (p->enquired_us != 0) {
		buf_add_str(&p->detail, "enquire_link after ");
		probe_add_ms(&p->detail, p->enquired_us - start);
		return PROBE_YES;
	}
	if (p->over) {
		buf_add_str(&p->detail, "the connection was closed after ");
		probe_add_ms(&p->detail, clock_us() - start);
		return PROBE_NO;
	}
	buf_add_str(&p->detail, "nothing came within ");
	probe_add_ms(&p->detail, clock_us() - start);
	buf_add_str(&p->detail, "; --idle waits longer");
	return PROBE_UNKNOWN;
}
