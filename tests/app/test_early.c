/* SPDX-License-Identifier: ISC */
/* app/early: receipts are kept in order, by id and by link, up to a bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/early.h"

static int link_a, link_b;

static bool
keep(struct early *e, void *link, const char *id, uint64_t sent)
{
	struct pdu pdu = {.type = PDU_deliver_sm, .sequence_number = (uint32_t)sent,
	    .short_message = span_str(id)}, decoded;
	uint8_t octets[256];
	struct wr w = wr_init(octets, sizeof(octets));
	struct pdu_error error;

	assert_true(pdu_encode(&w, &pdu, &error));
	assert_true(pdu_decode(&decoded, span_of(octets, w.len), &error));
	return early_add(e, link, &decoded, span_str(id), sent);
}

static void
one_is_taken_by_its_id_or_its_link(void **state)
{
	struct early e = {0};
	struct span id = span_str("y");
	struct buf frame;
	struct pdu pdu;
	void *from;

	(void)state;
	assert_true(keep(&e, &link_a, "x", 1));
	assert_true(keep(&e, &link_b, "y", 2));
	assert_true(keep(&e, &link_a, "z", 3));
	assert_true(early_take(&e, &id, NULL, &pdu, &frame, &from));
	assert_ptr_equal(from, &link_b);
	assert_int_equal(pdu.sequence_number, 2);
	assert_true(span_is(pdu.short_message, "y"));
	buf_free(&frame);
	assert_false(early_take(&e, &id, NULL, &pdu, &frame, &from));
	assert_false(early_take(&e, NULL, &link_b, &pdu, &frame, &from));
	assert_int_equal(e.one[0].sent, 1);
	assert_true(early_take(&e, NULL, NULL, &pdu, &frame, &from));
	assert_int_equal(pdu.sequence_number, 1);
	buf_free(&frame);
	early_free(&e);
	assert_int_equal(e.n, 0);
}

static void
there_is_a_bound(void **state)
{
	struct early e = {0};

	(void)state;
	for (int i = 0; i < EARLY_MOST; i++)
		assert_true(keep(&e, &link_a, "x", 1));
	assert_false(keep(&e, &link_a, "x", 1));
	early_free(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_taken_by_its_id_or_its_link),
		cmocka_unit_test(there_is_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
