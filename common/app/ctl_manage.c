/* SPDX-License-Identifier: ISC */
/* smpp-ctl query, cancel, replace: ids in, a record for each out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/ctl.h"
#include "app/exit.h"
#include "sys/diag.h"
#include "text/utf8.h"

enum { TEXT_MOST = 64 << 10 };  /* octets of a text read from stdin */

/* Where items come from: arguments, or lines of stdin. */
struct source {
	const struct ctlopt *conf;
	struct rows *rows;     /* NULL: arguments */
	size_t n, at;          /* of the arguments */
	struct buf text;       /* of replace ID TEXT */
};

struct run {
	struct ctl *c;
	struct source source;
	struct manage *manage;
	bool ended;            /* no more items: all read, or told to stop */
	bool stopped;          /* before all was read */
	bool link_over, unbinding;
	uint64_t n_read, n_bad;
	struct progress progress;
	bool draws;            /* the status line */
};

/* Items */

static void
read_text(struct buf *text)
{
	ssize_t n;

	while ((n = read(STDIN_FILENO, buf_reserve(text, 4096), 4096)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die(text->len > 0 ? EX_IOERR : EX_NOINPUT,
			    "stdin: %s", strerror(errno));
		text->len += (size_t)n;
		if (text->len > TEXT_MOST)
			die(EX_DATAERR, "stdin: no text of one message is over "
			    "64 KiB");
	}
	if (text->len > 0 && text->p[text->len - 1] == '\n')
		text->len--;
}

/* replace ID [TEXT...] */
static void
take_text(struct source *s)
{
	const struct ctlopt *conf = s->conf;

	s->n = 1;
	for (size_t i = 1; i < conf->n_arguments; i++)
		buf_addf(&s->text, "%s%s", i > 1 ? " " : "",
		    conf->argument[i]);
	if (conf->n_arguments == 1)
		read_text(&s->text);
	if (s->text.len == 0)
		die(EX_DATAERR, "the text is empty");
	if (utf8_check(buf_span(&s->text)) != s->text.len)
		die(EX_DATAERR, "the text is not UTF-8");
}

static void
open_source(struct source *s, const struct ctlopt *conf,
    const struct config *config, struct loop *loop)
{
	bool dash = conf->n_arguments == 1 &&
	    strcmp(conf->argument[0], "-") == 0;
	struct span bad;

	*s = (struct source){.conf = conf, .n = conf->n_arguments};
	if (conf->all) {
		s->n = conf->n_to;
	} else if (s->n == 0 || dash) {
		if (!dash && isatty(STDIN_FILENO))
			die(EX_USAGE, "no ID; - reads them from the terminal");
		s->rows = rows_from_input(input_open(loop, NULL, 0),
		    &conf->rows, &bad);
		if (s->rows == NULL)
			setting_refuse_columns(config_get(config,
			    OPT_COLUMNS_IN), conf->rows.schema, bad);
	} else if (conf->command == CTL_REPLACE) {
		take_text(s);
	}
}

static void
take_cells(struct manage_item *item, const struct ctlopt *conf,
    const struct row *row)
{
	item->line = row->line;
	if (row->cell == NULL)
		return;
	if (conf->command == CTL_REPLACE) {
		item->id = row->cell[REPLACE_id].s;
		item->text = row->cell[REPLACE_text].s;
		item->from = row->cell[REPLACE_from].s;
	} else {
		item->id = row->cell[WHICH_id].s;
		item->from = row->cell[WHICH_from].s;
		item->to = row->cell[WHICH_to].s;
	}
}

static enum rows_result
next_item(struct source *s, struct manage_item *item, const char **error)
{
	enum rows_result result;
	struct row row;

	*item = (struct manage_item){0};
	if (s->rows != NULL) {
		result = rows_next(s->rows, &row);
		if (result == ROWS_ROW || result == ROWS_BAD)
			take_cells(item, s->conf, &row);
		*error = row.error;
		return result;
	}
	if (s->at == s->n)
		return ROWS_END;
	if (s->conf->all) {
		item->all = true;
		item->to = span_str(s->conf->to[s->at++]);
	} else {
		item->id = span_str(s->conf->argument[s->at++]);
		item->text = buf_span(&s->text);
	}
	return ROWS_ROW;
}

/* The run */

static void
stop(struct run *r)
{
	if (r->ended)
		return;
	r->ended = r->stopped = true;
	if (r->source.rows != NULL)
		rows_pause(r->source.rows, true);
}

static void
feed(struct run *r)
{
	struct manage_item item;
	const char *error;

	manage_pump(r->manage, r->c->link);
	while (!r->ended && manage_has_room(r->manage, r->c->link)) {
		switch (next_item(&r->source, &item, &error)) {
		case ROWS_ROW:
			r->n_read++;
			manage_ask(r->manage, r->c->link, &item);
			break;
		case ROWS_BAD:
			r->n_bad++;
			warn("line %llu: %s", (unsigned long long)item.line,
			    error);
			manage_refuse(r->manage, &item, error);
			break;
		case ROWS_WAIT:
			manage_idle(r->manage);
			return;
		case ROWS_END:
			manage_idle(r->manage);
			r->ended = true;
			return;
		case ROWS_ERROR:
			warn("%s", error);
			r->c->status = exit_worse(r->c->status,
			    rows_status(r->source.rows));
			break;
		}
	}
}

static void
take_events(struct run *r)
{
	struct link_event ev;

	while (!r->link_over && ctl_next(r->c, &ev)) {
		if (ev.type == LINK_EV_SESSION &&
		    (ev.event.type == SESSION_EV_REQUEST ||
		    ev.event.type == SESSION_EV_NOTICE)) {
			ctl_take_others(r->c, &ev.event);
		} else if (ev.type != LINK_EV_END) {
			manage_event(r->manage, r->c->link, &ev);
		} else {
			r->link_over = true;
			if (ev.status == EX_OK)
				continue;
			warn("%s", ev.why);
			r->c->status = exit_worse(r->c->status, ev.status);
			stop(r);
		}
	}
}

/* Whether the link may go: all are told, or nothing more can be done. */
static bool
is_done(const struct run *r)
{
	return r->c->out.err != 0 || manage_gave_up(r->manage) ||
	    r->link_over || (r->ended && manage_unfinished(r->manage) == 0 &&
	    ctl_unanswered(r->c) == 0);
}

static void
leave(struct run *r)
{
	r->unbinding = true;
	if (manage_gave_up(r->manage))
		warn("the SMSC answers nothing any more");
	stop(r);
	manage_finish(r->manage, "the link is gone");
	link_unbind(r->c->link);
	/* an SMSC that does not answer unbind shall not hold us up for long */
	if (r->c->give_up_ms == UINT64_MAX)
		r->c->give_up_ms = loop_now(r->c->loop) +
		    r->c->connopt->grace_ms;
}

/* The status line of a terminal, and the line of SIGUSR1. */
static void
show_progress(struct run *r)
{
	uint64_t now = loop_now(r->c->loop);
	bool due = r->draws && progress_due(&r->progress, now);
	struct progress_facts facts;
	struct buf line = {0};

	if (!r->c->asked && !due)
		return;
	manage_facts(r->manage, &facts);
	progress_line(&r->progress, &line, &facts, now, due);
	if (r->c->asked)
		warn("%s", buf_cstr(&line));
	if (due)
		diag_progress(buf_cstr(&line));
	r->c->asked = false;
	buf_free(&line);
}

static uint64_t
deadline(const struct run *r)
{
	uint64_t at = manage_deadline(r->manage);
	uint64_t draw = r->draws ? progress_deadline(&r->progress) :
	    UINT64_MAX;

	return at < draw ? at : draw;
}

static void
run(struct run *r)
{
	struct ctl *c = r->c;

	while (!r->link_over && loop_now(c->loop) < c->give_up_ms) {
		ctl_pass(c, deadline(r));
		if (c->signals > 0 || c->deaf)
			stop(r);
		take_events(r);
		feed(r);
		ctl_flush(c);
		show_progress(r);
		if (is_done(r) && !r->unbinding)
			leave(r);
	}
	stop(r);
	manage_finish(r->manage, "interrupted");
	link_leave(c->link);
}

/* Arguments that were not asked about have their record, too; lines are left
 * to their file. */
static void
leave_arguments(struct run *r)
{
	struct manage_item item;
	const char *error;

	if (!r->stopped || r->source.rows != NULL)
		return;
	while (next_item(&r->source, &item, &error) == ROWS_ROW)
		manage_leave(r->manage, &item, "not asked");
}

static int
conclude(const struct run *r)
{
	const struct manage_counts *n = manage_counts(r->manage);
	int status = r->c->status;
	const char *name;
	uint64_t line;

	if (r->stopped && r->source.rows != NULL &&
	    rows_next_line(r->source.rows, &name, &line)) {
		warn("%s: not read from line %llu on", name,
		    (unsigned long long)line);
		status = exit_worse(status, EX_TEMPFAIL);
	}
	if (n->unknown + n->unsent + n->throttled > 0)
		status = exit_worse(status, EX_TEMPFAIL);
	if (n->failed > 0)
		status = exit_worse(status, EXIT_SOME_FAILED);
	if (r->n_bad > 0 && r->n_read == 0)
		status = exit_worse(status, EX_DATAERR);
	return status;
}

int
ctl_manage(struct ctl *c, const struct config *config)
{
	struct run r = {.c = c};

	open_source(&r.source, c->conf, config, c->loop);
	c->link_conf.window = c->conf->window;
	r.manage = manage_new(&c->conf->manage, c->loop, &c->out);
	r.draws = r.source.rows != NULL && !c->conf->quiet &&
	    isatty(STDERR_FILENO);
	progress_init(&r.progress, loop_now(c->loop));
	ctl_connect(c, "");
	run(&r);
	if (r.draws)
		diag_progress("");
	leave_arguments(&r);
	c->status = conclude(&r);
	manage_free(r.manage);
	rows_free(r.source.rows);
	buf_free(&r.source.text);
	return c->status;
}
