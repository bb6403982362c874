/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "smpp/mold.h"
#include "smpp/session.h"

static const struct pdu bare = {.type = PDU_submit_sm};

static struct pdu
full(void)
{
	struct pdu pdu = {
		.type = PDU_submit_sm,
		.service_type = span_str("WAPXX"),
		.source_addr_ton = 5,
		.source_addr_npi = 9,
		.source_addr = span_str("12345678901234567890"),
		.esm_class = 0x43,
		.protocol_id = 0x7f,
		.priority_flag = 3,
		.schedule_delivery_time = span_str("261125101010000+"),
		.validity_period = span_str("000000020000000R"),
		.registered_delivery = 0x11,
		.replace_if_present_flag = 1,
		.data_coding = 0xf1,
		.sm_default_msg_id = 7,
	};

	return pdu;
}

/* The octets of a cast are those of encoding the PDU. */
static void
expect_same(const struct mold *mold, struct pdu pdu, const char *to,
    size_t text)
{
	static uint8_t some[255], encoded[1024], cast[1024];
	struct mold_fill fill = {1, 2, span_str(to), span_of(some, text)};
	struct wr w = wr_init(encoded, sizeof(encoded));
	size_t n;

	memset(some, 'x', sizeof(some));
	pdu.dest_addr_ton = fill.dest_addr_ton;
	pdu.dest_addr_npi = fill.dest_addr_npi;
	pdu.destination_addr = fill.destination_addr;
	pdu.short_message = fill.short_message;
	pdu.sequence_number = 0x01020304;
	assert_true(pdu_encode(&w, &pdu, NULL));
	n = mold_cast(mold, &fill, pdu.sequence_number, cast);
	assert_int_equal(n, w.len);
	assert_memory_equal(cast, encoded, n);
	assert_true(n <= MOLD_ROOM + strlen(to) + text);
}

static void
a_cast_is_what_encoding_gives(void **state)
{
	const struct pdu pdus[] = {bare, full()};
	struct mold mold;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_true(mold_make(&mold, &pdus[i]));
		expect_same(&mold, pdus[i], "", 0);
		expect_same(&mold, pdus[i], "821055551234", 20);
		expect_same(&mold, pdus[i], "12345678901234567890", 255);
	}
}

static void
the_pdu_it_is_made_of_may_have_a_destination_and_a_text(void **state)
{
	struct pdu pdu = full();
	struct mold mold;

	(void)state;
	pdu.destination_addr = span_str("1");
	pdu.short_message = span_str("of another");
	assert_true(mold_make(&mold, &pdu));
	expect_same(&mold, full(), "821055551234", 20);
}

static void
nothing_else_makes_one(void **state)
{
	struct pdu tlvs = bare, data = bare, nul = bare, wide = bare, odd = bare;
	struct mold mold;

	(void)state;
	tlvs.tlvs = span_of("\x02\x0c\x00\x02\x00\x01", 6);
	assert_false(mold_make(&mold, &tlvs));
	data.type = PDU_data_sm;
	assert_false(mold_make(&mold, &data));
	nul.source_addr = span_of("a\0b", 3);
	assert_false(mold_make(&mold, &nul));
	wide.esm_class = 256;
	assert_false(mold_make(&mold, &wide));
	odd.source_addr = span_str("1234567890123456789012345678901234567890");
	assert_false(mold_make(&mold, &odd));
	assert_int_equal(mold.n_head, 0);
}

/* The event behind the one at hand, if it is of that type. */
static struct event
next(struct session *s, enum session_event type)
{
	struct event ev;

	assert_true(session_next(s, &ev, 0));
	assert_int_equal(ev.type, type);
	return ev;
}

static void
give(struct session *s, const void *octets, size_t n)
{
	size_t room;
	uint8_t *p = session_in(s, &room);

	assert_true(room >= n);
	memcpy(p, octets, n);
	session_received(s, n, 0);
}

static void
a_session_sends_casts_as_it_sends_requests(void **state)
{
	const struct session_conf conf = {.window = 2, .max_pdu = 1000};
	const struct mold_fill fill = {1, 1, span_str("8210"), span_str("hi")};
	struct pdu bind = {.type = PDU_bind_transmitter};
	struct pdu pdu, answer = {.type = PDU_bind_transmitter_resp,
	    .sequence_number = 1};
	uint8_t octets[64];
	struct wr w = wr_init(octets, sizeof(octets));
	struct session s;
	struct mold mold;
	struct event ev;

	(void)state;
	assert_true(mold_make(&mold, &bare));
	session_init(&s, &conf, 0);
	assert_int_equal(session_submit(&s, &mold, &fill, 7, 0),
	    SESSION_NOT_NOW);
	assert_int_equal(session_request(&s, &bind, 0, 0, NULL),
	    SESSION_TAKEN);
	assert_true(pdu_encode(&w, &answer, NULL));
	give(&s, octets, w.len);
	next(&s, SESSION_EV_BOUND);
	assert_int_equal(session_submit(&s, &mold, &fill, 7, 0),
	    SESSION_TAKEN);
	assert_true(pdu_decode(&pdu, session_last_request(&s), NULL));
	assert_int_equal(pdu.type, PDU_submit_sm);
	assert_int_equal(pdu.sequence_number, 2);
	assert_true(span_is(pdu.destination_addr, "8210"));
	assert_true(span_is(pdu.short_message, "hi"));
	assert_int_equal(session_submit(&s, &mold, &fill, 8, 0),
	    SESSION_TAKEN);
	assert_int_equal(session_submit(&s, &mold, &fill, 9, 0),
	    SESSION_WINDOW_FULL);
	answer = (struct pdu){.type = PDU_submit_sm_resp,
	    .sequence_number = 3, .message_id = span_str("b")};
	w = wr_init(octets, sizeof(octets));
	assert_true(pdu_encode(&w, &answer, NULL));
	give(&s, octets, w.len);
	ev = next(&s, SESSION_EV_RESPONSE);
	assert_int_equal(ev.tag, 8);
	assert_true(span_is(ev.pdu.message_id, "b"));
	session_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cast_is_what_encoding_gives),
		cmocka_unit_test(
		    the_pdu_it_is_made_of_may_have_a_destination_and_a_text),
		cmocka_unit_test(nothing_else_makes_one),
		cmocka_unit_test(a_session_sends_casts_as_it_sends_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
