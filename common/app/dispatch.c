/* SPDX-License-Identifier: ISC */
/*
 * A job is a mail to one peer; each of its recipients is on its own, from the
 * first try to its row. What is tried again is one mail to all recipients that
 * need it, with the octets of the first time, so that the peer knows it again.
 */
#include "app/dispatch_private.h"

#include <stdlib.h>
#include <sysexits.h>

#include "app/exit.h"
#include "app/outbox.h"
#include "base/mem.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum {
	LOOK_MS = 200,           /* at a state that others change */
	JOBS_MOST = 1000,
	KEEP_S = 90 * 24 * 3600,  /* that the state knows it, at most */
	OCTETS_MOST = 64 << 20,  /* of all jobs; one larger goes alone */
};

struct dispatch *
dispatch_new(const struct dispatch_conf *conf)
{
	struct dispatch *d = mem_new(sizeof(*d));

	d->conf = *conf;
	d->dice = dice_of(conf->seed);
	d->last_done = &d->done;
	d->look_at = UINT64_MAX;
	return d;
}

static void
job_free(struct job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		struct recipient *r = &j->to[i];

		buf_free(&r->rcpt);
		buf_free(&r->key);
		buf_free(&r->to);
		buf_free(&r->code);
		buf_free(&r->error);
		buf_free(&r->report);
	}
	free(j->to);
	free(j->sent);
	free(j->rcpt);
	buf_free(&j->ref);
	buf_free(&j->message_id);
	buf_free(&j->transaction_id);
	buf_free(&j->from);
	buf_free(&j->domain);
	buf_free(&j->sender);
	buf_free(&j->octets);
	free(j);
}

void
dispatch_free(struct dispatch *d)
{
	struct job *next;

	if (d == NULL)
		return;
	if (d->told != NULL)
		job_free(d->told);
	for (struct job *j = d->jobs; j != NULL; j = next) {
		next = j->next;
		job_free(j);
	}
	free(d);
}

bool
dispatch_has_room(const struct dispatch *d)
{
	return !d->stopped && d->n < JOBS_MOST && d->octets < OCTETS_MOST;
}

size_t
dispatch_pending(const struct dispatch *d)
{
	return d->n;
}

int
dispatch_status(const struct dispatch *d)
{
	return d->status;
}

/* Ends */

void
dispatch_end(struct dispatch *d, struct recipient *r, const char *status)
{
	r->stage = DONE;
	r->status = status;
	r->time = clock_now();
	r->next = NULL;
	*d->last_done = r;
	d->last_done = &r->next;
	if (strcmp(status, "failed") == 0)
		d->status = exit_worse(d->status, EXIT_SOME_FAILED);
	else if (strcmp(status, "ok") != 0)
		d->status = exit_worse(d->status, EX_TEMPFAIL);
}

void
dispatch_set(struct buf *b, struct span s)
{
	buf_clear(b);
	buf_add_span(b, s);
}

/* Tries */

static void
send_to(struct dispatch *d, struct job *j)
{
	struct smtp_mail mail = {buf_span(&j->from), j->rcpt, 0,
	    buf_span(&j->octets)};

	j->n_sent = 0;
	for (size_t i = 0; i < j->n; i++) {
		struct recipient *r = &j->to[i];

		if (r->stage != AT_PEER)
			continue;
		r->attempts++;
		j->sent[j->n_sent] = i;
		j->rcpt[j->n_sent++] = buf_span(&r->rcpt);
	}
	mail.n_to = j->n_sent;
	j->under_way = true;
	mailer_send(d->conf.mailer, &j->target, &mail, j->id);
}

/* Tells the state, before the mail leaves, what its answers will be about. */
static bool
tell_state(struct dispatch *d, const struct job *j, uint64_t now)
{
	struct timespec t = clock_now(), until = t, keep = t;
	uint64_t wait = d->conf.answer_ms / 1000 + 1;
	uint64_t left = j->expires > now ? (j->expires - now) / 1000 : 0;
	bool good;

	if (d->conf.state == NULL)
		return true;
	until.tv_sec += (time_t)wait;
	keep.tv_sec += (time_t)(wait + (left < KEEP_S ? left : KEEP_S) +
	    d->conf.wait_ms / 1000);
	good = mm4_state_begin(d->conf.state);
	for (size_t i = 0; i < j->n && good; i++)
		good = mm4_state_add_sent(d->conf.state, &(struct mm4_sent){
		    .transaction_id = buf_span(&j->transaction_id),
		    .message_id = buf_span(&j->message_id),
		    .peer = buf_span(&j->domain),
		    .recipient = buf_span(&j->to[i].key),
		    .ref = buf_span(&j->ref), .kind = j->kind, .time = t,
		    .until = until, .keep = keep,
		    .wants_answer = j->wants_answer,
		    .wants_report = j->wants_report});
	return good && mm4_state_commit(d->conf.state);
}

void
dispatch_add(struct dispatch *d, struct dispatch_mail *m, uint64_t now)
{
	struct job *j = mem_new(sizeof(*j));

	j->id = ++d->last_id;
	dispatch_set(&j->ref, m->ref);
	dispatch_set(&j->message_id, m->message_id);
	dispatch_set(&j->transaction_id, m->transaction_id);
	dispatch_set(&j->from, m->from);
	dispatch_set(&j->domain, m->domain);
	dispatch_set(&j->sender, m->sender);
	j->octets = m->octets;
	m->octets = (struct buf){0};
	j->target = m->target;
	if (m->target.mx)
		j->target.host = buf_cstr(&j->domain);
	j->kind = m->kind;
	j->wants_answer = m->wants_answer;
	j->wants_report = m->wants_report;
	j->expires = m->expires;
	j->give_up_at = now + d->conf.retry_ms < m->expires ?
	    now + d->conf.retry_ms : m->expires;
	j->n = m->n_to;
	j->to = mem_array(j->n, sizeof(*j->to));
	j->sent = mem_array(j->n, sizeof(*j->sent));
	j->rcpt = mem_array(j->n, sizeof(*j->rcpt));
	j->next = d->jobs;
	d->jobs = j;
	d->n++;
	d->octets += j->octets.len;
	for (size_t i = 0; i < j->n; i++) {
		j->to[i].job = j;
		dispatch_set(&j->to[i].rcpt, m->to[i].rcpt);
		dispatch_set(&j->to[i].key, m->to[i].key);
		dispatch_set(&j->to[i].to, m->to[i].to);
	}
	if (tell_state(d, j, now)) {
		send_to(d, j);
		return;
	}
	warn("%s", mm4_state_error(d->conf.state));
	mm4_state_rollback(d->conf.state);
	for (size_t i = 0; i < j->n; i++) {
		dispatch_set(&j->to[i].error, span_str("the state cannot be written"));
		dispatch_end(d, &j->to[i], "unsent");
	}
	d->status = exit_worse(d->status, EX_IOERR);
}

void
dispatch_refuse(struct dispatch *d, const char *status, struct span ref,
    struct span message_id, struct span to, struct span error)
{
	struct job *j = mem_new(sizeof(*j));

	dispatch_set(&j->ref, ref);
	dispatch_set(&j->message_id, message_id);
	j->n = 1;
	j->to = mem_array(1, sizeof(*j->to));
	j->to[0].job = j;
	dispatch_set(&j->to[0].to, to);
	dispatch_set(&j->to[0].error, error);
	j->next = d->jobs;
	d->jobs = j;
	d->n++;
	dispatch_end(d, &j->to[0], status);
}

/* Outcomes */

static struct job *
find(struct dispatch *d, uint64_t id)
{
	struct job *j = d->jobs;

	while (j->id != id)
		j = j->next;
	return j;
}

void
dispatch_try_later(struct dispatch *d, struct recipient *r, bool hopeless,
    uint64_t due)
{
	if (!hopeless && !d->stopped && due < r->job->give_up_at) {
		r->stage = BACKING_OFF;
		r->due = due;
		return;
	}
	dispatch_end(d, r, r->unknown ? "unknown" : "unsent");
}

/* The peer's server has it. */
static void
accepted(struct dispatch *d, struct job *j, struct recipient *r, uint64_t now)
{
	r->unknown = false;
	d->last_accepted = now;
	if (d->conf.wait && j->wants_answer) {
		r->stage = AWAITING_ANSWER;
		r->due = r->resent < d->conf.resends ?
		    now + d->conf.answer_ms : UINT64_MAX;
		d->look_at = now;
	} else if (d->conf.wait && j->wants_report) {
		r->stage = AWAITING_REPORT;
		d->look_at = now;
	} else {
		dispatch_end(d, r, "ok");
	}
}

static void
take_outcome(struct dispatch *d, struct job *j, struct recipient *r,
    const struct smtp_outcome *o, bool hopeless, uint64_t due, uint64_t now)
{
	buf_clear(&r->code);
	if (o->code > 0)
		buf_addf(&r->code, "%u", o->code);
	buf_clear(&r->error);
	if (o->result != SMTP_ACCEPTED)
		buf_add_span(&r->error, buf_span(&o->text));
	switch (o->result) {
	case SMTP_ACCEPTED:
		accepted(d, j, r, now);
		break;
	case SMTP_NEVER:
		dispatch_end(d, r, "failed");
		break;
	case SMTP_UNKNOWN:
		r->unknown = true;
		/* fall through */
	case SMTP_LATER:
		dispatch_try_later(d, r, hopeless, due);
	}
}

/* The exit status that a peer which cannot be had makes. */
static int
status_of(enum smtp_client_end end)
{
	if (end == SMTP_END_REFUSED)
		return EX_NOPERM;
	return end == SMTP_END_BROKEN ? EX_PROTOCOL : EX_UNAVAILABLE;
}

static void
take_event(struct dispatch *d, const struct mailer_event *ev, uint64_t now)
{
	struct job *j = find(d, ev->tag);
	uint16_t chance = (uint16_t)dice_between(&d->dice, 0, UINT16_MAX);
	bool hopeless;
	uint64_t due;

	j->under_way = false;
	d->was_connected |= ev->connected;
	hopeless = !ev->connected && d->conf.first_once && !d->was_connected;
	for (size_t i = 0; i < ev->n; i++) {
		struct recipient *r = &j->to[j->sent[i]];

		due = now + outbox_back_off(r->attempts - 1, chance);
		take_outcome(d, j, r, &ev->outcome[i], hopeless, due, now);
		if (r->stage == BACKING_OFF)
			note("ref %s is tried again in %llu s: %s",
			    buf_cstr(&j->ref),
			    (unsigned long long)(due - now) / 1000,
			    buf_cstr(&r->error));
	}
	if (hopeless)
		d->status = exit_worse(d->status, status_of(ev->end));
}

static void
work_job(struct dispatch *d, struct job *j, struct mm4_known *k, bool looking,
    uint64_t now)
{
	bool again = false;

	for (size_t i = 0; i < j->n; i++) {
		struct recipient *r = &j->to[i];

		if (looking && (r->stage == AWAITING_ANSWER ||
		    r->stage == AWAITING_REPORT ||
		    (r->stage == BACKING_OFF && r->resent > 0)))
			dispatch_look(d, r, k, now);
		if (!j->under_way && dispatch_is_due(d, r, now)) {
			r->stage = AT_PEER;
			again = true;
		}
	}
	if (again)
		send_to(d, j);
}

void
dispatch_work(struct dispatch *d, uint64_t now, bool own)
{
	struct mm4_known k = {0};
	struct mailer_event ev;
	bool looking = own;

	while (mailer_next(d->conf.mailer, &ev))
		take_event(d, &ev, now);
	if (d->conf.wait && now >= d->look_at) {
		looking |= mm4_state_changed(d->conf.state);
		d->look_at = d->n > 0 ? now + LOOK_MS : UINT64_MAX;
	}
	for (struct job *j = d->jobs; j != NULL; j = j->next)
		work_job(d, j, &k, looking, now);
	mm4_known_free(&k);
	while (mailer_next(d->conf.mailer, &ev))
		take_event(d, &ev, now);
}

uint64_t
dispatch_deadline(const struct dispatch *d)
{
	uint64_t by = d->look_at;

	if (d->done != NULL)
		return 0;
	for (const struct job *j = d->jobs; j != NULL; j = j->next)
		for (size_t i = 0; i < j->n; i++) {
			const struct recipient *r = &j->to[i];

			if (!j->under_way && r->stage != DONE &&
			    r->stage != AWAITING_REPORT && r->due < by)
				by = r->due;
			if (r->stage > BACKING_OFF && r->stage < DONE &&
			    d->last_accepted + d->conf.wait_ms < by)
				by = d->last_accepted + d->conf.wait_ms;
		}
	return by;
}

/* Rows */

static void
remove_job(struct dispatch *d, struct job *j)
{
	struct job **at = &d->jobs;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	d->n--;
	d->octets -= j->octets.len;
	d->told = j;
}

bool
dispatch_next(struct dispatch *d, struct dispatch_row *row)
{
	struct recipient *r = d->done;
	struct job *j;

	if (d->told != NULL)
		job_free(d->told);
	d->told = NULL;
	if (r == NULL)
		return false;
	d->done = r->next;
	if (d->done == NULL)
		d->last_done = &d->done;
	j = r->job;
	*row = (struct dispatch_row){
		.ref = buf_span(&j->ref),
		.transaction_id = buf_span(&j->transaction_id),
		.message_id = buf_span(&j->message_id),
		.to = buf_span(&r->to), .from = buf_span(&j->sender),
		.status = r->status, .code = buf_span(&r->code),
		.error = buf_span(&r->error), .report = buf_span(&r->report),
		.attempts = r->attempts, .time = r->time,
	};
	if (++j->told == j->n)
		remove_job(d, j);
	return true;
}

void
dispatch_stop(struct dispatch *d)
{
	d->stopped = true;
	d->look_at = 0;
}

void
dispatch_cut(struct dispatch *d)
{
	struct mailer_event ev;
	uint64_t now = UINT64_MAX / 2;

	dispatch_stop(d);
	while (mailer_next(d->conf.mailer, &ev))
		take_event(d, &ev, now);
	dispatch_work(d, now, false);
}
