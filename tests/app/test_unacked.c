/* SPDX-License-Identifier: ISC */
/* app/unacked: answers come in order, none before its record was taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/unacked.h"

static void
add(struct unacked *u, uint32_t sequence, uint64_t position)
{
	struct pdu pdu = {.type = sequence % 2 ? PDU_deliver_sm : PDU_data_sm,
	    .sequence_number = sequence};

	unacked_add(u, &pdu, position);
}

static void
nothing_is_answered_before_it_is_taken(void **state)
{
	struct unacked u;
	struct pdu pdu;

	(void)state;
	unacked_init(&u, 3);
	assert_false(unacked_take(&u, UINT64_MAX, &pdu));
	add(&u, 7, 10);
	add(&u, 8, 20);
	assert_false(unacked_take(&u, 9, &pdu));
	assert_true(unacked_take(&u, 19, &pdu));
	assert_int_equal(pdu.sequence_number, 7);
	assert_int_equal(pdu.type, PDU_deliver_sm);
	assert_false(unacked_take(&u, 19, &pdu));
	assert_true(unacked_take(&u, 20, &pdu));
	assert_int_equal(pdu.sequence_number, 8);
	assert_int_equal(pdu.type, PDU_data_sm);
	assert_false(unacked_take(&u, UINT64_MAX, &pdu));
	unacked_free(&u);
}

static void
ring_goes_round_in_order_at_any_fill(void **state)
{
	uint32_t in = 0, out = 0, round, seed = 1;
	struct unacked u;
	struct pdu pdu;

	(void)state;
	unacked_init(&u, 5);
	for (round = 0; round < 1000; round++) {
		seed = seed * 1664525 + 1013904223;
		for (; seed >> 30 != 0 && !unacked_full(&u); in++)
			add(&u, in, in);
		for (; unacked_take(&u, in - seed % 4, &pdu); out++)
			assert_int_equal(pdu.sequence_number, out);
		assert_int_equal(u.n, in - out);
		assert_true(in - out <= 4);
	}
	assert_true(out > 1000);
	unacked_clear(&u);
	assert_false(unacked_take(&u, UINT64_MAX, &pdu));
	unacked_free(&u);
	unacked_free(&u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_answered_before_it_is_taken),
		cmocka_unit_test(ring_goes_round_in_order_at_any_fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
