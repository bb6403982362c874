/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "text/compose.h"
#include "text/plan.h"
#include "text/udh.h"
#include "text/utf8.h"

static struct text_plan plan;

/* A text of n times piece, and then tail. */
static struct span
repeat(struct buf *b, const char *piece, size_t n, const char *tail)
{
	buf_clear(b);
	while (n-- > 0)
		buf_add_str(b, piece);
	buf_add_str(b, tail);
	return buf_span(b);
}

static struct text_conf
conf_of(enum encoding alphabet, enum encoding encoding)
{
	struct text_conf c = text_conf_default();

	c.alphabet = alphabet;
	c.encoding = encoding;
	return c;
}

/* Lengths of 3GPP: what is the last that fits one part, two parts. */
static void
check_limits(struct text_conf c, const char *piece, size_t one, size_t part)
{
	struct buf text = {0};
	size_t i;

	assert_true(text_plan_make(&plan, &c, repeat(&text, piece, one, "")));
	assert_int_equal(plan.n_parts, 1);
	assert_false(plan.udhi);
	assert_int_equal(plan.split, SPLIT_NONE);
	assert_true(text_plan_make(&plan, &c, repeat(&text, piece, one + 1, "")));
	assert_int_equal(plan.n_parts, 2);
	assert_true(text_plan_make(&plan, &c, repeat(&text, piece, part * 2, "")));
	assert_int_equal(plan.n_parts, 2);
	assert_true(text_plan_make(&plan, &c, repeat(&text, piece, part * 2 + 1, "")));
	assert_int_equal(plan.n_parts, 3);
	assert_int_equal(plan.parts[0].units, plan.parts[1].units);
	for (i = 0; i < 3; i++)
		assert_true(plan.parts[i].octets.n <= 160);
	buf_free(&text);
}

static void
parts_have_the_lengths_of_the_specification(void **state)
{
	struct text_conf c = conf_of(ENCODING_GSM7, ENCODING_AUTO);

	(void)state;
	check_limits(c, "x", 160, 153);
	check_limits(c, "€", 80, 76);
	c.split = SPLIT_UDH16;
	check_limits(c, "x", 160, 152);
	c.split = SPLIT_SAR;
	check_limits(c, "x", 160, 153);
	c = conf_of(ENCODING_GSM7, ENCODING_UCS2);
	check_limits(c, "가", 70, 67);
	check_limits(c, "😀", 35, 33);
	c.split = SPLIT_UDH16;
	check_limits(c, "가", 70, 66);
	c = conf_of(ENCODING_UNSET, ENCODING_KSC5601);
	check_limits(c, "x", 140, 134);
	check_limits(c, "가", 70, 67);
	c.split = SPLIT_UDH16;
	check_limits(c, "x", 140, 133);
	check_limits(c, "가", 70, 66);
	check_limits(conf_of(ENCODING_UNSET, ENCODING_LATIN1), "é", 140, 134);
	check_limits(conf_of(ENCODING_LATIN1, ENCODING_DEFAULT), "é", 160, 153);
	check_limits(conf_of(ENCODING_ASCII, ENCODING_DEFAULT), "x", 160, 153);
	check_limits(conf_of(ENCODING_ASCII, ENCODING_DEFAULT), "{", 80, 76);
	check_limits(conf_of(ENCODING_UNSET, ENCODING_GSM7_PACKED), "x", 160, 153);
	check_limits(conf_of(ENCODING_UNSET, ENCODING_ASCII), "x", 160, 153);
}

static void
shift_tables_take_their_room(void **state)
{
	struct text_conf c = conf_of(ENCODING_UNSET, ENCODING_GSM7_SHIFT);
	struct buf text = {0};

	(void)state;
	c.language = 2;  /* Spanish has a single shift table alone */
	assert_true(text_plan_make(&plan, &c, repeat(&text, "x", 153, "á")));
	assert_int_equal(plan.n_parts, 1);
	assert_int_equal(plan.units, 155);
	assert_int_equal(plan.parts[0].udh.n, 4);
	assert_true(text_plan_make(&plan, &c, repeat(&text, "x", 154, "á")));
	assert_int_equal(plan.n_parts, 2);
	assert_int_equal(plan.parts[0].units, 149);
	assert_int_equal(plan.parts[0].udh.n, 9);
	c.language = 4;  /* Bengali: locking, and a digit that single shift has */
	assert_true(text_plan_make(&plan, &c, repeat(&text, "অ", 150, "০")));
	assert_int_equal(plan.parts[0].udh.n, 7);
	assert_int_equal(plan.units, 152);
	assert_true(text_plan_make(&plan, &c, repeat(&text, "অ", 151, "০")));
	assert_int_equal(plan.n_parts, 2);
	assert_int_equal(plan.parts[0].units, 146);
	buf_free(&text);
}

static void
an_escape_pair_decides_between_one_part_and_two(void **state)
{
	struct text_conf c = conf_of(ENCODING_GSM7, ENCODING_AUTO);
	struct buf text = {0};

	(void)state;
	assert_true(text_plan_make(&plan, &c, repeat(&text, "x", 158, "€")));
	assert_int_equal(plan.n_parts, 1);
	assert_int_equal(plan.units, 160);
	assert_int_equal(plan.parts[0].octets.n, 160);
	assert_true(text_plan_make(&plan, &c, repeat(&text, "x", 159, "€")));
	assert_int_equal(plan.n_parts, 2);
	assert_true(text_plan_make(&plan, &c, repeat(&text, "x", 152, "€12345678")));
	assert_int_equal(plan.parts[0].units, 152);
	assert_int_equal(plan.parts[0].octets.n, 6 + 152);
	assert_int_equal(plan.parts[1].octets.p[6], 0x1b);
	buf_free(&text);
}

static void
no_part_ends_inside_a_grapheme_cluster(void **state)
{
	static const char *const clusters[] = {
		"👩‍👩‍👧", "🇰🇷", "e\xcc\xb1", "\r\n", "한", "😀", "❤️", "नि",
	};
	struct text_conf c = conf_of(ENCODING_UNSET, ENCODING_UCS2);
	struct charset_report report;
	struct buf text = {0}, part = {0};
	size_t i, k, n;

	(void)state;
	for (i = 0; i < sizeof(clusters) / sizeof(clusters[0]); i++) {
		n = strlen(clusters[i]);
		assert_true(text_plan_make(&plan, &c, repeat(&text, clusters[i], 100, "")));
		assert_true(plan.n_parts > 1);
		for (k = 0; k < plan.n_parts; k++) {
			buf_clear(&part);
			assert_true(charset_decode(&part, ENCODING_UCS2,
			    span_skip(plan.parts[k].octets, 6), &report));
			assert_int_equal(part.len % n, 0);
			assert_memory_equal(part.p, clusters[i], n);
		}
	}
	buf_free(&text);
	buf_free(&part);
}

static void
a_cluster_larger_than_a_part_is_broken_between_characters(void **state)
{
	struct text_conf c = conf_of(ENCODING_UNSET, ENCODING_UCS2);
	struct buf text = {0};

	(void)state;
	c.max_parts = 255;
	assert_true(text_plan_make(&plan, &c, repeat(&text, "\xcc\xb1", 1000, "")));
	assert_int_equal(plan.n_parts, 15);
	assert_int_equal(plan.units, 1000);
	/* and an endless one costs no more than other text */
	assert_false(text_plan_make(&plan, &c, repeat(&text, "\xcc\xb1", 500000, "")));
	assert_int_equal(plan.fault, TEXT_TOO_MANY_PARTS);
	assert_string_equal(text_plan_error(&plan), "too_long 7463/255 parts");
	buf_free(&text);
}

static void
an_unnamed_alphabet_sends_only_what_all_agree_on(void **state)
{
	struct text_conf c = conf_of(ENCODING_UNSET, ENCODING_AUTO);

	(void)state;
	assert_true(text_plan_make(&plan, &c, span_str("Your code is 483920.")));
	assert_int_equal(plan.encoding, ENCODING_ASCII);
	assert_int_equal(plan.data_coding, 0);
	assert_true(span_is(plan.parts[0].octets, "Your code is 483920."));
	assert_int_equal(plan.n_notes, 0);
	assert_true(text_plan_make(&plan, &c, span_str("a@b")));
	assert_int_equal(plan.encoding, ENCODING_UCS2);
	assert_int_equal(plan.data_coding, 8);
	assert_true(plan.alphabet_unset);
	assert_int_equal(plan.n_notes, 1);
	assert_int_equal(plan.notes[0].point, '@');
	assert_int_equal(plan.notes[0].offset, 1);
	c.alphabet = ENCODING_GSM7;
	assert_true(text_plan_make(&plan, &c, span_str("a@b")));
	assert_true(span_eq(plan.parts[0].octets, span_of("a\0b", 3)));
	assert_int_equal(plan.data_coding, 0);
	c.alphabet = ENCODING_ASCII;
	assert_true(text_plan_make(&plan, &c, span_str("a@b")));
	assert_true(span_is(plan.parts[0].octets, "a@b"));
	assert_false(plan.alphabet_unset);
	c.encoding = ENCODING_ASCII;
	assert_true(text_plan_make(&plan, &c, span_str("a`b")));
	assert_int_equal(plan.data_coding, 1);
	assert_int_equal(plan.outside_gsm, '`');
}

static void
the_first_rung_that_carries_the_text_is_taken(void **state)
{
	struct text_conf c = conf_of(ENCODING_UNSET, ENCODING_AUTO);
	struct span bad;

	(void)state;
	assert_true(text_conf_ladder(&c, span_str("default,ksc5601,ucs2"), &bad));
	assert_true(text_plan_make(&plan, &c, span_str("안녕하세요")));
	assert_int_equal(plan.encoding, ENCODING_KSC5601);
	assert_int_equal(plan.data_coding, 14);
	assert_true(span_eq(plan.parts[0].octets, span_of("\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4", 10)));
	assert_true(text_plan_make(&plan, &c, span_str("안녕하세요 똠")));
	assert_int_equal(plan.encoding, ENCODING_UCS2);
	assert_int_equal(plan.n_notes, 2);
	assert_int_equal(plan.notes[1].encoding, ENCODING_KSC5601);
	assert_int_equal(plan.notes[1].point, 0xb620);
	assert_int_equal(plan.notes[1].offset, 16);
	c.cp949 = true;
	assert_true(text_plan_make(&plan, &c, span_str("안녕하세요 똠")));
	assert_int_equal(plan.encoding, ENCODING_CP949);
	assert_int_equal(plan.data_coding, 14);
	c.cp949 = false;
	assert_true(text_conf_ladder(&c, span_str("default,ksc5601"), &bad));
	assert_false(text_plan_make(&plan, &c, span_str("똠 😀😀")));
	assert_int_equal(plan.fault, TEXT_NOT_ENCODABLE);
	assert_int_equal(plan.point, 0xb620);
	assert_string_equal(text_plan_error(&plan),
	    "ksc5601 cannot carry U+B620 '똠' at octet 1, U+1F600 '😀' at octets 5, 9");
	assert_false(text_conf_ladder(&c, span_str("default,latin9"), &bad));
	assert_true(span_is(bad, "latin9"));
	assert_false(text_conf_ladder(&c, span_str("auto"), &bad));
	assert_false(text_conf_ladder(&c, span_str(""), &bad));
	assert_false(text_conf_ladder(&c, span_str("ucs2,"), &bad));
}

static void
text_is_composed_first(void **state)
{
	struct text_conf c = conf_of(ENCODING_UNSET, ENCODING_KSC5601);

	(void)state;
	/* decomposed: hieut a nieun, giyeok eu rieul */
	assert_true(text_plan_make(&plan, &c,
	    span_str("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab\xe1\x84\x80\xe1\x85\xb3\xe1\x86\xaf")));
	assert_true(span_eq(plan.parts[0].octets, span_of("\xc7\xd1\xb1\xdb", 4)));
	/* places are those of the text as it was given */
	assert_false(text_plan_make(&plan, &c,
	    span_str("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab\xf0\x9f\x98\x80")));
	assert_int_equal(plan.offset, 9);
	assert_string_equal(text_plan_error(&plan), "ksc5601 cannot carry U+1F600 '😀' at octet 10");
	c.encoding = ENCODING_LATIN1;
	assert_true(text_plan_make(&plan, &c, span_str("cafe\xcc\x81")));
	assert_true(span_is(plan.parts[0].octets, "caf\xe9"));
}

static void
translit_replaces_only_what_the_encoding_lacks(void **state)
{
	struct text_conf c = conf_of(ENCODING_GSM7, ENCODING_AUTO);
	struct buf out = {0};

	(void)state;
	assert_true(text_plan_make(&plan, &c, span_str("It’s 5 o’clock")));
	assert_int_equal(plan.encoding, ENCODING_UCS2);
	text_plan_explain(&out, &plan, &c);
	assert_string_equal(buf_cstr(&out),
	    "the default alphabet (gsm7) cannot carry U+2019 '’' at octets 3, 11; it goes as ucs2\n"
	    "--translit would send it as gsm7 in 1 part, not as ucs2 in 1\n");
	c.translit = true;
	assert_true(text_plan_make(&plan, &c, span_str("It’s 5 o’clock")));
	assert_int_equal(plan.encoding, ENCODING_GSM7);
	assert_true(span_is(plan.parts[0].octets, "It's 5 o'clock"));
	assert_true(text_plan_make(&plan, &c, span_str("é ł … ﬁ\tx")));
	assert_true(span_is(plan.parts[0].octets, "\x05 l ... fi x"));
	assert_true(text_plan_make(&plan, &c, span_str("’ 😀")));
	assert_int_equal(plan.encoding, ENCODING_UCS2);
	c.encoding = ENCODING_KSC5601;
	assert_true(text_plan_make(&plan, &c, span_str("’₩ø")));
	assert_true(span_eq(plan.parts[0].octets, span_of("\xa1\xaf\xa3\xdc\xa9\xaa", 6)));
	buf_free(&out);
}

static void
what_is_too_long_says_how_much(void **state)
{
	struct text_conf c = conf_of(ENCODING_GSM7, ENCODING_KSC5601);
	struct buf text = {0};

	(void)state;
	c.split = SPLIT_NONE;
	c.part_octets = 90;
	assert_true(text_plan_make(&plan, &c, repeat(&text, "가", 45, "")));
	assert_false(text_plan_make(&plan, &c, repeat(&text, "가", 52, "")));
	assert_string_equal(text_plan_error(&plan), "too_long 104/90 octets");
	assert_int_equal(plan.n_parts, 0);
	c.split = SPLIT_UDH8;
	assert_true(text_plan_make(&plan, &c, repeat(&text, "가", 52, "")));
	assert_int_equal(plan.n_parts, 2);
	assert_int_equal(plan.parts[0].octets.n, 90);
	c = conf_of(ENCODING_GSM7, ENCODING_AUTO);
	c.split = SPLIT_NONE;
	assert_false(text_plan_make(&plan, &c, repeat(&text, "x", 161, "")));
	assert_string_equal(text_plan_error(&plan), "too_long 161/160 septets");
	c.part_octets = 90;
	assert_false(text_plan_make(&plan, &c, repeat(&text, "x", 91, "")));
	assert_string_equal(text_plan_error(&plan), "too_long 91/90 octets");
	c.part_octets = 7;
	c.split = SPLIT_UDH8;
	c.encoding = ENCODING_UCS2;
	assert_false(text_plan_make(&plan, &c, repeat(&text, "x", 91, "")));
	assert_string_equal(text_plan_error(&plan), "part-octets leaves no room for a character");
	c = conf_of(ENCODING_GSM7, ENCODING_AUTO);
	assert_false(text_plan_make(&plan, &c, repeat(&text, "0123456789abcdef", 65536, "")));
	assert_string_equal(text_plan_error(&plan), "too_long 6854/255 parts");
	c.split = SPLIT_PAYLOAD;
	assert_false(text_plan_make(&plan, &c, repeat(&text, "x", 65536, "")));
	assert_string_equal(text_plan_error(&plan), "too_long 65536/65535 octets");
	assert_true(text_plan_make(&plan, &c, repeat(&text, "x", 65535, "")));
	assert_int_equal(plan.n_parts, 1);
	assert_int_equal(plan.split, SPLIT_PAYLOAD);
	buf_free(&text);
}

static void
a_korean_text_keeps_to_the_octets_of_a_link(void **state)
{
	FILE *f = fopen("tests/data/korean-long.txt", "r");
	struct text_conf c = conf_of(ENCODING_UNSET, ENCODING_KSC5601);
	struct charset_report report;
	struct buf back = {0};
	char text[2000];
	size_t i, n, size;

	(void)state;
	assert_non_null(f);
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	for (size = 40; size <= 140; size++) {
		c.part_octets = size;
		buf_clear(&back);
		assert_true(text_plan_make(&plan, &c, span_of(text, n)));
		for (i = 0; i < plan.n_parts; i++) {
			assert_in_range(plan.parts[i].octets.n,
			    i + 1 < plan.n_parts ? size - 1 : 1, size);
			assert_true(charset_decode(&back, ENCODING_KSC5601,
			    span_skip(plan.parts[i].octets, 6), &report));
		}
		assert_true(span_eq(buf_span(&back), span_of(text, n)));
	}
	buf_free(&back);
}

static void
the_reference_is_written_into_every_part(void **state)
{
	struct text_conf c = conf_of(ENCODING_GSM7, ENCODING_AUTO);
	struct text_references references;
	struct buf text = {0};
	struct udh u;
	size_t i;

	(void)state;
	c.ports = true;
	c.destination_port = 2948;
	for (c.split = SPLIT_UDH8; c.split <= SPLIT_UDH16; c.split++) {
		assert_true(text_plan_make(&plan, &c, repeat(&text, "x", 400, "")));
		text_plan_set_reference(&plan, 0x1234);
		for (i = 0; i < plan.n_parts; i++) {
			u = udh_read(plan.parts[i].udh);
			assert_int_equal(u.reference, c.split == SPLIT_UDH16 ? 0x1234 : 0x34);
			assert_int_equal(u.total, plan.n_parts);
			assert_int_equal(u.sequence, i + 1);
			assert_int_equal(u.destination_port, 2948);
			assert_int_equal(u.wide, c.split == SPLIT_UDH16);
		}
	}
	assert_true(text_plan_make(&plan, &c, span_str("short")));
	text_plan_set_reference(&plan, 7);
	assert_int_equal(plan.reference, 0);
	assert_int_equal(udh_read(plan.parts[0].udh).total, 0);
	c.split = SPLIT_SAR;
	assert_false(text_plan_make(&plan, &c, repeat(&text, "x", 400, "")));
	assert_int_equal(plan.fault, TEXT_CONF);
	text_references_init(&references, 42);
	i = text_references_next(&references, span_str("821055551234"));
	assert_int_equal((uint16_t)(i + 1), text_references_next(&references, span_str("821055551234")));
	buf_free(&text);
}

static void
shift_tables_are_taken_when_they_save_parts(void **state)
{
	struct text_conf c = conf_of(ENCODING_GSM7, ENCODING_AUTO);
	struct span bad;
	struct buf text = {0}, back = {0};
	struct charset_report report;
	struct udh u;

	(void)state;
	assert_true(text_conf_ladder(&c, span_str("default,gsm7-shift,ucs2"), &bad));
	assert_true(text_plan_make(&plan, &c, repeat(&text, "ığş ", 30, "")));
	assert_int_equal(plan.encoding, ENCODING_GSM7_SHIFT);
	assert_int_equal(plan.n_parts, 1);
	assert_true(plan.udhi);
	u = udh_read(plan.parts[0].udh);
	assert_int_equal(u.tables.locking, 1);
	assert_true(gsm7_decode(&back, u.tables, span_skip(plan.parts[0].octets, plan.parts[0].udh.n), &report));
	assert_true(span_eq(buf_span(&back), buf_span(&text)));
	assert_true(text_plan_make(&plan, &c, span_str("ığş")));
	assert_int_equal(plan.encoding, ENCODING_UCS2);
	assert_true(text_plan_make(&plan, &c, span_str("plain")));
	assert_int_equal(plan.encoding, ENCODING_GSM7);
	buf_free(&text);
	buf_free(&back);
}

static void
data_coding_as_told(void **state)
{
	struct text_conf c = conf_of(ENCODING_GSM7, ENCODING_AUTO);

	(void)state;
	c.data_coding = 0x10;
	assert_true(text_plan_make(&plan, &c, span_str("flash @")));
	assert_int_equal(plan.encoding, ENCODING_GSM7);
	assert_int_equal(plan.data_coding, 0x10);
	c.data_coding = 0x18;
	assert_true(text_plan_make(&plan, &c, span_str("flash")));
	assert_int_equal(plan.encoding, ENCODING_UCS2);
	c.data_coding = 4;
	assert_false(text_plan_make(&plan, &c, span_str("flash")));
	assert_int_equal(plan.fault, TEXT_CONF);
	c.encoding = ENCODING_KSC5601;
	c.data_coding = 0;
	assert_true(text_plan_make(&plan, &c, span_str("가")));
	assert_int_equal(plan.data_coding, 0);
	c = conf_of(ENCODING_UNSET, ENCODING_BINARY);
	assert_true(text_plan_make(&plan, &c, span_of("\xff\x00\x80", 3)));
	assert_int_equal(plan.data_coding, 4);
	assert_true(span_eq(plan.parts[0].octets, span_of("\xff\x00\x80", 3)));
}

static void
ill_formed_text_is_refused_with_its_octet(void **state)
{
	struct text_conf c = text_conf_default();

	(void)state;
	assert_false(text_plan_make(&plan, &c, span_str("abc\xff")));
	assert_int_equal(plan.fault, TEXT_BAD_UTF8);
	assert_int_equal(plan.offset, 3);
	assert_string_equal(text_plan_error(&plan), "octet 4 of the text is no UTF-8");
	assert_true(text_plan_make(&plan, &c, span_str("")));
	assert_int_equal(plan.n_parts, 1);
	assert_int_equal(plan.parts[0].octets.n, 0);
	c.encoding = ENCODING_UCS2;
	assert_false(text_plan_make(&plan, &c, span_str("\xef\xbb\xbf" "a")));
	assert_string_equal(text_plan_error(&plan), "the text begins with a byte order mark");
}

/* Random text in which an encoding has something to do. */
static void
random_text(struct buf *text, uint32_t *random)
{
	static const char *const pieces[] = {
		"a", "Z", " ", "@", "{", "€", "é", "가", "힣", "똠", "😀", "👩‍👩‍👧", "🇰🇷",
		"\r\n", "\n", "ığ", "अ", "あ", "ｱ", "漢", "ж", "א", "\xcc\x81", "~", "\\",
		"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "Ω", "`", "’",
	};
	size_t n, bits, i;

	*random = *random * 1664525 + 1013904223;
	n = (*random >> 16) % 400;
	bits = *random >> 8;
	buf_clear(text);
	for (i = 0; i < n; i++) {
		*random = *random * 1664525 + 1013904223;
		buf_add_str(text, pieces[(*random >> 20 & bits) % (sizeof(pieces) / sizeof(pieces[0]))]);
	}
}

/* The limit of 3GPP, counted here once more, from the octets alone. */
static void
check_part(const struct text_plan *p, const struct text_part *part)
{
	size_t udh = part->udh.n, n = part->octets.n - udh, septets;

	if (p->coder.encoding == ENCODING_GSM7_PACKED) {
		assert_true(part->octets.n <= 140);
		return;
	}
	if (p->coder.septets) {
		septets = (140 - udh) * 8 / 7;
		assert_true(n <= septets);
		assert_true(part->units <= septets);
		assert_true(part->units >= n);
		return;
	}
	assert_true(part->octets.n <= 140);
	assert_int_equal(part->units, n / encoding_row(p->encoding)->unit);
}

static void
any_text_in_any_split_joins_back(void **state)
{
	struct text_conf c = text_conf_default();
	struct buf text = {0}, composed = {0}, septets = {0}, back = {0};
	struct charset_report report;
	struct span body;
	uint32_t random = 2026;
	size_t round, i, sent = 0;
	unsigned encoding;

	(void)state;
	for (round = 0; round < 3000; round++) {
		random_text(&text, &random);
		encoding = (unsigned)(ENCODING_DEFAULT + round % (ENCODING_BINARY - ENCODING_DEFAULT));
		c.encoding = (enum encoding)encoding;
		c.alphabet = round & 64 ? ENCODING_GSM7 : ENCODING_UNSET;
		c.split = (enum split)(round / 16 % 3);
		c.ports = c.split != SPLIT_SAR && round % 11 == 0;
		if (!text_plan_make(&plan, &c, buf_span(&text))) {
			assert_true(plan.fault == TEXT_NOT_ENCODABLE || plan.fault == TEXT_CONF);
			assert_true(strlen(text_plan_error(&plan)) > 0);
			continue;
		}
		sent++;
		buf_clear(&back);
		buf_clear(&composed);
		text_compose(&composed, buf_span(&text));
		for (i = 0; i < plan.n_parts; i++) {
			check_part(&plan, &plan.parts[i]);
			body = span_skip(plan.parts[i].octets, plan.parts[i].udh.n);
			if (plan.coder.encoding == ENCODING_GSM7_PACKED) {
				buf_clear(&septets);
				gsm7_unpack(&septets, body, plan.parts[i].udh.n);
				body = buf_span(&septets);
				assert_true(gsm7_decode(&back, (struct gsm7){0}, body, &report));
			} else if (plan.coder.encoding == ENCODING_GSM7_SHIFT)
				assert_true(gsm7_decode(&back, udh_read(plan.parts[i].udh).tables, body, &report));
			else
				assert_true(charset_decode(&back, plan.encoding, body, &report));
		}
		assert_true(span_eq(buf_span(&back), buf_span(&composed)));
	}
	assert_true(sent > 300);
	buf_free(&text);
	buf_free(&composed);
	buf_free(&septets);
	buf_free(&back);
}

static void
free_the_plan(void)
{
	text_plan_free(&plan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_have_the_lengths_of_the_specification),
		cmocka_unit_test(shift_tables_take_their_room),
		cmocka_unit_test(an_escape_pair_decides_between_one_part_and_two),
		cmocka_unit_test(no_part_ends_inside_a_grapheme_cluster),
		cmocka_unit_test(a_cluster_larger_than_a_part_is_broken_between_characters),
		cmocka_unit_test(an_unnamed_alphabet_sends_only_what_all_agree_on),
		cmocka_unit_test(the_first_rung_that_carries_the_text_is_taken),
		cmocka_unit_test(text_is_composed_first),
		cmocka_unit_test(translit_replaces_only_what_the_encoding_lacks),
		cmocka_unit_test(what_is_too_long_says_how_much),
		cmocka_unit_test(a_korean_text_keeps_to_the_octets_of_a_link),
		cmocka_unit_test(the_reference_is_written_into_every_part),
		cmocka_unit_test(shift_tables_are_taken_when_they_save_parts),
		cmocka_unit_test(data_coding_as_told),
		cmocka_unit_test(ill_formed_text_is_refused_with_its_octet),
		cmocka_unit_test(any_text_in_any_split_joins_back),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free_the_plan();
	return failed;
}
