/* SPDX-License-Identifier: ISC */
/*
 * From rows to result rows: one row in, one row out. A message is begun when
 * the window has room, its parts go out in order over one link, and its row is
 * printed when every part is answered, or known not to be, and, where receipts
 * are waited for, reported.
 */
#include <stdlib.h>

#include "app/sender_private.h"
#include "base/mem.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum { WINDOWS_MOST = 2 };  /* whole windows overdue: then we give up */

struct sender *
sender_new(const struct sender_conf *conf, struct loop *loop, struct out *out,
    struct links *links)
{
	struct sender *s = mem_new(sizeof(*s));

	s->conf = conf;
	s->loop = loop;
	s->out = out;
	s->links = links;
	for (size_t i = 0; i < conf->format->n; i++)
		s->keeps_text |= conf->format->column[i] == RESULT_text;
	s->n_smscs = conf->wait ? links_smscs(links) : 0;
	if (conf->wait)
		s->smsc = mem_array(s->n_smscs, sizeof(*s->smsc));
	for (size_t i = 0; i < s->n_smscs; i++) {
		s->smsc[i].matcher = matcher_new();
		matcher_set_mode(s->smsc[i].matcher, conf->ids);
	}
	if (conf->measures)
		s->latency = mem_new(sizeof(*s->latency));
	pacer_init(&s->pacer, &conf->pacer, loop_now(loop));
	s->seed = conf->reference_seed;
	text_references_init(&s->references, conf->reference_seed);
	return s;
}

void
sender_free(struct sender *s)
{
	if (s == NULL)
		return;
	messages_free(&s->messages);
	for (size_t i = 0; i < s->n_smscs; i++)
		matcher_free(s->smsc[i].matcher);
	free(s->smsc);
	free(s->latency);
	early_free(&s->early);
	sender_lanes_free(s);
	withheld_free(&s->replies);
	outline_free(&s->outline);
	turns_free(&s->turns);
	ordered_free(&s->ordered);
	buf_free(&s->tlvs);
	buf_free(&s->frame);
	buf_free(&s->wide);
	buf_free(&s->dests);
	refusals_free(&s->refusals);
	free(s);
}

/* Rows */

uint64_t
sender_tag(const struct message *m, uint32_t part)
{
	return (uint64_t)m->place << PART_BITS | part;
}

struct message *
sender_message(const struct sender *s, uint64_t tag)
{
	return s->messages.at[(uint32_t)(tag >> PART_BITS)];
}

static void
count(struct sender_counts *c, enum outcome outcome)
{
	uint64_t *const counter[OUTCOMES] = {&c->ok, &c->failed, &c->partial,
	    &c->unknown, &c->unsent};

	++*counter[outcome];
}

/* Its row goes out; what may still come for it finds no row to change. */
void
sender_tell(struct sender *s, struct message *m)
{
	enum outcome outcome = message_outcome(m);

	for (uint32_t i = 0; s->smsc != NULL && i < m->n_parts; i++) {
		if (m->part[i].id.n == 0)
			continue;
		matcher_remove(s->smsc[m->part[i].smsc].matcher,
		    message_kept(m, m->part[i].id), sender_tag(m, i));
		if (m->reported == m->n_parts)
			sender_note_told(s, message_kept(m, m->part[i].id),
			    message_kept(m, m->to));
	}
	sender_note_report(s, m);
	sender_leave_line(s, m);
	message_wait_end(&s->messages, m);
	count(&s->counts, outcome);
	sender_print(s, m, outcome);
	message_release(&s->messages, m);
}

void
sender_fail(struct sender *s, struct message *m, const char *error)
{
	m->failed = true;
	message_stop(m, error);
	sender_tell(s, m);
}

void
sender_refuse(struct sender *s, const struct row *row, const char *error)
{
	s->n_usual_free = 0;
	sender_fail(s, sender_message_of(s, row), error);
}

void
sender_leave(struct sender *s, const struct row *row, const char *why)
{
	struct message *m = sender_message_of(s, row);

	message_stop(m, why);
	sender_tell(s, m);
}

/* Prints the row of a message, or makes it wait for receipts, if nothing of
 * it is to be sent or answered any more. */
void
sender_settle(struct sender *s, struct message *m)
{
	if (m->flying + m->again > 0 || m->told || m->is_waiting || m->joined)
		return;
	if (m->n_members > 0) {
		sender_disband(s, m);
		return;
	}
	sender_leave_line(s, m);
	m->answered_ms = loop_now(s->loop);
	if (s->conf->wait && m->receipt && message_outcome(m) == OUTCOME_OK &&
	    m->reported < m->n_parts)
		message_wait(&s->messages, m);
	else
		sender_tell(s, m);
}

/* Events */

/* When nothing at all is answered any more, the link is made anew, once; then
 * the others go on without it. */
static void
look_at_window(struct sender *s, struct lane *l)
{
	struct session *session = link_session(l->link);

	if (session_room(session) > 0 ||
	    session_timed_out(session) < session_in_flight(session))
		return;
	session_drop(session, "no answer to a whole window of submits");
	if (++l->windows_lost >= WINDOWS_MOST)
		sender_give_up_lane(s, l, "answers nothing any more");
}

void
sender_give_up_lane(struct sender *s, struct lane *l, const char *why)
{
	char *name;

	if (l->given_up)
		return;
	l->given_up = true;
	s->n_given_up++;
	s->vain = why;
	sender_lane_down(s, l);
	if (sender_gave_up(s) != NULL)
		return;
	name = link_name(l->link);
	warn("%s %s; going on without it", name, why);
	free(name);
	link_unbind(l->link);
	links_touch(s->links, l->link);
}

const char *
sender_gave_up(const struct sender *s)
{
	return s->n_given_up > 0 && s->n_given_up >= links_senders(s->links) ?
	    s->vain : NULL;
}

static void
take_end(struct sender *s, struct lane *l)
{
	sender_lane_down(s, l);
	sender_forget_replies(s, l->link);
	s->n_given_up -= l->given_up;
}

void
sender_event(struct sender *s, struct link *link, const struct link_event *ev)
{
	struct lane *l = sender_lane(s, link);

	s->n_usual_free = 0;
	switch (ev->type) {
	case LINK_EV_LOST:
		sender_take_silence(s, l, ev->event.tag,
		    "the link broke before the answer came", false);
		return;
	case LINK_EV_DOWN:
		sender_lane_down(s, l);
		sender_forget_replies(s, link);
		return;
	case LINK_EV_UP:
		sender_lane_up(s, l);
		return;
	case LINK_EV_END:
		take_end(s, l);
		return;
	case LINK_EV_SESSION:
		break;
	}
	switch (ev->event.type) {
	case SESSION_EV_RESPONSE:
		sender_take_response(s, l, &ev->event);
		break;
	case SESSION_EV_TIMEOUT:
		sender_lane_wake(s, l);
		sender_take_silence(s, l, ev->event.tag, "no answer in time",
		    true);
		look_at_window(s, l);
		break;
	case SESSION_EV_REQUEST:
		sender_take_request(s, link, &ev->event.pdu);
		break;
	case SESSION_EV_NOTICE:
		sender_take_notice(s, link, &ev->event.pdu);
		break;
	default:
		break;
	}
}

/* Time and the end */

static uint64_t
wait_over(const struct sender *s, const struct message *m)
{
	return m->answered_ms > UINT64_MAX - s->conf->wait_ms ? UINT64_MAX :
	    m->answered_ms + s->conf->wait_ms;
}

uint64_t
sender_deadline(const struct sender *s)
{
	uint64_t at = alarms_next(&s->alarms);
	const struct heap_entry *first = heap_first(&s->again);

	/* the pass that held back has written since */
	if (s->held && !sender_is_held(s))
		return 0;
	if (s->pacer.next_ms < at)
		at = s->pacer.next_ms;
	if (first != NULL && first->due > loop_now(s->loop) &&
	    first->due < at)
		at = first->due;
	if (s->messages.waiting != NULL &&
	    wait_over(s, s->messages.waiting) < at)
		at = wait_over(s, s->messages.waiting);
	if (s->conf->receipts != NULL &&
	    receipts_from_deadline(s->conf->receipts) < at)
		at = receipts_from_deadline(s->conf->receipts);
	if (s->conf->journal != NULL &&
	    journal_deadline(s->conf->journal) < at)
		at = journal_deadline(s->conf->journal);
	return at;
}

/* Whether it is one of the hours in which to send. */
static void
look_at_clock(struct sender *s)
{
	struct timespec t = clock_now();
	struct buf text = {0};

	if (!s->conf->pacer.hours.limited || !pacer_clock(&s->pacer,
	    (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000))
		return;
	hours_print(&text, &s->pacer.hours, s->pacer.opens_ms);
	note("outside of the hours to send in; waiting for %s",
	    buf_cstr(&text));
	buf_free(&text);
}

void
sender_look_at_time(struct sender *s)
{
	uint64_t now = loop_now(s->loop);
	uint32_t i;

	look_at_clock(s);
	while (alarms_take(&s->alarms, now, &i))
		sender_lane_wake(s, s->lane[i]);
	sender_look_at_receipts(s);
	while (s->messages.waiting != NULL &&
	    now >= wait_over(s, s->messages.waiting)) {
		s->counts.unreceipted++;
		sender_tell(s, s->messages.waiting);
	}
}

size_t
sender_unfinished(const struct sender *s)
{
	return s->messages.n_untold;
}

void
sender_finish(struct sender *s, const char *why)
{
	struct message *m;

	for (uint32_t i = 0; i < s->messages.n; i++) {
		m = s->messages.at[i];
		if (m->told || m->n_members == 0)
			continue;
		message_stop(m, why);
		sender_give_up(m);
		sender_disband(s, m);
	}
	for (uint32_t i = 0; i < s->messages.n; i++) {
		m = s->messages.at[i];
		if (m->told)
			continue;
		if (m->is_waiting) {
			s->counts.unreceipted++;
		} else {
			message_stop(m, why);
			sender_give_up(m);
		}
		sender_tell(s, m);
	}
}

void
sender_facts(const struct sender *s, struct progress_facts *f, bool whole)
{
	const struct sender_counts *c = &s->counts;

	*f = (struct progress_facts){
		.ok = c->ok,
		.failed = c->failed + c->partial,
		.unknown = c->unknown,
		.unsent = c->unsent,
		.accepted = s->n_accepted,
		.refused = s->n_refused,
		.throttled = s->n_throttled,
		.limit = whole ? flow_limits_verdict(&s->pacer.limits,
		    loop_now(s->loop)) : s->pacer.limits.now,
		.latency = s->latency,
		.hours = &s->pacer.hours,
		.opens_ms = s->pacer.opens_ms,
		.open_loop = s->conf->pacer.open_loop,
		.behind_ms = s->pacer.behind_ms,
	};
}

const struct sender_counts *
sender_counts(const struct sender *s)
{
	return &s->counts;
}
