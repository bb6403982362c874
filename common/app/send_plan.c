/* SPDX-License-Identifier: ISC */
/* --dry-run: the rows of a run, and no link. */
#include "app/send_plan.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "app/exit.h"
#include "app/send_files.h"
#include "sys/diag.h"

static int
plan_row(const struct sendopt *conf, struct outline *outline, struct out *out,
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

int
send_plan(struct sendopt *conf, const struct config *config)
{
	struct loop *loop = loop_new();
	struct rows *rows = send_files_rows(conf, config, loop);
	struct outline outline = {0};
	struct out out;
	struct row row;
	enum rows_result got = ROWS_WAIT;
	bool any = false, bad = false;
	int status = EX_OK;

	send_files_out(&out, loop, conf, config);
	while (got != ROWS_END && out.err == 0) {
		got = rows_next(rows, &row);
		any |= got == ROWS_ROW;
		bad |= got == ROWS_BAD;
		if (got == ROWS_ROW) {
			status = exit_worse(status, plan_row(conf, &outline,
			    &out, &row));
		} else if (got == ROWS_BAD) {
			rows_warn(rows, &row);
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
	status = exit_worse(status, send_files_close(&out, UINT64_MAX));
	outline_free(&outline);
	rows_free(rows);
	loop_free(loop);
	return status;
}
