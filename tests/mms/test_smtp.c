/* SPDX-License-Identifier: ISC */
/* mms/smtp: what a peer may do, in which order, and what it gets for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mms/smtp.h"

static struct smtp_conf conf;
static struct smtp smtp;
static struct buf events; /* what smtp_next said, in words */
static uint64_t now;
static size_t step; /* octets fed at a time */
static bool held; /* the owner does not answer */

static int
setup(void **state)
{
	(void)state;
	conf = (struct smtp_conf){.name = "mms.beta.example",
	    .size_most = 1000,
	    .recipients_most = 5,
	    .errors_most = 5,
	    .command_ms = 300000,
	    .data_ms = 180000};
	now = 1000;
	step = 1 << 20;
	held = false;
	smtp_init(&smtp, &conf, now);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	smtp_free(&smtp);
	smtp = (struct smtp){0};
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

/* An owner who refuses recipients by their names. */
static void
answer(const struct smtp_event *ev)
{
	static const struct smtp_reply ok = {250, "2.1.0", "ok"},
				       go = {354, NULL, "go"},
				       no = {550, "5.1.1", "nobody"},
				       later = {451, "4.3.0", "later"},
				       known = {235, "2.7.0", "ok"},
				       unknown = {535, "5.7.8", "no"};
	const struct smtp_reply *r = &ok;

	if (held)
		return;
	if (ev->type == SMTP_EV_DATA)
		r = &go;
	else if (ev->type == SMTP_EV_AUTH)
		r = span_is(ev->password, "secret") ? &known : &unknown;
	else if (ev->address.n > 1 && memcmp(ev->address.p, "no", 2) == 0)
		r = &no;
	else if (ev->address.n > 1 && memcmp(ev->address.p, "la", 2) == 0)
		r = &later;
	smtp_answer(&smtp, r, now);
}

static void
note(const struct smtp_event *ev)
{
	static const char *const name[] = {[SMTP_EV_AUTH] = "auth",
	    [SMTP_EV_STARTTLS] = "starttls",
	    [SMTP_EV_MAIL] = "mail",
	    [SMTP_EV_RCPT] = "rcpt",
	    [SMTP_EV_DATA] = "data",
	    [SMTP_EV_END] = "end",
	    [SMTP_EV_ABORT] = "abort",
	    [SMTP_EV_CLOSED] = "closed"};

	if (ev->type == SMTP_EV_CHUNK) {
		buf_add_span(&events, ev->octets);
		return;
	}
	buf_add_str(&events, name[ev->type]);
	if (ev->type == SMTP_EV_MAIL || ev->type == SMTP_EV_RCPT) {
		buf_add_byte(&events, ' ');
		buf_add_span(&events, ev->address);
		if (ev->size > 0)
			buf_addf(&events, " %u", (unsigned)ev->size);
	} else if (ev->type == SMTP_EV_AUTH) {
		buf_add_byte(&events, ' ');
		buf_add_span(&events, ev->user);
		buf_add_byte(&events, ' ');
		buf_add_span(&events, ev->password);
	}
	buf_add_byte(&events, '\n');
}

static void
drain(void)
{
	struct smtp_event ev;

	while (smtp_next(&smtp, &ev, now)) {
		note(&ev);
		do
			answer(&ev);
		while (!held && ev.type == SMTP_EV_END && smtp_asks(&smtp) > 0);
	}
}

static void
feed_octets(struct span s)
{
	while (s.n > 0) {
		size_t room, n = s.n < step ? s.n : step;
		uint8_t *p = smtp_in(&smtp, &room);

		n = n < room ? n : room;
		if (n == 0)
			return;
		memcpy(p, s.p, n);
		smtp_received(&smtp, n, now);
		s = span_skip(s, n);
		drain();
	}
}

static void
feed(const char *text)
{
	feed_octets(span_str(text));
}

/* What was said since the last call: the reply codes, or all of it. */
static const char *
said(void)
{
	static struct buf text;
	const uint8_t *p;
	size_t n;

	p = smtp_out(&smtp, &n);
	buf_clear(&text);
	buf_add(&text, p, n);
	smtp_sent(&smtp, n);
	return buf_cstr(&text);
}

static const char *
codes(void)
{
	static struct buf list;
	const char *p = said(), *end;

	buf_clear(&list);
	for (; (end = strstr(p, "\r\n")) != NULL; p = end + 2)
		if (p[3] == ' ')
			buf_addf(&list, "%.3s ", p);
	assert_int_equal(*p, '\0');
	return buf_cstr(&list);
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

static const char message[] =
    "EHLO alpha\r\n"
    "MAIL FROM:<+821011112222/TYPE=PLMN@mms.alpha.example> SIZE=20\r\n"
    "RCPT TO:<+821055551234/TYPE=PLMN@mms.beta.example>\r\n"
    "DATA\r\nSubject: x\r\n\r\n..a\r\n.\r\nQUIT\r\n";
static const char message_events[] =
    "mail +821011112222/TYPE=PLMN@mms.alpha.example 20\n"
    "rcpt +821055551234/TYPE=PLMN@mms.beta.example\ndata\n"
    "Subject: x\r\n\r\n.a\r\nend\nclosed\n";

static void
message_comes_whole_whatever_its_pieces(void **state)
{
	(void)state;
	for (size_t n = 1; n < sizeof(message); n++) {
		again();
		step = n;
		feed(message);
		assert_string_equal(told(), message_events);
		assert_string_equal(codes(), "220 250 250 250 354 250 221 ");
		assert_int_equal(smtp.state, SMTP_CLOSED);
	}
}

static void
every_truncation_gives_up_the_message_or_ends_in_order(void **state)
{
	(void)state;
	for (size_t n = 0; n + 1 < sizeof(message); n++) {
		const char *events_seen;

		again();
		feed_octets(span_of(message, n));
		smtp_eof(&smtp, NULL);
		drain();
		events_seen = told();
		assert_non_null(strstr(events_seen, "closed\n"));
		assert_true((strstr(events_seen, "mail") != NULL) ==
		    (strstr(events_seen, "abort\n") != NULL ||
			strstr(events_seen, "end\n") != NULL));
	}
}

static void
peer_gone_in_the_middle_of_data_aborts_and_hears_nothing(void **state)
{
	(void)state;
	feed("EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhalf");
	said();
	smtp_eof(&smtp, "Connection reset by peer");
	drain();
	assert_string_equal(
	    told(), "mail a@b\nrcpt c@d\ndata\nhalfabort\nclosed\n");
	assert_string_equal(said(), "");
}

static void
extensions_are_announced_as_configured(void **state)
{
	(void)state;
	feed("EHLO a\r\n");
	assert_string_equal(said(),
	    "220 mms.beta.example ESMTP\r\n"
	    "250-mms.beta.example\r\n250-SIZE 1000\r\n250-8BITMIME\r\n"
	    "250-ENHANCEDSTATUSCODES\r\n250 PIPELINING\r\n");
	conf.starttls = conf.auth = true;
	feed("EHLO a\r\n");
	assert_non_null(strstr(said(), "250-STARTTLS\r\n250 PIPELINING"));
	conf.auth_in_clear = true;
	feed("EHLO a\r\n");
	assert_non_null(strstr(said(), "250-AUTH PLAIN LOGIN\r\n"));
	conf.size_most = 0;
	feed("EHLO a\r\n");
	assert_non_null(strstr(said(), "250-SIZE\r\n"));
	feed("HELO a\r\n");
	assert_string_equal(said(), "250 mms.beta.example\r\n");
}

static void
commands_out_of_order_are_refused(void **state)
{
	static const struct {
		const char *lines, *codes;
	} rows[] = {
	    {"MAIL FROM:<a@b>\r\n", "503 "},
	    {"EHLO a\r\nRCPT TO:<a@b>\r\n", "250 503 "},
	    {"EHLO a\r\nDATA\r\n", "250 503 "},
	    {"EHLO a\r\nMAIL FROM:<a@b>\r\nDATA\r\n", "250 250 554 "},
	    {"EHLO a\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\n",
		"250 250 503 "},
	    {"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<no@b>\r\nDATA\r\n",
		"250 250 550 554 "},
	    {"EHLO\r\n", "501 "},
	    {"HELO \r\n", "501 "},
	    {"LHLO a\r\n", "500 "},
	    {"EXPN x\r\n", "500 "},
	    {"\r\n", "500 "},
	    {"NOOP x y\r\nnoop\r\n", "250 250 "},
	    {"RSET\r\n", "250 "},
	    {"VRFY\r\nvrfy x\r\n", "501 252 "},
	    {"HELP me\r\n", "214 "},
	    {"QUIT\r\nNOOP\r\n", "221 "},
	    {"STARTTLS\r\n", "502 "},
	    {"EHLO a\r\nAUTH PLAIN\r\n", "250 502 "},
	    {"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA x\r\n",
		"250 250 250 501 "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		again();
		said();
		feed(rows[i].lines);
		assert_string_equal(codes(), rows[i].codes);
	}
}

static void
rset_and_ehlo_take_a_message_back(void **state)
{
	(void)state;
	feed("EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRSET\r\n"
	     "MAIL FROM:<e@f>\r\nEHLO b\r\nDATA\r\n");
	assert_string_equal(told(),
	    "mail a@b\nrcpt c@d\nabort\n"
	    "mail e@f\nabort\n");
	assert_string_equal(codes(), "220 250 250 250 250 250 250 503 ");
	assert_true(span_is(buf_span(&smtp.helo), "b"));
}

static void
addresses_are_taken_as_relays_write_them(void **state)
{
	static const struct {
		const char *text, *address;
	} rows[] = {
	    {"<>", ""},
	    {" <a@b>", "a@b"},
	    {"a@b", "a@b"},
	    {"<111/TYPE=PLMN>", "111/TYPE=PLMN"},
	    {"<+82/TYPE=PLMN@mms.x> BODY=8BITMIME", "+82/TYPE=PLMN@mms.x"},
	    {"<@r1,@r2:u@h>", "u@h"},
	    {"<\"a b>\\\"\"@c>", "\"a b>\\\"\"@c"},
	    {"<postmaster>", "postmaster"},
	    {"<a@b", NULL},
	    {"<a b@c>", NULL},
	    {"", NULL},
	    {"<a@b>x", NULL},
	    {"<a\001@b>", NULL},
	    {"<\303\251@b>", NULL},
	    {"<\"a@b>", NULL},
	    {"<<a@b>", NULL}, {"<<a@b>> SIZE=1", "a@b 1"},
	    {"<<<a@b>>>", NULL}, {"<a@b>>", NULL},
	    {"<a@b> SIZE=x", NULL},
	    {"<a@b> RET=HDRS", NULL},
	    {"<a@b> SIZE=99999999999999999999", NULL},
	    {"<a@b> BODY=BINARYMIME", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf want = {0}, line = {0};

		again();
		if (rows[i].address != NULL)
			buf_addf(&want, "mail %s\n", rows[i].address);
		buf_addf(&line, "EHLO a\r\nMAIL FROM:%s\r\n", rows[i].text);
		feed(buf_cstr(&line));
		assert_string_equal(told(), buf_cstr(&want));
		buf_free(&want);
		buf_free(&line);
	}
}

static void
address_over_512_octets_is_refused(void **state)
{
	struct buf line = {0};

	(void)state;
	for (size_t n = 512; n <= 513; n++) {
		again();
		buf_clear(&line);
		buf_add_str(&line, "EHLO a\r\nMAIL FROM:<");
		for (size_t i = 0; i < n; i++)
			buf_add_byte(&line, 'a');
		buf_add_str(&line, ">\r\n");
		feed(buf_cstr(&line));
		assert_string_equal(
		    codes(), n == 512 ? "220 250 250 " : "220 250 501 ");
	}
	buf_free(&line);
}

static void
size_announced_and_size_sent_are_held_to_the_limit(void **state)
{
	struct buf body = {0};

	(void)state;
	feed("EHLO a\r\nMAIL FROM:<a@b> SIZE=1001\r\n");
	assert_string_equal(codes(), "220 250 552 ");
	feed("MAIL FROM:<a@b> SIZE=1000\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	while (body.len < 1002)
		buf_add_str(&body, "0123456789ABCDEF\r\n");
	feed_octets(buf_span(&body));
	assert_non_null(strstr(told(), "abort\n"));
	assert_string_equal(codes(), "250 250 354 ");
	feed_octets(buf_span(&body));
	assert_string_equal(told(), "");
	feed(".\r\nMAIL FROM:<a@b>\r\n");
	assert_string_equal(codes(), "552 250 ");
	assert_string_equal(told(), "mail a@b\n");
	buf_free(&body);
}

static void
recipients_have_a_limit_refused_ones_too(void **state)
{
	(void)state;
	feed(
	    "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<1>\r\nRCPT TO:<no>\r\n"
	    "RCPT TO:<later>\r\nRCPT TO:<2>\r\nRCPT TO:<3>\r\nRCPT TO:<4>\r\n");
	assert_string_equal(codes(), "220 250 250 250 550 451 250 250 452 ");
	feed("DATA\r\n.\r\n");
	assert_string_equal(codes(), "354 250 ");
}

/* Ways to write what some take for the end of a message. */
static void
smuggled_ends_are_refused_and_end_the_connection(void **state)
{
	static const char *const ends[] = {
	    "\n.\n",
	    "\n.\r\n",
	    "\r\n.\n",
	    "\r.\r",
	    "\r.\r\n",
	    "\r\n.\r",
	    "\r\n.\rx",
	    "\n.\r",
	    "\r.\n",
	    "\r\r.\r\n",
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(ends) / sizeof(*ends); i++) {
		const char *seen;

		again();
		step = i % 2 ? 1 : 1000;
		feed("EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx");
		feed(ends[i / 2]);
		feed("MAIL FROM:<evil@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
		     "x\r\n.\r\n");
		seen = told();
		assert_null(strstr(seen, "evil"));
		assert_null(strstr(seen, "end\n"));
		assert_non_null(strstr(seen, "abort\nclosed\n"));
		assert_string_equal(codes(), "220 250 250 250 354 554 ");
	}
}

static void
bare_cr_and_lf_in_a_message_refuse_it_at_its_end(void **state)
{
	static const char *const bodies[] = {
	    "a\nb\r\n",
	    "a\rb\r\n",
	    "\n",
	    "\r\r\n",
	    "a\n.b\r\n",
	    "\n..\r\n",
	    "x\r\n.a\n\r\n",
	    "a\n\r\n.b\r\n",
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(bodies) / sizeof(*bodies); i++) {
		const char *seen;

		again();
		step = i % 2 ? 1 : 1000;
		feed("EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
		feed(bodies[i / 2]);
		feed("\r\n.\r\nNOOP\r\n");
		seen = told();
		assert_non_null(strstr(seen, "abort\n"));
		assert_null(strstr(seen, "end\n"));
		assert_string_equal(codes(), "220 250 250 250 354 554 250 ");
	}
}

static void
octets_of_a_message_are_kept_nul_and_8_bit_too(void **state)
{
	static const char body[] = "\0\377a\r\n..\r\n...b\r\n\r\n.\r\n";
	static const char want[] = "mail a@b\nrcpt c@d\ndata\n"
				   "\0\377a\r\n.\r\n..b\r\n\r\nend\n";

	(void)state;
	for (step = 1; step < sizeof(body); step++) {
		size_t n = step;

		again();
		step = n;
		feed("EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
		feed_octets(span_of(body, sizeof(body) - 1));
		assert_true(span_eq(
		    buf_span(&events), span_of(want, sizeof(want) - 1)));
		buf_clear(&events);
	}
}

static void
bare_lf_cr_and_nul_in_commands_are_refused(void **state)
{
	(void)state;
	feed("NOOP\n");
	assert_string_equal(codes(), "220 500 ");
	feed("NOOP\rNOOP\r\n");
	assert_string_equal(codes(), "500 ");
	feed_octets(span_of("NO\0OP\r\n", 7));
	assert_string_equal(codes(), "500 ");
}

static void
long_lines_are_passed_over(void **state)
{
	(void)state;
	for (size_t n = 1; n < 40000; n += 7777) {
		again();
		step = n;
		for (int i = 0; i < 5000; i++)
			feed("0123456789");
		feed("\r\nNOOP\r\n");
		assert_string_equal(codes(), "220 500 250 ");
	}
}

static void
too_many_errors_close(void **state)
{
	(void)state;
	feed("a\r\nb\r\nc\r\nd\r\ne\r\nf\r\n");
	assert_string_equal(codes(), "220 500 500 500 500 500 421 ");
	assert_string_equal(told(), "closed\n");
}

static void
http_and_tls_on_the_port_are_named(void **state)
{
	(void)state;
	feed("POST / HTTP/1.1\r\nHost: x\r\n\r\nMAIL FROM:<a@b>\r\n");
	assert_string_equal(codes(), "220 421 ");
	assert_non_null(strstr(buf_cstr(&smtp.why), "HTTP"));
	again();
	feed_octets(span_of("\x16\3\1\2\0\1\0\1\xfc", 9));
	assert_string_equal(codes(), "220 421 ");
	assert_non_null(strstr(buf_cstr(&smtp.why), "TLS"));
}

static void
answers_may_come_late_and_the_rest_waits(void **state)
{
	static const struct smtp_reply ok = {250, "2.0.0", "kept"};

	(void)state;
	feed("EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	said();
	told();
	held = true;
	feed("x\r\n.\r\nMAIL FROM:<e@f>\r\n");
	assert_string_equal(told(), "x\r\nend\n");
	assert_string_equal(said(), "");
	assert_int_equal(smtp_deadline(&smtp), UINT64_MAX);
	now += 1000000;
	drain();
	assert_int_equal(smtp.state, SMTP_DATA);
	smtp_answer(&smtp, &ok, now);
	smtp_answer(&smtp, &ok, now);
	assert_string_equal(said(), "250 2.0.0 kept\r\n");
	held = false;
	drain();
	assert_string_equal(told(), "mail e@f\n");
	assert_int_equal(smtp_deadline(&smtp), now + 300000);
}

static void
pipelined_octets_are_bounded_while_an_answer_is_due(void **state)
{
	size_t room, total = 0;

	(void)state;
	held = true;
	feed("EHLO a\r\nMAIL FROM:<a@b>\r\n");
	while (smtp_in(&smtp, &room), room > 0 && total < 1 << 20) {
		memset(smtp_in(&smtp, &room), 'x', room);
		smtp_received(&smtp, room, now);
		total += room;
		drain();
	}
	assert_in_range(total, 1, 64 << 10);
}

static void
replies_that_nobody_reads_stop_the_machine(void **state)
{
	(void)state;
	feed("EHLO a\r\n");
	for (int i = 0; i < 100000 && smtp_takes(&smtp); i++)
		feed("NOOP\r\n");
	assert_in_range(smtp.out.len, 1, 16 << 10);
	assert_in_range(smtp.in.cap, 1, 64 << 10);
	now += 300000;
	drain();
	assert_string_equal(told(), "closed\n");
}

static void
lmtp_answers_for_each_recipient_in_order(void **state)
{
	static const struct smtp_reply ok = {250, "2.0.0", "kept"},
				       full = {452, "4.3.1", "full"};

	(void)state;
	conf.lmtp = true;
	feed("EHLO a\r\nLHLO a\r\nMAIL FROM:<>\r\nDATA\r\nRCPT TO:<1>\r\n"
	     "RCPT TO:<no>\r\nRCPT TO:<2>\r\nDATA\r\n");
	assert_string_equal(codes(), "220 500 250 250 503 250 550 250 354 ");
	held = true;
	feed("x\r\n.\r\n");
	assert_int_equal(smtp_asks(&smtp), 2);
	smtp_answer(&smtp, &ok, now);
	smtp_answer(&smtp, &full, now);
	assert_string_equal(codes(), "250 452 ");
	assert_int_equal(smtp.state, SMTP_IDLE);
}

static void
lmtp_refuses_what_is_too_big_for_each_recipient(void **state)
{
	(void)state;
	conf.lmtp = true;
	conf.size_most = 3;
	feed("LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<1>\r\nRCPT TO:<2>\r\nDATA\r\n"
	     "12345\r\n.\r\nQUIT\r\n");
	assert_string_equal(codes(), "220 250 250 250 250 354 552 552 221 ");
}

static void
message_that_cannot_be_kept_is_read_on_and_refused(void **state)
{
	static const struct smtp_reply full = {452, "4.3.1", "disk full"};

	(void)state;
	feed("EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nxyz\r\n");
	said();
	told();
	smtp_spoil(&smtp, &full);
	feed("more\r\n");
	assert_string_equal(told(), "");
	feed(".\r\nNOOP\r\n");
	assert_string_equal(told(), "");
	assert_string_equal(said(), "452 4.3.1 disk full\r\n250 2.0.0 ok\r\n");
}

static void
starttls_forgets_all_that_was_said_in_the_clear(void **state)
{
	(void)state;
	conf.starttls = conf.need_tls = true;
	feed("EHLO a\r\nMAIL FROM:<a@b>\r\n");
	assert_string_equal(codes(), "220 250 530 ");
	feed("STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@b>\r\n");
	assert_string_equal(told(), "starttls\n");
	assert_string_equal(codes(), "220 ");
	assert_false(smtp_takes(&smtp));
	smtp_secured(&smtp, now);
	drain();
	assert_string_equal(told(), "");
	feed("MAIL FROM:<a@b>\r\nSTARTTLS\r\nEHLO a\r\nMAIL FROM:<a@b>\r\n");
	assert_string_equal(codes(), "503 503 250 250 ");
	assert_string_equal(told(), "mail a@b\n");
}

static void
handshake_that_does_not_come_times_out(void **state)
{
	(void)state;
	conf.starttls = true;
	feed("EHLO a\r\nSTARTTLS\r\n");
	said();
	now = smtp_deadline(&smtp);
	drain();
	assert_string_equal(told(), "starttls\nclosed\n");
	assert_string_equal(said(), "");
}

static void
auth_plain_and_login_give_name_and_password(void **state)
{
	static const struct {
		const char *lines, *events, *codes;
	} rows[] = {
	    {"AUTH PLAIN AG1lAHNlY3JldA==\r\n", "auth me secret\n", "235 "},
	    {"auth plain\r\nAG1lAHNlY3JldA==\r\n", "auth me secret\n",
		"334 235 "},
	    {"AUTH PLAIN eABtZQBzZWNyZXQ=\r\n", "auth me secret\n", "235 "},
	    {"AUTH LOGIN\r\nbWU=\r\nc2VjcmV0\r\n", "auth me secret\n",
		"334 334 235 "},
	    {"AUTH LOGIN bWU=\r\nc2VjcmV0\r\n", "auth me secret\n", "334 235 "},
	    {"AUTH LOGIN bWU=\r\nbWU=\r\n", "auth me me\n", "334 535 "},
	    {"AUTH LOGIN\r\n*\r\n", "", "334 501 "},
	    {"AUTH LOGIN\r\nb\r\n", "", "334 501 "},
	    {"AUTH PLAIN =\r\n", "", "501 "},
	    {"AUTH PLAIN AG1l\r\n", "", "501 "},
	    {"AUTH CRAM-MD5\r\n", "", "504 "},
	    {"AUTH\r\n", "", "504 "},
	    {"AUTH PLAIN a b\r\n", "", "501 "},
	    {"AUTH LOGIN\r\nbWU=\n", "", "334 500 "},
	    {"AUTH PLAIN AG1lAHNlY3JldA==\r\nAUTH PLAIN\r\n",
		"auth me secret\n", "235 503 "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		again();
		conf.auth = conf.auth_in_clear = true;
		feed("EHLO a\r\n");
		said();
		feed(rows[i].lines);
		assert_string_equal(told(), rows[i].events);
		assert_string_equal(codes(), rows[i].codes);
		assert_true(span_is(buf_span(&smtp.user),
		    strstr(rows[i].codes, "235") ? "me" : ""));
	}
}

static void
auth_waits_for_tls_and_mail_for_auth(void **state)
{
	(void)state;
	conf.auth = conf.need_auth = conf.starttls = true;
	feed("EHLO a\r\nAUTH PLAIN AG1lAHNlY3JldA==\r\nMAIL FROM:<a@b>\r\n"
	     "STARTTLS\r\n");
	assert_string_equal(codes(), "220 250 538 530 220 ");
	smtp_secured(&smtp, now);
	feed("EHLO a\r\nAUTH PLAIN AG1lAHNlY3JldA==\r\n"
	     "MAIL FROM:<a@b> AUTH=<>\r\n");
	assert_string_equal(codes(), "250 235 250 ");
}

static void
deadlines_end_slow_peers_in_each_state(void **state)
{
	static const char *const starts[] = {
	    "",
	    "EHL",
	    "EHLO a\r\n",
	    "EHLO a\r\nAUTH LOGIN\r\n",
	    "EHLO a\r\nMAIL FROM:<a@b>\r\n",
	    "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n",
	    "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		again();
		conf.auth = conf.auth_in_clear = true;
		feed(starts[i]);
		said();
		now = smtp_deadline(&smtp) - 1;
		drain();
		assert_int_not_equal(smtp.state, SMTP_CLOSED);
		now++;
		drain();
		assert_non_null(strstr(told(), "closed\n"));
		assert_string_equal(codes(), "421 ");
	}
}

static void
dripped_commands_and_messages_have_an_end(void **state)
{
	unsigned n;

	(void)state;
	conf.data_rate = 100;
	for (n = 0; n < 1000 && smtp.state != SMTP_CLOSED; n++) {
		feed("x");
		now += 1000;
		drain();
	}
	assert_in_range(n, 300, 301);
	again();
	conf.data_rate = 100;
	feed("EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	for (n = 0; n < 1000 && smtp.state != SMTP_CLOSED; n++) {
		feed("x");
		now += 1000;
		drain();
	}
	assert_in_range(n, 180, 183);
	/* one at the asked pace may go on for ever */
	again();
	conf.data_rate = 100;
	conf.size_most = 0;
	feed("EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	for (n = 0; n < 1000 && smtp.state != SMTP_CLOSED; n++) {
		for (int i = 0; i < 10; i++)
			feed("12345678\r\n");
		now += 1000;
		drain();
	}
	assert_int_equal(n, 1000);
}

static void
stopping_waits_for_a_message_under_way(void **state)
{
	(void)state;
	feed("EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n");
	said();
	smtp_stop(&smtp);
	assert_int_not_equal(smtp_deadline(&smtp), 0);
	drain();
	feed(".\r\nMAIL FROM:<e@f>\r\n");
	assert_string_equal(told(),
	    "mail a@b\nrcpt c@d\ndata\nx\r\nend\n"
	    "closed\n");
	assert_string_equal(codes(), "250 421 ");
	again();
	feed("EHLO a\r\nMAIL FROM:<a@b>\r\n");
	smtp_stop(&smtp);
	drain();
	assert_string_equal(told(), "mail a@b\nabort\nclosed\n");
}

static void
transcript_shows_lines_and_no_secret(void **state)
{
	(void)state;
	conf.transcript = conf.auth = conf.auth_in_clear = true;
	feed("EHLO a\r\nAUTH LOGIN bWU=\r\nc2VjcmV0\r\n"
	     "AUTH PLAIN AG1lAHNlY3JldA==\r\nNO\033OP\r\n");
	assert_null(strstr(buf_cstr(&smtp.said), "bWU"));
	assert_null(strstr(buf_cstr(&smtp.said), "c2VjcmV0"));
	assert_null(strstr(buf_cstr(&smtp.said), "AG1l"));
	assert_null(strchr(buf_cstr(&smtp.said), '\033'));
	assert_non_null(strstr(buf_cstr(&smtp.said), "C: EHLO a\nS: 250-"));
}

static void
nothing_is_held_between_messages(void **state)
{
	(void)state;
	feed("EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
	     "x\r\n.\r\n");
	said();
	assert_int_equal(smtp.in.cap + smtp.out.cap, 0);
	feed("NOO");
	assert_in_range(smtp.in.cap, 3, 64);
	feed("P\r\n");
	assert_string_equal(codes(), "250 ");
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(message_comes_whole_whatever_its_pieces),
		T(every_truncation_gives_up_the_message_or_ends_in_order),
		T(peer_gone_in_the_middle_of_data_aborts_and_hears_nothing),
		T(extensions_are_announced_as_configured),
		T(commands_out_of_order_are_refused),
		T(rset_and_ehlo_take_a_message_back),
		T(addresses_are_taken_as_relays_write_them),
		T(address_over_512_octets_is_refused),
		T(size_announced_and_size_sent_are_held_to_the_limit),
		T(recipients_have_a_limit_refused_ones_too),
		T(smuggled_ends_are_refused_and_end_the_connection),
		T(bare_cr_and_lf_in_a_message_refuse_it_at_its_end),
		T(octets_of_a_message_are_kept_nul_and_8_bit_too),
		T(bare_lf_cr_and_nul_in_commands_are_refused),
		T(long_lines_are_passed_over),
		T(too_many_errors_close),
		T(http_and_tls_on_the_port_are_named),
		T(answers_may_come_late_and_the_rest_waits),
		T(pipelined_octets_are_bounded_while_an_answer_is_due),
		T(replies_that_nobody_reads_stop_the_machine),
		T(lmtp_answers_for_each_recipient_in_order),
		T(lmtp_refuses_what_is_too_big_for_each_recipient),
		T(message_that_cannot_be_kept_is_read_on_and_refused),
		T(starttls_forgets_all_that_was_said_in_the_clear),
		T(handshake_that_does_not_come_times_out),
		T(auth_plain_and_login_give_name_and_password),
		T(auth_waits_for_tls_and_mail_for_auth),
		T(deadlines_end_slow_peers_in_each_state),
		T(dripped_commands_and_messages_have_an_end),
		T(stopping_waits_for_a_message_under_way),
		T(transcript_shows_lines_and_no_secret),
		T(nothing_is_held_between_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
