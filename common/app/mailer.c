/* SPDX-License-Identifier: ISC */
/*
 * Peers, each with the mails that wait for it and its connections. A peer that
 * is a domain has its servers looked up first; they are tried in their order,
 * and when none can be had the mails that wait come back.
 */
#include "app/mailer_private.h"

#include <stdlib.h>

#include "base/mem.h"

struct mailer *
mailer_new(struct loop *loop, const struct mailer_conf *conf, int kind)
{
	struct mailer *m = mem_new(sizeof(*m));

	m->loop = loop;
	m->conf = *conf;
	m->kind = kind;
	return m;
}

static char *
copy(const char *s)
{
	return s != NULL ? mem_strdup(s) : NULL;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static struct peer *
find_peer(struct mailer *m, const struct mail_target *t)
{
	struct peer *p;

	for (p = m->peers; p != NULL; p = p->next)
		if (same(p->host, t->host) && same(p->port, t->port) &&
		    same(p->user, t->user) && p->mx == t->mx &&
		    p->tls == t->tls && p->lmtp == t->lmtp)
			return p;
	p = mem_new(sizeof(*p));
	*p = (struct peer){.what = A_PEER, .mailer = m, .host = copy(t->host),
	    .port = copy(t->port), .user = copy(t->user),
	    .password = copy(t->password), .mx = t->mx, .tls = t->tls,
	    .lmtp = t->lmtp, .next = m->peers};
	p->last = &p->first;
	p->watch = (struct watch){.fd = -1, .owner = p, .kind = m->kind};
	m->peers = p;
	return p;
}

void
mailer_send(struct mailer *m, const struct mail_target *target,
    const struct smtp_mail *mail, uint64_t tag)
{
	struct peer *p = find_peer(m, target);
	struct waiting *w = mem_new(sizeof(*w));

	*w = (struct waiting){tag, *mail, NULL};
	*p->last = w;
	p->last = &w->next;
	m->pending++;
}

struct waiting *
mailer_take_waiting(struct peer *p)
{
	struct waiting *w = p->first;

	p->first = w->next;
	if (p->first == NULL)
		p->last = &p->first;
	return w;
}

void
mailer_put_back(struct peer *p, struct waiting *w)
{
	w->next = p->first;
	p->first = w;
	if (w->next == NULL)
		p->last = &w->next;
}

void
mailer_fail(struct peer *p, enum smtp_client_end end, unsigned code,
    const char *why)
{
	p->failing = true;
	p->end = end;
	p->code = code;
	buf_clear(&p->why);
	buf_add_str(&p->why, why);
	buf_cstr(&p->why);
	p->at = 0;
	/* where a domain's servers are may change */
	if (p->servers != NULL)
		mx_release(p->servers);
	p->servers = NULL;
}

static void
begin_look_up(struct peer *p)
{
	struct mx *mx = mx_new(p->host, p->mailer->conf.resolver);

	p->work = work_start(mx_run, mx_release, mx);
	if (p->work == NULL) {
		mx_release(mx);
		mailer_fail(p, SMTP_END_LOST, 0, "no thread for a look-up");
		return;
	}
	loop_watch(p->mailer->loop, &p->watch, work_fd(p->work), true, false);
}

static void
end_look_up(struct peer *p)
{
	if (p->work == NULL || !work_done(p->work))
		return;
	loop_unwatch(&p->watch);
	p->servers = work_take(p->work);
	p->work = NULL;
	p->at = 0;
	if (p->servers->n == 0) {
		struct buf why = {0};

		buf_add_span(&why, buf_span(&p->servers->why));
		mailer_fail(p, p->servers->temporary ? SMTP_END_BUSY :
		    SMTP_END_REFUSED, 0, buf_cstr(&why));
		buf_free(&why);
	}
}

/* Sees that mails that wait have a connection. */
static void
tend(struct peer *p)
{
	size_t n = 0, waiting = 0;

	if (p->first == NULL || p->failing || p->work != NULL)
		return;
	if (p->mx && p->servers == NULL) {
		begin_look_up(p);
		return;
	}
	for (struct connection *c = p->connections; c != NULL; c = c->next) {
		/* one that is not ready yet, or has nothing to do */
		if (c->phase != ENDING && c->mail == NULL)
			return;
		n += c->phase != ENDING;
	}
	for (struct waiting *w = p->first; w != NULL && waiting < n + 1;
	    w = w->next)
		waiting++;
	if (n < p->mailer->conf.connections && waiting > 0)
		mailer_dial(p, p->servers != NULL ? p->servers->host[p->at] : p->host);
}

void
mailer_ready(struct mailer *m, struct watch *w)
{
	enum what *what = w->owner;
	struct connection *c;

	(void)m;
	if (*what == A_PEER) {
		end_look_up(w->owner);
		return;
	}
	c = w->owner;
	if (c->phase == TALKING)
		mailer_fill(c);
}

/* Events */

void
mailer_tell(struct mailer *m, struct mailer_event *ev, struct waiting *w,
    const struct smtp_outcome *outcome, size_t n, bool connected)
{
	*ev = (struct mailer_event){.tag = w->tag, .outcome = outcome, .n = n,
	    .connected = connected};
	m->told = w;
	m->pending--;
}

/* A mail that waited for a peer that cannot be had. */
static bool
give_back(struct peer *p, struct mailer_event *ev)
{
	struct mailer *m = p->mailer;
	struct waiting *w;

	if (p->first == NULL) {
		p->failing = false;
		return false;
	}
	w = mailer_take_waiting(p);
	m->n_outcomes = w->mail.n_to;
	m->outcome = mem_array(m->n_outcomes, sizeof(*m->outcome));
	for (size_t i = 0; i < m->n_outcomes; i++) {
		m->outcome[i].result = SMTP_LATER;
		m->outcome[i].code = p->code;
		buf_add_span(&m->outcome[i].text, buf_span(&p->why));
	}
	mailer_tell(m, ev, w, m->outcome, m->n_outcomes, false);
	ev->end = p->end;
	return true;
}

static void
forget_told(struct mailer *m)
{
	free(m->told);
	m->told = NULL;
	for (size_t i = 0; i < m->n_outcomes; i++)
		buf_free(&m->outcome[i].text);
	free(m->outcome);
	m->outcome = NULL;
	m->n_outcomes = 0;
}

bool
mailer_next(struct mailer *m, struct mailer_event *ev)
{
	forget_told(m);
	for (struct peer *p = m->peers; p != NULL; p = p->next) {
		struct connection *next;

		for (struct connection *c = p->connections; c != NULL;
		    c = next) {
			next = c->next;
			if (mailer_go_on(c, ev))
				return true;
		}
		if (p->failing && give_back(p, ev))
			return true;
		tend(p);
	}
	return false;
}

uint64_t
mailer_deadline(const struct mailer *m)
{
	uint64_t due = UINT64_MAX, at;

	for (const struct peer *p = m->peers; p != NULL; p = p->next) {
		if (p->failing || (p->first != NULL && p->work == NULL &&
		    p->connections == NULL))
			return 0;
		for (const struct connection *c = p->connections; c != NULL;
		    c = c->next) {
			at = c->phase == TALKING ?
			    smtp_client_deadline(&c->client) :
			    c->phase == ENDING ? c->ending_at :
			    stream_deadline(c->stream);
			if (c->idle && (m->quitting || p->first != NULL))
				at = 0;
			else if (c->idle && c->idle_until < at)
				at = c->idle_until;
			due = at < due ? at : due;
		}
	}
	return due;
}

size_t
mailer_pending(const struct mailer *m)
{
	return m->pending;
}

bool
mailer_quit(struct mailer *m)
{
	m->quitting = true;
	for (const struct peer *p = m->peers; p != NULL; p = p->next)
		if (p->connections != NULL || p->first != NULL)
			return false;
	return true;
}

void
mailer_cut(struct mailer *m, const char *why)
{
	for (struct peer *p = m->peers; p != NULL; p = p->next) {
		for (struct connection *c = p->connections; c != NULL;
		    c = c->next)
			if (c->phase == TALKING || c->phase == SECURING) {
				c->phase = TALKING;
				smtp_client_eof(&c->client, why);
			} else if (c->phase == DIALLING) {
				c->phase = ENDING;
			}
		if (p->first != NULL)
			mailer_fail(p, SMTP_END_LOST, 0, why);
	}
}

static void
peer_free(struct peer *p)
{
	loop_unwatch(&p->watch);
	work_drop(p->work);
	if (p->servers != NULL)
		mx_release(p->servers);
	while (p->connections != NULL) {
		free(p->connections->mail);
		mailer_hang_up(p->connections);
	}
	while (p->first != NULL)
		free(mailer_take_waiting(p));
	free(p->host);
	free(p->port);
	free(p->user);
	if (p->password != NULL)
		explicit_bzero(p->password, strlen(p->password));
	free(p->password);
	buf_free(&p->why);
	free(p);
}

void
mailer_free(struct mailer *m)
{
	struct peer *next;

	if (m == NULL)
		return;
	forget_told(m);
	for (struct peer *p = m->peers; p != NULL; p = next) {
		next = p->next;
		peer_free(p);
	}
	free(m);
}
