/* SPDX-License-Identifier: ISC */
/* app/early: receipts are kept in order, by id and by link, up to a bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/early.h"

static int link_a, link_b;

static bool
keep_with(struct early *e, void *link, const char *id, uint64_t sent,
    size_t unanswered)
{
	struct pdu pdu = {.type = PDU_deliver_sm, .sequence_number = (uint32_t)sent,
	    .short_message = span_str(id)}, decoded;
	uint8_t octets[256];
	struct wr w = wr_init(octets, sizeof(octets));
	struct pdu_error error;

	assert_true(pdu_encode(&w, &pdu, &error));
	assert_true(pdu_decode(&decoded, span_of(octets, w.len), &error));
	return early_add(e, link, &decoded, span_str(id), sent, unanswered);
}

static bool
keep(struct early *e, void *link, const char *id, uint64_t sent)
{
	return keep_with(e, link, id, sent, 0);
}

static void
one_is_taken_by_its_id_or_its_link(void **state)
{
	struct early e = {0};
	struct span id = span_str("y");
	struct buf frame;
	struct pdu pdu;
	void *from;

	(void)state;
	assert_true(keep(&e, &link_a, "x", 1));
	assert_true(keep(&e, &link_b, "y", 2));
	assert_true(keep(&e, &link_a, "z", 3));
	assert_true(early_take(&e, &id, NULL, &pdu, &frame, &from));
	assert_ptr_equal(from, &link_b);
	assert_int_equal(pdu.sequence_number, 2);
	assert_true(span_is(pdu.short_message, "y"));
	buf_free(&frame);
	assert_false(early_take(&e, &id, NULL, &pdu, &frame, &from));
	assert_false(early_take(&e, NULL, &link_b, &pdu, &frame, &from));
	assert_int_equal(e.one[0].sent, 1);
	assert_true(early_take(&e, NULL, NULL, &pdu, &frame, &from));
	assert_int_equal(pdu.sequence_number, 1);
	buf_free(&frame);
	early_free(&e);
	assert_int_equal(e.n, 0);
}

static void
there_is_a_bound(void **state)
{
	struct early e = {0};

	(void)state;
	for (int i = 0; i < EARLY_MOST; i++)
		assert_true(keep(&e, &link_a, "x", 1));
	assert_false(keep(&e, &link_a, "x", 1));
	early_free(&e);
}

static void
take_first(struct early *e)
{
	struct buf frame;
	struct pdu pdu;
	void *from;

	assert_true(early_take(e, NULL, NULL, &pdu, &frame, &from));
	buf_free(&frame);
}

static void
one_is_vain_once_all_sent_before_it_is_answered(void **state)
{
	struct early e = {0};

	(void)state;
	for (int i = 0; i < 3; i++)
		early_sent(&e);
	assert_false(early_is_vain(&e));
	/* 1, 2 and 3 are under way, then 4, then 5 and 6 */
	assert_true(keep_with(&e, &link_a, "x", 3, 3));
	early_sent(&e);
	assert_true(keep_with(&e, &link_a, "y", 4, 4));
	assert_true(keep_with(&e, &link_a, "z", 4, 4));
	early_sent(&e);
	early_sent(&e);
	early_answered(&e, 6);
	early_answered(&e, 4);
	early_answered(&e, 2);
	early_answered(&e, 1);
	assert_false(early_is_vain(&e));
	early_answered(&e, 3);
	assert_true(early_is_vain(&e));
	take_first(&e);
	assert_true(early_is_vain(&e));
	take_first(&e);
	assert_true(early_is_vain(&e));
	take_first(&e);
	assert_false(early_is_vain(&e));
	early_free(&e);
}

static void
one_taken_out_leaves_the_next_to_wait_for_its_requests(void **state)
{
	struct early e = {0};

	(void)state;
	early_sent(&e);
	assert_true(keep_with(&e, &link_a, "x", 1, 1));
	early_sent(&e);
	assert_true(keep_with(&e, &link_a, "y", 2, 2));
	take_first(&e);
	early_answered(&e, 2);
	assert_false(early_is_vain(&e));
	early_answered(&e, 1);
	assert_true(early_is_vain(&e));
	early_free(&e);
}

/* Against counting afresh: requests and receipts come and go by chance. */
static void
what_is_vain_is_counted_right(void **state)
{
	bool open[400] = {0};
	uint64_t mark[EARLY_MOST] = {0};
	size_t first = 0, n = 0, sent = 0, unanswered = 0, at;
	struct early e = {0};
	uint32_t x = 1;
	bool vain;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		x = x * 1664525 + 1013904223;
		at = (x >> 8) % 400;
		if (x >> 30 == 0 && sent < 399) {
			open[++sent] = true;
			unanswered++;
			early_sent(&e);
		} else if (x >> 30 == 1 && n < EARLY_MOST - 1) {
			assert_true(keep_with(&e, &link_a, "x", sent,
			    unanswered));
			mark[n++] = sent;
		} else if (open[at]) {
			open[at] = false;
			unanswered--;
			early_answered(&e, at);
		}
		vain = first < n;
		for (size_t j = 1; vain && j <= mark[first]; j++)
			vain = !open[j];
		assert_int_equal(early_is_vain(&e), vain);
		if (vain) {
			take_first(&e);
			first++;
		}
	}
	assert_true(first > 100);
	early_free(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_taken_by_its_id_or_its_link),
		cmocka_unit_test(there_is_a_bound),
		cmocka_unit_test(one_is_vain_once_all_sent_before_it_is_answered),
		cmocka_unit_test(one_taken_out_leaves_the_next_to_wait_for_its_requests),
		cmocka_unit_test(what_is_vain_is_counted_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
