/* SPDX-License-Identifier: ISC */
/* Networks of addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/network.h"

static void
a_network_holds_the_addresses_that_begin_so(void **state)
{
	static const struct {
		const char *network, *peer;
		bool holds;
	} cases[] = {
		{"192.0.2.7", "192.0.2.7:2775", true},
		{"192.0.2.7", "192.0.2.8:2775", false},
		{"192.0.2.7", "192.0.2.7", true},
		{"192.0.2.0/24", "192.0.2.255:1", true},
		{"192.0.2.0/24", "192.0.3.0:1", false},
		{"192.0.2.0/25", "192.0.2.127:1", true},
		{"192.0.2.0/25", "192.0.2.128:1", false},
		{"0.0.0.0/0", "203.0.113.9:1", true},
		{"0.0.0.0/0", "[2001:db8::1]:1", false},
		{"::/0", "203.0.113.9:1", true},
		{"2001:db8::/32", "[2001:db8:1::1]:1", true},
		{"2001:db8::/32", "[2001:db9::1]:1", false},
		{"192.0.2.7", "[::ffff:192.0.2.7]:1", true},
		{"::1", "[::1]:2775", true},
		{"::1", "::1", true},
		{"::1", "[::1", false},
		{"::1", "", false},
	};
	struct network n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(network_read(&n, span_str(cases[i].network)));
		if (network_holds(&n, cases[i].peer) != cases[i].holds)
			fail_msg("%s, %s", cases[i].network, cases[i].peer);
	}
}

static void
what_is_no_network_is_refused(void **state)
{
	static const char *const bad[] = {"", "/8", "192.0.2", "192.0.2.0/33",
	    "192.0.2.0/", "192.0.2.0/x", "::1/129", "host", "192.0.2.0/24/8"};
	struct network n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(network_read(&n, span_str(bad[i])));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_network_holds_the_addresses_that_begin_so),
		cmocka_unit_test(what_is_no_network_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
