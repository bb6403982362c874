/* SPDX-License-Identifier: ISC */
/* mm4-relay parse: mails to records, and their parts to files. */
#include "app/mm4_parse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/clash.h"
#include "app/exit.h"
#include "app/mm4_dump.h"
#include "app/mm4_record.h"
#include "base/mem.h"
#include "io/sink.h"
#include "io/whole.h"
#include "mms/mm4.h"
#include "sys/diag.h"

enum { NAMES_TRIED = 10000 };
static const size_t mail_most = (size_t)1 << 30;

struct parse {
	struct record_format format;
	struct sink out;
	const char *folder;   /* of --parts, or NULL */
	int folder_fd;
	bool dump;
	unsigned good, bad;
	int status;
};

/* Makes a file that was not there before: name, name-2 ... -1 and errno. */
static int
make_file(const struct parse *p, struct buf *name)
{
	struct buf try = {0};
	int fd = -1;

	for (unsigned i = 1; fd == -1 && i <= NAMES_TRIED; i++) {
		const uint8_t *dot = memrchr(name->p, '.', name->len);
		size_t stem = dot == NULL ? name->len :
		    (size_t)(dot - name->p);

		buf_clear(&try);
		buf_add(&try, name->p, stem);
		if (i > 1)
			buf_addf(&try, "-%u", i);
		buf_add(&try, name->p + stem, name->len - stem);
		fd = openat(p->folder_fd, buf_cstr(&try), O_WRONLY | O_CREAT |
		    O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
		if (fd == -1 && errno != EEXIST)
			break;
	}
	buf_free(name);
	*name = try;
	return fd;
}

static bool
write_all(int fd, struct span s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		s = span_skip(s, (size_t)n);
	}
	return true;
}

/* Writes a part out; its name goes to names. */
static void
save_part(struct parse *p, const struct mms *m, size_t i, struct buf *names)
{
	struct mms_decoder *d = mms_decoder_new(&m->part[i]);
	struct buf name = {0}, piece = {0};
	bool good = true;
	int fd;

	mm4_part_name(&name, m, i);
	fd = make_file(p, &name);
	if (fd == -1)
		die(EX_CANTCREAT, "%s/%s: %s", p->folder, buf_cstr(&name),
		    strerror(errno));
	while (good && mms_decode(d, &piece)) {
		good = write_all(fd, buf_span(&piece));
		buf_clear(&piece);
	}
	if (close(fd) != 0 || !good)
		die(EX_IOERR, "%s/%s: %s", p->folder, buf_cstr(&name),
		    strerror(errno));
	if (i > 0)
		buf_add_byte(names, ',');
	buf_add_span(names, buf_span(&name));
	mms_decoder_free(d);
	buf_free(&piece);
	buf_free(&name);
}

static void
parse_octets(struct parse *p, struct span octets, const char *path)
{
	struct value row[MM4_COLUMNS];
	struct buf names = {0};
	struct mms m;

	if (!mm4_read(&m, octets) || m.content_error != NULL) {
		p->bad++;
		warn("%s: %s", path, m.head_error ? m.head_error :
		    m.content_error);
	} else {
		p->good++;
	}
	mm4_record(&m, row);
	row[MM4_file] = value_text(span_str(path));
	row[MM4_octets] = value_num(octets.n);
	for (size_t i = 0; p->folder != NULL && i < m.n_parts; i++)
		save_part(p, &m, i, &names);
	if (p->folder != NULL)
		row[MM4_names] = value_text(buf_span(&names));
	if (p->dump)
		mm4_dump(&p->out.buf, &m, octets);
	else
		record_write(&p->out.buf, &p->format, row);
	buf_free(&names);
	mms_free(&m);
	if (p->out.line_buffered || p->out.buf.len > SINK_FULL)
		sink_flush(&p->out);
}

static void
parse_path(struct parse *p, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct whole w;

	if (is_stdin)
		path = "stdin";
	if (is_stdin ? whole_read(&w, STDIN_FILENO, mail_most) :
	    whole_open(&w, path, mail_most)) {
		parse_octets(p, w.octets, path);
	} else {
		warn("%s: %s", path, strerror(errno));
		p->status = exit_worse(p->status, EX_NOINPUT);
	}
	whole_close(&w);
}

static void
set_options(struct parse *p, const struct config *config)
{
	const char *columns = NULL, *out = NULL;
	bool json = false, header = false;
	struct span bad;

	for (size_t i = 0; i < config->n; i++) {
		const struct setting *s = &config->setting[i];

		switch (s->option) {
		case OPT_COLUMNS: columns = s->value; break;
		case OPT_DUMP: p->dump = true; break;
		case OPT_HEADER: header = true; break;
		case OPT_JSON: json = true; break;
		case OPT_OUT: out = s->value; break;
		case OPT_PARTS: p->folder = s->value; break;
		default: break;
		}
	}
	if (!record_format_init(&p->format, &schema_mm4, json, columns, &bad))
		setting_refuse_columns(config_get(config, OPT_COLUMNS),
		    &schema_mm4, bad);
	if (!sink_open(&p->out, out))
		die(EX_CANTCREAT, "%s: %s", out, strerror(errno));
	if (header && !p->dump)
		record_header(&p->out.buf, &p->format);
}

static void
check_files(const struct config *config, char *const *file, size_t n)
{
	const struct setting *out = config_get(config, OPT_OUT);
	struct clash_file *all = mem_array(n + 1, sizeof(*all));

	for (size_t i = 0; i < n; i++)
		all[i] = (struct clash_file){"input", file[i], false};
	all[n] = (struct clash_file){"--out", out ? out->value : NULL, true};
	clash_check(all, n + 1);
	free(all);
}

static void
open_folder(struct parse *p)
{
	p->folder_fd = -1;
	if (p->folder == NULL)
		return;
	if (mkdir(p->folder, 0777) != 0 && errno != EEXIST)
		die(EX_CANTCREAT, "%s: %s", p->folder, strerror(errno));
	p->folder_fd = open(p->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->folder_fd == -1)
		die(EX_CANTCREAT, "%s: %s", p->folder, strerror(errno));
}

int
mm4_parse(const struct config *config)
{
	char *const *file = config->operand + 1;
	size_t n = config->n_operands - 1;
	struct parse p = {0};

	check_files(config, file, n);
	set_options(&p, config);
	open_folder(&p);
	mms_init();
	for (size_t i = 0; i < n; i++)
		parse_path(&p, file[i]);
	if (n == 0)
		parse_path(&p, "-");
	mms_end();
	if (p.folder_fd != -1)
		close(p.folder_fd);
	if (!sink_close(&p.out))
		die(EX_IOERR, "%s: %s", p.out.name, strerror(p.out.err));
	if (p.bad > 0)
		p.status = exit_worse(p.status, p.good > 0 ?
		    EXIT_SOME_FAILED : EX_DATAERR);
	return p.status;
}
