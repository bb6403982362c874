/* SPDX-License-Identifier: ISC */
/* Rows from the command line or from files, and the output. */
#include "app/send_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/pattern.h"
#include "app/clash.h"
#include "base/mem.h"
#include "sys/diag.h"
#include "text/utf8.h"

enum { TEXT_MOST = 1 << 20 };  /* octets of a text read from stdin */

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
find_text(struct sendopt *conf, const struct config *config)
{
	const struct fields *fields = &conf->sender.outline.fields;

	for (size_t i = 0; i < config->n_operands; i++)
		buf_addf(&conf->text, "%s%s", i > 0 ? " " : "",
		    config->operand[i]);
	if (config->n_operands == 0 && fields->sm_default_msg_id == 0)
		read_text(&conf->text);
	else
		check_text(&conf->text, "the text");
	if (conf->text.len == 0 && !conf->sender.outline.allow_empty &&
	    fields->sm_default_msg_id == 0)
		die(EX_DATAERR, "the text is empty; --allow-empty sends it");
}

static void
check_stdin(const struct sendopt *conf, const struct config *config)
{
	size_t n = config->n_operands == 0;

	for (size_t i = 0; conf->batch && i < config->n_operands; i++)
		n += strcmp(config->operand[i], "-") == 0;
	n += conf->receipts_from != NULL &&
	    strcmp(conf->receipts_from, "-") == 0;
	if (n > 1)
		die(EX_USAGE, "stdin can be read once only");
}

static struct rows *
rows_of_line(struct sendopt *conf, const struct config *config)
{
	struct rows_arguments arguments = {.to = conf->to, .n = conf->n_to,
	    .repeat = conf->repeat > 0 ? conf->repeat : 1,
	    .seed = conf->seed};
	bool bad;

	for (size_t i = 0; i < conf->n_to; i++)
		if (pattern_is(span_str(conf->to[i]), &bad) && bad)
			die(EX_USAGE, "--to: \"%s\": digits by chance are "
			    "asked for as in 8210{8d}, up to {%dd}",
			    conf->to[i], PATTERN_DIGITS);
	find_text(conf, config);
	arguments.text = buf_span(&conf->text);
	return rows_from_arguments(&arguments);
}

/* Nothing that is read is written, nothing written twice. */
static void
check_files(const struct sendopt *conf, const struct config *config)
{
	size_t n = conf->batch ? config->n_operands : 0;
	struct clash_file *file = mem_array(n + 6, sizeof(*file));

	for (size_t i = 0; i < n; i++)
		file[i] = (struct clash_file){"input", config->operand[i],
		    false};
	if (n == 0)
		file[n++] = (struct clash_file){"input", "-", false};
	file[n++] = (struct clash_file){"--receipts-from", conf->receipts_from,
	    false};
	file[n++] = (struct clash_file){"--out", conf->out, true};
	file[n++] = (struct clash_file){"--journal", conf->journal, true};
	file[n++] = (struct clash_file){"--others", conf->others.path, true};
	file[n++] = (struct clash_file){"--pcap", conf->trace.pcap, true};
	clash_check(file, n);
	free(file);
}

struct rows *
send_files_rows(struct sendopt *conf, const struct config *config,
    struct loop *loop)
{
	struct span bad;
	struct rows *rows;

	check_stdin(conf, config);
	check_files(conf, config);
	if (!conf->batch) {
		if (conf->n_to == 0)
			die(EX_USAGE, "no --to ADDRESS and no --batch; see "
			    "smpp-send -h");
		return rows_of_line(conf, config);
	}
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

void
send_files_receive(struct sendopt *conf, struct loop *loop)
{
	if (conf->others.path != NULL) {
		conf->sender.others = others_open(&conf->others, loop);
		if (conf->sender.others == NULL)
			die(EX_CANTCREAT, "%s: %s", conf->others.path,
			    strerror(errno));
	}
	if (conf->receipts_from == NULL)
		return;
	conf->sender.receipts = receipts_from_open(loop, conf->receipts_from);
	if (conf->sender.receipts == NULL)
		die(EX_NOINPUT, "%s: %s", conf->receipts_from,
		    strerror(errno));
}

int
send_files_end_receive(struct sendopt *conf, uint64_t wait_ms)
{
	struct others *others = conf->sender.others;
	bool known = others != NULL && others_error(others) != NULL;
	bool good = others_close(others, wait_ms);

	receipts_from_close(conf->sender.receipts);
	if (!good && !known)
		warn("%s: not all was written", conf->others.path);
	return good ? EX_OK : EX_IOERR;
}

struct journal *
send_files_journal(const struct sendopt *conf, const struct config *config)
{
	static const char *const arguments[] = {"arguments"};
	static const char *const standard[] = {"-"};
	const char *const *names = (const char *const *)config->operand;
	size_t n = config->n_operands;
	struct buf error = {0};
	struct journal *journal;
	int status;

	if (conf->journal == NULL)
		return NULL;
	if (!conf->batch || n == 0) {
		names = conf->batch ? standard : arguments;
		n = 1;
	}
	journal = journal_open(conf->journal, names, n,
	    conf->journal_sync_each, &error, &status);
	if (journal == NULL)
		die(status, "%s", buf_cstr(&error));
	return journal;
}

int
send_files_close_journal(struct journal *journal)
{
	struct buf error = {0};
	int status = EX_OK;

	if (!journal_close(journal, &error)) {
		warn("%s", buf_cstr(&error));
		status = EX_IOERR;
	}
	buf_free(&error);
	return status;
}

void
send_files_out(struct out *out, struct loop *loop, const struct sendopt *conf,
    const struct config *config)
{
	if (!out_open(out, loop, conf->out))
		die(EX_CANTCREAT, "%s: %s", out->name, strerror(errno));
	if (config_get(config, OPT_HEADER) != NULL)
		record_header(&out->buf, &conf->format);
}

int
send_files_close(struct out *out, uint64_t wait_ms)
{
	if (out_close(out, wait_ms))
		return EX_OK;
	warn("%s: %s", out->name, strerror(out->err));
	return EX_IOERR;
}
