/* SPDX-License-Identifier: ISC */
/* app/dispatch: what becomes of each recipient, against app/mail_server in one
 * loop and a state in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/dispatch.h"
#include "app/mail_server.h"
#include "sys/diag.h"

enum { KIND_SERVER = 1, KIND_MAILER };

static struct loop *loop;
static struct mail_server *server;
static struct mailer *mailer;
static struct mm4_state *db;
static struct dispatch *dispatch;
static struct dispatch_conf conf;
static unsigned mails;
static uint16_t end_code;          /* what the server says to whole mails */
static bool vanish;                /* it hangs up instead */
static struct buf rows, got;       /* rows in words; the octets of mails */
static char host_port[64];
static uint64_t skew;              /* of the time that passes */

static int
setup(void **state)
{
	struct mail_server_conf sconf = {.address = "127.0.0.1:0",
	    .smtp = {.name = "b", .recipients_most = 5, .errors_most = 5,
	    .command_ms = 60000, .data_ms = 60000}, .clients_most = 50};
	struct mailer_conf mconf = {.smtp = {.name = "a", .reply_ms = 10000,
	    .data_ms = 10000, .end_ms = 10000}, .connect_ms = 5000,
	    .idle_ms = 60000, .connections = 1};
	struct buf why = {0};
	const char *error;

	(void)state;
	mails = 0;
	skew = 0;
	end_code = 250;
	vanish = false;
	loop = loop_new();
	server = mail_server_open(loop, &sconf, KIND_SERVER, &error);
	assert_non_null(server);
	mailer = mailer_new(loop, &mconf, KIND_MAILER);
	db = mm4_state_open(NULL, &why);
	assert_non_null(db);
	strcpy(host_port, mail_server_address(server));
	conf = (struct dispatch_conf){.mailer = mailer, .state = db,
	    .retry_ms = 3600000, .wait_ms = 60000, .answer_ms = 10000,
	    .resends = 1, .seed = 7};
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	dispatch_free(dispatch);
	dispatch = NULL;
	mailer_free(mailer);
	mail_server_free(server);
	mm4_state_close(db);
	loop_free(loop);
	buf_free(&rows);
	buf_free(&got);
	return 0;
}

static void
serve(void)
{
	struct mail_event ev;

	while (mail_server_next(server, &ev)) {
		struct smtp_reply r = {250, "2.0.0", "ok"};

		if (ev.type != MAIL_EV_SMTP)
			continue;
		if (ev.event.type == SMTP_EV_CHUNK)
			buf_add_span(&got, ev.event.octets);
		if (ev.event.type == SMTP_EV_DATA)
			r = (struct smtp_reply){354, NULL, "go"};
		else if (ev.event.type == SMTP_EV_END)
			r = (struct smtp_reply){end_code, "2.0.0", "done"};
		else if (ev.event.type == SMTP_EV_RCPT &&
		    ev.event.address.p[0] == 'n')
			r = (struct smtp_reply){550, "5.1.1", "nobody"};
		mails += ev.event.type == SMTP_EV_END;
		if (ev.event.type == SMTP_EV_END && vanish)
			smtp_eof(&ev.client->smtp, "gone");
		mail_server_answer(ev.client, &r);
	}
}

static void
print_rows(void)
{
	struct dispatch_row row;

	while (dispatch_next(dispatch, &row))
		buf_addf(&rows, "%.*s %s %.*s [%.*s] [%.*s] %u\n",
		    (int)row.to.n, (const char *)row.to.p, row.status,
		    (int)row.code.n, (const char *)row.code.p,
		    (int)row.error.n, (const char *)row.error.p,
		    (int)row.report.n, (const char *)row.report.p,
		    row.attempts);
}

/* Passes until nothing is under way. */
static void
pass(unsigned n, bool own)
{
	struct watch *w;

	while (n-- > 0) {
		uint64_t by = loop_now(loop) + 5;

		by = mailer_deadline(mailer) < by ? mailer_deadline(mailer) : by;
		loop_once(loop, by);
		while ((w = loop_ready(loop)) != NULL)
			if (w->kind == KIND_SERVER)
				mail_server_ready(server, w);
			else
				mailer_ready(mailer, w);
		serve();
		dispatch_work(dispatch, loop_now(loop) + skew, own);
		print_rows();
	}
}

static const char *
told(void)
{
	static struct buf text;

	pass(60, false);
	buf_clear(&text);
	buf_add_span(&text, buf_span(&rows));
	buf_clear(&rows);
	return buf_cstr(&text);
}

static void
add(const char *port, bool wants_answer, bool wants_report)
{
	static const struct dispatch_to to[] = {
		{{(const uint8_t *)"x@b", 3}, {(const uint8_t *)"k1", 2},
		    {(const uint8_t *)"x", 1}},
		{{(const uint8_t *)"no@b", 4}, {(const uint8_t *)"k2", 2},
		    {(const uint8_t *)"no", 2}},
	};
	struct dispatch_mail m = {.ref = span_str("1"),
	    .message_id = span_str("m"), .transaction_id = span_str("t"),
	    .from = span_str("a@a"), .domain = span_str("b"),
	    .target = {.host = "127.0.0.1", .port = port}, .to = to,
	    .n_to = 2, .wants_answer = wants_answer,
	    .wants_report = wants_report, .expires = UINT64_MAX};

	if (dispatch == NULL)
		dispatch = dispatch_new(&conf);
	buf_add_str(&m.octets, "hi\r\n");
	dispatch_add(dispatch, &m, loop_now(loop));
}

static const char *
port(void)
{
	return strchr(host_port, ':') + 1;
}

static void
answer(const char *status)
{
	assert_int_equal(mm4_state_answered(db, span_str("t"), span_str("m"),
	    NULL, 0, span_str(status), span_str("text")), 2);
	pass(1, true);
}

static void
accepted_and_refused_recipients_have_their_rows(void **state)
{
	(void)state;
	add(port(), true, true);
	assert_string_equal(told(), "x ok 250 [] [] 1\n"
	    "no failed 550 [5.1.1 nobody] [] 1\n");
	assert_int_equal(dispatch_status(dispatch), 1);
	assert_int_equal(dispatch_pending(dispatch), 0);
}

static void
answer_and_report_are_waited_for(void **state)
{
	(void)state;
	conf.wait = true;
	add(port(), true, true);
	assert_string_equal(told(), "no failed 550 [5.1.1 nobody] [] 1\n");
	answer("Ok");
	assert_string_equal(told(), "");
	assert_int_equal(mm4_state_reported(db, span_str("m"), span_str("k1"),
	    span_str("Deferred"), false, (struct timespec){0}), 1);
	pass(1, true);
	assert_string_equal(told(), "");
	assert_int_equal(mm4_state_reported(db, span_str("m"), span_str("k1"),
	    span_str("Retrieved"), true, (struct timespec){0}), 1);
	pass(1, true);
	assert_string_equal(told(), "x ok Ok [] [Retrieved] 1\n");
}

static void
answer_that_refuses_is_a_failed_row(void **state)
{
	(void)state;
	conf.wait = true;
	add(port(), true, true);
	told();
	answer("Error-service-denied");
	assert_string_equal(told(),
	    "x failed Error-service-denied [text] [] 1\n");
}

static void
answer_that_does_not_come_is_asked_for_again_with_the_same_octets(void **state)
{
	(void)state;
	conf.wait = true;
	add(port(), true, false);
	told();
	assert_int_equal(mails, 1);
	skew = 11000;
	assert_string_equal(told(), "");
	assert_int_equal(mails, 2);
	assert_true(span_is(buf_span(&got), "hi\r\nhi\r\n"));
	skew = 40000;
	assert_string_equal(told(), "");
	assert_int_equal(mails, 2);
	skew = 80000;
	assert_string_equal(told(), "x unknown 250 [accepted, but no answer "
	    "(RES) came in time] [] 2\n");
	assert_int_equal(dispatch_status(dispatch), 75);
}

static void
report_that_does_not_come_leaves_the_row_accepted(void **state)
{
	(void)state;
	conf.wait = true;
	add(port(), true, true);
	told();
	answer("Ok");
	skew = 70000;
	assert_string_equal(told(), "x ok Ok [no report came in time] [] 1\n");
	assert_int_equal(dispatch_status(dispatch), 75);
}

static void
refusal_for_now_is_tried_again_until_the_time_is_over(void **state)
{
	(void)state;
	conf.retry_ms = 20000;
	end_code = 451;
	add(port(), true, false);
	assert_string_equal(told(), "no failed 550 [5.1.1 nobody] [] 1\n");
	assert_int_equal(mails, 1);
	skew = 7000;
	assert_string_equal(told(), "");
	assert_int_equal(mails, 2);
	end_code = 250;
	skew = 20000;
	assert_string_equal(told(), "x ok 250 [] [] 3\n");
	end_code = 451;
	conf.retry_ms = 10;
	dispatch_free(dispatch);
	dispatch = NULL;
	skew = 0;
	add(port(), true, false);
	assert_string_equal(told(), "x unsent 451 [2.0.0 done] [] 1\n"
	    "no failed 550 [5.1.1 nobody] [] 1\n");
	assert_int_equal(dispatch_status(dispatch), 75);
}

static void
mail_lost_after_its_dot_is_unknown(void **state)
{
	(void)state;
	conf.retry_ms = 10;
	vanish = true;
	add(port(), true, false);
	assert_non_null(strstr(told(), "x unknown  [the peer hung up] [] 1\n"));
}

static void
peer_that_was_never_there_is_tried_once_where_told(void **state)
{
	(void)state;
	conf.first_once = true;
	add("1", true, false);
	assert_non_null(strstr(told(), "x unsent  [connect to"));
	assert_int_equal(dispatch_status(dispatch), 69);
	dispatch_free(dispatch);
	dispatch = NULL;
	conf.first_once = false;
	add("1", true, false);
	assert_string_equal(told(), "");
	dispatch_stop(dispatch);
	assert_non_null(strstr(told(), "x unsent"));
}

static void
stopping_waits_for_nothing_more(void **state)
{
	(void)state;
	conf.wait = true;
	add(port(), true, true);
	told();
	dispatch_stop(dispatch);
	assert_non_null(strstr(told(), "x unknown 250"));
	assert_false(dispatch_has_room(dispatch));
}

static void
what_has_no_way_has_a_row(void **state)
{
	(void)state;
	dispatch = dispatch_new(&conf);
	dispatch_refuse(dispatch, "failed", span_str("9"), span_str("m"),
	    span_str("+1"), span_str("no route"));
	assert_string_equal(told(), "+1 failed  [no route] [] 0\n");
	assert_int_equal(dispatch_pending(dispatch), 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(accepted_and_refused_recipients_have_their_rows),
		T(answer_and_report_are_waited_for),
		T(answer_that_refuses_is_a_failed_row),
		T(answer_that_does_not_come_is_asked_for_again_with_the_same_octets),
		T(report_that_does_not_come_leaves_the_row_accepted),
		T(refusal_for_now_is_tried_again_until_the_time_is_over),
		T(mail_lost_after_its_dot_is_unknown),
		T(peer_that_was_never_there_is_tried_once_where_told),
		T(stopping_waits_for_nothing_more),
		T(what_has_no_way_has_a_row),
	};

	diag_init("test_dispatch");
	diag_quiet(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
