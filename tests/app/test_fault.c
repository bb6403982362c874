/* SPDX-License-Identifier: ISC */
/* The grammar of faults, and when they apply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/fault.h"
#include "smpp/pdu.h"

static void
refused(const char *text, const char *why)
{
	struct faults faults;
	struct buf error = {0};

	faults_init(&faults, 1);
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

	faults_init(&faults, 1);
	if (!faults_add(&faults, span_str(text), &error))
		fail_msg("%s: %s", text, buf_cstr(&error));
	f = faults.fault[0];
	faults_free(&faults);
	return f;
}

/* Which of the first n occasions, a digit each: 1 more than the number of the
 * fault that applied, 0 for none. A second lies between two. */
static const char *
pattern(const char *const specs[], size_t n)
{
	static char digits[64];
	struct faults faults;
	struct buf error = {0};

	faults_init(&faults, 7);
	for (size_t i = 0; specs[i] != NULL; i++)
		assert_true(faults_add(&faults, span_str(specs[i]), &error));
	for (size_t i = 0; i < n; i++) {
		const struct fault *f = faults_next(&faults, FAULT_ON_SUBMIT,
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
	assert_int_equal(f.least, ESME_RTHROTTLED);
	assert_int_equal(f.on, FAULT_ON_SUBMIT);
	assert_int_equal(parsed("0x58").least, ESME_RTHROTTLED);
	assert_int_equal(parsed("0xDeadBeef").least, 0xdeadbeef);
	assert_int_equal(parsed("body=0x45").least, 0x45);
	assert_int_equal(parsed("body").least, ESME_RSYSERR);
	assert_int_equal(parsed("nack").least, ESME_RINVCMDID);
}

static void
arguments_are_read_by_their_kind(void **state)
{
	struct fault f = parsed(" late = 1..5s @ p = 0.25 , on = bind ");

	(void)state;
	assert_int_equal(f.kind, FAULT_LATE);
	assert_int_equal(f.least, 1000);
	assert_int_equal(f.most, 5000);
	assert_int_equal(f.share, FAULT_SHARES / 4);
	assert_int_equal(f.on, FAULT_ON_BIND);
	assert_int_equal(parsed("late=2s").most, 2000);
	assert_int_equal(parsed("stall=300ms").least, 300);
	assert_true(parsed("stall").least == UINT64_MAX);
	assert_int_equal(parsed("segment").least, 1);
	assert_int_equal(parsed("segment=7").least, 7);
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
	faults_init(&faults, 3);
	faults_add(&faults, span_str("silence@p=0.1"), &error);
	for (unsigned i = 0; i < 100000; i++)
		n += faults_next(&faults, FAULT_ON_SUBMIT, i) != NULL;
	assert_in_range(n, 9500, 10500);
	faults_free(&faults);
}

static void
a_scenario_has_a_fault_a_line(void **state)
{
	struct faults faults;
	struct buf error = {0};

	(void)state;
	faults_init(&faults, 1);
	assert_true(faults_add_lines(&faults, span_str("# a bad day\n\n"
	    "  silence@p=0.1\r\nclose@on=bind\n"), &error));
	assert_int_equal(faults.n, 2);
	assert_true(faults_any(&faults, FAULT_ON_BIND));
	assert_false(faults_any(&faults, FAULT_ON_RECEIPT));
	assert_false(faults_add_lines(&faults, span_str("\nwrong"), &error));
	assert_non_null(strstr(buf_cstr(&error), "line 2: \"wrong\": "));
	buf_free(&error);
	faults_free(&faults);
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
		cmocka_unit_test(a_scenario_has_a_fault_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
