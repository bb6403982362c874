/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/digits.h"
#include "base/hex.h"

static void
reading_past_the_end_sticks(void **state)
{
	static const uint8_t octets[] = {1, 2, 3};
	struct rd r = rd_init(span_of(octets, 3));

	(void)state;
	assert_int_equal(rd_u16(&r), 0x0102);
	assert_int_equal(rd_u16(&r), 0);
	assert_int_equal(r.err, CURSOR_SHORT);
	assert_int_equal(rd_off(&r), 2);
	assert_int_equal(rd_u8(&r), 0);
	assert_int_equal(rd_off(&r), 2);
}

static void
child_reader_stays_within_its_span(void **state)
{
	static const uint8_t octets[] = {2, 'a', 'b', 'c', 0};
	struct rd r = rd_init(span_of(octets, 5)), child;

	(void)state;
	child = rd_init(rd_bytes(&r, rd_u8(&r)));
	assert_int_equal(rd_cstr(&child).n, 0);
	assert_int_equal(child.err, CURSOR_NO_NUL);
	assert_true(span_is(rd_cstr(&r), "c"));
	assert_int_equal(r.err, CURSOR_OK);
	assert_int_equal(rd_left(&r), 0);
}

static void
writer_counts_what_it_would_need(void **state)
{
	uint8_t octets[4];
	struct wr w = wr_init(octets, sizeof(octets));

	(void)state;
	wr_u16(&w, 0xabcd);
	wr_cstr(&w, span_str("xyz"));
	assert_int_equal(w.err, CURSOR_FULL);
	assert_int_equal(w.need, 6);
	assert_int_equal(w.len, 2);
	w = wr_init(octets, sizeof(octets));
	wr_u8(&w, 256);
	assert_int_equal(w.err, CURSOR_RANGE);
	w = wr_init(octets, sizeof(octets));
	wr_cstr(&w, span_of("a\0b", 3));
	assert_int_equal(w.err, CURSOR_NUL);
	w = wr_init(octets, sizeof(octets));
	wr_u32(&w, 0);
	wr_patch_u32(&w, 0, 0x01020304);
	wr_patch_u32(&w, 1, 9);
	assert_memory_equal(octets, "\1\2\3\4", 4);
}

static void
digits_are_those_of_printf_at_every_length(void **state)
{
	uint64_t power = 1;
	uint8_t text[DIGITS_MAX];
	char want[32];

	(void)state;
	for (int length = 1; length <= DIGITS_MAX; length++, power *= 10)
		for (int i = -1; i <= 1; i++) {
			uint64_t n = i < 0 ? power - 1 : power + (uint64_t)i;
			size_t got = (size_t)(digits_put(text, n) - text);

			snprintf(want, sizeof(want), "%llu",
			    (unsigned long long)n);
			assert_int_equal(got, strlen(want));
			assert_memory_equal(text, want, got);
		}
}

static void
buffer_grows_and_consumes(void **state)
{
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "%d,", i);
	assert_int_equal(b.len, 3890);
	buf_consume(&b, 3886);
	assert_true(span_is(buf_span(&b), "999,"));
	buf_consume(&b, 99);
	assert_int_equal(b.len, 0);
	buf_add_uint(&b, 0);
	buf_add_uint(&b, UINT64_MAX);
	assert_string_equal(buf_cstr(&b), "018446744073709551615");
	buf_free(&b);
	buf_free(&b);
}

static void
hex_round_trips_and_names_the_bad_digit(void **state)
{
	struct buf b = {0}, text = {0};
	size_t bad = 0;

	(void)state;
	assert_true(hex_decode(&b, span_str("00 fF7f"), &bad));
	assert_memory_equal(b.p, "\x00\xff\x7f", 3);
	hex_encode(&text, buf_span(&b));
	assert_true(span_is(buf_span(&text), "00ff7f"));
	assert_false(hex_decode(&b, span_str("00fg"), &bad));
	assert_int_equal(bad, 3);
	assert_false(hex_decode(&b, span_str("00f"), &bad));
	assert_int_equal(bad, 2);
	assert_int_equal(b.len, 3);
	buf_free(&b);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_past_the_end_sticks),
		cmocka_unit_test(child_reader_stays_within_its_span),
		cmocka_unit_test(writer_counts_what_it_would_need),
		cmocka_unit_test(buffer_grows_and_consumes),
		cmocka_unit_test(
		    digits_are_those_of_printf_at_every_length),
		cmocka_unit_test(hex_round_trips_and_names_the_bad_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
