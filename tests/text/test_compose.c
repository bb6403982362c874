/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <unigbrk.h>
#include <uninorm.h>

#include "text/compose.h"
#include "text/utf8.h"

/* The glance is right about every code point alone and behind a letter
 * with which it could join. */
static void
what_looks_composed_is_composed(void **state)
{
	static const char *const before[] = {"", "a", "가", "か"};
	struct buf text = {0}, composed = {0};
	uint32_t point;
	uint8_t octets[UTF8_MAX];
	size_t i, n;

	(void)state;
	for (point = 0x80; point <= UTF8_POINT_MAX; point++) {
		n = utf8_encode(point, octets);
		if (n == 0 || !text_is_composed(span_of(octets, n)))
			continue;
		for (i = 0; i < (point < 0x20000 ? 4 : 1); i++) {
			buf_clear(&text);
			buf_clear(&composed);
			buf_add_str(&text, before[i]);
			buf_add(&text, octets, n);
			text_compose(&composed, buf_span(&text));
			assert_true(span_eq(buf_span(&composed), buf_span(&text)));
		}
	}
	buf_free(&text);
	buf_free(&composed);
}

/* No character of a canonical pair's second place passes the glance. */
static void
what_joins_the_one_before_is_never_taken_for_composed(void **state)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	uint8_t octets[UTF8_MAX];
	uint32_t point;
	size_t n;

	(void)state;
	for (point = 0x80; point <= UTF8_POINT_MAX; point++) {
		if (uc_canonical_decomposition(point, parts) < 2)
			continue;
		n = utf8_encode(parts[1], octets);
		assert_false(text_is_composed(span_of(octets, n)));
	}
}

static void
decomposed_text_is_composed(void **state)
{
	struct buf out = {0};

	(void)state;
	assert_false(text_is_composed(span_str("cafe\xcc\x81")));
	text_compose(&out, span_str("cafe\xcc\x81 \xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"));
	assert_string_equal(buf_cstr(&out), "café 한");
	assert_true(text_is_composed(buf_span(&out)));
	assert_int_equal(text_compose_origin(span_str("e\xcc\x81xy"), 2), 3);
	assert_int_equal(text_compose_origin(span_str("e\xcc\x81xy"), 3), 4);
	buf_free(&out);
}

/* Walking cluster by cluster finds the breaks of UAX 29. */
static void
clusters_end_where_the_library_says(void **state)
{
	static const char *const pieces[] = {
		"a", "\r", "\n", " ", "é", "가", "한", "\xe1\x84\x92", "\xe1\x85\xa1",
		"\xe1\x86\xab", "😀", "👩", "\xe2\x80\x8d", "🇰", "🇷", "\xcc\x81",
		"❤", "\xef\xb8\x8f", "🏽", "न", "ि", "漢", "あ", "\xe3\x82\x99", "©", "ж",
		"\xd8\x80", "\xef\xbe\x9e",
	};
	struct buf text = {0};
	char breaks[4000];
	uint32_t random = 29;
	size_t round, i, n, at;

	(void)state;
	for (round = 0; round < 3000; round++) {
		buf_clear(&text);
		for (n = round % 60; n > 0; n--) {
			random = random * 1664525 + 1013904223;
			buf_add_str(&text, pieces[(random >> 16) % (sizeof(pieces) / sizeof(pieces[0]))]);
		}
		u8_grapheme_breaks(text.p, text.len, breaks);
		for (at = 0; at < text.len; at = i) {
			for (i = at + 1; i < text.len && !breaks[i]; i++)
				continue;
			assert_int_equal(text_cluster_end(buf_span(&text), at), i);
		}
	}
	buf_free(&text);
}

static void
plain_forms_are_plain(void **state)
{
	static const struct {
		const char *text, *plain;
	} rows[] = {
		{"’", "'"}, {"“", "\""}, {"—", "-"}, {"…", "..."}, {"ﬁ", "fi"},
		{"\xc2\xa0", " "}, {"₩", "￦"}, {"ế", "e"}, {"Ł", "L"}, {"Ａ", "A"},
		{"\xe2\x80\x8b", ""}, {"™", "TM"}, {"½", "1/2"},
	};
	uint8_t out[TRANSLIT_MAX];
	uint32_t point, last = 0;
	const char *plain;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(utf8_decode(span_str(rows[i].text), &point) > 0);
		assert_true(text_plain(point, out, &n));
		assert_true(span_is(span_of(out, n), rows[i].plain));
	}
	assert_false(text_plain(0xac00, out, &n));
	assert_false(text_plain('a', out, &n));
	assert_false(text_plain(0x1f600, out, &n));
	for (i = 0; text_plain_row(i, &point, &plain); i++) {
		assert_true(i == 0 || point > last);
		assert_true(text_plain(point, out, &n));
		assert_true(span_is(span_of(out, n), plain));
		last = point;
	}
	for (point = 0; point <= UTF8_POINT_MAX; point++)
		if (text_plain(point, out, &n)) {
			assert_true(n <= TRANSLIT_MAX);
			assert_int_equal(utf8_check(span_of(out, n)), n);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_looks_composed_is_composed),
		cmocka_unit_test(what_joins_the_one_before_is_never_taken_for_composed),
		cmocka_unit_test(decomposed_text_is_composed),
		cmocka_unit_test(clusters_end_where_the_library_says),
		cmocka_unit_test(plain_forms_are_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
