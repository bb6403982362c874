/* SPDX-License-Identifier: ISC */
/*
 * The loop of mm4-relay listen: intake takes mails, the outbox sends answers and
 * reports. Both use the state, the outbox only while no group is under way.
 */
#include "app/mm4_listen.h"

#include <errno.h>
#include <signal.h>
#include <sysexits.h>

#include "app/exit.h"
#include "app/intake.h"
#include "app/mm4net.h"
#include "app/mm4opt.h"
#include "app/outbox.h"
#include "io/out.h"
#include "sys/clock.h"
#include "sys/diag.h"
#include "sys/disk.h"

enum { KIND_INTAKE = 1, KIND_MAILER, KIND_OUT };
enum { PURGE_MS = 60000 };

struct run {
	struct mm4opt opt;
	struct mm4net net;
	struct loop *loop;
	struct out out;
	struct maildir maildir;
	struct mm4_state *state;
	struct relay *relay;
	struct mailer *mailer;
	struct outbox *outbox;
	struct intake *intake;
	uint64_t stop_by, purge_at;
	uint64_t kept;             /* by intake, when the outbox looked last */
	unsigned signals;
	bool stopping, ended, broken;
	int status;
};

static void
open_out(struct run *r)
{
	const char *path = r->opt.out;

	if (!(path == NULL ? out_open(&r->out, r->loop, NULL) :
	    out_append(&r->out, r->loop, path)))
		die(EX_CANTCREAT, "%s: %s", r->out.name, strerror(errno));
	r->out.watch.kind = KIND_OUT;
	if (r->out.torn > 0)
		warn("%s: ends with %zu octets of a record that was not "
		    "finished; they are cut off", r->out.name, r->out.torn);
	if (path != NULL && !disk_sync_name(path))
		warn("%s: %s", path, strerror(errno));
	out_mind_reader(&r->out);
	if (!r->opt.header)
		return;
	record_header(&r->out.buf, &r->opt.relay.format);
	out_flush(&r->out);
}

static void
open_stores(struct run *r)
{
	struct buf why = {0};

	if (!maildir_open(&r->maildir, r->opt.spool, &why))
		die(EX_CANTCREAT, "%s", buf_cstr(&why));
	r->state = mm4_state_open(mm4opt_state_file(&r->opt), &why);
	if (r->state == NULL)
		die(EX_CANTCREAT, "%s", buf_cstr(&why));
}

static void
begin(struct run *r)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
	struct intake_conf intake = {.server = r->net.server,
	    .out = &r->out, .maildir = &r->maildir};
	struct outbox_conf outbox = {.routes = &r->net.routes,
	    .seed = r->opt.relay.seed};
	const char *error;

	r->loop = loop_new();
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		loop_signal(r->loop, signals[i]);
	open_out(r);
	open_stores(r);
	r->opt.relay.state = intake.state = outbox.state = r->state;
	r->relay = intake.relay = relay_new(&r->opt.relay);
	r->mailer = outbox.mailer = mailer_new(r->loop, &r->net.mailer,
	    KIND_MAILER);
	r->outbox = outbox_new(&outbox);
	r->intake = intake_open(r->loop, &intake, KIND_INTAKE, &error);
	if (r->intake == NULL)
		die(EX_UNAVAILABLE, "%s", error);
	warn("listening on %s", intake_address(r->intake));
}

/* Takes no more mails; those under way have their time. */
static void
stop(struct run *r)
{
	if (r->stopping)
		return;
	r->stopping = true;
	r->stop_by = loop_now(r->loop) + r->net.grace_ms;
	intake_stop(r->intake);
	outbox_stop(r->outbox);
}

static void
reopen(struct run *r)
{
	if (!out_reopen(&r->out, r->opt.out))
		warn("%s: %s: it is written to as before", r->opt.out,
		    strerror(errno));
}

static void
take_signals(struct run *r)
{
	unsigned end = loop_signalled(r->loop, SIGINT) +
	    loop_signalled(r->loop, SIGTERM);
	unsigned hup = loop_signalled(r->loop, SIGHUP);

	if (hup > 0 && r->opt.out != NULL)
		reopen(r);
	else
		end += hup;
	if (loop_signalled(r->loop, SIGUSR1) > 0)
		warn("%llu mails taken, %llu sent",
		    (unsigned long long)intake_kept(r->intake),
		    (unsigned long long)outbox_sent(r->outbox));
	if (end == 0)
		return;
	r->signals += end;
	stop(r);
	if (r->signals > 1)
		r->stop_by = loop_now(r->loop);
}

/* Sends, and looks after the state, while intake does not use it. */
static void
use_state(struct run *r)
{
	struct timespec now = clock_now();

	if (!intake_is_between(r->intake))
		return;
	if (intake_kept(r->intake) != r->kept)
		outbox_poke(r->outbox);
	r->kept = intake_kept(r->intake);
	outbox_work(r->outbox, now);
	if (loop_now(r->loop) < r->purge_at)
		return;
	r->purge_at = loop_now(r->loop) + PURGE_MS;
	if (!mm4_state_purge(r->state, now))
		warn("%s", mm4_state_error(r->state));
}

/* Time is up: what is under way is left. */
static void
give_up(struct run *r)
{
	intake_cut(r->intake);
	mailer_cut(r->mailer, "this relay is shutting down");
	intake_work(r->intake);
	use_state(r);
	r->ended = true;
}

static void
move_on(struct run *r)
{
	if (intake_failed(r->intake) && !r->broken) {
		warn("%s: %s", r->out.name, strerror(r->out.err));
		r->broken = true;
		r->status = exit_worse(r->status, EX_IOERR);
		stop(r);
	}
	if (!r->stopping)
		return;
	r->ended = intake_is_over(r->intake) && outbox_is_idle(r->outbox) &&
	    mailer_quit(r->mailer);
	if (!r->ended && loop_now(r->loop) >= r->stop_by)
		give_up(r);
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
deadline(const struct run *r)
{
	uint64_t by = earlier(r->stop_by, intake_deadline(r->intake)), wait;

	if (!intake_is_between(r->intake))
		return by;
	by = earlier(by, mailer_deadline(r->mailer));
	wait = outbox_wait(r->outbox, clock_now());
	return wait == UINT64_MAX ? by :
	    earlier(by, loop_now(r->loop) + wait);
}

static void
pass(struct run *r)
{
	struct watch *w;

	loop_once(r->loop, deadline(r));
	take_signals(r);
	while ((w = loop_ready(r->loop)) != NULL)
		if (w->kind == KIND_INTAKE)
			intake_ready(r->intake, w);
		else if (w->kind == KIND_MAILER)
			mailer_ready(r->mailer, w);
		else if (w->kind == KIND_OUT && !out_look(&r->out))
			stop(r);
	intake_work(r->intake);
	use_state(r);
	move_on(r);
}

int
mm4_listen(const struct config *config)
{
	struct run r = {.stop_by = UINT64_MAX};

	mm4opt_init(&r.opt, config, &schema_mm4);
	mm4net_init(&r.net, config, r.opt.name);
	r.net.server.smtp.auth = r.opt.auth;
	r.net.server.smtp.auth_in_clear = r.net.mailer.smtp.auth_in_clear;
	mms_init();
	begin(&r);
	while (!r.ended)
		pass(&r);
	/* records of mails that were not answered will come again */
	r.out.buf.len -= out_pending(&r.out);
	intake_free(r.intake);
	outbox_free(r.outbox);
	mailer_free(r.mailer);
	relay_free(r.relay);
	mm4_state_close(r.state);
	maildir_close(&r.maildir);
	if (!out_close(&r.out, 0) && !r.broken) {
		warn("%s: %s", r.out.name, strerror(r.out.err));
		r.status = exit_worse(r.status, EX_IOERR);
	}
	loop_free(r.loop);
	mms_end();
	mm4net_free(&r.net);
	mm4opt_free(&r.opt);
	return r.status;
}
