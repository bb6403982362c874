/* SPDX-License-Identifier: ISC */
/* Any octets from a mail peer, whole and one at a time: the same messages and
 * the same replies come of both, no message has a bare CR or LF in it, and
 * the number of answers is that of the recipients. */
#include <stdlib.h>

#include "mms/smtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct seen {
	struct buf events, message, replies;
};

static void
check_message(struct span m)
{
	bool cr = false;

	for (size_t i = 0; i < m.n; i++) {
		if (cr != (m.p[i] == '\n'))
			abort();
		cr = m.p[i] == '\r';
	}
	if (cr || (m.n > 0 && m.p[m.n - 1] != '\n'))
		abort();
}

static void
take(struct smtp *s, const struct smtp_event *ev, struct seen *seen)
{
	static const struct smtp_reply ok = {250, "2.0.0", "ok"},
				       go = {354, NULL, "go"},
				       no = {550, "5.1.1", "no"};

	switch (ev->type) {
	case SMTP_EV_CHUNK:
		buf_add_span(&seen->message, ev->octets);
		return;
	case SMTP_EV_DATA:
		buf_clear(&seen->message);
		smtp_answer(s, &go, 1);
		return;
	case SMTP_EV_END:
		buf_add_str(&seen->events, "end\n");
		check_message(buf_span(&seen->message));
		buf_add_span(&seen->events, buf_span(&seen->message));
		while (smtp_asks(s) > 0)
			smtp_answer(s, &ok, 1);
		return;
	default:
		break;
	}
	buf_addf(&seen->events, "%d ", (int)ev->type);
	buf_add_span(&seen->events, ev->address);
	buf_add_span(&seen->events, ev->user);
	buf_add_span(&seen->events, ev->password);
	buf_add_byte(&seen->events, '\n');
	if (ev->type == SMTP_EV_STARTTLS)
		smtp_secured(s, 1);
	else
		smtp_answer(s, ev->address.n % 3 == 2 ? &no : &ok, 1);
}

static void
drain(struct smtp *s, struct seen *seen)
{
	struct smtp_event ev;
	const uint8_t *out;
	size_t n;

	do {
		while (smtp_next(s, &ev, 1))
			take(s, &ev, seen);
		out = smtp_out(s, &n);
		buf_add(&seen->replies, out, n);
		smtp_sent(s, n);
	} while (n > 0);
}

static void
run(const struct smtp_conf *conf, struct span octets, size_t step,
    struct seen *seen)
{
	struct smtp s;

	smtp_init(&s, conf, 0);
	while (octets.n > 0) {
		size_t room, n = step < octets.n ? step : octets.n;
		uint8_t *in = smtp_in(&s, &room);

		n = n < room ? n : room;
		if (n == 0)
			break;
		memcpy(in, octets.p, n);
		smtp_received(&s, n, 1);
		octets = span_skip(octets, n);
		drain(&s, seen);
	}
	smtp_eof(&s, NULL);
	drain(&s, seen);
	if (s.state != SMTP_CLOSED)
		abort();
	smtp_free(&s);
}

static void
compare(const struct smtp_conf *conf, struct span octets)
{
	struct seen whole = {0}, single = {0};

	run(conf, octets, octets.n, &whole);
	run(conf, octets, 1, &single);
	if (!span_eq(buf_span(&whole.events), buf_span(&single.events)) ||
	    !span_eq(buf_span(&whole.replies), buf_span(&single.replies)))
		abort();
	for (struct seen *s = &whole; s != NULL;
	     s = s == &whole ? &single : NULL) {
		buf_free(&s->events);
		buf_free(&s->message);
		buf_free(&s->replies);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct smtp_conf conf = {.name = "mms.example",
	    .size_most = 200,
	    .recipients_most = 3,
	    .errors_most = 20,
	    .command_ms = 1000,
	    .data_ms = 1000,
	    .auth = true,
	    .auth_in_clear = true,
	    .transcript = true};

	compare(&conf, span_of(p, n));
	conf.lmtp = true;
	compare(&conf, span_of(p, n));
	return 0;
}
