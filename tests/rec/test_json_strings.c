/* SPDX-License-Identifier: ISC */
/* rec/json_strings: strings found in JSON of any shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rec/json_strings.h"

/* Strings of a line, as KEY=VALUE with bars between them. */
static void
assert_strings(const char *line, const char *want)
{
	struct json_strings j = json_strings(span_str(line));
	struct span value;
	struct buf b = {0};

	while (json_strings_next(&j, &value)) {
		buf_add_span(&b, j.key);
		buf_add_byte(&b, '=');
		buf_add_span(&b, value);
		buf_add_byte(&b, '|');
	}
	assert_string_equal(buf_cstr(&b), want);
	buf_free(&b);
}

static void
strings_come_with_their_names(void **state)
{
	(void)state;
	assert_strings("{\"a\":\"1\",\"b\": \"2\" , \"c\"\t:null,\"d\":5}",
	    "a=1|b=2|");
	assert_strings("{\"a\":{\"b\":[\"x\",\"y\"]},\"c\":\"z\"}",
	    "b=x|b=y|c=z|");
	assert_strings("[\"x\"]", "=x|");
	assert_strings("{\"a\":\"\",\"b\":\"q\\\"w\\\\\"}",
	    "a=|b=q\\\"w\\\\|");
}

static void
what_is_no_json_has_what_strings_it_has(void **state)
{
	(void)state;
	assert_strings("", "");
	assert_strings("\"", "");
	assert_strings("\"\\\"", "");
	assert_strings("\"\\", "");
	assert_strings("{\"a\":\"cut", "");
	assert_strings("no \"quotes\" here \"at\" all", "=quotes|=at|");
}

static void
assert_text(const char *string, const char *want)
{
	struct buf b = {0};

	json_unescape(&b, span_str(string));
	assert_string_equal(buf_cstr(&b), want);
	buf_free(&b);
}

static void
escapes_become_what_they_stand_for(void **state)
{
	(void)state;
	assert_text("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t");
	assert_text("caf\\u00e9 \\uAC00", "caf\xc3\xa9 \xea\xb0\x80");
	assert_text("\\ud83d\\ude00!", "\xf0\x9f\x98\x80!");
	assert_text("plain", "plain");
}

static void
escapes_that_are_none_stay(void **state)
{
	static const char *const same[] = {"\\", "a\\", "\\q", "\\u12",
	    "\\u12g4", "\\ud83d", "\\ud83dx", "\\ud83d\\u0041", "\\ude00",
	    "\\ud83d\\ud83d"};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		char want[64];

		/* the unit behind a lone surrogate is read for itself */
		snprintf(want, sizeof(want), "%s", same[i]);
		if (span_is(span_str(same[i]), "\\ud83d\\u0041"))
			snprintf(want, sizeof(want), "\\ud83dA");
		assert_text(same[i], want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_come_with_their_names),
		cmocka_unit_test(what_is_no_json_has_what_strings_it_has),
		cmocka_unit_test(escapes_become_what_they_stand_for),
		cmocka_unit_test(escapes_that_are_none_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
