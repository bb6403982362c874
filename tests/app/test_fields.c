/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/fields.h"
#include "app/tlv_text.h"

static void
tlvs_become_octets(void **state)
{
	static const struct {
		const char *text, *octets;
		size_t n;
	} good[] = {
		{"", "", 0},
		{"0x1400=s:ab", "\x14\0\0\3" "ab\0", 7},
		{"0x1400=o:ab;", "\x14\0\0\2" "ab", 6},
		{"5120=h:00ff", "\x14\0\0\2\0\xff", 6},
		{"0x1401=2:258", "\x14\1\0\2\1\2", 6},
		{"0x1401=4:0xffffffff", "\x14\1\0\4\xff\xff\xff\xff", 8},
		{"user_message_reference=5", "\2\4\0\2\0\5", 6},
		{"0x0204=5", "\2\4\0\2\0\5", 6},
		{"dest_addr_subunit=ms_display", "\0\5\0\1\1", 5},
		{"receipted_message_id=x", "\0\x1e\0\2x\0", 6},
		{"alert_on_message_delivery=", "\x13\x0c\0\0", 4},
		{"user_message_reference=1;0x1400=o:;user_message_reference=2",
		    "\2\4\0\2\0\1\x14\0\0\0\2\4\0\2\0\2", 16},
	};
	struct buf out = {0}, error = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		buf_clear(&out);
		assert_true(tlv_text_read(&out, span_str(good[i].text),
		    &error));
		assert_int_equal(out.len, good[i].n);
		assert_true(span_eq(buf_span(&out), span_of(good[i].octets,
		    good[i].n)));
	}
	assert_int_equal(error.len, 0);
	buf_free(&out);
	buf_free(&error);
}

static void
tlvs_that_make_no_sense_are_named(void **state)
{
	static const char *const bad[] = {
		"foo=1", "0x10000=h:00", "0x1400=text", "0x1400=h:0",
		"0x1400=1:256", "user_message_reference=65536",
		"user_message_reference=", "user_message_reference=1:5",
		"dest_addr_subunit=nonesuch", "=1", "0x=1",
		"0x1400=o:fine;bar",
	};
	struct buf out = {0}, error = {0};

	(void)state;
	buf_add_str(&out, "kept");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf_clear(&error);
		assert_false(tlv_text_read(&out, span_str(bad[i]), &error));
		assert_true(error.len > 0);
		assert_int_equal(out.len, 4);
	}
	buf_free(&out);
	buf_free(&error);
}

static const struct {
	const char *text, *written;
} times[] = {
	{"2h", "000000020000000R"},
	{"90", "000000000130000R"},
	{"3d", "000003000000000R"},
	{"1500ms", "000000000002000R"},
	{"2026-12-25T09:00:00+09:00", "261225090000036+"},
	{"2026-12-25T00:00:00Z", "261225000000000+"},
	{"261225090000036+", "261225090000036+"},
	{"020610233429000R", "020610233429000R"},
};

static void
times_are_written_as_smpp_has_them(void **state)
{
	static const char *const bad[] = {"", "0", "soon", "100d", "-1",
	    "2026-12-25T09:00:00", "261325090000036+", "2612250900"};
	struct fields f = {0};
	struct buf error = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		assert_true(fields_set(&f, SET_validity,
		    span_str(times[i].text), &error));
		assert_string_equal(f.validity, times[i].written);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(fields_set(&f, SET_schedule, span_str(bad[i]),
		    &error));
	assert_string_equal(f.schedule, "");
	buf_free(&error);
}

static void
a_row_says_its_own_over_the_options(void **state)
{
	struct fields all = {0}, one = {0};
	struct value cell[ROW_COLUMNS] = {0};
	struct row row = {.cell = cell};
	struct buf error = {0};
	struct pdu pdu = {0};

	(void)state;
	assert_true(fields_set(&all, SET_priority, span_str("1"), &error));
	assert_true(fields_set(&all, SET_service_type, span_str("CMT"),
	    &error));
	assert_true(fields_set(&all, SET_tlv, span_str("0x1400=o:a"), &error));
	cell[ROW_priority] = value_text(span_str("3"));
	cell[ROW_receipt] = value_text(span_str("final"));
	cell[ROW_tlv] = value_text(span_str("0x1401=o:b"));
	for (int i = 0; i < 2; i++) {
		assert_true(fields_row(&one, &all, &row, &error));
		fields_put(&pdu, &one);
		assert_int_equal(pdu.priority_flag, 3);
		assert_int_equal(pdu.registered_delivery, 1);
		assert_true(span_is(pdu.service_type, "CMT"));
		assert_int_equal(one.tlvs.len, 10);
	}
	cell[ROW_priority] = value_text(span_str("5"));
	assert_false(fields_row(&one, &all, &row, &error));
	assert_true(span_is(buf_span(&error), "priority: expected 0 to 4"));
	fields_free(&one);
	fields_free(&all);
	buf_free(&error);
}

static void
each_field_refuses_what_it_cannot_hold(void **state)
{
	static const struct {
		enum field_column column;
		const char *text;
	} bad[] = {
		{SET_priority, "x"}, {SET_protocol_id, "256"},
		{SET_protocol_id, "0000"}, {SET_receipt, "maybe"},
		{SET_replace_if_present, "perhaps"},
		{SET_service_type, "LONGER"}, {SET_service_type, "a b"},
	};
	struct fields f = {0};
	struct buf error = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf_clear(&error);
		assert_false(fields_set(&f, bad[i].column,
		    span_str(bad[i].text), &error));
		assert_memory_equal(error.p, fields_name(bad[i].column),
		    strlen(fields_name(bad[i].column)));
	}
	buf_free(&error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tlvs_become_octets),
		cmocka_unit_test(tlvs_that_make_no_sense_are_named),
		cmocka_unit_test(times_are_written_as_smpp_has_them),
		cmocka_unit_test(a_row_says_its_own_over_the_options),
		cmocka_unit_test(each_field_refuses_what_it_cannot_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
