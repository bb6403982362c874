/* SPDX-License-Identifier: ISC */
/*
 * smpp-dlr-parse: delivery receipts out of lines of any kind, a row each, or
 * counted. It links nothing but libc and waits where it stands.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/clash.h"
#include "app/config.h"
#include "app/dlr_row.h"
#include "app/dlr_summary.h"
#include "app/exit.h"
#include "app/stat_list.h"
#include "base/mem.h"
#include "io/lines.h"
#include "io/sink.h"
#include "sys/diag.h"

struct conf {
	struct dlr_row_conf row;
	struct record_format tally;   /* of --summary */
	struct stat_list only, not;
	const char *out, *rest, *columns, *columns_in;
	bool header, json, no_header, summary, verbose;
};

struct parse {
	struct conf *conf;
	struct lines lines;
	struct dlr_line line;
	struct dlr_row row;
	struct dlr_summary *summary;  /* NULL: rows are printed */
	struct sink out, rest;
	size_t due;                   /* octets in them that are flushed at once */
	const char *name;             /* of the file at hand */
	struct buf header;            /* of it, not yet in the rest */
	uint64_t read, receipts;      /* lines; receipts that were not left out */
	uint64_t without, too_long;   /* lines without a receipt */
	struct buf first;             /* where the first of them is */
	int status;
};

/* Signals */

static volatile sig_atomic_t signalled, stopped, hangup, asked;

static void
on_signal(int signo)
{
	if (signo == SIGHUP)
		hangup = 1;
	else if (signo == SIGUSR1)
		asked = 1;
	else if (stopped)
		_exit(EX_TEMPFAIL);
	else
		stopped = 1;
	signalled = 1;
}

static void
catch_signals(bool has_file)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	if (has_file)
		sigaction(SIGHUP, &action, NULL);
}

/* Options */

static void
set_list(struct stat_list *list, const struct setting *s)
{
	if (!stat_list_parse(list, s->value))
		setting_refuse(s, "stat words are expected, with commas "
		    "between them: DELIVRD,UNDELIV");
	for (size_t i = 0; i < list->n; i++)
		if (dlr_stat(list->word[i]) == NULL)
			note("--%s: %.*s is no stat word that is known; it is "
			    "looked for as it stands", options[s->option].name,
			    (int)list->word[i].n,
			    (const char *)list->word[i].p);
}

static void
set_option(struct conf *conf, const struct setting *s)
{
	static const char *const forms[] = {"asis", "hex", "dec", NULL};

	switch (s->option) {
	case OPT_COLUMNS: conf->columns = s->value; break;
	case OPT_COLUMNS_IN: conf->columns_in = s->value; break;
	case OPT_HEADER: conf->header = true; break;
	case OPT_ID_AS:
		conf->row.id_as = (enum dlr_id_as)setting_word(s, forms);
		break;
	case OPT_JSON: conf->json = true; break;
	case OPT_NO_HEADER: conf->no_header = true; break;
	case OPT_NOT_STAT: set_list(&conf->not, s); break;
	case OPT_OUT: conf->out = s->value; break;
	case OPT_REST: conf->rest = s->value; break;
	case OPT_STAT: set_list(&conf->only, s); break;
	case OPT_SUMMARY: conf->summary = true; break;
	case OPT_TZ:
		conf->row.zoned = true;
		if (!zone_parse(&conf->row.zone, s->value))
			setting_refuse(s, "a zone is expected: +09:00, UTC, "
			    "local, or a name such as Asia/Seoul");
		break;
	case OPT_VERBOSE: conf->verbose = true; break;
	default: break;
	}
}

static void
set_options(struct conf *conf, struct dlr_line *line,
    const struct config *config)
{
	const struct schema *schema;
	struct span bad;

	for (size_t i = 0; i < config->n; i++)
		set_option(conf, &config->setting[i]);
	schema = conf->summary ? &schema_tally : &schema_dlr;
	if (!record_format_init(conf->summary ? &conf->tally :
	    &conf->row.format, schema, conf->json, conf->columns, &bad))
		setting_refuse_columns(config_get(config, OPT_COLUMNS),
		    schema, bad);
	if (!dlr_line_init(line, conf->columns_in, conf->no_header, &bad))
		setting_refuse_columns(config_get(config, OPT_COLUMNS_IN),
		    &schema_delivery, bad);
}

static void
check_files(const struct config *config, const struct conf *conf)
{
	size_t n = config->n_operands, dashes = 0;
	struct clash_file *file = mem_array(n + 3, sizeof(*file));

	for (size_t i = 0; i < n; i++) {
		dashes += strcmp(config->operand[i], "-") == 0;
		file[i] = (struct clash_file){"input", config->operand[i],
		    false};
	}
	if (dashes > 1)
		die(EX_USAGE, "-: stdin can be read once only");
	if (n == 0)
		file[n++] = (struct clash_file){"input", "-", false};
	file[n++] = (struct clash_file){"--out", conf->out, true};
	file[n++] = (struct clash_file){"--rest", conf->rest, true};
	clash_check(file, n);
	free(file);
}

/* Output */

static void
check(struct parse *p, struct sink *s)
{
	if (s->err == 0)
		return;
	/* what the other one holds is good, and wanted */
	sink_flush(s == &p->out ? &p->rest : &p->out);
	die(EX_IOERR, "%s: %s; at %s line %llu", s->name, strerror(s->err),
	    p->name, (unsigned long long)p->lines.number);
}

static void
flush(struct parse *p)
{
	sink_flush(&p->out);
	sink_flush(&p->rest);
	check(p, &p->out);
	check(p, &p->rest);
}

static inline void
flush_if_due(struct parse *p)
{
	if (p->out.buf.len + p->rest.buf.len >= p->due)
		flush(p);
}

static void
open_sink(struct sink *s, const char *path)
{
	if (!sink_open(s, path))
		die(EX_CANTCREAT, "%s: %s", s->name, strerror(errno));
}

static size_t
due(const struct parse *p)
{
	return p->out.line_buffered || p->rest.line_buffered ? 1 : SINK_FULL;
}

static void
reopen(struct parse *p)
{
	struct sink *sinks[] = {&p->out, &p->rest};

	for (size_t i = 0; i < 2; i++)
		if (sinks[i]->fd != -1 && !sink_reopen(sinks[i])) {
			check(p, sinks[i]);
			warn("%s: %s; the old file is kept", sinks[i]->name,
			    strerror(errno));
		}
	p->due = due(p);
}

static void
print_header(struct parse *p)
{
	const struct conf *conf = p->conf;

	if (conf->header && (!conf->summary || conf->columns != NULL))
		record_header(&p->out.buf, conf->summary ? &conf->tally :
		    &conf->row.format);
}

/* Lines */

/* Whether --stat and --not-stat let a receipt through. */
static bool
is_wanted(const struct conf *conf, struct span stat)
{
	return (conf->only.n == 0 || stat_list_has(&conf->only, stat)) &&
	    (conf->not.n == 0 || !stat_list_has(&conf->not, stat));
}

static void
take_receipt(struct parse *p, struct span line)
{
	int64_t seconds;

	if (!is_wanted(p->conf, p->line.dlr.f[DLR_stat]))
		return;
	p->receipts++;
	if (p->summary != NULL) {
		dlr_summary_add(p->summary, &p->line.dlr, dlr_seconds(
		    &p->conf->row, &p->line.dlr, &seconds) ? &seconds : NULL);
		return;
	}
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	dlr_row_print(&p->row, &p->conf->row, &p->line, line, p->lines.number,
	    &p->out.buf);
}

/* Counts a line without a receipt, or its first piece. */
static void
count_other(struct parse *p, const char *why)
{
	if (p->without++ == 0)
		buf_addf(&p->first, "%s line %llu", p->name,
		    (unsigned long long)p->lines.number);
	if (p->conf->verbose)
		warn("%s: line %llu: %s", p->name,
		    (unsigned long long)p->lines.number, why);
	if (p->rest.fd != -1 && p->header.len > 0) {
		buf_add_span(&p->rest.buf, buf_span(&p->header));
		buf_clear(&p->header);
	}
}

static void
add_rest(struct parse *p, struct span octets, bool ended)
{
	if (p->rest.fd == -1)
		return;
	buf_add_span(&p->rest.buf, octets);
	if (ended)
		buf_add_byte(&p->rest.buf, '\n');
}

static void
take_line(struct parse *p, struct span line)
{
	p->read++;
	switch (dlr_line_read(&p->line, line)) {
	case DLR_LINE_RECEIPT:
		take_receipt(p, line);
		break;
	case DLR_LINE_NONE:
		count_other(p, p->line.why);
		add_rest(p, line, true);
		break;
	case DLR_LINE_HEADER:
		buf_clear(&p->header);
		buf_add_span(&p->header, line);
		buf_add_byte(&p->header, '\n');
		break;
	}
}

/* No SMSC sends a receipt in a line that is so long. */
static void
take_piece(struct parse *p, struct span piece)
{
	if (p->lines.first) {
		p->read++;
		p->too_long++;
		count_other(p, "too long");
	}
	add_rest(p, piece, p->lines.ended);
}

/* Files */

static void
take_signals(struct parse *p)
{
	signalled = 0;
	if (hangup) {
		hangup = 0;
		reopen(p);
	}
	if (asked) {
		asked = 0;
		note("%llu lines, %llu receipts, %llu lines without one; at "
		    "%s line %llu", (unsigned long long)p->read,
		    (unsigned long long)p->receipts,
		    (unsigned long long)p->without, p->name,
		    (unsigned long long)p->lines.number);
	}
}

/* Reads on; what was printed leaves first where that would wait. False when
 * no more is to be read of this file. */
static bool
fill(struct parse *p)
{
	for (;;) {
		if (signalled)
			take_signals(p);
		if (stopped)
			return false;
		if (!lines_ready(&p->lines)) {
			flush(p);
			lines_wait(&p->lines, &signalled);
		} else if (lines_fill(&p->lines) >= 0) {
			return true;
		} else if (errno != EINTR && errno != EAGAIN) {
			warn("%s: %s", p->name, strerror(errno));
			p->status = exit_worse(p->status,
			    p->lines.number == 0 ? EX_NOINPUT : EX_IOERR);
			return false;
		}
	}
}

static void
read_lines(struct parse *p)
{
	struct span line;
	size_t n;

	for (;;) {
		line = lines_ahead(&p->lines);
		n = dlr_line_usual(&p->line, line, LINES_LONGEST);
		if (n > 0) {
			lines_pass(&p->lines, n);
			p->read++;
			take_receipt(p, span_of(line.p, n));
			flush_if_due(p);
			continue;
		}
		switch (lines_next(&p->lines, &line)) {
		case LINES_LINE: take_line(p, line); break;
		case LINES_PIECE: take_piece(p, line); break;
		case LINES_EMPTY:
			if (!fill(p))
				return;
			break;
		case LINES_END: return;
		}
		flush_if_due(p);
	}
}

static void
read_path(struct parse *p, const char *path)
{
	int fd = STDIN_FILENO;

	p->name = strcmp(path, "-") == 0 ? "stdin" : path;
	if (p->name == path && (fd = open(path, O_RDONLY | O_CLOEXEC |
	    O_NOCTTY)) == -1) {
		if (errno == EINTR && stopped)
			return;
		warn("%s: %s", path, strerror(errno));
		p->status = exit_worse(p->status, EX_NOINPUT);
		return;
	}
	lines_open(&p->lines, fd);
	dlr_line_begin(&p->line);
	buf_clear(&p->header);
	read_lines(p);
	if (fd != STDIN_FILENO)
		close(fd);
}

/* The end */

static void
print_summary(struct parse *p)
{
	const struct conf *conf = p->conf;

	if (p->summary == NULL)
		return;
	if (conf->json || conf->columns != NULL)
		dlr_summary_records(p->summary, &p->out.buf, &conf->tally,
		    p->without);
	else
		dlr_summary_table(p->summary, &p->out.buf, p->without);
	dlr_summary_free(p->summary);
}

static void
tell_rest(struct parse *p)
{
	struct buf text = {0};

	if (p->without == 0)
		return;
	buf_addf(&text, "%llu lines without a receipt",
	    (unsigned long long)p->without);
	if (p->too_long > 0)
		buf_addf(&text, ", %llu of them longer than %d KiB",
		    (unsigned long long)p->too_long, LINES_LONGEST >> 10);
	buf_addf(&text, "; the first is %s", buf_cstr(&p->first));
	if (p->conf->rest != NULL) {
		note("%s; %s has them", buf_cstr(&text), p->conf->rest);
	} else {
		warn("%s; --rest FILE keeps them", buf_cstr(&text));
		p->status = exit_worse(p->status, EXIT_SOME_FAILED);
	}
	buf_free(&text);
}

static void
finish(struct parse *p)
{
	print_summary(p);
	flush(p);
	sink_close(&p->out);
	sink_close(&p->rest);
	check(p, &p->out);
	check(p, &p->rest);
	tell_rest(p);
	if (stopped)
		p->status = exit_worse(p->status, EX_TEMPFAIL);
	lines_free(&p->lines);
	dlr_line_free(&p->line);
	dlr_row_free(&p->row);
	stat_list_free(&p->conf->only);
	stat_list_free(&p->conf->not);
	buf_free(&p->header);
	buf_free(&p->first);
}

int
main(int argc, char **argv)
{
	static const struct program program = {
		.name = "smpp-dlr-parse",
		.mask = FOR_DLR_PARSE,
		.usage = "smpp-dlr-parse [OPTION...] [FILE...]",
		.example = "smpp-listen -p ops | smpp-dlr-parse | "
		    "awk -F'\\t' '$6 != \"DELIVRD\"'",
	};
	struct conf conf = {0};
	struct parse p = {.conf = &conf, .rest.fd = -1};
	struct config *config;

	diag_init(argv[0]);
	config = config_read(&program, argc, argv);
	set_options(&conf, &p.line, config);
	check_files(config, &conf);
	open_sink(&p.out, conf.out);
	if (conf.rest != NULL)
		open_sink(&p.rest, conf.rest);
	p.due = due(&p);
	if (conf.summary)
		p.summary = dlr_summary_new();
	lines_init(&p.lines);
	catch_signals(conf.out != NULL);
	print_header(&p);
	for (size_t i = 0; i < config->n_operands && !stopped; i++)
		read_path(&p, config->operand[i]);
	if (config->n_operands == 0)
		read_path(&p, "-");
	finish(&p);
	config_free(config);
	return p.status;
}
