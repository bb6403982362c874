/* SPDX-License-Identifier: ISC */
/* file/number_format: numbers as spreadsheets show them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "file/number_format.h"

struct sample {
	const char *code;
	double value;
	const char *shown;
};

static void
assert_shown(const struct sample *s, bool date1904)
{
	struct number_format *f = s->code ? number_format_new(span_str(s->code)) :
	    NULL;
	struct buf out = {0};

	number_format_print(&out, f, s->value, date1904);
	if (!span_is(buf_span(&out), s->shown))
		print_error("%s of %.17g\n", s->code ? s->code : "General",
		    s->value);
	assert_string_equal(buf_cstr(&out), s->shown);
	buf_free(&out);
	number_format_free(f);
}

#define assert_all(samples) do { \
	for (size_t i_ = 0; i_ < sizeof(samples) / sizeof(samples[0]); i_++) \
		assert_shown(&samples[i_], false); \
} while (0)

static void
general_numbers_keep_fifteen_digits_and_no_exponent(void **state)
{
	static const struct sample samples[] = {
		{NULL, 0, "0"}, {NULL, 821055551234, "821055551234"},
		{NULL, 1234.5, "1234.5"}, {NULL, -0.25, "-0.25"},
		{NULL, 0.1 + 0.2, "0.3"}, {NULL, 1e15, "1000000000000000"},
		{NULL, 1e20, "100000000000000000000"},
		{NULL, 1e22, "1E+22"}, {NULL, 1e-7, "0.0000001"},
		{NULL, 1.5e-12, "1.5E-12"}, {"General", 5, "5"},
		{"General", -5, "-5"}, {"", 7, "7"}, {"@", 12, "12"},
		{"General\"원\"", 1500, "1500원"},
		{"General;-General", -3, "-3"},
	};

	(void)state;
	assert_all(samples);
}

static void
digits_stand_where_the_code_has_them(void **state)
{
	static const struct sample samples[] = {
		{"00000000000", 1055551234, "01055551234"},
		{"000-0000-0000", 1055551234, "010-5555-1234"},
		{"0##-####-####", 1055551234, "010-5555-1234"},
		{"0", 12.5, "13"}, {"0", 0.4, "0"}, {"0.00", 1.005, "1.01"},
		{"0.00", -1.005, "-1.01"}, {"#,##0", 1234567, "1,234,567"},
		{"#,##0", 12, "12"}, {"#,##0", 0, "0"}, {"#,###", 0, ""},
		{"#,##0.00", 1234.5, "1,234.50"}, {"0%", 0.256, "26%"},
		{"0.0#", 2, "2.0"}, {"0.0#", 2.25, "2.25"},
		{"0.00E+00", 12345, "1.23E+04"}, {"0.0E-0", 0.00012, "1.2E-4"},
		{"##0.0E+0", 12345, "12.3E+3"}, {"0,", 12345678, "12346"},
		{"#,##0,,\"M\"", 1234567890, "1,235M"}, {"000", 7, "007"},
		{"??0", 7, "  7"}, {"\"day \"0", 12, "day 12"},
		{"\"₩\"#,##0", 1500, "₩1,500"}, {"[$₩-412]#,##0", 1500, "₩1,500"},
		{"#,##0\"원\"", 25000, "25,000원"}, {"0\\개", 3, "3개"},
		{"0_-", 3, "3 "}, {"0* ", 3, "3"}, {"9.99", 9.999, "9.99"},
		{"0.00", 9.999, "10.00"}, {"0", 999.5, "1000"},
		{"# ?/?", 0.5, "0.5"}, {"0.###", 3, "3."},
	};

	(void)state;
	assert_all(samples);
}

static void
sections_are_for_signs_zero_and_conditions(void **state)
{
	static const struct sample samples[] = {
		{"0;(0)", -5, "(5)"}, {"0;(0)", 5, "5"}, {"0;-0;\"none\"", 0, "none"},
		{"[Red]0;[Blue]-0", -2, "-2"}, {"[>=100]\"many\";\"few\"", 100, "many"},
		{"[>=100]\"many\";\"few\"", 99, "few"},
		{"[<1]0.00;[<10]0.0;0", 0.5, "0.50"},
		{"[<1]0.00;[<10]0.0;0", 5, "5.0"}, {"[<1]0.00;[<10]0.0;0", 50, "50"},
		{"0;;", -5, ""}, {"[<=9999999]###-####;(###) ###-####", 5551234, "555-1234"},
		{"[<=9999999]###-####;(###) ###-####", 2125551234, "(212) 555-1234"},
	};

	(void)state;
	assert_all(samples);
}

static void
dates_and_times_of_day(void **state)
{
	static const struct sample samples[] = {
		{"yyyy-mm-dd", 45292, "2024-01-01"},
		{"yyyy-mm-dd h:mm", 45292.75, "2024-01-01 18:00"},
		{"yyyy\"년\" m\"월\" d\"일\"", 45351, "2024년 2월 29일"},
		{"yy/m/d", 45292, "24/1/1"}, {"d-mmm-yy", 45292, "1-Jan-24"},
		{"dddd, mmmm d", 45292, "Monday, January 1"},
		{"aaa", 45292, "월"}, {"aaaa", 45298, "일요일"},
		{"[$-412]yyyy\"년\" m\"월\" d\"일\" dddd", 45292, "2024년 1월 1일 월요일"},
		{"h:mm AM/PM", 0.5, "12:00 PM"}, {"h:mm A/P", 0, "12:00 A"},
		{"[$-412]AM/PM h:mm", 0.75, "오후 6:00"},
		{"mm:ss.0", 0.5000015, "00:00.1"}, {"[h]:mm:ss", 1.5, "36:00:00"},
		{"[mm]:ss", 0.0625, "90:00"}, {"h:mm:ss", 0.9999999, "0:00:00"},
		{"yyyy-mm-dd hh:mm:ss", 45291.9999999, "2024-01-01 00:00:00"},
		{"yyyy-mm-dd", 60, "1900-02-29"}, {"yyyy-mm-dd", 1, "1900-01-01"},
		{"yyyy-mm-dd", 61, "1900-03-01"}, {"yyyy-mm-dd", -1, "-1"},
		{"yyyy-mm-dd", 2958465, "9999-12-31"},
		{"yyyy-mm-dd", 2958466, "2958466"}, {"mm/dd", 45292, "01/01"},
		{"[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", 45292, "Monday, January 01, 2024"},
	};
	static const struct sample mac = {"yyyy-mm-dd", 43830, "2024-01-01"};

	(void)state;
	assert_all(samples);
	assert_shown(&mac, true);
}

static void
what_a_code_is_can_be_asked(void **state)
{
	static const struct {
		const char *code;
		bool is_date;
		size_t zeros;
	} samples[] = {
		{"General", false, 0}, {"00000000000", false, 11},
		{"000-0000-0000", false, 11}, {"0##-####-####", false, 11},
		{"0", false, 0}, {"0.00", false, 0}, {"yyyy-mm-dd", true, 0},
		{"\"day \"0", false, 0}, {"###0", false, 0}, {"0%", false, 0},
		{"[h]:mm", true, 0}, {"\"yy\"0", false, 0}, {"\\d0", false, 0},
	};
	struct number_format *f;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		f = number_format_new(span_str(samples[i].code));
		assert_int_equal(number_format_is_date(f), samples[i].is_date);
		assert_int_equal(number_format_zeros(f), samples[i].zeros);
		number_format_free(f);
	}
	assert_string_equal(number_format_builtin(14), "yyyy-mm-dd");
	assert_null(number_format_builtin(0));
	assert_null(number_format_builtin(99));
}

/* Any octets are a code, and any number can be shown by it. */
static void
no_code_and_no_number_does_harm(void **state)
{
	static const char octets[] = "0#?.,%E+-;\"\\[]<>=_*@ymdhsaAM/P$G1 \xea\xb0\x80";
	static const double numbers[] = {0, 1, -1, 1e300, -1e300, 1e-300, 45292.5,
	    0.5, 123456789012345678.0};
	struct number_format *f;
	struct buf out = {0};
	char code[24];
	unsigned seed = 1;
	size_t n;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		seed = seed * 1103515245 + 12345;
		n = seed >> 16 & 15;
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245 + 12345;
			code[i] = octets[(seed >> 16) % (sizeof(octets) - 1)];
		}
		f = number_format_new(span_of(code, n));
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
			buf_clear(&out);
			number_format_print(&out, f, numbers[i], round & 1);
			assert_true(out.len < 4096);
		}
		number_format_free(f);
	}
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(general_numbers_keep_fifteen_digits_and_no_exponent),
		cmocka_unit_test(digits_stand_where_the_code_has_them),
		cmocka_unit_test(sections_are_for_signs_zero_and_conditions),
		cmocka_unit_test(dates_and_times_of_day),
		cmocka_unit_test(what_a_code_is_can_be_asked),
		cmocka_unit_test(no_code_and_no_number_does_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
