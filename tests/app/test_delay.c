/* SPDX-License-Identifier: ISC */
/* Delays: their text, and the times drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/delay.h"

static void
texts_are_read_by_their_shape(void **state)
{
	static const struct {
		const char *text;
		enum delay_shape shape;
		uint64_t first, second;
	} good[] = {
		{"2s", DELAY_BETWEEN, 2000, 2000},
		{"3", DELAY_BETWEEN, 3000, 3000},
		{"1..5s", DELAY_BETWEEN, 1000, 5000},
		{"100..500ms", DELAY_BETWEEN, 100, 500},
		{"500ms..2s", DELAY_BETWEEN, 500, 2000},
		{"0..1", DELAY_BETWEEN, 0, 1000},
		{"5s..5s", DELAY_BETWEEN, 5000, 5000},
		{"1..1m", DELAY_BETWEEN, 60000, 60000},
		{"exp:2s", DELAY_EXP, 2000, 0},
		{"normal:2s:500ms", DELAY_NORMAL, 2000, 500},
		{"lognormal:50ms:2s", DELAY_LOGNORMAL, 50, 2000},
	};
	static const char *const bad[] = {"", "..", "1..", "..5s", "5s..1s",
	    "x", "1...5s", "1s..x", "-1s", "1..2..3", "exp:", "exp:0",
	    "exp:1:2", "normal:1s", "normal::1s", "lognormal:2s:1s",
	    "poisson:1s"};
	struct delay d;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(delay_parse(span_str(good[i].text), &d));
		assert_int_equal(d.shape, good[i].shape);
		assert_int_equal(d.first, good[i].first);
		assert_int_equal(d.second, good[i].second);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (delay_parse(span_str(bad[i]), &d))
			fail_msg("%s was read", bad[i]);
}

/* How many of 10,000 times are at most so long. */
static unsigned
within(const char *text, uint64_t ms)
{
	struct dice dice = dice_of(5);
	struct delay d;
	unsigned n = 0;

	assert_true(delay_parse(span_str(text), &d));
	for (int i = 0; i < 10000; i++)
		n += delay_draw(&d, &dice) <= ms;
	return n;
}

static void
times_are_spread_as_told(void **state)
{
	(void)state;
	assert_int_equal(within("2s", 1999), 0);
	assert_int_equal(within("2s", 2000), 10000);
	assert_int_equal(within("100..200ms", 99), 0);
	assert_int_equal(within("100..200ms", 200), 10000);
	assert_in_range(within("100..200ms", 150), 4800, 5300);
	assert_in_range(within("exp:1s", 1000), 6200, 6450);
	assert_in_range(within("normal:1s:100ms", 1000), 4800, 5200);
	assert_in_range(within("normal:1s:100ms", 1100), 8300, 8550);
	assert_in_range(within("lognormal:50ms:2s", 50), 4850, 5200);
	assert_in_range(within("lognormal:50ms:2s", 2000), 9860, 9940);
	assert_int_equal(within("normal:1ms:1h", 86400000), 10000);
}

static void
equal_seeds_draw_equal_times(void **state)
{
	struct dice a = dice_of(1), b = dice_of(1), c = dice_of(2);
	struct delay d;
	unsigned same = 0;

	(void)state;
	assert_true(delay_parse(span_str("exp:1h"), &d));
	for (int i = 0; i < 100; i++) {
		uint64_t ms = delay_draw(&d, &a);

		assert_int_equal(ms, delay_draw(&d, &b));
		same += ms == delay_draw(&d, &c);
	}
	assert_in_range(same, 0, 5);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read_by_their_shape),
		cmocka_unit_test(times_are_spread_as_told),
		cmocka_unit_test(equal_seeds_draw_equal_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
