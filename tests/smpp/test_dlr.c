/* SPDX-License-Identifier: ISC */
/* smpp/dlr: every receipt of tests/data/smpp/dlr-samples.tsv, its pieces,
 * and octets that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/hex.h"
#include "smpp/dlr.h"

/* Octets of a cell: \xHH and \\ are escapes. */
static void
unescape(struct buf *b, const char *cell)
{
	buf_clear(b);
	for (; *cell != '\0'; cell++) {
		if (cell[0] == '\\' && cell[1] == 'x') {
			buf_add_byte(b, (uint8_t)(hex_digit(cell[2]) << 4 |
			    hex_digit(cell[3])));
			cell += 3;
		} else {
			cell += cell[0] == '\\';
			buf_add_byte(b, (uint8_t)*cell);
		}
	}
}

static void
same(const char *number, int field, struct span got, const char *cell)
{
	struct buf want = {0};

	if (strcmp(cell, "\\N") == 0) {
		if (got.p != NULL)
			fail_msg("row %s: %s is \"%.*s\", not absent", number,
			    dlr_field_name((enum dlr_field)field), (int)got.n,
			    (const char *)got.p);
		return;
	}
	unescape(&want, cell);
	if (got.p == NULL || !span_eq(got, buf_span(&want)))
		fail_msg("row %s: %s is \"%.*s\", not \"%s\"", number,
		    dlr_field_name((enum dlr_field)field), (int)got.n,
		    got.p == NULL ? "" : (const char *)got.p, cell);
	buf_free(&want);
}

static void
every_sample_parses_as_its_columns_say(void **state)
{
	const char *root = getenv("ROOT");
	char path[4096], *line = NULL, *cell[16], *p;
	size_t size = 0, rows = 0;
	ssize_t n;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/data/smpp/dlr-samples.tsv",
	    root == NULL ? "." : root);
	f = fopen(path, "r");
	assert_non_null(f);
	while ((n = getline(&line, &size, f)) > 0) {
		struct buf raw = {0};
		struct dlr d;
		int i;

		line[n - 1] = '\0';
		for (i = 0, p = line; i < 16; i++)
			cell[i] = strsep(&p, "\t");
		assert_non_null(cell[15]);
		if (rows++ == 0)
			continue;
		unescape(&raw, cell[1]);
		dlr_parse(&d, buf_span(&raw));
		for (i = 0; i < DLR_FIELDS; i++)
			same(cell[0], i, d.f[i], cell[2 + i]);
		buf_free(&raw);
	}
	assert_int_equal(rows, 92);
	free(line);
	fclose(f);
}

#define F(d, name) (d).f[DLR_##name]

static struct dlr
parsed(const char *text, unsigned fields)
{
	struct dlr d;

	assert_int_equal(dlr_parse(&d, span_str(text)), fields);
	return d;
}

static void
is(struct span got, const char *want)
{
	if (got.p == NULL || !span_is(got, want))
		fail_msg("got \"%.*s\", want \"%s\"", (int)got.n,
		    got.p == NULL ? "" : (const char *)got.p, want);
}

static void
the_service_form_is_read(void **state)
{
	struct dlr d = parsed("id:42 sub:001 dlvrd:001 "
	    "submit date:2611240316 done date:2611240317 stat:REJECTED err:007",
	    7);

	(void)state;
	is(F(d, id), "42");
	is(F(d, done_date), "2611240317");
	is(F(d, stat), "REJECTED");
	is(F(d, err), "007");
	assert_null(F(d, text).p);
	assert_string_equal(dlr_stat(F(d, stat))->usual, "REJECTD");
	assert_true(dlr_is_receipt(&d));
}

static void
blanks_stand_around_colons_and_within_keys(void **state)
{
	struct dlr d = parsed("ID : 5 Submit  Date : 2611240316\tDoneDate:1 "
	    "SUBMIT_DATE:9 err: 0 stat:\nDELIVRD", 5);

	(void)state;
	is(F(d, id), "5");
	is(F(d, submit_date), "2611240316");
	is(F(d, done_date), "1");
	is(F(d, err), "0");
	is(F(d, stat), "DELIVRD");
}

static void
text_before_the_id_ends_at_the_next_key(void **state)
{
	struct dlr d = parsed("message text:f00d sub:001 done date: "
	    "stat:ACCEPTD err:000", 5);

	(void)state;
	is(F(d, text), "f00d");
	is(F(d, done_date), "");
	is(F(d, stat), "ACCEPTD");
	assert_null(F(d, id).p);
}

static void
text_keeps_all_keys_when_nothing_is_missing_behind_it(void **state)
{
	struct dlr d = parsed("stat:DELIVRD text:my err:5 and sub:1 ", 2);

	(void)state;
	is(F(d, text), "my err:5 and sub:1 ");
	d = parsed("stat:DELIVRD text:call id:7", 3);
	is(F(d, text), "call");
	is(F(d, id), "7");
}

static void
separators_of_log_lines_are_no_part_of_a_value(void **state)
{
	struct dlr d = parsed("[content:'id:5,stat:DELIVRD;err:000'] done", 3);

	(void)state;
	is(F(d, id), "5");
	is(F(d, stat), "DELIVRD");
	is(F(d, err), "000");
	assert_null(F(d, text).p);
	d = parsed("[sub/dlvrd messages:000/000] [err:000] [id:x]", 2);
	is(F(d, err), "000");
	is(F(d, id), "x");
}

static void
what_a_log_says_before_the_receipt_is_none_of_it(void **state)
{
	struct dlr d = parsed("level:info err:none here, id:7 got a receipt "
	    "text:id:0123 sub:001 dlvrd:001 submit date:2611240316 "
	    "done date:2611240317 stat:DELIVRD err:000 text:my err:5 text:x",
	    8);

	(void)state;
	is(F(d, id), "0123");
	is(F(d, err), "000");
	is(F(d, text), "my err:5 text:x");
	/* but what nothing replaces stays, and words behind the id change none */
	d = parsed("err:5 so far id:7 is stat:DELIVRD", 3);
	is(F(d, id), "7");
	is(F(d, err), "5");
	d = parsed("id:7 err:5 so far stat:DELIVRD err:6 id:8", 3);
	is(F(d, id), "7");
	is(F(d, err), "5");
}

static void
line_with_little_of_a_receipt_is_one_or_not(void **state)
{
	static const struct {
		const char *line;
		bool receipt;
	} want[] = {
		{"stat:DELIVRD", true}, {"stat:WEIRD", false},
		{"stat: 5 files", false}, {"id:5 stat:WEIRD", true},
		{"submit date:110206193041", true}, {"done: yes", false},
		{"the id:5 err:", false}, {"id:5 err:1", true}, {"id:9", true},
		{"xid:7 x:y  id:9 ", true}, {"user id:9 logged in", false},
		{"submit_sm_resp id:0a1b2c", false}, {"id:", false},
		{"text:hello", false}, {"err:7", false}, {"", false},
	};
	struct dlr d;

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		dlr_parse(&d, span_str(want[i].line));
		if (dlr_is_in_line(&d, span_str(want[i].line)) !=
		    want[i].receipt)
			fail_msg("\"%s\"", want[i].line);
	}
}

/* A megabyte of what could be looked at again and again. */
static void
time_grows_with_the_length_alone(void **state)
{
	static const char *const piece[] = {"text:", "text:x ", "id:", "id:1 a ",
	    "date ", "submit date", "    ", ":", "a:", "sm_status:",
	    "text:a id:1 ", "stat:x y ", ",", "0123456789,"};
	size_t n = 1 << 20;
	char *text = malloc(n);
	struct dlr d;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(piece) / sizeof(*piece); i++) {
		size_t m = strlen(piece[i]);

		for (size_t at = 0; at < n; at++)
			text[at] = piece[i][at % m];
		text[n - 1] = ':';
		dlr_parse(&d, span_of(text, n));
		dlr_is_in_line(&d, span_of(text, n));
	}
	free(text);
}

static void
nul_octets_at_the_end_are_none_of_the_text(void **state)
{
	struct dlr d;

	(void)state;
	dlr_parse(&d, span_of("id:1 stat:DELIVRD text:a\0\0", 26));
	is(F(d, text), "a");
	dlr_parse(&d, span_of("id:1 stat:DELIVRD\0\0", 19));
	is(F(d, stat), "DELIVRD");
}

static void
what_is_no_receipt_has_no_fields(void **state)
{
	static const char *const texts[] = {"", ":", "::::", "hello", "id",
	    "myid:7", "my_id:7", "1id:7", "update:5", "date:5", "submit dat:4",
	    "01,0210021543,0210021500,30,447887123456,1011020000099",
	    "01,0210021543,0210021500,30,447887123456,,x",
	    "01,0210021543,0210021500,30,44788712345x,1,1",
	    "01,0210021543,0210021500,30,447887123456,1,1,",
	    "01,0210021543,0210021500,30,447887123456,1,a b"};
	struct dlr d;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (dlr_parse(&d, span_str(texts[i])) != 0)
			fail_msg("\"%s\" has fields", texts[i]);
	assert_int_equal(dlr_parse(&d, (struct span){0}), 0);
}

static void
id_without_a_known_stat_is_no_receipt(void **state)
{
	struct dlr d = parsed("id:0195f0c7 stat:WEIRDXX", 2);

	(void)state;
	assert_false(dlr_is_receipt(&d));
	d = parsed("your id: is stat:DELIVRD", 2);
	is(F(d, id), "is");
	d = parsed("id: stat:DELIVRD", 2);
	assert_false(dlr_is_receipt(&d));
}

static void
written_receipt_is_the_exact_form(void **state)
{
	char room[160];
	struct wr w = wr_init(room, sizeof(room));
	struct dlr d = {0}, back;
	int i;

	(void)state;
	F(d, id) = span_str("0A1");
	F(d, sub) = F(d, dlvrd) = span_str("001");
	F(d, submit_date) = F(d, done_date) = span_str("2611240316");
	F(d, stat) = span_str(dlr_state(2)->word);
	F(d, err) = span_str("000");
	dlr_write(&w, &d);
	assert_int_equal(w.err, CURSOR_OK);
	is(span_of(room, w.len), "id:0A1 sub:001 dlvrd:001 "
	    "submit date:2611240316 done date:2611240316 stat:DELIVRD err:000");
	dlr_parse(&back, span_of(room, w.len));
	for (i = 0; i < DLR_FIELDS; i++)
		assert_true(span_eq(d.f[i], back.f[i]));

	F(d, text) = span_str("");
	w = wr_init(room, 10);
	dlr_write(&w, &d);
	assert_int_equal(w.err, CURSOR_FULL);
	w = wr_init(room, w.need);
	dlr_write(&w, &d);
	assert_int_equal(w.err, CURSOR_OK);
	assert_memory_equal(room + w.len - 13, "err:000 text:", 13);
}

static void
each_message_state_has_its_word_and_class(void **state)
{
	static const struct {
		const char *word;
		enum dlr_class class;
		bool final;
	} want[] = {{"SCHEDLD", DLR_PENDING, false},
	    {"ENROUTE", DLR_PENDING, false}, {"DELIVRD", DLR_DELIVERED, true},
	    {"EXPIRED", DLR_FAILED, true}, {"DELETED", DLR_FAILED, true},
	    {"UNDELIV", DLR_FAILED, true}, {"ACCEPTD", DLR_PENDING, false},
	    {"UNKNOWN", DLR_UNKNOWN, false}, {"REJECTD", DLR_FAILED, true},
	    {"SKIPPED", DLR_FAILED, true}};
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(want) / sizeof(*want); i++) {
		const struct dlr_stat *s = dlr_state(i);

		assert_string_equal(s->word, want[i].word);
		assert_string_equal(s->usual, want[i].word);
		assert_int_equal(s->class, want[i].class);
		assert_int_equal(dlr_final(s->class), want[i].final);
		assert_ptr_equal(dlr_stat(span_str(s->word)), s);
	}
	assert_null(dlr_state(10));
	assert_string_equal(dlr_class_name(DLR_PENDING), "pending");
}

static void
stat_words_are_known_in_either_case_and_whole(void **state)
{
	(void)state;
	assert_int_equal(dlr_stat(span_str("delivrd"))->message_state, 2);
	assert_int_equal(dlr_stat(span_str("Dnd_Rejected"))->message_state, 8);
	assert_int_equal(dlr_stat(span_str("0"))->class, DLR_UNKNOWN);
	assert_null(dlr_stat(span_str("DELIVR")));
	assert_null(dlr_stat(span_str("DELIVRDD")));
	assert_null(dlr_stat(span_str("DND\x7fREJECTED")));
	assert_null(dlr_stat((struct span){0}));
}

/* A blank in front keeps a text from being read the fast way. */
static void
usual_form_reads_the_same_either_way(void **state)
{
	static const char usual[] = "id:0123456789 sub:001 dlvrd:001 submit date:"
	    "2611240316 done date:261124031755 stat:DELIVRD err:000 text:hi";
	static const char odd[] = ": ,]'\"\n\tx0-\xff" "e";
	char text[sizeof(usual) + 2];
	struct dlr fast, slow;
	size_t n, at, c;
	int i;

	(void)state;
	for (n = 0; n < sizeof(usual); n++)
		for (at = 1; at <= n; at++)
			for (c = 0; c < sizeof(odd); c++) {
				text[0] = ' ';
				memcpy(text + 1, usual, n);
				text[at] = odd[c];
				dlr_parse(&fast, span_of(text + 1, n));
				dlr_parse(&slow, span_of(text, n + 1));
				for (i = 0; i < DLR_FIELDS; i++)
					if (fast.f[i].p != slow.f[i].p ||
					    fast.f[i].n != slow.f[i].n)
						fail_msg("\"%.*s\": %s", (int)n,
						    text + 1, dlr_field_name(
						    (enum dlr_field)i));
			}
}

static void
line_of_the_usual_form_is_found_without_its_end(void **state)
{
	static const struct {
		const char *buffer;
		const char *text;  /* NULL: absent */
		unsigned digits;   /* of its dates; 0: refused */
	} want[] = {
		{"id:1 sub:001 dlvrd:001 submit date:2611240316 "
		    "done date:2611240317 stat:DELIVRD err:000 text:hi\nid:2",
		    "hi", 10},
		{"id:1 sub:001 dlvrd:001 submit date:261124031600 "
		    "done date:261124031700 stat:UNDELIV err:416\n\n", NULL, 12},
		{"id:1 sub:001 dlvrd:001 submit date:2611240316 "
		    "done date:2611240317 stat:DELIVRD err:000 text:hi", NULL, 0},
		{"id:1 sub:001 dlvrd:001 submit date:2611240316 "
		    "done date:2611240317 stat:DELIVRD err:000 text:hi\r\n",
		    NULL, 0},
		{"id:1\nid:2 sub:001 dlvrd:001 submit date:2611240316 "
		    "done date:2611240317 stat:DELIVRD err:000 text:hi\n", NULL, 0},
		{"id:1 sub:001 dlvrd:001 submit date:2611240316 "
		    "done date:2611240317 stat:DELIVRD err:0000\n", NULL, 0},
		{"", NULL, 0}, {"\n", NULL, 0},
	};
	struct dlr d;

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		const char *buffer = want[i].buffer;
		size_t n = dlr_parse_line(&d, span_str(buffer));

		if (n != (want[i].digits == 0 ? 0 : strcspn(buffer, "\n")))
			fail_msg("line %zu: %zu", i, n);
		if (n == 0)
			continue;
		assert_int_equal(d.date_digits, want[i].digits);
		is(F(d, id), "1");
		assert_int_equal(F(d, submit_date).n, want[i].digits);
		if (want[i].text == NULL)
			assert_null(F(d, text).p);
		else
			is(F(d, text), want[i].text);
	}
	/* other words will do */
	assert_int_not_equal(dlr_parse_line(&d, span_str("id:1 sub:1 dlvrd:1 "
	    "submit date:0 done date:0 stat:OK err:0 text:\n")), 0);
	assert_int_equal(d.date_digits, 0);
}

/* Random pieces: what comes out lies within the text, whatever goes in. */
static void
any_octets_give_fields_within_them(void **state)
{
	static const char *const piece[] = {"id", "stat", "text", ":", " ",
	    "date", "submit", "done", "err", "x", "0", "-", "\n", "sub",
	    "dlvrd", "DELIVRD", "sm_status", "\xff", ",", "2026-01-01"};
	uint32_t seed = 1;
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		char text[64];
		uint8_t *copy;
		size_t n = 0;
		struct dlr d;
		int i;

		for (;;) {
			const char *s;

			seed = seed * 1664525 + 1013904223;
			s = piece[(seed >> 16) % 20];
			if (n + strlen(s) > sizeof(text) || seed >> 28 == 0)
				break;
			memcpy(text + n, s, strlen(s));
			n += strlen(s);
		}
		copy = malloc(n == 0 ? 1 : n);
		assert_non_null(copy);
		memcpy(copy, text, n);
		dlr_parse(&d, span_of(copy, n));
		for (i = 0; i < DLR_FIELDS; i++)
			if (d.f[i].p != NULL)
				assert_true(d.f[i].p >= copy &&
				    d.f[i].p + d.f[i].n <= copy + n);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample_parses_as_its_columns_say),
		cmocka_unit_test(the_service_form_is_read),
		cmocka_unit_test(blanks_stand_around_colons_and_within_keys),
		cmocka_unit_test(text_before_the_id_ends_at_the_next_key),
		cmocka_unit_test(
		    text_keeps_all_keys_when_nothing_is_missing_behind_it),
		cmocka_unit_test(separators_of_log_lines_are_no_part_of_a_value),
		cmocka_unit_test(
		    what_a_log_says_before_the_receipt_is_none_of_it),
		cmocka_unit_test(line_with_little_of_a_receipt_is_one_or_not),
		cmocka_unit_test(time_grows_with_the_length_alone),
		cmocka_unit_test(nul_octets_at_the_end_are_none_of_the_text),
		cmocka_unit_test(what_is_no_receipt_has_no_fields),
		cmocka_unit_test(id_without_a_known_stat_is_no_receipt),
		cmocka_unit_test(written_receipt_is_the_exact_form),
		cmocka_unit_test(each_message_state_has_its_word_and_class),
		cmocka_unit_test(stat_words_are_known_in_either_case_and_whole),
		cmocka_unit_test(usual_form_reads_the_same_either_way),
		cmocka_unit_test(line_of_the_usual_form_is_found_without_its_end),
		cmocka_unit_test(any_octets_give_fields_within_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
