/* SPDX-License-Identifier: ISC */
/* app/exit: which status wins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/exit.h"

static const int order[] = {70, 71, 74, 73, 78, 64, 66, 77, 69, 76, 75, 65, 1, 0};
enum { N = sizeof(order) / sizeof(order[0]) };

static void
the_earlier_of_two_statuses_wins(void **state)
{
	(void)state;
	for (int i = 0; i < N; i++)
		for (int j = i; j < N; j++) {
			assert_int_equal(exit_worse(order[i], order[j]), order[i]);
			assert_int_equal(exit_worse(order[j], order[i]), order[i]);
		}
}

static void
a_status_of_others_is_not_lost(void **state)
{
	(void)state;
	assert_int_equal(exit_worse(0, 99), 99);
	assert_int_equal(exit_worse(99, 0), 99);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_earlier_of_two_statuses_wins),
		cmocka_unit_test(a_status_of_others_is_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
