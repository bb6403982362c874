/* SPDX-License-Identifier: ISC */
/*
 * Reading a journal. A first pass notes which rows each run accepted, a bit
 * each, and keeps those that are open. As rows are asked for, each run is read
 * a second time for their ids, as far as it has to be.
 */
#include "app/journal_past.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/line_set.h"
#include "base/mem.h"

enum {
	READ_AT_ONCE = 1 << 16,
	LINE_LONGEST = 1 << 20,
};

/* Whole lines of the file, from an offset to an end. */
struct reader {
	int fd;
	off_t at, end;
	struct buf in;
	size_t used;
};

/* One run of those before. */
struct journal_run {
	off_t start, end;
	struct line_set accepted;  /* rows begun and accepted in it */
	struct line_set reported;
	struct journal_rows ahead; /* read again before they were asked for */
	struct reader reader;
};

enum got { GOT_LINE, GOT_END, GOT_TORN, GOT_LONG, GOT_ERROR };

static enum got
next_line(struct reader *r, struct span *line)
{
	const uint8_t *start, *end;
	size_t left, room;
	ssize_t n;

	for (;;) {
		start = r->in.p + r->used;
		left = r->in.len - r->used;
		end = left ? memchr(start, '\n', left) : NULL;
		if (end != NULL) {
			*line = span_of(start, (size_t)(end - start));
			r->used += line->n + 1;
			return GOT_LINE;
		}
		if (left > LINE_LONGEST)
			return GOT_LONG;
		buf_consume(&r->in, r->used);
		r->used = 0;
		room = READ_AT_ONCE;
		if ((off_t)room > r->end - r->at)
			room = (size_t)(r->end - r->at);
		if (room == 0)
			return left ? GOT_TORN : GOT_END;
		n = pread(r->fd, buf_reserve(&r->in, room), room, r->at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return GOT_ERROR;
		if (n == 0)
			return GOT_TORN;
		r->in.len += (size_t)n;
		r->at += n;
	}
}

/* Where the line after the last one read begins. */
static off_t
reader_offset(const struct reader *r)
{
	return r->at - (off_t)(r->in.len - r->used);
}

/* The first pass */

static void
run_free(struct journal_run *run)
{
	line_set_free(&run->accepted);
	line_set_free(&run->reported);
	journal_rows_free(&run->ahead);
	buf_free(&run->reader.in);
}

/* The last run ends here; one that tells nothing is not kept. */
static void
end_run(struct journal_runs *runs, off_t end)
{
	struct journal_run *last;

	if (runs->n == 0)
		return;
	last = &runs->run[runs->n - 1];
	last->end = end;
	if (last->accepted.count == 0 && last->reported.count == 0) {
		run_free(last);
		runs->n--;
	}
}

static void
begin_run(struct journal_runs *runs, off_t start)
{
	end_run(runs, start);
	runs->run = mem_resize(runs->run, (runs->n + 1) * sizeof(*runs->run));
	runs->run[runs->n++] = (struct journal_run){.start = start};
	runs->n_all++;
}

/* Takes a line; false when it makes no sense. */
static bool
take_line(struct journal_runs *runs, struct span line, off_t next)
{
	struct journal_run *run;
	struct journal_key key;
	struct journal_row *row;

	if (span_is(line, "R")) {
		begin_run(runs, next);
		return true;
	}
	if (runs->n == 0)
		return false;
	run = &runs->run[runs->n - 1];
	switch (journal_rows_take(&runs->open, line, false, &key, &row)) {
	case JOURNAL_DAMAGED:
		return false;
	case JOURNAL_REPORTED:
		line_set_add(&run->reported, key.input, key.line);
		return true;
	case JOURNAL_BEGUN:
		if (row->section == 0)
			row->section = runs->n_all;
		break;
	case JOURNAL_ANSWERED:
		break;
	}
	if (row == NULL)
		return true;
	if (journal_row_state(row) == JOURNAL_NEW) {
		journal_rows_drop(&runs->open, row);
	} else if (journal_row_state(row) == JOURNAL_ACCEPTED &&
	    row->section == runs->n_all) {
		line_set_add(&run->accepted, key.input, key.line);
		journal_rows_drop(&runs->open, row);
	}
	return true;
}

/* Whether nothing but NULs is left: the end of a file that grew, but whose
 * octets a crash of the machine kept from the disk. */
static bool
is_hole(struct reader *r)
{
	const uint8_t *p;
	ssize_t n;

	for (;;) {
		p = r->in.p + r->used;
		for (size_t i = 0; i < r->in.len - r->used; i++)
			if (p[i] != 0)
				return false;
		r->in.len = r->used = 0;
		n = pread(r->fd, buf_reserve(&r->in, READ_AT_ONCE),
		    READ_AT_ONCE, r->at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		r->in.len = (size_t)n;
		r->at += n;
	}
}

static enum journal_fault
check_header(struct span line, struct span header, struct buf *other)
{
	static const char magic[] = JOURNAL_MAGIC;
	size_t n = sizeof(magic) - 1;

	if (line.n < n || memcmp(line.p, magic, n) != 0)
		return JOURNAL_FOREIGN;
	if (line.n + 1 == header.n && memcmp(line.p, header.p, line.n) == 0)
		return JOURNAL_GOOD;
	line = span_skip(line, n);
	for (size_t i = 0; i < line.n; i++)
		buf_add_byte(other, line.p[i] == '\t' ? ' ' : line.p[i]);
	return JOURNAL_OTHER;
}

/* What an unfinished line at the end is: the beginning of the header, of a
 * line, or octets that are of no journal at all. */
static enum journal_fault
check_torn(const struct reader *r, struct span header, off_t whole)
{
	size_t left = r->in.len - r->used;

	if (whole > 0)
		return JOURNAL_GOOD;
	return left < header.n && memcmp(r->in.p, header.p, left) == 0 ?
	    JOURNAL_GOOD : JOURNAL_FOREIGN;
}

enum journal_fault
journal_runs_read(struct journal_runs *runs, int fd, off_t size,
    struct span header, off_t *whole, uint64_t *number, struct buf *other)
{
	enum journal_fault fault = JOURNAL_GOOD;
	struct reader r = {.fd = fd, .end = size};
	struct span line;
	enum got got;

	*whole = 0;
	*number = 0;
	while ((got = next_line(&r, &line)) == GOT_LINE) {
		if (++*number == 1)
			fault = check_header(line, header, other);
		else if (!take_line(runs, line, reader_offset(&r)))
			fault = JOURNAL_BAD_LINE;
		if (fault != JOURNAL_GOOD)
			break;
		*whole = reader_offset(&r);
	}
	if (got == GOT_ERROR)
		fault = JOURNAL_UNREADABLE;
	if (got == GOT_TORN)
		fault = check_torn(&r, header, *whole);
	if (got == GOT_LONG && (*whole == 0 || !is_hole(&r)))
		fault = *whole == 0 ? JOURNAL_FOREIGN : JOURNAL_BAD_LINE;
	buf_free(&r.in);
	end_run(runs, *whole);
	for (size_t i = 0; i < runs->n; i++)
		runs->run[i].reader = (struct reader){.fd = fd,
		    .at = runs->run[i].start, .end = runs->run[i].end};
	return fault;
}

/* Asking */

/* Reads a run on until it told of a row what the first pass found there. */
static struct journal_row *
read_on(struct journal_run *run, const struct journal_key *asked,
    bool accepted, bool reported)
{
	struct journal_row *row = journal_rows_find(&run->ahead, asked->input,
	    asked->line);
	struct journal_key key;
	struct span line;

	while (row == NULL || (accepted && (row->n_parts == 0 ||
	    journal_row_state(row) != JOURNAL_ACCEPTED)) ||
	    (reported && row->report[0] == NULL)) {
		if (next_line(&run->reader, &line) != GOT_LINE ||
		    journal_rows_take(&run->ahead, line, true, &key, &row) ==
		    JOURNAL_DAMAGED)
			return NULL;
		if (row != NULL && row->n_parts > 0 &&
		    journal_row_state(row) == JOURNAL_NEW) {
			journal_rows_drop(&run->ahead, row);
			row = NULL;
		}
		if (row != NULL && (key.input != asked->input ||
		    key.line != asked->line))
			row = NULL;
	}
	journal_rows_out(&run->ahead, row);
	return row;
}

static void
forget(struct journal_runs *runs)
{
	for (int i = 0; i < 2; i++) {
		journal_row_free(runs->asked[i]);
		runs->asked[i] = NULL;
	}
}

static void
fill_report(struct journal_past *past, const struct journal_row *row)
{
	if (row == NULL || row->report[0] == NULL)
		return;
	past->reported = true;
	past->done_state = span_str(row->report[0]);
	past->err = span_str(row->report[1]);
	past->done_date = span_str(row->report[2]);
}

void
journal_runs_find(struct journal_runs *runs, const struct journal_key *key,
    struct journal_past *past)
{
	struct journal_row *row, *report = NULL;
	bool accepted, reported;

	*past = (struct journal_past){0};
	forget(runs);
	row = journal_rows_find(&runs->open, key->input, key->line);
	if (row != NULL) {
		journal_rows_out(&runs->open, row);
		runs->asked[0] = row;
	}
	for (size_t i = 0; i < runs->n; i++) {
		struct journal_run *run = &runs->run[i];

		accepted = row == NULL && line_set_has(&run->accepted,
		    key->input, key->line);
		reported = line_set_has(&run->reported, key->input, key->line);
		if (!accepted && !reported)
			continue;
		report = read_on(run, key, accepted, reported);
		if (report == NULL) {
			past->state = JOURNAL_BROKEN;
			return;
		}
		if (accepted)
			row = report;
		journal_row_free(runs->asked[accepted ? 0 : 1]);
		runs->asked[accepted ? 0 : 1] = report;
		fill_report(past, report);
	}
	if (row == NULL)
		return;
	past->state = row->key.hash == key->hash ? journal_row_state(row) :
	    JOURNAL_CHANGED;
	past->n_parts = row->n_parts;
	past->reference = row->reference;
	past->part = row->part;
}

void
journal_runs_free(struct journal_runs *runs)
{
	forget(runs);
	journal_rows_free(&runs->open);
	for (size_t i = 0; i < runs->n; i++)
		run_free(&runs->run[i]);
	free(runs->run);
	*runs = (struct journal_runs){0};
}
