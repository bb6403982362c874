/* SPDX-License-Identifier: ISC */
/* io/spool: octets come back in order, from memory and from a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "io/spool.h"

/* Spools n octets in pieces and compares what comes back. */
static void
goes_round(size_t n)
{
	struct spool s = {0};
	struct buf want = {0}, got = {0};
	int more;

	while (want.len < n) {
		for (size_t i = 0; i < 1000 && want.len < n; i++) {
			buf_add_byte(&s.buf, (uint8_t)(want.len * 31 >> 3));
			buf_add_byte(&want, (uint8_t)(want.len * 31 >> 3));
		}
		assert_true(spool_settle(&s));
		assert_true(s.buf.len <= 1 << 20);
	}
	while ((more = spool_next(&s, &got)) > 0)
		;
	assert_int_equal(more, 0);
	assert_int_equal(got.len, want.len);
	assert_true(n == 0 || memcmp(got.p, want.p, n) == 0);
	spool_free(&s);
	buf_free(&want);
	buf_free(&got);
}

static void
what_is_spooled_comes_back_in_order(void **state)
{
	static const size_t sizes[] = {0, 1, 1 << 20, (1 << 20) + 1, 5000001};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		goes_round(sizes[i]);
}

static void
no_room_is_told(void **state)
{
	struct spool s = {0};

	(void)state;
	setenv("TMPDIR", "/no/such/folder", 1);
	buf_reserve(&s.buf, 2 << 20);
	memset(s.buf.p, 'x', 2 << 20);
	s.buf.len = 2 << 20;
	assert_false(spool_settle(&s));
	unsetenv("TMPDIR");
	spool_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_spooled_comes_back_in_order),
		cmocka_unit_test(no_room_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
