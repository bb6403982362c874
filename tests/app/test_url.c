/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/url.h"

static void
urls_come_apart(void **state)
{
	static const struct {
		const char *text, *system_id, *password, *host, *port, *query;
		bool tls;
	} good[] = {
		{"smpp://h", "", NULL, "h", "2775", "", false},
		{"smpps://h/", "", NULL, "h", "3550", "", true},
		{"smpp://me@[::1]", "me", NULL, "::1", "2775", "", false},
		{"smpp://me@[::1]:9/?a=b", "me", NULL, "::1", "9", "a=b", false},
		{"smpp://me:@h?x", "me", "", "h", "2775", "x", false},
		{"smpp://m%40e:p%3a%2F:@h", "m@e", "p:/:", "h", "2775", "",
		    false},
		{"smpp://me:p@ss@h:65535", "me", "p@ss", "h", "65535", "",
		    false},
		{"smpp://h:2775/?address-range=a:b@c", "", NULL, "h", "2775",
		    "address-range=a:b@c", false},
	};
	struct keep k = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct url u;

		assert_null(url_parse(&u, &k, span_str(good[i].text)));
		assert_string_equal(u.system_id, good[i].system_id);
		assert_string_equal(u.host, good[i].host);
		assert_string_equal(u.port, good[i].port);
		assert_string_equal(u.query, good[i].query);
		assert_int_equal(u.tls, good[i].tls);
		if (good[i].password == NULL)
			assert_null(u.password);
		else
			assert_string_equal(u.password, good[i].password);
	}
	keep_free(&k);
}

static void
malformed_urls_are_refused_in_words(void **state)
{
	static const char *const bad[][2] = {
		{"h:2775", "smpp://system_id@host:port or smpps://... is "
		    "expected"},
		{"http://h", "smpp://system_id@host:port or smpps://... is "
		    "expected"},
		{"smpp://", "it has no host"},
		{"smpp://me@:2775", "it has no host"},
		{"smpp://[]", "it has no host"},
		{"smpp://[::1", "the ] of its address is missing"},
		{"smpp://[::1]2775",
		    "something stands between its address and port"},
		{"smpp://h:", "its port is not from 1 to 65535"},
		{"smpp://h:0", "its port is not from 1 to 65535"},
		{"smpp://h:65536", "its port is not from 1 to 65535"},
		{"smpp://h:99999999999999999999",
		    "its port is not from 1 to 65535"},
		{"smpp://::1", "an IPv6 address stands in brackets: [::1]"},
		{"smpp://h:27x", "its port is no number"},
		{"smpp://h/path", "it has a path"},
		{"smpp://h/?a=b#c", "it has a #fragment"},
		{"smpp://m%4@h", "its system_id has a bad %HH"},
		{"smpp://m%00@h", "its system_id has a bad %HH"},
		{"smpp://m:%zz@h", "its password has a bad %HH"},
		{"smpp://a b", "its host has a blank or control character"},
	};
	struct keep k = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct url u;
		const char *wrong = url_parse(&u, &k, span_str(bad[i][0]));

		assert_non_null(wrong);
		assert_string_equal(wrong, bad[i][1]);
	}
	keep_free(&k);
}

static void
passwords_are_masked_even_in_malformed_urls(void **state)
{
	static const char *const masked[][2] = {
		{"smpp://me:secret@h", "smpp://me:***@h"},
		{"smpp://me:sec@ret@h:1/?a=b@c", "smpp://me:***@h:1/?a=b@c"},
		{"smpp://me:sec/ret@h", "smpp://me:***@h"},
		{"smpp://me:sec?ret@h", "smpp://me:***@h"},
		{"smpp://me:12?ret@h", "smpp://me:***@h"},
		{"smpp://me:12#ret@h/?a=b", "smpp://me:***@h/?a=b"},
		{"http://me:secret@h", "http://me:***@h"},
		{"me:secret@h", "me:***@h"},
		{"smpp://me@h:2775", "smpp://me@h:2775"},
		{"smpp://h:2775/?address-range=a@b",
		    "smpp://h:2775/?address-range=a@b"},
		{"", ""},
	};
	struct keep k = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++)
		assert_string_equal(url_masked(&k, masked[i][0]),
		    masked[i][1]);
	keep_free(&k);
}

static void
parameters_come_one_by_one(void **state)
{
	const char *query = "window=50&&text=a%26b%3D&bare&bad=%4", *name;
	const char *value, *wrong;
	struct keep k = {0};

	(void)state;
	assert_true(url_parameter(&query, &k, &name, &value, &wrong));
	assert_string_equal(name, "window");
	assert_string_equal(value, "50");
	assert_true(url_parameter(&query, &k, &name, &value, &wrong));
	assert_string_equal(value, "a&b=");
	assert_true(url_parameter(&query, &k, &name, &value, &wrong));
	assert_string_equal(name, "bare");
	assert_null(value);
	assert_null(wrong);
	assert_true(url_parameter(&query, &k, &name, &value, &wrong));
	assert_non_null(wrong);
	assert_false(url_parameter(&query, &k, &name, &value, &wrong));
	keep_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_come_apart),
		cmocka_unit_test(malformed_urls_are_refused_in_words),
		cmocka_unit_test(passwords_are_masked_even_in_malformed_urls),
		cmocka_unit_test(parameters_come_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
