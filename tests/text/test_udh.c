/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "text/udh.h"

#define OCTETS(s) span_of(s, sizeof(s) - 1)

static void
known_headers_are_read(void **state)
{
	struct span udh, text;
	struct udh u;

	(void)state;
	assert_true(udh_take(OCTETS("\x05\x00\x03\xab\x03\x02hi"), &udh, &text));
	assert_true(span_is(text, "hi"));
	u = udh_read(udh);
	assert_false(u.wide);
	assert_int_equal(u.reference, 0xab);
	assert_int_equal(u.total, 3);
	assert_int_equal(u.sequence, 2);
	assert_false(u.bad);
	assert_true(udh_take(OCTETS("\x0c\x08\x04\x12\x34\x02\x01\x05\x04\x0b\x84\x23\xf0"), &udh, &text));
	assert_int_equal(text.n, 0);
	u = udh_read(udh);
	assert_true(u.wide);
	assert_int_equal(u.reference, 0x1234);
	assert_int_equal(u.destination_port, 2948);
	assert_int_equal(u.source_port, 9200);
	u = udh_read(OCTETS("\x06\x24\x01\x01\x25\x01\x03"));
	assert_int_equal(u.tables.single, 1);
	assert_int_equal(u.tables.locking, 3);
}

static void
lengths_that_lie_are_found(void **state)
{
	struct span udh, text;

	(void)state;
	assert_false(udh_take(OCTETS("\x05\x00\x03\xab\x03"), &udh, &text));
	assert_int_equal(udh.n, 0);
	assert_int_equal(text.n, 5);
	assert_false(udh_take(OCTETS(""), &udh, &text));
	assert_false(udh_take(OCTETS("\xff"), &udh, &text));
	assert_true(udh_read(OCTETS("\x05\x00\x04\xab\x03\x02")).bad);
	assert_int_equal(udh_read(OCTETS("\x05\x00\x04\xab\x03\x02")).total, 0);
	assert_true(udh_read(OCTETS("\x04\x00\x02\xab\x03")).bad);
	assert_true(udh_read(OCTETS("\x01\x00")).bad);
	assert_true(udh_take(OCTETS("\x00hi"), &udh, &text));
	assert_true(span_is(text, "hi"));
	assert_false(udh_read(udh).bad);
}

static void
impossible_sequences_are_ignored(void **state)
{
	(void)state;
	assert_int_equal(udh_read(OCTETS("\x05\x00\x03\x01\x00\x00")).total, 0);
	assert_true(udh_read(OCTETS("\x05\x00\x03\x01\x00\x01")).ignored);
	assert_true(udh_read(OCTETS("\x05\x00\x03\x01\x03\x00")).ignored);
	assert_true(udh_read(OCTETS("\x05\x00\x03\x01\x03\x04")).ignored);
	assert_false(udh_read(OCTETS("\x05\x00\x03\x01\x03\x03")).ignored);
}

static void
the_last_of_an_element_given_twice_counts(void **state)
{
	(void)state;
	assert_int_equal(udh_read(OCTETS("\x0a\x00\x03\x01\x03\x01\x00\x03\x02\x04\x02")).reference, 2);
}

static void
a_concatenation_is_guessed_only_when_whole(void **state)
{
	(void)state;
	assert_true(udh_guess(OCTETS("\x05\x00\x03\xab\x03\x02hi")));
	assert_true(udh_guess(OCTETS("\x06\x08\x04\xab\xab\x03\x02hi")));
	assert_false(udh_guess(OCTETS("\x05\x00\x03\xab\x03\x04hi")));
	assert_false(udh_guess(OCTETS("\x05\x00\x03\xab\x03")));
	assert_false(udh_guess(OCTETS("hello there")));
	assert_false(udh_guess(OCTETS("")));
}

static void
what_is_written_is_read_back(void **state)
{
	uint8_t octets[UDH_MAX], again[UDH_MAX];
	struct udh u, back;
	unsigned bits;
	size_t n;

	(void)state;
	for (bits = 0; bits < 64; bits++) {
		u = (struct udh){
			.total = bits & 1 ? 200 : 0, .sequence = bits & 1 ? 7 : 0,
			.wide = (bits & 3) == 3,
			.reference = bits & 1 ? bits & 2 ? 0xbeef : 0xef : 0,
			.ports = bits & 4, .narrow_ports = (bits & 12) == 12,
			.destination_port = bits & 4 ? bits & 8 ? 200 : 2948 : 0,
			.source_port = bits & 4 ? 99 : 0,
			.tables = {bits & 16 ? 13 : 0, bits & 32 ? 2 : 0},
		};
		n = udh_write(octets, &u);
		assert_int_equal(n == 0, (bits & ~10u) == 0);
		back = udh_read(span_of(octets, n));
		assert_int_equal(udh_write(again, &back), n);
		assert_memory_equal(again, octets, n);
		assert_int_equal(back.total, u.total);
		assert_int_equal(back.reference, u.reference);
		assert_int_equal(back.tables.single, u.tables.single);
	}
}

static void
any_octets_can_be_read(void **state)
{
	struct span udh, text;
	struct udh u;
	uint8_t octets[24];
	uint32_t random = 7;
	size_t round, i, n;

	(void)state;
	for (round = 0; round < 50000; round++) {
		n = round % sizeof(octets);
		for (i = 0; i < n; i++) {
			random = random * 1664525 + 1013904223;
			octets[i] = (uint8_t)(random >> 24 & (round & 1 ? 0xff : 0x0f));
		}
		if (udh_take(span_of(octets, n), &udh, &text))
			assert_int_equal(udh.n + text.n, n);
		u = udh_read(udh);
		assert_true(u.total == 0 || (u.sequence >= 1 && u.sequence <= u.total));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_headers_are_read),
		cmocka_unit_test(lengths_that_lie_are_found),
		cmocka_unit_test(impossible_sequences_are_ignored),
		cmocka_unit_test(the_last_of_an_element_given_twice_counts),
		cmocka_unit_test(a_concatenation_is_guessed_only_when_whole),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(any_octets_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
