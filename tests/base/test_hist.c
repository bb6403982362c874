/* SPDX-License-Identifier: ISC */
/* base/hist: against sorted arrays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hist.h"

enum { MANY = 5000 };

static struct hist h, other;
static uint64_t value[MANY];
static uint64_t seed = 88172645463325252;

static uint64_t
any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
assert_near(uint64_t is, uint64_t should)
{
	uint64_t off = is > should ? is - should : should - is;

	if (off * 1000 > should)
		fail_msg("%llu instead of %llu", (unsigned long long)is,
		    (unsigned long long)should);
}

static void
check_all(size_t n)
{
	qsort(value, n, sizeof(value[0]), compare);
	assert_int_equal(h.n, n);
	for (unsigned p = 0; p <= 1000; p++) {
		size_t rank = (n * p + 999) / 1000;

		assert_near(hist_at(&h, p), value[rank > 0 ? rank - 1 : 0]);
	}
	assert_int_equal(hist_at(&h, 1000), value[n - 1]);
	assert_int_equal(hist_at(&h, 0), value[0]);
}

static void
empty_one_is_zero(void **state)
{
	(void)state;
	memset(&h, 0, sizeof(h));
	assert_int_equal(hist_at(&h, 500), 0);
	assert_int_equal(hist_mean(&h), 0);
}

static void
small_values_are_exact(void **state)
{
	(void)state;
	memset(&h, 0, sizeof(h));
	for (uint64_t v = 1; v <= 1000; v++)
		hist_add(&h, v);
	for (unsigned p = 1; p <= 1000; p++)
		assert_int_equal(hist_at(&h, p), p);
	assert_int_equal(hist_mean(&h), 500);
}

static void
percentiles_agree_with_a_sorted_array(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		size_t n = 1 + (size_t)(any() % MANY);

		memset(&h, 0, sizeof(h));
		for (size_t i = 0; i < n; i++) {
			/* evenly over sizes, up to 12 days */
			value[i] = (any() | UINT64_C(1) << 39) >> 24 >>
			    any() % 40;
			hist_add(&h, value[i]);
		}
		check_all(n);
	}
}

static void
merged_ones_are_as_one(void **state)
{
	size_t n = MANY;

	(void)state;
	memset(&h, 0, sizeof(h));
	memset(&other, 0, sizeof(other));
	hist_merge(&h, &other);
	assert_int_equal(h.n, 0);
	for (size_t i = 0; i < n; i++) {
		value[i] = any() % 10000000;
		hist_add(any() % 2 ? &h : &other, value[i]);
	}
	hist_merge(&h, &other);
	check_all(n);
}

static void
every_border_is_in_its_range(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 40; bit++)
		for (int d = -1; d <= 1; d++) {
			uint64_t v = (UINT64_C(1) << bit) + (uint64_t)d;

			memset(&h, 0, sizeof(h));
			hist_add(&h, v);
			hist_add(&h, v * 2);
			hist_add(&h, v * 2);
			assert_near(hist_at(&h, 400), v * 2);
			assert_near(hist_at(&h, 333), v);
		}
}

static void
what_is_past_the_top_keeps_the_highest(void **state)
{
	(void)state;
	memset(&h, 0, sizeof(h));
	hist_add(&h, UINT64_MAX);
	hist_add(&h, UINT64_MAX);
	hist_add(&h, UINT64_C(1) << 40);
	assert_true(hist_at(&h, 999) == UINT64_MAX);
	assert_true(h.sum == UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_one_is_zero),
		cmocka_unit_test(small_values_are_exact),
		cmocka_unit_test(percentiles_agree_with_a_sorted_array),
		cmocka_unit_test(merged_ones_are_as_one),
		cmocka_unit_test(every_border_is_in_its_range),
		cmocka_unit_test(what_is_past_the_top_keeps_the_highest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
