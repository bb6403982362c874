/* SPDX-License-Identifier: ISC */
/* The loop of smpp-send: rows, links, signals, the status line, the end. */
#include "app/send_run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/connopt.h"
#include "app/exit.h"
#include "app/send_files.h"
#include "sys/diag.h"

struct run {
	struct sendopt *conf;
	struct loop *loop;
	struct out out;
	struct trace *trace;
	struct rows *rows;
	struct sender *sender;
	struct links *links;
	bool ended;            /* no more rows: all read, or told to stop */
	bool stopped;          /* by a signal or a failure, before all was read */
	bool deaf;             /* what is others' cannot be written */
	bool broken;           /* the journal lets nothing more be sent */
	bool unbinding;
	uint64_t grace_ms, give_up_ms;
	uint64_t rows_read, rows_bad;
	struct progress progress;
	bool draws;            /* the status line */
	int status;
};

static void
stop(struct run *r)
{
	if (r->ended)
		return;
	r->ended = true;
	r->stopped = true;
	rows_pause(r->rows, true);
}

/* Takes rows as long as there is room for them. */
static void
feed(struct run *r)
{
	struct row row;

	if (r->ended)
		sender_flush(r->sender);
	sender_pump(r->sender);
	while (!r->ended && sender_has_room(r->sender)) {
		switch (rows_next(r->rows, &row)) {
		case ROWS_ROW:
			r->rows_read++;
			sender_row(r->sender, &row);
			break;
		case ROWS_BAD:
			r->rows_bad++;
			rows_warn(r->rows, &row);
			sender_refuse(r->sender, &row, row.error);
			break;
		case ROWS_WAIT:
			sender_idle(r->sender);
			return;
		case ROWS_END:
			sender_idle(r->sender);
			r->ended = true;
			return;
		case ROWS_ERROR:
			warn("%s", row.error);
			r->status = exit_worse(r->status, rows_status(r->rows));
			break;
		}
	}
}

static void
take_events(struct run *r)
{
	struct link_event ev;
	struct link *link;

	while (links_next(r->links, &link, &ev))
		sender_event(r->sender, link, &ev);
	if (links_status(r->links) != EX_OK) {
		r->status = exit_worse(r->status, links_status(r->links));
		stop(r);
	}
}

/* After a rotation. */
static void
reopen(struct run *r)
{
	struct others *others = r->conf->sender.others;

	if (r->conf->out != NULL && !out_reopen(&r->out, r->conf->out))
		warn("%s: %s", r->conf->out, strerror(errno));
	if (others != NULL && !others_reopen(others))
		warn("%s: %s", r->conf->others.path, strerror(errno));
}

static void
take_signals(struct run *r)
{
	unsigned n = loop_signalled(r->loop, SIGINT) +
	    loop_signalled(r->loop, SIGTERM);
	bool again = (r->stopped && r->give_up_ms != UINT64_MAX) || n > 1;

	if (loop_signalled(r->loop, SIGHUP) > 0) {
		if (r->conf->out == NULL && r->conf->sender.others == NULL)
			n++;
		reopen(r);
	}
	if (n == 0)
		return;
	if (!r->stopped && !again && sender_unfinished(r->sender) > 0)
		note("ending: %zu messages have up to %llu s for their answers; "
		    "another signal ends it at once",
		    sender_unfinished(r->sender),
		    (unsigned long long)r->grace_ms / 1000);
	stop(r);
	r->stopped = true;
	r->give_up_ms = again ? 0 : loop_now(r->loop) + r->grace_ms;
}

static uint64_t
deadline(const struct run *r)
{
	uint64_t at = sender_deadline(r->sender), t;

	t = links_deadline(r->links);
	at = t < at ? t : at;
	t = r->draws ? progress_deadline(&r->progress) : UINT64_MAX;
	at = t < at ? t : at;
	return at < r->give_up_ms ? at : r->give_up_ms;
}

/* The status line of a terminal, and the line of SIGUSR1. */
static void
show_progress(struct run *r)
{
	uint64_t now = loop_now(r->loop);
	bool asked = loop_signalled(r->loop, SIGUSR1) > 0;
	bool due = r->draws && progress_due(&r->progress, now);
	struct progress_facts facts;
	struct buf line = {0};

	if (!asked && !due)
		return;
	sender_facts(r->sender, &facts, false);
	rows_count(r->rows, &facts.input_size, &facts.input_read);
	progress_line(&r->progress, &line, &facts, now, due);
	if (asked)
		warn("%s", buf_cstr(&line));
	if (due)
		diag_progress(buf_cstr(&line));
	buf_free(&line);
}

static void
show_stats(struct run *r)
{
	struct progress_facts facts;
	struct buf lines = {0};
	char *line, *left;

	sender_facts(r->sender, &facts, true);
	progress_stats(&r->progress, &lines, &facts, loop_clock(r->loop));
	buf_add_byte(&lines, 0);
	for (left = (char *)lines.p;
	    (line = strsep(&left, "\n")) != NULL && *line != '\0';)
		diag_line(span_str(line));
	buf_free(&lines);
}

/* What was begun and answered comes to the journal before anything leaves. */
static void
commit(struct run *r)
{
	sender_commit(r->sender);
	if (sender_status(r->sender) == EX_OK || r->broken)
		return;
	r->broken = true;
	r->status = exit_worse(r->status, sender_status(r->sender));
	stop(r);
	sender_stop(r->sender);
}

/* What is delivered is answered once it is written; a file that cannot be
 * written ends the run. */
static void
acknowledge(struct run *r)
{
	struct others *others = r->conf->sender.others;

	sender_acknowledge(r->sender);
	if (others == NULL || others_error(others) == NULL || r->deaf)
		return;
	r->deaf = true;
	warn("%s; what it did not take is left to the SMSC",
	    others_error(others));
	r->status = exit_worse(r->status, EX_IOERR);
	stop(r);
}

/* One pass is one group: what came in is told, written, then acknowledged. */
static void
pass(struct run *r)
{
	struct watch *w;

	loop_once(r->loop, deadline(r));
	while ((w = loop_ready(r->loop)) != NULL)
		links_ready(r->links, w);
	take_signals(r);
	take_events(r);
	sender_look_at_time(r->sender);
	feed(r);
	commit(r);
	links_flush(r->links);
	out_flush(&r->out);
	acknowledge(r);
	links_flush(r->links);
	show_progress(r);
}

/* Whether the links may go: all rows are told, or nothing more can be done. */
static bool
is_done(const struct run *r)
{
	if (r->out.err != 0 || sender_gave_up(r->sender) != NULL ||
	    links_senders(r->links) == 0)
		return true;
	return r->ended && sender_unfinished(r->sender) == 0 &&
	    sender_unacknowledged(r->sender) == 0;
}

static void
leave(struct run *r)
{
	r->unbinding = true;
	if (sender_gave_up(r->sender) != NULL)
		warn("the SMSC %s", sender_gave_up(r->sender));
	stop(r);
	sender_finish(r->sender, "not sent: the link is gone");
	links_unbind(r->links);
	/* an SMSC that does not answer unbind shall not hold us up for long */
	if (r->give_up_ms == UINT64_MAX)
		r->give_up_ms = loop_now(r->loop) + r->grace_ms;
}

/* Lines that were not read are left to their file, and messages that were to
 * be repeated are of no file; addresses were all read. */
static void
leave_addresses(struct run *r)
{
	struct row row;

	if (r->conf->batch || r->conf->repeat > 0)
		return;
	while (rows_next(r->rows, &row) == ROWS_ROW)
		sender_leave(r->sender, &row, "not sent");
}

static void
run(struct run *r)
{
	while (!links_over(r->links) && loop_now(r->loop) < r->give_up_ms) {
		pass(r);
		if (is_done(r) && !r->unbinding)
			leave(r);
	}
	stop(r);
	sender_finish(r->sender, "interrupted");
	leave_addresses(r);
	links_leave(r->links);
}

/* What the rows add to the exit status. */
static int
conclude(const struct run *r)
{
	const struct sender_counts *c = sender_counts(r->sender);
	const char *name;
	uint64_t line, all, begun;
	int status = r->status;

	if (r->stopped && rows_next_line(r->rows, &name, &line)) {
		warn("%s: not read from line %llu on", name,
		    (unsigned long long)line);
		status = exit_worse(status, EX_TEMPFAIL);
	}
	if (rows_count(r->rows, &all, &begun) && begun < all) {
		warn("%llu of %llu messages were not begun",
		    (unsigned long long)(all - begun), (unsigned long long)all);
		status = exit_worse(status, EX_TEMPFAIL);
	}
	if (c->unreceipted > 0)
		warn("no final receipt of %llu of the rows within --wait-time",
		    (unsigned long long)c->unreceipted);
	if (c->unknown + c->unsent + c->unreceipted + c->throttled > 0)
		status = exit_worse(status, EX_TEMPFAIL);
	if (c->failed + c->partial > 0)
		status = exit_worse(status, EXIT_SOME_FAILED);
	if (r->rows_bad > 0 && r->rows_read == 0)
		status = exit_worse(status, EX_DATAERR);
	return status;
}

int
send_run(struct sendopt *conf, const struct config *config)
{
	struct connopt *connopt = connopt_new(config);
	struct links_conf links = {.link = &connopt->link,
	    .binds = conf->binds, .share = conf->share,
	    .splits = !conf->bind_given};
	struct run r = {.conf = conf, .grace_ms = connopt->grace_ms,
	    .give_up_ms = UINT64_MAX};
	int status;

	r.loop = loop_new();
	r.rows = send_files_rows(conf, config, r.loop);
	loop_signal(r.loop, SIGINT);
	loop_signal(r.loop, SIGTERM);
	loop_signal(r.loop, SIGHUP);
	loop_signal(r.loop, SIGUSR1);
	r.draws = (conf->batch || conf->repeat > 0) && !conf->quiet && isatty(STDERR_FILENO);
	progress_init(&r.progress, loop_now(r.loop));
	send_files_out(&r.out, r.loop, conf, config);
	r.trace = trace_new(&conf->trace);
	connopt->link.bind = conf->bind;
	if (conf->broadcast != NULL && !config_given(config, OPT_SMPP_VERSION))
		connopt->link.version = 0x50;
	connopt->link.window = conf->window;
	r.links = links_new(r.loop, &links, r.trace);
	send_files_receive(conf, r.loop);
	conf->sender.journal = send_files_journal(conf, config);
	r.sender = sender_new(&conf->sender, r.loop, &r.out, r.links);
	run(&r);
	if (r.draws)
		diag_progress("");
	if (conf->sender.measures)
		show_stats(&r);
	status = conclude(&r);
	links_free(r.links);
	status = exit_worse(status, send_files_close(&r.out, r.grace_ms));
	if (!trace_free(r.trace))
		status = exit_worse(status, EX_IOERR);
	sender_free(r.sender);
	status = exit_worse(status,
	    send_files_end_receive(conf, r.grace_ms));
	status = exit_worse(status,
	    send_files_close_journal(conf->sender.journal));
	rows_free(r.rows);
	loop_free(r.loop);
	connopt_free(connopt);
	return status;
}
