/* SPDX-License-Identifier: ISC */
/*
 * Layers: every setting of every layer is a candidate; the highest layer that
 * speaks of an option decides it.
 */
#include "app/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/cmdline.h"
#include "app/profile.h"
#include "app/url.h"
#include "base/mem.h"
#include "rec/record.h"
#include "sys/diag.h"

/* The profile that is there without a file. */
static const char built_in[] =
	"[sim]\n"
	"url = smpp://test@127.0.0.1:2775\n"
	"password = test\n"
	"alphabet = gsm7\n";

enum { FILE_MAX = 1 << 20 };

static void
print_and_exit(struct buf *b)
{
	size_t n = fwrite(b->p, 1, b->len, stdout);

	if (n < b->len || fflush(stdout) != 0)
		die(EX_IOERR, "stdout: %s", strerror(errno));
	exit(0);
}

/* What others may not do to a file with a password in it: read it. The
 * group may when the superuser gave it the file. */
static bool
others_can_read(const struct stat *st)
{
	mode_t bits = st->st_mode & (S_IRGRP | S_IROTH);

	return (bits & S_IROTH) || (bits != 0 && st->st_uid != 0);
}

/* Reads the file into text; false when there is none. */
static bool
read_file(const char *path, struct buf *text, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return false;
	if (fd < 0 || fstat(fd, st) != 0)
		die(EX_CONFIG, "%s: %s", path, strerror(errno));
	do {
		text->len += (size_t)n;
		if (text->len > FILE_MAX)
			die(EX_CONFIG, "%s: over %d octets", path, FILE_MAX);
		n = read(fd, buf_reserve(text, 4096), 4096);
	} while (n > 0);
	if (n < 0)
		die(EX_CONFIG, "%s: %s", path, strerror(errno));
	close(fd);
	return true;
}

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* Finds and reads smpptools.ini; its path, or NULL when there is none. */
static const char *
find_file(struct keep *k, struct buf *text, struct stat *st)
{
	const char *path = environment("SMPPTOOLS_CONFIG");
	const char *folder = environment("XDG_CONFIG_HOME");
	const char *home = environment("HOME");

	if (path != NULL) {
		if (!read_file(path, text, st))
			die(EX_CONFIG, "%s: %s ($SMPPTOOLS_CONFIG)", path,
			    strerror(ENOENT));
		return path;
	}
	if (folder != NULL)
		path = keepf(k, "%s/smpptools.ini", folder);
	else if (home != NULL)
		path = keepf(k, "%s/.config/smpptools.ini", home);
	if (path != NULL && read_file(path, text, st))
		return path;
	path = "/etc/smpptools.ini";
	return read_file(path, text, st) ? path : NULL;
}

static void
profile_layer(struct config *c, struct candidates *all,
    const struct profile *p, const char *path)
{
	size_t urls = 0;

	c->profile_url = mem_array(p->n + 1, sizeof(*c->profile_url));
	for (size_t i = 0; i < p->n; i++) {
		const struct profile_entry *e = &p->entry[i];
		const char *value = e->value == NULL ? NULL :
		    keep_span(&c->kept, span_str(e->value));

		candidates_add(all, e->option, value, LAYER_PROFILE,
		    keepf(&c->kept, "%s line %u", path, e->line));
		if (e->option == OPT_URL || e->option == OPT_MAIL_URL)
			c->profile_url[urls++] = value;
	}
}

static void
mind_password(const struct profile *p, const char *path, const struct stat *st)
{
	if (p->has_password && others_can_read(st))
		die(EX_CONFIG, "%s: others can read it and it holds a "
		    "password; chmod 600 it", path);
}

/* Reads the profile asked for: name NULL is [default], if there is one. */
static void
read_profile(struct config *c, struct candidates *all, const char *name,
    const char *where)
{
	struct buf text = {0}, error = {0};
	struct profile p;
	struct stat st;
	const char *path = find_file(&c->kept, &text, &st);
	const char *section = name ? name : "default";
	unsigned line;

	if (!profile_parse(&p, buf_span(&text), section, c->program->mask, &line,
	    &error))
		die(EX_CONFIG, "%s line %u: %s", path, line, buf_cstr(&error));
	mind_password(&p, path, &st);
	if (!p.found && name != NULL && strcmp(name, "sim") == 0) {
		profile_free(&p);
		path = "built-in profile sim";
		profile_parse(&p, span_str(built_in), section,
		    c->program->mask, &line, &error);
	}
	if (!p.found && name != NULL)
		die(EX_CONFIG, "%s: no profile [%s] in %s", where, name,
		    path ? path : "~/.config/smpptools.ini or "
		    "/etc/smpptools.ini: no such file");
	if (p.found)
		c->profile = keep_span(&c->kept, span_str(section));
	profile_layer(c, all, &p, path);
	profile_free(&p);
	if (text.p != NULL)
		explicit_bzero(text.p, text.len);
	buf_free(&text);
	buf_free(&error);
}

size_t
config_section(const struct config *c, const char *name, struct keep *kept,
    struct setting **setting)
{
	struct buf text = {0}, error = {0};
	struct profile p;
	struct stat st;
	const char *path = find_file(kept, &text, &st);
	unsigned line;
	size_t n;

	if (!profile_parse(&p, buf_span(&text), name, c->program->mask, &line,
	    &error))
		die(EX_CONFIG, "%s line %u: %s", path, line, buf_cstr(&error));
	if (!p.found)
		die(EX_CONFIG, "no section [%s] in %s", name, path ? path :
		    "~/.config/smpptools.ini or /etc/smpptools.ini: no such "
		    "file");
	mind_password(&p, path, &st);
	n = p.n;
	*setting = mem_array(n + 1, sizeof(**setting));
	for (size_t i = 0; i < n; i++) {
		const struct profile_entry *e = &p.entry[i];

		(*setting)[i] = (struct setting){e->option, e->value == NULL ?
		    NULL : keep_span(kept, span_str(e->value)),
		    LAYER_PROFILE, keepf(kept, "%s line %u", path,
		    e->line)};
	}
	profile_free(&p);
	if (text.p != NULL)
		explicit_bzero(text.p, text.len);
	buf_free(&text);
	buf_free(&error);
	return n;
}

static void
default_layer(const struct program *program, struct candidates *all)
{
	for (unsigned i = 0; i < OPTIONS; i++) {
		const char *value = options[i].standard;

		for (size_t k = 0; k < program->n_defaults; k++)
			if (program->defaults[k].option == i)
				value = program->defaults[k].value;
		if (value != NULL)
			candidates_add(all, (enum option)i, value,
			    LAYER_DEFAULT, "default");
	}
}

static void
environment_layer(struct candidates *all)
{
	const char *url = environment("SMPP_URL");
	const char *password = getenv("SMPP_PASSWORD");

	if (url != NULL)
		candidates_add(all, OPT_URL, url, LAYER_ENVIRONMENT,
		    "$SMPP_URL");
	if (password != NULL)
		candidates_add(all, OPT_PASSWORD, password, LAYER_ENVIRONMENT,
		    "$SMPP_PASSWORD");
}

/* The highest layer that speaks of the option, or -1. */
static int
top_layer(const struct candidates *all, enum option option)
{
	int top = -1;

	for (size_t i = 0; i < all->n; i++)
		if (all->p[i].option == option && (int)all->p[i].layer > top)
			top = (int)all->p[i].layer;
	return top;
}

static void
url_parameters(struct config *c, struct candidates *all,
    const struct setting *s)
{
	enum config_layer layer = (enum config_layer)(s->layer + 1);
	const char *where = s->layer == LAYER_LINE ? "--url" :
	    s->layer == LAYER_ENVIRONMENT ? s->where :
	    keepf(&c->kept, "%s: url", s->where);
	const char *name, *text, *value = NULL, *wrong, *query;
	struct url u;

	wrong = url_parse(&u, &c->kept, span_str(s->value));
	if (wrong != NULL)
		setting_refuse(s, "%s", wrong);
	query = u.query;
	while (url_parameter(&query, &c->kept, &name, &text, &wrong)) {
		struct buf error = {0};
		enum option option = wrong != NULL ? OPTIONS :
		    profile_value(span_str(name), text, c->program->mask,
		    &value, &error);

		if (option == OPTIONS)
			setting_refuse(s, "%s", wrong ? wrong :
			    buf_cstr(&error));
		if (!(options[option].flags & OPTION_IN_URL))
			setting_refuse(s, "%s cannot stand in a URL", name);
		for (size_t i = 0; i < all->n; i++)
			if (all->p[i].option == option &&
			    all->p[i].layer == layer &&
			    strcmp(all->p[i].value ? all->p[i].value : "",
			    value ? value : "") != 0)
				setting_refuse(s, "%s is given twice, and "
				    "differently", name);
		candidates_add(all, option, value, layer, where);
	}
}

static void
url_layer(struct config *c, struct candidates *all)
{
	int top = top_layer(all, OPT_URL);
	size_t n = all->n;

	for (size_t i = 0; i < n; i++) {
		struct setting s = all->p[i];  /* all may move */

		if (s.option == OPT_URL && (int)s.layer == top)
			url_parameters(c, all, &s);
	}
}

/* Of each option what its highest layer says: all of it, or the last. */
static void
settle(struct config *c, const struct candidates *all)
{
	c->setting = mem_array(all->n + 1, sizeof(*c->setting));
	for (unsigned option = 0; option < OPTIONS; option++) {
		int top = top_layer(all, (enum option)option);
		size_t first = c->n;

		if (!(options[option].programs & c->program->mask))
			continue;
		for (size_t i = 0; i < all->n; i++) {
			const struct setting *s = &all->p[i];

			if (s->option != option || (int)s->layer != top)
				continue;
			if (!(options[option].flags & OPTION_MANY))
				c->n = first;
			if (s->value != NULL)
				c->setting[c->n++] = *s;
		}
	}
}

static void
dump(struct config *c)
{
	struct buf b = {0};

	for (size_t i = 0; i < c->n; i++) {
		const struct setting *s = &c->setting[i];
		const char *value = options[s->option].flags & OPTION_IS_URL ?
		    url_masked(&c->kept, s->value) : s->value;

		if (options[s->option].flags & OPTION_LINE)
			continue;
		if ((options[s->option].flags & OPTION_SECRET) && *value)
			value = "***";
		buf_addf(&b, "%s\t", options[s->option].name);
		tsv_escape(&b, span_str(value));
		buf_add_byte(&b, '\t');
		if (s->layer == LAYER_PROFILE || s->layer == LAYER_PROFILE_URL)
			buf_addf(&b, "profile [%s], ", c->profile);
		tsv_escape(&b, span_str(s->where));
		buf_add_byte(&b, '\n');
	}
	print_and_exit(&b);
}

const struct setting *
config_get(const struct config *c, enum option option)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->setting[i].option == option)
			return &c->setting[i];
	return NULL;
}

bool
config_given(const struct config *c, enum option option)
{
	const struct setting *s = config_get(c, option);

	return s != NULL && s->layer != LAYER_DEFAULT;
}

/* -h, --help and --version act before any file is read. */
static void
act_at_once(const struct program *program, const struct candidates *line)
{
	struct buf b = {0};

	const char *help = NULL;

	for (size_t i = 0; i < line->n; i++)
		if (line->p[i].option == OPT_HELP)
			help = line->p[i].value;
	if (help != NULL)
		option_help(&b, program, strcmp(help, CMDLINE_ALL) == 0);
	else if (top_layer(line, OPT_VERSION) >= 0)
		option_version(&b, program);
	else
		return;
	print_and_exit(&b);
}

struct config *
config_read(const struct program *program, int argc, char **argv)
{
	struct config *c = mem_new(sizeof(*c));
	struct candidates all = {0};
	const char *name = NULL, *where = "--profile";

	c->program = program;
	c->operand = mem_array((size_t)argc + 1, sizeof(*c->operand));
	default_layer(program, &all);
	cmdline_read(program, argc, argv, &all, &c->kept, c->operand,
	    &c->n_operands, &c->dashes);
	act_at_once(program, &all);
	for (size_t i = 0; i < all.n; i++)
		if (all.p[i].option == OPT_PROFILE_NAME)
			name = all.p[i].value;
	if (name == NULL) {
		name = environment("SMPPTOOLS_PROFILE");
		where = "$SMPPTOOLS_PROFILE";
	}
	read_profile(c, &all, name, where);
	environment_layer(&all);
	if (program->mask & options[OPT_URL].programs)
		url_layer(c, &all);
	settle(c, &all);
	free(all.p);
	diag_quiet(config_get(c, OPT_QUIET) != NULL);
	if (config_get(c, OPT_DUMP_CONFIG) != NULL)
		dump(c);
	return c;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	free(c->setting);
	free(c->operand);
	free(c->profile_url);
	keep_free(&c->kept);
	free(c);
}
