/* SPDX-License-Identifier: ISC */
/* Results from stdin or files, and the workbook that shows them. */
#include "app/bulk_report.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/exit.h"
#include "app/report.h"
#include "io/input.h"
#include "sys/diag.h"

enum { BAD_MOST = 10 };  /* lines that are told one by one */

struct reading {
	struct loop *loop;
	struct input *input;
	struct results *results;
	uint64_t bad;
	int status;
};

static void
take_line(struct reading *r, struct span line)
{
	struct buf error = {0};

	if (line.n > 0 && !results_take(r->results, line, &error) &&
	    r->bad++ < BAD_MOST)
		warn("%s: line %llu: %s", input_name(r->input),
		    (unsigned long long)input_number(r->input),
		    buf_cstr(&error));
	buf_free(&error);
}

static void
read_results(struct reading *r)
{
	struct span line;

	for (;;)
		switch (input_line(r->input, &line)) {
		case INPUT_LINE: take_line(r, line); break;
		case INPUT_LONG:
			r->bad++;
			warn("%s: line %llu: longer than any result",
			    input_name(r->input),
			    (unsigned long long)input_number(r->input));
			break;
		case INPUT_ERROR:
			warn("%s", input_error(r->input));
			r->status = exit_worse(r->status, input_unopened(
			    r->input) ? EX_NOINPUT : EX_IOERR);
			break;
		case INPUT_WAIT:
			loop_once(r->loop, UINT64_MAX);
			while (loop_ready(r->loop) != NULL)
				;
			break;
		case INPUT_END:
			if (r->bad > BAD_MOST)
				warn("%llu lines like these in all",
				    (unsigned long long)r->bad);
			return;
		}
}

/* The name of the sheet and the row of its header: where phones are named,
 * else the first row. */
static bool
find_sheet(const struct bulkopt *o, char **name, uint32_t *header)
{
	struct bulk_conf conf = o->bulk;
	struct buf error = {0};
	struct sheet *sheet = sheet_open(&conf.sheet, conf.path, &error);
	struct bulk *bulk;

	if (sheet == NULL) {
		warn("%s", buf_cstr(&error));
		buf_free(&error);
		return false;
	}
	*name = sheet_name(sheet) ? strdup(sheet_name(sheet)) : NULL;
	sheet_close(sheet);
	conf.template = span_str("-");
	bulk = bulk_open(&conf, &error);
	*header = bulk ? bulk_header_row(bulk) : 1;
	bulk_close(bulk);
	buf_free(&error);
	return true;
}

struct writing {
	struct loop *loop;
	bool draws;
};

/* False once somebody wants no report any more. */
static bool
show_progress(void *owner, double share)
{
	struct writing *w = owner;
	struct buf line = {0};

	loop_once(w->loop, 0);
	if (loop_signalled(w->loop, SIGINT) + loop_signalled(w->loop, SIGTERM))
		return false;
	if (w->draws) {
		buf_addf(&line, "writing: %u %%", (unsigned)(share * 100));
		diag_progress(buf_cstr(&line));
	}
	buf_free(&line);
	return true;
}

/* What the workbook says, in one line. */
static void
tell(const struct bulkopt *o, const struct results_summary *s)
{
	struct buf line = {0};

	for (size_t i = 0; i < s->n_status; i++)
		buf_addf(&line, "%s%llu %s", i > 0 ? ", " : "",
		    (unsigned long long)s->status[i].n, s->status[i].word);
	note("%s: results of %llu rows%s%s", o->report,
	    (unsigned long long)s->rows, s->rows > 0 ? ": " : "",
	    buf_cstr(&line));
	if (s->rows > 0 && s->states == 0)
		note("no receipts are among the results; they are with "
		    "smpp-send --wait --header --columns all");
	if (s->cut > 0)
		note("%llu texts are longer than a cell may be; they end in "
		    "[...]", (unsigned long long)s->cut);
	if (s->unknown_refs > 0)
		note("%llu results are of no row of this sheet",
		    (unsigned long long)s->unknown_refs);
	if (s->unknown_ids > 0)
		note("%llu receipts are of no message in the results",
		    (unsigned long long)s->unknown_ids);
	buf_free(&line);
}

static int
write_report(struct bulkopt *o, struct loop *loop, struct results *results,
    uint32_t header)
{
	struct writing w = {loop, !o->quiet && isatty(STDERR_FILENO)};
	struct report_conf conf = {.path = o->bulk.path, .sheet = o->bulk.sheet,
	    .out = o->report, .header = header, .progress = show_progress,
	    .owner = &w};
	struct results_summary summary = {0};
	struct buf error = {0};
	int status;

	loop_signal(loop, SIGINT);
	loop_signal(loop, SIGTERM);
	status = report_write(&conf, results, &summary, &error);
	diag_progress("");
	if (status == EX_OK)
		tell(o, &summary);
	else
		warn("%s", buf_cstr(&error));
	results_summary_free(&summary);
	buf_free(&error);
	return status;
}

int
bulk_report(struct bulkopt *o)
{
	struct reading r = {0};
	uint32_t header;
	char *name = NULL;
	int status;

	if (!find_sheet(o, &name, &header))
		return access(o->bulk.path, R_OK) == 0 ? EX_DATAERR : EX_NOINPUT;
	r.loop = loop_new();
	r.results = results_new(name);
	r.input = input_open(r.loop, o->results, o->n_results);
	read_results(&r);
	input_close(r.input);
	status = exit_worse(r.status, write_report(o, r.loop, r.results,
	    header));
	if (r.bad > 0)
		status = exit_worse(status, EXIT_SOME_FAILED);
	results_free(r.results);
	free(name);
	loop_free(r.loop);
	return status;
}

int
bulk_new(struct bulkopt *o)
{
	struct buf error = {0};
	int status = EX_OK;

	if (access(o->new, F_OK) == 0) {
		warn("%s: it is there already; remove it, or choose another "
		    "name", o->new);
		return EX_CANTCREAT;
	}
	if (!report_starter(o->new, &error)) {
		warn("%s", buf_cstr(&error));
		status = EX_CANTCREAT;
	}
	buf_free(&error);
	return status;
}
