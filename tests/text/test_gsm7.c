/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/hex.h"
#include "text/gsm7.h"
#include "text/utf8.h"

/* One row of a list: the septets decode to the character, and it encodes to
 * septets that decode to it. */
static void
check_row(struct gsm7 g, const char *code, unsigned point)
{
	struct charset_report report;
	struct buf octets = {0}, text = {0};
	uint8_t expected[UTF8_MAX], septets[2];
	size_t bad, n;

	assert_true(hex_decode(&octets, span_str(code), &bad));
	assert_true(gsm7_decode(&text, g, buf_span(&octets), &report));
	n = utf8_encode(point, expected);
	assert_true(span_eq(buf_span(&text), span_of(expected, n)));
	n = gsm7_encode_point(g, point, septets);
	assert_in_range(n, 1, octets.len);
	buf_clear(&text);
	assert_true(gsm7_decode(&text, g, span_of(septets, n), &report));
	n = utf8_encode(point, expected);
	assert_true(span_eq(buf_span(&text), span_of(expected, n)));
	buf_free(&octets);
	buf_free(&text);
}

static void
the_default_tables_equal_the_list(void **state)
{
	FILE *f = fopen("tests/data/smpp/gsm0338.tsv", "r");
	char line[300], code[8];
	unsigned point;
	size_t n = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%7[0-9A-F ]\tU+%x\t", code, &point) == 2) {
			check_row((struct gsm7){0}, code, point);
			n++;
		}
	fclose(f);
	assert_int_equal(n, 137);
}

static void
national_tables_equal_the_list(void **state)
{
	FILE *f = fopen("tests/data/smpp/gsm-national.tsv", "r");
	char line[300], code[8], name[20], table[20];
	unsigned point, language;
	size_t n = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%u\t%19[^\t]\t%19[^\t]\t%7[0-9A-F ]\tU+%x\t",
		    &language, name, table, code, &point) != 5)
			continue;
		check_row(strcmp(table, "locking") == 0 ?
		    (struct gsm7){.locking = (uint8_t)language} :
		    (struct gsm7){.single = (uint8_t)language}, code, point);
		assert_int_equal(gsm7_language_by_name(span_str(name)), language);
		n++;
	}
	fclose(f);
	assert_true(n > 2200);
	assert_false(gsm7_has_locking(2));
	assert_true(gsm7_has_single(2));
	assert_int_equal(gsm7_language_by_name(span_str("klingon")), 0);
}

static void
every_code_point_comes_back_in_every_language_or_has_no_place(void **state)
{
	struct charset_report report;
	struct buf text = {0};
	uint8_t septets[2], octets[UTF8_MAX];
	struct gsm7 g;
	uint32_t point;
	size_t n;

	(void)state;
	for (g.locking = 0; g.locking <= GSM7_LANGUAGES; g.locking++)
		for (point = 0; point < 0x11000; point++) {
			g.single = g.locking;
			n = gsm7_encode_point(g, point, septets);
			if (n == 0)
				continue;
			buf_clear(&text);
			assert_true(gsm7_decode(&text, g, span_of(septets, n), &report));
			n = utf8_encode(point, octets);
			assert_true(span_eq(buf_span(&text), span_of(octets, n)));
		}
	buf_free(&text);
}

static void
packing_known_texts(void **state)
{
	static const struct {
		const char *septets, *hex;
		size_t udh;
	} rows[] = {
		{"hellohello", "e8329bfd4697d9ec37", 0},
		{"", "", 0},
		{"1234567", "31d98c56b3dd1a", 0},   /* a CR fills the seven bits */
		{"12345678", "31d98c56b3dd70", 0},
		{"1234567\r", "31d98c56b3dd1a0d", 0}, /* and is doubled at the end */
		{"a", "c2", 6},                      /* one fill bit */
		{"a", "61", 7},
	};
	struct buf packed = {0}, hex = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&packed);
		buf_clear(&hex);
		gsm7_pack(&packed, span_str(rows[i].septets), rows[i].udh);
		hex_encode(&hex, buf_span(&packed));
		assert_string_equal(buf_cstr(&hex), rows[i].hex);
		assert_int_equal(packed.len, gsm7_packed_size(span_str(rows[i].septets), rows[i].udh));
	}
	buf_free(&packed);
	buf_free(&hex);
}

static void
what_is_packed_unpacks_for_every_length_and_header(void **state)
{
	struct buf packed = {0}, back = {0};
	uint8_t septets[170];
	size_t n, udh, i;

	(void)state;
	for (i = 0; i < sizeof(septets); i++)
		septets[i] = (uint8_t)(i * 37 % 128);
	for (udh = 0; udh < 20; udh++)
		for (n = 0; n < sizeof(septets); n++) {
			if (n > 0 && septets[n - 1] == '\r')
				continue;
			buf_clear(&packed);
			buf_clear(&back);
			gsm7_pack(&packed, span_of(septets, n), udh);
			gsm7_unpack(&back, buf_span(&packed), udh);
			assert_true(span_eq(buf_span(&back), span_of(septets, n)));
		}
	assert_int_equal(gsm7_packed_size(span_of(septets, 160), 0), 140);
	assert_int_equal(6 + gsm7_packed_size(span_of(septets, 153), 6), 140);
	assert_int_equal(7 + gsm7_packed_size(span_of(septets, 152), 7), 140);
	buf_free(&packed);
	buf_free(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_tables_equal_the_list),
		cmocka_unit_test(national_tables_equal_the_list),
		cmocka_unit_test(every_code_point_comes_back_in_every_language_or_has_no_place),
		cmocka_unit_test(packing_known_texts),
		cmocka_unit_test(what_is_packed_unpacks_for_every_length_and_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
