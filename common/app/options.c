/* SPDX-License-Identifier: ISC */
/* The table of options: looking up, the nearest name, and the help text. */
#include "app/options.h"

enum {
	SEND = FOR_SEND,
	LISTEN = FOR_LISTEN,
	SIM = FOR_SIM,
	DECODE = FOR_DECODE,
	CTL = FOR_CTL,
	BULK = FOR_BULK_XLSX,
	DLR_PARSE = FOR_DLR_PARSE,
	MM4_PARSE = FOR_MM4_PARSE,
	MM4_SEND = FOR_MM4_SEND,
	MM4_REPORT = FOR_MM4_REPORT,
	MM4_RECEIVE = FOR_MM4_RECEIVE,
	MM4_LISTEN = FOR_MM4_LISTEN,
	MM4_OUT = MM4_SEND | MM4_REPORT,
	MM4_IN = MM4_RECEIVE | MM4_LISTEN,
	MM4 = MM4_OUT | MM4_IN | MM4_PARSE,
	CONNECT = SEND | LISTEN | CTL,
	RECORDS = SEND | LISTEN | SIM | DECODE | CTL | DLR_PARSE | MM4,
	ALL = RECORDS | BULK,

	MANY = OPTION_MANY,
	COUNT = OPTION_COUNT,
	IN_URL = OPTION_IN_URL,
	SECRET = OPTION_SECRET,
	PROFILE = OPTION_PROFILE,
	LINE = OPTION_LINE,
	IS_URL = OPTION_IS_URL,
	MAIN = OPTION_MAIN,

	OPTIONS_SHARED = OPT_OUT + 1,   /* the groups of all programs */
	HELP_COLUMN = 28,
	NEAR = 2,       /* at most so many letters wrong */
	NAME_MAX_NEAR = 32,
};

const struct option_row options[OPTIONS] = {
#define OPTION(id, name, letter, argument, standard, programs, flags, help) \
	{name, letter, argument, standard, programs, flags, help},
#include "app/options.def"
};

enum option
option_named(struct span name, unsigned programs)
{
	unsigned i;

	for (i = 0; i < OPTIONS; i++)
		if ((options[i].programs & programs) &&
		    span_is(name, options[i].name))
			break;
	return (enum option)i;
}

enum option
option_lettered(int letter, unsigned programs)
{
	unsigned i;

	for (i = 0; i < OPTIONS; i++)
		if ((options[i].programs & programs) &&
		    options[i].letter == letter)
			break;
	return (enum option)i;
}

/* How many letters must be put in, taken out, replaced or swapped with the
 * next one to make b of a. */
static size_t
distance(struct span a, struct span b)
{
	size_t row[3][NAME_MAX_NEAR + 1] = {{0}};
	size_t *before = row[0], *last = row[1], *now = row[2];

	if (a.n > NAME_MAX_NEAR || b.n > NAME_MAX_NEAR)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *spare = before;

		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = last[j - 1] +
			    (a.p[i - 1] != b.p[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[b.n];
}

const char *
option_near(struct span name, unsigned programs)
{
	const char *near = NULL;
	size_t best = NEAR + 1;

	for (unsigned i = 0; i < OPTIONS; i++) {
		struct span other = span_str(options[i].name);
		size_t d;

		if (!(options[i].programs & programs))
			continue;
		d = distance(name, other);
		/* --win: the start of a name is nearest to it */
		if (name.n > 1 && name.n < other.n &&
		    memcmp(name.p, other.p, name.n) == 0)
			d = 0;
		if (d < best && d < other.n) {
			best = d;
			near = options[i].name;
		}
	}
	return near;
}

static bool
shown(const struct option_row *o, const struct program *program, bool all)
{
	return (o->programs & program->mask) == program->mask &&
	    !(o->flags & OPTION_PROFILE) && (all || (o->flags & OPTION_MAIN));
}

static void
help_row(struct buf *b, const struct option_row *o)
{
	size_t start = b->len;

	if (o->letter != 0)
		buf_addf(b, "  -%c, --%s", o->letter, o->name);
	else
		buf_addf(b, "      --%s", o->name);
	if (o->argument != NULL)
		buf_addf(b, " %s", o->argument);
	if (b->len - start >= HELP_COLUMN) {
		buf_add_byte(b, '\n');
		start = b->len;
	}
	while (b->len - start < HELP_COLUMN)
		buf_add_byte(b, ' ');
	buf_addf(b, "%s\n", o->help);
}

/* What every program has stands behind what makes this one. */
void
option_help(struct buf *b, const struct program *program, bool all)
{
	buf_addf(b, "usage: %s\n", program->usage);
	for (unsigned i = OPTIONS_SHARED; i < OPTIONS; i++)
		if (shown(&options[i], program, all))
			help_row(b, &options[i]);
	for (unsigned i = 0; i < OPTIONS_SHARED; i++)
		if (shown(&options[i], program, all))
			help_row(b, &options[i]);
	buf_addf(b, "example: %s\nmanual: %s(1)%s\n", program->example,
	    program->name, all ? "" : "; --help tells all options");
}

void
option_version(struct buf *b, const struct program *program)
{
	buf_addf(b, "%s (smpptools) %s\n", program->name, SMPPTOOLS_VERSION);
	if (program->libraries != NULL)
		program->libraries(b);
}
