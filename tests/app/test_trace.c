/* SPDX-License-Identifier: ISC */
/* What -v and -vv print, with stderr in a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/trace.h"
#include "base/buf.h"
#include "base/hex.h"
#include "smpp/pdu.h"
#include "sys/diag.h"

/* What was printed and captured, and where. */
struct shown {
	FILE *file;
	int old, sockets[2];
	char path[32];
	struct trace *trace;
	struct trace_link *link;
	struct buf text, capture;
};

static void
show_masked(struct shown *s, int verbose, bool mask)
{
	struct trace_conf conf = {.verbose = verbose, .mask = mask};

	*s = (struct shown){.path = "/tmp/test_trace.XXXXXX"};
	close(mkstemp(s->path));
	conf.pcap = s->path;
	s->file = tmpfile();
	s->old = dup(STDERR_FILENO);
	dup2(fileno(s->file), STDERR_FILENO);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s->sockets), 0);
	s->trace = trace_new(&conf);
	s->link = trace_open(s->trace, s->sockets[0], "link1");
}

static void
show_begin(struct shown *s, int verbose)
{
	show_masked(s, verbose, false);
}

static void
read_all(struct buf *b, int fd)
{
	ssize_t n;

	while ((n = pread(fd, buf_reserve(b, 4096), 4096, (off_t)b->len)) > 0)
		b->len += (size_t)n;
}

static void
show_end(struct shown *s)
{
	FILE *f;

	trace_close(s->link);
	assert_true(trace_free(s->trace));
	dup2(s->old, STDERR_FILENO);
	close(s->old);
	read_all(&s->text, fileno(s->file));
	fclose(s->file);
	f = fopen(s->path, "r");
	assert_non_null(f);
	read_all(&s->capture, fileno(f));
	fclose(f);
	unlink(s->path);
	close(s->sockets[0]);
	close(s->sockets[1]);
	buf_cstr(&s->text);
}

static void
show_free(struct shown *s)
{
	buf_free(&s->text);
	buf_free(&s->capture);
}

static bool
captured(const struct shown *s, const void *p, size_t n)
{
	return memmem(s->capture.p, s->capture.len, p, n) != NULL;
}

static bool
printed(const struct shown *s, const char *text)
{
	return strstr((const char *)s->text.p, text) != NULL;
}

/* A bind of "me" with the password "secret". */
static size_t
put_bind(uint8_t *octets, size_t room, enum pdu_type type)
{
	struct pdu pdu = {.type = type, .sequence_number = 1,
	    .system_id = span_str("me"), .password = span_str("secret"),
	    .interface_version = 0x34};
	struct wr w = wr_init(octets, room);

	assert_true(pdu_encode(&w, &pdu, NULL));
	return w.len;
}

static void
password_is_in_no_line_and_no_capture(void **state)
{
	static const enum pdu_type types[] = {PDU_bind_transmitter,
	    PDU_bind_receiver, PDU_bind_transceiver, PDU_outbind};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct shown s;
		uint8_t octets[100];
		size_t n = put_bind(octets, sizeof(octets), types[i]);

		show_begin(&s, 2);
		/* one octet at a time: what is unfinished must not leak */
		for (size_t k = 0; k < n; k++)
			trace_feed(s.link, TRACE_SENT, span_of(octets + k, 1));
		show_end(&s);
		assert_true(printed(&s, "Z link1 -> "));
		assert_true(printed(&s, "system_id=me"));
		assert_true(printed(&s, "6d65002a2a2a2a2a2a00"));
		assert_false(printed(&s, "secret"));
		assert_false(printed(&s, "736563726574"));
		assert_true(captured(&s, "me\0******", 9));
		assert_false(captured(&s, "secret", 6));
		show_free(&s);
	}
}

static void
password_of_a_broken_bind_does_not_show_either(void **state)
{
	uint8_t octets[100];
	size_t n = put_bind(octets, sizeof(octets), PDU_bind_transmitter);

	(void)state;
	for (int how = 0; how < 3; how++) {
		struct shown s;
		uint8_t bad[100];

		memcpy(bad, octets, n);
		if (how == 0)
			bad[3] = 26;     /* it ends within the password */
		if (how == 1)
			bad[3] = 15;     /* no length at all */
		if (how == 2) {
			bad[3] = 25;     /* a body without a NUL */
			bad[18] = '/';
		}
		show_begin(&s, 2);
		trace_feed(s.link, TRACE_RECEIVED,
		    span_of(bad, how == 1 ? n : bad[3]));
		show_end(&s);
		assert_true(printed(&s, "<- "));
		assert_false(printed(&s, "736563726574"));
		assert_false(printed(&s, "7365637265"));
		assert_false(printed(&s, "secre"));
		assert_false(captured(&s, "secre", 5));
		show_free(&s);
	}
}

static void
a_line_for_each_pdu_however_the_octets_come(void **state)
{
	static const uint8_t two[] = {0, 0, 0, 16, 0, 0, 0, 21, 0, 0, 0, 0,
	    0, 0, 0, 7, 0, 0, 0, 16, 0x80, 0, 0, 21, 0, 0, 0, 0, 0, 0, 0, 8,
	    0, 0};
	struct shown s;

	(void)state;
	show_begin(&s, 1);
	trace_feed(s.link, TRACE_RECEIVED, span_of(two, 20));
	trace_feed(s.link, TRACE_RECEIVED, span_of(two + 20, 14));
	show_end(&s);
	assert_true(printed(&s, " <- enquire_link seq=7"));
	assert_true(printed(&s, " <- enquire_link_resp seq=8"));
	assert_true(printed(&s, " <- 2 octets of a PDU that was cut short"));
	assert_true(captured(&s, two, 16));
	assert_true(captured(&s, two + 16, 16));
	show_free(&s);
}

static void
what_is_no_smpp_is_told_and_kept(void **state)
{
	static const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct shown s;

	(void)state;
	show_begin(&s, 2);
	trace_feed(s.link, TRACE_RECEIVED, span_str(http));
	trace_feed(s.link, TRACE_RECEIVED, span_str("more"));
	show_end(&s);
	assert_true(printed(&s, "<- 28 octets that are no SMPP"));
	assert_true(printed(&s, "<- 4 octets that are no SMPP"));
	assert_true(printed(&s, "\n6d6f7265\n"));
	assert_true(captured(&s, http, sizeof(http) - 1));
	show_free(&s);
}

static void
masked_transcript_shows_no_text_and_no_whole_number(void **state)
{
	struct pdu pdu = {.type = PDU_submit_sm, .sequence_number = 1,
	    .source_addr = span_str("SUREM"),
	    .destination_addr = span_str("821055551234"),
	    .short_message = span_str("attack at dawn")};
	uint8_t octets[200];
	struct wr w = wr_init(octets, sizeof(octets));
	struct shown s;

	(void)state;
	assert_true(pdu_encode(&w, &pdu, NULL));
	for (int damaged = 0; damaged < 2; damaged++) {
		show_masked(&s, 2, true);
		octets[w.len - 15] = damaged ? 200 : 14;   /* sm_length */
		trace_feed(s.link, TRACE_SENT, span_of(octets, w.len));
		trace_feed(s.link, TRACE_SENT, span_of(octets, 60));
		show_end(&s);
		assert_true(printed(&s, "-> submit_sm seq=1"));
		assert_int_equal(printed(&s, "source_addr=SUREM "), !damaged);
		assert_int_equal(printed(&s, "malformed: short_message"),
		    damaged);
		assert_int_equal(printed(&s, "=*********234 "), !damaged);
		assert_int_equal(printed(&s, "=\"attack"), 0);
		assert_false(printed(&s, "1055551234"));
		assert_false(printed(&s, "61747461636b"));
		assert_false(printed(&s, "383231303535"));
		assert_true(captured(&s, "attack at dawn", 14));
		show_free(&s);
	}
	show_masked(&s, 2, true);
	trace_feed(s.link, TRACE_RECEIVED, span_str("HTTP/1.1 821055551234"));
	show_end(&s);
	assert_true(printed(&s, "<- 21 octets that are no SMPP"));
	assert_false(printed(&s, "48545450"));
	show_free(&s);
}

static void
nothing_asked_is_nothing_done(void **state)
{
	struct trace_conf conf = {0};
	struct trace *trace = trace_new(&conf);
	struct trace_link *link = trace_open(trace, 0, "");

	(void)state;
	assert_null(trace);
	assert_null(link);
	trace_feed(link, TRACE_SENT, span_str("x"));
	trace_close(link);
	assert_true(trace_free(trace));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(password_is_in_no_line_and_no_capture),
		cmocka_unit_test(
		    password_of_a_broken_bind_does_not_show_either),
		cmocka_unit_test(a_line_for_each_pdu_however_the_octets_come),
		cmocka_unit_test(what_is_no_smpp_is_told_and_kept),
		cmocka_unit_test(
		    masked_transcript_shows_no_text_and_no_whole_number),
		cmocka_unit_test(nothing_asked_is_nothing_done),
	};

	diag_init("test_trace");
	return cmocka_run_group_tests_name("app/trace", tests, NULL, NULL);
}
