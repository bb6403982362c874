/* SPDX-License-Identifier: ISC */
/* Any octets from a peer, to either side of a session that has bound, whole
 * and one at a time: it ends or goes on, its events are finite, and what it
 * answers is SMPP. */
#include <stdlib.h>

#include "smpp/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const uint8_t bind_request[] = "\0\0\0\x1d\0\0\0\x09\0\0\0\0\0\0\0\1"
    "me\0pass\0\0\x34\0\0";
static const uint8_t bind_response[] = "\0\0\0\x12\x80\0\0\x09\0\0\0\0\0\0\0\1"
    "x";

static void
drain(struct session *s, uint64_t now)
{
	struct event ev;
	unsigned limit = 100000;

	while (session_next(s, &ev, now)) {
		if (--limit == 0)
			abort();
		if (ev.type == SESSION_EV_BIND || ev.type == SESSION_EV_REQUEST)
			session_answer(s, &ev.pdu, 0);
	}
}

static void
feed(struct session *s, struct span octets, size_t step)
{
	while (octets.n > 0) {
		size_t room, n = step < octets.n ? step : octets.n;
		uint8_t *in = session_in(s, &room);

		n = n < room ? n : room;
		if (n == 0)
			return;
		memcpy(in, octets.p, n);
		session_received(s, n, 1);
		octets = span_skip(octets, n);
		drain(s, 1);
	}
}

static void
run(enum session_side side, struct span octets, size_t step)
{
	struct session_conf conf = {.side = side, .window = 4,
	    .max_pdu = 1 << 17, .enquire_link_ms = 1000, .response_ms = 1000,
	    .bind_ms = 1000};
	struct session s;
	struct pdu pdu = {.type = PDU_bind_transceiver};
	const uint8_t *out;
	size_t n;

	session_init(&s, &conf, 0);
	if (side == SESSION_ESME) {
		session_request(&s, &pdu, 0, 0, NULL);
		feed(&s, span_of(bind_response, 18), 18);
		pdu = (struct pdu){.type = PDU_submit_sm};
		session_request(&s, &pdu, 7, 0, NULL);
	} else {
		feed(&s, span_of(bind_request, 29), 29);
	}
	feed(&s, octets, step);
	session_eof(&s, NULL);
	drain(&s, 2);
	drain(&s, 5000);
	/* whole PDUs of sane lengths, all of it */
	for (out = session_out(&s, &n); n > 0;) {
		uint32_t length;

		if (pdu_frame(span_of(out, n), 1 << 20, &length) !=
		    PDU_FRAME_READY)
			abort();
		out += length;
		n -= length;
	}
	session_free(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct span octets = {p, n};

	run(SESSION_SMSC, octets, n);
	run(SESSION_SMSC, octets, 1);
	run(SESSION_ESME, octets, n);
	run(SESSION_ESME, octets, 1);
	return 0;
}
