/* SPDX-License-Identifier: ISC */
/* smpp-send: one message, or one for each line, and a result row for each. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/config.h"
#include "app/connopt.h"
#include "app/exit.h"
#include "app/sender.h"
#include "base/mem.h"
#include "sys/diag.h"
#include "text/utf8.h"

enum { TEXT_MOST = 1 << 20 };  /* octets of a text read from stdin */

struct conf {
	struct sender_conf sender;
	struct record_format format;
	struct rows_conf rows;
	struct trace_conf trace;
	enum link_bind bind;
	uint32_t window;
	bool batch, dry_run, bind_given, json, quiet;
	const char *out, *columns;
	uint32_t *retry_on;
	struct buf to_list;    /* as given, commas between */
	const char **to;       /* without --batch; points into to_list */
	size_t n_to;
	struct buf text;
};

/* The run: at most a transmitter and a receiver beside it. */
struct run {
	struct conf *conf;
	struct link_conf link_conf[2];
	struct loop *loop;
	struct out out;
	struct trace *trace;
	struct rows *rows;
	struct sender *sender;
	struct link *link[2];  /* the first one sends */
	size_t n_links;
	bool link_over[2];
	bool ended;            /* no more rows: all read, or told to stop */
	bool stopped;          /* by a signal or a failure, before all was read */
	bool unbinding;
	uint64_t grace_ms, give_up_ms;
	uint64_t rows_read, rows_bad;
	struct progress progress;
	bool draws;            /* the status line */
	int status;
};

static const char *const ids_words[] = {"exact", "resp-hex", "receipt-hex",
    "auto", NULL};
static const char *const bind_words[] = {"tx", "rx", "trx", NULL};

/* Options */

/* "-t A,B" is "-t A -t B". */
static void
split_to(struct conf *conf)
{
	char *one, *list;

	buf_add_byte(&conf->to_list, 0);
	list = (char *)conf->to_list.p;
	while ((one = strsep(&list, ",")) != NULL) {
		if (*one == '\0')
			continue;
		conf->to = mem_resize(conf->to,
		    (conf->n_to + 1) * sizeof(*conf->to));
		conf->to[conf->n_to++] = one;
	}
}

static void
field(struct outline_conf *o, const struct setting *s, enum field_column column)
{
	struct buf error = {0};

	if (!fields_set(&o->fields, column, span_str(s->value), &error))
		setting_refuse(s, "%s", buf_cstr(&error));
}

/* "ESME_RSUBMITFAIL,0x400": names or numbers. */
static void
read_statuses(struct conf *conf, const struct setting *s)
{
	char *list = mem_strdup(s->value), *left = list, *one, *end;
	const struct status_row *row;
	unsigned long code;

	while ((one = strsep(&left, ",")) != NULL) {
		row = status_row_by_name(span_str(one));
		code = row ? row->code : strtoul(one, &end, 0);
		if (row == NULL && (*one == '\0' || *end != '\0' ||
		    code > UINT32_MAX))
			setting_refuse(s, "\"%s\" is no status", one);
		conf->retry_on = mem_resize(conf->retry_on,
		    (conf->sender.n_retry_on + 1) * sizeof(uint32_t));
		conf->retry_on[conf->sender.n_retry_on++] = (uint32_t)code;
	}
	free(list);
	conf->sender.retry_on = conf->retry_on;
}

static void
take_option(struct conf *conf, const struct setting *s)
{
	struct outline_conf *o = &conf->sender.outline;

	if (textopt_take(&o->text, s))
		return;
	switch (s->option) {
	case OPT_ALLOW_EMPTY: o->allow_empty = true; break;
	case OPT_BATCH: conf->batch = true; break;
	case OPT_BIND:
		conf->bind = (enum link_bind)setting_word(s, bind_words);
		conf->bind_given = true;
		if (conf->bind == LINK_RX)
			setting_refuse(s, "a receiver cannot send");
		break;
	case OPT_COLUMNS: conf->columns = s->value; break;
	case OPT_COLUMNS_IN: conf->rows.columns = s->value; break;
	case OPT_DATA_SM: o->data_sm = true; break;
	case OPT_DRY_RUN: conf->dry_run = true; break;
	case OPT_FROM: o->default_from = span_str(s->value); break;
	case OPT_FROM_NPI: o->from.npi = setting_npi(s); break;
	case OPT_FROM_TON: o->from.ton = setting_ton(s); break;
	case OPT_IDS:
		conf->sender.ids = (enum ids_mode)setting_word(s, ids_words);
		break;
	case OPT_JSON: conf->json = true; break;
	case OPT_KEEP_PLUS: o->to.keep_plus = o->from.keep_plus = true; break;
	case OPT_MASK: conf->trace.mask = true; break;
	case OPT_NO_HEADER: conf->rows.no_header = true; break;
	case OPT_OUT: conf->out = s->value; break;
	case OPT_PCAP: conf->trace.pcap = s->value; break;
	case OPT_PRIORITY: field(o, s, SET_priority); break;
	case OPT_PROTOCOL_ID: field(o, s, SET_protocol_id); break;
	case OPT_RATE: conf->sender.pacer.rate = setting_rate(s); break;
	case OPT_RECEIPT: field(o, s, SET_receipt); break;
	case OPT_REPLACE_IF_PRESENT: field(o, s, SET_replace_if_present); break;
	case OPT_RETRIES:
		conf->sender.retries = (uint32_t)setting_number(s, 0, 1000);
		break;
	case OPT_RETRY_ON: read_statuses(conf, s); break;
	case OPT_SCHEDULE: field(o, s, SET_schedule); break;
	case OPT_SERVICE_TYPE: field(o, s, SET_service_type); break;
	case OPT_STATS: conf->sender.measures = true; break;
	case OPT_THROTTLE_TIME:
		conf->sender.pacer.throttle_ms = setting_time(s);
		break;
	case OPT_TLV: field(o, s, SET_tlv); break;
	case OPT_QUIET: conf->quiet = true; break;
	case OPT_VALIDITY: field(o, s, SET_validity); break;
	case OPT_TO:
		buf_add_str(&conf->to_list, s->value);
		buf_add_byte(&conf->to_list, ',');
		break;
	case OPT_TO_NPI: o->to.npi = setting_npi(s); break;
	case OPT_TO_TON: o->to.ton = setting_ton(s); break;
	case OPT_VERBOSE: conf->trace.verbose = atoi(s->value); break;
	case OPT_WAIT: conf->sender.wait = true; break;
	case OPT_WAIT_TIME:
		conf->sender.wait_ms = setting_time(s);
		conf->sender.wait |= s->layer != LAYER_DEFAULT;
		break;
	case OPT_WINDOW:
		conf->window = (uint32_t)setting_number(s, 1, 65535);
		conf->sender.pacer.window = conf->window;
		break;
	default: break;
	}
}

/* What only makes sense together. */
static void
check_options(struct conf *conf, const struct config *config)
{
	struct sender_conf *sender = &conf->sender;
	struct span bad;

	textopt_finish(&sender->outline.text);
	if (sender->wait && !config_given(config, OPT_RECEIPT))
		sender->outline.fields.registered_delivery = 1;
	if (sender->wait && sender->outline.fields.registered_delivery == 0)
		die(EX_USAGE, "--wait: no receipt comes with --receipt none");
	if (!conf->bind_given)
		conf->bind = sender->wait ? LINK_TRX : LINK_TX;
	else if (sender->wait && conf->bind == LINK_TX)
		die(EX_USAGE, "--wait: no receipt comes to a transmitter; use "
		    "--bind trx");
	if (!record_format_init(&conf->format, conf->dry_run ? &schema_plan :
	    &schema_result, conf->json, conf->columns, &bad))
		setting_refuse_columns(config_get(config, OPT_COLUMNS),
		    conf->dry_run ? &schema_plan : &schema_result, bad);
	sender->format = &conf->format;
}

static void
read_options(struct conf *conf, const struct config *config)
{
	struct sender_conf *sender = &conf->sender;

	sender->outline.text.conf = text_conf_default();
	sender->outline.to = (struct address_conf){.ton = -1, .npi = -1};
	sender->outline.from = (struct address_conf){.sender = true, .ton = -1,
	    .npi = -1};
	sender->max_waiting = 100000;
	if (getrandom(&sender->reference_seed, sizeof(sender->reference_seed),
	    GRND_NONBLOCK) < 0)
		sender->reference_seed = (uint32_t)getpid();
	for (size_t i = 0; i < config->n; i++)
		take_option(conf, &config->setting[i]);
	split_to(conf);
	check_options(conf, config);
}

/* The text */

static void
check_text(const struct buf *text, const char *where)
{
	size_t bad = utf8_check(buf_span(text)), line = 1, start = 0;

	if (bad == text->len)
		return;
	for (size_t i = 0; i < bad; i++)
		if (text->p[i] == '\n') {
			line++;
			start = i + 1;
		}
	die(EX_DATAERR, "%s: line %zu, byte %zu: not UTF-8", where, line,
	    bad - start + 1);
}

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
			die(EX_DATAERR, "stdin: the text is over 1 MiB; "
			    "--batch sends a line each");
	}
	if (text->len > 0 && text->p[text->len - 1] == '\n')
		text->len--;
	check_text(text, "stdin");
}

static void
find_text(struct conf *conf, const struct config *config)
{
	for (size_t i = 0; i < config->n_operands; i++)
		buf_addf(&conf->text, "%s%s", i > 0 ? " " : "",
		    config->operand[i]);
	if (config->n_operands == 0)
		read_text(&conf->text);
	else
		check_text(&conf->text, "the text");
	if (conf->text.len == 0 && !conf->sender.outline.allow_empty)
		die(EX_DATAERR, "the text is empty; --allow-empty sends it");
}

/* Where the rows come from. */
static struct rows *
open_rows(struct conf *conf, const struct config *config, struct loop *loop)
{
	struct span bad;
	struct rows *rows;
	size_t n_stdin = 0;

	if (!conf->batch) {
		if (conf->n_to == 0)
			die(EX_USAGE, "no --to ADDRESS and no --batch; see "
			    "smpp-send -h");
		find_text(conf, config);
		return rows_from_arguments(conf->to, conf->n_to,
		    buf_span(&conf->text));
	}
	for (size_t i = 0; i < config->n_operands; i++)
		n_stdin += strcmp(config->operand[i], "-") == 0;
	if (n_stdin > 1)
		die(EX_USAGE, "stdin can be read once only");
	if (conf->n_to > 0)
		die(EX_USAGE, "--to and --batch exclude one another");
	rows = rows_from_input(input_open(loop,
	    (const char *const *)config->operand, config->n_operands),
	    &conf->rows, &bad);
	if (rows == NULL)
		setting_refuse_columns(config_get(config, OPT_COLUMNS_IN),
		    &schema_row, bad);
	return rows;
}

static void
open_out(struct out *out, struct loop *loop, const struct conf *conf,
    const struct config *config)
{
	if (!out_open(out, loop, conf->out))
		die(EX_CANTCREAT, "%s: %s", out->name, strerror(errno));
	if (config_get(config, OPT_HEADER) != NULL)
		record_header(&out->buf, &conf->format);
}

static int
close_out(struct out *out, uint64_t wait_ms)
{
	if (out_close(out, wait_ms))
		return EX_OK;
	warn("%s: %s", out->name, strerror(out->err));
	return EX_IOERR;
}

/* The run */

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

	sender_pump(r->sender, r->link[0]);
	while (!r->ended && sender_has_room(r->sender, r->link[0])) {
		switch (rows_next(r->rows, &row)) {
		case ROWS_ROW:
			r->rows_read++;
			sender_row(r->sender, r->link[0], &row);
			break;
		case ROWS_BAD:
			r->rows_bad++;
			warn("line %llu: %s", (unsigned long long)row.line,
			    row.error);
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
add_link(struct run *r, enum link_bind bind)
{
	struct link_conf *conf = &r->link_conf[r->n_links];

	conf->bind = bind;
	r->link[r->n_links] = link_new(r->loop, conf, 0, r->trace,
	    bind == r->conf->bind ? "" : bind_words[bind]);
	r->link_over[r->n_links++] = false;
}

/* An SMSC without transceivers gets a transmitter and a receiver. */
static bool
split_link(struct run *r)
{
	if (r->n_links != 1 || r->conf->bind_given ||
	    r->link_conf[0].bind != LINK_TRX ||
	    link_refusal(r->link[0]) != ESME_RINVCMDID)
		return false;
	note("the SMSC does not know bind_transceiver; binding as transmitter "
	    "and as receiver");
	link_free(r->link[0]);
	r->n_links = 0;
	add_link(r, LINK_TX);
	add_link(r, LINK_RX);
	return true;
}

static void
take_events(struct run *r)
{
	struct link_event ev;

	for (size_t i = 0; i < r->n_links; i++)
		while (!r->link_over[i] && link_next(r->link[i], &ev)) {
			if (ev.type != LINK_EV_END) {
				sender_event(r->sender, r->link[i], &ev);
				continue;
			}
			if (ev.status == EX_NOPERM && split_link(r))
				return;
			r->link_over[i] = true;
			if (ev.status == EX_OK)
				continue;
			warn("%s", ev.why);
			r->status = exit_worse(r->status, ev.status);
			stop(r);
		}
}

static void
take_signals(struct run *r)
{
	unsigned n = loop_signalled(r->loop, SIGINT) +
	    loop_signalled(r->loop, SIGTERM);
	bool again = (r->stopped && r->give_up_ms != UINT64_MAX) || n > 1;

	if (loop_signalled(r->loop, SIGHUP) > 0) {
		if (r->conf->out == NULL)
			n++;
		else if (!out_reopen(&r->out, r->conf->out))
			warn("%s: %s", r->conf->out, strerror(errno));
	}
	if (n == 0)
		return;
	stop(r);
	r->stopped = true;
	r->give_up_ms = again ? 0 : loop_now(r->loop) + r->grace_ms;
}

static uint64_t
deadline(const struct run *r)
{
	uint64_t at = sender_deadline(r->sender), t;

	for (size_t i = 0; i < r->n_links; i++) {
		t = link_deadline(r->link[i]);
		at = t < at ? t : at;
	}
	t = r->draws ? progress_deadline(&r->progress) : UINT64_MAX;
	at = t < at ? t : at;
	return at < r->give_up_ms ? at : r->give_up_ms;
}

static void
flush_links(struct run *r)
{
	for (size_t i = 0; i < r->n_links; i++)
		link_flush(r->link[i]);
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

/* One pass is one group: what came in is told, written, then acknowledged. */
static void
pass(struct run *r)
{
	struct watch *w;

	loop_once(r->loop, deadline(r));
	while ((w = loop_ready(r->loop)) != NULL)
		if (w->owner != NULL &&
		    (w->owner == r->link[0] || w->owner == r->link[1]))
			link_ready(w->owner);
	take_signals(r);
	take_events(r);
	sender_look_at_time(r->sender);
	feed(r);
	flush_links(r);
	out_flush(&r->out);
	sender_acknowledge(r->sender);
	flush_links(r);
	show_progress(r);
}

/* Whether the links may go: all rows are told, or nothing more can be done. */
static bool
is_done(const struct run *r)
{
	if (r->out.err != 0 || sender_gave_up(r->sender) || r->link_over[0])
		return true;
	return r->ended && sender_unfinished(r->sender) == 0 &&
	    sender_unacknowledged(r->sender) == 0;
}

static bool
links_over(const struct run *r)
{
	for (size_t i = 0; i < r->n_links; i++)
		if (!r->link_over[i])
			return false;
	return true;
}

static void
leave(struct run *r)
{
	r->unbinding = true;
	if (sender_gave_up(r->sender))
		warn("the SMSC answers nothing any more");
	stop(r);
	sender_finish(r->sender, "not sent: the link is gone");
	for (size_t i = 0; i < r->n_links; i++)
		link_unbind(r->link[i]);
	/* an SMSC that does not answer unbind shall not hold us up for long */
	if (r->give_up_ms == UINT64_MAX)
		r->give_up_ms = loop_now(r->loop) + r->grace_ms;
}

/* Lines that were not read are left to their file; addresses were all read. */
static void
leave_addresses(struct run *r)
{
	struct row row;

	if (r->conf->batch)
		return;
	while (rows_next(r->rows, &row) == ROWS_ROW)
		sender_leave(r->sender, &row, "not sent");
}

static void
run(struct run *r)
{
	while (!links_over(r) && loop_now(r->loop) < r->give_up_ms) {
		pass(r);
		if (is_done(r) && !r->unbinding)
			leave(r);
	}
	stop(r);
	sender_finish(r->sender, "interrupted");
	leave_addresses(r);
	for (size_t i = 0; i < r->n_links; i++)
		link_leave(r->link[i]);
}

/* What the rows add to the exit status. */
static int
conclude(const struct run *r)
{
	const struct sender_counts *c = sender_counts(r->sender);
	const char *name;
	uint64_t line;
	int status = r->status;

	if (r->stopped && rows_next_line(r->rows, &name, &line)) {
		warn("%s: not read from line %llu on", name,
		    (unsigned long long)line);
		status = exit_worse(status, EX_TEMPFAIL);
	}
	if (c->unknown + c->unsent + c->unreceipted + c->throttled > 0)
		status = exit_worse(status, EX_TEMPFAIL);
	if (c->failed + c->partial > 0)
		status = exit_worse(status, EXIT_SOME_FAILED);
	if (r->rows_bad > 0 && r->rows_read == 0)
		status = exit_worse(status, EX_DATAERR);
	return status;
}

static int
send(struct conf *conf, const struct config *config)
{
	struct connopt *connopt = connopt_new(config);
	struct run r = {.conf = conf, .grace_ms = connopt->grace_ms,
	    .give_up_ms = UINT64_MAX};
	int status;

	r.loop = loop_new();
	r.rows = open_rows(conf, config, r.loop);
	loop_signal(r.loop, SIGINT);
	loop_signal(r.loop, SIGTERM);
	loop_signal(r.loop, SIGHUP);
	loop_signal(r.loop, SIGUSR1);
	r.draws = conf->batch && !conf->quiet && isatty(STDERR_FILENO);
	progress_init(&r.progress, loop_now(r.loop));
	open_out(&r.out, r.loop, conf, config);
	r.trace = trace_new(&conf->trace);
	r.sender = sender_new(&conf->sender, r.loop, &r.out);
	r.link_conf[0] = connopt->link;
	r.link_conf[0].window = conf->window;
	r.link_conf[1] = r.link_conf[0];
	add_link(&r, conf->bind);
	run(&r);
	if (r.draws)
		diag_progress("");
	if (conf->sender.measures)
		show_stats(&r);
	status = conclude(&r);
	for (size_t i = 0; i < r.n_links; i++)
		link_free(r.link[i]);
	status = exit_worse(status, close_out(&r.out, r.grace_ms));
	if (!trace_free(r.trace))
		status = exit_worse(status, EX_IOERR);
	sender_free(r.sender);
	rows_free(r.rows);
	loop_free(r.loop);
	connopt_free(connopt);
	return status;
}

/* --dry-run: the same rows, no link */

static int
plan_row(const struct conf *conf, struct outline *outline, struct out *out,
    const struct row *row)
{
	const struct outline_conf *how = &conf->sender.outline;
	struct buf notes = {0};
	char *line, *lines;

	if (!outline_make(outline, how, row)) {
		warn("row %.*s: %s", (int)row->ref.n, (const char *)row->ref.p,
		    buf_cstr(&outline->error));
		return EXIT_SOME_FAILED;
	}
	outline_print(&out->buf, &conf->format, outline, row);
	outline_explain(&notes, outline);
	buf_add_byte(&notes, 0);
	for (lines = (char *)notes.p;
	    (line = strsep(&lines, "\n")) != NULL && *line != '\0';)
		note("row %.*s: %s", (int)row->ref.n,
		    (const char *)row->ref.p, line);
	buf_free(&notes);
	return EX_OK;
}

static void
wait_for_reader(struct out *out, struct loop *loop)
{
	while (out_pending(out) > 1 << 16 && out_flush(out) &&
	    out_pending(out) > 0) {
		loop_once(loop, UINT64_MAX);
		while (loop_ready(loop) != NULL)
			;
	}
}

static int
plan(struct conf *conf, const struct config *config)
{
	struct loop *loop = loop_new();
	struct rows *rows = open_rows(conf, config, loop);
	struct outline outline = {0};
	struct out out;
	struct row row;
	enum rows_result got = ROWS_WAIT;
	bool any = false, bad = false;
	int status = EX_OK;

	open_out(&out, loop, conf, config);
	while (got != ROWS_END && out.err == 0) {
		got = rows_next(rows, &row);
		any |= got == ROWS_ROW;
		bad |= got == ROWS_BAD;
		if (got == ROWS_ROW) {
			status = exit_worse(status, plan_row(conf, &outline,
			    &out, &row));
		} else if (got == ROWS_BAD) {
			warn("line %llu: %s", (unsigned long long)row.line,
			    row.error);
			status = exit_worse(status, EXIT_SOME_FAILED);
		} else if (got == ROWS_ERROR) {
			warn("%s", row.error);
			status = exit_worse(status, rows_status(rows));
		} else if (got == ROWS_WAIT) {
			out_flush(&out);
			loop_once(loop, UINT64_MAX);
			while (loop_ready(loop) != NULL)
				;
		}
		wait_for_reader(&out, loop);
	}
	if (bad && !any)
		status = exit_worse(status, EX_DATAERR);
	status = exit_worse(status, close_out(&out, UINT64_MAX));
	outline_free(&outline);
	rows_free(rows);
	loop_free(loop);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct program_default defaults[] = {
		{OPT_RECONNECT_TIME, "5m"},
	};
	static const struct program program = {
		.name = "smpp-send",
		.mask = FOR_SEND,
		.usage = "smpp-send [OPTION...] -t ADDRESS [TEXT...]\n"
		    "       smpp-send [OPTION...] --batch [FILE...]",
		.example = "smpp-send -p ops -t +821055551234 "
		    "\"Your code is 483920.\"",
		.defaults = defaults,
		.n_defaults = 1,
		.libraries = connopt_libraries,
	};
	struct conf conf = {0};
	struct config *config;
	int status;

	diag_init("smpp-send");
	config = config_read(&program, argc, argv);
	read_options(&conf, config);
	status = conf.dry_run ? plan(&conf, config) : send(&conf, config);
	buf_free(&conf.text);
	buf_free(&conf.to_list);
	free(conf.to);
	free(conf.retry_on);
	config_free(config);
	return status;
}
