/* SPDX-License-Identifier: ISC */
/* The heap of times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/heap.h"

static void
entries_come_out_in_order_of_time(void **state)
{
	struct heap h = {0};
	uint64_t x = 12345, last = 0;

	(void)state;
	assert_null(heap_first(&h));
	for (uint32_t i = 0; i < 2000; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		heap_push(&h, (struct heap_entry){x >> 54, i, i});
		if (i % 3 == 2)
			heap_pop(&h);
	}
	while (h.n > 0) {
		assert_true(heap_first(&h)->due >= last);
		last = heap_pop(&h).due;
	}
	heap_free(&h);
}

static void
equal_times_keep_their_order(void **state)
{
	struct heap h = {0};

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		heap_push(&h, (struct heap_entry){7, i, 1000 - i});
	heap_push(&h, (struct heap_entry){3, 1000, 5});
	assert_int_equal(heap_pop(&h).item, 5);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(heap_pop(&h).item, 1000 - i);
	assert_null(heap_first(&h));
	heap_free(&h);
}

static bool
is_even(const void *owner, const struct heap_entry *e)
{
	(void)owner;
	return e->item % 2 == 0;
}

static void
what_is_not_kept_is_gone_and_the_rest_in_order(void **state)
{
	struct heap h = {0};

	(void)state;
	for (uint32_t i = 0; i < 1001; i++)
		heap_push(&h, (struct heap_entry){(i * 37) % 1001, i,
		    (i * 37) % 1001});
	heap_sift(&h, is_even, NULL);
	assert_int_equal(h.n, 501);
	for (uint32_t i = 0; i <= 1000; i += 2)
		assert_int_equal(heap_pop(&h).item, i);
	assert_null(heap_first(&h));
	heap_free(&h);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_come_out_in_order_of_time),
		cmocka_unit_test(equal_times_keep_their_order),
		cmocka_unit_test(what_is_not_kept_is_gone_and_the_rest_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
