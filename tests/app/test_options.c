/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/config.h"

enum { ALL = ~0u >> 1 };

static void
names_and_letters_are_one_of_a_kind(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OPTIONS; i++) {
		const struct option_row *a = &options[i];

		assert_true(a->programs != 0);
		assert_true(strlen(a->help) > 0);
		assert_null(strchr(a->name, '_'));
		for (unsigned k = 0; k < i; k++) {
			const struct option_row *b = &options[k];

			/* one name may be two things in two programs */
			if ((a->programs & b->programs) == 0)
				continue;
			assert_string_not_equal(a->name, b->name);
			if (a->letter != 0)
				assert_int_not_equal(a->letter, b->letter);
		}
	}
}

static void
each_option_is_found_by_name_and_letter(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OPTIONS; i++) {
		const struct option_row *o = &options[i];
		enum option other = option_named(span_str(o->name),
		    ALL & ~o->programs);

		assert_int_equal(option_named(span_str(o->name), o->programs),
		    i);
		assert_true(other == OPTIONS || (other != i &&
		    (options[other].programs & o->programs) == 0));
		if (o->letter != 0)
			assert_int_equal(option_lettered(o->letter,
			    o->programs), i);
	}
	assert_int_equal(option_lettered('?', ALL), OPTIONS);
}

static void
switches_have_no_default_and_take_nothing(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OPTIONS; i++) {
		const struct option_row *o = &options[i];

		if (o->argument == NULL)
			assert_null(o->standard);
		else
			assert_false(o->flags & OPTION_COUNT);
	}
}

static void
times_by_default_are_times(void **state)
{
	uint64_t ms;

	(void)state;
	for (unsigned i = 0; i < OPTIONS; i++) {
		const struct option_row *o = &options[i];

		if (o->argument != NULL && o->standard != NULL &&
		    strcmp(o->argument, "TIME") == 0)
			assert_true(time_parse(span_str(o->standard), &ms));
	}
}

static void
near_misses_are_named(void **state)
{
	static const char *const near[][2] = {
		{"windwo", "window"}, {"wndow", "window"}, {"windows", "window"},
		{"dryrun", "dry-run"}, {"enqire-link", "enquire-link"},
		{"keep-p", "keep-plus"}, {"tls-c", "tls-ca"},
		{"quixotic", NULL}, {"x", NULL}, {"", NULL},
		{"a-name-that-is-longer-than-any-name-of-the-table", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
		const char *found = option_near(span_str(near[i][0]), FOR_SEND);

		if (near[i][1] == NULL)
			assert_null(found);
		else
			assert_string_equal(found ? found : "none", near[i][1]);
	}
	assert_null(option_near(span_str("windwo"), FOR_DECODE));
}

static void
help_fits_the_width_of_a_terminal(void **state)
{
	struct program program = {.name = "smpp-send", .usage = "u",
	    .example = "e"};
	struct buf b = {0};

	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		program.mask = (unsigned)FOR_SEND << i / 2;
		buf_clear(&b);
		option_help(&b, &program, i % 2);
		for (const char *p = buf_cstr(&b); *p != '\0';) {
			size_t n = strcspn(p, "\n");

			if (n > 79)
				fail_msg("%.*s", (int)n, p);
			p += n + 1;
		}
	}
	buf_free(&b);
}

static void
help_of_all_has_what_the_short_one_leaves_out(void **state)
{
	struct program program = {.name = "smpp-send", .mask = FOR_SEND,
	    .usage = "u", .example = "e"};
	struct buf b = {0};

	(void)state;
	option_help(&b, &program, false);
	assert_non_null(strstr(buf_cstr(&b), "  -t, --to ADDRESS "));
	assert_non_null(strstr(buf_cstr(&b), "      --journal FILE "));
	assert_null(strstr(buf_cstr(&b), "--system-type"));
	assert_non_null(strstr(buf_cstr(&b), "--help tells all options"));
	buf_clear(&b);
	option_help(&b, &program, true);
	assert_non_null(strstr(buf_cstr(&b), "      --journal FILE "));
	assert_non_null(strstr(buf_cstr(&b), "      --system-type TEXT "));
	assert_null(strstr(buf_cstr(&b), "password-command"));
	buf_clear(&b);
	/* of several commands what all have */
	program.mask = FOR_MM4_SEND | FOR_MM4_PARSE;
	option_help(&b, &program, true);
	assert_non_null(strstr(buf_cstr(&b), "--json"));
	assert_null(strstr(buf_cstr(&b), "--parts"));
	assert_null(strstr(buf_cstr(&b), "--subject"));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_letters_are_one_of_a_kind),
		cmocka_unit_test(each_option_is_found_by_name_and_letter),
		cmocka_unit_test(switches_have_no_default_and_take_nothing),
		cmocka_unit_test(times_by_default_are_times),
		cmocka_unit_test(near_misses_are_named),
		cmocka_unit_test(help_fits_the_width_of_a_terminal),
		cmocka_unit_test(help_of_all_has_what_the_short_one_leaves_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
