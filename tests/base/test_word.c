/* SPDX-License-Identifier: ISC */
/* base/word: each test against the same said octet by octet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/word.h"

static uint32_t seed = 1;

/* Eight octets, most of them of those that are near a border. */
static void
fill(uint8_t octet[8])
{
	static const uint8_t near[] = {0, 0x1f, 0x20, 0x21, '/', '0', '9', ':',
	    ';', '@', 'A', 'Z', '[', 0x7e, 0x7f, 0x80, 0x81, 0xc0, 0xff, '5',
	    'M'};

	for (int i = 0; i < 8; i++) {
		seed = seed * 1664525 + 1013904223;
		octet[i] = seed >> 30 == 0 ? (uint8_t)(seed >> 16) :
		    near[(seed >> 16) % sizeof(near)];
	}
}

static uint64_t
marks(const uint8_t octet[8], uint8_t first, uint8_t last)
{
	uint64_t m = 0;

	for (int i = 0; i < 8; i++)
		if (octet[i] >= first && octet[i] <= last)
			m |= UINT64_C(0x80) << 8 * i;
	return m;
}

static void
each_test_marks_what_it_says(void **state)
{
	uint8_t octet[8];

	(void)state;
	for (int round = 0; round < 200000; round++) {
		uint64_t x, m;

		fill(octet);
		x = word_load8(octet);
		assert_int_equal(word_below(x, 0x21), marks(octet, 0, 0x20));
		assert_int_equal(word_below(x, 0x80), marks(octet, 0, 0x7f));
		assert_int_equal(word_special(x, ':') != 0,
		    (marks(octet, 0, 0x1f) | marks(octet, 0x7f, 0xff) |
		    marks(octet, ':', ':') | marks(octet, '\\', '\\')) != 0);
		m = marks(octet, ':', ':');
		assert_int_equal(word_is(x, ':'), m);
		if (m != 0)
			assert_ptr_equal(octet + word_first(m),
			    memchr(octet, ':', 8));
		assert_int_equal(word_digits(x),
		    marks(octet, '0', '9') == WORD_EACH(0x80));
	}
}

static void
digits_alone_are_all_of_them(void **state)
{
	(void)state;
	assert_true(word_digits(word_load8((const uint8_t *)"01234567")));
	assert_true(word_digits(word_load8((const uint8_t *)"99999999")));
	assert_int_equal(word_load4((const uint8_t *)"\1\2\3\4"), 0x04030201);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_test_marks_what_it_says),
		cmocka_unit_test(digits_alone_are_all_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
