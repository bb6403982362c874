/* SPDX-License-Identifier: ISC */
/* app/withheld: answers of several links, in order, as records are taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/withheld.h"

/* What a link is does not matter here. */
static char links[3];

static struct link *
link_at(size_t i)
{
	return (struct link *)(void *)&links[i];
}

static void
add(struct withheld *w, size_t link, uint32_t sequence, uint64_t position)
{
	struct pdu request = {.type = PDU_deliver_sm,
	    .sequence_number = sequence};

	withheld_add(w, link_at(link), &request, position);
}

static void
answers_come_as_far_as_records_were_taken(void **state)
{
	struct withheld w = {0};
	struct pdu request;
	struct link *link;

	(void)state;
	add(&w, 0, 1, 10);
	add(&w, 1, 1, 10);
	add(&w, 0, 2, 30);
	assert_false(withheld_take(&w, 9, &link, &request));
	assert_true(withheld_take(&w, 29, &link, &request));
	assert_ptr_equal(link, link_at(0));
	assert_int_equal(request.sequence_number, 1);
	assert_int_equal(request.type, PDU_deliver_sm);
	assert_true(withheld_take(&w, 29, &link, &request));
	assert_ptr_equal(link, link_at(1));
	assert_false(withheld_take(&w, 29, &link, &request));
	assert_int_equal(w.n, 1);
	withheld_free(&w);
	assert_int_equal(w.n, 0);
}

static void
answers_of_a_link_that_is_gone_are_forgotten(void **state)
{
	struct withheld w = {0};
	struct pdu request;
	struct link *link;

	(void)state;
	for (uint32_t i = 1; i <= 9; i++)
		add(&w, i % 3, i, i);
	withheld_forget(&w, link_at(0));
	assert_int_equal(w.n, 6);
	for (uint32_t i = 1; i <= 9; i++)
		if (i % 3 != 0) {
			assert_true(withheld_take(&w, 100, &link, &request));
			assert_int_equal(request.sequence_number, i);
		}
	assert_false(withheld_take(&w, 100, &link, &request));
	withheld_free(&w);
}

static void
any_number_passes_through_a_bounded_room(void **state)
{
	struct withheld w = {0};
	struct pdu request;
	struct link *link;
	uint32_t in = 0, out = 0;

	(void)state;
	srand(1);
	while (out < 100000) {
		for (int n = rand() % 50; n > 0; n--, in++)
			add(&w, in % 3, in, in);
		for (int n = rand() % 60; n > 0 && out < in; n--, out++) {
			assert_true(withheld_take(&w, out, &link, &request));
			assert_int_equal(request.sequence_number, out);
		}
		assert_int_equal(w.n, in - out);
	}
	assert_true(w.room <= 4096);
	withheld_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_as_far_as_records_were_taken),
		cmocka_unit_test(answers_of_a_link_that_is_gone_are_forgotten),
		cmocka_unit_test(any_number_passes_through_a_bounded_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
