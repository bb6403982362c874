/* SPDX-License-Identifier: ISC */
/* app/progress: what a run says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/progress.h"

static struct buf b;

static void
line_tells_rate_time_left_and_limit(void **state)
{
	struct progress p;
	struct progress_facts f = {.ok = 98, .failed = 2,
	    .input_size = 1000, .input_read = 100, .limit = FLOW_WINDOW};

	(void)state;
	progress_init(&p, 5000);
	buf_clear(&b);
	progress_line(&p, &b, &f, 15000, true);
	assert_string_equal(buf_cstr(&b), "100 done, 98 ok, 2 failed, 10/s, "
	    "1m30s left, limited by the window");
	f = (struct progress_facts){.ok = 101};
	buf_clear(&b);
	progress_line(&p, &b, &f, 25000, true);
	assert_string_equal(buf_cstr(&b), "101 done, 101 ok, 0 failed, 5.0/s");
	f.input_size = 7200000;
	f.input_read = 20000;
	buf_clear(&b);
	progress_line(&p, &b, &f, 25000, true);
	assert_string_equal(buf_cstr(&b), "101 done, 101 ok, 0 failed, 5.0/s, "
	    "1h59m left");
}

static void
nothing_done_is_no_division(void **state)
{
	struct progress p;
	struct progress_facts f = {.input_size = 10};

	(void)state;
	progress_init(&p, 5000);
	buf_clear(&b);
	progress_line(&p, &b, &f, 5000, false);
	assert_string_equal(buf_cstr(&b), "0 done, 0 ok, 0 failed, 0/s");
	buf_clear(&b);
	progress_stats(&p, &b, &f, 5000);
	assert_non_null(strstr(buf_cstr(&b), "0 rows in 0.000 s"));
}

static void
line_is_drawn_twice_a_second_at_most(void **state)
{
	struct progress p;
	struct progress_facts f = {0};

	(void)state;
	progress_init(&p, 5000);
	assert_false(progress_due(&p, 5499));
	assert_true(progress_due(&p, 5500));
	progress_line(&p, &b, &f, 5600, false);
	assert_true(progress_due(&p, 5600));
	progress_line(&p, &b, &f, 5600, true);
	assert_false(progress_due(&p, 6099));
	assert_int_equal(progress_deadline(&p), 6100);
}

static void
stats_have_percentiles_and_a_verdict(void **state)
{
	static struct hist h;
	struct progress p;
	struct progress_facts f = {.ok = 990, .failed = 7, .unknown = 2, .unsent = 1,
	    .accepted = 1500, .refused = 20, .throttled = 10,
	    .limit = FLOW_PEER, .latency = &h};

	(void)state;
	for (unsigned i = 1; i <= 1000; i++)
		hist_add(&h, i);
	hist_add(&h, 1234567);
	progress_init(&p, 1);
	buf_clear(&b);
	progress_stats(&p, &b, &f, 2001);
	assert_string_equal(buf_cstr(&b),
	    "1000 rows in 2.000 s: 990 ok, 7 failed, 2 unknown, 1 unsent, 500/s\n"
	    "1500 PDUs accepted, 20 refused, 10 of them throttled, 750/s\n"
	    "submit to response: p50 0.501 ms p90 0.901 ms p99 0.991 ms "
	    "max 1234 ms\n"
	    "limited by the SMSC\n");
}

static int
release(void **state)
{
	(void)state;
	buf_free(&b);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_tells_rate_time_left_and_limit),
		cmocka_unit_test(nothing_done_is_no_division),
		cmocka_unit_test(line_is_drawn_twice_a_second_at_most),
		cmocka_unit_test(stats_have_percentiles_and_a_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
