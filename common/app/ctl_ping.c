/* SPDX-License-Identifier: ISC */
/* smpp-ctl ping: enquire_links at an even pace, and how long each took. */
#include "app/ctl_ping.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "app/ctl.h"
#include "app/exit.h"
#include "base/mem.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum { FLIGHTS = 64 };  /* enquire_links without an answer at a time */

struct flight {
	uint64_t seq;      /* 0: none */
	uint64_t us;
	bool late;         /* its record is out */
};

struct ping {
	struct ctl *c;
	struct flight flight[FLIGHTS];
	struct ping_facts facts;
	struct hist *us;
	uint64_t start_us, next_ms;
	size_t n_flying;
	char *peer;
	struct buf why;
	bool up, over, unbinding;
};

static void
record(struct ping *p, uint64_t seq, const char *status, uint64_t us,
    const char *error)
{
	struct value row[PING_COLUMNS] = {0};
	char when[CLOCK_TEXT + 1], ms[32];

	if (p->c->conf->nagios)
		return;
	clock_text(when, clock_now());
	row[PING_seq] = value_num(seq);
	row[PING_status] = value_text(span_str(status));
	if (us != UINT64_MAX)
		row[PING_ms] = value_decimal(span_of(ms, (size_t)snprintf(ms,
		    sizeof(ms), "%llu.%03llu", (unsigned long long)us / 1000,
		    (unsigned long long)us % 1000)));
	if (error != NULL)
		row[PING_error] = value_text(span_str(error));
	row[PING_time] = value_text(span_str(when));
	record_write(&p->c->out.buf, &p->c->conf->format, row);
}

/* Requests */

static bool
is_done(const struct ping *p)
{
	return p->facts.sent == p->c->conf->count || p->c->signals > 0 ||
	    p->c->out.err != 0 || p->c->deaf;
}

/* Sends one; false when the window is full. */
static bool
send(struct ping *p)
{
	struct pdu pdu = {.type = PDU_enquire_link};
	struct link *l = p->c->link;
	size_t i;

	for (i = 0; i < FLIGHTS; i++)
		if (p->flight[i].seq == 0)
			break;
	if (i == FLIGHTS || session_request(link_session(l), &pdu, i,
	    loop_now(p->c->loop), NULL) != SESSION_TAKEN)
		return false;
	p->flight[i] = (struct flight){.seq = ++p->facts.sent,
	    .us = clock_us()};
	p->n_flying++;
	link_flush(l);
	return true;
}

static void
pump(struct ping *p)
{
	uint64_t now = loop_now(p->c->loop);
	uint64_t interval = p->c->conf->interval_ms;

	while (p->up && !is_done(p) && now >= p->next_ms &&
	    (interval > 0 || p->n_flying == 0)) {
		if (!send(p))
			return;
		/* an even pace; what was missed is not made up for */
		p->next_ms = p->next_ms + interval > now ?
		    p->next_ms + interval : now + interval;
	}
}

static uint64_t
deadline(const struct ping *p)
{
	if (!p->up || is_done(p) || p->n_flying == FLIGHTS ||
	    (p->c->conf->interval_ms == 0 && p->n_flying > 0))
		return UINT64_MAX;
	return p->next_ms;
}

/* Answers */

static void
land(struct ping *p, struct flight *f)
{
	f->seq = 0;
	p->n_flying--;
}

static void
take_response(struct ping *p, const struct event *ev)
{
	struct flight *f = &p->flight[ev->tag];
	uint64_t us = clock_us() - f->us;
	struct buf text = {0};

	if (f->late) {
		warn("%llu: the answer came after %llu ms",
		    (unsigned long long)f->seq,
		    (unsigned long long)ev->waited_ms);
	} else if (ev->pdu.command_status != ESME_ROK ||
	    ev->pdu.type == PDU_generic_nack) {
		status_print(&text, ev->pdu.command_status);
		p->facts.failed++;
		record(p, f->seq, "failed", us, buf_cstr(&text));
	} else {
		p->facts.answered++;
		hist_add(p->us, us);
		record(p, f->seq, "ok", us, NULL);
	}
	buf_free(&text);
	land(p, f);
}

static void
take_silence(struct ping *p, uint64_t tag, const char *why, bool may_come)
{
	struct flight *f = &p->flight[tag];

	if (!f->late) {
		p->facts.lost++;
		record(p, f->seq, "unknown", UINT64_MAX, why);
	}
	f->late = true;
	if (!may_come)
		land(p, f);
}

static void
take_session(struct ping *p, const struct event *ev)
{
	switch (ev->type) {
	case SESSION_EV_RESPONSE:
		take_response(p, ev);
		break;
	case SESSION_EV_TIMEOUT:
		take_silence(p, ev->tag, "no answer in time", true);
		break;
	case SESSION_EV_REQUEST:
	case SESSION_EV_NOTICE:
		ctl_take_others(p->c, ev);
		break;
	default:
		break;
	}
}

static void
take_up(struct ping *p)
{
	uint64_t us = clock_us() - p->start_us;

	p->up = true;
	p->next_ms = loop_now(p->c->loop);
	if (p->facts.bound_us > 0)
		return;
	p->facts.bound_us = us;
	note("bound to %s in %llu.%03llu ms", p->peer,
	    (unsigned long long)us / 1000, (unsigned long long)us % 1000);
}

static void
take_events(struct ping *p)
{
	struct link_event ev;

	while (!p->over && ctl_next(p->c, &ev)) {
		switch (ev.type) {
		case LINK_EV_UP:
			take_up(p);
			break;
		case LINK_EV_SESSION:
			take_session(p, &ev.event);
			break;
		case LINK_EV_LOST:
			take_silence(p, ev.event.tag,
			    "the link broke before the answer came", false);
			break;
		case LINK_EV_DOWN:
			p->up = false;
			break;
		case LINK_EV_END:
			p->over = true;
			if (ev.status == EX_OK)
				break;
			warn("%s", ev.why);
			buf_add_str(&p->why, ev.why);
			p->c->status = exit_worse(p->c->status, ev.status);
			break;
		}
	}
}

/* The end */

static size_t
n_awaited(const struct ping *p)
{
	size_t n = 0;

	for (size_t i = 0; i < FLIGHTS; i++)
		n += p->flight[i].seq != 0 && !p->flight[i].late;
	return n;
}

static void
add_time(struct buf *b, const char *name, uint64_t us)
{
	buf_addf(b, "%s%s %llu.%03llu", b->len > 0 ? ", " : "", name,
	    (unsigned long long)us / 1000, (unsigned long long)us % 1000);
}

/* say is note, or warn where somebody asked for it. */
static void
summary(const struct ping *p, void (*say)(const char *fmt, ...))
{
	const struct ping_facts *f = &p->facts;
	struct buf line = {0};

	say("%llu sent, %llu answered, %llu refused, %llu lost",
	    (unsigned long long)f->sent, (unsigned long long)f->answered,
	    (unsigned long long)f->failed, (unsigned long long)f->lost);
	if (f->answered == 0)
		return;
	add_time(&line, "min", p->us->least);
	add_time(&line, "mean", hist_mean(p->us));
	add_time(&line, "p50", hist_at(p->us, 500));
	add_time(&line, "p90", hist_at(p->us, 900));
	add_time(&line, "p99", hist_at(p->us, 990));
	add_time(&line, "max", p->us->most);
	say("ms: %s", buf_cstr(&line));
	buf_free(&line);
}

static void
run(struct ping *p)
{
	struct ctl *c = p->c;

	while (!p->over && loop_now(c->loop) < c->give_up_ms) {
		ctl_pass(c, deadline(p));
		take_events(p);
		pump(p);
		ctl_flush(c);
		if (c->asked)
			summary(p, warn);
		c->asked = false;
		if (is_done(p) && n_awaited(p) == 0 && !p->unbinding &&
		    ctl_unanswered(c) == 0) {
			p->unbinding = true;
			link_unbind(c->link);
		}
	}
	for (size_t i = 0; i < FLIGHTS; i++)
		if (p->flight[i].seq != 0)
			take_silence(p, i, "interrupted", false);
	link_leave(c->link);
}

int
ctl_ping(struct ctl *c)
{
	struct ping p = {.c = c, .start_us = clock_us()};

	p.us = mem_new(sizeof(*p.us));
	p.facts.us = p.us;
	/* nothing but what is asked for goes over the link */
	c->link_conf.enquire_link_ms = 0;
	c->link_conf.window = FLIGHTS;
	ctl_connect(c, "");
	p.facts.peer = p.peer = link_name(c->link);
	run(&p);
	if (p.facts.lost > 0)
		c->status = exit_worse(c->status, EX_TEMPFAIL);
	if (p.facts.failed > 0)
		c->status = exit_worse(c->status, EXIT_SOME_FAILED);
	p.facts.why = p.why.len > 0 ? buf_cstr(&p.why) : NULL;
	if (c->conf->nagios)
		c->status = (int)nagios_print(&c->out.buf, c->conf, &p.facts);
	else
		summary(&p, note);
	free(p.peer);
	free(p.us);
	buf_free(&p.why);
	return c->status;
}
