/* SPDX-License-Identifier: ISC */
/* base/alarms: one time for each item, the earliest at hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alarms.h"

enum { ITEMS = 500 };

static void
the_earliest_is_first_whatever_was_set_before(void **state)
{
	uint64_t due[ITEMS], first, x = 12345;
	struct alarms a = {0};
	uint32_t item;

	(void)state;
	for (int i = 0; i < ITEMS; i++)
		due[i] = UINT64_MAX;
	for (int i = 0; i < 20000; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		item = (uint32_t)(x >> 33) % ITEMS;
		due[item] = x >> 62 == 0 ? UINT64_MAX : x >> 50;
		alarms_set(&a, item, due[item]);
		assert_int_equal(alarms_due(&a, item), due[item]);
		first = UINT64_MAX;
		for (int j = 0; j < ITEMS; j++)
			first = due[j] < first ? due[j] : first;
		assert_int_equal(alarms_next(&a), first);
	}
	alarms_free(&a);
}

static void
what_is_due_is_taken_off_in_order(void **state)
{
	struct alarms a = {0};
	uint64_t last = 0;
	uint32_t item;

	(void)state;
	assert_int_equal(alarms_next(&a), UINT64_MAX);
	assert_false(alarms_take(&a, UINT64_MAX, &item));
	for (uint32_t i = 0; i < ITEMS; i++)
		alarms_set(&a, i, (i * 7919) % ITEMS + 1);
	assert_false(alarms_take(&a, 0, &item));
	for (uint32_t i = 0; i < ITEMS; i++) {
		assert_true(alarms_take(&a, ITEMS, &item));
		assert_true((item * 7919) % ITEMS + 1 > last);
		last = (item * 7919) % ITEMS + 1;
		assert_int_equal(alarms_due(&a, item), UINT64_MAX);
	}
	assert_false(alarms_take(&a, UINT64_MAX, &item));
	alarms_free(&a);
}

static void
one_set_by_a_time_is_never_later(void **state)
{
	struct alarms a = {0};

	(void)state;
	alarms_set_by(&a, 3, 100);
	alarms_set_by(&a, 3, 200);
	assert_int_equal(alarms_next(&a), 100);
	alarms_set_by(&a, 3, 50);
	assert_int_equal(alarms_next(&a), 50);
	assert_int_equal(alarms_due(&a, 2), UINT64_MAX);
	assert_int_equal(alarms_due(&a, 3000000), UINT64_MAX);
	alarms_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_earliest_is_first_whatever_was_set_before),
		cmocka_unit_test(what_is_due_is_taken_off_in_order),
		cmocka_unit_test(one_set_by_a_time_is_never_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
