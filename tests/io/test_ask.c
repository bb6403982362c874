/* SPDX-License-Identifier: ISC */
/* io/ask: what a command answers, and one that does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "io/ask.h"

static void
expect(const char *command, int status, const char *line)
{
	struct ask *a = ask_new(command, "MM4_TO", span_str("+82 '\"$x"), 10000);

	ask_run(a);
	assert_int_equal(a->status, status);
	assert_string_equal(buf_cstr(&a->line), line);
	ask_release(a);
}

static void
command_answers_with_its_first_line_and_status(void **state)
{
	(void)state;
	setenv("MM4_TO", "old", 1);
	expect("echo \"$MM4_TO\"; echo more", 0, "+82 '\"$x");
	expect("printf none; exit 3", 3, "none");
	expect("exit 1", 1, "");
	expect("kill -9 $$", 137, "");
	expect("cat; echo end", 0, "end");
	expect("no-such-command 2>/dev/null", 127, "");
}

static void
long_answers_are_cut_and_read_away(void **state)
{
	struct ask *a = ask_new("yes abc | tr -d '\\n' | head -c 1000000", "X",
	    span_str(""), 10000);

	(void)state;
	ask_run(a);
	assert_int_equal(a->status, 0);
	assert_int_equal(a->line.len, ASK_LINE_MOST);
	ask_release(a);
}

static void
command_that_does_not_end_is_ended_with_all_it_started(void **state)
{
	struct ask *a = ask_new("echo early; sleep 1000 & sleep 1000; echo x",
	    "X", span_str(""), 50);

	(void)state;
	ask_run(a);
	assert_int_equal(a->status, ASK_TIMED_OUT);
	ask_release(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_answers_with_its_first_line_and_status),
		cmocka_unit_test(long_answers_are_cut_and_read_away),
		cmocka_unit_test(
		    command_that_does_not_end_is_ended_with_all_it_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
