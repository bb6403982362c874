/* SPDX-License-Identifier: ISC */
/*
 * Making connections, with a name service of our own: getaddrinfo below takes
 * the place of libc's. Names: "two" has an address where nobody listens before
 * the one that does, "none" is not known, "stuck" never gets an answer.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "io/stream.h"
#include "sys/diag.h"

static int stuck[2];  /* "stuck" is looked up until its end is closed */
static sem_t answered;
static int asked;     /* how many threads will post answered */

static struct addrinfo *
address(const char *text, const char *port, struct addrinfo *next)
{
	struct {
		struct addrinfo info;
		struct sockaddr_storage sa;
	} *a = calloc(1, sizeof(*a));
	struct sockaddr_in *v4 = (void *)&a->sa;
	struct sockaddr_in6 *v6 = (void *)&a->sa;
	uint16_t number = htons((uint16_t)atoi(port));

	a->info.ai_addr = (struct sockaddr *)&a->sa;
	a->info.ai_next = next;
	a->info.ai_socktype = SOCK_STREAM;
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = number;
		a->info.ai_addrlen = sizeof(*v4);
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
		v6->sin6_family = AF_INET6;
		v6->sin6_port = number;
		a->info.ai_addrlen = sizeof(*v6);
	}
	a->info.ai_family = a->sa.ss_family;
	return &a->info;
}

int
getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **list)
{
	uint8_t octets[16];
	int family = strchr(host, ':') != NULL ? AF_INET6 : AF_INET;
	char octet;

	if (port == NULL)
		port = "0";
	if (inet_pton(family, host, octets) == 1) {
		if (hints->ai_family != AF_UNSPEC && hints->ai_family != family)
			return EAI_ADDRFAMILY;
		*list = address(host, port, NULL);
		return 0;
	}
	if (hints->ai_flags & AI_NUMERICHOST)
		return EAI_NONAME;
	if (strcmp(host, "stuck") == 0) {
		ssize_t n = read(stuck[0], &octet, 1);

		sem_post(&answered);
		if (n == 0)
			return EAI_AGAIN;
	} else if (strcmp(host, "two") == 0) {
		*list = address("::1", port, address("127.0.0.2", port,
		    address("127.0.0.1", port, NULL)));
		return 0;
	}
	return EAI_NONAME;
}

void
freeaddrinfo(struct addrinfo *list)
{
	while (list != NULL) {
		struct addrinfo *next = list->ai_next;

		free(list);
		list = next;
	}
}

static struct loop *loop;
static struct listener *listener;
static char port[16];

static int
begin(void **state)
{
	const char *error;

	(void)state;
	loop = loop_new();
	listener = listener_open(loop, "127.0.0.1:0", NULL, NULL, 0, &error);
	if (listener == NULL)
		return -1;
	snprintf(port, sizeof(port), "%s",
	    strrchr(listener_address(listener), ':') + 1);
	asked = 0;
	sem_init(&answered, 0, 0);
	return pipe(stuck);
}

static int
end(void **state)
{
	(void)state;
	listener_close(listener);
	listener = NULL;
	loop_free(loop);
	close(stuck[1]);
	while (asked-- > 0)
		sem_wait(&answered);
	close(stuck[0]);
	return 0;
}

static struct stream *
dial(const char *host, const char *local, uint64_t connect_ms)
{
	struct stream_conf conf = {.host = host, .port = port,
	    .local_address = local, .connect_ms = connect_ms};

	asked += strcmp(host, "stuck") == 0;
	return stream_dial(loop, &conf, NULL, 1);
}

/* Turns the loop until the stream is open or failed, driving it only when its
 * watch came up or its deadline is reached. */
static enum stream_state
settle(struct stream *s)
{
	enum stream_state state = stream_drive(s);
	struct watch *w;

	while (state == STREAM_CONNECTING) {
		uint64_t deadline = stream_deadline(s);

		loop_once(loop, deadline);
		while ((w = loop_ready(loop)) != NULL)
			if (w == stream_watch(s))
				state = stream_drive(s);
			else
				stream_close(listener_accept(listener, NULL,
				    0));
		if (loop_now(loop) >= deadline)
			state = stream_drive(s);
	}
	return state;
}

static void
expect_failure(const char *host, const char *local, uint64_t connect_ms,
    const char *error)
{
	struct stream *s = dial(host, local, connect_ms);

	assert_int_equal(settle(s), STREAM_FAILED);
	assert_string_equal(stream_error(s), error);
	assert_int_equal(stream_fd(s), -1);
	stream_close(s);
}

static void
every_address_of_a_name_is_tried_in_turn(void **state)
{
	struct stream *s = dial("two", NULL, 5000);

	(void)state;
	assert_int_equal(settle(s), STREAM_OPEN);
	assert_string_equal(stream_peer(s), listener_address(listener));
	assert_string_equal(stream_error(s), "");
	stream_close(s);
}

static void
every_address_that_failed_is_told(void **state)
{
	char text[200];
	struct stream *s;

	(void)state;
	listener_close(listener);
	listener = NULL;
	s = dial("two", NULL, 5000);
	assert_int_equal(settle(s), STREAM_FAILED);
	/* what the system says of ::1 depends on whether it has IPv6 */
	snprintf(text, sizeof(text), "connect to two port %s: ::1: ", port);
	assert_memory_equal(stream_error(s), text, strlen(text));
	assert_non_null(strstr(stream_error(s),
	    "; 127.0.0.2: Connection refused; 127.0.0.1: Connection refused"));
	stream_close(s);
}

static void
an_unknown_name_is_told_as_such(void **state)
{
	(void)state;
	expect_failure("none", NULL, 5000, "none: Name or service not known");
	expect_failure("", NULL, 5000, ": Name or service not known");
}

static void
a_name_server_that_does_not_answer_ends_with_the_time(void **state)
{
	uint64_t start = loop_clock(loop);

	(void)state;
	expect_failure("stuck", NULL, 30,
	    "stuck: no answer from the name servers within 0.03 s");
	assert_in_range(loop_clock(loop) - start, 30, 5000);
	/* given up before its time */
	stream_close(dial("stuck", NULL, 5000));
}

static void
the_loop_goes_on_while_a_name_is_looked_up(void **state)
{
	struct stream *s = dial("stuck", NULL, 5000);
	uint64_t start = loop_clock(loop);

	(void)state;
	while (loop_now(loop) < start + 10)
		loop_once(loop, start + 10);
	assert_null(loop_ready(loop));
	assert_int_equal(stream_drive(s), STREAM_CONNECTING);
	close(stuck[1]);
	assert_int_equal(settle(s), STREAM_FAILED);
	assert_string_equal(stream_error(s),
	    "stuck: Temporary failure in name resolution");
	stream_close(s);
	stuck[1] = -1;
}

static void
a_local_address_is_connected_from(void **state)
{
	struct stream *s = dial("127.0.0.1", "127.0.0.3", 5000), *peer = NULL;
	char text[200];

	(void)state;
	while (stream_drive(s) == STREAM_CONNECTING || peer == NULL) {
		loop_once(loop, UINT64_MAX);
		while (loop_ready(loop) != NULL)
			;
		if (peer == NULL)
			peer = listener_accept(listener, NULL, 0);
	}
	assert_memory_equal(stream_peer(peer), "127.0.0.3:", 10);
	stream_close(s);
	stream_close(peer);
	snprintf(text, sizeof(text), "connect to 127.0.0.1 port %s: ::1: no "
	    "local address of that family", port);
	expect_failure("127.0.0.1", "::1", 5000, text);
	snprintf(text, sizeof(text), "connect to 127.0.0.1 port %s: "
	    "192.0.2.1: Cannot assign requested address", port);
	expect_failure("127.0.0.1", "192.0.2.1", 5000, text);
}

static void
expect_no_listener(const char *where, const char *expected)
{
	const char *error = "";

	assert_null(listener_open(loop, where, NULL, NULL, 0, &error));
	assert_string_equal(error, expected);
}

static void
what_cannot_be_listened_on_says_why(void **state)
{
	char text[200];
	const char *error = "";
	struct listener *l;

	(void)state;
	snprintf(text, sizeof(text), "listen on %s: Address already in use",
	    listener_address(listener));
	expect_no_listener(listener_address(listener), text);
	expect_no_listener("2775", "listen on 2775: not ADDRESS:PORT");
	expect_no_listener("::1:2775", "listen on ::1:2775: not ADDRESS:PORT");
	expect_no_listener("", "listen on : not ADDRESS:PORT");
	expect_no_listener("none:1",
	    "listen on none:1: none: Name or service not known");
	l = listener_open(loop, ":0", NULL, NULL, 0, &error);
	assert_non_null(l);
	assert_memory_equal(listener_address(l), "127.0.0.1:", 10);
	listener_close(l);
	l = listener_open(loop, "*:0", NULL, NULL, 0, &error);
	assert_non_null(l);
	listener_close(l);
}

static void
what_is_no_address_is_known_by_its_form(void **state)
{
	static const char *const good[] = {"127.0.0.1:0", ":65535", "*:1",
	    "[::1]:2775", "localhost:http", ":00001"};
	static const char *const bad[] = {"", "2775", "127.0.0.1", "::1:2775",
	    ":65536", ":99999", ":123456", "host:", "[::1]", ":4294969071"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(listener_may_be(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(listener_may_be(bad[i]));
}

/* Lowers the limit to what is in use and two more, the hard one too or not. */
static void
few_descriptors(bool hard)
{
	struct rlimit few;
	int next = dup(STDIN_FILENO);

	close(next);
	getrlimit(RLIMIT_NOFILE, &few);
	few.rlim_cur = (rlim_t)next + 2;
	if (hard)
		few.rlim_max = few.rlim_cur;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
}

/* Connections until no descriptor is left; how many. */
static size_t
use_up(struct stream *streams[], size_t max)
{
	size_t n = 0;

	while (n < max) {
		streams[n] = dial("127.0.0.1", NULL, 5000);
		if (stream_fd(streams[n]) == -1) {
			stream_close(streams[n]);
			break;
		}
		n++;
	}
	return n;
}

static void
the_soft_limit_of_descriptors_turns_nobody_away(void **state)
{
	struct stream *streams[8], *peer;
	size_t n;

	(void)state;
	few_descriptors(false);
	n = use_up(streams, 8);
	assert_in_range(n, 1, 7);
	do
		loop_once(loop, UINT64_MAX);
	while ((peer = listener_accept(listener, NULL, 0)) == NULL);
	stream_close(peer);
	while (n-- > 0)
		stream_close(streams[n]);
}

/* The last test: nobody but root can raise a hard limit again. */
static void
callers_beyond_the_descriptors_are_turned_away(void **state)
{
	struct stream *streams[8], *s;
	size_t n, got;
	char octet;
	enum stream_result result;

	(void)state;
	s = dial("127.0.0.1", NULL, 5000);
	few_descriptors(true);
	n = use_up(streams, 8);
	assert_in_range(n, 1, 7);
	while (stream_drive(s) == STREAM_CONNECTING)
		loop_once(loop, UINT64_MAX);
	do
		assert_null(listener_accept(listener, NULL, 0));
	while ((result = stream_read(s, &octet, 1, &got)) == STREAM_AGAIN);
	assert_in_range(result, STREAM_EOF, STREAM_BROKEN);
	stream_close(s);
	while (n-- > 0)
		stream_close(streams[n]);
	/* and those that come when there is room again are not */
	s = dial("127.0.0.1", NULL, 5000);
	assert_int_equal(settle(s), STREAM_OPEN);
	stream_close(s);
}

#define DIAL_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIAL_TEST(every_address_of_a_name_is_tried_in_turn),
		DIAL_TEST(every_address_that_failed_is_told),
		DIAL_TEST(an_unknown_name_is_told_as_such),
		DIAL_TEST(a_name_server_that_does_not_answer_ends_with_the_time),
		DIAL_TEST(the_loop_goes_on_while_a_name_is_looked_up),
		DIAL_TEST(a_local_address_is_connected_from),
		DIAL_TEST(what_cannot_be_listened_on_says_why),
		cmocka_unit_test(what_is_no_address_is_known_by_its_form),
		DIAL_TEST(the_soft_limit_of_descriptors_turns_nobody_away),
		DIAL_TEST(callers_beyond_the_descriptors_are_turned_away),
	};

	diag_init("test_dial");
	return cmocka_run_group_tests_name("io/dial", tests, NULL, NULL);
}
