/* SPDX-License-Identifier: ISC */
/*
 * The command line. getopt_long is not used: it takes abbreviations, which
 * change meaning when an option is added, and knows no near misses.
 */
#include "app/cmdline.h"

#include <stdio.h>
#include <sysexits.h>

#include "app/url.h"
#include "base/mem.h"
#include "sys/diag.h"

struct cmdline {
	const struct program *program;
	char **arg;       /* the next one */
	struct candidates *candidates;
	struct keep *kept;
};

void
candidates_add(struct candidates *c, enum option option, const char *value,
    enum config_layer layer, const char *where)
{
	c->p = mem_resize(c->p, (c->n + 1) * sizeof(*c->p));
	c->p[c->n++] = (struct setting){option, value, layer, where};
}

static void
unknown(const struct cmdline *c, struct span name)
{
	const char *near = option_near(name, c->program->mask);

	die(EX_USAGE, "--%.*s: unknown option; %s%s%ssee %s -h", (int)name.n,
	    (const char *)name.p, near ? "did you mean --" : "",
	    near ? near : "", near ? "? " : "", c->program->name);
}

/* A password on the command line is everybody's to see in the list of
 * processes: it is kept, and blanked there. */
static const char *
take_argument(struct cmdline *c, enum option option, char *value)
{
	struct span secret;
	const char *kept;

	if ((options[option].flags & OPTION_IS_URL) == 0)
		return value;
	kept = keep_span(c->kept, span_str(value));
	secret = url_password(span_str(value));
	if (secret.n > 0) {
		memset(value + (secret.p - (const uint8_t *)value), '*',
		    secret.n);
		warn("--%s: others can see a password on the command line; "
		    "better in a profile%s", options[option].name,
		    option == OPT_URL ? " or --password-file" : "");
	}
	return kept;
}

static void
take(struct cmdline *c, enum option option, const char *value)
{
	struct candidates *all = c->candidates;

	if (options[option].flags & OPTION_COUNT) {
		for (size_t i = 0; i < all->n; i++) {
			const char *before = all->p[i].value;

			if (all->p[i].option == option && before != NULL) {
				all->p[i].value = before[0] == '9' ? before :
				    keepf(c->kept, "%c", before[0] + 1);
				return;
			}
		}
		value = "1";
	}
	candidates_add(all, option, value, LAYER_LINE, "command line");
}

/* Whether the name is "no-" and a switch; *option is it then. */
static bool
is_undone(const struct cmdline *c, struct span name, enum option *option)
{
	enum option found;

	if (name.n <= 3 || memcmp(name.p, "no-", 3) != 0)
		return false;
	found = option_named(span_skip(name, 3), c->program->mask);
	if (found == OPTIONS || options[found].argument != NULL ||
	    (options[found].flags & OPTION_LINE))
		return false;
	*option = found;
	return true;
}

static void
long_option(struct cmdline *c, char *text)
{
	size_t n = strcspn(text, "=");
	struct span name = span_of(text, n);
	enum option option = option_named(name, c->program->mask);
	char *value = text[n] == '=' ? text + n + 1 : NULL;
	bool off = option == OPTIONS && is_undone(c, name, &option);

	if (option == OPTIONS)
		unknown(c, name);
	if (options[option].flags & OPTION_PROFILE)
		die(EX_USAGE, "--%s: stands in a profile only; see --password-file",
		    options[option].name);
	if (options[option].argument == NULL) {
		if (value != NULL)
			die(EX_USAGE, "--%s: takes no value",
			    options[option].name);
		if (off)
			candidates_add(c->candidates, option, NULL,
			    LAYER_LINE, "command line");
		else
			take(c, option,
			    option == OPT_HELP ? CMDLINE_ALL : "yes");
		return;
	}
	if (value == NULL && *c->arg != NULL)
		value = *c->arg++;
	if (value == NULL)
		die(EX_USAGE, "--%s: %s is missing; see %s -h",
		    options[option].name, options[option].argument,
		    c->program->name);
	take(c, option, take_argument(c, option, value));
}

/* -v, -vj, -w50, -w 50 */
static void
short_options(struct cmdline *c, char *text)
{
	for (; *text != '\0'; text++) {
		enum option option = option_lettered(*text, c->program->mask);
		char *value;

		if (option == OPTIONS)
			die(EX_USAGE, "-%c: unknown option; see %s -h", *text,
			    c->program->name);
		if (options[option].argument == NULL) {
			take(c, option, "yes");
			continue;
		}
		value = text[1] != '\0' ? text + 1 :
		    *c->arg != NULL ? *c->arg++ : NULL;
		if (value == NULL)
			die(EX_USAGE, "-%c: %s is missing; see %s -h", *text,
			    options[option].argument, c->program->name);
		take(c, option, take_argument(c, option, value));
		return;
	}
}

void
cmdline_read(const struct program *program, int argc, char **argv,
    struct candidates *candidates, struct keep *kept, char **operand,
    size_t *n_operands, bool *dashes)
{
	struct cmdline c = {program, argc > 0 ? argv + 1 : argv, candidates,
	    kept};

	*n_operands = 0;
	*dashes = false;
	while (*c.arg != NULL) {
		char *text = *c.arg++;

		if (text[0] != '-' || text[1] == '\0') {
			operand[(*n_operands)++] = text;
		} else if (text[1] != '-') {
			short_options(&c, text + 1);
		} else if (text[2] != '\0') {
			long_option(&c, text + 2);
		} else {
			*dashes = *n_operands == 0;
			while (*c.arg != NULL)
				operand[(*n_operands)++] = *c.arg++;
		}
	}
	operand[*n_operands] = NULL;
}

/* Whether the argument of the option is the next word. */
static bool
wants_next(unsigned programs, const char *text)
{
	enum option option;

	if (text[1] == '-') {
		option = option_named(span_str(text + 2), programs);
		return option != OPTIONS && options[option].argument != NULL;
	}
	while (*++text != '\0') {
		option = option_lettered(*text, programs);
		if (option != OPTIONS && options[option].argument != NULL)
			return text[1] == '\0';
	}
	return false;
}

const char *
cmdline_command(unsigned programs, char **argv)
{
	char **arg = argv[0] == NULL ? argv : argv + 1;

	for (; *arg != NULL; arg++) {
		if (strcmp(*arg, "--") == 0)
			return arg[1];
		if ((*arg)[0] != '-' || (*arg)[1] == '\0')
			return *arg;
		if (wants_next(programs, *arg) && arg[1] != NULL)
			arg++;
	}
	return NULL;
}
