/* SPDX-License-Identifier: ISC */
/*
 * From a sheet to records: a first walk finds out whether the file is sound and
 * which rows are refused, and keeps the records, which are printed then. A file
 * that breaks off in the middle leaves no half of a campaign sent. Where there
 * is no room to keep them a second walk makes them again.
 */
#include "app/bulk_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/exit.h"
#include "base/mem.h"
#include "io/out.h"
#include "io/spool.h"
#include "sys/diag.h"
#include "sys/scratch.h"

enum {
	LOOK_EVERY = 1024,       /* rows between looks at the clock */
	DRAW_MS = 500,
	OUT_MOST = 1 << 16,
	SHOWN = 3,               /* rows that --dry-run shows */
};

struct bulk_walk {
	struct bulkopt *opt;
	struct loop *loop;
	struct out out;
	struct bulk_counts counts;  /* of the first walk */
	struct spool spool;         /* its records, when it keeps them */
	bool keeps;
	uint32_t *sample;           /* rows of it, sorted once it is drawn */
	size_t n_sample, next_sample;
	bool draws;
	uint64_t drawn_ms;
	int status;
};

/* Progress and notes */

static void
draw(struct bulk_walk *w, const struct bulk *b, const char *what)
{
	const struct bulk_counts *c = bulk_counts(b);
	struct buf line = {0};
	uint64_t now;

	if (!w->draws || (c->rows + c->refused) % LOOK_EVERY != 0)
		return;
	now = loop_clock(w->loop);
	if (now - w->drawn_ms < DRAW_MS)
		return;
	w->drawn_ms = now;
	buf_addf(&line, "%s: %u %%, %llu rows, %llu refused", what,
	    (unsigned)(bulk_progress(b) * 100), (unsigned long long)c->rows,
	    (unsigned long long)c->refused);
	diag_progress(buf_cstr(&line));
	buf_free(&line);
}

static void
conclude(const struct bulk_counts *c, const struct bulkopt *o)
{
	struct buf line = {0};

	buf_addf(&line, "%llu rows", (unsigned long long)c->rows);
	if (c->refused > 0)
		buf_addf(&line, ", %llu refused",
		    (unsigned long long)c->refused);
	if (c->duplicates + c->excluded > 0)
		buf_addf(&line, " (%llu there before, %llu excluded)",
		    (unsigned long long)c->duplicates,
		    (unsigned long long)c->excluded);
	if (c->hidden > 0)
		buf_addf(&line, o->bulk.skip_hidden ? ", %llu hidden ones passed "
		    "over" : ", %llu of the sheet's hidden ones among them "
		    "(--skip-hidden passes them over)",
		    (unsigned long long)c->hidden);
	if (c->bare > 0)
		buf_addf(&line, "; %llu numbers have neither + nor a leading 0, "
		    "which Excel takes away: --country says where they belong",
		    (unsigned long long)c->bare);
	if (c->refused + c->hidden + c->bare > 0 || c->rows == 0 || o->check ||
	    o->dry_run)
		note("%s", buf_cstr(&line));
	buf_free(&line);
}

static void
describe(const struct bulk *b)
{
	struct buf lines = {0};
	char *line, *left;

	bulk_describe(&lines, b);
	buf_add_byte(&lines, 0);
	for (left = (char *)lines.p;
	    (line = strsep(&left, "\n")) != NULL && *line != '\0';)
		note("%s", line);
	buf_free(&lines);
}

/* The first walk */

/* Every row has the same chance (Vitter's algorithm R). */
static void
draw_lot(struct bulk_walk *w, uint32_t row, uint64_t seen)
{
	uint64_t at;

	if (w->n_sample < w->opt->sample) {
		w->sample = mem_resize(w->sample,
		    (w->n_sample + 1) * sizeof(*w->sample));
		w->sample[w->n_sample++] = row;
		return;
	}
	w->opt->seed = w->opt->seed * 1664525 + 1013904223;
	at = (uint64_t)w->opt->seed * seen >> 32;
	if (at < w->n_sample)
		w->sample[at] = row;
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
show(const struct bulk *b, const struct value *value)
{
	note("row %u: to %.*s: %.*s", bulk_row_number(b),
	    (int)value[ROW_to].s.n, (const char *)value[ROW_to].s.p,
	    (int)value[ROW_text].s.n, value[ROW_text].s.n ?
	    (const char *)value[ROW_text].s.p : "");
}

static struct bulk *
open_bulk(struct bulk_walk *w)
{
	struct buf error = {0};
	struct bulk *b = bulk_open(&w->opt->bulk, &error);

	if (b == NULL) {
		w->status = exit_worse(w->status, access(w->opt->bulk.path,
		    R_OK) == 0 ? EX_DATAERR : EX_NOINPUT);
		warn("%s", buf_cstr(&error));
	}
	buf_free(&error);
	return b;
}

static void
keep(struct bulk_walk *w, const struct value *value)
{
	record_write(&w->spool.buf, &w->opt->format, value);
	w->keeps = spool_settle(&w->spool);
	if (!w->keeps)
		spool_free(&w->spool);
}

/* That a row was taken for a part of the header is not to be guessed. */
static void
tell_header(const struct bulk *b)
{
	if (bulk_header_is_two_rows(b))
		note("rows %u and %u are the header", bulk_header_row(b) - 1,
		    bulk_header_row(b));
}

/* Tells what is wrong with each row; true when the file is sound. */
static bool
look(struct bulk_walk *w)
{
	struct bulk *b = open_bulk(w);
	const struct value *value;
	enum bulk_result got = BULK_BAD;

	if (b == NULL)
		return false;
	tell_header(b);
	if (w->opt->dry_run || w->opt->verbose)
		describe(b);
	if (w->keeps) {
		bulkopt_columns(w->opt, b);
		record_header(&w->spool.buf, &w->opt->format);
	}
	while ((got = bulk_next(b, &value)) == BULK_ROW ||
	    got == BULK_REFUSED) {
		draw(w, b, "checking");
		if (got == BULK_REFUSED) {
			warn("%s", bulk_why(b));
			continue;
		}
		if (w->keeps)
			keep(w, value);
		else if (w->opt->sample > 0)
			draw_lot(w, bulk_row_number(b), bulk_counts(b)->rows);
		else if (w->opt->dry_run && bulk_counts(b)->rows <= SHOWN)
			show(b, value);
	}
	if (got == BULK_BAD) {
		warn("%s", bulk_why(b));
		w->status = exit_worse(w->status, EX_DATAERR);
	}
	w->counts = *bulk_counts(b);
	bulk_close(b);
	if (w->n_sample > 1)
		qsort(w->sample, w->n_sample, sizeof(*w->sample),
		    by_number);
	return got == BULK_END;
}

/* The second */

static bool
is_drawn(struct bulk_walk *w, uint32_t row)
{
	if (w->opt->sample == 0)
		return true;
	if (w->next_sample >= w->n_sample ||
	    w->sample[w->next_sample] != row)
		return false;
	w->next_sample++;
	return true;
}

static void
flush(struct bulk_walk *w, size_t most)
{
	while (out_pending(&w->out) > most && out_flush(&w->out) &&
	    out_pending(&w->out) > most) {
		loop_once(w->loop, UINT64_MAX);
		while (loop_ready(w->loop) != NULL)
			;
	}
}

/* Prints; tells what is wrong only when nobody has yet. */
static void
print(struct bulk_walk *w)
{
	struct bulkopt *o = w->opt;
	struct bulk *b = open_bulk(w);
	const struct value *value;
	enum bulk_result got = BULK_BAD;

	if (b == NULL)
		return;
	if (o->stream)
		tell_header(b);
	if (o->stream && o->verbose)
		describe(b);
	bulkopt_columns(o, b);
	record_header(&w->out.buf, &o->format);
	while (w->out.err == 0 && ((got = bulk_next(b, &value)) == BULK_ROW ||
	    got == BULK_REFUSED)) {
		draw(w, b, o->stream ? "reading" : "printing");
		if (got == BULK_REFUSED && o->stream)
			warn("%s", bulk_why(b));
		if (got != BULK_ROW || !is_drawn(w, bulk_row_number(b)))
			continue;
		record_write(&w->out.buf, &o->format, value);
		/* whoever reads a stream begins with its first row */
		flush(w, o->stream && (w->out.line_buffered ||
		    bulk_counts(b)->rows == 1) ? 0 : OUT_MOST);
	}
	if (w->out.err == 0 && got == BULK_BAD) {
		warn("%s", bulk_why(b));
		w->status = exit_worse(w->status, EX_DATAERR);
	} else if (w->out.err == 0 && !o->stream &&
	    (bulk_counts(b)->rows != w->counts.rows ||
	    bulk_counts(b)->refused != w->counts.refused)) {
		warn("%s: it changed while it was read", o->bulk.path);
		w->status = exit_worse(w->status, EX_IOERR);
	}
	w->counts = *bulk_counts(b);
	bulk_close(b);
}

static void
print_kept(struct bulk_walk *w)
{
	int got = 1;

	while (w->out.err == 0 && (got = spool_next(&w->spool,
	    &w->out.buf)) > 0)
		flush(w, OUT_MOST);
	if (got < 0) {
		warn("records kept in %s: %s", scratch_folder(),
		    strerror(errno));
		w->status = exit_worse(w->status, EX_IOERR);
	}
}

static void
print_all(struct bulk_walk *w)
{
	if (!out_open(&w->out, w->loop, w->opt->out))
		die(EX_CANTCREAT, "%s: %s", w->out.name, strerror(errno));
	if (w->keeps)
		print_kept(w);
	else
		print(w);
	if (!out_close(&w->out, UINT64_MAX)) {
		warn("%s: %s", w->out.name, strerror(w->out.err));
		w->status = exit_worse(w->status, EX_IOERR);
	}
}

int
bulk_run(struct bulkopt *o)
{
	struct bulk_walk w = {.opt = o, .loop = loop_new()};
	bool sound = true;

	w.draws = !o->quiet && isatty(STDERR_FILENO);
	w.keeps = !o->stream && !o->check && !o->dry_run && o->sample == 0;
	if (!o->stream)
		sound = look(&w);
	if (sound && !o->check && !o->dry_run)
		print_all(&w);
	if (w.draws)
		diag_progress("");
	if (w.counts.rows + w.counts.refused > 0 || sound)
		conclude(&w.counts, o);
	if (w.counts.refused > 0)
		w.status = exit_worse(w.status, w.counts.rows > 0 ?
		    EXIT_SOME_FAILED : EX_DATAERR);
	spool_free(&w.spool);
	free(w.sample);
	loop_free(w.loop);
	return w.status;
}
