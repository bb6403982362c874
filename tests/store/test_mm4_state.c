/* SPDX-License-Identifier: ISC */
/* store/mm4_state: what was committed is there, for every program that looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/mm4_state.h"

#define S(text) span_str(text)

static char folder[64], path[80];
static struct mm4_state *state_a;
static struct buf why, text;

static int
setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/smpptools.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/state.db", folder);
	state_a = mm4_state_open(path, &why);
	assert_non_null(state_a);
	return 0;
}

static int
teardown(void **state)
{
	char line[80];

	(void)state;
	mm4_state_close(state_a);
	buf_free(&why);
	buf_free(&text);
	snprintf(line, sizeof(line), "rm -rf %s", folder);
	assert_int_equal(system(line), 0);
	return 0;
}

static struct timespec
at(time_t s)
{
	return (struct timespec){s, 5000000};
}

static void
reopen(void)
{
	mm4_state_close(state_a);
	state_a = mm4_state_open(path, &why);
	assert_non_null(state_a);
}

static void
seen_messages_are_known_by_peer_id_and_recipient(void **state)
{
	(void)state;
	assert_false(mm4_state_seen(state_a, S("a"), S("m"), S("r"), &text));
	assert_true(mm4_state_see(state_a, S("a"), S("m"), S("r"), S("Ok"),
	    at(100)));
	reopen();
	assert_true(mm4_state_seen(state_a, S("a"), S("m"), S("r"), &text));
	assert_true(span_is(buf_span(&text), "Ok"));
	assert_false(mm4_state_seen(state_a, S("b"), S("m"), S("r"), &text));
	assert_false(mm4_state_seen(state_a, S("a"), S("n"), S("r"), &text));
	assert_false(mm4_state_seen(state_a, S("a"), S("m"), S("s"), &text));
	assert_true(mm4_state_purge(state_a, at(99)));
	assert_true(mm4_state_seen(state_a, S("a"), S("m"), S("r"), &text));
	assert_true(mm4_state_purge(state_a, at(100)));
	assert_false(mm4_state_seen(state_a, S("a"), S("m"), S("r"), &text));
}

static void
rollback_and_a_crash_undo_what_was_not_committed(void **state)
{
	(void)state;
	assert_true(mm4_state_begin(state_a));
	assert_true(mm4_state_see(state_a, S("a"), S("1"), S("r"), S("Ok"),
	    at(100)));
	assert_true(mm4_state_seen(state_a, S("a"), S("1"), S("r"), &text));
	mm4_state_rollback(state_a);
	assert_false(mm4_state_seen(state_a, S("a"), S("1"), S("r"), &text));
	assert_true(mm4_state_begin(state_a));
	assert_true(mm4_state_see(state_a, S("a"), S("2"), S("r"), S("Ok"),
	    at(100)));
	reopen();
	assert_false(mm4_state_seen(state_a, S("a"), S("2"), S("r"), &text));
	assert_true(mm4_state_begin(state_a));
	assert_true(mm4_state_see(state_a, S("a"), S("3"), S("r"), S("Ok"),
	    at(100)));
	assert_true(mm4_state_commit(state_a));
	assert_true(mm4_state_commit(state_a));
	reopen();
	assert_true(mm4_state_seen(state_a, S("a"), S("3"), S("r"), &text));
}

static void
add(const char *transaction, const char *message, const char *recipient)
{
	struct mm4_sent m = {S(transaction), S(message), S("peer"),
	    S(recipient), S("7"), 1, at(10), at(20), at(100), true, true};

	assert_true(mm4_state_add_sent(state_a, &m));
}

static bool
answer_is(const char *transaction, const char *recipient, const char *status)
{
	struct mm4_known k = {0};
	bool is;

	assert_true(mm4_state_look(state_a, S(transaction), S(recipient), &k));
	is = status == NULL ? !k.answered : k.answered &&
	    span_is(buf_span(&k.answer), status) &&
	    span_is(buf_span(&k.answer_text), "text");
	mm4_known_free(&k);
	return is;
}

static void
answers_find_their_transaction_then_their_message(void **state)
{
	struct span about[] = {S("r2"), S("r9")};

	(void)state;
	add("t1", "m1", "r1");
	add("t1", "m1", "r2");
	add("t2", "m2", "r1");
	assert_int_equal(mm4_state_answered(state_a, S("t1"), S("other"),
	    about, 2, S("Error-unspecified"), S("text")), 1);
	assert_true(answer_is("t1", "r1", NULL));
	assert_true(answer_is("t1", "r2", "Error-unspecified"));
	assert_int_equal(mm4_state_answered(state_a, S("t1"), S(""), NULL, 0,
	    S("Ok"), S("text")), 1);
	assert_true(answer_is("t1", "r1", "Ok"));
	assert_true(answer_is("t1", "r2", "Error-unspecified"));
	assert_true(mm4_state_unanswer(state_a, S("t1"), S("r2")));
	assert_true(answer_is("t1", "r2", NULL));
	assert_int_equal(mm4_state_answered(state_a, S("t1"), S(""), NULL, 0,
	    S("Ok"), S("text")), 2);
	assert_true(answer_is("t1", "r2", "Ok"));
	assert_true(answer_is("t2", "r1", NULL));
	assert_int_equal(mm4_state_answered(state_a, S("unknown"), S("m2"),
	    NULL, 0, S("Ok"), S("text")), 1);
	assert_true(answer_is("t2", "r1", "Ok"));
	add("t4", "m4", "r1");
	add("t5", "m4", "r2");
	assert_int_equal(mm4_state_answered(state_a, S("unknown"), S("m4"),
	    NULL, 0, S("Ok"), S("text")), 0);
	assert_true(answer_is("t4", "r1", NULL));
	assert_int_equal(mm4_state_answered(state_a, S("unknown"), S("m3"),
	    NULL, 0, S("Ok"), S("text")), 0);
	assert_int_equal(mm4_state_answered(state_a, S(""), S(""), NULL, 0,
	    S("Ok"), S("text")), 0);
}

static void
ids_are_text_whatever_is_in_them(void **state)
{
	static const char odd[] = "'; DROP TABLE sent; --\"\0x";
	struct mm4_sent m = {span_of(odd, sizeof(odd)), S("m"), S("p"), S("r"),
	    S(""), 1, at(1), at(2), at(3), true, false};
	struct mm4_known k = {0};

	(void)state;
	assert_true(mm4_state_add_sent(state_a, &m));
	assert_true(mm4_state_look(state_a, span_of(odd, sizeof(odd)), S("r"),
	    &k));
	assert_false(mm4_state_look(state_a, span_of(odd, sizeof(odd) - 1),
	    S("r"), &k));
	mm4_known_free(&k);
}

static void
reports_are_news_until_one_is_final(void **state)
{
	struct mm4_known k = {0};

	(void)state;
	add("t1", "m1", "r1");
	assert_int_equal(mm4_state_reported(state_a, S("m1"), S("r2"),
	    S("Retrieved"), true, at(30)), -1);
	assert_int_equal(mm4_state_reported(state_a, S("m1"), S("r1"),
	    S("Deferred"), false, at(30)), 1);
	assert_int_equal(mm4_state_reported(state_a, S("m1"), S("r1"),
	    S("Deferred"), false, at(31)), 0);
	assert_int_equal(mm4_state_reported(state_a, S("m1"), S("r1"),
	    S("Retrieved"), true, at(32)), 1);
	assert_int_equal(mm4_state_reported(state_a, S("m1"), S("r1"),
	    S("Expired"), true, at(33)), 0);
	assert_true(mm4_state_look(state_a, S("t1"), S("r1"), &k));
	assert_true(k.reported && k.final && !k.answered);
	assert_true(span_is(buf_span(&k.report), "Retrieved"));
	assert_int_equal(k.report_time.tv_sec, 32);
	assert_int_equal(k.report_time.tv_nsec, 5000000);
	mm4_known_free(&k);
}

static void
a_read_reply_is_news_after_a_final_report(void **state)
{
	struct mm4_known k = {0};

	(void)state;
	add("t1", "m1", "r1");
	assert_int_equal(mm4_state_read(state_a, S("m1"), S("r2"), S("Read")),
	    -1);
	assert_int_equal(mm4_state_reported(state_a, S("m1"), S("r1"),
	    S("Retrieved"), true, at(30)), 1);
	assert_int_equal(mm4_state_read(state_a, S("m1"), S("r1"), S("Read")),
	    1);
	assert_int_equal(mm4_state_read(state_a, S("m1"), S("r1"), S("Read")),
	    0);
	assert_true(mm4_state_look(state_a, S("t1"), S("r1"), &k));
	assert_true(span_is(buf_span(&k.report), "Retrieved"));
	mm4_known_free(&k);
}

static void
what_was_not_delivered_has_no_other_answer(void **state)
{
	(void)state;
	add("t1", "m1", "r1");
	add("t1", "m1", "r2");
	add("t1", "m1", "r3");
	add("t2", "m2", "r1");
	assert_int_equal(mm4_state_answered(state_a, S("t1"), S(""),
	    &(struct span){(const uint8_t *)"r1", 2}, 1, S("Ok"), S("text")), 1);
	assert_int_equal(mm4_state_undelivered(state_a, S("t1"), S("r1"),
	    S("Error"), S("text")), 0);
	assert_int_equal(mm4_state_undelivered(state_a, S("t1"), S("other"),
	    S("Error"), S("text")), 0);
	assert_int_equal(mm4_state_undelivered(state_a, S("t1"), S("r2"),
	    S("Error"), S("text")), 1);
	assert_true(answer_is("t1", "r1", "Ok"));
	assert_true(answer_is("t1", "r2", "Error"));
	assert_true(answer_is("t1", "r3", NULL));
	assert_int_equal(mm4_state_undelivered(state_a, S("t1"), S(""),
	    S("Error"), S("text")), 1);
	assert_true(answer_is("t1", "r3", "Error"));
	assert_int_equal(mm4_state_undelivered(state_a, S("t2"), S("other"),
	    S("Error"), S("text")), 1);
	assert_true(answer_is("t2", "r1", "Error"));
}

static void
late_answers_are_told_once(void **state)
{
	struct mm4_sent m;

	(void)state;
	add("t1", "m1", "r1");
	add("t1", "m1", "r2");
	assert_int_equal(mm4_state_answered(state_a, S("t1"), S(""),
	    (struct span[]){S("r2")}, 1, S("Ok"), S("text")), 1);
	assert_false(mm4_state_overdue(state_a, at(19), &m));
	assert_true(mm4_state_overdue(state_a, at(20), &m));
	assert_true(span_is(m.transaction_id, "t1"));
	assert_true(span_is(m.recipient, "r1"));
	assert_true(span_is(m.message_id, "m1"));
	assert_true(span_is(m.peer, "peer"));
	assert_true(span_is(m.ref, "7"));
	assert_int_equal(m.until.tv_sec, 20);
	assert_false(mm4_state_overdue(state_a, at(20), &m));
	/* sent once more it is waited for again */
	add("t1", "m1", "r1");
	assert_true(mm4_state_overdue(state_a, at(20), &m));
	assert_true(mm4_state_purge(state_a, at(100)));
	assert_int_equal(mm4_state_answered(state_a, S("t1"), S("m1"), NULL, 0,
	    S("Ok"), S("text")), 0);
}

static void
post(const char *octets, time_t due)
{
	struct span to[] = {S("one@x"), S("two@x")};
	struct mm4_mail m = {0, S("x"), S(""), to, 2, S(octets), at(due),
	    at(1000), 0};

	assert_true(mm4_state_post(state_a, &m));
}

static void
mails_are_taken_when_due_and_by_one_alone(void **state)
{
	struct mm4_state *b = mm4_state_open(path, &why);
	struct timespec due;
	struct mm4_mail m;
	uint64_t id;

	(void)state;
	assert_false(mm4_state_next_due(state_a, S(""), &due));
	post("later", 20);
	post("sooner", 10);
	assert_true(mm4_state_next_due(state_a, S(""), &due));
	assert_int_equal(due.tv_sec, 10);
	assert_false(mm4_state_take(state_a, at(9), at(50), S(""), &m));
	assert_string_equal(mm4_state_error(state_a), "");
	assert_true(mm4_state_take(state_a, at(10), at(50), S(""), &m));
	assert_true(span_is(m.octets, "sooner"));
	assert_true(span_is(m.domain, "x"));
	assert_int_equal(m.from.n, 0);
	assert_int_equal(m.n_to, 2);
	assert_true(span_is(m.to[1], "two@x"));
	assert_int_equal(m.expires.tv_sec, 1000);
	assert_int_equal(m.attempts, 0);
	id = m.id;
	assert_false(mm4_state_take(b, at(19), at(50), S(""), &m));
	assert_true(mm4_state_take(b, at(20), at(50), S(""), &m));
	assert_true(span_is(m.octets, "later"));
	assert_true(mm4_state_gone(b, m.id));
	assert_true(mm4_state_again(state_a, id, (struct span[]){S("two@x")},
	    1, at(30)));
	assert_true(mm4_state_take(b, at(30), at(60), S(""), &m));
	assert_int_equal(m.attempts, 1);
	assert_int_equal(m.n_to, 1);
	assert_true(span_is(m.to[0], "two@x"));
	/* whoever took it died: the lease ends */
	assert_false(mm4_state_take(state_a, at(59), at(90), S(""), &m));
	assert_true(mm4_state_take(state_a, at(60), at(90), S(""), &m));
	mm4_state_close(b);
}

static void
domains_that_are_full_are_passed_over(void **state)
{
	struct timespec due;
	struct mm4_mail m;

	(void)state;
	post("mail", 10);
	assert_false(mm4_state_take(state_a, at(10), at(50), S("\nx\n"), &m));
	assert_false(mm4_state_next_due(state_a, S("\ny\nx\n"), &due));
	assert_true(mm4_state_next_due(state_a, S("\nxx\ny.x\n"), &due));
	assert_true(mm4_state_take(state_a, at(10), at(50), S("\nxx\n"), &m));
}

static void
other_programs_see_what_is_committed(void **state)
{
	struct mm4_state *b = mm4_state_open(path, &why);

	(void)state;
	mm4_state_changed(b);
	assert_false(mm4_state_changed(b));
	assert_true(mm4_state_begin(state_a));
	add("t", "m", "r");
	assert_false(mm4_state_changed(b));
	assert_true(mm4_state_commit(state_a));
	assert_true(mm4_state_changed(b));
	assert_int_equal(mm4_state_answered(b, S("t"), S(""), NULL, 0,
	    S("Ok"), S("text")), 1);
	assert_true(answer_is("t", "r", "Ok"));
	mm4_state_close(b);
}

static void
file_is_for_its_owner_alone_and_no_other_thing(void **state)
{
	struct stat st;
	struct buf error = {0};

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_null(mm4_state_open(folder, &error));
	assert_non_null(strstr(buf_cstr(&error), "is no regular file"));
	buf_clear(&error);
	assert_null(mm4_state_open("/dev/null", &error));
	buf_free(&error);
}

static void
file_that_is_no_database_is_named(void **state)
{
	char other[80];
	struct buf error = {0};
	FILE *f;

	(void)state;
	snprintf(other, sizeof(other), "%s/other", folder);
	f = fopen(other, "w");
	assert_non_null(f);
	fprintf(f, "%2000s", "this is some text");
	fclose(f);
	assert_null(mm4_state_open(other, &error));
	assert_non_null(strstr(buf_cstr(&error), "not a database"));
	assert_non_null(strstr(buf_cstr(&error), "/other: "));
	buf_free(&error);
}

static void
state_without_a_file_lives_in_memory(void **state)
{
	struct mm4_state *s = mm4_state_open(NULL, &why);

	(void)state;
	assert_non_null(s);
	assert_true(mm4_state_begin(s));
	assert_true(mm4_state_see(s, S("a"), S("m"), S("r"), S("Ok"), at(1)));
	assert_true(mm4_state_commit(s));
	assert_true(mm4_state_seen(s, S("a"), S("m"), S("r"), &text));
	mm4_state_close(s);
	mm4_state_close(NULL);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(seen_messages_are_known_by_peer_id_and_recipient),
		T(rollback_and_a_crash_undo_what_was_not_committed),
		T(answers_find_their_transaction_then_their_message),
		T(ids_are_text_whatever_is_in_them),
		T(reports_are_news_until_one_is_final),
		T(a_read_reply_is_news_after_a_final_report),
		T(what_was_not_delivered_has_no_other_answer),
		T(late_answers_are_told_once),
		T(mails_are_taken_when_due_and_by_one_alone),
		T(domains_that_are_full_are_passed_over),
		T(other_programs_see_what_is_committed),
		T(file_is_for_its_owner_alone_and_no_other_thing),
		T(file_that_is_no_database_is_named),
		T(state_without_a_file_lives_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
