/* SPDX-License-Identifier: ISC */
/* app/mail_server: many connections over real sockets, slow ones too. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
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
#include "sys/diag.h"

enum { MANY = 300 };

static struct loop *loop;
static struct mail_server *server;
static struct mail_server_conf conf;
static unsigned opened, ended, gone, octets;

static int
setup(void **state)
{
	const char *error;

	(void)state;
	conf = (struct mail_server_conf){.address = "127.0.0.1:0",
	    .smtp = {.name = "b", .recipients_most = 5, .errors_most = 5,
	    .command_ms = 60000, .data_ms = 60000}, .clients_most = MANY};
	opened = ended = gone = octets = 0;
	loop = loop_new();
	server = mail_server_open(loop, &conf, 1, &error);
	assert_non_null(server);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	mail_server_free(server);
	loop_free(loop);
	return 0;
}

/* One pass; waits for nothing longer than a moment. */
static void
pass(void)
{
	static const struct smtp_reply ok = {250, "2.0.0", "ok"},
	    go = {354, NULL, "go"};
	struct watch *w;
	struct mail_event ev;
	uint64_t moment = loop_now(loop) + 20;
	uint64_t due = mail_server_deadline(server);

	loop_once(loop, due < moment ? due : moment);
	while ((w = loop_ready(loop)) != NULL)
		mail_server_ready(server, w);
	while (mail_server_next(server, &ev)) {
		opened += ev.type == MAIL_EV_OPENED;
		gone += ev.type == MAIL_EV_GONE;
		if (ev.type == MAIL_EV_OPENED && opened == 1)
			ev.client->conf.size_most = 4321;
		if (ev.type != MAIL_EV_SMTP)
			continue;
		ended += ev.event.type == SMTP_EV_END;
		octets += (unsigned)ev.event.octets.n;
		mail_server_answer(ev.client,
		    ev.event.type == SMTP_EV_DATA ? &go : &ok);
	}
}

static int
dial(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	sa.sin_port = htons((uint16_t)atoi(
	    strchr(mail_server_address(server), ':') + 1));
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* Passes until so many octets of text came; "" at the end. */
static const char *
hear(int fd, const char *until)
{
	static char text[4096];
	size_t len = 0;

	for (int i = 0; i < 500; i++) {
		ssize_t n = read(fd, text + len, sizeof(text) - 1 - len);

		if (n == 0)
			break;
		len += n > 0 ? (size_t)n : 0;
		text[len] = '\0';
		if (len > 0 && strstr(text, until) != NULL)
			return text;
		pass();
	}
	text[len] = '\0';
	return text;
}

static const char message[] = "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
    "x\r\n.\r\n";

static void
client_of_its_own_terms_sends_and_leaves(void **state)
{
	int fd = dial();

	(void)state;
	assert_non_null(strstr(hear(fd, "\r\n"), "220 b ESMTP\r\n"));
	say(fd, "EHLO a\r\n");
	assert_non_null(strstr(hear(fd, "PIPELINING\r\n"), "SIZE 4321"));
	say(fd, message);
	assert_non_null(strstr(hear(fd, "354 go\r\n250 2.0.0 ok\r\n"), "354"));
	say(fd, "QUIT\r\n");
	assert_non_null(strstr(hear(fd, "none"), "221 "));
	assert_int_equal(mail_server_clients(server), 0);
	assert_int_equal(opened + ended + gone, 3);
	assert_int_equal(octets, 3);
	close(fd);
}

static void
many_connections_at_once_are_served_and_more_turned_away(void **state)
{
	int fds[MANY], extra;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		fds[i] = dial();
		if (i % 50 == 0)
			pass();
	}
	for (int i = 0; i < MANY; i++)
		assert_non_null(strstr(hear(fds[i], "ESMTP\r\n"), "220"));
	assert_int_equal(mail_server_clients(server), MANY);
	extra = dial();
	assert_non_null(strstr(hear(extra, "none"), "421 4.3.2"));
	close(extra);
	for (int i = 0; i < MANY; i++) {
		say(fds[i], "HELO a\r\n");
		say(fds[i], message);
	}
	for (int i = 0; i < MANY; i++)
		assert_non_null(strstr(hear(fds[i], "2.0.0 ok\r\n"), "354"));
	assert_int_equal(ended, MANY);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	for (int i = 0; i < 100 && mail_server_clients(server) > 0; i++)
		pass();
	assert_int_equal(mail_server_clients(server), 0);
	assert_int_equal(gone, MANY);
}

static void
stopping_ends_the_idle_and_lets_a_message_end(void **state)
{
	int idle = dial(), busy = dial();

	(void)state;
	hear(idle, "ESMTP\r\n");
	hear(busy, "ESMTP\r\n");
	say(busy, "HELO a\r\nMAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\nx");
	hear(busy, "354 ");
	mail_server_stop(server);
	assert_non_null(strstr(hear(idle, "none"), "421 4.3.2"));
	say(busy, "\r\n.\r\n");
	assert_non_null(strstr(hear(busy, "none"), "250 2.0.0 ok\r\n421 "));
	assert_int_equal(mail_server_clients(server), 0);
	close(idle);
	close(busy);
}

static void
cutting_ends_all_at_once(void **state)
{
	int busy = dial();

	(void)state;
	hear(busy, "ESMTP\r\n");
	say(busy, "HELO a\r\nMAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\nx");
	hear(busy, "354 ");
	mail_server_cut(server);
	assert_non_null(strstr(hear(busy, "none"), "421 4.3.2"));
	close(busy);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(client_of_its_own_terms_sends_and_leaves),
		T(many_connections_at_once_are_served_and_more_turned_away),
		T(stopping_ends_the_idle_and_lets_a_message_end),
		T(cutting_ends_all_at_once),
	};

	diag_init("test_mail_server");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
