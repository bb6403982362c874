/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "text/utf8.h"

static bool
is_scalar(uint32_t point)
{
	return point <= UTF8_POINT_MAX && (point < 0xd800 || point > 0xdfff);
}

static void
every_code_point_comes_back_or_is_refused(void **state)
{
	uint8_t octets[UTF8_MAX];
	const uint8_t *p;
	uint32_t point, back = 0;
	size_t n;

	(void)state;
	for (point = 0; point <= UTF8_POINT_MAX + 0x1000; point++) {
		n = utf8_encode(point, octets);
		assert_int_equal(n > 0, is_scalar(point));
		if (n == 0)
			continue;
		assert_int_equal(utf8_decode(span_of(octets, n), &back), n);
		assert_int_equal(back, point);
		assert_int_equal(utf8_check(span_of(octets, n)), n);
		assert_int_equal(utf8_check(span_of(octets, n - 1)), 0);
		p = octets;
		assert_int_equal(utf8_next(&p), point);
		assert_ptr_equal(p, octets + n);
	}
}

/* Every string of up to three octets, and of four with each lead: what is
 * accepted is what encoding a scalar value gives. */
static void
only_what_encoding_gives_is_well_formed(void **state)
{
	uint8_t octets[4], again[UTF8_MAX];
	uint32_t i, point;
	size_t n;

	(void)state;
	for (i = 0; i < 0x1000000; i += i < 0xe0000 ? 7 : 1) {
		octets[0] = (uint8_t)(i >> 16);
		octets[1] = (uint8_t)(i >> 8);
		octets[2] = (uint8_t)i;
		octets[3] = (uint8_t)(0x80 | (i * 5 & 0x3f));
		n = utf8_decode(span_of(octets, 4), &point);
		if (n == 0) {
			assert_int_equal(utf8_check(span_of(octets, 4)), 0);
			continue;
		}
		assert_true(is_scalar(point));
		assert_int_equal(utf8_encode(point, again), n);
		assert_memory_equal(again, octets, n);
	}
}

static void
the_first_ill_formed_octet_is_named(void **state)
{
	static const struct {
		const char *text;
		size_t offset;
	} rows[] = {
		{"", 0},
		{"plain text, of more than eight octets", 37},
		{"abcdefgh\xff", 8},
		{"abc\xc0\x80", 3},             /* overlong NUL */
		{"\xe0\x80\xaf", 0},            /* overlong slash */
		{"\xf0\x80\x80\xaf", 0},
		{"ok\xed\xa0\x80", 2},          /* half a surrogate pair */
		{"ok\xed\xbf\xbf", 2},
		{"\xf4\x90\x80\x80", 0},        /* over U+10FFFF */
		{"\xf5\x80\x80\x80", 0},
		{"\xea\xb0\x80\xea\xb0", 3},    /* cut short */
		{"\xea\xb0\x80\x80", 3},        /* a stray continuation */
		{"0123456\xf0\x9f\x98\x80 01234567\xf0\x9f\x98", 20},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(utf8_check(span_str(rows[i].text)),
		    rows[i].offset);
}

static void
ascii_is_counted_up_to_the_first_other_octet(void **state)
{
	char text[40];
	size_t n, at;

	(void)state;
	for (n = 0; n < sizeof(text); n++)
		for (at = 0; at <= n; at++) {
			memset(text, 'x', sizeof(text));
			if (at < n)
				text[at] = (char)0xc3;
			assert_int_equal(utf8_ascii(span_of(text, n)), at);
		}
}

static void
octets_unread_never_make_a_character(void **state)
{
	static const char *const octets[] = {"\xc3\xa9", "\xe2\x82\xac",
	    "\xf0\x9f\x98\x80", "\xc2\xa0"};
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++) {
		buf_clear(&out);
		buf_add_str(&out, "caf\xc3\xa9");
		for (const char *p = octets[i]; *p; p++)
			utf8_add_unread(&out, (uint8_t)*p);
		assert_int_equal(utf8_check(buf_span(&out)), 5);
	}
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_unread_never_make_a_character),
		cmocka_unit_test(every_code_point_comes_back_or_is_refused),
		cmocka_unit_test(only_what_encoding_gives_is_well_formed),
		cmocka_unit_test(the_first_ill_formed_octet_is_named),
		cmocka_unit_test(ascii_is_counted_up_to_the_first_other_octet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
