/* SPDX-License-Identifier: ISC */
/* app/mailer, app/outbox and app/route, against app/mail_server in one loop. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/mail_server.h"
#include "app/outbox.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum { KIND_SERVER = 1, KIND_MAILER };

static struct loop *loop;
static struct mail_server *server;
static struct mailer *mailer;
static struct mm4_state *state_db;
static struct outbox *outbox;
static struct routes routes;
static unsigned opened, kept;
static uint16_t end_code;          /* what the server says to whole mails */
static struct buf events;
static struct mail_target target;
static char host_port[64];

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
	opened = kept = 0;
	end_code = 250;
	loop = loop_new();
	server = mail_server_open(loop, &sconf, KIND_SERVER, &error);
	assert_non_null(server);
	mailer = mailer_new(loop, &mconf, KIND_MAILER);
	state_db = mm4_state_open(NULL, &why);
	assert_non_null(state_db);
	strcpy(host_port, mail_server_address(server));
	target = (struct mail_target){.host = "127.0.0.1",
	    .port = strchr(host_port, ':') + 1};
	outbox = outbox_new(&(struct outbox_conf){state_db, mailer, &routes,
	    7});
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	outbox_free(outbox);
	mailer_free(mailer);
	mail_server_free(server);
	mm4_state_close(state_db);
	loop_free(loop);
	routes_free(&routes);
	buf_free(&events);
	return 0;
}

static void
serve(void)
{
	struct mail_event ev;

	while (mail_server_next(server, &ev)) {
		struct smtp_reply r = {250, "2.0.0", "ok"};

		opened += ev.type == MAIL_EV_OPENED;
		if (ev.type != MAIL_EV_SMTP)
			continue;
		if (ev.event.type == SMTP_EV_DATA)
			r = (struct smtp_reply){354, NULL, "go"};
		else if (ev.event.type == SMTP_EV_END)
			r = (struct smtp_reply){end_code, "2.0.0", "done"};
		else if (ev.event.type == SMTP_EV_RCPT &&
		    ev.event.address.p[0] == 'n')
			r = (struct smtp_reply){550, "5.1.1", "nobody"};
		kept += ev.event.type == SMTP_EV_END && end_code < 400;
		mail_server_answer(ev.client, &r);
	}
}

static void
pass(bool draw)
{
	static const char result[] = "+-!?";
	struct watch *w;
	struct mailer_event ev;
	uint64_t by = loop_now(loop) + 10, at;

	at = mail_server_deadline(server);
	by = at < by ? at : by;
	at = mailer_deadline(mailer);
	by = at < by ? at : by;
	loop_once(loop, by);
	while ((w = loop_ready(loop)) != NULL)
		if (w->kind == KIND_SERVER)
			mail_server_ready(server, w);
		else
			mailer_ready(mailer, w);
	serve();
	while (draw && mailer_next(mailer, &ev)) {
		buf_addf(&events, "%u", (unsigned)ev.tag);
		for (size_t i = 0; i < ev.n; i++)
			buf_addf(&events, " %c%u",
			    result[ev.outcome[i].result], ev.outcome[i].code);
		buf_add_str(&events, ev.connected ? "\n" : " unreachable\n");
	}
}

static const char *
run(void)
{
	for (int i = 0; i < 1000 && mailer_pending(mailer) > 0; i++)
		pass(true);
	assert_int_equal(mailer_pending(mailer), 0);
	return buf_cstr(&events);
}

static void
mails_share_a_connection_and_have_outcomes_of_their_own(void **state)
{
	static struct span to[] = {{(const uint8_t *)"x@b", 3},
	    {(const uint8_t *)"no@b", 4}};
	struct smtp_mail mail = {span_str("a@a"), to, 2, span_str("hi\r\n")};

	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		mailer_send(mailer, &target, &mail, i);
	assert_string_equal(run(), "1 +250 !550\n2 +250 !550\n3 +250 !550\n");
	assert_int_equal(opened, 1);
	assert_int_equal(kept, 3);
	for (int i = 0; i < 100 && !mailer_quit(mailer); i++)
		pass(true);
	assert_true(mailer_quit(mailer));
	for (int i = 0; i < 100 && mail_server_clients(server) > 0; i++)
		pass(true);
	assert_int_equal(mail_server_clients(server), 0);
}

static void
mails_for_a_peer_that_is_not_there_come_back(void **state)
{
	static struct span to[] = {{(const uint8_t *)"x@b", 3}};
	struct smtp_mail mail = {span_str("a@a"), to, 1, span_str("hi\r\n")};
	struct mail_target nobody = {.host = "127.0.0.1", .port = "1"};

	(void)state;
	mailer_send(mailer, &nobody, &mail, 1);
	mailer_send(mailer, &nobody, &mail, 2);
	assert_string_equal(run(), "1 -0 unreachable\n2 -0 unreachable\n");
	assert_true(mailer_quit(mailer));
}

static void
cutting_gives_mails_back(void **state)
{
	static struct span to[] = {{(const uint8_t *)"x@b", 3}};
	struct smtp_mail mail = {span_str("a@a"), to, 1, span_str("hi\r\n")};

	(void)state;
	mailer_send(mailer, &target, &mail, 1);
	mailer_send(mailer, &target, &mail, 2);
	pass(true);
	mailer_cut(mailer, "stopped");
	assert_non_null(strstr(run(), "-0"));
}

static void
post(const char *domain, const char *rcpt, time_t expires)
{
	struct span to[] = {span_str(rcpt)};
	struct timespec now = clock_now();
	struct mm4_mail m = {0, span_str(domain), span_str(""), to, 1,
	    span_str("hi\r\n"), now, {now.tv_sec + expires, 0}, 0};

	assert_true(mm4_state_post(state_db, &m));
}

static void
work(void)
{
	for (int i = 0; i < 1000; i++) {
		pass(false);
		outbox_work(outbox, clock_now());
		if (outbox_is_idle(outbox) && i > 2)
			break;
	}
	assert_true(outbox_is_idle(outbox));
}

static void
add_route(const char *text)
{
	struct buf why = {0};

	assert_true(routes_add(&routes, span_str(text), &why));
}

static void
outbox_sends_what_is_due_and_forgets_it(void **state)
{
	struct timespec due;
	char route[80];

	(void)state;
	snprintf(route, sizeof(route), "mms.b=%s", host_port);
	add_route(route);
	post("mms.b", "x@mms.b", 3600);
	post("mms.b", "y@mms.b", 3600);
	post("mms.b", "no@mms.b", 3600);
	work();
	assert_int_equal(kept, 2);
	assert_int_equal(outbox_sent(outbox), 2);
	assert_int_equal(outbox_lost(outbox), 1);
	assert_false(mm4_state_next_due(state_db, (struct span){0}, &due));
}

static void
outbox_keeps_what_may_go_later_until_it_expires(void **state)
{
	struct timespec due, now = clock_now();
	char route[80];

	(void)state;
	snprintf(route, sizeof(route), "*=%s", host_port);
	add_route(route);
	end_code = 451;
	post("mms.b", "x@mms.b", 3600);
	post("mms.b", "y@mms.b", 1);
	work();
	assert_int_equal(outbox_sent(outbox), 0);
	assert_int_equal(outbox_lost(outbox), 1);
	assert_true(mm4_state_next_due(state_db, (struct span){0}, &due));
	assert_in_range(due.tv_sec, now.tv_sec + 3, now.tv_sec + 30);
}

static void
outbox_without_a_route_waits(void **state)
{
	struct timespec due;

	(void)state;
	post("mms.b", "x@mms.b", 3600);
	work();
	assert_true(mm4_state_next_due(state_db, (struct span){0}, &due));
	assert_int_equal(opened, 0);
}

static void
a_domain_that_is_silent_stops_no_other(void **state)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int silent = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t n = sizeof(a);
	char route[80];
	uint64_t by;

	(void)state;
	assert_return_code(bind(silent, (struct sockaddr *)&a, n), errno);
	assert_return_code(listen(silent, 10), errno);
	assert_return_code(getsockname(silent, (struct sockaddr *)&a, &n),
	    errno);
	snprintf(route, sizeof(route), "mms.silent=127.0.0.1:%u",
	    ntohs(a.sin_port));
	add_route(route);
	snprintf(route, sizeof(route), "mms.b=%s", host_port);
	add_route(route);
	for (int i = 0; i < 300; i++)
		post("mms.silent", "x@mms.silent", 3600);
	post("mms.b", "y@mms.b", 3600);
	/* before the silent ones are given up, after reply_ms */
	by = loop_now(loop) + 5000;
	while (outbox_sent(outbox) == 0 && loop_now(loop) < by) {
		pass(false);
		outbox_work(outbox, clock_now());
	}
	assert_int_equal(kept, 1);
	assert_int_equal(outbox_sent(outbox), 1);
	close(silent);
}

static void
back_off_grows_with_jitter_to_an_hour(void **state)
{
	uint64_t last = 0;

	(void)state;
	for (uint32_t n = 0; n < 40; n++) {
		uint64_t least = outbox_back_off(n, 0);
		uint64_t most = outbox_back_off(n, UINT16_MAX);

		assert_true(least >= last && most > least);
		assert_in_range(most, 6250, 75 * 60000);
		last = least;
	}
	assert_int_equal(last, 45 * 60000);
}

static void
routes_know_prefixes_domains_and_all_else(void **state)
{
	static const char *const bad[] = {"", "x", "=y", "x=", "+82=h:25",
	    "d=h:0", "d=smtps://", "d=http://h", "d=h:25/path"};
	struct buf why = {0};
	struct mail_target t;

	(void)state;
	assert_null(routes_domain(&routes, span_str("+821")));
	assert_false(routes_target(&routes, span_str("mms.b"), &t));
	add_route("+82=mms.b");
	add_route("+8210=mms.c");
	add_route("mms.b=192.0.2.1:2525");
	add_route("mms.c=smtps://me:pw@mx.c");
	add_route("mms.d=lmtp://[::1]:24");
	assert_string_equal(routes_domain(&routes, span_str("+82105")),
	    "mms.c");
	assert_string_equal(routes_domain(&routes, span_str("+822")), "mms.b");
	assert_null(routes_domain(&routes, span_str("+1")));
	add_route("*=mms.e");
	assert_string_equal(routes_domain(&routes, span_str("+1")), "mms.e");
	assert_true(routes_target(&routes, span_str("MMS.B"), &t));
	assert_string_equal(t.host, "192.0.2.1");
	assert_string_equal(t.port, "2525");
	assert_false(t.tls || t.lmtp || t.mx);
	assert_true(routes_target(&routes, span_str("mms.c"), &t));
	assert_true(t.tls);
	assert_string_equal(t.user, "me");
	assert_string_equal(t.password, "pw");
	assert_true(routes_target(&routes, span_str("mms.d"), &t));
	assert_true(t.lmtp);
	route_print(&why, &t);
	assert_string_equal(buf_cstr(&why), "lmtp://[::1]:24");
	assert_false(routes_target(&routes, span_str("mms.e"), &t));
	add_route("*=gw:25");
	assert_true(routes_target(&routes, span_str("mms.e"), &t));
	assert_string_equal(t.host, "gw");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(routes_add(&routes, span_str(bad[i]), &why));
	assert_true(routes_fix(&routes, span_str("smtp://[::1]:25"), &why));
	assert_true(routes_target(&routes, span_str("mms.b"), &t));
	assert_string_equal(t.host, "::1");
	buf_free(&why);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(mails_share_a_connection_and_have_outcomes_of_their_own),
		T(mails_for_a_peer_that_is_not_there_come_back),
		T(cutting_gives_mails_back),
		T(outbox_sends_what_is_due_and_forgets_it),
		T(outbox_keeps_what_may_go_later_until_it_expires),
		T(outbox_without_a_route_waits),
		T(a_domain_that_is_silent_stops_no_other),
		T(back_off_grows_with_jitter_to_an_hour),
		T(routes_know_prefixes_domains_and_all_else),
	};

	diag_init("test_mailer");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
