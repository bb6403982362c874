/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "text/compose.h"
#include "text/join.h"
#include "text/plan.h"

static const struct join_conf usual = {.timeout_ms = 1000, .max_octets = 1 << 20};

static struct join_part
part_of(const char *from, uint16_t reference, uint8_t total, uint8_t sequence,
    const char *text)
{
	return (struct join_part){
		.from = span_str(from), .to = span_str("82"),
		.reference = reference, .total = total, .sequence = sequence,
		.data_coding = 1, .octets = span_str(text), .tag = sequence,
	};
}

static enum join_result
add(struct join *j, const char *from, uint16_t reference, uint8_t total,
    uint8_t sequence, const char *text, uint64_t now)
{
	struct join_part part = part_of(from, reference, total, sequence, text);

	return join_add(j, &part, now);
}

static void
expect(struct join *j, uint64_t now, enum join_end end, size_t present,
    const char *text)
{
	struct charset_report report;
	struct buf out = {0};
	struct joined m;

	assert_true(join_next(j, now, &m));
	assert_int_equal(m.end, end);
	assert_int_equal(m.present, present);
	assert_true(joined_text(&out, &m,
	    &(struct text_reading){.alphabet = ENCODING_ASCII}, &report));
	assert_string_equal(buf_cstr(&out), text);
	buf_free(&out);
}

static void
parts_join_in_any_order(void **state)
{
	struct join *j = join_new(&usual);
	struct joined m;

	(void)state;
	assert_int_equal(add(j, "1", 7, 3, 3, "three", 0), JOIN_KEPT);
	assert_int_equal(add(j, "1", 7, 3, 1, "one ", 5), JOIN_KEPT);
	assert_int_equal(add(j, "1", 7, 3, 1, "one ", 5), JOIN_DUPLICATE);
	assert_false(join_next(j, 5, &m));
	assert_int_equal(join_deadline(j), 1005);
	assert_int_equal(add(j, "1", 7, 3, 2, "two ", 6), JOIN_KEPT);
	expect(j, 6, JOIN_WHOLE, 3, "one two three");
	assert_false(join_next(j, 6, &m));
	assert_int_equal(join_deadline(j), UINT64_MAX);
	join_free(j);
}

static void
only_parts_of_the_same_message_join(void **state)
{
	struct join *j = join_new(&usual);
	struct join_part part = part_of("1", 7, 2, 2, "x");
	struct joined m;

	(void)state;
	add(j, "1", 7, 2, 1, "a", 0);
	add(j, "2", 7, 2, 2, "b", 0);
	add(j, "1", 8, 2, 2, "c", 0);
	add(j, "1", 7, 3, 2, "d", 0);
	part.kind = JOIN_SAR;
	join_add(j, &part, 0);
	part.kind = JOIN_UDH16;
	join_add(j, &part, 0);
	part.kind = JOIN_UDH8;
	part.to = span_str("83");
	join_add(j, &part, 0);
	assert_false(join_next(j, 0, &m));
	add(j, "1", 7, 2, 2, "z", 0);
	expect(j, 0, JOIN_WHOLE, 2, "az");
	join_free(j);
}

static void
what_does_not_come_in_time_is_given_out_as_far_as_it_came(void **state)
{
	struct join *j = join_new(&usual);
	struct joined m;

	(void)state;
	add(j, "1", 1, 3, 3, "c", 0);
	add(j, "2", 1, 2, 1, "other", 10);
	add(j, "1", 1, 3, 1, "a", 900);
	assert_int_equal(join_deadline(j), 1010);
	assert_false(join_next(j, 1009, &m));
	expect(j, 1010, JOIN_TIMEOUT, 1,
	    "other[part 2 of 2 is missing]");
	assert_false(join_next(j, 1899, &m));
	expect(j, 1900, JOIN_TIMEOUT, 2,
	    "a[part 2 of 3 is missing]c");
	assert_false(join_next(j, UINT64_MAX, &m));
	join_free(j);
}

static void
the_oldest_makes_room(void **state)
{
	struct join_conf conf = {.timeout_ms = 1000, .max_octets = 2000};
	struct join *j = join_new(&conf);
	struct joined m;
	uint16_t i;

	(void)state;
	for (i = 0; i < 100; i++)
		add(j, "1", i, 2, 1, "half", i);
	for (i = 0; join_next(j, 100, &m); i++) {
		assert_int_equal(m.end, JOIN_MEMORY);
		assert_int_equal(m.reference, i);
		assert_int_equal(m.pieces[0].tag, 1);
		assert_false(m.pieces[1].present);
	}
	assert_in_range(i, 90, 99);
	join_free(j);
}

static void
a_reference_in_use_again_ends_the_older_message(void **state)
{
	struct join *j = join_new(&usual);

	(void)state;
	add(j, "1", 1, 2, 1, "old", 0);
	assert_int_equal(add(j, "1", 1, 2, 1, "new ", 1), JOIN_KEPT);
	expect(j, 1, JOIN_REUSED, 1,
	    "old[part 2 of 2 is missing]");
	add(j, "1", 1, 2, 2, "text", 2);
	expect(j, 2, JOIN_WHOLE, 2, "new text");
	join_free(j);
}

/* An acknowledgement that was lost makes the SMSC send a part again. */
static void
late_repetition_is_known_and_makes_no_message(void **state)
{
	struct join *j = join_new(&usual);
	struct joined m;

	(void)state;
	add(j, "1", 1, 2, 1, "a", 0);
	add(j, "1", 1, 2, 2, "b", 0);
	expect(j, 0, JOIN_WHOLE, 2, "ab");
	assert_int_equal(add(j, "1", 1, 2, 2, "b", 900), JOIN_KEPT);
	assert_int_equal(add(j, "1", 1, 2, 2, "b", 901), JOIN_DUPLICATE);
	assert_false(join_next(j, 901, &m));
	assert_int_equal(join_deadline(j), 1900);
	assert_true(join_next(j, 1900, &m));
	assert_int_equal(m.end, JOIN_REPEATED);
	assert_int_equal(m.pieces[1].tag, 2);
	/* past the time-out nobody knows */
	add(j, "1", 1, 2, 2, "b", 2000);
	expect(j, 3000, JOIN_TIMEOUT, 1, "[part 1 of 2 is missing]b");
	/* one that was given up is known as well */
	add(j, "1", 1, 2, 2, "b", 3500);
	assert_true(join_next(j, 4500, &m));
	assert_int_equal(m.end, JOIN_REPEATED);
	join_free(j);
}

static void
same_message_sent_again_is_a_message(void **state)
{
	struct join *j = join_new(&usual);

	(void)state;
	for (uint64_t i = 0; i < 3; i++) {
		add(j, "1", 1, 2, 2, "b", i);
		add(j, "1", 1, 2, 1, "a", i);
		expect(j, i, JOIN_WHOLE, 2, "ab");
	}
	join_free(j);
}

/* A sender whose references are few. */
static void
reference_used_again_soon_is_another_message(void **state)
{
	struct join *j = join_new(&usual);

	(void)state;
	add(j, "1", 1, 2, 1, "a", 0);
	add(j, "1", 1, 2, 2, "b", 0);
	expect(j, 0, JOIN_WHOLE, 2, "ab");
	/* it begins as the other did, and is cut short */
	add(j, "1", 1, 3, 1, "a", 1);
	add(j, "1", 1, 2, 1, "a", 1);
	add(j, "1", 1, 2, 2, "c", 1);
	expect(j, 1, JOIN_WHOLE, 2, "ac");
	expect(j, 1001, JOIN_TIMEOUT, 1,
	    "a[parts 2 to 3 of 3 are missing]");
	add(j, "1", 1, 2, 1, "x", 1002);
	expect(j, 3000, JOIN_TIMEOUT, 1, "x[part 2 of 2 is missing]");
	join_free(j);
}

static void
what_an_earlier_join_gave_out_can_be_remembered(void **state)
{
	struct join_part a = part_of("1", 1, 2, 1, "a");
	struct join_part b = part_of("1", 1, 2, 2, "b");
	struct join_part old = part_of("2", 1, 2, 2, "b");
	struct join *j = join_new(&usual);
	struct joined m;

	(void)state;
	join_remember(j, &a, 300, 5000);
	join_remember(j, &b, 200, 5000);
	join_remember(j, &old, 1000, 5000);
	join_add(j, &b, 5100);
	join_add(j, &old, 5100);
	assert_true(join_next(j, 6100, &m));
	assert_int_equal(m.end, JOIN_REPEATED);
	expect(j, 6100, JOIN_TIMEOUT, 1, "[part 1 of 2 is missing]b");
	assert_false(join_next(j, 9999, &m));
	join_free(j);
}

/* What a message claims to have costs nothing until it comes. */
static void
claims_take_no_memory_from_others(void **state)
{
	struct join_conf conf = {.timeout_ms = 1000, .max_octets = 1 << 20};
	struct join *j = join_new(&conf);
	struct joined m;
	uint16_t i;

	(void)state;
	add(j, "victim", 1, 2, 1, "a", 0);
	for (i = 0; i < 3000; i++)
		add(j, "1", i, 255, 255, "", 1);
	assert_false(join_next(j, 1, &m));
	add(j, "victim", 1, 2, 2, "b", 2);
	expect(j, 2, JOIN_WHOLE, 2, "ab");
	join_free(j);
}

static void
what_came_out_makes_room_before_what_waits(void **state)
{
	struct join_conf conf = {.timeout_ms = 1000, .max_octets = 5000};
	struct join *j = join_new(&conf);
	struct joined m;
	uint16_t i;

	(void)state;
	add(j, "waits", 1, 2, 1, "a", 0);
	for (i = 0; i < 1000; i++) {
		add(j, "1", i, 2, 1, "x", i / 10);
		add(j, "1", i, 2, 2, "y", i / 10);
		assert_true(join_next(j, i / 10, &m));
		assert_int_equal(m.end, JOIN_WHOLE);
	}
	add(j, "waits", 1, 2, 2, "b", 100);
	expect(j, 100, JOIN_WHOLE, 2, "ab");
	join_free(j);
}

static void
impossible_parts_are_refused_and_the_rest_flushed(void **state)
{
	struct join *j = join_new(&usual);

	(void)state;
	assert_int_equal(add(j, "1", 1, 0, 0, "x", 0), JOIN_REFUSED);
	assert_int_equal(add(j, "1", 1, 2, 0, "x", 0), JOIN_REFUSED);
	assert_int_equal(add(j, "1", 1, 2, 3, "x", 0), JOIN_REFUSED);
	assert_int_equal(add(j, "1", 1, 1, 1, "alone", 0), JOIN_KEPT);
	expect(j, 0, JOIN_WHOLE, 1, "alone");
	add(j, "1", 1, 2, 2, "b", 0);
	add(j, "1", 2, 2, 2, "", 0);
	join_flush(j);
	expect(j, 0, JOIN_FLUSHED, 1,
	    "[part 1 of 2 is missing]b");
	join_free(j);
}

static void
characters_cut_in_two_are_whole_again(void **state)
{
	struct join_part a = part_of("1", 1, 3, 1, ""), b = a, c = a;
	struct join *j = join_new(&usual);
	struct charset_report report;
	struct buf out = {0};
	struct joined m;

	(void)state;
	a.data_coding = b.data_coding = 8;
	a.octets = span_of("\0a\xd8\x3d", 4);
	b.octets = span_of("\xde\x00\0b", 4);
	b.sequence = 2;
	c.sequence = 3;
	c.data_coding = 0;
	c.octets = span_of("\x00\x1b\x65", 3);
	join_add(j, &c, 0);
	join_add(j, &b, 0);
	join_add(j, &a, 0);
	assert_true(join_next(j, 0, &m));
	assert_true(joined_text(&out, &m,
	    &(struct text_reading){.alphabet = ENCODING_GSM7}, &report));
	assert_string_equal(buf_cstr(&out), "a😀b@€");
	buf_free(&out);
	join_free(j);
}

static void
user_data_is_read_with_its_header(void **state)
{
	struct join_part part = {0};
	struct span data = span_of("\x05\x00\x03\x09\x02\x01hi", 8);

	(void)state;
	assert_true(join_part_read(&part, data, true, false));
	assert_int_equal(part.total, 2);
	assert_int_equal(part.reference, 9);
	assert_true(span_is(part.octets, "hi"));
	assert_true(join_part_read(&part, data, false, false));
	assert_int_equal(part.total, 0);
	assert_int_equal(part.octets.n, 8);
	assert_true(join_part_read(&part, data, false, true));
	assert_int_equal(part.total, 2);
	assert_false(join_part_read(&part, span_of("\x50" "abc", 4), true, false));
	assert_int_equal(part.octets.n, 4);
	assert_int_equal(part.total, 0);
}

static uint32_t
next(uint32_t *random)
{
	return *random = *random * 1664525 + 1013904223;
}

/* Sends a plan's parts in some order, some of them twice. */
static void
scatter(struct join *j, const struct text_plan *p, uint32_t *random)
{
	struct join_part part = {.from = span_str("a"), .to = span_str("b")};
	uint8_t order[TEXT_PARTS_MAX], swap;
	size_t i, k;

	for (i = 0; i < p->n_parts; i++)
		order[i] = (uint8_t)i;
	for (i = p->n_parts; i > 1; i--) {
		k = (next(random) >> 8) % i;
		swap = order[i - 1];
		order[i - 1] = order[k];
		order[k] = swap;
	}
	part.data_coding = p->data_coding;
	for (i = 0; i < p->n_parts; i++) {
		k = order[i];
		assert_true(join_part_read(&part, p->parts[k].octets, p->udhi, false));
		if (p->split == SPLIT_SAR) {
			part.kind = JOIN_SAR;
			part.reference = p->reference;
			part.total = (uint8_t)p->n_parts;
			part.sequence = (uint8_t)(k + 1);
		}
		assert_int_equal(join_add(j, &part, 0), JOIN_KEPT);
		if (i + 1 < p->n_parts && next(random) >> 31)
			assert_int_equal(join_add(j, &part, 0), JOIN_DUPLICATE);
	}
}

static void
any_text_any_split_any_order_joins_back(void **state)
{
	static const char *const pieces[] = {
		"plain text ", "€{}", "안녕", "😀👩‍👩‍👧", "é@", "ığş", "e\xcc\xb1", "\r\n", "漢字",
	};
	static const enum encoding alphabets[] = {
		ENCODING_GSM7, ENCODING_ASCII, ENCODING_LATIN1, ENCODING_GSM7_PACKED,
	};
	struct text_conf c = text_conf_default();
	struct text_plan plan = {0};
	struct buf text = {0}, composed = {0}, back = {0};
	struct charset_report report;
	struct span bad;
	struct join *j = join_new(&usual);
	struct joined m;
	uint32_t random = 24;
	size_t round, n, which, long_ones = 0;

	(void)state;
	for (round = 0; round < 2000; round++) {
		buf_clear(&text);
		buf_clear(&composed);
		buf_clear(&back);
		which = 1 + (next(&random) >> 8) % 9;
		for (n = (next(&random) >> 8) % 120; n > 0; n--)
			buf_add_str(&text, pieces[(next(&random) >> 8) % which]);
		c.alphabet = alphabets[round % 4];
		c.split = (enum split)(round / 4 % 3);
		c.part_octets = round % 5 ? 0 : 80 + round % 60;
		assert_true(text_conf_ladder(&c, span_str(round & 64 ? "default,ucs2" : "default,ksc5601,gsm7-shift,ucs2"), &bad));
		if (c.alphabet == ENCODING_GSM7_PACKED || c.split == SPLIT_SAR)
			c.n_ladder = 0;
		assert_true(text_plan_make(&plan, &c, buf_span(&text)));
		text_plan_set_reference(&plan, (uint16_t)(random >> 16));
		if (plan.n_parts < 2)
			continue;
		long_ones++;
		scatter(j, &plan, &random);
		assert_true(join_next(j, 0, &m));
		assert_int_equal(m.end, JOIN_WHOLE);
		assert_true(joined_text(&back, &m,
		    &(struct text_reading){.alphabet = c.alphabet}, &report));
		text_compose(&composed, buf_span(&text));
		assert_true(span_eq(buf_span(&back), buf_span(&composed)));
		assert_false(join_next(j, 0, &m));
	}
	assert_true(long_ones > 1000);
	text_plan_free(&plan);
	buf_free(&text);
	buf_free(&composed);
	buf_free(&back);
	join_free(j);
}

/* Whatever arrives, every part kept comes out exactly once. */
static void
nothing_kept_is_lost_or_doubled(void **state)
{
	struct join_conf conf = {.timeout_ms = 50, .max_octets = 30000};
	struct join *j = join_new(&conf);
	struct join_part part;
	struct joined m;
	uint32_t random = 5;
	size_t i, k, in = 0, out = 0;
	uint64_t now = 0;
	uint8_t octets[4];

	(void)state;
	for (i = 0; i < 30000; i++) {
		next(&random);
		octets[0] = (uint8_t)(random >> 30);
		part = part_of(random & 0x1000000 ? "1" : "2", (uint16_t)(random >> 8 & 15),
		    (uint8_t)(random >> 12 & 7), (uint8_t)(random >> 16 & 7), "");
		part.octets = span_of(octets, 1);
		now += random >> 28 & 3;
		in += join_add(j, &part, now) == JOIN_KEPT;
		while (join_next(j, now, &m))
			out += m.present;
	}
	join_flush(j);
	while (join_next(j, now, &m))
		for (k = 0; k < m.total; k++)
			out += m.pieces[k].present;
	assert_int_equal(in, out);
	assert_true(in > 10000);
	join_free(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_join_in_any_order),
		cmocka_unit_test(only_parts_of_the_same_message_join),
		cmocka_unit_test(what_does_not_come_in_time_is_given_out_as_far_as_it_came),
		cmocka_unit_test(the_oldest_makes_room),
		cmocka_unit_test(a_reference_in_use_again_ends_the_older_message),
		cmocka_unit_test(late_repetition_is_known_and_makes_no_message),
		cmocka_unit_test(same_message_sent_again_is_a_message),
		cmocka_unit_test(reference_used_again_soon_is_another_message),
		cmocka_unit_test(what_an_earlier_join_gave_out_can_be_remembered),
		cmocka_unit_test(claims_take_no_memory_from_others),
		cmocka_unit_test(what_came_out_makes_room_before_what_waits),
		cmocka_unit_test(impossible_parts_are_refused_and_the_rest_flushed),
		cmocka_unit_test(characters_cut_in_two_are_whole_again),
		cmocka_unit_test(user_data_is_read_with_its_header),
		cmocka_unit_test(any_text_any_split_any_order_joins_back),
		cmocka_unit_test(nothing_kept_is_lost_or_doubled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
