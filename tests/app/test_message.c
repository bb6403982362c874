/* SPDX-License-Identifier: ISC */
/* app/message: what becomes of a message, as its parts stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/message.h"

static enum outcome
outcome_of(bool failed, uint32_t n, const enum part_state *states)
{
	struct messages all = {0};
	struct row row = {.ref = span_str("r"), .to = span_str("1"), .line = 1};
	struct message *m = message_begin(&all, &row, false);
	enum outcome outcome;

	message_parts(m, n);
	m->failed = failed;
	for (uint32_t i = 0; i < n; i++)
		m->part[i].state = states[i];
	outcome = message_outcome(m);
	messages_free(&all);
	return outcome;
}

#define OUTCOME(failed, n, ...) \
	outcome_of(failed, n, (const enum part_state[]){__VA_ARGS__})

static void
the_parts_decide_the_outcome(void **state)
{
	(void)state;
	assert_int_equal(OUTCOME(false, 2, PART_OK, PART_OK), OUTCOME_OK);
	assert_int_equal(OUTCOME(false, 2, PART_OK, PART_REFUSED), OUTCOME_PARTIAL);
	assert_int_equal(OUTCOME(false, 2, PART_OK, PART_NEW), OUTCOME_PARTIAL);
	assert_int_equal(OUTCOME(false, 2, PART_REFUSED, PART_NEW), OUTCOME_FAILED);
	assert_int_equal(OUTCOME(false, 2, PART_NEW, PART_NEW), OUTCOME_UNSENT);
	assert_int_equal(OUTCOME(true, 1, PART_NEW), OUTCOME_FAILED);
}

static void
one_part_unknown_makes_all_unknown(void **state)
{
	(void)state;
	assert_int_equal(OUTCOME(false, 2, PART_OK, PART_UNKNOWN), OUTCOME_UNKNOWN);
	assert_int_equal(OUTCOME(false, 2, PART_REFUSED, PART_UNKNOWN), OUTCOME_UNKNOWN);
	assert_int_equal(OUTCOME(false, 2, PART_FLYING, PART_NEW), OUTCOME_UNKNOWN);
}

static void
those_that_wait_leave_in_any_order(void **state)
{
	struct messages all = {0};
	struct row row = {.ref = span_str("r"), .line = 1};
	struct message *m[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		m[i] = message_begin(&all, &row, false);
		message_wait(&all, m[i]);
	}
	assert_int_equal(all.n_waiting, 3);
	message_wait_end(&all, m[1]);
	message_wait_end(&all, m[1]);
	assert_ptr_equal(all.waiting, m[0]);
	message_wait_end(&all, m[0]);
	assert_ptr_equal(all.waiting, m[2]);
	message_wait_end(&all, m[2]);
	assert_null(all.waiting);
	assert_int_equal(all.n_waiting, 0);
	messages_free(&all);
}

static void
a_place_is_kept_while_an_answer_may_come(void **state)
{
	struct messages all = {0};
	struct row row = {.ref = span_str("r"), .line = 1};
	struct message *m = message_begin(&all, &row, false), *next;

	(void)state;
	m->told = true;
	m->owed = 1;
	message_release(&all, m);
	next = message_begin(&all, &row, false);
	assert_ptr_not_equal(next, m);
	m->owed = 0;
	message_release(&all, m);
	message_release(&all, m);
	assert_ptr_equal(message_begin(&all, &row, false), m);
	assert_ptr_not_equal(message_begin(&all, &row, false), m);
	messages_free(&all);
}

/* The row of one accepted part, with these octets in it. */
static void
print_one(struct buf *out, const char *columns, const struct row *row,
    struct span id)
{
	struct messages all = {0};
	struct message *m = message_begin(&all, row, false);
	struct record_format format;
	struct span bad;

	assert_true(record_format_init(&format, &schema_result, false, columns,
	    &bad));
	message_parts(m, 1);
	m->part[0].state = PART_OK;
	m->part[0].id = message_keep(m, id);
	message_print(&all, m, out, &format, message_outcome(m));
	messages_free(&all);
}

static void
a_usual_row_is_what_its_columns_by_name_are(void **state)
{
	const struct span some[] = {{0}, span_str("1"), span_str("+821055551234"),
	    span_str("a\tb\\c"), span_str("\xef\xbb\xbf" "BOM"),
	    span_str("0123456789abcdef0123456789abcdef0123456789abcdef"),
	    span_of("\x00\x01\x7f\xff", 4), span_str("\\N")};
	enum { N = sizeof(some) / sizeof(some[0]) };
	struct buf usual = {0}, named = {0};

	(void)state;
	for (int i = 0; i < N * N * N; i++) {
		struct row row = {.ref = some[i % N], .to = some[i / N % N]};

		buf_clear(&usual);
		buf_clear(&named);
		print_one(&usual, NULL, &row, some[i / N / N]);
		print_one(&named, "ref,status,message_id,to,parts,error", &row,
		    some[i / N / N]);
		assert_true(span_eq(buf_span(&usual), buf_span(&named)));
	}
	buf_free(&usual);
	buf_free(&named);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parts_decide_the_outcome),
		cmocka_unit_test(one_part_unknown_makes_all_unknown),
		cmocka_unit_test(those_that_wait_leave_in_any_order),
		cmocka_unit_test(a_place_is_kept_while_an_answer_may_come),
		cmocka_unit_test(a_usual_row_is_what_its_columns_by_name_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
