/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "text/parts.h"
#include "text/utf8.h"

enum { ROUNDS = 20000 };

static uint32_t seed = 7;

static uint32_t
random_below(uint32_t n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

static void
each_octet_is_told_in_each_place(void **state)
{
	uint8_t text[19], septets[2];

	(void)state;
	for (size_t n = 1; n <= sizeof(text); n++)
		for (unsigned i = 0; i < 256 * n; i++) {
			unsigned octet = i % 256;
			bool same = octet >= 0x20 && octet < 0x7f &&
			    gsm7_encode_point((struct gsm7){0}, octet,
			    septets) == 1 && septets[0] == octet;

			memset(text, 'z', n);
			text[i / 256] = (uint8_t)octet;
			assert_int_equal(gsm7_is_same(span_of(text, n)), same);
		}
	assert_true(gsm7_is_same((struct span){0}));
}

/* Mostly plain, of a length about the limits. */
static void
random_text(struct buf *text)
{
	size_t n = random_below(2) ? random_below(200) : 138 + random_below(25);
	bool wild = random_below(3) == 0;

	buf_clear(text);
	while (n-- > 0)
		utf8_add(text, wild && random_below(60) == 0 ?
		    random_below(0x200) : 'A' + random_below(26));
}

static void
random_conf(struct text_conf *c)
{
	static const enum encoding alphabets[] = {ENCODING_UNSET,
	    ENCODING_ASCII, ENCODING_GSM7, ENCODING_GSM7_PACKED,
	    ENCODING_LATIN1};

	*c = text_conf_default();
	c->alphabet = alphabets[random_below(5)];
	c->encoding = random_below(2) ? ENCODING_AUTO :
	    (enum encoding)random_below(ENCODING_BINARY);
	if (random_below(4) == 0)
		c->ladder[c->n_ladder++] = (enum encoding)(ENCODING_DEFAULT +
		    random_below(ENCODING_BINARY - ENCODING_DEFAULT));
	if (random_below(8) == 0)
		c->data_coding = (int)random_below(9);
	if (random_below(4) == 0)
		c->part_octets = 1 + random_below(200);
	c->ports = random_below(8) == 0;
	c->split = (enum split)random_below(SPLITS);
}

/* The short way for plain text comes to the same as the long one. */
static void
plain_text_is_planned_like_any_other(void **state)
{
	struct text_plan a = {0}, b = {0};
	struct buf text = {0};
	struct text_conf c;
	size_t plain = 0;
	bool good;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		random_text(&text);
		random_conf(&c);
		if (utf8_ascii(buf_span(&text)) < text.len)
			continue;
		text_plan_free(&b);
		b.given = buf_span(&text);
		good = text_plan_choose(&b, &c, buf_span(&text));
		assert_int_equal(text_plan_make(&a, &c, buf_span(&text)), good);
		assert_int_equal(a.fault, b.fault);
		assert_int_equal(a.n_parts, b.n_parts);
		if (!good)
			continue;
		plain += a.parts[0].octets.p == text.p;
		assert_int_equal(a.encoding, b.encoding);
		assert_int_equal(a.data_coding, b.data_coding);
		assert_int_equal(a.udhi, b.udhi);
		assert_int_equal(a.split, b.split);
		assert_int_equal(a.units, b.units);
		assert_int_equal(a.rung, b.rung);
		assert_int_equal(a.coder.encoding, b.coder.encoding);
		assert_int_equal(a.coder.septets, b.coder.septets);
		assert_int_equal(a.outside_gsm, b.outside_gsm);
		assert_int_equal(a.n_notes, b.n_notes);
		assert_int_equal(a.alphabet_unset, b.alphabet_unset);
		for (size_t j = 0; j < a.n_parts; j++) {
			assert_true(span_eq(a.parts[j].octets,
			    b.parts[j].octets));
			assert_int_equal(a.parts[j].udh.n, b.parts[j].udh.n);
			assert_int_equal(a.parts[j].units, b.parts[j].units);
		}
	}
	assert_in_range(plain, ROUNDS / 10, ROUNDS);
	text_plan_free(&a);
	text_plan_free(&b);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_octet_is_told_in_each_place),
		cmocka_unit_test(plain_text_is_planned_like_any_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
