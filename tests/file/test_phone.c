/* SPDX-License-Identifier: ISC */
/* file/phone: what people type and what spreadsheets make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "file/phone.h"

struct sample {
	const char *typed, *country, *number;  /* number NULL: refused */
	const char *why;
};

static void
check(const struct cell *cell, const struct sample *s)
{
	struct buf out = {0}, error = {0};
	bool good = phone_read(&out, cell, s->country ?
	    phone_country(s->country) : NULL, &error);

	if (s->number != NULL) {
		if (!good)
			print_error("%s: %s\n", s->typed, buf_cstr(&error));
		assert_true(good);
		assert_string_equal(buf_cstr(&out), s->number);
	} else {
		assert_false(good);
		if (strstr(buf_cstr(&error), s->why) == NULL)
			print_error("%s: %s\n", s->typed, buf_cstr(&error));
		assert_non_null(strstr(buf_cstr(&error), s->why));
		assert_int_equal(out.len, 0);
	}
	buf_free(&out);
	buf_free(&error);
}

static void
text_is_read_however_it_is_typed(void **state)
{
	static const struct sample samples[] = {
		{"+82 10-5555-1234", NULL, "+821055551234", NULL},
		{"010.5555.1234", NULL, "01055551234", NULL},
		{"(010) 5555 1234", "82", "+821055551234", NULL},
		{"+82 (0)10-5555-1234", "82", "+821055551234", NULL},
		{"0082-10-5555-1234", NULL, "+821055551234", NULL},
		{"＋８２１０５５５５１２３４", NULL, "+821055551234", NULL},
		{"'01055551234", NULL, "01055551234", NULL},
		{"\xe2\x80\xad+82 10 5555 1234\xe2\x80\xac", NULL, "+821055551234", NULL},
		{"010\xe2\x80\x93" "5555\xe2\x88\x92" "1234", "82", "+821055551234", NULL},
		{"010\xc2\xa0" "5555 1234", "+82", "+821055551234", NULL},
		{"821055551234", "82", "+821055551234", NULL},
		{"1055551234", "82", "+821055551234", NULL},
		{"+12125551234", "82", "+12125551234", NULL},
		{"2125551234", "1", "+12125551234", NULL},
		{"12125551234", "1", "+12125551234", NULL},
		{"1588", NULL, "1588", NULL},
		{"8221234567", "82", NULL, "could be"},
		{"123", "82", NULL, "no number of country 82"},
		{"8.21056E+12", NULL, NULL, "cut its digits"},
		{"8,21056E+12", "82", NULL, "cut its digits"},
		{"call me", NULL, NULL, "no phone number"},
		{"010-5555-1234 (home)", NULL, NULL, "no phone number"},
		{"12", NULL, NULL, "too short"},
		{"-", NULL, NULL, "no digits"},
		{"+0105555", NULL, NULL, "no country"},
		{"12345678901234567", NULL, NULL, "more than 15"},
		{"123456789012345678901234567890", NULL, NULL, "more digits"},
	};
	struct cell cell = {.type = CELL_TEXT};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		cell.text = span_str(samples[i].typed);
		check(&cell, &samples[i]);
	}
}

static void
numbers_are_read_from_their_value(void **state)
{
	static const struct {
		double value;
		struct sample s;
	} samples[] = {
		{821055551234, {"8.21056E+11", NULL, "821055551234", NULL}},
		{821055551234, {"8.21056E+11", "82", "+821055551234", NULL}},
		{1055551234, {"1055551234", "82", "+821055551234", NULL}},
		{1055551234.5, {"1055551234.5", "82", NULL, "decimals"}},
		{-5, {"-5", NULL, NULL, "below zero"}},
		{1e15, {"1E+15", NULL, NULL, "larger than"}},
		{1e300, {"1E+300", NULL, NULL, "larger than"}},
	};
	static const struct sample padded = {"010-5555-1234", NULL, "01055551234",
	    NULL};
	struct cell cell = {.type = CELL_NUMBER};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		cell.number = samples[i].value;
		cell.text = span_str(samples[i].s.typed);
		check(&cell, &samples[i].s);
	}
	cell.number = 1055551234;
	cell.text = span_str("010-5555-1234");
	cell.padded = true;
	check(&cell, &padded);
}

static void
what_is_no_number_is_refused(void **state)
{
	static const struct {
		enum cell_type type;
		struct sample s;
	} samples[] = {
		{CELL_DATE, {"2024-01-01", NULL, NULL, "date"}},
		{CELL_BOOL, {"TRUE", NULL, NULL, "TRUE or FALSE"}},
		{CELL_ERROR, {"#N/A", NULL, NULL, "error"}},
		{CELL_MISSING, {"", NULL, NULL, "formula"}},
	};
	struct cell cell = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		cell.type = samples[i].type;
		cell.text = span_str(samples[i].s.typed);
		check(&cell, &samples[i].s);
	}
	assert_null(phone_country("999"));
	assert_null(phone_country("x"));
	assert_null(phone_country(""));
	assert_null(phone_country("82x"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_read_however_it_is_typed),
		cmocka_unit_test(numbers_are_read_from_their_value),
		cmocka_unit_test(what_is_no_number_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
