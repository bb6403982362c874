/* SPDX-License-Identifier: ISC */
/* Two sessions wired to each other in memory: no socket, no sleep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "smpp/session.h"

struct pair {
	struct session esme, smsc;
	uint64_t now;
};

static const struct session_conf usual = {
	.window = 10, .max_pdu = 128 << 10, .enquire_link_ms = 30000,
	.response_ms = 30000, .bind_ms = 30000,
};

/* Moves what one side has to say to the other, at most chunk octets a go. */
static void
carry(struct session *from, struct session *to, size_t chunk, uint64_t now)
{
	const uint8_t *p;
	uint8_t *room_at;
	size_t n, room;

	while (p = session_out(from, &n), n > 0) {
		n = n < chunk ? n : chunk;
		room_at = session_in(to, &room);
		if (room == 0)
			return;
		n = n < room ? n : room;
		memcpy(room_at, p, n);
		session_sent(from, n);
		session_received(to, n, now);
	}
}

static void
inject(struct session *to, const void *octets, size_t n, uint64_t now)
{
	size_t room;
	uint8_t *p = session_in(to, &room);

	assert_true(room >= n);
	memcpy(p, octets, n);
	session_received(to, n, now);
}

static void
start(struct pair *p, struct session_conf conf)
{
	p->now = 1000;
	conf.side = SESSION_ESME;
	session_init(&p->esme, &conf, p->now);
	conf.side = SESSION_SMSC;
	session_init(&p->smsc, &conf, p->now);
}

static void
stop(struct pair *p)
{
	session_free(&p->esme);
	session_free(&p->smsc);
}

static struct event
expect(struct session *s, enum session_event type, uint64_t now)
{
	struct event ev;

	assert_true(session_next(s, &ev, now));
	assert_int_equal(ev.type, type);
	return ev;
}

static void
expect_nothing(struct session *s, uint64_t now)
{
	struct event ev;

	assert_false(session_next(s, &ev, now));
}

static void
bind(struct pair *p, enum pdu_type type, size_t chunk)
{
	struct pdu pdu = {.type = type, .system_id = span_str("me"),
	    .interface_version = 0x34};
	struct event ev;
	uint8_t octets[8];
	struct wr w = wr_init(octets, sizeof(octets));
	struct pdu resp = {.type = pdu_response(type)};

	assert_int_equal(session_request(&p->esme, &pdu, 0, p->now, NULL),
	    SESSION_TAKEN);
	carry(&p->esme, &p->smsc, chunk, p->now);
	ev = expect(&p->smsc, SESSION_EV_BIND, p->now);
	assert_true(span_is(ev.pdu.system_id, "me"));
	tlv_put_uint(&w, TLV_sc_interface_version, 0x34);
	resp.sequence_number = ev.pdu.sequence_number;
	resp.system_id = span_str("smsc");
	resp.tlvs = span_of(octets, w.len);
	assert_true(session_reply(&p->smsc, &resp));
	carry(&p->smsc, &p->esme, chunk, p->now);
	expect(&p->esme, SESSION_EV_BOUND, p->now);
}

static enum session_refusal
submit(struct pair *p, uint64_t tag)
{
	struct pdu pdu = {.type = PDU_submit_sm,
	    .destination_addr = span_str("821055551234"),
	    .short_message = span_str("hello")};

	return session_request(&p->esme, &pdu, tag, p->now, NULL);
}

static void
answer(struct session *s, const struct event *ev, const char *id)
{
	struct pdu resp = {.type = pdu_response(ev->pdu.type),
	    .sequence_number = ev->pdu.sequence_number,
	    .message_id = span_str(id)};

	assert_true(session_reply(s, &resp));
}

static void
a_session_lives_from_bind_to_unbind(void **state)
{
	static const size_t chunks[] = {1, 7, 100000};
	struct pair p;
	struct event ev;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		start(&p, usual);
		bind(&p, PDU_bind_transceiver, chunks[i]);
		assert_int_equal(session_state(&p.esme), SESSION_BOUND_TRX);
		assert_int_equal(session_state(&p.smsc), SESSION_BOUND_TRX);
		assert_int_equal(session_version(&p.esme), 0x34);
		assert_int_equal(submit(&p, 42), SESSION_TAKEN);
		carry(&p.esme, &p.smsc, chunks[i], p.now);
		ev = expect(&p.smsc, SESSION_EV_REQUEST, p.now);
		assert_int_equal(ev.pdu.type, PDU_submit_sm);
		assert_true(span_is(ev.pdu.short_message, "hello"));
		answer(&p.smsc, &ev, "id1");
		carry(&p.smsc, &p.esme, chunks[i], p.now + 5);
		ev = expect(&p.esme, SESSION_EV_RESPONSE, p.now + 5);
		assert_int_equal(ev.tag, 42);
		assert_int_equal(ev.waited_ms, 5);
		assert_true(span_is(ev.pdu.message_id, "id1"));
		session_unbind(&p.esme, p.now);
		carry(&p.esme, &p.smsc, chunks[i], p.now);
		ev = expect(&p.smsc, SESSION_EV_CLOSED, p.now);
		assert_int_equal(ev.end, SESSION_END_PEER_UNBIND);
		carry(&p.smsc, &p.esme, chunks[i], p.now);
		ev = expect(&p.esme, SESSION_EV_CLOSED, p.now);
		assert_int_equal(ev.end, SESSION_END_UNBOUND);
		expect_nothing(&p.esme, p.now);
		stop(&p);
	}
}

static void
window_full_refuses_request(void **state)
{
	struct session_conf conf = usual;
	struct event ev[3];
	struct pair p;
	uint32_t sequence[3];

	(void)state;
	conf.window = 3;
	start(&p, conf);
	bind(&p, PDU_bind_transmitter, 1000);
	for (uint64_t i = 0; i < 3; i++)
		assert_int_equal(submit(&p, i), SESSION_TAKEN);
	assert_int_equal(session_room(&p.esme), 0);
	assert_int_equal(submit(&p, 3), SESSION_WINDOW_FULL);
	carry(&p.esme, &p.smsc, 1000, p.now);
	for (size_t i = 0; i < 3; i++) {
		ev[i] = expect(&p.smsc, SESSION_EV_REQUEST, p.now);
		sequence[i] = ev[i].pdu.sequence_number;
	}
	assert_int_equal(sequence[2], sequence[0] + 2);
	answer(&p.smsc, &ev[2], "c");   /* out of order */
	answer(&p.smsc, &ev[2], "c");   /* twice */
	answer(&p.smsc, &ev[0], "a");
	carry(&p.smsc, &p.esme, 1000, p.now);
	assert_int_equal(expect(&p.esme, SESSION_EV_RESPONSE, p.now).tag, 2);
	expect(&p.esme, SESSION_EV_WARNING, p.now);
	assert_int_equal(expect(&p.esme, SESSION_EV_RESPONSE, p.now).tag, 0);
	assert_int_equal(session_room(&p.esme), 2);
	stop(&p);
}

static void
unanswered_request_times_out_and_keeps_its_place(void **state)
{
	struct pair p;
	struct event ev, req;

	(void)state;
	start(&p, usual);
	bind(&p, PDU_bind_transmitter, 1000);
	submit(&p, 1);
	p.now += 10;
	submit(&p, 2);
	carry(&p.esme, &p.smsc, 1000, p.now);
	req = expect(&p.smsc, SESSION_EV_REQUEST, p.now);
	assert_int_equal(session_deadline(&p.esme), 31000);
	expect_nothing(&p.esme, 30999);
	ev = expect(&p.esme, SESSION_EV_TIMEOUT, 31000);
	assert_int_equal(ev.tag, 1);
	assert_int_equal(session_in_flight(&p.esme), 2);
	assert_int_equal(session_timed_out(&p.esme), 1);
	answer(&p.smsc, &req, "late");
	carry(&p.smsc, &p.esme, 1000, 31001);
	ev = expect(&p.esme, SESSION_EV_RESPONSE, 31001);
	assert_true(ev.late);
	assert_int_equal(ev.tag, 1);
	assert_int_equal(session_timed_out(&p.esme), 0);
	assert_int_equal(expect(&p.esme, SESSION_EV_TIMEOUT, 31010).tag, 2);
	stop(&p);
}

static void
silent_peer_is_dead_after_two_enquire_links(void **state)
{
	struct pair p;
	struct event ev;

	(void)state;
	start(&p, usual);
	bind(&p, PDU_bind_receiver, 1000);
	expect_nothing(&p.esme, 30999);
	expect_nothing(&p.esme, 31000);    /* the first goes out */
	carry(&p.esme, &p.smsc, 1000, 31000);
	expect_nothing(&p.smsc, 31000);
	carry(&p.smsc, &p.esme, 1000, 31005);
	expect_nothing(&p.esme, 61004);    /* it was answered */
	expect_nothing(&p.esme, 61005);
	expect_nothing(&p.esme, 91005);    /* the second without an answer */
	expect_nothing(&p.esme, 121004);
	ev = expect(&p.esme, SESSION_EV_CLOSED, 121005);
	assert_int_equal(ev.end, SESSION_END_SILENT);
	stop(&p);
}

static void
an_enquire_link_asked_for_is_answered_with_its_tag(void **state)
{
	struct pdu pdu = {.type = PDU_enquire_link};
	struct event ev;
	struct pair p;

	(void)state;
	start(&p, usual);
	bind(&p, PDU_bind_transmitter, 1000);
	assert_int_equal(session_request(&p.esme, &pdu, 77, p.now, NULL),
	    SESSION_TAKEN);
	carry(&p.esme, &p.smsc, 1000, p.now);
	expect_nothing(&p.smsc, p.now);
	p.now += 5;
	carry(&p.smsc, &p.esme, 1000, p.now);
	ev = expect(&p.esme, SESSION_EV_RESPONSE, p.now);
	assert_int_equal(ev.tag, 77);
	assert_int_equal(ev.waited_ms, 5);
	assert_int_equal(ev.pdu.type, PDU_enquire_link_resp);
	assert_int_equal(session_in_flight(&p.esme), 0);
	stop(&p);
}

static void
a_long_pause_of_our_own_is_no_silence_of_the_peer(void **state)
{
	struct pair p;

	(void)state;
	start(&p, usual);
	bind(&p, PDU_bind_receiver, 1000);
	expect_nothing(&p.esme, 10000000);
	expect_nothing(&p.esme, 10000001);
	assert_int_equal(session_state(&p.esme), SESSION_BOUND_RX);
	assert_int_equal(session_deadline(&p.esme), 10030000);
	stop(&p);
}

static void
nothing_is_overdue_while_octets_lie_unread(void **state)
{
	struct pair p;
	struct event req;

	(void)state;
	start(&p, usual);
	bind(&p, PDU_bind_transmitter, 1000);
	submit(&p, 1);
	submit(&p, 2);
	carry(&p.esme, &p.smsc, 1000, p.now);
	req = expect(&p.smsc, SESSION_EV_REQUEST, p.now);
	answer(&p.smsc, &req, "in time");
	/* we were stopped; what came is read in pieces */
	session_set_unread(&p.esme, true);
	expect_nothing(&p.esme, 90000);
	carry(&p.smsc, &p.esme, 1000, 90001);
	assert_int_equal(expect(&p.esme, SESSION_EV_RESPONSE, 90001).tag, 1);
	expect_nothing(&p.esme, 90001);
	session_set_unread(&p.esme, false);
	assert_int_equal(expect(&p.esme, SESSION_EV_TIMEOUT, 90001).tag, 2);
	stop(&p);
}

static void
sequence_numbers_wrap_and_skip_those_in_flight(void **state)
{
	struct session_conf conf = usual;
	struct pair p;
	struct event ev;

	(void)state;
	conf.first_sequence = 0x7ffffffd;
	start(&p, conf);
	bind(&p, PDU_bind_transmitter, 1000);
	submit(&p, 1);    /* 7ffffffe */
	submit(&p, 2);    /* 7fffffff */
	submit(&p, 3);    /* 1 */
	carry(&p.esme, &p.smsc, 1000, p.now);
	assert_int_equal(expect(&p.smsc, SESSION_EV_REQUEST, p.now)
	    .pdu.sequence_number, 0x7ffffffe);
	assert_int_equal(expect(&p.smsc, SESSION_EV_REQUEST, p.now)
	    .pdu.sequence_number, 0x7fffffff);
	ev = expect(&p.smsc, SESSION_EV_REQUEST, p.now);
	assert_int_equal(ev.pdu.sequence_number, 1);
	answer(&p.smsc, &ev, "x");
	carry(&p.smsc, &p.esme, 1000, p.now);
	assert_int_equal(expect(&p.esme, SESSION_EV_RESPONSE, p.now).tag, 3);
	p.esme.next_sequence = 0x7ffffffe;
	submit(&p, 4);
	carry(&p.esme, &p.smsc, 1000, p.now);
	assert_int_equal(expect(&p.smsc, SESSION_EV_REQUEST, p.now)
	    .pdu.sequence_number, 1);
	stop(&p);
}

static void
generic_nack_with_its_number_ends_a_request(void **state)
{
	struct pair p;
	struct pdu nack = {.type = PDU_generic_nack, .command_status = 3};
	struct event ev;

	(void)state;
	start(&p, usual);
	bind(&p, PDU_bind_transmitter, 1000);
	submit(&p, 7);
	carry(&p.esme, &p.smsc, 1000, p.now);
	nack.sequence_number = expect(&p.smsc, SESSION_EV_REQUEST, p.now)
	    .pdu.sequence_number;
	session_reply(&p.smsc, &nack);
	nack.sequence_number = 999;
	session_reply(&p.smsc, &nack);
	carry(&p.smsc, &p.esme, 1000, p.now);
	ev = expect(&p.esme, SESSION_EV_RESPONSE, p.now);
	assert_int_equal(ev.tag, 7);
	assert_int_equal(ev.pdu.type, PDU_generic_nack);
	expect(&p.esme, SESSION_EV_WARNING, p.now);
	expect_nothing(&p.esme, p.now);
	stop(&p);
}

static void
requests_that_the_state_forbids_are_refused(void **state)
{
	struct pair p;
	struct pdu deliver = {.type = PDU_deliver_sm};
	struct pdu rude = {.type = PDU_submit_sm, .sequence_number = 5};
	uint8_t octets[200];
	struct wr w = wr_init(octets, sizeof(octets));
	struct pdu_error error;
	const uint8_t *out;
	size_t n;

	(void)state;
	start(&p, usual);
	assert_int_equal(submit(&p, 1), SESSION_NOT_NOW);
	assert_true(pdu_encode(&w, &rude, &error));
	inject(&p.smsc, octets, w.len, p.now);    /* before any bind */
	expect(&p.smsc, SESSION_EV_WARNING, p.now);
	out = session_out(&p.smsc, &n);
	assert_int_equal(n, 16);
	assert_memory_equal(out, "\0\0\0\x10\x80\0\0\4\0\0\0\4\0\0\0\5", 16);
	session_sent(&p.smsc, n);
	bind(&p, PDU_bind_receiver, 1000);
	assert_int_equal(submit(&p, 1), SESSION_NOT_NOW);
	assert_false(session_may_send(&p.esme, PDU_submit_sm));
	assert_int_equal(session_request(&p.smsc, &deliver, 1, p.now, NULL),
	    SESSION_TAKEN);
	assert_int_equal(session_request(&p.smsc, &rude, 1, p.now, NULL),
	    SESSION_NOT_NOW);
	stop(&p);
}

static void
unknown_command_is_nacked_and_the_stream_goes_on(void **state)
{
	static const char unknown[] =
	    "\0\0\0\x14\0\1\2\3\0\0\0\0\0\0\0\x4d" "xxxx"
	    "\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x4e";
	struct pair p;
	const uint8_t *out;
	size_t n;

	(void)state;
	start(&p, usual);
	bind(&p, PDU_bind_transceiver, 1000);
	inject(&p.smsc, unknown, 36, p.now);
	expect(&p.smsc, SESSION_EV_WARNING, p.now);
	expect_nothing(&p.smsc, p.now);
	out = session_out(&p.smsc, &n);
	assert_int_equal(n, 32);
	assert_memory_equal(out, "\0\0\0\x10\x80\0\0\0\0\0\0\3\0\0\0\x4d", 16);
	assert_memory_equal(out + 16,
	    "\0\0\0\x10\x80\0\0\x15\0\0\0\0\0\0\0\x4e", 16);
	stop(&p);
}

static void
damaged_body_is_answered_with_the_status_of_its_field(void **state)
{
	static const char never_ended[] =
	    "\0\0\0\x18\0\0\0\4\0\0\0\0\0\0\0\x09" "AAAAAAAA";
	struct pair p;
	const uint8_t *out;
	struct event ev;
	size_t n;

	(void)state;
	start(&p, usual);
	bind(&p, PDU_bind_transceiver, 1000);
	inject(&p.smsc, never_ended, 24, p.now);
	ev = expect(&p.smsc, SESSION_EV_WARNING, p.now);
	assert_non_null(strstr(ev.why, "service_type"));
	out = session_out(&p.smsc, &n);
	assert_int_equal(n, 16);
	assert_memory_equal(out, "\0\0\0\x10\x80\0\0\4", 8);
	assert_memory_not_equal(out + 8, "\0\0\0\0", 4);
	assert_int_equal(session_state(&p.smsc), SESSION_BOUND_TRX);
	stop(&p);
}

static void
impossible_length_is_nacked_and_closes(void **state)
{
	struct pair p;
	struct event ev;
	const uint8_t *out;
	size_t n;

	(void)state;
	start(&p, usual);
	bind(&p, PDU_bind_transceiver, 1000);
	inject(&p.smsc, "\x10\0\0\0\0\0\0\4\0\0\0\0\0\0\0\x07", 16, p.now);
	ev = expect(&p.smsc, SESSION_EV_CLOSED, p.now);
	assert_int_equal(ev.end, SESSION_END_GARBAGE);
	out = session_out(&p.smsc, &n);
	assert_memory_equal(out, "\0\0\0\x10\x80\0\0\0\0\0\0\2\0\0\0\7", 16);
	stop(&p);
}

static void
a_peer_that_speaks_http_is_named(void **state)
{
	struct session_conf conf = usual;
	struct pair p;
	struct pdu pdu = {.type = PDU_bind_transceiver};
	struct event ev;

	(void)state;
	start(&p, conf);
	session_request(&p.esme, &pdu, 0, p.now, NULL);
	inject(&p.esme, "HTTP/1.1 400 Bad Request\r\n\r\n", 28, p.now);
	ev = expect(&p.esme, SESSION_EV_CLOSED, p.now);
	assert_int_equal(ev.end, SESSION_END_GARBAGE);
	assert_non_null(strstr(ev.why, "HTTP"));
	stop(&p);
}

static void
refused_bind_is_told_with_and_without_a_body(void **state)
{
	static const char *const answers[] = {
		"\0\0\0\x10\x80\0\0\x09\0\0\0\x0e\0\0\0\1",
		"\0\0\0\x11\x80\0\0\x09\0\0\0\x0e\0\0\0\1\0",
	};
	struct pair p;
	struct pdu pdu = {.type = PDU_bind_transceiver};
	struct event ev;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		start(&p, usual);
		session_request(&p.esme, &pdu, 0, p.now, NULL);
		inject(&p.esme, answers[i], 16 + i, p.now);
		ev = expect(&p.esme, SESSION_EV_REFUSED, p.now);
		assert_int_equal(ev.pdu.command_status, ESME_RINVPASWD);
		ev = expect(&p.esme, SESSION_EV_CLOSED, p.now);
		assert_int_equal(ev.end, SESSION_END_REFUSED);
		stop(&p);
	}
}

static void
deliver_in_the_segment_of_the_bind_response_arrives(void **state)
{
	struct pair p;
	struct pdu bind_pdu = {.type = PDU_bind_receiver,
	    .interface_version = 0x34};
	struct pdu resp = {.type = PDU_bind_receiver_resp};
	struct pdu deliver = {.type = PDU_deliver_sm,
	    .short_message = span_str("early")};
	struct event ev;

	(void)state;
	start(&p, usual);
	session_request(&p.esme, &bind_pdu, 0, p.now, NULL);
	carry(&p.esme, &p.smsc, 1000, p.now);
	resp.sequence_number = expect(&p.smsc, SESSION_EV_BIND, p.now)
	    .pdu.sequence_number;
	session_reply(&p.smsc, &resp);
	session_request(&p.smsc, &deliver, 9, p.now, NULL);
	carry(&p.smsc, &p.esme, 100000, p.now);
	expect(&p.esme, SESSION_EV_BOUND, p.now);
	ev = expect(&p.esme, SESSION_EV_REQUEST, p.now);
	assert_true(span_is(ev.pdu.short_message, "early"));
	/* without sc_interface_version the version bound with holds */
	assert_int_equal(session_version(&p.esme), 0x34);
	stop(&p);
}

static void
unbind_waits_for_what_is_in_flight(void **state)
{
	struct pair p;
	struct event req, ev;
	size_t n;

	(void)state;
	start(&p, usual);
	bind(&p, PDU_bind_transceiver, 1000);
	submit(&p, 1);
	carry(&p.esme, &p.smsc, 1000, p.now);
	req = expect(&p.smsc, SESSION_EV_REQUEST, p.now);
	session_unbind(&p.esme, p.now);
	session_out(&p.esme, &n);
	assert_int_equal(n, 0);
	assert_int_equal(submit(&p, 2), SESSION_NOT_NOW);
	answer(&p.smsc, &req, "a");
	carry(&p.smsc, &p.esme, 1000, p.now);
	expect(&p.esme, SESSION_EV_RESPONSE, p.now);
	expect_nothing(&p.esme, p.now);
	session_out(&p.esme, &n);
	assert_int_equal(n, 16);
	assert_int_equal(session_state(&p.esme), SESSION_UNBINDING);
	/* the peer hangs up instead of answering: good enough */
	session_eof(&p.esme, NULL);
	ev = expect(&p.esme, SESSION_EV_CLOSED, p.now);
	assert_int_equal(ev.end, SESSION_END_UNBOUND);
	stop(&p);
}

static void
what_is_left_in_flight_can_be_taken_after_the_end(void **state)
{
	struct pair p;
	struct event ev;
	uint64_t tag;

	(void)state;
	start(&p, usual);
	bind(&p, PDU_bind_transceiver, 1000);
	submit(&p, 5);
	submit(&p, 6);
	session_eof(&p.esme, "Connection reset by peer");
	ev = expect(&p.esme, SESSION_EV_CLOSED, p.now);
	assert_int_equal(ev.end, SESSION_END_EOF);
	assert_string_equal(ev.why, "Connection reset by peer");
	assert_true(session_abandon(&p.esme, &tag));
	assert_int_equal(tag, 5);
	assert_true(session_abandon(&p.esme, &tag));
	assert_int_equal(tag, 6);
	assert_false(session_abandon(&p.esme, &tag));
	stop(&p);
}

static void
outbind_asks_the_esme_to_bind(void **state)
{
	struct pair p;
	struct pdu out = {.type = PDU_outbind, .system_id = span_str("smsc")};

	(void)state;
	start(&p, usual);
	assert_int_equal(session_request(&p.smsc, &out, 0, p.now, NULL),
	    SESSION_TAKEN);
	carry(&p.smsc, &p.esme, 3, p.now);
	assert_true(span_is(expect(&p.esme, SESSION_EV_OUTBIND, p.now)
	    .pdu.system_id, "smsc"));
	bind(&p, PDU_bind_receiver, 1000);
	stop(&p);
}

static void
an_smsc_without_a_bind_closes(void **state)
{
	struct pair p;

	(void)state;
	start(&p, usual);
	assert_int_equal(session_deadline(&p.smsc), 31000);
	assert_int_equal(expect(&p.smsc, SESSION_EV_CLOSED, 31000).end,
	    SESSION_END_TIMEOUT);
	stop(&p);
}

static void
a_peer_that_does_not_read_gets_no_more_answers(void **state)
{
	static const char ask[] = "\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\1";
	struct pair p;
	struct event ev;
	size_t room, n, given = 0;
	uint8_t *at;

	(void)state;
	start(&p, usual);
	bind(&p, PDU_bind_transceiver, 1000);
	while (at = session_in(&p.smsc, &room), room >= 16) {
		memcpy(at, ask, 16);
		session_received(&p.smsc, 16, p.now);
		given += 16;
		while (session_next(&p.smsc, &ev, p.now))
			;
		assert_true(given < 8 << 20);
	}
	session_out(&p.smsc, &n);
	assert_true(n <= (1 << 20) + 16);
	session_sent(&p.smsc, n);
	session_in(&p.smsc, &room);
	assert_true(room > 0);
	stop(&p);
}

static void
a_pdu_of_the_greatest_size_passes_one_octet_more_closes(void **state)
{
	struct session_conf conf = usual;
	struct pair p;
	uint8_t header[16] = {0, 1, 0, 0, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 1};
	uint8_t zero[5000] = {0};
	size_t room, left = 0x10000 - 16;
	uint8_t *at;

	(void)state;
	conf.max_pdu = 0x10000;
	start(&p, conf);
	bind(&p, PDU_bind_transceiver, 1000);
	inject(&p.smsc, header, 16, p.now);
	while (left > 0) {
		at = session_in(&p.smsc, &room);
		assert_true(room > 0);
		if (room > sizeof(zero))
			room = sizeof(zero);
		if (room > left)
			room = left;
		memcpy(at, zero, room);
		session_received(&p.smsc, room, p.now);
		left -= room;
		if (left > 0)
			expect_nothing(&p.smsc, p.now);
	}
	expect_nothing(&p.smsc, p.now);
	session_out(&p.smsc, &room);
	assert_int_equal(room, 16);
	header[3] = 1;
	inject(&p.smsc, header, 16, p.now);
	assert_int_equal(expect(&p.smsc, SESSION_EV_CLOSED, p.now).end,
	    SESSION_END_GARBAGE);
	stop(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_lives_from_bind_to_unbind),
		cmocka_unit_test(window_full_refuses_request),
		cmocka_unit_test(unanswered_request_times_out_and_keeps_its_place),
		cmocka_unit_test(silent_peer_is_dead_after_two_enquire_links),
		cmocka_unit_test(an_enquire_link_asked_for_is_answered_with_its_tag),
		cmocka_unit_test(a_long_pause_of_our_own_is_no_silence_of_the_peer),
		cmocka_unit_test(nothing_is_overdue_while_octets_lie_unread),
		cmocka_unit_test(sequence_numbers_wrap_and_skip_those_in_flight),
		cmocka_unit_test(generic_nack_with_its_number_ends_a_request),
		cmocka_unit_test(requests_that_the_state_forbids_are_refused),
		cmocka_unit_test(unknown_command_is_nacked_and_the_stream_goes_on),
		cmocka_unit_test(damaged_body_is_answered_with_the_status_of_its_field),
		cmocka_unit_test(impossible_length_is_nacked_and_closes),
		cmocka_unit_test(a_peer_that_speaks_http_is_named),
		cmocka_unit_test(refused_bind_is_told_with_and_without_a_body),
		cmocka_unit_test(deliver_in_the_segment_of_the_bind_response_arrives),
		cmocka_unit_test(unbind_waits_for_what_is_in_flight),
		cmocka_unit_test(what_is_left_in_flight_can_be_taken_after_the_end),
		cmocka_unit_test(outbind_asks_the_esme_to_bind),
		cmocka_unit_test(an_smsc_without_a_bind_closes),
		cmocka_unit_test(a_peer_that_does_not_read_gets_no_more_answers),
		cmocka_unit_test(a_pdu_of_the_greatest_size_passes_one_octet_more_closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
