/* SPDX-License-Identifier: ISC */
/* The grammar of faults, and when they apply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/fault.h"
#include "app/id_form.h"
#include "smpp/pdu.h"

static void
refused(const char *text, const char *why)
{
	struct faults faults;
	struct buf error = {0};

	faults_init(&faults, 1, 0);
	assert_false(faults_add(&faults, span_str(text), &error));
	assert_int_equal(faults.n, 0);
	if (strstr(buf_cstr(&error), why) == NULL)
		fail_msg("%s: %s", text, buf_cstr(&error));
	buf_free(&error);
	faults_free(&faults);
}

static struct fault
parsed(const char *text)
{
	struct faults faults;
	struct buf error = {0};
	struct fault f;

	faults_init(&faults, 1, 0);
	if (!faults_add(&faults, span_str(text), &error))
		fail_msg("%s: %s", text, buf_cstr(&error));
	f = faults.fault[0];
	assert_int_equal(faults.on, f.on);
	faults_free(&faults);
	return f;
}

/* What goes wrong with the answer to a request of nobody in particular. */
static const struct fault *
next(struct faults *faults, uint64_t on, uint64_t now)
{
	struct fault_set set = {{NULL}};
	struct fault_whom whom = {{NULL, 0}, {NULL, 0}, {NULL, 0}};

	faults_next(faults, on, &whom, now, &set);
	return set.of[FAULT_GROUP_ANSWER];
}

/* Which of the first n occasions, a digit each: 1 more than the number of the
 * fault that applied, 0 for none. A second lies between two. */
static const char *
pattern(const char *const specs[], size_t n)
{
	static char digits[64];
	struct faults faults;
	struct buf error = {0};

	faults_init(&faults, 7, 0);
	for (size_t i = 0; specs[i] != NULL; i++)
		assert_true(faults_add(&faults, span_str(specs[i]), &error));
	for (size_t i = 0; i < n; i++) {
		const struct fault *f = next(&faults, FAULT_ON(submit_sm),
		    5000 + i * 1000);

		digits[i] = f ? (char)('1' + (f - faults.fault)) : '0';
	}
	digits[n] = '\0';
	faults_free(&faults);
	return digits;
}

#define PATTERN(n, ...) pattern((const char *const[]){__VA_ARGS__, NULL}, n)

static void
a_status_by_name_or_number_refuses(void **state)
{
	struct fault f = parsed("ESME_RTHROTTLED");

	(void)state;
	assert_int_equal(f.kind, FAULT_STATUS);
	assert_int_equal(f.mix[0].status, ESME_RTHROTTLED);
	assert_int_equal(f.on, FAULT_ON(submit_sm) | FAULT_ON(submit_multi) |
	    FAULT_ON(data_sm) | FAULT_ON(broadcast_sm));
	assert_int_equal(parsed("0x58").mix[0].status, ESME_RTHROTTLED);
	assert_int_equal(parsed("status=0x58").mix[0].status, ESME_RTHROTTLED);
	assert_int_equal(parsed("throttle").mix[0].status, ESME_RTHROTTLED);
	assert_int_equal(parsed("queue-full").mix[0].status, ESME_RMSGQFUL);
	assert_int_equal(parsed("0xDeadBeef").mix[0].status, 0xdeadbeef);
	assert_int_equal(parsed("body=0x45").mix[0].status, 0x45);
	assert_int_equal(parsed("body").mix[0].status, ESME_RSYSERR);
	assert_int_equal(parsed("nack").mix[0].status, ESME_RINVCMDID);
}

static void
arguments_are_read_by_their_kind(void **state)
{
	struct fault f = parsed(" late = 1..5s @ p = 0.25 , on = bind ");

	(void)state;
	assert_int_equal(f.kind, FAULT_LATE);
	assert_int_equal(f.delay.first, 1000);
	assert_int_equal(f.delay.second, 5000);
	assert_int_equal(f.share, FAULT_SHARES / 4);
	assert_int_equal(f.on, FAULT_ON(bind_transmitter) |
	    FAULT_ON(bind_receiver) | FAULT_ON(bind_transceiver));
	assert_int_equal(parsed("late=2s").delay.second, 2000);
	assert_int_equal(parsed("delay=exp:2s").delay.shape, DELAY_EXP);
	assert_int_equal(parsed("stall=300ms").n, 300);
	assert_true(parsed("stall").n == UINT64_MAX);
	assert_int_equal(parsed("segment").n, 1);
	assert_int_equal(parsed("segment=7").n, 7);
	assert_int_equal(parsed("nul").n, 1);
	assert_int_equal(parsed("id=uuid").n, ID_UUID);
	assert_int_equal(parsed("text-id=HEX").on, FAULT_ON_RECEIPT);
	assert_int_equal(parsed("linger=1m").n, 60000);
	assert_string_equal(parsed("err=0x1F").err, "0x1F");
	assert_int_equal(parsed("gather=1s@on=receipt").on, FAULT_ON_RECEIPT);
	assert_int_equal(parsed("silence@p=1").share, FAULT_SHARES);
	assert_int_equal(parsed("silence@p=0.000000001").share, 1);
}

static void
what_is_no_fault_is_refused_by_name(void **state)
{
	(void)state;
	refused("", "no fault");
	refused("ESME_ROK", "no fault");
	refused("0x0", "no fault");
	refused("0x123456789", "no fault");
	refused("nonsense", "silence");
	refused("late", "needs an argument");
	refused("late=5s..1s", "MIN..MAX");
	refused("late=soon", "MIN..MAX");
	refused("silence=1", "no argument");
	refused("ESME_RSYSERR=1", "no argument");
	refused("status", "needs an argument");
	refused("status=0x08|", "status");
	refused("status=0x08*0", "status");
	refused("0x1|0x2|0x3|0x4|0x5|0x6|0x7|0x8|0x9", "no fault");
	refused("nul=4", "1, 2 or 3");
	refused("id=roman", "uuid");
	refused("stat=LOST", "a state");
	refused("err=123456789", "1 to 8");
	refused("silence@to=", "address");
	refused("silence@on=deliver_sm", "enquire_link");
	refused("body=1", "status");
	refused("segment=0", "octets");
	refused("segment=65537", "octets");
	refused("gather=0", "TIME");
	refused("silence@", "on=");
	refused("silence@every=10,", "on=");
	refused("silence@every", "whole number");
	refused("silence@every=0", "whole number");
	refused("silence@every=99999999999999999999999", "whole number");
	refused("silence@count=-1", "whole number");
	refused("silence@p=0", "probability");
	refused("silence@p=1.1", "probability");
	refused("silence@p=2", "probability");
	refused("silence@p=.", "probability");
	refused("silence@p=0.x", "probability");
	refused("silence@for=0", "TIME");
	refused("silence@on=payday", "enquire_link");
	refused("early@on=bind", "no such occasion");
	refused("ESME_RSYSERR@on=receipt", "no such occasion");
	refused("silence@often=1", "on=");
}

static void
conditions_hold_together(void **state)
{
	(void)state;
	assert_string_equal(PATTERN(6, "silence"), "111111");
	assert_string_equal(PATTERN(9, "silence@every=3"), "001001001");
	assert_string_equal(PATTERN(6, "silence@after=4"), "000011");
	assert_string_equal(PATTERN(6, "silence@count=2"), "110000");
	assert_string_equal(PATTERN(8, "silence@after=2,every=2"), "00010101");
	assert_string_equal(PATTERN(9, "silence@every=2,after=1,count=2"),
	    "001010000");
	assert_string_equal(PATTERN(6, "silence@for=2s"), "110000");
	assert_string_equal(PATTERN(6, "silence@after=3,for=2s"), "000110");
	assert_string_equal(PATTERN(3, "silence@on=bind"), "000");
}

static void
the_first_that_applies_wins_and_all_count(void **state)
{
	(void)state;
	assert_string_equal(PATTERN(6, "silence@every=2", "double@every=3"),
	    "012101");
	assert_string_equal(PATTERN(6, "silence@count=1", "double@count=2"),
	    "122000");
}

static void
equal_seeds_throw_equal_dice(void **state)
{
	char one[64];

	(void)state;
	strcpy(one, PATTERN(60, "silence@p=0.5"));
	assert_string_equal(one, PATTERN(60, "silence@p=0.5"));
	assert_non_null(strchr(one, '0'));
	assert_non_null(strchr(one, '1'));
	/* what another fault does changes nothing */
	for (size_t i = 0; i < 60; i++)
		if (one[i] == '1')
			one[i] = '2';
	assert_string_equal(one, PATTERN(60, "double@after=100",
	    "silence@p=0.5"));
}

static void
a_probability_is_kept_in_the_long_run(void **state)
{
	struct faults faults;
	struct buf error = {0};
	unsigned n = 0;

	(void)state;
	faults_init(&faults, 3, 0);
	faults_add(&faults, span_str("silence@p=0.1"), &error);
	for (unsigned i = 0; i < 100000; i++)
		n += next(&faults, FAULT_ON(submit_sm), i) != NULL;
	assert_in_range(n, 9500, 10500);
	faults_free(&faults);
}

static void
several_statuses_come_by_their_weights(void **state)
{
	struct faults faults;
	struct buf error = {0};
	unsigned throttled = 0, full = 0;

	(void)state;
	faults_init(&faults, 3, 0);
	assert_true(faults_add(&faults, span_str("0x58*3|ESME_RMSGQFUL"),
	    &error));
	for (unsigned i = 0; i < 10000; i++) {
		const struct fault *f = next(&faults, FAULT_ON(data_sm), i);
		uint32_t status = fault_status(f, &faults.dice);

		throttled += status == ESME_RTHROTTLED;
		full += status == ESME_RMSGQFUL;
	}
	assert_int_equal(throttled + full, 10000);
	assert_in_range(throttled, 7300, 7700);
	faults_free(&faults);
}

static void
one_of_each_group_applies(void **state)
{
	struct faults faults;
	struct buf error = {0};
	struct fault_set set = {{NULL}};
	struct fault_whom whom = {{NULL, 0}, {NULL, 0}, {NULL, 0}};

	(void)state;
	faults_init(&faults, 3, 0);
	assert_true(faults_add_lines(&faults, span_str("id=hex\n0x58\n"
	    "silence\nlate=1s\nunbind\nsegment\nid=dec"), &error));
	faults_next(&faults, FAULT_ON(submit_sm), &whom, 0, &set);
	assert_ptr_equal(fault_in(&set, FAULT_ID), &faults.fault[0]);
	assert_ptr_equal(fault_in(&set, FAULT_STATUS), &faults.fault[1]);
	assert_null(fault_in(&set, FAULT_SILENCE));
	assert_ptr_equal(fault_in(&set, FAULT_LATE), &faults.fault[3]);
	assert_ptr_equal(fault_in(&set, FAULT_UNBIND), &faults.fault[4]);
	assert_ptr_equal(fault_in(&set, FAULT_SEGMENT), &faults.fault[5]);
	faults_free(&faults);
}

static void
whom_it_is_about_is_a_condition(void **state)
{
	static const struct {
		const char *account, *from, *to;
		bool meant;
	} cases[] = {
		{"me", "SUREM", "821012345678", true},
		{"me", "SUREM", "8210", true},
		{"me", "SUREM", "82", false},
		{"me", "OTHER", "821012345678", false},
		{"you", "SUREM", "821012345678", false},
	};
	struct faults faults;
	struct buf error = {0};

	(void)state;
	faults_init(&faults, 3, 0);
	assert_true(faults_add(&faults, span_str("silence@account=me,"
	    "from=SUREM,to=8210*"), &error));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fault_set set = {{NULL}};
		struct fault_whom whom = {span_str(cases[i].account),
		    span_str(cases[i].from), span_str(cases[i].to)};

		faults_next(&faults, FAULT_ON(submit_sm), &whom, 0, &set);
		assert_int_equal(set.of[FAULT_GROUP_ANSWER] != NULL,
		    cases[i].meant);
	}
	assert_int_equal(faults.fault[0].seen, 2);
	faults_free(&faults);
}

static void
a_scenario_has_a_fault_a_line(void **state)
{
	struct faults faults;
	struct buf error = {0};

	(void)state;
	faults_init(&faults, 1, 0);
	assert_true(faults_add_lines(&faults, span_str("# a bad day\n\n"
	    "  silence@p=0.1\r\nclose@on=bind\n"), &error));
	assert_int_equal(faults.n, 2);
	assert_true((faults.on & FAULT_ON(bind_receiver)) != 0);
	assert_false((faults.on & FAULT_ON_RECEIPT) != 0);
	assert_false(faults_add_lines(&faults, span_str("\nwrong"), &error));
	assert_non_null(strstr(buf_cstr(&error), "line 2: \"wrong\": "));
	buf_free(&error);
	faults_free(&faults);
}

static enum faults_text
of_text(const char *text, size_t *n, struct buf *error)
{
	struct faults faults;
	enum faults_text result;

	buf_clear(error);
	faults_init(&faults, 1, 0);
	result = faults_of_text(&faults, span_str(text), error);
	*n = faults.n;
	faults_free(&faults);
	return result;
}

static void
a_message_tells_faults_of_its_own(void **state)
{
	static const struct {
		const char *text;
		enum faults_text result;
		size_t n;
	} cases[] = {
		{"{sim status=0x58 delay=2s}", FAULTS_SOME, 2},
		{"hi {sim 0x58}", FAULTS_SOME, 1},
		{"{sim  double@on=receipt  late=1..2s } and more", FAULTS_SOME, 2},
		{"{sim }", FAULTS_NONE, 0},
		{"{sim", FAULTS_NONE, 0},
		{"{sim silence", FAULTS_NONE, 0},
		{"{simple}", FAULTS_NONE, 0},
		{"", FAULTS_NONE, 0},
		{"{sim nonsense}", FAULTS_BAD, 0},
		{"{sim silence@p=0.5}", FAULTS_BAD, 0},
		{"{sim silence@on=bind,p=0.5}", FAULTS_BAD, 0},
	};
	struct buf error = {0};
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(of_text(cases[i].text, &n, &error),
		    cases[i].result);
		assert_int_equal(n, cases[i].n);
		assert_int_equal(error.len > 0, cases[i].result == FAULTS_BAD);
	}
	buf_free(&error);
}

static void
every_row_is_listed(void **state)
{
	struct buf list = {0};

	(void)state;
	faults_list(&list);
	for (int i = 0; i < FAULTS; i++) {
		char line[64];

		snprintf(line, sizeof(line), "fault\t%s",
		    fault_row((enum fault_kind)i)->name);
		assert_non_null(strstr(buf_cstr(&list), line));
	}
	buf_free(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_by_name_or_number_refuses),
		cmocka_unit_test(arguments_are_read_by_their_kind),
		cmocka_unit_test(what_is_no_fault_is_refused_by_name),
		cmocka_unit_test(conditions_hold_together),
		cmocka_unit_test(the_first_that_applies_wins_and_all_count),
		cmocka_unit_test(equal_seeds_throw_equal_dice),
		cmocka_unit_test(a_probability_is_kept_in_the_long_run),
		cmocka_unit_test(several_statuses_come_by_their_weights),
		cmocka_unit_test(one_of_each_group_applies),
		cmocka_unit_test(whom_it_is_about_is_a_condition),
		cmocka_unit_test(a_scenario_has_a_fault_a_line),
		cmocka_unit_test(a_message_tells_faults_of_its_own),
		cmocka_unit_test(every_row_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
