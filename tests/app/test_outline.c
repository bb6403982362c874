/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/outline.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_with_cells_says_nothing_of_the_next),
		cmocka_unit_test(a_row_that_is_refused_says_nothing_of_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
