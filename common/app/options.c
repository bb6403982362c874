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

	HELP_WIDTH = 79,
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
shown(const struct option_row *o, const struct program *program)
{
	return (o->programs & program->mask) && !(o->flags & OPTION_PROFILE);
}

static void
help_lettered(struct buf *b, const struct option_row *o)
{
	size_t start = b->len;

	buf_addf(b, "  -%c, --%s", o->letter, o->name);
	if (o->argument != NULL)
		buf_addf(b, " %s", o->argument);
	do
		buf_add_byte(b, ' ');
	while (b->len - start < 28);
	buf_addf(b, "%s\n", o->help);
}

/* Those without a letter, by name, in lines of their own. */
static void
help_others(struct buf *b, const struct program *program)
{
	size_t column = HELP_WIDTH;

	for (unsigned i = 0; i < OPTIONS; i++) {
		const struct option_row *o = &options[i];
		size_t n;

		if (!shown(o, program) || o->letter != 0)
			continue;
		n = strlen(o->name) + 3 +
		    (o->argument ? strlen(o->argument) + 1 : 0);
		if (column + n > HELP_WIDTH) {
			buf_add_str(b, "\n ");
			column = 1;
		}
		buf_addf(b, " --%s", o->name);
		if (o->argument != NULL)
			buf_addf(b, " %s", o->argument);
		column += n;
	}
}

void
option_help(struct buf *b, const struct program *program)
{
	buf_addf(b, "usage: %s\n", program->usage);
	for (unsigned i = 0; i < OPTIONS; i++)
		if (shown(&options[i], program) && options[i].letter != 0)
			help_lettered(b, &options[i]);
	help_others(b, program);
	buf_addf(b, "\nexample: %s\nmanual: %s(1)\n", program->example,
	    program->name);
}

void
option_version(struct buf *b, const struct program *program)
{
	buf_addf(b, "%s (smpptools) %s\n", program->name, SMPPTOOLS_VERSION);
	if (program->libraries != NULL)
		program->libraries(b);
}
