/* SPDX-License-Identifier: ISC */
/* smpp/ids: forms of a message_id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smpp/ids.h"

static struct buf out, again;

static void
assert_form(const char *receipt, const char *response, enum ids_form form)
{
	assert_true(ids_of_response(&out, span_str(receipt), form));
	assert_string_equal(buf_cstr(&out), response);
}

static void
captured_pairs_convert_both_ways(void **state)
{
	static const char *const pair[][2] = {
		{"38601fa", "59113978"}, {"18d0e03a", "416342074"},
		{"6aad5", "436949"}, {"1d305b4c", "489708364"}, {"0", "0"},
		{"9", "9"}, {"a", "10"}, {"ffffffff", "4294967295"},
		{"100000000", "4294967296"},
		{"ffffffffffffffff", "18446744073709551615"},
		{"10000000000000000", "18446744073709551616"},
		{"6c7c7de28bb3e961947700000000fe37",
		    "144203021605230333780392919994464271927"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pair) / sizeof(pair[0]); i++) {
		assert_form(pair[i][1], pair[i][0], IDS_HEX_TO_DEC);
		assert_form(pair[i][0], pair[i][1], IDS_DEC_TO_HEX);
	}
	assert_form("0000000489708364", "1d305b4c", IDS_HEX_TO_DEC);
	assert_form("001D305B4C", "489708364", IDS_DEC_TO_HEX);
}

static void
what_is_no_number_does_not_convert(void **state)
{
	static const char *const bad[] = {"", "1d305b4c-", "-1", "1 ", "g",
	    "0x10", "12.5"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(ids_of_response(&out, span_str(bad[i]),
		    IDS_HEX_TO_DEC));
		assert_false(ids_of_response(&out, span_str(bad[i]),
		    IDS_DEC_TO_HEX));
	}
	assert_false(ids_of_response(&out, span_str("a"), IDS_HEX_TO_DEC));
}

static void
long_ids_come_back_the_same(void **state)
{
	uint8_t text[600];
	uint32_t seed = 1;

	(void)state;
	for (size_t n = 1; n <= sizeof(text); n += n < 80 ? 1 : 37) {
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = (uint8_t)('0' + (seed >> 24) % 10);
		}
		text[0] = '7';
		assert_true(ids_of_response(&out, span_of(text, n),
		    IDS_HEX_TO_DEC));
		assert_true(ids_of_response(&again, buf_span(&out),
		    IDS_DEC_TO_HEX));
		assert_true(span_eq(buf_span(&again), span_of(text, n)));
	}
}

static void
folding_takes_case_and_leading_zeros(void **state)
{
	static const char *const pair[][2] = {
		{"", ""}, {"0", "0"}, {"0000", "0"}, {"00AbC0", "abc0"},
		{"0-0", "-0"}, {"\xc3\x84Z", "\xc3\x84z"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pair) / sizeof(pair[0]); i++) {
		ids_fold(&out, span_str(pair[i][0]));
		assert_string_equal(buf_cstr(&out), pair[i][1]);
	}
}

static bool
tails_agree(const char *a, const char *b)
{
	struct ids_tail x = ids_tail(span_str(a)), y = ids_tail(span_str(b));

	return ids_tail_agrees(&x, &y);
}

static void
addresses_agree_by_their_last_eight_digits(void **state)
{
	(void)state;
	assert_true(tails_agree("+821055551234", "01055551234"));
	assert_true(tails_agree("55551234", "5555-1234"));
	assert_false(tails_agree("821055551234", "821055551235"));
	assert_false(tails_agree("821045551234", "821055551234"));
	assert_true(tails_agree("1004", "1004"));
	assert_false(tails_agree("1004", "821055551004"));
	assert_false(tails_agree("", ""));
	assert_false(tails_agree("BANK", "BANK"));
}

static void
modes_allow_their_forms(void **state)
{
	static const char *const allowed[] = {"e", "enh", "end", "enhd"};
	static const char letter[IDS_FORMS] = {'-', 'e', 'n', 'h', 'd'};

	(void)state;
	for (int mode = 0; mode < 4; mode++)
		for (int form = 0; form < IDS_FORMS; form++)
			assert_int_equal(ids_mode_allows((enum ids_mode)mode,
			    (enum ids_form)form),
			    strchr(allowed[mode], letter[form]) != NULL);
	assert_string_equal(ids_form_name(IDS_HEX_TO_DEC), "hex-to-dec");
}

static int
release(void **state)
{
	(void)state;
	buf_free(&out);
	buf_free(&again);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captured_pairs_convert_both_ways),
		cmocka_unit_test(what_is_no_number_does_not_convert),
		cmocka_unit_test(long_ids_come_back_the_same),
		cmocka_unit_test(folding_takes_case_and_leading_zeros),
		cmocka_unit_test(addresses_agree_by_their_last_eight_digits),
		cmocka_unit_test(modes_allow_their_forms),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
