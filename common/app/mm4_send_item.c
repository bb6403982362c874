/* SPDX-License-Identifier: ISC */
/*
 * From an item to mails: which MMSC has each recipient, which server that has,
 * and one mail to each.
 */
#include "app/mm4_send_private.h"

#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "io/ask.h"

enum { LOOKUP_MS = 30000 };

/* The groups that an item's recipients fall into. */
struct group {
	struct buf domain;
	struct mail_target target;
	size_t *to;              /* of the item's recipients */
	size_t n;
};

/* Whether a host is one by name, which may then stand for its domain. */
static bool
is_name(const char *host)
{
	return strchr(host, ':') == NULL && strchr(host, '.') != NULL &&
	    host[strspn(host, "0123456789.")] != '\0';
}

/* Which MMSC has a recipient: the domain it came with, or that of its number's
 * prefix; with one server for all mails that server's, if it has a name. */
static bool
find_domain(const struct run *r, const struct mms_address *a,
    struct span *domain)
{
	const char *by_prefix, *fixed = r->conf->net->routes.fixed.host;

	*domain = a->domain;
	if (a->domain.n > 0)
		return true;
	by_prefix = a->type == MMS_PLMN ?
	    routes_domain(&r->conf->net->routes, a->local) : NULL;
	if (by_prefix != NULL)
		*domain = span_str(by_prefix);
	else if (fixed != NULL && is_name(fixed))
		*domain = span_str(fixed);
	return by_prefix != NULL || fixed != NULL;
}

static bool
find_target(const struct run *r, struct span domain, struct mail_target *t)
{
	if (routes_target(&r->conf->net->routes, domain, t))
		return true;
	*t = (struct mail_target){.port = "25", .mx = true};
	return r->conf->net->routes.mx && domain.n > 0;
}

void
send_refuse(struct run *r, const struct compose_item *item,
    const struct mms_address *to, const char *error)
{
	dispatch_refuse(r->dispatch, "failed", item->ref,
	    item->mms.field[MMS_MESSAGE_ID], to != NULL ? to->local :
	    (struct span){0}, span_str(error));
}

/* Puts a recipient into its group, or says why it has none. */
static void
sort(struct run *r, const struct compose_item *item, size_t at,
    struct group *group, size_t *n)
{
	const struct mms_address *a = &item->to.p[at];
	struct mail_target target;
	struct buf why = {0};
	struct span domain;
	size_t i;

	if (!find_domain(r, a, &domain)) {
		send_refuse(r, item, a, "no route for this number; see --url and "
		    "--route");
		return;
	}
	if (!find_target(r, domain, &target)) {
		buf_addf(&why, "no route to %.*s; see --url, --route and --mx",
		    (int)domain.n, (const char *)domain.p);
		send_refuse(r, item, a, buf_cstr(&why));
		buf_free(&why);
		return;
	}
	for (i = 0; i < *n; i++)
		if (group[i].domain.len == domain.n && (domain.n == 0 ||
		    strncasecmp((const char *)group[i].domain.p,
		    (const char *)domain.p, domain.n) == 0))
			break;
	if (i == *n) {
		++*n;
		buf_add_span(&group[i].domain, domain);
		group[i].target = target;
		group[i].to = mem_array(item->to.n, sizeof(*group[i].to));
	}
	group[i].to[group[i].n++] = at;
}

/* One mail to one peer. */
static void
send_group(struct run *r, struct compose_item *item, const struct group *g,
    struct timespec now)
{
	struct compose_mail mail = {0};
	struct dispatch_to *to = mem_array(g->n, sizeof(*to));
	struct buf *text = mem_array(3 * g->n, sizeof(*text));
	uint64_t loop_time = loop_now(r->loop);
	int64_t left = (int64_t)(item->expires.tv_sec - now.tv_sec) * 1000;

	for (size_t i = 0; i < g->n; i++) {
		const struct mms_address *a = &item->to.p[g->to[i]];
		struct mms_address bare = *a;

		compose_recipient(&text[3 * i], a, buf_span(&g->domain));
		if (a->type != MMS_EMAIL)
			bare.domain = (struct span){0};
		mms_address_write(&text[3 * i + 1], &bare, (struct span){0});
		buf_add_span(&text[3 * i + 2], a->type == MMS_EMAIL ?
		    buf_span(&text[3 * i + 1]) : a->local);
		to[i] = (struct dispatch_to){buf_span(&text[3 * i]),
		    buf_span(&text[3 * i + 1]), buf_span(&text[3 * i + 2])};
	}
	if (compose_print(r->compose, item, buf_span(&g->domain), now, &mail)) {
		struct dispatch_mail m = {
			.ref = item->ref,
			.message_id = item->mms.field[MMS_MESSAGE_ID],
			.transaction_id = buf_span(&mail.transaction_id),
			.from = buf_span(&mail.from),
			.domain = buf_span(&g->domain),
			.sender = item->mms.from.local,
			.target = g->target, .octets = mail.octets,
			.to = to, .n_to = g->n, .kind = (int)item->mms.kind,
			.wants_answer = item->wants_answer,
			.wants_report = item->wants_report,
			.expires = left > 0 ? loop_time + (uint64_t)left : 0,
		};

		mail.octets = (struct buf){0};
		dispatch_add(r->dispatch, &m, loop_time);
	} else {
		for (size_t i = 0; i < g->n; i++)
			send_refuse(r, item, &item->to.p[g->to[i]], item->error);
	}
	for (size_t i = 0; i < 3 * g->n; i++)
		buf_free(&text[i]);
	free(text);
	free(to);
	compose_mail_free(&mail);
}

void
send_item(struct run *r, struct compose_item *item, struct timespec now)
{
	struct group *group = mem_array(item->to.n, sizeof(*group));
	size_t n = 0;

	for (size_t i = 0; i < item->to.n; i++)
		sort(r, item, i, group, &n);
	for (size_t i = 0; i < n; i++) {
		send_group(r, item, &group[i], now);
		buf_free(&group[i].domain);
		free(group[i].to);
	}
	free(group);
}

/* Numbers that a command knows */

/* Whether a recipient's domain is to be asked for. */
static bool
is_to_ask(const struct run *r, const struct mms_address *a)
{
	return a->type == MMS_PLMN && a->domain.n == 0 &&
	    routes_domain(&r->conf->net->routes, a->local) == NULL;
}

/* No row may be missing: the recipient leaves the item with one. */
static void
give_up(struct run *r, const char *status, const char *why)
{
	struct compose_item *item = &r->held;
	size_t at = r->held_at;

	dispatch_refuse(r->dispatch, status, item->ref,
	    item->mms.field[MMS_MESSAGE_ID], item->to.p[at].local,
	    span_str(why));
	memmove(&item->to.p[at], &item->to.p[at + 1],
	    (item->to.n - at - 1) * sizeof(*item->to.p));
	item->to.n--;
}

/* The answer: a domain; 1, that there is none; anything else, come again. */
static void
take_answer(struct run *r, struct ask *ask)
{
	struct span domain = buf_span(&ask->line);
	struct buf why = {0};

	if (ask->status == 0 && mms_address_is_safe(domain)) {
		r->held.to.p[r->held_at].domain = mms_keep(&r->held.mms,
		    domain);
		r->held_at++;
	} else if (ask->status == 1) {
		give_up(r, "failed", "--lookup knows no MMSC for this number");
	} else if (ask->status == 0) {
		give_up(r, "unsent", "--lookup printed no domain");
	} else {
		if (ask->status == ASK_TIMED_OUT)
			buf_add_str(&why, "--lookup does not end");
		else
			buf_addf(&why, "--lookup ended with %d", ask->status);
		give_up(r, "unsent", buf_cstr(&why));
		buf_free(&why);
	}
}

bool
send_look_up(struct run *r)
{
	struct compose_item *item = &r->held;
	struct ask *ask;

	while (r->conf->net->lookup != NULL && r->held_at < item->to.n) {
		const struct mms_address *a = &item->to.p[r->held_at];

		if (!is_to_ask(r, a)) {
			r->held_at++;
		} else if (r->asking == NULL) {
			ask = ask_new(r->conf->net->lookup, "MM4_TO", a->local,
			    LOOKUP_MS);
			r->asking = work_start(ask_run, ask_release, ask);
			if (r->asking == NULL) {
				ask_release(ask);
				give_up(r, "unsent", "no thread for --lookup");
				continue;
			}
			r->watch = (struct watch){.fd = -1, .owner = r,
			    .kind = KIND_LOOKUP};
			loop_watch(r->loop, &r->watch, work_fd(r->asking), true,
			    false);
			return false;
		} else if (!work_done(r->asking)) {
			return false;
		} else {
			loop_unwatch(&r->watch);
			ask = work_take(r->asking);
			r->asking = NULL;
			take_answer(r, ask);
			ask_release(ask);
		}
	}
	return true;
}

void
send_stop_looking(struct run *r)
{
	if (r->asking == NULL)
		return;
	loop_unwatch(&r->watch);
	work_drop(r->asking);
	r->asking = NULL;
}
