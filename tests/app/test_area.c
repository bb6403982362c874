/* SPDX-License-Identifier: ISC */
/* app/area: what broadcasts have that nothing else has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/area.h"
#include "base/hex.h"

static const char *
read_hex(const char *text)
{
	static char hex[512];
	struct buf value = {0}, out = {0}, error = {0};

	if (!area_read(&value, span_str(text), &error)) {
		assert_true(error.len > 0);
		hex[0] = '\0';
	} else {
		hex_encode(&out, buf_span(&value));
		snprintf(hex, sizeof(hex), "%s", buf_cstr(&out));
	}
	buf_free(&value);
	buf_free(&out);
	buf_free(&error);
	return hex;
}

static void
areas_are_names_shapes_or_octets(void **state)
{
	(void)state;
	assert_string_equal(read_hex("Seoul"), "0053656f756c");
	assert_string_equal(read_hex("name:hex:1"), "006865783a31");
	assert_string_equal(read_hex("hex:01ff"), "01ff");
	assert_string_equal(read_hex("hex:"), "");
	assert_string_equal(read_hex("hex:0"), "");
	assert_string_equal(read_hex(""), "");
}

/* 23.032, 6.1: 90 degrees are 2^23, 360 are 2^24. */
static void
points_are_fractions_of_a_circle(void **state)
{
	(void)state;
	assert_string_equal(read_hex("polygon:0,0,45,90,-45,-90"), "0253"
	    "000000000000" "400000400000" "c00000c00000");
	assert_string_equal(read_hex("polygon:90,180,-90,-180,0,0"), "0253"
	    "7fffff7fffff" "ffffff800000" "000000000000");
	assert_string_equal(read_hex("polygon:0,0,1,1"), "");
	assert_string_equal(read_hex("polygon:0,0,1,1,2"), "");
	assert_string_equal(read_hex("polygon:0,0,1,1,2,181"), "");
	assert_string_equal(read_hex("polygon:0,0,1,1,2,nan"), "");
	assert_string_equal(read_hex("polygon:0,0,1,1,2,2,"), "");
}

/* 23.032, 7.3.7: radius in 5 m, uncertainty as a power of 1.1, angles in 2
 * degrees, the second one counted from 1. */
static void
an_arc_is_a_point_two_radii_two_angles(void **state)
{
	(void)state;
	assert_string_equal(read_hex("arc:0,0,1000,10,90,360,95"),
	    "01a0" "000000000000" "00c8" "08" "2d" "b3" "5f");
	assert_string_equal(read_hex("arc:0,0,0,0,359,1"),
	    "01a0" "000000000000" "0000" "00" "b3" "00" "00");
	assert_string_equal(read_hex("arc:0,0,0,0,0,0"), "");
	assert_string_equal(read_hex("arc:0,0,400000,0,0,1"), "");
	assert_string_equal(read_hex("arc:0,0,0,0,0,1,101"), "");
}

static void
a_content_type_is_a_network_and_a_number(void **state)
{
	uint8_t v[CONTENT_OCTETS];

	(void)state;
	assert_true(area_content(v, span_str("news_flashes")));
	assert_memory_equal(v, "\0\0\x10", 3);
	assert_true(area_content(v, span_str("gsm:0x1234")));
	assert_memory_equal(v, "\1\x12\x34", 3);
	assert_true(area_content(v, span_str("9:7")));
	assert_memory_equal(v, "\x9\0\7", 3);
	assert_false(area_content(v, span_str("")));
	assert_false(area_content(v, span_str("gsm:")));
	assert_false(area_content(v, span_str("gsm:65536")));
	assert_false(area_content(v, span_str("-1")));
}

static void
an_interval_takes_the_largest_unit_that_has_it(void **state)
{
	uint8_t v[INTERVAL_OCTETS];

	(void)state;
	assert_true(area_interval(v, 0));
	assert_memory_equal(v, "\0\0\0", 3);
	assert_true(area_interval(v, 31 * 60000));
	assert_memory_equal(v, "\x9\0\x1f", 3);
	assert_true(area_interval(v, 90000));
	assert_memory_equal(v, "\x8\0\x5a", 3);
	assert_true(area_interval(v, 86400000));
	assert_memory_equal(v, "\xb\0\1", 3);
	assert_false(area_interval(v, 1500));
	assert_false(area_interval(v, UINT64_C(100000) * 1000 + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(areas_are_names_shapes_or_octets),
		cmocka_unit_test(points_are_fractions_of_a_circle),
		cmocka_unit_test(an_arc_is_a_point_two_radii_two_angles),
		cmocka_unit_test(a_content_type_is_a_network_and_a_number),
		cmocka_unit_test(an_interval_takes_the_largest_unit_that_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
