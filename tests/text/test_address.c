/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "text/address.h"

struct row {
	const char *typed, *text;
	int ton, npi;
};

static void
check_rows(const struct row *rows, size_t n, const struct address_conf *conf)
{
	struct buf error = {0};
	struct address a;
	size_t i;

	for (i = 0; i < n; i++) {
		buf_clear(&error);
		if (!address_read(&a, span_str(rows[i].typed), conf, &error))
			fail_msg("%s: %s", rows[i].typed, buf_cstr(&error));
		assert_string_equal(a.text, rows[i].text);
		assert_int_equal(a.n, strlen(rows[i].text));
		assert_int_equal(a.ton, rows[i].ton);
		assert_int_equal(a.npi, rows[i].npi);
		assert_int_equal(error.len, 0);
	}
	buf_free(&error);
}

#define CHECK(rows, ...) check_rows(rows, sizeof(rows) / sizeof(rows[0]), \
	&(struct address_conf){__VA_ARGS__})

static void
destinations_by_shape(void **state)
{
	static const struct row rows[] = {
		{"+821055551234", "821055551234", 1, 1},
		{"00821055551234", "821055551234", 1, 1},
		{"01055551234", "01055551234", 2, 1},
		{"821055551234", "821055551234", 1, 1},
		{"1234567", "1234567", 1, 1},
		{"123456", "123456", 3, 0},
		{"1", "1", 3, 0},
		{"0", "0", 3, 0},
		{"SUREM", "SUREM", 5, 0},
		{"Info-Desk 1", "Info-Desk 1", 5, 0},
		{" +82 (10) 5555-12.34 ", "821055551234", 1, 1},
		{"[+82] 10\xc2\xa0" "5555\xe2\x80\x91" "1234", "821055551234", 1, 1},
		{"\xef\xbc\x90\xef\xbc\x91\xef\xbc\x90 5555 1234", "01055551234", 2, 1},
		{"+12345678901234567890", "12345678901234567890", 1, 1},
	};

	(void)state;
	CHECK(rows, .ton = -1, .npi = -1);
}

static void
senders_by_shape(void **state)
{
	static const struct row rows[] = {
		{"+821055551234", "821055551234", 1, 1},
		{"01055551234", "01055551234", 2, 1},
		{"821055551234", "821055551234", 0, 1},
		{"15881234", "15881234", 3, 0},
		{"158812345", "158812345", 0, 1},
		{"SUREM", "SUREM", 5, 0},
		{"ElevenChars", "ElevenChars", 5, 0},
		{"", "", 0, 0},
		{"  ", "", 0, 0},
	};

	(void)state;
	CHECK(rows, .sender = true, .ton = -1, .npi = -1);
}

static void
the_plus_stays_when_kept(void **state)
{
	static const struct row rows[] = {
		{"+82 10-5555-1234", "+821055551234", 1, 1},
		{"00821055551234", "821055551234", 1, 1},
	};

	(void)state;
	CHECK(rows, .keep_plus = true, .ton = -1, .npi = -1);
}

static void
what_is_asked_for_overrides_the_shape(void **state)
{
	static const struct row unknown[] = {{"+821055551234", "821055551234", 0, 1}};
	static const struct row letters[] = {{"12-34", "12-34", 5, 0}};
	static const struct row plan[] = {{"1234", "1234", 3, 8}};

	(void)state;
	CHECK(unknown, .ton = 0, .npi = -1);
	CHECK(letters, .ton = 5, .npi = -1);
	CHECK(plan, .ton = -1, .npi = 8);
}

static void
anything_else_is_refused_with_a_sentence(void **state)
{
	static const struct {
		const char *typed, *sentence;
	} rows[] = {
		{"", "no destination address"},
		{" ", "no destination address"},
		{"+", "an address without a digit or a letter"},
		{"--", "an address without a digit or a letter"},
		{"82+10", "U+002B has no place in a number"},
		{"++82", "U+002B has no place in a number"},
		{"*123#", "U+002A has no place in a number"},
		{"010\n", "U+000A has no place in a number"},
		{"\xeb\x98\xa0", "U+B620 has no place in a number"},
		{"8210\xff", "octet 0xff of the address is no UTF-8"},
		{"TwelveChars!", "an address with letters has at most 11 characters, not 12"},
		{"caf\xc3\xa9", "an address with letters holds ASCII alone, not octet 0xc3"},
		{"a\tb", "an address with letters holds ASCII alone, not octet 0x09"},
		{"123456789012345678901", "an address has at most 20 digits"},
	};
	struct address_conf conf = {.ton = -1, .npi = -1};
	struct buf error = {0};
	struct address a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&error);
		assert_false(address_read(&a, span_str(rows[i].typed), &conf, &error));
		assert_string_equal(buf_cstr(&error), rows[i].sentence);
	}
	buf_clear(&error);
	assert_false(address_read(&a, span_of("12345678\0", 9), &conf, &error));
	assert_string_equal(buf_cstr(&error), "U+0000 has no place in a number");
	conf.keep_plus = true;
	buf_clear(&error);
	assert_false(address_read(&a, span_str("+12345678901234567890"), &conf, &error));
	assert_string_equal(buf_cstr(&error),
	    "an address has at most 20 characters, the plus included");
	buf_free(&error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(destinations_by_shape),
		cmocka_unit_test(senders_by_shape),
		cmocka_unit_test(the_plus_stays_when_kept),
		cmocka_unit_test(what_is_asked_for_overrides_the_shape),
		cmocka_unit_test(anything_else_is_refused_with_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
