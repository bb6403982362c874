/* SPDX-License-Identifier: ISC */
/*
 * The loop of mm4-relay send: items of compose become mails, one for each peer
 * of their recipients; dispatch sends them; rows go out. With a listener of its
 * own, answers and reports come in by the same door as those of mm4-relay
 * listen, but nothing else does, and none of them is kept.
 */
#include "app/mm4_send.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <strings.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/dispatch.h"
#include "app/exit.h"
#include "app/intake.h"
#include "base/mem.h"
#include "io/out.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum { KIND_MAILER = 1, KIND_INTAKE, KIND_OUT, KIND_INPUT };

struct run {
	const struct mm4_send_conf *conf;
	struct loop *loop;
	struct out out;
	struct compose *compose;
	struct mm4_state *state;
	struct mailer *mailer;
	struct dispatch *dispatch;
	/* of the own listener */
	struct maildir maildir;
	char *folder;
	struct relay *relay;
	struct intake *intake;
	uint64_t kept, stop_by;
	unsigned signals;
	bool at_end, stopping, ended;
	int status;
};

/* The groups that an item's recipients fall into. */
struct group {
	struct buf domain;
	struct mail_target target;
	size_t *to;              /* of the item's recipients */
	size_t n;
};

static void
open_out(struct run *r)
{
	if (!out_open(&r->out, r->loop, r->conf->out))
		die(EX_CANTCREAT, "%s: %s", r->out.name, strerror(errno));
	r->out.watch.kind = KIND_OUT;
	if (r->conf->header)
		record_header(&r->out.buf, &r->conf->format);
}

/* A folder for mails that are read and thrown away. */
static void
open_folder(struct run *r)
{
	const char *tmp = getenv("TMPDIR");
	struct buf path = {0}, why = {0};

	buf_addf(&path, "%s/mm4-relay.XXXXXX", tmp != NULL ? tmp : "/tmp");
	r->folder = mem_strdup(buf_cstr(&path));
	buf_free(&path);
	if (mkdtemp(r->folder) == NULL)
		die(EX_CANTCREAT, "%s: %s", r->folder, strerror(errno));
	if (!maildir_open(&r->maildir, r->folder, &why))
		die(EX_CANTCREAT, "%s", buf_cstr(&why));
}

static void
close_folder(struct run *r)
{
	static const char *const sub[] = {"/tmp", "/new", "/cur", ""};

	if (r->folder == NULL)
		return;
	for (size_t i = 0; i < sizeof(sub) / sizeof(*sub); i++) {
		struct buf path = {0};

		buf_addf(&path, "%s%s", r->folder, sub[i]);
		rmdir(buf_cstr(&path));
		buf_free(&path);
	}
	maildir_close(&r->maildir);
	free(r->folder);
}

static void
open_listener(struct run *r)
{
	struct relay_conf *relay = r->conf->relay;
	struct intake_conf conf = {.server = r->conf->net->server,
	    .state = r->state, .maildir = &r->maildir};
	const char *error;

	if (conf.server.address == NULL)
		return;
	open_folder(r);
	relay->state = r->state;
	relay->reports_only = true;
	relay->unknown = RELAY_LATER;
	r->relay = conf.relay = relay_new(relay);
	r->intake = intake_open(r->loop, &conf, KIND_INTAKE, &error);
	if (r->intake == NULL)
		die(EX_UNAVAILABLE, "%s", error);
	warn("listening on %s", intake_address(r->intake));
}

static void
begin(struct run *r)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	const struct mm4_send_conf *c = r->conf;
	struct buf why = {0};
	struct dispatch_conf conf = {.retry_ms = c->net->retry_ms,
	    .first_once = c->first_once, .wait = c->wait,
	    .wait_ms = c->wait_ms, .answer_ms = c->answer_ms,
	    .resends = c->resends, .seed = c->compose->seed};

	r->loop = loop_new();
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		loop_signal(r->loop, signals[i]);
	open_out(r);
	if (c->wait || c->state_file != NULL) {
		r->state = mm4_state_open(c->state_file, &why);
		if (r->state == NULL)
			die(EX_CANTCREAT, "%s", buf_cstr(&why));
	}
	open_listener(r);
	r->mailer = conf.mailer = mailer_new(r->loop, &c->net->mailer,
	    KIND_MAILER);
	conf.state = r->state;
	r->dispatch = dispatch_new(&conf);
	r->compose = compose_open(c->compose, r->loop);
}

/* Items */

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

static void
refuse(struct run *r, const struct compose_item *item,
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
		refuse(r, item, a, "no route for this number; see --url and "
		    "--route");
		return;
	}
	if (!find_target(r, domain, &target)) {
		buf_addf(&why, "no route to %.*s; see --url, --route and --mx",
		    (int)domain.n, (const char *)domain.p);
		refuse(r, item, a, buf_cstr(&why));
		buf_free(&why);
		return;
	}
	for (i = 0; i < *n; i++)
		if (group[i].domain.len == domain.n &&
		    strncasecmp((const char *)group[i].domain.p,
		    (const char *)domain.p, domain.n) == 0)
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
			refuse(r, item, &item->to.p[g->to[i]], item->error);
	}
	for (size_t i = 0; i < 3 * g->n; i++)
		buf_free(&text[i]);
	free(text);
	free(to);
	compose_mail_free(&mail);
}

static void
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

/* Takes items as long as there is room for their mails. */
static void
take_items(struct run *r)
{
	struct timespec now = clock_now();

	while (!r->at_end && !r->stopping && dispatch_has_room(r->dispatch)) {
		struct compose_item item = {0};

		switch (compose_next(r->compose, &item, now)) {
		case COMPOSE_ITEM:
			send_item(r, &item, now);
			break;
		case COMPOSE_BAD:
			refuse(r, &item, NULL, item.error);
			break;
		case COMPOSE_WAIT:
			compose_item_free(&item);
			return;
		case COMPOSE_END:
			r->at_end = true;
			break;
		case COMPOSE_ERROR:
			warn("%s", item.error);
			r->status = exit_worse(r->status,
			    compose_status(r->compose));
			break;
		}
		compose_item_free(&item);
	}
}

/* Rows */

static void
print_rows(struct run *r)
{
	struct dispatch_row row;
	char time[CLOCK_TEXT + 1];

	while (dispatch_next(r->dispatch, &row)) {
		struct value v[SENT_COLUMNS] = {
			[SENT_ref] = value_text(row.ref),
			[SENT_status] = value_text(span_str(row.status)),
			[SENT_transaction_id] = value_text(row.transaction_id),
			[SENT_message_id] = value_text(row.message_id),
			[SENT_to] = value_text(row.to),
			[SENT_code] = value_text(row.code),
			[SENT_error] = value_text(row.error),
			[SENT_report] = value_text(row.report),
			[SENT_from] = value_text(row.from),
			[SENT_attempts] = value_num(row.attempts),
		};

		clock_text(time, row.time);
		v[SENT_time] = value_text(span_str(time));
		record_write(&r->out.buf, &r->conf->format, v);
	}
	if (!out_flush(&r->out) && !r->stopping) {
		r->status = exit_worse(r->status, EX_IOERR);
		r->signals++;
	}
}

/* The loop */

static void
take_signals(struct run *r)
{
	r->signals += loop_signalled(r->loop, SIGINT) +
	    loop_signalled(r->loop, SIGTERM) + loop_signalled(r->loop, SIGHUP);
	if (r->signals > 0 && !r->stopping) {
		r->stopping = true;
		r->stop_by = loop_now(r->loop) + r->conf->net->grace_ms;
		if (!r->at_end)
			r->status = exit_worse(r->status, EX_TEMPFAIL);
		dispatch_stop(r->dispatch);
	}
	if (r->signals > 1)
		r->stop_by = loop_now(r->loop);
}

/* Whether the state may be used: not while the own listener's group is under
 * way. */
static bool
is_between(const struct run *r)
{
	return r->intake == NULL || intake_is_between(r->intake);
}

static void
work(struct run *r)
{
	bool news = false;

	if (r->intake != NULL) {
		intake_work(r->intake);
		news = intake_kept(r->intake) != r->kept;
	}
	if (!is_between(r))
		return;
	if (r->intake != NULL)
		r->kept = intake_kept(r->intake);
	take_items(r);
	dispatch_work(r->dispatch, loop_now(r->loop), news);
}

static void
move_on(struct run *r)
{
	if (loop_now(r->loop) >= r->stop_by && dispatch_pending(r->dispatch) > 0
	    && is_between(r)) {
		mailer_cut(r->mailer, "stopped by a signal");
		dispatch_cut(r->dispatch);
		print_rows(r);
	}
	if ((r->at_end || r->stopping) && dispatch_pending(r->dispatch) == 0)
		r->ended = mailer_quit(r->mailer) ||
		    loop_now(r->loop) >= r->stop_by;
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
deadline(const struct run *r)
{
	uint64_t by = r->stop_by;

	if (r->intake != NULL)
		by = earlier(by, intake_deadline(r->intake));
	if (!is_between(r))
		return by;
	by = earlier(by, mailer_deadline(r->mailer));
	return earlier(by, dispatch_deadline(r->dispatch));
}

static void
pass(struct run *r)
{
	struct watch *w;

	loop_once(r->loop, deadline(r));
	take_signals(r);
	while ((w = loop_ready(r->loop)) != NULL)
		if (w->kind == KIND_MAILER)
			mailer_ready(r->mailer, w);
		else if (w->kind == KIND_INTAKE)
			intake_ready(r->intake, w);
	work(r);
	print_rows(r);
	move_on(r);
}

int
mm4_send_run(const struct mm4_send_conf *conf)
{
	struct run r = {.conf = conf, .stop_by = UINT64_MAX};

	begin(&r);
	/* the first pass must not wait for what is there already */
	work(&r);
	print_rows(&r);
	while (!r.ended) {
		move_on(&r);
		if (!r.ended)
			pass(&r);
	}
	r.status = exit_worse(r.status, dispatch_status(r.dispatch));
	compose_close(r.compose);
	intake_free(r.intake);
	relay_free(r.relay);
	close_folder(&r);
	dispatch_free(r.dispatch);
	mailer_free(r.mailer);
	mm4_state_close(r.state);
	if (!out_close(&r.out, conf->net->grace_ms)) {
		warn("%s: %s", r.out.name, strerror(r.out.err));
		r.status = exit_worse(r.status, EX_IOERR);
	}
	loop_free(r.loop);
	return r.status;
}
