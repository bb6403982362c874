/* SPDX-License-Identifier: ISC */
/* mms/smtp_client: what it says to which peer, and what becomes of each
 * recipient. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mms/smtp.h"
#include "mms/smtp_client.h"

static struct smtp_client_conf conf;
static struct smtp_client client;
static struct buf events;
static uint64_t now;

static const char greeting[] = "220 beta\r\n";
static const char plain[] = "250-beta\r\n250 SIZE 1000\r\n";
static const char pipelining[] = "250-beta\r\n250 PIPELINING\r\n";

static int
setup(void **state)
{
	(void)state;
	conf = (struct smtp_client_conf){.name = "alpha", .reply_ms = 300000,
	    .data_ms = 180000, .end_ms = 600000, .auth_in_clear = true,
	    .starttls = SMTP_TLS_MAY};
	now = 1000;
	smtp_client_init(&client, &conf, now);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	smtp_client_free(&client);
	buf_free(&events);
	return 0;
}

static void
again(void)
{
	void *none = NULL;

	teardown(&none);
	setup(&none);
}

static void
drain(void)
{
	static const char *const name[] = {"secure", "ready", "done",
	    "closed"};
	static const char result[] = "+-!?";
	struct smtp_client_event ev;

	while (smtp_client_next(&client, &ev, now)) {
		buf_addf(&events, "%s", name[ev.type]);
		if (ev.type == SMTP_CLIENT_DONE)
			for (size_t i = 0; i < client.n_outcomes; i++)
				buf_addf(&events, " %c%u",
				    result[client.outcome[i].result],
				    client.outcome[i].code);
		if (ev.type == SMTP_CLIENT_CLOSED)
			buf_addf(&events, " %d", (int)ev.end);
		buf_add_byte(&events, '\n');
	}
}

static void
feed(const char *text)
{
	size_t n = strlen(text), room;
	uint8_t *p = smtp_client_in(&client, &room);

	assert_true(n <= room);
	memcpy(p, text, n);
	smtp_client_received(&client, n);
	drain();
}

/* What it said since the last call. */
static const char *
said(void)
{
	static struct buf text;
	const uint8_t *p;
	size_t n;

	buf_clear(&text);
	while (p = smtp_client_out(&client, &n), n > 0) {
		n = n > 7 ? 7 : n;
		buf_add(&text, p, n);
		smtp_client_sent(&client, n, now);
	}
	return buf_cstr(&text);
}

static const char *
told(void)
{
	static struct buf text;

	buf_clear(&text);
	buf_add_span(&text, buf_span(&events));
	buf_clear(&events);
	return buf_cstr(&text);
}

static void
send_mail(const char *octets, size_t n_to)
{
	static struct span to[3];
	static const char *const names[] = {"+1/TYPE=PLMN@b", "2@b", "3"};
	struct smtp_mail mail = {span_str("+9/TYPE=PLMN@a"), to, n_to,
	    span_str(octets)};

	for (int i = 0; i < 3; i++)
		to[i] = span_str(names[i]);
	smtp_client_mail(&client, &mail, now);
	drain();
}

static void
connect_to(const char *ehlo)
{
	feed(greeting);
	assert_string_equal(said(), conf.lmtp ? "LHLO alpha\r\n" :
	    "EHLO alpha\r\n");
	feed(ehlo);
	assert_string_equal(told(), "ready\n");
}

static void
mails_go_one_after_another_over_one_connection(void **state)
{
	(void)state;
	connect_to(plain);
	for (int i = 0; i < 2; i++) {
		send_mail("x\r\n.y\r\n", 2);
		assert_string_equal(said(),
		    "MAIL FROM:<+9/TYPE=PLMN@a> SIZE=7\r\n");
		feed("250 ok\r\n");
		assert_string_equal(said(), "RCPT TO:<+1/TYPE=PLMN@b>\r\n");
		feed("250 2.1.5 ok\r\n");
		assert_string_equal(said(), "RCPT TO:<2@b>\r\n");
		feed("550-5.1.1 no\r\n550 5.1.1 such\r\n");
		assert_string_equal(said(), "DATA\r\n");
		feed("354 go\r\n");
		assert_string_equal(said(), "x\r\n..y\r\n.\r\n");
		feed("250 2.0.0 kept\r\n");
		assert_string_equal(told(), "done +250 !550\nready\n");
		assert_string_equal(buf_cstr(&client.outcome[0].text),
		    "2.0.0 kept");
		assert_string_equal(buf_cstr(&client.outcome[1].text),
		    "5.1.1 no");
	}
	smtp_client_quit(&client, now);
	assert_string_equal(said(), "QUIT\r\n");
	feed("221 bye\r\n");
	assert_string_equal(told(), "closed 0\n");
}

static void
what_asks_for_more_has_accepted_nothing(void **state)
{
	(void)state;
	connect_to(plain);
	send_mail("x\r\n", 2);
	feed("250 ok\r\n");
	feed("354 go\r\n");
	feed("250 ok\r\n");
	feed("354 go\r\n");
	said();
	feed("354 go on\r\n");
	assert_string_equal(told(), "done -354 ?0\nclosed 4\n");
	again();
	connect_to(plain);
	send_mail("x\r\n", 1);
	feed("354 go\r\n");
	assert_string_equal(told(), "done -354\nready\n");
}

static void
envelope_is_pipelined_where_that_is_announced(void **state)
{
	(void)state;
	connect_to(pipelining);
	send_mail("x\r\n", 3);
	assert_string_equal(said(), "MAIL FROM:<+9/TYPE=PLMN@a>\r\n"
	    "RCPT TO:<+1/TYPE=PLMN@b>\r\nRCPT TO:<2@b>\r\nRCPT TO:<3>\r\n"
	    "DATA\r\n");
	feed("250 ok\r\n250 ok\r\n451 later\r\n553 never\r\n354 go\r\n");
	assert_string_equal(said(), "x\r\n.\r\n");
	feed("250 kept\r\n");
	assert_string_equal(told(), "done +250 -451 !553\nready\n");
}

static void
nobody_accepted_and_354_all_the_same_sends_nothing(void **state)
{
	(void)state;
	connect_to(pipelining);
	send_mail("x\r\n", 1);
	said();
	feed("250 ok\r\n550 no\r\n354 go\r\n");
	assert_string_equal(said(), ".\r\n");
	feed("250 kept\r\n");
	assert_string_equal(told(), "done !550\nready\n");
	send_mail("x\r\n", 1);
	said();
	feed("452 full\r\n503 no\r\n354 go\r\n");
	assert_string_equal(said(), ".\r\n");
	feed("554 no valid recipients\r\n");
	assert_string_equal(told(), "done -452\nready\n");
}

static void
refused_transactions_are_reset(void **state)
{
	(void)state;
	connect_to(plain);
	send_mail("x\r\n", 1);
	feed("250 ok\r\n550 no\r\n");
	assert_string_equal(told(), "done !550\nready\n");
	said();
	send_mail("x\r\n", 1);
	assert_string_equal(said(), "RSET\r\n");
	/* some peers know no RSET */
	feed("500 what\r\n");
	assert_string_equal(said(), "MAIL FROM:<+9/TYPE=PLMN@a> SIZE=3\r\n");
	feed("250 ok\r\n250 ok\r\n451 4.3.0 not now\r\n");
	assert_string_equal(told(), "done -451\nready\n");
	said();
	send_mail("x\r\n", 1);
	assert_string_equal(said(), "RSET\r\n");
	feed("250 ok\r\n");
	said();
	feed("550 5.7.1 not you\r\n");
	assert_string_equal(told(), "done !550\nready\n");
	send_mail("x\r\n", 1);
	assert_string_equal(said(), "MAIL FROM:<+9/TYPE=PLMN@a> SIZE=3\r\n");
}

static void
helo_is_said_where_ehlo_is_not_known(void **state)
{
	static const char *const codes[] = {"500", "501", "502", "504",
	    "550"};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		struct buf reply = {0};

		again();
		feed(greeting);
		said();
		buf_addf(&reply, "%s what\r\n", codes[i]);
		feed(buf_cstr(&reply));
		assert_string_equal(said(), "HELO alpha\r\n");
		feed("250 beta\r\n");
		assert_string_equal(told(), "ready\n");
		send_mail("x\r\n", 1);
		assert_string_equal(said(), "MAIL FROM:<+9/TYPE=PLMN@a>\r\n");
		buf_free(&reply);
	}
}

static void
peer_that_leaves_after_the_answer_has_the_message(void **state)
{
	(void)state;
	connect_to(plain);
	send_mail("x\r\n", 1);
	feed("250 ok\r\n250 ok\r\n354 go\r\n");
	said();
	feed("250 ok\r\n");
	smtp_client_eof(&client, NULL);
	drain();
	assert_string_equal(told(), "done +250\nready\nclosed 1\n");
}

static void
connection_lost_before_the_dot_is_later_after_it_unknown(void **state)
{
	static const char *const replies = "250 ok\r\n250 ok\r\n354 go\r\n";
	const uint8_t *p;
	size_t n;

	(void)state;
	for (size_t cut = 0; cut <= 6; cut++) {
		again();
		connect_to(plain);
		send_mail("x\r\n", 1);
		said();
		feed(replies);
		p = smtp_client_out(&client, &n);
		assert_memory_equal(p + n - 6, "x\r\n.\r\n", 6);
		smtp_client_sent(&client, n - 6 + cut, now);
		smtp_client_eof(&client, "Connection reset by peer");
		drain();
		assert_string_equal(told(), cut < 6 ? "done -0\nclosed 1\n" :
		    "done ?0\nclosed 1\n");
		assert_string_equal(buf_cstr(&client.outcome[0].text),
		    "Connection reset by peer");
	}
}

static void
answer_in_the_middle_of_a_message_stands(void **state)
{
	static char large[300001];

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	connect_to(pipelining);
	send_mail(large, 1);
	feed("250 ok\r\n250 ok\r\n354 go\r\n552 5.3.4 too big\r\n");
	assert_string_equal(told(), "done !552\nclosed 1\n");
	assert_string_equal(buf_cstr(&client.outcome[0].text),
	    "5.3.4 too big");
}

static void
mail_is_written_in_pieces(void **state)
{
	static char large[1 << 20];
	size_t n, total = 0, most = 0;

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	for (size_t i = 77; i < sizeof(large) - 2; i += 80)
		memcpy(large + i, "\r\n.", 3);
	connect_to(pipelining);
	send_mail(large, 1);
	said();
	feed("250 ok\r\n250 ok\r\n354 go\r\n");
	while (smtp_client_out(&client, &n), n > 0) {
		most = n > most ? n : most;
		total += n;
		smtp_client_sent(&client, n, now);
	}
	assert_in_range(most, 1, 100 << 10);
	assert_int_equal(total, sizeof(large) - 1 + 13107 + 5);
	feed("250 ok\r\n");
	assert_string_equal(told(), "done +250\nready\n");
}

/* Its octets come out of the server's machine as they went in, with CR LF. */
static void
octets_arrive_as_they_are_but_for_line_ends(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"a\r\nb\r\n", "a\r\nb\r\n"}, {"a\nb", "a\r\nb\r\n"},
		{".\n", ".\r\n"}, {"..\r\n.a\n\n", "..\r\n.a\r\n\r\n"},
		{"\n", "\r\n"}, {"", ""}, {"a\n.\nb\n", "a\r\n.\r\nb\r\n"},
		{"a", "a\r\n"}, {".", ".\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct smtp_conf sconf = {.name = "b", .recipients_most = 1,
		    .errors_most = 1, .command_ms = 9, .data_ms = 9};
		struct smtp_reply go = {354, NULL, ""}, ok = {250, NULL, ""};
		struct smtp_event ev;
		struct buf got = {0};
		struct smtp server;
		const char *text;
		size_t room;

		again();
		connect_to(pipelining);
		send_mail(rows[i].in, 1);
		said();
		feed("250 ok\r\n250 ok\r\n354 go\r\n");
		text = said();
		smtp_init(&server, &sconf, 0);
		server.state = SMTP_MAILING;
		server.asked = SMTP_EV_DATA;
		server.answers = 1;
		smtp_answer(&server, &go, 0);
		memcpy(smtp_in(&server, &room), text, strlen(text));
		smtp_received(&server, strlen(text), 0);
		while (smtp_next(&server, &ev, 0) && ev.type != SMTP_EV_CLOSED)
			if (ev.type == SMTP_EV_CHUNK)
				buf_add_span(&got, ev.octets);
			else if (ev.type == SMTP_EV_END)
				smtp_answer(&server, &ok, 0);
		assert_string_equal(buf_cstr(&got), rows[i].out);
		assert_int_equal(server.state, SMTP_IDLE);
		buf_free(&got);
		smtp_free(&server);
	}
}

static void
unfit_mails_are_refused_without_a_word(void **state)
{
	struct span bad[] = {span_str("a\r\nDATA"), span_str("a>b"),
	    span_str(""), span_str("\303\251@b")};

	(void)state;
	connect_to(plain);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct smtp_mail mail = {span_str("a@b"), &bad[i], 1,
		    span_str("x\r\n")};

		smtp_client_mail(&client, &mail, now);
		drain();
		assert_string_equal(told(), "done !501\nready\n");
	}
	send_mail("a\rb\r\n", 1);
	assert_string_equal(told(), "done !554\nready\n");
	send_mail("a\r", 1);
	assert_string_equal(told(), "done !554\nready\n");
	client.size_most = 2;
	send_mail("x\r\n", 1);
	assert_string_equal(told(), "done !552\nready\n");
	assert_string_equal(said(), "");
}

static void
lmtp_has_an_answer_for_each_that_was_accepted(void **state)
{
	(void)state;
	conf.lmtp = true;
	connect_to(pipelining);
	send_mail("x\r\n", 3);
	feed("250 ok\r\n250 ok\r\n550 no\r\n250 ok\r\n354 go\r\n");
	said();
	feed("250 first\r\n");
	assert_string_equal(told(), "");
	feed("452 third\r\n");
	assert_string_equal(told(), "done +250 !550 -452\nready\n");
	send_mail("x\r\n", 2);
	feed("250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n");
	said();
	feed("250 first\r\n");
	smtp_client_eof(&client, "gone");
	drain();
	assert_string_equal(told(), "done +250 ?0\nclosed 1\n");
}

static void
starttls_comes_first_and_what_was_said_before_is_forgotten(void **state)
{
	(void)state;
	feed(greeting);
	said();
	feed("250-beta\r\n250-PIPELINING\r\n250 STARTTLS\r\n");
	assert_string_equal(said(), "STARTTLS\r\n");
	feed("220 go\r\n250-evil\r\n250 SIZE 1\r\n");
	assert_string_equal(told(), "secure\n");
	feed("250 ok\r\n");
	assert_string_equal(told(), "");
	smtp_client_secured(&client, now);
	assert_string_equal(said(), "EHLO alpha\r\n");
	feed("250 beta\r\n");
	assert_string_equal(told(), "ready\n");
	assert_int_equal(client.size_most, 0);
}

static void
starttls_that_must_be_and_is_not_ends_it(void **state)
{
	(void)state;
	conf.starttls = SMTP_TLS_MUST;
	feed(greeting);
	feed("250 beta\r\n");
	assert_string_equal(told(), "closed 3\n");
	again();
	conf.starttls = SMTP_TLS_MUST;
	feed(greeting);
	feed("250-beta\r\n250 STARTTLS\r\n454 not now\r\n");
	assert_string_equal(told(), "closed 2\n");
	again();
	feed(greeting);
	feed("250-beta\r\n250 STARTTLS\r\n454 not now\r\n");
	assert_string_equal(told(), "ready\n");
	again();
	conf.starttls = SMTP_TLS_NEVER;
	feed(greeting);
	feed("250-beta\r\n250 STARTTLS\r\n");
	assert_string_equal(told(), "ready\n");
}

static void
auth_is_plain_then_login_and_never_in_the_clear_unasked(void **state)
{
	(void)state;
	conf.user = "me";
	conf.password = "secret";
	conf.transcript = true;
	feed(greeting);
	said();
	feed("250-b\r\n250 AUTH LOGIN PLAIN\r\n");
	assert_string_equal(said(), "AUTH PLAIN AG1lAHNlY3JldA==\r\n");
	feed("235 ok\r\n");
	assert_string_equal(told(), "ready\n");
	assert_null(strstr(buf_cstr(&client.said), "AG1l"));
	again();
	conf.user = "me";
	conf.password = "secret";
	feed(greeting);
	said();
	feed("250-b\r\n250 AUTH=LOGIN\r\n");
	assert_string_equal(said(), "AUTH LOGIN\r\n");
	feed("334 VXNlcm5hbWU6\r\n");
	assert_string_equal(said(), "bWU=\r\n");
	feed("334 UGFzc3dvcmQ6\r\n");
	assert_string_equal(said(), "c2VjcmV0\r\n");
	feed("535 5.7.8 no\r\n");
	assert_string_equal(told(), "closed 3\n");
	assert_int_equal(client.code, 535);
	again();
	conf.user = "me";
	conf.password = "secret";
	conf.auth_in_clear = false;
	feed(greeting);
	feed("250-b\r\n250 AUTH PLAIN\r\n");
	assert_string_equal(told(), "closed 3\n");
	again();
	conf.user = "me";
	conf.password = "secret";
	feed(greeting);
	feed("250 b\r\n");
	assert_string_equal(told(), "closed 3\n");
}

static void
peers_that_end_it_early_are_told_apart(void **state)
{
	static const struct {
		const char *octets, *events;
	} rows[] = {
		{"421 busy\r\n", "closed 2\n"}, {"554 no\r\n", "closed 3\n"},
		{"220 b\r\n421 busy\r\n", "closed 2\n"},
		{"HTTP/1.1 400 Bad Request\r\n", "closed 4\n"},
		{"220", ""}, {"22\r\n", "closed 4\n"}, {"999 x\r\n",
		    "closed 4\n"}, {"220x\r\n", "closed 4\n"},
		{"220-a\r\n250 b\r\n", "closed 4\n"},
		{"220 b\r\n250 b\r\n421 bye\r\n", "ready\nclosed 2\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		again();
		feed(rows[i].octets);
		assert_string_equal(told(), rows[i].events);
	}
	again();
	for (int i = 0; i < 200; i++)
		feed("220-more\r\n");
	assert_string_equal(told(), "closed 4\n");
}

static void
silence_in_each_state_has_an_end(void **state)
{
	static const char *const starts[] = {"", "220 b\r\n",
	    "220 b\r\n250-b\r\n250 PIPELINING\r\n",
	    "220 b\r\n250-b\r\n250 PIPELINING\r\n250 ok\r\n250 ok\r\n",
	    ("220 b\r\n250-b\r\n250 PIPELINING\r\n250 ok\r\n250 ok\r\n"
	    "354 go\r\n")};

	(void)state;
	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		const char *p = starts[i], *end;
		char line[64];

		again();
		for (; (end = strstr(p, "\r\n")) != NULL; p = end + 2) {
			snprintf(line, sizeof(line), "%.*s",
			    (int)(end + 2 - p), p);
			feed(line);
			if (strstr(told(), "ready") != NULL)
				send_mail("x\r\n", 1);
			if (i < 4)
				said();
		}
		assert_int_not_equal(smtp_client_deadline(&client),
		    UINT64_MAX);
		now = smtp_client_deadline(&client);
		drain();
		assert_string_equal(told(), i < 2 ? "closed 1\n" :
		    "done -0\nclosed 1\n");
	}
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(mails_go_one_after_another_over_one_connection),
		T(what_asks_for_more_has_accepted_nothing),
		T(envelope_is_pipelined_where_that_is_announced),
		T(nobody_accepted_and_354_all_the_same_sends_nothing),
		T(refused_transactions_are_reset),
		T(helo_is_said_where_ehlo_is_not_known),
		T(peer_that_leaves_after_the_answer_has_the_message),
		T(connection_lost_before_the_dot_is_later_after_it_unknown),
		T(answer_in_the_middle_of_a_message_stands),
		T(mail_is_written_in_pieces),
		T(octets_arrive_as_they_are_but_for_line_ends),
		T(unfit_mails_are_refused_without_a_word),
		T(lmtp_has_an_answer_for_each_that_was_accepted),
		T(starttls_comes_first_and_what_was_said_before_is_forgotten),
		T(starttls_that_must_be_and_is_not_ends_it),
		T(auth_is_plain_then_login_and_never_in_the_clear_unasked),
		T(peers_that_end_it_early_are_told_apart),
		T(silence_in_each_state_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
