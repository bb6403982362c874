/* SPDX-License-Identifier: ISC */
/* app/turns: of those that share a hash one is on its way at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/turns.h"

static void
the_next_in_line_has_its_turn_when_one_leaves(void **state)
{
	struct turns t = {0};
	uint32_t next;

	(void)state;
	assert_true(turns_join(&t, 7, 0));
	assert_false(turns_join(&t, 7, 5));
	assert_true(turns_join(&t, 8, 1));
	assert_false(turns_join(&t, 7, 2));
	assert_int_equal(t.n_waiting, 2);
	assert_true(turns_leave(&t, 0, &next));
	assert_int_equal(next, 5);
	assert_true(turns_leave(&t, 5, &next));
	assert_int_equal(next, 2);
	assert_int_equal(t.n_waiting, 0);
	assert_false(turns_leave(&t, 2, &next));
	assert_false(turns_leave(&t, 1, &next));
	assert_int_equal(t.n_lines, 0);
	assert_true(turns_join(&t, 7, 0));
	turns_free(&t);
}

static void
one_that_waits_may_leave(void **state)
{
	struct turns t = {0};
	uint32_t next;

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(turns_join(&t, 7, i), i == 0);
	assert_false(turns_leave(&t, 1, &next));
	assert_false(turns_leave(&t, 3, &next));
	assert_int_equal(t.n_waiting, 1);
	assert_false(turns_join(&t, 7, 9));
	assert_true(turns_leave(&t, 0, &next));
	assert_int_equal(next, 2);
	assert_true(turns_leave(&t, 2, &next));
	assert_int_equal(next, 9);
	turns_free(&t);
}

static void
one_in_no_line_leaves_nothing(void **state)
{
	struct turns t = {0};
	uint32_t next;

	(void)state;
	assert_false(turns_leave(&t, 0, &next));
	assert_true(turns_join(&t, 1, 0));
	assert_false(turns_leave(&t, 3, &next));
	assert_false(turns_leave(&t, 300, &next));
	assert_false(turns_leave(&t, 0, &next));
	assert_false(turns_leave(&t, 0, &next));
	turns_free(&t);
}

/* Many lines that come and go, in the order of their numbers, with hashes
 * that meet in the table. */
static void
each_line_goes_in_order(void **state)
{
	enum { LINES = 300, EACH = 40 };
	uint32_t first[LINES] = {0}, joined[LINES] = {0}, x = 1, line, next;
	struct turns t = {0};
	int left = LINES * EACH;

	(void)state;
	while (left > 0) {
		x = x * 1664525 + 1013904223;
		line = (x >> 8) % LINES;
		if (x >> 31 && joined[line] < EACH) {
			assert_int_equal(turns_join(&t, line / 3 * 64 +
			    ((uint64_t)(line % 3) << 40),
			    line * EACH + joined[line]),
			    joined[line] == first[line]);
			joined[line]++;
		} else if (first[line] < joined[line]) {
			first[line]++;
			left--;
			if (turns_leave(&t, line * EACH + first[line] - 1,
			    &next))
				assert_int_equal(next,
				    line * EACH + first[line]);
			else
				assert_int_equal(first[line], joined[line]);
		}
	}
	assert_int_equal(t.n_lines, 0);
	assert_int_equal(t.n_waiting, 0);
	turns_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_in_line_has_its_turn_when_one_leaves),
		cmocka_unit_test(one_that_waits_may_leave),
		cmocka_unit_test(one_in_no_line_leaves_nothing),
		cmocka_unit_test(each_line_goes_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
