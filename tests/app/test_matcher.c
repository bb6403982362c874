/* SPDX-License-Identifier: ISC */
/* app/matcher: receipts find their messages, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/matcher.h"

enum { MANY = 100000 };

static struct matcher *m;
static enum ids_form known;
static struct matched got;

static int
begin(void **state)
{
	(void)state;
	m = matcher_new();
	known = IDS_NONE;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	matcher_free(m);
	return 0;
}

static void
add(const char *id, const char *to, uint64_t tag)
{
	matcher_add_to(m, span_str(id), span_str(to), tag);
}

static bool
match(const char *id, const char *from)
{
	return matcher_match(m, span_str(id), span_str(from), &known, &got);
}

static void
assert_match(const char *id, const char *from, uint64_t tag,
    enum ids_form form)
{
	assert_true(match(id, from));
	assert_int_equal(got.tag, tag);
	assert_int_equal(got.form, form);
}

static void
exact_id_matches_whatever_the_address(void **state)
{
	(void)state;
	add("a1", "821055551234", 1);
	assert_match("a1", "821055551234", 1, IDS_EXACT);
	assert_match("a1", "elsewhere", 1, IDS_EXACT);
	assert_match("a1", "", 1, IDS_EXACT);
	assert_false(match("a2", "821055551234"));
	assert_false(match("", "821055551234"));
	assert_int_equal(known, IDS_NONE);
}

static void
other_forms_need_the_address(void **state)
{
	(void)state;
	add("1d305b4c", "821055551234", 1);
	add("00AB", "821055551235", 2);
	add("255", "821055551236", 3);
	assert_false(match("489708364", "821055551299"));
	assert_false(match("489708364", ""));
	assert_int_equal(known, IDS_NONE);
	assert_match("0489708364", "01055551234", 1, IDS_HEX_TO_DEC);
	assert_true(got.learnt);
	assert_match("489708364", "+821055551234", 1, IDS_HEX_TO_DEC);
	assert_false(got.learnt);
	assert_int_equal(known, IDS_HEX_TO_DEC);
	assert_match("ab", "821055551235", 2, IDS_NOCASE);
	assert_true(got.learnt);
	assert_match("FF", "821055551236", 3, IDS_DEC_TO_HEX);
}

static void
mode_keeps_to_its_forms(void **state)
{
	(void)state;
	add("ff", "821055551234", 1);
	add("255", "821055559999", 2);
	matcher_set_mode(m, IDS_MODE_EXACT);
	assert_false(match("FF", "821055551234"));
	matcher_set_mode(m, IDS_MODE_RECEIPT_HEX);
	assert_match("FF", "821055559999", 2, IDS_DEC_TO_HEX);
	assert_match("FF", "821055551234", 1, IDS_NOCASE);
	matcher_set_mode(m, IDS_MODE_RESP_HEX);
	assert_match("255", "821055551234", 1, IDS_HEX_TO_DEC);
}

static void
two_candidates_are_none(void **state)
{
	(void)state;
	add("AB", "821055551234", 1);
	add("0ab", "821055551234", 2);
	assert_false(match("ab", "821055551234"));
	/* to different addresses they are told apart */
	add("CD", "821055551234", 3);
	add("cD", "821055551235", 4);
	assert_match("cd", "821055551234", 3, IDS_NOCASE);
	assert_match("cd", "821055551235", 4, IDS_NOCASE);
	/* 10 is 16 in hexadecimal, or 0x10 of 16 in decimal */
	add("a", "821055550000", 5);
	add("16", "821055550000", 6);
	known = IDS_NONE;
	assert_false(match("10", "821055550000"));
	assert_int_equal(known, IDS_NONE);
}

static void
what_the_link_has_shown_goes_before_exact(void **state)
{
	(void)state;
	add("10", "821055551234", 1);
	add("a", "821055551234", 2);
	assert_match("10", "821055551234", 1, IDS_EXACT);
	known = IDS_HEX_TO_DEC;
	assert_match("10", "821055551234", 2, IDS_HEX_TO_DEC);
	/* even unseen, the address tells more than the id alone */
	known = IDS_NONE;
	add("20", "821055550000", 3);
	add("14", "821055550001", 4);
	assert_match("20", "821055550001", 4, IDS_HEX_TO_DEC);
}

static void
short_number_in_all_forms_is_one_candidate(void **state)
{
	(void)state;
	add("07", "821055551234", 9);
	assert_match("7", "821055551234", 9, IDS_NOCASE);
}

static void
newest_of_equal_ids_counts(void **state)
{
	uint64_t tag;

	(void)state;
	for (uint64_t i = 1; i <= 1000; i++)
		add("same", "821055551234", i);
	assert_true(matcher_find(m, span_str("same"), &tag));
	assert_int_equal(tag, 1000);
	assert_match("same", "821055551234", 1000, IDS_EXACT);
	matcher_remove(m, span_str("same"), 1000);
	matcher_remove(m, span_str("other"), 999);
	assert_match("same", "821055551234", 999, IDS_EXACT);
}

static void
equal_ids_are_told_apart_by_address(void **state)
{
	(void)state;
	add("0", "821055551234", 1);
	add("0", "821055551235", 2);
	assert_match("0", "821055551234", 1, IDS_EXACT);
	assert_match("0", "821055551235", 2, IDS_EXACT);
	assert_match("0", "821055559999", 2, IDS_EXACT);
}

static void
many_ids_are_found_and_forgotten(void **state)
{
	char id[32], to[32], receipt[32];
	uint64_t tag;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(id, sizeof(id), "%x", 0x10000000 + i * 7);
		snprintf(to, sizeof(to), "8210%08u", i);
		add(id, to, i);
	}
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(receipt, sizeof(receipt), "%010u",
		    0x10000000 + i * 7);
		snprintf(to, sizeof(to), "010%08u", i);
		assert_match(receipt, to, i, IDS_HEX_TO_DEC);
	}
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(id, sizeof(id), "%x", 0x10000000 + i * 7);
		assert_true(matcher_find(m, span_str(id), &tag));
		assert_int_equal(tag, i);
		matcher_remove(m, span_str(id), i);
		assert_false(matcher_find(m, span_str(id), &tag));
	}
}

/* An SMSC that gives all messages the same id. */
static void
one_id_for_all_is_not_slow(void **state)
{
	char to[32];

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(to, sizeof(to), "8210%08u", i);
		add("0", to, i);
	}
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(to, sizeof(to), "8210%08u", i);
		assert_match("0", to, i, IDS_EXACT);
		matcher_remove(m, span_str("0"), i);
	}
	assert_false(match("0", "82100"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(exact_id_matches_whatever_the_address),
		TEST(other_forms_need_the_address),
		TEST(mode_keeps_to_its_forms),
		TEST(two_candidates_are_none),
		TEST(what_the_link_has_shown_goes_before_exact),
		TEST(short_number_in_all_forms_is_one_candidate),
		TEST(newest_of_equal_ids_counts),
		TEST(equal_ids_are_told_apart_by_address),
		TEST(many_ids_are_found_and_forgotten),
		TEST(one_id_for_all_is_not_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
