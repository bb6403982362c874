/* SPDX-License-Identifier: ISC */
/* Shares of final states, and delays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/outcomes.h"

static struct outcomes
parsed(const char *text)
{
	struct outcomes o;
	struct buf error = {0};

	assert_true(outcomes_parse(&o, span_str(text), &error));
	assert_int_equal(error.len, 0);
	return o;
}

static void
refused(const char *text, const char *why)
{
	struct outcomes o;
	struct buf error = {0};

	assert_false(outcomes_parse(&o, span_str(text), &error));
	assert_non_null(strstr(buf_cstr(&error), why));
	buf_free(&error);
}

static void
shares_are_exact_in_every_run_of_their_sum(void **state)
{
	struct outcomes o = parsed("DELIVRD=95, UNDELIV=3,REJECTED=2");
	unsigned n[3];

	(void)state;
	assert_int_equal(o.n, 3);
	for (int run = 0; run < 3; run++) {
		memset(n, 0, sizeof(n));
		for (int i = 0; i < 100; i++)
			n[outcomes_next(&o)]++;
		assert_int_equal(n[0], 95);
		assert_int_equal(n[1], 3);
		assert_int_equal(n[2], 2);
	}
}

static void
rare_states_are_spread_out(void **state)
{
	struct outcomes o = parsed("DELIVRD=8,UNDELIV=2");
	unsigned first = 0;

	(void)state;
	for (int i = 0; i < 5; i++)
		first += outcomes_next(&o) == 1;
	assert_int_equal(first, 1);
}

static void
words_stay_as_typed_and_keep_their_meaning(void **state)
{
	struct outcomes o = parsed("REJECTED,DELIVRD=0");

	(void)state;
	assert_string_equal(o.row[0].stat, "REJECTED");
	assert_int_equal(o.row[0].message_state, 8);
	assert_true(o.row[0].failed);
	for (int i = 0; i < 10; i++)
		assert_int_equal(outcomes_next(&o), 0);
	o = outcomes_default();
	assert_string_equal(o.row[outcomes_next(&o)].stat, "DELIVRD");
	assert_true(o.row[0].delivered);
}

static void
what_is_no_list_of_states_is_refused(void **state)
{
	(void)state;
	refused("", "no final state");
	refused("LOST=5", "\"LOST\"");
	refused("DELIVRD=95,", "no final state");
	refused("DELIVRD=,UNDELIV=1", "whole number");
	refused("DELIVRD=-1", "whole number");
	refused("DELIVRD=99999999999", "whole number");
	refused("DELIVRD=0,UNDELIV=0", "all shares are 0");
}

static void
states_have_the_err_that_is_told(void **state)
{
	struct errs errs;
	struct outcome o;
	struct buf error = {0};

	(void)state;
	assert_true(errs_parse(&errs, span_str("UNDELIV=011,REJECTD=0x45"),
	    &error));
	assert_true(outcome_of(&o, span_str("UNDELIV")));
	assert_string_equal(o.err, "001");
	errs_apply(&errs, &o);
	assert_string_equal(o.err, "011");
	assert_int_equal(o.code, 11);
	/* another spelling of the same state */
	assert_true(outcome_of(&o, span_str("REJECTED")));
	errs_apply(&errs, &o);
	assert_string_equal(o.err, "0x45");
	assert_true(outcome_of(&o, span_str("DELIVRD")));
	errs_apply(&errs, &o);
	assert_string_equal(o.err, "000");
	assert_false(errs_parse(&errs, span_str("UNDELIV"), &error));
	assert_false(errs_parse(&errs, span_str("UNDELIV=123456789"), &error));
	assert_false(errs_parse(&errs, span_str("LOST=1"), &error));
	buf_free(&error);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_are_exact_in_every_run_of_their_sum),
		cmocka_unit_test(rare_states_are_spread_out),
		cmocka_unit_test(words_stay_as_typed_and_keep_their_meaning),
		cmocka_unit_test(what_is_no_list_of_states_is_refused),
		cmocka_unit_test(states_have_the_err_that_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
