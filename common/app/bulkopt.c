/* SPDX-License-Identifier: ISC */
/* What smpp-bulk-xlsx is told. */
#include "app/bulkopt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "sys/diag.h"
#include "sys/scratch.h"
#include "text/utf8.h"

enum {
	TEMPLATE_MOST = 1 << 20,
	COPY_BLOCK = 64 << 10,
};

/* "COLUMN=NAME": a column of the sheet to one of the record. */
static void
take_with(struct bulkopt *o, const struct setting *s)
{
	const char *equals = strrchr(s->value, '=');
	struct bulk_with *with;
	size_t column = 0;

	if (equals == NULL || equals == s->value)
		setting_refuse(s, "\"%s\": expected COLUMN=NAME", s->value);
	while (column < ROW_COLUMNS &&
	    strcmp(schema_row.name[column], equals + 1) != 0)
		column++;
	if (column == ROW_COLUMNS || column == ROW_to || column == ROW_text ||
	    column == ROW_ref)
		setting_refuse(s, "\"%s\" is no column that smpp-send takes "
		    "beside to, text and ref; smpp-send(1) lists them",
		    equals + 1);
	for (size_t i = 0; i < o->bulk.n_with; i++)
		if (o->with[i].to == (enum row_column)column)
			setting_refuse(s, "%s is given twice", equals + 1);
	o->with = mem_resize(o->with, (o->bulk.n_with + 1) * sizeof(*o->with));
	with = &o->with[o->bulk.n_with++];
	with->column = mem_strndup(s->value, (size_t)(equals - s->value));
	with->to = (enum row_column)column;
}

static void
take_country(struct bulkopt *o, const struct setting *s)
{
	o->bulk.country = phone_country(s->value);
	if (o->bulk.country == NULL)
		setting_refuse(s, "\"%s\": no country whose numbers are known "
		    "here; without --country they are printed as they stand",
		    s->value);
}

/* The text itself, of "-" stdin, of "@FILE" the file. */
static void
take_template(struct bulkopt *o, const struct setting *s)
{
	const char *name = s->value[0] == '@' ? s->value + 1 : "stdin";
	int fd = -1;
	ssize_t n;
	size_t bad;

	if (strcmp(s->value, "-") == 0)
		fd = dup(STDIN_FILENO);
	else if (s->value[0] == '@')
		fd = open(name, O_RDONLY | O_CLOEXEC);
	else
		buf_add_str(&o->template, s->value);
	if (fd < 0 && o->template.len == 0)
		die(EX_NOINPUT, "--template: %s: %s", name, strerror(errno));
	while (fd >= 0 && (n = read(fd, buf_reserve(&o->template, COPY_BLOCK),
	    COPY_BLOCK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die(EX_NOINPUT, "--template: %s: %s", name,
			    strerror(errno));
		o->template.len += (size_t)n;
		if (o->template.len > TEMPLATE_MOST)
			die(EX_DATAERR, "--template: %s: over 1 MiB", name);
	}
	if (fd >= 0) {
		close(fd);
		if (o->template.len > 0 &&
		    o->template.p[o->template.len - 1] == '\n')
			o->template.len--;
	}
	bad = utf8_check(buf_span(&o->template));
	if (bad < o->template.len)
		setting_refuse(s, "byte %zu: not UTF-8", bad + 1);
	if (o->template.len == 0)
		setting_refuse(s, "the template is empty");
	o->bulk.template = buf_span(&o->template);
}

static void
take_option(struct bulkopt *o, const struct setting *s)
{
	struct bulk_conf *b = &o->bulk;

	switch (s->option) {
	case OPT_LISTEN_COUNT: b->most = setting_number(s, 1, UINT32_MAX); break;
	case OPT_ENCODING:
		/* in a profile it is that of texts to send */
		if (s->layer >= LAYER_LINE)
			b->sheet.encoding = s->value;
		break;
	case OPT_CHECK: o->check = true; break;
	case OPT_COUNTRY: take_country(o, s); break;
	case OPT_DEDUPE: b->dedupe = true; break;
	case OPT_DRY_RUN: o->dry_run = true; break;
	case OPT_FROM_COL: b->from = s->value; break;
	case OPT_JSON: o->json = true; break;
	case OPT_OUT: o->out = s->value; break;
	case OPT_NEW: o->new = s->value; break;
	case OPT_QUIET: o->quiet = true; break;
	case OPT_REPORT: o->report = s->value; break;
	case OPT_SAMPLE: o->sample = setting_number(s, 1, 1000000); break;
	case OPT_SEED: o->seed = (uint32_t)setting_number(s, 0, UINT32_MAX); break;
	case OPT_SHEET: b->sheet.sheet = s->value; break;
	case OPT_SKIP_HIDDEN: b->skip_hidden = true; break;
	case OPT_SST_MEM:
		b->sheet.strings_most = (size_t)setting_size(s, 64 << 10,
		    UINT32_MAX);
		break;
	case OPT_STREAM: o->stream = true; break;
	case OPT_TEMPLATE: take_template(o, s); break;
	case OPT_TEXT_COL: b->text = s->value; break;
	case OPT_TO_COL: b->to = s->value; break;
	case OPT_VERBOSE: o->verbose = true; break;
	case OPT_WITH: take_with(o, s); break;
	default: break;
	}
}

/* After the country is known. */
static void
read_exclude(struct bulkopt *o, const struct config *config)
{
	const struct setting *s;
	struct buf error = {0};

	for (size_t i = 0; i < config->n; i++) {
		s = &config->setting[i];
		if (s->option == OPT_EXCLUDE && !bulk_read_exclude(&o->exclude,
		    s->value, o->bulk.country, &error))
			die(EX_DATAERR, "--exclude: %s", buf_cstr(&error));
	}
	buf_free(&error);
	o->bulk.exclude = &o->exclude;
}

/* stdin in a file that can be read twice, and from its end. */
static const char *
spool_stdin(struct bulkopt *o)
{
	uint8_t *block = mem_new(COPY_BLOCK);
	uint64_t at = 0;
	ssize_t n;

	o->spool = scratch_open();
	if (o->spool < 0)
		die(EX_CANTCREAT, "a copy of stdin in %s: %s",
		    scratch_folder(), strerror(errno));
	while ((n = read(STDIN_FILENO, block, COPY_BLOCK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die(EX_NOINPUT, "stdin: %s", strerror(errno));
		if (!scratch_write(o->spool, block, (size_t)n, at))
			die(EX_IOERR, "a copy of stdin in %s: %s",
			    scratch_folder(), strerror(errno));
		at += (uint64_t)n;
	}
	free(block);
	buf_addf(&o->spool_path, "/dev/fd/%d", o->spool);
	o->bulk.sheet.name = "stdin";
	return buf_cstr(&o->spool_path);
}

/* What is written in the place of the sheet would be all that is left of it. */
static void
keep_sheet(const char *out, const char *sheet)
{
	struct stat x, y;

	if (out != NULL && stat(out, &x) == 0 && stat(sheet, &y) == 0 &&
	    S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino)
		die(EX_USAGE, "%s: that is the sheet itself; another name is "
		    "needed for what is written", out);
}

/* The sheet, then the files of results, stdin without any. */
static void
read_report_operands(struct bulkopt *o, const struct config *config)
{
	if (config->n_operands == 0 || strcmp(config->operand[0], "-") == 0)
		die(EX_USAGE, "--report: name the sheet; results come from "
		    "stdin or from files behind it");
	if (config->n_operands == 1 && isatty(STDIN_FILENO))
		die(EX_USAGE, "--report: results come from stdin or from files "
		    "behind %s; there are none", config->operand[0]);
	o->bulk.path = config->operand[0];
	keep_sheet(o->report, o->bulk.path);
	o->results = (const char *const *)(config->operand + 1);
	o->n_results = config->n_operands - 1;
}

void
bulkopt_read(struct bulkopt *o, const struct config *config)
{
	const struct setting *template = config_get(config, OPT_TEMPLATE);
	bool from_stdin;

	o->spool = -1;
	o->bulk.sheet.strings_most = SHEET_STRINGS_MOST;
	from_stdin = config->n_operands == 0 ||
	    strcmp(config->operand[0], "-") == 0;
	if (from_stdin && template != NULL && strcmp(template->value, "-") == 0)
		die(EX_USAGE, "stdin can be read once only");
	if (getrandom(&o->seed, sizeof(o->seed), GRND_NONBLOCK) < 0)
		o->seed = (uint32_t)getpid();
	for (size_t i = 0; i < config->n; i++)
		take_option(o, &config->setting[i]);
	o->bulk.with = o->with;
	if (o->new != NULL) {
		if (config->n_operands > 0 || o->report != NULL)
			die(EX_USAGE, "--new writes an empty workbook and reads "
			    "no file");
		return;
	}
	if (o->report != NULL) {
		read_report_operands(o, config);
		return;
	}
	if (config->n_operands > 1)
		die(EX_USAGE, "one file at a time");
	if (config->n_operands == 0 && isatty(STDIN_FILENO))
		die(EX_USAGE, "no file; see smpp-bulk-xlsx -h");
	if (o->stream && (o->sample > 0 || o->check))
		die(EX_USAGE, "--stream reads once, %s twice",
		    o->check ? "--check" : "--sample");
	if (template != NULL && o->bulk.text != NULL)
		die(EX_USAGE, "--template and --text-col exclude one another");
	read_exclude(o, config);
	o->bulk.path = from_stdin ? spool_stdin(o) : config->operand[0];
	keep_sheet(o->out, o->bulk.path);
}

void
bulkopt_columns(struct bulkopt *o, const struct bulk *bulk)
{
	static const enum row_column always[] = {ROW_to, ROW_text};
	struct span bad;

	buf_clear(&o->columns);
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		buf_addf(&o->columns, "%s,", schema_row.name[always[i]]);
	for (size_t i = 0; i < ROW_COLUMNS; i++)
		if (i != ROW_to && i != ROW_text && i != ROW_ref &&
		    bulk_fills(bulk, (enum row_column)i))
			buf_addf(&o->columns, "%s,", schema_row.name[i]);
	buf_add_str(&o->columns, schema_row.name[ROW_ref]);
	record_format_init(&o->format, &schema_row, o->json,
	    buf_cstr(&o->columns), &bad);
}

void
bulkopt_free(struct bulkopt *o)
{
	for (size_t i = 0; i < o->bulk.n_with; i++)
		free((char *)(uintptr_t)o->with[i].column);
	free(o->with);
	phone_set_free(&o->exclude);
	buf_free(&o->template);
	buf_free(&o->columns);
	buf_free(&o->spool_path);
	if (o->spool >= 0)
		close(o->spool);
}
