/* SPDX-License-Identifier: ISC */
/*
 * The loop of mm4-relay send: items of compose become mails, one for each peer
 * of their recipients; dispatch sends them; rows go out. With a listener of its
 * own, answers and reports come in by the same door as those of mm4-relay
 * listen, but nothing else does, and none of them is kept.
 */
#include "app/mm4_send_private.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/exit.h"
#include "base/mem.h"
#include "sys/clock.h"
#include "sys/diag.h"

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

/* Takes the next item, which is then held, or says what is wrong with it; false:
 * there is none now. */
static bool
take_item(struct run *r, struct timespec now)
{
	struct compose_item *item = &r->held;

	switch (compose_next(r->compose, item, now)) {
	case COMPOSE_ITEM:
		r->holding = true;
		r->held_at = 0;
		return true;
	case COMPOSE_BAD:
		send_refuse(r, item, NULL, item->error);
		break;
	case COMPOSE_ERROR:
		warn("%s", item->error);
		r->status = exit_worse(r->status, compose_status(r->compose));
		break;
	case COMPOSE_END:
		r->at_end = true;
		/* fall through */
	case COMPOSE_WAIT:
		compose_item_free(item);
		return false;
	}
	compose_item_free(item);
	return true;
}

/* Takes items as long as there is room for their mails. */
static void
take_items(struct run *r)
{
	struct timespec now = clock_now();

	while (!r->at_end && !r->stopping && dispatch_has_room(r->dispatch)) {
		if (!r->holding && !take_item(r, now))
			return;
		if (!r->holding)
			continue;
		if (!send_look_up(r))
			return;
		send_item(r, &r->held, now);
		compose_item_free(&r->held);
		r->holding = false;
	}
}

/* A signal: the item that is held has its rows. */
static void
let_go(struct run *r)
{
	send_stop_looking(r);
	for (size_t i = 0; r->holding && i < r->held.to.n; i++)
		dispatch_refuse(r->dispatch, "unsent", r->held.ref,
		    r->held.mms.field[MMS_MESSAGE_ID], r->held.to.p[i].local,
		    span_str("stopped by a signal"));
	compose_item_free(&r->held);
	r->holding = false;
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
		let_go(r);
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
