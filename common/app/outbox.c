/* SPDX-License-Identifier: ISC */
/*
 * From the state to the mailer. A mail is leased from the state while it is
 * under way, so that nobody else sends it, and so that it is sent after all when
 * this program dies.
 */
#include "app/outbox.h"

#include <stdlib.h>

#include "app/mm4_dump.h"
#include "base/dice.h"
#include "base/mem.h"
#include "sys/diag.h"

enum {
	UNDER_WAY = 256,       /* mails at a time */
	OF_A_DOMAIN = 16,      /* of these: one that is silent stops no other */
	LEASE_S = 30 * 60,     /* longer than a connection takes to fail */
	FIRST_MS = 5000,
	MOST_MS = 60 * 60 * 1000,
	LOOK_MS = 1000,        /* other programs may post, too */
};

/* A mail under way, with all that it points to. */
struct item {
	uint64_t id;
	struct buf octets, from, domain;
	struct buf to;
	struct span *rcpt;
	size_t n;
	struct timespec expires;
	uint32_t attempts;
	struct item *next;
};

struct outbox {
	struct outbox_conf conf;
	struct dice dice;
	struct item *items;
	size_t n;
	struct buf full;       /* domains, as mm4_state_take has them */
	uint64_t sent, lost;
	int64_t due;           /* of the next mail; INT64_MAX: none is known */
	int64_t looked;        /* when that was asked */
	bool stopped;
};

struct outbox *
outbox_new(const struct outbox_conf *conf)
{
	struct outbox *o = mem_new(sizeof(*o));

	o->conf = *conf;
	o->dice = dice_of(conf->seed);
	o->looked = INT64_MIN;
	return o;
}

static void
item_free(struct item *i)
{
	buf_free(&i->octets);
	buf_free(&i->from);
	buf_free(&i->domain);
	buf_free(&i->to);
	free(i->rcpt);
	free(i);
}

void
outbox_free(struct outbox *o)
{
	struct item *next;

	if (o == NULL)
		return;
	for (struct item *i = o->items; i != NULL; i = next) {
		next = i->next;
		item_free(i);
	}
	buf_free(&o->full);
	free(o);
}

static int64_t
ms(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct timespec
plus(struct timespec t, uint64_t more)
{
	int64_t v = ms(t) + (int64_t)more;

	return (struct timespec){(time_t)(v / 1000), (long)(v % 1000) * 1000000};
}

uint64_t
outbox_back_off(uint32_t n, uint16_t chance)
{
	uint64_t wait = n < 10 ? (uint64_t)FIRST_MS << n : MOST_MS;

	if (wait > MOST_MS)
		wait = MOST_MS;
	return wait * 3 / 4 + wait / 2 * chance / UINT16_MAX;
}

static struct item *
copy(const struct mm4_mail *m)
{
	struct item *i = mem_new(sizeof(*i));
	size_t at = 0;

	i->id = m->id;
	i->expires = m->expires;
	i->attempts = m->attempts;
	buf_add_span(&i->octets, m->octets);
	buf_add_span(&i->from, m->from);
	buf_add_span(&i->domain, m->domain);
	for (size_t k = 0; k < m->n_to; k++)
		buf_add_span(&i->to, m->to[k]);
	i->n = m->n_to;
	i->rcpt = mem_array(i->n, sizeof(*i->rcpt));
	for (size_t k = 0; k < i->n; at += m->to[k++].n)
		i->rcpt[k] = span_of(i->to.p + at, m->to[k].n);
	return i;
}

static void
told_state(struct outbox *o, bool good)
{
	if (!good)
		warn("%s", mm4_state_error(o->conf.state));
}

/* What becomes of a mail. What peers say may name numbers: these are hidden. */
static void
tell(struct item *i, bool lost, const char *why)
{
	struct buf b = {0};

	buf_add_str(&b, why);
	mm4_mask(&b, 0);
	if (lost)
		warn("a mail to %s is given up: %s", buf_cstr(&i->domain),
		    buf_cstr(&b));
	else
		note("a mail to %s waits: %s", buf_cstr(&i->domain),
		    buf_cstr(&b));
	buf_free(&b);
}

/* It is given up: nobody is told but the operator. */
static void
give_up(struct outbox *o, struct item *i, const char *why)
{
	tell(i, true, why);
	o->lost++;
}

/* For these recipients it is tried again, unless its time is over. */
static void
postpone(struct outbox *o, struct item *i, const struct span *to,
    size_t n, struct timespec now, const char *why)
{
	struct timespec due = plus(now, outbox_back_off(i->attempts,
	    (uint16_t)dice_between(&o->dice, 0, UINT16_MAX)));

	if (ms(due) < ms(i->expires)) {
		tell(i, false, why);
		told_state(o, mm4_state_again(o->conf.state, i->id, to, n,
		    due));
		return;
	}
	for (size_t k = 0; k < n; k++)
		give_up(o, i, why);
	told_state(o, mm4_state_gone(o->conf.state, i->id));
}

/* Where it goes; false when there is no way. */
static bool
target_of(const struct outbox *o, const struct item *i, struct mail_target *t)
{
	if (routes_target(o->conf.routes, buf_span(&i->domain), t))
		return true;
	*t = (struct mail_target){.host = (const char *)i->domain.p,
	    .port = "25", .mx = true};
	return o->conf.routes->mx && i->domain.len > 0;
}

static void
begin(struct outbox *o, struct item *i, struct timespec now)
{
	struct smtp_mail mail = {buf_span(&i->from), i->rcpt, i->n,
	    buf_span(&i->octets)};
	struct mail_target target;

	buf_cstr(&i->domain);
	if (i->n == 0 || !target_of(o, i, &target)) {
		struct buf why = {0};

		buf_addf(&why, "no route to %s; see --route and --mx",
		    buf_cstr(&i->domain));
		if (i->n > 0)
			postpone(o, i, i->rcpt, i->n, now, buf_cstr(&why));
		else
			told_state(o, mm4_state_gone(o->conf.state, i->id));
		buf_free(&why);
		item_free(i);
		return;
	}
	i->next = o->items;
	o->items = i;
	o->n++;
	mailer_send(o->conf.mailer, &target, &mail, i->id);
}

static struct item *
take_item(struct outbox *o, uint64_t id)
{
	struct item **at = &o->items, *i;

	while ((*at)->id != id)
		at = &(*at)->next;
	i = *at;
	*at = i->next;
	o->n--;
	return i;
}

/* What became of a mail: recipients that were not refused for good wait. */
static void
end(struct outbox *o, const struct mailer_event *ev, struct timespec now)
{
	struct item *i = take_item(o, ev->tag);
	struct span *left = mem_array(i->n, sizeof(*left));
	struct buf why = {0};
	size_t n = 0;

	for (size_t k = 0; k < ev->n; k++) {
		const struct smtp_outcome *r = &ev->outcome[k];

		if (r->result == SMTP_ACCEPTED) {
			o->sent++;
			continue;
		}
		buf_clear(&why);
		if (r->code > 0)
			buf_addf(&why, "%u ", r->code);
		buf_add_span(&why, buf_span(&r->text));
		if (r->result == SMTP_NEVER)
			give_up(o, i, buf_cstr(&why));
		else
			left[n++] = i->rcpt[k];
	}
	if (n > 0)
		postpone(o, i, left, n, now, buf_cstr(&why));
	else
		told_state(o, mm4_state_gone(o->conf.state, i->id));
	buf_free(&why);
	free(left);
	item_free(i);
	o->looked = INT64_MIN;
}

/* A domain is full when it has as many mails under way as it may. */
static void
look_at(struct outbox *o, struct span domain)
{
	size_t n = 0;

	for (const struct item *i = o->items; i != NULL; i = i->next)
		n += span_eq(buf_span(&i->domain), domain);
	if (n < OF_A_DOMAIN)
		return;
	buf_add_span(&o->full, domain);
	buf_add_byte(&o->full, '\n');
}

static void
find_full(struct outbox *o)
{
	buf_clear(&o->full);
	buf_add_byte(&o->full, '\n');
	for (const struct item *i = o->items; i != NULL; i = i->next)
		look_at(o, buf_span(&i->domain));
}

void
outbox_work(struct outbox *o, struct timespec now)
{
	struct mailer_event ev;
	struct mm4_mail mail;
	struct timespec due;

	while (mailer_next(o->conf.mailer, &ev))
		end(o, &ev, now);
	if (o->stopped || o->n >= UNDER_WAY ||
	    (ms(now) < o->due && ms(now) < o->looked + LOOK_MS))
		return;
	find_full(o);
	while (o->n < UNDER_WAY && mm4_state_take(o->conf.state, now,
	    plus(now, LEASE_S * UINT64_C(1000)), buf_span(&o->full), &mail)) {
		begin(o, copy(&mail), now);
		look_at(o, mail.domain);
	}
	told_state(o, mm4_state_error(o->conf.state)[0] == '\0');
	o->due = mm4_state_next_due(o->conf.state, buf_span(&o->full), &due) ?
	    ms(due) : INT64_MAX;
	o->looked = ms(now);
	/* connections are made now */
	while (mailer_next(o->conf.mailer, &ev))
		end(o, &ev, now);
}

void
outbox_poke(struct outbox *o)
{
	o->looked = INT64_MIN;
}

uint64_t
outbox_wait(const struct outbox *o, struct timespec now)
{
	int64_t by = o->due < o->looked + LOOK_MS ? o->due :
	    o->looked + LOOK_MS;

	if (o->stopped || o->n >= UNDER_WAY)
		return UINT64_MAX;
	if (o->looked == INT64_MIN || by <= ms(now))
		return 0;
	return (uint64_t)(by - ms(now));
}

void
outbox_stop(struct outbox *o)
{
	o->stopped = true;
}

bool
outbox_is_idle(const struct outbox *o)
{
	return o->n == 0;
}

uint64_t
outbox_sent(const struct outbox *o)
{
	return o->sent;
}

uint64_t
outbox_lost(const struct outbox *o)
{
	return o->lost;
}
