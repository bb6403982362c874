/* SPDX-License-Identifier: ISC */
/*
 * The pool of links: which are made, which are looked at in a pass, and what
 * it means when one of them ends.
 */
#include "app/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "app/exit.h"
#include "base/alarms.h"
#include "base/mem.h"
#include "sys/diag.h"

enum { FILES_BESIDE = 64 };  /* descriptors of a program beside its links */

/* The links to one SMSC, or to those that stand in for one another. */
struct group {
	struct link_conf first, further, receiver;
	uint32_t binds;
	bool grown;              /* the further ones were begun */
	bool up;                 /* one of them was, ever */
	uint32_t n_open;         /* further ones neither bound nor refused yet */
	uint32_t n_refused;      /* of them */
	uint32_t refusal;        /* the status told last */
};

struct member {
	struct link *link;
	struct group *group;
	const struct link_conf *conf;
	bool hot;                /* in the list of those to be looked at */
	bool over, was_up;
	char name[16];           /* for the transcript */
};

struct links {
	struct loop *loop;
	struct trace *trace;
	struct links_conf conf;
	struct group *group;
	size_t n_groups;
	struct member *member;   /* by number */
	uint32_t n, room;
	uint32_t n_over;
	uint32_t *hot;           /* numbers */
	uint32_t n_hot, at;      /* links_next has drained those before at */
	struct link_talk talk;
	struct alarms alarms;    /* each not after its link's deadline */
	size_t n_senders, n_receivers;
	bool any_up;
	int status;
	int statuses;            /* the worst of all that ended */
};

static bool
sends(const struct member *m)
{
	return m->conf->bind != LINK_RX;
}

static bool
receives(const struct member *m)
{
	return m->conf->bind != LINK_TX;
}

static void
heat(struct links *p, uint32_t i)
{
	if (p->member[i].hot)
		return;
	p->member[i].hot = true;
	p->hot[p->n_hot++] = i;
}

/* Making them */

static void
begin(struct links *p, uint32_t i, struct group *g,
    const struct link_conf *conf)
{
	struct member *m = &p->member[i];
	bool one = p->n_groups == 1 && p->conf.binds == 1;

	*m = (struct member){.group = g, .conf = conf, .hot = m->hot};
	if (conf == &g->receiver)
		snprintf(m->name, sizeof(m->name), "rx");
	else if (one && p->conf.link->bind != conf->bind)
		snprintf(m->name, sizeof(m->name), "tx");
	else if (!one)
		snprintf(m->name, sizeof(m->name), "%u", i + 1);
	p->n_senders += sends(m);
	p->n_receivers += receives(m);
	m->link = link_new(p->loop, conf, (int)i, p->trace, m->name);
	heat(p, i);
}

/* As many descriptors as there are to be links, as far as the system lets. */
static void
raise_limits(size_t n)
{
	struct rlimit limit;
	rlim_t want = n + FILES_BESIDE;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

struct links *
links_new(struct loop *loop, const struct links_conf *conf,
    struct trace *trace)
{
	struct links *p = mem_new(sizeof(*p));
	struct link_conf link;
	struct group *g;

	p->loop = loop;
	p->trace = trace;
	p->conf = *conf;
	p->n_groups = conf->share ? conf->link->n_peers : 1;
	p->group = mem_array(p->n_groups, sizeof(*p->group));
	/* and a receiver of each */
	p->room = (uint32_t)p->n_groups * (conf->binds + 1);
	p->member = mem_array(p->room, sizeof(*p->member));
	p->hot = mem_array(p->room, sizeof(*p->hot));
	raise_limits(p->room);
	link = *conf->link;
	link.talk = &p->talk;
	for (size_t i = 0; i < p->n_groups; i++) {
		g = &p->group[i];
		g->binds = conf->binds;
		g->first = link;
		if (conf->share) {
			g->first.peer = &conf->link->peer[i];
			g->first.n_peers = 1;
		}
		begin(p, p->n++, g, &g->first);
	}
	return p;
}

void
links_free(struct links *p)
{
	if (p == NULL)
		return;
	for (uint32_t i = 0; i < p->n; i++)
		link_free(p->member[i].link);
	link_talk_end(&p->talk);
	buf_free(&p->talk.last);
	alarms_free(&p->alarms);
	free(p->member);
	free(p->hot);
	free(p->group);
	free(p);
}

/* The first one is bound: the others follow. */
static void
grow(struct links *p, const struct member *m)
{
	struct group *g = m->group;

	g->grown = true;
	g->further = g->first;
	g->further.further = true;
	link_share(m->link, &g->further);
	g->n_open = g->binds - 1;
	for (uint32_t i = 1; i < g->binds; i++)
		begin(p, p->n++, g, &g->further);
}

/* An SMSC without transceivers gets transmitters and a receiver. */
static bool
split(struct links *p, uint32_t i)
{
	struct member *m = &p->member[i];
	struct group *g = m->group;

	if (!p->conf.splits || g->up || m->conf->bind != LINK_TRX ||
	    link_refusal(m->link) != ESME_RINVCMDID)
		return false;
	note("the SMSC does not know bind_transceiver; binding as transmitter "
	    "and as receiver");
	link_free(m->link);
	p->n_senders--;
	p->n_receivers--;
	g->receiver = g->first;
	g->receiver.bind = LINK_RX;
	g->first.bind = LINK_TX;
	begin(p, i, g, &g->first);
	begin(p, p->n++, g, &g->receiver);
	return true;
}

/* Events */

bool
links_ready(struct links *p, struct watch *w)
{
	uint32_t i = (uint32_t)w->kind;

	if (w->owner == NULL || i >= p->n || p->member[i].link != w->owner)
		return false;
	link_ready(w->owner);
	heat(p, i);
	return true;
}

/* A further one is bound, or not to be had. */
static void
count_further(struct group *g, bool bound)
{
	g->n_refused += !bound;
	if (--g->n_open == 0 && g->n_refused > 1)
		warn("going on with %u of %u binds", g->binds - g->n_refused,
		    g->binds);
}

static void
end_further(struct member *m, const char *why)
{
	struct group *g = m->group;
	uint32_t refusal = link_refusal(m->link);

	/* of many that are refused alike one is told, and how many there were */
	if (g->n_refused == 0 || refusal != g->refusal)
		warn("a further bind of %u: %s", g->binds, why);
	g->refusal = refusal;
	count_further(g, false);
}

static void
end(struct links *p, struct member *m, const struct link_event *ev)
{
	bool last;

	m->over = true;
	p->n_over++;
	p->n_senders -= sends(m);
	p->n_receivers -= receives(m);
	if (ev->status == EX_OK)
		return;
	p->statuses = exit_worse(p->statuses, ev->status);
	last = (sends(m) && p->n_senders == 0) ||
	    (receives(m) && p->n_receivers == 0);
	if (last)
		p->status = p->any_up ? ev->status : p->statuses;
	if (m->conf->further && !m->was_up)
		end_further(m, ev->why);
	else if (last || link_talk_begin(&p->talk, span_str(ev->why),
	    loop_now(p->loop)))
		warn("%s%s", ev->why, last ? "" : "; going on without it");
}

static void
bind(struct links *p, struct member *m)
{
	struct group *g = m->group;

	p->any_up = g->up = true;
	if (!m->was_up && m->conf->further)
		count_further(g, true);
	m->was_up = true;
	if (!g->grown && sends(m))
		grow(p, m);
}

bool
links_next(struct links *p, struct link **link, struct link_event *ev)
{
	struct member *m;
	uint32_t i;

	if (link_talk_deadline(&p->talk) <= loop_now(p->loop))
		link_talk_end(&p->talk);
	while (alarms_take(&p->alarms, loop_now(p->loop), &i))
		heat(p, i);
	while (p->at < p->n_hot) {
		i = p->hot[p->at];
		m = &p->member[i];
		if (m->over || !link_next(m->link, ev)) {
			p->at++;
			continue;
		}
		if (ev->type == LINK_EV_END && ev->status == EX_NOPERM &&
		    split(p, i))
			continue;
		*link = m->link;
		if (ev->type == LINK_EV_END)
			end(p, m, ev);
		else if (ev->type == LINK_EV_UP)
			bind(p, m);
		return true;
	}
	return false;
}

void
links_touch(struct links *p, struct link *link)
{
	heat(p, (uint32_t)link_kind(link));
}

void
links_flush(struct links *p)
{
	struct member *m;

	for (uint32_t i = 0; i < p->n_hot; i++) {
		m = &p->member[p->hot[i]];
		m->hot = false;
		if (m->over)
			continue;
		link_flush(m->link);
		/* one that is due later than it was is found out then */
		alarms_set_by(&p->alarms, p->hot[i], link_deadline(m->link));
	}
	p->n_hot = p->at = 0;
}

uint64_t
links_deadline(const struct links *p)
{
	uint64_t talk = link_talk_deadline(&p->talk);

	return talk < alarms_next(&p->alarms) ? talk : alarms_next(&p->alarms);
}

/* The end */

size_t
links_senders(const struct links *p)
{
	return p->n_senders;
}

size_t
links_smscs(const struct links *p)
{
	return p->conf.link->n_peers;
}

size_t
links_smsc(const struct links *p, const struct link *link)
{
	return (size_t)(link_peer_of(link) - p->conf.link->peer);
}

bool
links_over(const struct links *p)
{
	return p->n_over == p->n;
}

int
links_status(const struct links *p)
{
	return p->status;
}

void
links_unbind(struct links *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (!p->member[i].over) {
			link_unbind(p->member[i].link);
			heat(p, i);
		}
}

void
links_leave(struct links *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (!p->member[i].over)
			link_leave(p->member[i].link);
}
