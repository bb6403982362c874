/* SPDX-License-Identifier: ISC */
/* What a relay does with the mails of another MMSC, in memory. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/relay.h"

#define ALPHA "mms.alpha.example"
#define BETA "mms.beta.example"
#define TO "+256771234567/TYPE=PLMN@" ALPHA

static const char *const domains[] = {ALPHA};
static const char *const routes[] = {"mms.gamma.example"};

/* A relay of alpha with a state of its own. */
struct bench {
	struct relay_peers peers;
	struct relay_conf conf;
	struct relay *relay;
	struct relay_client client;
	struct relay_verdict verdict;
	struct mm4_mail mail;     /* the last one that went out */
	struct mms sent;          /* the same, read */
	struct timespec now;
};

static void
setup(struct bench *b, const char *outcomes)
{
	struct buf why = {0};
	struct span bad;

	*b = (struct bench){
		.peers = {.other = {.name = "", .version = "6.10.0",
		    .max_size = 5 << 20}},
		.conf = {.domain = domains, .n_domains = 1, .route = routes,
		    .n_routes = 1, .system = "system-user",
		    .max_forwards = 10, .max_hops = 30, .seed = 1},
		.client = {.address = "192.0.2.1", .helo = BETA},
		.now = {.tv_sec = 1783588500},
	};
	b->sent.kind = MMS_NONE;
	b->conf.peers = &b->peers;
	b->conf.state = mm4_state_open(NULL, &why);
	assert_non_null(b->conf.state);
	if (outcomes != NULL)
		assert_true(relay_outcomes_parse(&b->conf.outcomes,
		    span_str(outcomes), &why));
	assert_true(record_format_init(&b->conf.format, &schema_mm4, false,
	    "type,transaction_id,to,status,file,error", &bad));
	b->relay = relay_new(&b->conf);
	buf_free(&why);
}

static void
teardown(struct bench *b)
{
	relay_verdict_free(&b->verdict);
	mms_free(&b->sent);
	relay_free(b->relay);
	mm4_state_close(b->conf.state);
}

static unsigned
take_octets(struct bench *b, struct span octets, const char *to)
{
	struct span recipient = span_str(to);
	struct relay_mail_in in = {.client = &b->client,
	    .from = span_str("+447700900123/TYPE=PLMN@" BETA),
	    .to = &recipient, .n_to = 1, .octets = octets,
	    .file = "new/1", .time = b->now};

	relay_verdict_free(&b->verdict);
	relay_take(b->relay, &in, &b->verdict);
	return b->verdict.reply.code;
}

/* A request of beta with these fields behind the usual ones. */
static unsigned
take(struct bench *b, const char *type, const char *fields)
{
	struct buf mail = {0};
	unsigned code;

	buf_addf(&mail, "From: +447700900123/TYPE=PLMN\r\n"
	    "To: +256771234567/TYPE=PLMN\r\nDate: x\r\n"
	    "Sender: <system-user@" BETA ">\r\n"
	    "X-Mms-Message-Type: %s\r\n"
	    "X-Mms-Originator-System: system-user@" BETA "\r\n%s"
	    "\r\nhi\r\n", type, fields);
	code = take_octets(b, buf_span(&mail), TO);
	buf_free(&mail);
	return code;
}

#define IDS "X-Mms-Transaction-ID: \"t1\"\r\nX-Mms-Message-ID: \"m1\"\r\n"
#define ACK "X-Mms-Ack-Request: Yes\r\n"
#define FORWARD "MM4_forward.REQ"

/* Takes the next mail that goes out at or before a time; false: none. */
static bool
goes_out(struct bench *b, int64_t after_s)
{
	struct timespec at = {.tv_sec = b->now.tv_sec + after_s};
	struct timespec lease = {.tv_sec = at.tv_sec + 1000};

	mms_free(&b->sent);
	if (!mm4_state_take(b->conf.state, at, lease, (struct span){0},
	    &b->mail))
		return false;
	assert_true(mm4_read(&b->sent, b->mail.octets));
	return true;
}

static void
is(struct span got, const char *want)
{
	if (!span_is(got, want))
		fail_msg("got \"%.*s\", want \"%s\"", (int)got.n,
		    got.p == NULL ? "" : (const char *)got.p, want);
}

static void
a_message_is_kept_printed_and_answered(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, NULL);
	assert_int_equal(take(&b, FORWARD, IDS ACK), 250);
	assert_true(b.verdict.keep);
	is(buf_span(&b.verdict.rows), "MM4_forward.REQ\tt1\t+256771234567\tOk"
	    "\tnew/1\t\n");
	assert_true(goes_out(&b, 0));
	assert_int_equal(b.sent.kind, MMS_FORWARD_ANSWER);
	is(b.sent.field[MMS_TRANSACTION_ID], "t1");
	is(b.sent.field[MMS_MESSAGE_ID], "m1");
	is(b.sent.field[MMS_REQUEST_STATUS_CODE], "Ok");
	is(b.mail.to[0], "system-user@" BETA);
	is(b.mail.from, "system-user@" ALPHA);
	is(b.mail.domain, BETA);
	assert_int_equal(b.sent.about.n, 1);
	assert_false(goes_out(&b, 0));
	teardown(&b);
}

static void
an_answer_comes_only_where_asked(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, NULL);
	assert_int_equal(take(&b, FORWARD, IDS), 250);
	assert_false(goes_out(&b, 0));
	assert_int_equal(take(&b, FORWARD, "X-Mms-Transaction-ID: t2\r\n"
	    "X-Mms-Ack-Request: no\r\n"), 250);
	assert_false(goes_out(&b, 0));
	assert_int_equal(take(&b, FORWARD, "X-Mms-Transaction-ID: t3\r\n"
	    "X-Mms-Ack-Request: 1\r\n"), 250);
	assert_true(goes_out(&b, 0));
	teardown(&b);
}

static void
a_duplicate_is_answered_again_and_not_delivered(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, "Retrieved");
	assert_int_equal(take(&b, FORWARD, IDS ACK
	    "X-Mms-Delivery-Report: Yes\r\n"), 250);
	assert_true(goes_out(&b, 0));
	assert_true(goes_out(&b, 0));
	assert_int_equal(take(&b, FORWARD, "X-Mms-Transaction-ID: t2\r\n"
	    "X-Mms-Message-ID: <m1>\r\n" ACK
	    "X-Mms-Delivery-Report: Yes\r\n"), 250);
	assert_false(b.verdict.keep);
	assert_int_equal(b.verdict.rows.len, 0);
	assert_true(goes_out(&b, 0));
	is(b.sent.field[MMS_TRANSACTION_ID], "t2");
	is(b.sent.field[MMS_REQUEST_STATUS_CODE], "Ok");
	assert_false(goes_out(&b, 0));
	teardown(&b);
}

static void
the_same_id_of_another_peer_is_another_message(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, NULL);
	assert_int_equal(take(&b, FORWARD, IDS), 250);
	take_octets(&b, span_str("Sender: a@mms.delta.example\r\n"
	    "X-Mms-Message-Type: MM4_forward.REQ\r\n" IDS "\r\nhi\r\n"), TO);
	assert_true(b.verdict.keep);
	teardown(&b);
}

static void
outcomes_become_reports_after_their_delay(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, "Retrieved=1,Expired=1");
	b.conf.delay = (struct delay){DELAY_BETWEEN, 5000, 5000};
	assert_int_equal(take(&b, FORWARD, IDS "X-Mms-Delivery-Report: Yes\r\n"
	    "X-Mms-Read-Reply: Yes\r\n"), 250);
	assert_false(goes_out(&b, 4));
	assert_true(goes_out(&b, 5));
	assert_int_equal(b.sent.kind, MMS_DELIVERY);
	is(b.sent.field[MMS_MM_STATUS_CODE], "Retrieved");
	is(b.sent.field[MMS_MESSAGE_ID], "m1");
	is(b.sent.from.local, "+256771234567");
	is(b.sent.to.p[0].local, "+447700900123");
	is(b.sent.field[MMS_FORWARD_TO_ORIGINATOR_UA], "Yes");
	is(b.mail.from, "+256771234567/TYPE=PLMN@" ALPHA);
	is(b.mail.to[0], "+447700900123/TYPE=PLMN@" BETA);
	assert_true(span_eq(b.sent.field[MMS_SENDER],
	    b.sent.field[MMS_ORIGINATOR_SYSTEM]));
	assert_true(goes_out(&b, 10));
	assert_int_equal(b.sent.kind, MMS_READ);
	is(b.sent.field[MMS_READ_STATUS], "Read");
	assert_int_equal(take(&b, FORWARD, "X-Mms-Transaction-ID: t2\r\n"
	    "X-Mms-Originator-R/S-Delivery-Report: Yes\r\n"), 250);
	assert_true(goes_out(&b, 5));
	is(b.sent.field[MMS_MM_STATUS_CODE], "Expired");
	is(b.sent.field[MMS_FORWARD_TO_ORIGINATOR_UA], "No");
	teardown(&b);
}

static void
who_has_asked_for_no_report_gets_none(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, "Retrieved");
	assert_int_equal(take(&b, FORWARD, IDS), 250);
	assert_false(goes_out(&b, 100));
	teardown(&b);
}

static void
loops_end(void **state)
{
	struct bench b;
	struct buf many = {0};

	(void)state;
	setup(&b, NULL);
	assert_int_equal(take(&b, FORWARD, IDS
	    "X-Mms-Forward-Counter: 11\r\n"), 554);
	assert_int_equal(take(&b, FORWARD, IDS
	    "X-Mms-Forward-Counter: 99999999999999999999999\r\n"), 554);
	assert_int_equal(take(&b, FORWARD, IDS ACK
	    "X-Mms-Forward-Counter: 11\r\n"), 250);
	assert_false(b.verdict.keep);
	assert_true(goes_out(&b, 0));
	is(b.sent.field[MMS_REQUEST_STATUS_CODE], "Error-service-denied");
	for (int i = 0; i < 31; i++)
		buf_add_str(&many, "Received: from x\r\n");
	buf_add_str(&many, IDS ACK);
	assert_int_equal(take(&b, FORWARD, buf_cstr(&many)), 554);
	assert_false(goes_out(&b, 0));
	buf_free(&many);
	teardown(&b);
}

static void
what_cannot_be_read_is_answered_or_refused_never_both(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, NULL);
	assert_int_equal(take(&b, FORWARD, IDS
	    "Content-Type: multipart/mixed; boundary=b\r\n"), 554);
	assert_false(goes_out(&b, 0));
	assert_int_equal(take(&b, FORWARD, IDS ACK
	    "Content-Type: multipart/mixed; boundary=b\r\n"), 250);
	assert_false(b.verdict.keep);
	assert_true(goes_out(&b, 0));
	is(b.sent.field[MMS_REQUEST_STATUS_CODE],
	    "Error-message-format-corrupt");
	assert_int_equal(take(&b, FORWARD, ACK), 554);
	assert_int_equal(take(&b, "MM4_teleport.REQ", IDS ACK), 250);
	assert_true(goes_out(&b, 0));
	is(b.sent.field[MMS_REQUEST_STATUS_CODE],
	    "Error-unsupported-message");
	assert_int_equal(take(&b, "MM4_teleport.REQ", IDS), 554);
	assert_int_equal(take(&b, "MM4_teleport.RES", IDS ACK), 554);
	assert_int_equal(take_octets(&b, span_str("Subject: hi\r\n\r\nhi\r\n"),
	    TO), 554);
	assert_false(goes_out(&b, 0));
	teardown(&b);
}

static void
add_sent(struct bench *b)
{
	assert_true(mm4_state_add_sent(b->conf.state, &(struct mm4_sent){
	    .transaction_id = span_str("t9"), .message_id = span_str("m9"),
	    .peer = span_str(BETA),
	    .recipient = span_str("+447700900123/TYPE=PLMN"),
	    .ref = span_str("1"), .time = b->now,
	    .until = {.tv_sec = b->now.tv_sec + 60},
	    .keep = {.tv_sec = b->now.tv_sec + 3600}, .wants_answer = true,
	    .wants_report = true}));
}

static void
look_is(struct bench *b, const char *answer, const char *report)
{
	struct mm4_known known = {0};

	assert_true(mm4_state_look(b->conf.state, span_str("t9"),
	    span_str("+447700900123/TYPE=PLMN"), &known));
	is(buf_span(&known.answer), answer);
	is(buf_span(&known.report), report);
	mm4_known_free(&known);
}

static void
answers_find_what_was_sent_and_have_no_answer(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, NULL);
	add_sent(&b);
	assert_int_equal(take(&b, "MM4_Forward.RES", "X-Mms-Transaction-Id: "
	    "<t9>\r\nX-Mms-Message-Id: 884211\r\n" ACK
	    "X-Mms-Request-Status-Code: Error-content-not-accepted\r\n"), 250);
	look_is(&b, "Error-content-not-accepted", "");
	assert_false(goes_out(&b, 0));
	is(buf_span(&b.verdict.rows), "MM4_forward.RES\tt9\t+256771234567\t"
	    "Error-content-not-accepted\t\t\n");
	teardown(&b);
}

static void
a_report_counts_once_and_is_answered_each_time(void **state)
{
	struct bench b;
	const char *fields = "X-Mms-Transaction-ID: dr1\r\n"
	    "X-Mms-Message-ID: m9\r\nX-Mms-MM-Status-Code: retrieved\r\n" ACK;

	(void)state;
	setup(&b, NULL);
	b.conf.unknown = RELAY_NOT_FOUND;
	add_sent(&b);
	assert_int_equal(take(&b, "MM4_delivery_report.REQ", fields), 250);
	look_is(&b, "", "Retrieved");
	assert_int_not_equal(b.verdict.rows.len, 0);
	assert_true(goes_out(&b, 0));
	assert_int_equal(b.sent.kind, MMS_DELIVERY_ANSWER);
	is(b.sent.field[MMS_REQUEST_STATUS_CODE], "Ok");
	assert_int_equal(take(&b, "MM4_delivery_report.REQ", fields), 250);
	assert_int_equal(b.verdict.rows.len, 0);
	assert_true(goes_out(&b, 0));
	teardown(&b);
}

static void
a_read_reply_after_the_last_report_is_kept(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, NULL);
	add_sent(&b);
	assert_int_equal(take(&b, "MM4_delivery_report.REQ",
	    "X-Mms-Transaction-ID: dr1\r\nX-Mms-Message-ID: m9\r\n"
	    "X-Mms-MM-Status-Code: Retrieved\r\n"), 250);
	assert_int_equal(take(&b, "MM4_read_reply_report.REQ",
	    "X-Mms-Transaction-ID: rr1\r\nX-Mms-Message-ID: m9\r\n"
	    "X-Mms-Read-Status: Read\r\n"), 250);
	assert_true(b.verdict.keep);
	assert_int_not_equal(b.verdict.rows.len, 0);
	look_is(&b, "", "Retrieved");
	teardown(&b);
}

static void
a_report_on_an_unknown_message_is_not_found(void **state)
{
	struct bench b;
	const char *fields = "X-Mms-Transaction-ID: dr1\r\n"
	    "X-Mms-Message-ID: m8\r\nX-Mms-Status: Retrieved\r\n" ACK;

	(void)state;
	setup(&b, NULL);
	b.conf.unknown = RELAY_NOT_FOUND;
	assert_int_equal(take(&b, "MM4_delivery_report.REQ", fields), 250);
	assert_true(goes_out(&b, 0));
	is(b.sent.field[MMS_REQUEST_STATUS_CODE], "Error-message-not-found");
	b.conf.unknown = RELAY_LATER;
	assert_int_equal(take(&b, "MM4_delivery_report.REQ", fields), 451);
	assert_false(goes_out(&b, 0));
	b.conf.unknown = RELAY_UNKNOWN_OK;
	assert_int_equal(take(&b, "MM4_delivery_report.REQ", fields), 250);
	assert_true(goes_out(&b, 0));
	is(b.sent.field[MMS_REQUEST_STATUS_CODE], "Ok");
	teardown(&b);
}

static void
an_answer_without_an_address_goes_to_the_sender_or_nowhere(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, NULL);
	take_octets(&b, span_str("X-Mms-Message-Type: MM4_forward.REQ\r\n"
	    IDS ACK "\r\nhi\r\n"), TO);
	assert_true(goes_out(&b, 0));
	is(b.mail.to[0], "+447700900123/TYPE=PLMN@" BETA);
	take_octets(&b, span_str("X-Mms-Message-Type: MM4_forward.REQ\r\n"
	    "Sender: MAILER-DAEMON@x.example\r\nX-Mms-Transaction-ID: t2\r\n"
	    ACK "\r\nhi\r\n"), TO);
	assert_false(goes_out(&b, 0));
	take_octets(&b, span_str("X-Mms-Message-Type: MM4_forward.REQ\r\n"
	    "X-Mms-Originator-System: system=mms.x.example;party=+1\r\n"
	    "X-Mms-Transaction-ID: t3\r\n" ACK "\r\nhi\r\n"), TO);
	assert_true(goes_out(&b, 0));
	teardown(&b);
}

static void
a_mail_that_came_back_is_an_answer(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, NULL);
	add_sent(&b);
	assert_int_equal(take_octets(&b, span_str("From: MAILER-DAEMON\r\n"
	    "Content-Type: multipart/report; report-type=delivery-status; "
	    "boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
	    "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
	    "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a\r\n"
	    "Action: failed\r\nStatus: 5.1.1\r\n"
	    "Diagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\n"
	    "Content-Type: text/rfc822-headers\r\n\r\n"
	    "X-Mms-Transaction-ID: \"t9\"\r\n\r\n--b--\r\n"),
	    "system-user@" ALPHA), 250);
	look_is(&b, "Error-unspecified", "");
	is(buf_span(&b.verdict.rows), "DSN\tt9\t\t5.1.1\tnew/1\t\n");
	teardown(&b);
}

/* A second recipient of the transaction of add_sent. */
static void
add_another(struct bench *b)
{
	assert_true(mm4_state_add_sent(b->conf.state, &(struct mm4_sent){
	    .transaction_id = span_str("t9"), .message_id = span_str("m9"),
	    .peer = span_str(BETA),
	    .recipient = span_str("+447700900124/TYPE=PLMN"),
	    .ref = span_str("2"), .time = b->now, .until = b->now,
	    .keep = {.tv_sec = b->now.tv_sec + 3600}, .wants_answer = true}));
}

static void
a_mail_that_came_back_from_one_of_many_is_the_answer_of_that_one(void **state)
{
	struct mm4_known known = {0};
	struct bench b;

	(void)state;
	setup(&b, NULL);
	add_sent(&b);
	add_another(&b);
	assert_int_equal(take_octets(&b, span_str("From: MAILER-DAEMON\r\n"
	    "Content-Type: multipart/report; report-type=delivery-status; "
	    "boundary=b\r\n\r\n--b\r\n\r\nAction: failed\r\n\r\n"
	    "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
	    "Reporting-MTA: dns; x\r\n\r\n"
	    "Final-Recipient: rfc822; +447700900123/TYPE=PLMN@" BETA "\r\n"
	    "Action: relayed\r\nStatus: 2.0.0\r\n\r\n"
	    "Final-Recipient: rfc822;\r\n <+447700900124/TYPE=PLMN@" BETA
	    ">\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n"
	    "Content-Type: text/rfc822-headers\r\n\r\n"
	    "X-Mms-Transaction-ID:\r\n \"t9\"\r\n\r\n--b--\r\n"),
	    "system-user@" ALPHA), 250);
	look_is(&b, "", "");
	assert_true(mm4_state_look(b.conf.state, span_str("t9"),
	    span_str("+447700900124/TYPE=PLMN"), &known));
	is(buf_span(&known.answer), "Error-unspecified");
	is(buf_span(&known.answer_text), "5.1.1");
	mm4_known_free(&known);
	teardown(&b);
}

static void
only_domains_of_ours_and_routes_are_taken(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, NULL);
	assert_int_equal(relay_rcpt(b.relay, &b.client, span_str(TO)).code,
	    250);
	assert_int_equal(relay_rcpt(b.relay, &b.client,
	    span_str("+1/TYPE=PLMN@MMS.Gamma.Example")).code, 250);
	assert_int_equal(relay_rcpt(b.relay, &b.client,
	    span_str("+1/TYPE=PLMN")).code, 250);
	assert_int_equal(relay_rcpt(b.relay, &b.client,
	    span_str("+1/TYPE=PLMN@elsewhere.example")).code, 550);
	assert_int_equal(relay_rcpt(b.relay, &b.client, span_str("")).code,
	    553);
	teardown(&b);
}

static void
a_peer_has_rules_of_its_own(void **state)
{
	struct relay_peer rules[] = {{.name = "beta", .allow =
	    "192.0.2.0/25,2001:db8::/32", .domains = BETA, .user = "beta",
	    .password = "secret", .tls = true, .max_size = 1000,
	    .version = "5.5.0", .style = {.bare_ids = true}}};
	struct bench b;

	(void)state;
	setup(&b, NULL);
	b.peers.p = rules;
	b.peers.n = 1;
	b.peers.strict = true;
	assert_int_equal(relay_mail(b.relay, &b.client, span_str("a@" BETA),
	    0).code, 530);
	b.client.tls = true;
	assert_int_equal(relay_mail(b.relay, &b.client, span_str("a@" BETA),
	    0).code, 530);
	assert_false(relay_login(b.relay, &b.client, "beta",
	    span_str("secre")));
	assert_false(relay_login(b.relay, &b.client, "beta",
	    span_str("secretsecret")));
	assert_false(relay_login(b.relay, &b.client, "beta", span_str("")));
	assert_true(relay_login(b.relay, &b.client, "beta",
	    span_str("secret")));
	b.client.user = "beta";
	assert_int_equal(relay_mail(b.relay, &b.client, span_str("a@" BETA),
	    0).code, 250);
	assert_int_equal(relay_mail(b.relay, &b.client, span_str(""),
	    0).code, 250);
	assert_int_equal(relay_mail(b.relay, &b.client, span_str("a@" BETA),
	    1001).code, 552);
	assert_int_equal(relay_mail(b.relay, &b.client,
	    span_str("a@x.example"), 0).code, 550);
	b.client.address = "2001:db8::5";
	assert_int_equal(relay_max_size(b.relay, &b.client), 1000);
	assert_int_equal(take(&b, FORWARD, IDS ACK), 250);
	assert_true(goes_out(&b, 0));
	is(b.sent.field[MMS_VERSION], "5.5.0");
	assert_non_null(memmem(b.mail.octets.p, b.mail.octets.n,
	    "X-Mms-Transaction-ID: t1\r\n", 26));
	b.client.address = "192.0.2.200";
	assert_int_equal(relay_mail(b.relay, &b.client, span_str("a@" BETA),
	    0).code, 550);
	teardown(&b);
}

static void
numbers_become_those_of_their_country(void **state)
{
	struct relay_peer korea = {.name = "", .country = "82"}, none = {0};
	static const char *const cases[][2] = {{"01055551234",
	    "+821055551234"}, {"00821055551234", "+821055551234"},
	    {"821055551234", "+821055551234"}, {"+4477", "+4477"},
	    {"1588", "1588"}, {"15881234", "15881234"}};
	struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_clear(&b);
		relay_number(&b, &korea, span_str(cases[i][0]));
		is(buf_span(&b), cases[i][1]);
		buf_clear(&b);
		relay_number(&b, &none, span_str(cases[i][0]));
		is(buf_span(&b), cases[i][0]);
	}
	buf_free(&b);
}

static void
outcomes_are_states_with_shares(void **state)
{
	static const char *const bad[] = {"", "Retrieved=", "Retrieved=x",
	    "Eaten", "Retrieved=0", "Retrieved,,Expired"};
	struct relay_outcomes o;
	struct buf error = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		buf_clear(&error);
		assert_false(relay_outcomes_parse(&o, span_str(bad[i]),
		    &error));
		assert_int_not_equal(error.len, 0);
	}
	buf_clear(&error);
	assert_true(relay_outcomes_parse(&o,
	    span_str("retrieved=90, Unrecognized=10"), &error));
	is(o.row[1].state, "Unrecognised");
	assert_int_equal(o.total, 100);
	buf_free(&error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_kept_printed_and_answered),
		cmocka_unit_test(an_answer_comes_only_where_asked),
		cmocka_unit_test(
		    a_duplicate_is_answered_again_and_not_delivered),
		cmocka_unit_test(
		    the_same_id_of_another_peer_is_another_message),
		cmocka_unit_test(outcomes_become_reports_after_their_delay),
		cmocka_unit_test(who_has_asked_for_no_report_gets_none),
		cmocka_unit_test(loops_end),
		cmocka_unit_test(
		    what_cannot_be_read_is_answered_or_refused_never_both),
		cmocka_unit_test(
		    answers_find_what_was_sent_and_have_no_answer),
		cmocka_unit_test(
		    a_report_counts_once_and_is_answered_each_time),
		cmocka_unit_test(a_read_reply_after_the_last_report_is_kept),
		cmocka_unit_test(a_report_on_an_unknown_message_is_not_found),
		cmocka_unit_test(
		    an_answer_without_an_address_goes_to_the_sender_or_nowhere),
		cmocka_unit_test(a_mail_that_came_back_is_an_answer),
		cmocka_unit_test(a_mail_that_came_back_from_one_of_many_is_the_answer_of_that_one),
		cmocka_unit_test(only_domains_of_ours_and_routes_are_taken),
		cmocka_unit_test(a_peer_has_rules_of_its_own),
		cmocka_unit_test(numbers_become_those_of_their_country),
		cmocka_unit_test(outcomes_are_states_with_shares),
	};
	int failed;

	mms_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mms_end();
	return failed;
}
