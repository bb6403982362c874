/* SPDX-License-Identifier: ISC */
/* app/unacked: answers come in order, none before its record was taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/unacked.h"

/* Links are not looked into here. */
static int one, other;

static struct link *
link_of(int *which)
{
	return (struct link *)(void *)which;
}

static void
add(struct unacked *u, uint32_t sequence, uint64_t position)
{
	struct pdu pdu = {.type = sequence % 2 ? PDU_deliver_sm : PDU_data_sm,
	    .sequence_number = sequence};

	unacked_add(u, link_of(sequence % 3 ? &one : &other), &pdu, position);
}

static void
nothing_is_answered_before_it_is_taken(void **state)
{
	struct unacked u;
	struct pdu pdu;

	(void)state;
	unacked_init(&u, 3);
	assert_null(unacked_take(&u, UINT64_MAX, &pdu));
	add(&u, 7, 10);
	add(&u, 8, 20);
	assert_null(unacked_take(&u, 9, &pdu));
	assert_non_null(unacked_take(&u, 19, &pdu));
	assert_int_equal(pdu.sequence_number, 7);
	assert_int_equal(pdu.type, PDU_deliver_sm);
	assert_null(unacked_take(&u, 19, &pdu));
	assert_non_null(unacked_take(&u, 20, &pdu));
	assert_int_equal(pdu.sequence_number, 8);
	assert_int_equal(pdu.type, PDU_data_sm);
	assert_null(unacked_take(&u, UINT64_MAX, &pdu));
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
	unacked_free(&u);
	unacked_free(&u);
}

static void
lost_link_is_answered_no_more_but_its_records_count(void **state)
{
	struct unacked u;
	struct pdu pdu;
	uint32_t i;

	(void)state;
	unacked_init(&u, 4);
	/* so that they go round its end */
	add(&u, 1, 0);
	add(&u, 2, 0);
	while (unacked_take(&u, 0, &pdu) != NULL)
		;
	for (i = 3; i < 7; i++)
		add(&u, i, i);
	unacked_forget(&u, link_of(&other));
	assert_true(unacked_full(&u));
	assert_ptr_equal(unacked_take(&u, 9, &pdu), link_of(&one));
	assert_int_equal(pdu.sequence_number, 4);
	assert_ptr_equal(unacked_take(&u, 9, &pdu), link_of(&one));
	assert_int_equal(pdu.sequence_number, 5);
	assert_null(unacked_take(&u, 9, &pdu));
	assert_int_equal(u.n, 0);
	unacked_free(&u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_answered_before_it_is_taken),
		cmocka_unit_test(ring_goes_round_in_order_at_any_fill),
		cmocka_unit_test(lost_link_is_answered_no_more_but_its_records_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
