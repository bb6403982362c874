/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/outline.h"
#include "base/hex.h"
#include "text/udh.h"

static struct outline_conf
plain_conf(void)
{
	struct outline_conf conf = {.default_from = span_str("1588")};

	conf.text.conf = text_conf_default();
	conf.to = (struct address_conf){.ton = -1, .npi = -1};
	conf.from = (struct address_conf){.sender = true, .ton = -1,
	    .npi = -1};
	conf.fields.priority_flag = 2;
	return conf;
}

static void
a_row_with_cells_says_nothing_of_the_next(void **state)
{
	struct outline_conf conf = plain_conf();
	struct value cell[ROW_COLUMNS] = {0};
	struct row plain = {.to = span_str("+821055551234"),
	    .text = span_str("hello")};
	struct row special = plain;
	struct outline o = {0};

	(void)state;
	special.cell = cell;
	special.text = (struct span){0};
	cell[ROW_hex] = value_text(span_str("f0ff"));
	cell[ROW_priority] = value_text(span_str("3"));
	cell[ROW_tlv] = value_text(span_str("0x1401=o:b"));
	for (int i = 0; i < 3; i++) {
		assert_true(outline_make(&o, &conf, &plain));
		assert_true(outline_make(&o, &conf, &plain));
		assert_int_equal(o.fields.priority_flag, 2);
		assert_int_equal(o.fields.tlvs.len, 0);
		assert_int_equal(o.plan.encoding, ENCODING_ASCII);
		assert_true(span_is(o.plan.parts[0].octets, "hello"));
		assert_true(span_is(address_span(&o.from), "1588"));
		assert_true(outline_make(&o, &conf, &special));
		assert_int_equal(o.fields.priority_flag, 3);
		assert_int_equal(o.fields.tlvs.len, 5);
		assert_int_equal(o.plan.encoding, ENCODING_BINARY);
		assert_true(span_is(o.plan.parts[0].octets, "\xf0\xff"));
	}
	outline_free(&o);
}

static void
a_row_that_is_refused_says_nothing_of_the_next(void **state)
{
	struct outline_conf conf = plain_conf();
	struct value cell[ROW_COLUMNS] = {0};
	struct row row = {.to = span_str("1588"), .text = span_str("hello")};
	struct row bad = row;
	struct outline o = {0};

	(void)state;
	bad.cell = cell;
	cell[ROW_priority] = value_text(span_str("9"));
	assert_true(outline_make(&o, &conf, &row));
	assert_false(outline_make(&o, &conf, &bad));
	assert_string_equal(buf_cstr(&o.error), "priority: expected 0 to 4");
	assert_true(outline_make(&o, &conf, &row));
	assert_int_equal(o.fields.priority_flag, 2);
	/* and data_sm with a priority stays refused */
	outline_free(&o);
	o = (struct outline){0};
	conf.data_sm = true;
	assert_false(outline_make(&o, &conf, &row));
	assert_false(outline_make(&o, &conf, &row));
	outline_free(&o);
}

/* One row at a time; cell by cell. */
struct fixture {
	struct outline_conf conf;
	struct outline outline;
	struct value cell[ROW_COLUMNS];
	struct row row;
	struct buf hex;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	f->conf.text.conf = text_conf_default();
	f->conf.to = (struct address_conf){.ton = -1, .npi = -1};
	f->conf.from = (struct address_conf){.sender = true, .ton = -1,
	    .npi = -1};
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	fields_free(&f->conf.fields);
	outline_free(&f->outline);
	buf_free(&f->hex);
	free(f);
	return 0;
}

/* A row "1", text with these cells: column, content ..., -1. */
static bool
make(struct fixture *f, const char *text, ...)
{
	va_list list;
	int column;

	f->row = (struct row){.to = span_str("1"), .text = span_str(text),
	    .cell = f->cell};
	memset(f->cell, 0, sizeof(f->cell));
	va_start(list, text);
	while ((column = va_arg(list, int)) >= 0)
		f->cell[column] = value_text(span_str(va_arg(list, char *)));
	va_end(list);
	return outline_make(&f->outline, &f->conf, &f->row);
}

/* The octets of a part, in hexadecimal. */
static const char *
part(struct fixture *f, size_t i)
{
	assert_true(i < f->outline.plan.n_parts);
	buf_clear(&f->hex);
	hex_encode(&f->hex, f->outline.plan.parts[i].octets);
	return buf_cstr(&f->hex);
}

static const char *
error(struct fixture *f)
{
	return buf_cstr(&f->outline.error);
}

static void
a_header_of_its_own_stands_before_text_and_octets(void **state)
{
	struct fixture *f = *state;

	assert_true(make(f, "hi", ROW_udh, "06050415811581", -1));
	assert_string_equal(part(f, 0), "060504158115816869");
	assert_true(f->outline.plan.udhi);
	assert_true(make(f, "", ROW_udh, "06050415811581", ROW_hex, "00FF",
	    -1));
	assert_string_equal(part(f, 0), "0605041581158100ff");
	assert_int_equal(f->outline.plan.data_coding, 4);
	assert_true(make(f, "", ROW_hex, "00ff", ROW_dcs, "0xf5", -1));
	assert_string_equal(part(f, 0), "00ff");
	assert_int_equal(f->outline.plan.data_coding, 0xf5);
	assert_false(f->outline.plan.udhi);
}

static void
a_header_of_all_rows_gives_way_to_that_of_one(void **state)
{
	struct fixture *f = *state;

	f->conf.udh = span_str("0370012a");
	assert_true(make(f, "hi", -1));
	assert_string_equal(part(f, 0), "0370012a6869");
	assert_true(make(f, "hi", ROW_udh, "0370012b", -1));
	assert_string_equal(part(f, 0), "0370012b6869");
}

static void
a_header_stands_in_each_part_behind_the_count(void **state)
{
	struct fixture *f = *state;
	char hex[2 * 200 + 1];

	memset(hex, '5', sizeof(hex) - 1);
	hex[sizeof(hex) - 1] = '\0';
	assert_true(make(f, "", ROW_udh, "0370012a", ROW_hex, hex, -1));
	assert_int_equal(f->outline.plan.n_parts, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(f->outline.plan.parts[i].udh.n, 9);
		assert_memory_equal(part(f, i) + 12, "70012a", 6);
	}
	assert_int_equal(f->outline.plan.parts[0].octets.n, 140);
	assert_int_equal(f->outline.plan.parts[1].octets.n, 200 - 131 + 9);
}

static void
a_header_that_counts_parts_is_not_split(void **state)
{
	struct fixture *f = *state;
	char text[161];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_true(make(f, "hi", ROW_udh, "050003010201", -1));
	assert_string_equal(part(f, 0), "0500030102016869");
	assert_false(make(f, text, ROW_udh, "050003010201", -1));
	assert_non_null(strstr(error(f), "too_long"));
}

static void
octets_that_begin_with_a_header_say_so_by_esm_class(void **state)
{
	struct fixture *f = *state;

	assert_true(make(f, "", ROW_hex, "0370012a00ff", ROW_esm_class, "0x41",
	    -1));
	assert_string_equal(part(f, 0), "0370012a00ff");
	assert_int_equal(f->outline.plan.parts[0].udh.n, 4);
	assert_false(make(f, "", ROW_hex, "0970012a00ff", ROW_esm_class, "64",
	    -1));
	assert_false(make(f, "hi", ROW_esm_class, "64", -1));
	assert_non_null(strstr(error(f), "esm_class says"));
}

static void
headers_that_lie_are_refused(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = {"0", "zz", "00", "04010203",
	    "0201020304", "0470050102", "0400020102"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(make(f, "hi", ROW_udh, bad[i], -1));
		assert_memory_equal(error(f), "udh: ", 5);
	}
	assert_false(make(f, "hi", ROW_hex, "00", -1));
	assert_string_equal(error(f), "both text and hex");
	assert_false(make(f, "", ROW_hex, "0", -1));
	assert_memory_equal(error(f), "hex: ", 5);
}

static void
the_longest_header_is_held_and_one_octet_more_is_not(void **state)
{
	struct fixture *f = *state;
	struct buf udh = {0};

	for (unsigned n = UDH_MORE; n <= UDH_MORE + 1; n++) {
		buf_clear(&udh);
		buf_addf(&udh, "%02x70%02x", n, n - 2);
		for (unsigned i = 2; i < n; i++)
			buf_add_str(&udh, "aa");
		assert_int_equal(make(f, "", ROW_hex, "01", ROW_udh,
		    buf_cstr(&udh), -1), n == UDH_MORE);
	}
	/* and leaves no room to count parts */
	buf_clear(&udh);
	buf_addf(&udh, "%02x70%02x", UDH_MORE, UDH_MORE - 2);
	for (unsigned i = 2; i < UDH_MORE; i++)
		buf_add_str(&udh, "aa");
	assert_false(make(f, "", ROW_hex, "01020304", ROW_udh, buf_cstr(&udh),
	    -1));
	assert_string_equal(error(f),
	    "part-octets leaves no room for a character");
	buf_free(&udh);
}

static void
a_message_of_the_smsc_needs_no_text_and_takes_none(void **state)
{
	struct fixture *f = *state;

	assert_true(make(f, "", ROW_sm_default_msg_id, "7", -1));
	assert_string_equal(part(f, 0), "");
	assert_false(make(f, "hi", ROW_sm_default_msg_id, "7", -1));
	assert_false(make(f, "", ROW_sm_default_msg_id, "0", -1));
	assert_false(make(f, "", ROW_sm_default_msg_id, "7", ROW_data_sm,
	    "yes", -1));
}

static void
ton_and_npi_of_a_row_count_over_shape_and_options(void **state)
{
	struct fixture *f = *state;
	const struct outline *o = &f->outline;

	f->conf.to.ton = 2;
	f->conf.default_from = span_str("SUREM");
	assert_true(make(f, "hi", ROW_to_npi, "isdn", ROW_from_ton, "0x1", -1));
	assert_int_equal(o->to.ton, 2);
	assert_int_equal(o->to.npi, 1);
	assert_int_equal(o->from.ton, 1);
	assert_string_equal(o->from.text, "SUREM");
	assert_true(make(f, "hi", ROW_to_ton, "national", ROW_from_npi, "255",
	    -1));
	assert_int_equal(o->to.ton, 2);
	assert_int_equal(o->from.ton, 5);
	assert_int_equal(o->from.npi, 255);
	assert_true(make(f, "hi", -1));
	assert_int_equal(o->from.npi, 0);
	assert_false(make(f, "hi", ROW_to_ton, "256", -1));
	assert_memory_equal(error(f), "ton: ", 5);
	assert_false(make(f, "hi", ROW_from_npi, "nonesuch", -1));
	assert_memory_equal(error(f), "npi: ", 5);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_with_cells_says_nothing_of_the_next),
		cmocka_unit_test(a_row_that_is_refused_says_nothing_of_the_next),
		TEST(a_header_of_its_own_stands_before_text_and_octets),
		TEST(a_header_of_all_rows_gives_way_to_that_of_one),
		TEST(a_header_stands_in_each_part_behind_the_count),
		TEST(a_header_that_counts_parts_is_not_split),
		TEST(octets_that_begin_with_a_header_say_so_by_esm_class),
		TEST(headers_that_lie_are_refused),
		TEST(the_longest_header_is_held_and_one_octet_more_is_not),
		TEST(a_message_of_the_smsc_needs_no_text_and_takes_none),
		TEST(ton_and_npi_of_a_row_count_over_shape_and_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
