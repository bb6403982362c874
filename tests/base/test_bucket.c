/* SPDX-License-Identifier: ISC */
/* base/bucket: never over the limit, never under it for long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/bucket.h"

enum { TAKES_MOST = 400000 };

static uint64_t taken[TAKES_MOST];
static uint32_t seed = 1;

static uint32_t
any(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)seed * below >> 32);
}

/* Takes all that is allowed from start to end, with the caller late by up to
 * so many ms; gives their number. */
static size_t
run(struct bucket *b, uint64_t start, uint64_t end, uint32_t late)
{
	uint64_t now = start, next;
	size_t n = 0;

	while (now < end) {
		while (bucket_take(b, now)) {
			assert_true(n < TAKES_MOST);
			taken[n++] = now;
		}
		next = bucket_next(b, now);
		assert_true(next > now);
		now = next + (late ? any(late) : 0);
	}
	return n;
}

/* A take stamped t may have been any time before t + 1. */
static void
check_limit(size_t n, uint64_t most, uint64_t period)
{
	for (size_t i = most; i < n; i++)
		assert_true(taken[i] - taken[i - most] > period);
}

static void
no_second_has_more_than_the_rate(void **state)
{
	static const uint64_t rates[] = {1, 2, 3, 7, 10, 99, 500, 1000, 1001,
	    10000, 33333};
	static const uint32_t lates[] = {0, 2, 15, 300};
	struct bucket b;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		for (size_t j = 0; j < 4; j++) {
			struct rate r = {rates[i], 1000};

			bucket_init(&b, r, 12345);
			n = run(&b, 12345, 12345 + 5000, lates[j]);
			check_limit(n, rates[i], 1000);
			/* a caller late by up to 15 ms loses next to nothing */
			if (j < 3)
				assert_true(n * 1000 >= rates[i] * 5 * 960);
		}
}

static void
pace_is_even(void **state)
{
	struct bucket b;
	size_t n;

	(void)state;
	bucket_init(&b, (struct rate){10, 1000}, 0);
	n = run(&b, 0, 10000, 0);
	assert_true(n >= 99 && n <= 100);
	for (size_t i = 1; i < n; i++)
		assert_true(taken[i] - taken[i - 1] >= 99 &&
		    taken[i] - taken[i - 1] <= 101);
}

static void
rate_of_a_minute_is_kept_in_any_minute(void **state)
{
	struct bucket b;
	size_t n;

	(void)state;
	bucket_init(&b, (struct rate){30, 60000}, 7);
	n = run(&b, 7, 600007, 0);
	assert_in_range(n, 298, 301);
	check_limit(n, 30, 60000);
	bucket_init(&b, (struct rate){601, 60000}, 7);
	n = run(&b, 7, 600007, 15);
	assert_in_range(n, 5950, 6010);
	check_limit(n, 601, 60000);
	check_limit(n, 12, 1000);
}

static void
fractions_add_up_exactly(void **state)
{
	struct bucket b;
	size_t n;

	(void)state;
	bucket_init(&b, (struct rate){0}, 0);
	bucket_pace(&b, (struct rate){487500, 1000000}, 0);
	n = run(&b, 0, 100000, 0);
	assert_int_equal(n, 48750);
	bucket_init(&b, (struct rate){0}, 0);
	bucket_pace(&b, (struct rate){333, 1000000}, 0);
	n = run(&b, 0, 1000000, 0);
	assert_int_equal(n, 333);
}

static void
no_limit_takes_always(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, (struct rate){0}, 5);
	for (int i = 0; i < 100000; i++)
		assert_true(bucket_take(&b, 5));
	assert_int_equal(bucket_next(&b, 5), 5);
}

static void
idle_time_gives_no_burst(void **state)
{
	struct bucket b;
	size_t n = 0;

	(void)state;
	bucket_init(&b, (struct rate){500, 1000}, 0);
	assert_true(bucket_take(&b, 0));
	while (bucket_take(&b, UINT64_C(86400000)))
		n++;
	assert_in_range(n, 1, 11);
}

static void
pace_changes_at_run_time(void **state)
{
	struct bucket b;
	size_t n;

	(void)state;
	bucket_init(&b, (struct rate){1000, 1000}, 0);
	run(&b, 0, 3000, 0);
	bucket_pace(&b, (struct rate){100000, 1000000}, 3000);
	n = run(&b, 3000, 13000, 0);
	assert_in_range(n, 1000, 1010);
	/* faster than the limit is the limit */
	bucket_pace(&b, (struct rate){5000000, 1000000}, 14000);
	n = run(&b, 14000, 19000, 5);
	assert_in_range(n, 4900, 5000);
	check_limit(n, 1000, 1000);
	bucket_pace(&b, (struct rate){0}, 20000);
	n = run(&b, 20000, 25000, 0);
	assert_in_range(n, 4980, 5001);
}

static void
time_that_stands_or_goes_back_gives_nothing(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, (struct rate){10, 1000}, 1000);
	assert_true(bucket_take(&b, 1000));
	assert_false(bucket_take(&b, 1000));
	assert_false(bucket_take(&b, 10));
	assert_int_equal(bucket_next(&b, 10), 1100);
	assert_false(bucket_take(&b, 1099));
	assert_true(bucket_take(&b, 1100));
}

static void
time_lost_is_made_up_for_within_the_limit(void **state)
{
	enum { START = 5000 };
	struct bucket b;
	unsigned n = 0;

	(void)state;
	bucket_init(&b, (struct rate){100, 1000}, START);
	bucket_catch_up(&b, 1000);
	assert_true(bucket_take(&b, START));
	/* half a second late: the fifty that were due, and no more */
	while (bucket_take(&b, START + 500))
		n++;
	assert_int_equal(n, 50);
	/* and a hundred in all in that second */
	for (uint64_t t = START + 501; t < START + 1000; t++)
		n += bucket_take(&b, t);
	assert_int_equal(n, 99);
	assert_false(bucket_take(&b, START + 1000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_second_has_more_than_the_rate),
		cmocka_unit_test(pace_is_even),
		cmocka_unit_test(time_lost_is_made_up_for_within_the_limit),
		cmocka_unit_test(rate_of_a_minute_is_kept_in_any_minute),
		cmocka_unit_test(fractions_add_up_exactly),
		cmocka_unit_test(no_limit_takes_always),
		cmocka_unit_test(idle_time_gives_no_burst),
		cmocka_unit_test(pace_changes_at_run_time),
		cmocka_unit_test(time_that_stands_or_goes_back_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
