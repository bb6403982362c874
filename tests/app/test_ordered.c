/* SPDX-License-Identifier: ISC */
/* app/ordered: what is done early waits for what is before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/ordered.h"

static void
put(struct ordered *o, uint64_t number, struct buf *out)
{
	buf_addf(ordered_begin(o, number, out), "%llu ",
	    (unsigned long long)number);
	ordered_done(o, number, out);
}

static void
what_is_next_goes_out_at_once(void **state)
{
	struct ordered o = {0};
	struct buf out = {0};

	(void)state;
	put(&o, 0, &out);
	put(&o, 1, &out);
	assert_string_equal(buf_cstr(&out), "0 1 ");
	assert_int_equal(o.n_held, 0);
	ordered_free(&o);
	buf_free(&out);
}

static void
what_is_early_waits(void **state)
{
	struct ordered o = {0};
	struct buf out = {0};

	(void)state;
	put(&o, 2, &out);
	put(&o, 3, &out);
	put(&o, 1, &out);
	assert_int_equal(out.len, 0);
	assert_int_equal(o.n_held, 3);
	put(&o, 0, &out);
	assert_string_equal(buf_cstr(&out), "0 1 2 3 ");
	put(&o, 5, &out);
	put(&o, 4, &out);
	assert_string_equal(buf_cstr(&out), "0 1 2 3 4 5 ");
	assert_int_equal(o.n_held, 0);
	ordered_free(&o);
	buf_free(&out);
}

/* Whatever the order in which they are done, within a bound that moves. */
static void
any_order_comes_out_as_one(void **state)
{
	enum { N = 20000, AHEAD = 700 };
	static bool done[N];
	struct ordered o = {0};
	struct buf out = {0}, want = {0};
	uint32_t x = 7;
	uint64_t n;

	(void)state;
	while (o.next < N) {
		x = x * 1664525 + 1013904223;
		n = o.next + (x >> 8) % AHEAD;
		if (n >= N || done[n])
			continue;
		done[n] = true;
		put(&o, n, &out);
	}
	for (n = 0; n < N; n++)
		buf_addf(&want, "%llu ", (unsigned long long)n);
	assert_string_equal(buf_cstr(&out), buf_cstr(&want));
	assert_in_range(o.room, 1, 1024);
	ordered_free(&o);
	buf_free(&out);
	buf_free(&want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_next_goes_out_at_once),
		cmocka_unit_test(what_is_early_waits),
		cmocka_unit_test(any_order_comes_out_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
