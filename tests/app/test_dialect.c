/* SPDX-License-Identifier: ISC */
/* Receipts in dialects and templates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/dialect.h"
#include "smpp/dlr.h"

static const char *
written(const char *dialect)
{
	static char text[DIALECT_MOST + 1];
	struct outcome o;
	struct dialect d;
	struct buf error = {0};
	struct wr w = wr_init(text, DIALECT_MOST);
	struct dialect_values v = {.number = 1795491234, .outcome = &o,
	    .err = span_str("011"), .submit_ms = INT64_C(1798761599123),
	    .done_ms = INT64_C(1798761600000),
	    .submit = span_str("2612312359"), .done = span_str("2701010000"),
	    .text = span_str("Your code is 483920. Thank you."),
	    .from = span_str("SUREM"), .to = span_str("821055551234")};

	assert_true(outcome_of(&o, span_str("UNDELIV")));
	if (!dialect_read(&d, span_str(dialect), &error))
		fail_msg("%s", buf_cstr(&error));
	dialect_write(&w, &d, &v);
	assert_int_equal(w.err, CURSOR_OK);
	text[w.len] = '\0';
	return text;
}

static void
named_dialects_are_written_as_they_are_met(void **state)
{
	(void)state;
	assert_string_equal(written("service"), "id:1795491234 sub:001 "
	    "dlvrd:000 submit date:2612312359 done date:2701010000 "
	    "stat:UNDELIV err:011");
	assert_string_equal(written("appendix-b"), "id:1795491234 sub:001 "
	    "dlvrd:000 submit date:2612312359 done date:2701010000 "
	    "stat:UNDELIV err:011 Text: Your code is 483920.");
	assert_string_equal(written("clickatell"),
	    "id:B77CCD5D74271737000000006B0505A2 sub:001 dlvrd:000 submit "
	    "date:261231235959 done date:270101000000 stat:UNDELIV err:011 "
	    "text:");
	assert_string_equal(written("csv"),
	    "05,2701010000,2612312359,001,821055551234,SUREM,1795491234");
	assert_string_equal(written("minimal"), "id:1795491234 stat:UNDELIV");
	assert_string_equal(written("tlv"), "");
}

static void
fields_have_forms(void **state)
{
	(void)state;
	assert_string_equal(written("{id:hex} {id:HEX} {id:zeros}"),
	    "6b0505a2 6B0505A2 00000000001795491234");
	assert_string_equal(written("{sub:1} {dlvrd:1} {err:4} {state:02}"),
	    "1 0 0001 05");
	assert_string_equal(written("{submit:14} {done:smpp} {done:iso}"),
	    "20261231235959 270101000000000+ 2027-01-01 00:00:00");
	assert_string_equal(written("{stat:full} {stat:mblox} {stat}"),
	    "UNDELIVERABLE FAILED UNDELIV");
	assert_string_equal(written("{text:4}|{from}>{to}"),
	    "Your|SUREM>821055551234");
}

/* Those with keys must come back as they were told. */
static void
receipts_are_read_again(void **state)
{
	static const char *const names[] = {"service", "text", "text-upper",
	    "appendix-b", "text-empty", "no-sub", "reordered", "spaces",
	    "err4", "seconds", "date14", "mixed-dates", "smpp-time",
	    "iso-dates", "dec-id", "in-log"};
	struct dlr d;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		dlr_parse(&d, span_str(written(names[i])));
		if (!span_is(d.f[DLR_id], "1795491234") ||
		    d.f[DLR_stat].n == 0 || d.f[DLR_err].n == 0 ||
		    d.f[DLR_done_date].n == 0)
			fail_msg("%s: %s", names[i], written(names[i]));
	}
}

static void
what_is_no_template_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"", "no dialect"},
		{"kannel", "appendix-b"},
		{"id:{id", "no }"},
		{"{name}", "{stat}"},
		{"{id:roman}", "no form"},
		{"{done:11}", "no form"},
		{"{err:0}", "no form"},
		{"{text:161}", "no form"},
		{"{from:1}", "no form"},
		{"{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}"
		    "{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}"
		    "{id}{id}{id}{id}{id}", "more parts"},
	};
	struct dialect d;
	struct buf error = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		buf_clear(&error);
		assert_false(dialect_read(&d, span_str(bad[i].text), &error));
		if (strstr(buf_cstr(&error), bad[i].why) == NULL)
			fail_msg("%s: %s", bad[i].text, buf_cstr(&error));
	}
	buf_free(&error);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_dialects_are_written_as_they_are_met),
		cmocka_unit_test(fields_have_forms),
		cmocka_unit_test(receipts_are_read_again),
		cmocka_unit_test(what_is_no_template_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
