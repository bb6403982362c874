/* SPDX-License-Identifier: ISC */
/* The line that Nagios reads, and its state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/ctl_ping.h"
#include "base/mem.h"

static const struct ctlopt conf = {
	.warning = {.ms = 100, .percent = 0},
	.critical = {.ms = 500, .percent = 50},
};

/* So many pings of which n were answered in us each. */
static void
line_is(uint64_t sent, uint64_t n, uint64_t us, const char *why,
    enum nagios state, const char *line)
{
	struct hist *h = mem_new(sizeof(*h));
	struct ping_facts facts = {.peer = "me@h:1", .sent = sent,
	    .answered = n, .lost = sent - n, .us = h, .why = why};
	struct buf b = {0};

	for (uint64_t i = 0; i < n; i++)
		hist_add(h, us);
	assert_int_equal(nagios_print(&b, &conf, &facts), state);
	assert_string_equal(buf_cstr(&b), line);
	buf_free(&b);
	free(h);
}

static void
the_average_decides_against_both_limits(void **state)
{
	(void)state;
	line_is(4, 4, 100000, NULL, NAGIOS_OK, "SMPP OK - me@h:1: 4 of 4 "
	    "answered, 100.000 ms on average | pl=0%;0;50;0;100 "
	    "rta=100.000ms;100;500;0 rtmax=100.000ms;;;0\n");
	line_is(4, 4, 100001, NULL, NAGIOS_WARNING, "SMPP WARNING - me@h:1: 4 "
	    "of 4 answered, 100.001 ms on average | pl=0%;0;50;0;100 "
	    "rta=100.001ms;100;500;0 rtmax=100.001ms;;;0\n");
	line_is(4, 4, 500001, NULL, NAGIOS_CRITICAL, "SMPP CRITICAL - me@h:1: "
	    "4 of 4 answered, 500.001 ms on average | pl=0%;0;50;0;100 "
	    "rta=500.001ms;100;500;0 rtmax=500.001ms;;;0\n");
}

static void
so_does_what_was_lost(void **state)
{
	(void)state;
	line_is(4, 2, 1000, NULL, NAGIOS_WARNING, "SMPP WARNING - me@h:1: 2 of "
	    "4 answered, 1.000 ms on average | pl=50%;0;50;0;100 "
	    "rta=1.000ms;100;500;0 rtmax=1.000ms;;;0\n");
	line_is(4, 1, 1000, NULL, NAGIOS_CRITICAL, "SMPP CRITICAL - me@h:1: 1 "
	    "of 4 answered, 1.000 ms on average | pl=75%;0;50;0;100 "
	    "rta=1.000ms;100;500;0 rtmax=1.000ms;;;0\n");
	line_is(3, 0, 0, NULL, NAGIOS_CRITICAL, "SMPP CRITICAL - me@h:1: 0 of "
	    "3 answered | pl=100%;0;50;0;100\n");
}

static void
a_link_that_ends_is_critical_and_no_bar_is_let_through(void **state)
{
	(void)state;
	line_is(2, 2, 1000, "gone | away", NAGIOS_CRITICAL, "SMPP CRITICAL - "
	    "me@h:1: 2 of 2 answered, 1.000 ms on average; gone / away | "
	    "pl=0%;0;50;0;100 rta=1.000ms;100;500;0 rtmax=1.000ms;;;0\n");
	line_is(0, 0, 0, "refused", NAGIOS_CRITICAL, "SMPP CRITICAL - me@h:1: "
	    "0 of 0 answered; refused | pl=100%;0;50;0;100\n");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_average_decides_against_both_limits),
		cmocka_unit_test(so_does_what_was_lost),
		cmocka_unit_test(a_link_that_ends_is_critical_and_no_bar_is_let_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
