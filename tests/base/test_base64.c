/* SPDX-License-Identifier: ISC */
/* Base64: the samples of RFC 4648, section 10, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base64.h"

static void
samples_go_both_ways(void **state)
{
	static const struct {
		const char *octets, *text;
	} rows[] = {
	    {"", ""},
	    {"f", "Zg=="},
	    {"fo", "Zm8="},
	    {"foo", "Zm9v"},
	    {"foob", "Zm9vYg=="},
	    {"fooba", "Zm9vYmE="},
	    {"foobar", "Zm9vYmFy"},
	    {"\377\376\375", "//79"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf text = {0}, octets = {0};

		base64_add(&text, span_str(rows[i].octets));
		assert_string_equal(buf_cstr(&text), rows[i].text);
		assert_true(base64_read(&octets, buf_span(&text)));
		assert_true(span_is(buf_span(&octets), rows[i].octets));
		buf_free(&text);
		buf_free(&octets);
	}
}

static void
what_is_no_base64_is_refused(void **state)
{
	static const char *const texts[] = {
	    "Z",
	    "Zg",
	    "Zg=",
	    "Zg===",
	    "=",
	    "====",
	    "Zg=a",
	    "Z===",
	    "Zm9v ",
	    "Zm9\n",
	    "Zm-v",
	    "Zh==",
	    "Zm9=",
	    "Zg==Zg==",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct buf octets = {0};

		assert_false(base64_read(&octets, span_str(texts[i])));
		buf_free(&octets);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(samples_go_both_ways),
	    cmocka_unit_test(what_is_no_base64_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
