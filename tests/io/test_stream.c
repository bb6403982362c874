/* SPDX-License-Identifier: ISC */
/*
 * Streams over loopback, both ends in one loop: connecting, octets both ways,
 * peers that close, reset or are not there.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "io/stream.h"
#include "sys/diag.h"

enum { LISTENER = 1, CLIENT, SERVER };

/* A client and the server's side of its connection. */
struct pair {
	struct loop *loop;
	struct listener *listener;
	struct stream *client, *server;
	char host[64], port[16];
};

static void
pair_listen(struct pair *p, const char *address)
{
	const char *error = "", *colon;

	*p = (struct pair){.loop = loop_new()};
	p->listener = listener_open(p->loop, address, NULL, p, LISTENER, &error);
	assert_string_equal(error, "");
	assert_non_null(p->listener);
	colon = strrchr(listener_address(p->listener), ':');
	snprintf(p->port, sizeof(p->port), "%s", colon + 1);
	snprintf(p->host, sizeof(p->host), "%.*s",
	    (int)(colon - listener_address(p->listener)),
	    listener_address(p->listener));
}

static void
pair_dial(struct pair *p, const char *host, uint64_t connect_ms)
{
	struct stream_conf conf = {
		.host = host,
		.port = p->port,
		.connect_ms = connect_ms,
		.user_timeout_ms = 60000,
	};

	p->client = stream_dial(p->loop, &conf, p, CLIENT);
}

/* Turns the loop until the client is open or failed, and takes the server's
 * side. */
static enum stream_state
pair_connect(struct pair *p)
{
	enum stream_state state = stream_drive(p->client);
	struct watch *w;

	while (state == STREAM_CONNECTING ||
	    (state == STREAM_OPEN && p->server == NULL)) {
		loop_once(p->loop, stream_deadline(p->client));
		while ((w = loop_ready(p->loop)) != NULL)
			if (w->kind == LISTENER && p->server == NULL)
				p->server = listener_accept(p->listener, p,
				    SERVER);
		state = stream_drive(p->client);
	}
	return state;
}

static void
pair_open(struct pair *p)
{
	pair_listen(p, "127.0.0.1:0");
	pair_dial(p, "127.0.0.1", 5000);
	assert_int_equal(pair_connect(p), STREAM_OPEN);
}

static void
pair_close(struct pair *p)
{
	stream_close(p->client);
	stream_close(p->server);
	listener_close(p->listener);
	loop_free(p->loop);
}

/* Reads once, waiting for it. */
static enum stream_result
await(struct pair *p, struct stream *s, void *octets, size_t room, size_t *n)
{
	enum stream_result result;

	while ((result = stream_read(s, octets, room, n)) == STREAM_AGAIN) {
		loop_once(p->loop, UINT64_MAX);
		while (loop_ready(p->loop) != NULL)
			;
	}
	return result;
}

static void
octets_go_both_ways(void **state)
{
	struct pair p;
	char octets[8];
	size_t n;

	(void)state;
	pair_open(&p);
	assert_int_equal(stream_read(p.server, octets, 8, &n), STREAM_AGAIN);
	assert_int_equal(stream_write(p.client, "hello", 5, &n), STREAM_DONE);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(await(&p, p.server, octets, 1, &n),
		    STREAM_DONE);
		assert_int_equal(octets[0], "hello"[i]);
	}
	assert_int_equal(stream_write(p.server, "yes", 3, &n), STREAM_DONE);
	assert_int_equal(await(&p, p.client, octets, 8, &n), STREAM_DONE);
	assert_memory_equal(octets, "yes", 3);
	assert_int_equal(stream_read(p.client, octets, 0, &n), STREAM_AGAIN);
	pair_close(&p);
}

static void
orderly_close_is_eof_after_the_last_octet(void **state)
{
	struct pair p;
	char octets[8];
	size_t n;

	(void)state;
	pair_open(&p);
	stream_write(p.server, "bye", 3, &n);
	stream_close(p.server);
	p.server = NULL;
	assert_int_equal(await(&p, p.client, octets, 8, &n), STREAM_DONE);
	assert_int_equal(n, 3);
	assert_int_equal(await(&p, p.client, octets, 8, &n), STREAM_EOF);
	pair_close(&p);
}

static void
reset_is_broken_and_names_the_peer(void **state)
{
	static const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
	struct pair p;
	char octets[8];
	size_t n;

	(void)state;
	pair_open(&p);
	/* the one way to say reset at once */
	connect(stream_fd(p.server), &nowhere, sizeof(nowhere));
	assert_int_equal(await(&p, p.client, octets, 8, &n), STREAM_BROKEN);
	assert_non_null(strstr(stream_error(p.client), p.port));
	assert_non_null(strstr(stream_error(p.client), "reset"));
	pair_close(&p);
}

static void
refused_connection_says_host_port_and_reason(void **state)
{
	struct pair p;
	char expected[128];

	(void)state;
	pair_listen(&p, "127.0.0.1:0");
	listener_close(p.listener);
	p.listener = NULL;
	pair_dial(&p, "127.0.0.1", 5000);
	assert_int_equal(pair_connect(&p), STREAM_FAILED);
	snprintf(expected, sizeof(expected),
	    "connect to 127.0.0.1 port %s: Connection refused", p.port);
	assert_string_equal(stream_error(p.client), expected);
	pair_close(&p);
}

static void
every_address_of_a_name_is_tried(void **state)
{
	struct pair p;

	(void)state;
	pair_listen(&p, "127.0.0.1:0");
	pair_dial(&p, "localhost", 5000);
	assert_int_equal(pair_connect(&p), STREAM_OPEN);
	assert_string_equal(stream_peer(p.client),
	    listener_address(p.listener));
	pair_close(&p);
}

static void
writing_to_a_stalled_reader_would_block_then_goes_on(void **state)
{
	static char octets[1 << 16];
	struct pair p;
	size_t n, sent = 0, got = 0;
	enum stream_result result;

	(void)state;
	pair_open(&p);
	while ((result = stream_write(p.client, octets, sizeof(octets), &n)) ==
	    STREAM_DONE)
		sent += n;
	assert_int_equal(result, STREAM_AGAIN);
	stream_want(p.client, true, true);
	while (got < sent) {
		assert_int_equal(await(&p, p.server, octets, sizeof(octets),
		    &n), STREAM_DONE);
		got += n;
	}
	while (!stream_watch(p.client)->writable)
		loop_once(p.loop, UINT64_MAX);
	assert_int_equal(stream_write(p.client, octets, 1, &n), STREAM_DONE);
	pair_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_go_both_ways),
		cmocka_unit_test(orderly_close_is_eof_after_the_last_octet),
		cmocka_unit_test(reset_is_broken_and_names_the_peer),
		cmocka_unit_test(refused_connection_says_host_port_and_reason),
		cmocka_unit_test(every_address_of_a_name_is_tried),
		cmocka_unit_test(
		    writing_to_a_stalled_reader_would_block_then_goes_on),
	};

	diag_init("test_stream");
	return cmocka_run_group_tests_name("io/stream", tests, NULL, NULL);
}
