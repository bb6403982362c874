/* SPDX-License-Identifier: ISC */
/*
 * The grammar of faults, and when one applies. What each may have as its
 * argument, and on which occasions it makes sense, is a row of a table; how it
 * is done is the simulator's.
 */
#include "app/fault.h"

#include <stdlib.h>

#include "app/config.h"
#include "app/outcomes.h"
#include "base/mem.h"
#include "smpp/pdu.h"

enum arg_kind { ARG_NONE, ARG_STATUS, ARG_TIME, ARG_RANGE, ARG_OCTETS };

enum {
	ON_ANSWER = FAULT_ON_SUBMIT | FAULT_ON_BIND | FAULT_ON_ENQUIRE_LINK,
	ON_ALL = ON_ANSWER | FAULT_ON_RECEIPT,
	FAULTS_MOST = 1000,
	OCTETS_MOST = 65536,
};

static const struct fault_row {
	const char *name;        /* NULL: of a status */
	enum arg_kind arg;
	bool needed;             /* the argument */
	uint64_t standard;       /* without one */
	unsigned on;
} rows[FAULTS] = {
	[FAULT_STATUS] = {NULL, ARG_NONE, false, 0, ON_ANSWER | FAULT_ON_DEST},
	[FAULT_BODY] = {"body", ARG_STATUS, false, ESME_RSYSERR, FAULT_ON_SUBMIT | FAULT_ON_BIND},
	[FAULT_NACK] = {"nack", ARG_STATUS, false, ESME_RINVCMDID, ON_ANSWER},
	[FAULT_SILENCE] = {"silence", ARG_NONE, false, 0, ON_ALL},
	[FAULT_LATE] = {"late", ARG_RANGE, true, 0, ON_ANSWER},
	[FAULT_REORDER] = {"reorder", ARG_TIME, false, 50, FAULT_ON_SUBMIT},
	[FAULT_DOUBLE] = {"double", ARG_NONE, false, 0, ON_ALL},
	[FAULT_SEQUENCE] = {"sequence", ARG_NONE, false, 0, ON_ANSWER},
	[FAULT_NO_BODY] = {"no-body", ARG_NONE, false, 0, FAULT_ON_SUBMIT | FAULT_ON_BIND},
	[FAULT_EARLY] = {"early", ARG_NONE, false, 0, FAULT_ON_SUBMIT},
	[FAULT_UNBIND] = {"unbind", ARG_NONE, false, 0, ON_ALL},
	[FAULT_CLOSE] = {"close", ARG_NONE, false, 0, ON_ALL},
	[FAULT_CUT] = {"cut", ARG_NONE, false, 0, ON_ALL},
	[FAULT_RESET] = {"reset", ARG_NONE, false, 0, ON_ALL},
	[FAULT_STALL] = {"stall", ARG_TIME, false, UINT64_MAX, ON_ALL},
	[FAULT_GARBAGE] = {"garbage", ARG_NONE, false, 0, ON_ALL},
	[FAULT_SEGMENT] = {"segment", ARG_OCTETS, false, 1, ON_ALL},
	[FAULT_GATHER] = {"gather", ARG_TIME, false, 100, ON_ALL},
};

static const struct {
	const char *name;
	enum fault_occasion on;
} occasions[] = {
	{"submit", FAULT_ON_SUBMIT},
	{"bind", FAULT_ON_BIND},
	{"enquire_link", FAULT_ON_ENQUIRE_LINK},
	{"receipt", FAULT_ON_RECEIPT},
	{"dest", FAULT_ON_DEST},
};

/* Text */

static bool
complain(struct buf *error, struct span word, const char *what)
{
	buf_add_byte(error, '"');
	buf_add_span(error, word);
	buf_addf(error, "\": %s", what);
	return false;
}

/* The part of *text before the first c; *text is what is left behind it, and
 * *found whether there was one. */
static struct span
cut(struct span *text, uint8_t c, bool *found)
{
	const uint8_t *p = text->n > 0 ? memchr(text->p, c, text->n) : NULL;
	struct span part = *text;

	*found = p != NULL;
	if (p != NULL)
		part.n = (size_t)(p - text->p);
	*text = span_skip(*text, part.n + (p != NULL));
	return part;
}

static struct span
trim(struct span s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = span_skip(s, 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' ||
	    s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

static bool
number(struct span text, uint64_t least, uint64_t most, uint64_t *n)
{
	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || *n > most)
			return false;
		*n = *n * 10 + (uint64_t)(text.p[i] - '0');
	}
	return text.n > 0 && *n >= least && *n <= most;
}

/* ESME_RTHROTTLED, or 0x58. */
static bool
status(struct span text, uint64_t *code)
{
	const struct status_row *row = status_row_by_name(text);
	uint64_t n = 0;

	if (row != NULL) {
		*code = row->code;
		return row->code != ESME_ROK;
	}
	if (text.n < 3 || text.n > 10 || text.p[0] != '0' || text.p[1] != 'x')
		return false;
	for (size_t i = 2; i < text.n; i++) {
		uint8_t c = text.p[i] | 0x20;

		if (text.p[i] >= '0' && text.p[i] <= '9')
			n = n * 16 + (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			n = n * 16 + (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	*code = n;
	return n > 0;
}

/* "0.01", "1": more than nothing, at most all. */
static bool
share(struct span text, uint32_t *of)
{
	uint64_t n, digit = FAULT_SHARES;
	bool dot;
	struct span rest = text, whole = cut(&rest, '.', &dot);

	if (!number(whole, 0, 1, &n) || (dot && rest.n == 0))
		return false;
	n *= FAULT_SHARES;
	for (size_t i = 0; i < rest.n; i++) {
		if (rest.p[i] < '0' || rest.p[i] > '9')
			return false;
		digit /= 10;
		n += digit * (uint64_t)(rest.p[i] - '0');
	}
	*of = (uint32_t)n;
	return n > 0 && n <= FAULT_SHARES;
}

static bool
read_kind(struct fault *f, struct span word, struct buf *error)
{
	for (int i = 0; i < FAULTS; i++)
		if (rows[i].name != NULL && span_is(word, rows[i].name)) {
			f->kind = (enum fault_kind)i;
			f->least = f->most = rows[i].standard;
			return true;
		}
	f->kind = FAULT_STATUS;
	if (status(word, &f->least))
		return true;
	complain(error, word, "no fault, expected a status as ESME_RSYSERR "
	    "or 0x58, or one of");
	for (int i = 0; i < FAULTS; i++)
		if (rows[i].name != NULL)
			buf_addf(error, " %s", rows[i].name);
	return false;
}

static bool
read_arg(struct fault *f, struct span arg, struct buf *error)
{
	switch (rows[f->kind].arg) {
	case ARG_NONE:
		return complain(error, arg, "this fault takes no argument");
	case ARG_STATUS:
		return status(arg, &f->least) || complain(error, arg,
		    "expected a status as ESME_RSYSERR or 0x58");
	case ARG_TIME:
		return (time_parse(arg, &f->least) && f->least > 0) ||
		    complain(error, arg, "expected a TIME, as in 50ms or 2s");
	case ARG_RANGE:
		return delay_parse(arg, &f->least, &f->most) ||
		    complain(error, arg, "expected a TIME or MIN..MAX, as in "
		    "2s or 1..5s");
	case ARG_OCTETS:
		return number(arg, 1, OCTETS_MOST, &f->least) ||
		    complain(error, arg, "expected octets, 1 to 65536");
	}
	return false;
}

static bool
read_on(struct fault *f, struct span value, struct buf *error)
{
	for (size_t i = 0; i < sizeof(occasions) / sizeof(*occasions); i++)
		if (span_is(value, occasions[i].name)) {
			f->on = occasions[i].on;
			return (rows[f->kind].on & f->on) != 0 ||
			    complain(error, value, "this fault has no such "
			    "occasion");
		}
	return complain(error, value, "expected submit, bind, enquire_link, "
	    "receipt or dest");
}

static bool
read_when(struct fault *f, struct span item, struct buf *error)
{
	const struct {
		const char *name;
		uint64_t *to;
	} counts[] = {
		{"every", &f->every}, {"after", &f->after},
		{"count", &f->count},
	};
	bool found;
	struct span value = item, key = trim(cut(&value, '=', &found));

	value = trim(value);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		if (span_is(key, counts[i].name))
			return number(value, 1, UINT32_MAX, counts[i].to) ||
			    complain(error, item, "expected a whole number, "
			    "1 or more");
	if (span_is(key, "on"))
		return read_on(f, value, error);
	if (span_is(key, "p"))
		return share(value, &f->share) || complain(error, item,
		    "expected a probability, as in 0.01");
	if (span_is(key, "for"))
		return (time_parse(value, &f->for_ms) && f->for_ms > 0) ||
		    complain(error, item, "expected a TIME, as in 30s");
	return complain(error, item, "expected on=, every=, p=, after=, "
	    "count= or for=");
}

static bool
parse(struct fault *f, struct span text, struct buf *error)
{
	bool has_when, has_arg, more;
	struct span what = cut(&text, '@', &has_when), arg = what;
	struct span word = trim(cut(&arg, '=', &has_arg));

	*f = (struct fault){.on = FAULT_ON_SUBMIT};
	if (!read_kind(f, word, error))
		return false;
	if (has_arg && !read_arg(f, trim(arg), error))
		return false;
	if (!has_arg && rows[f->kind].needed)
		return complain(error, word, "it needs an argument, as in "
		    "late=2s");
	while (has_when) {
		struct span item = trim(cut(&text, ',', &more));

		if (!read_when(f, item, error))
			return false;
		has_when = more;
	}
	return (rows[f->kind].on & f->on) != 0 || complain(error, word,
	    "it needs another occasion, as in @on=bind");
}

bool
faults_add(struct faults *faults, struct span text, struct buf *error)
{
	struct fault f;

	if (!parse(&f, trim(text), error))
		return false;
	if (faults->n == FAULTS_MOST)
		return complain(error, text, "too many faults");
	faults->fault = mem_resize(faults->fault,
	    (faults->n + 1) * sizeof(*faults->fault));
	faults->fault[faults->n++] = f;
	return true;
}

bool
faults_add_lines(struct faults *faults, struct span text, struct buf *error)
{
	struct buf why = {0};
	bool more = true, good = true;

	for (unsigned long line = 1; more && good; line++) {
		struct span item = trim(cut(&text, '\n', &more));

		if (item.n == 0 || item.p[0] == '#')
			continue;
		good = faults_add(faults, item, &why);
		if (!good)
			buf_addf(error, "line %lu: %s", line, buf_cstr(&why));
	}
	buf_free(&why);
	return good;
}

/* When */

/* splitmix64: any seed is as good as another. */
static uint64_t
next_random(struct faults *faults)
{
	uint64_t n = faults->random += UINT64_C(0x9e3779b97f4a7c15);

	n = (n ^ (n >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ (n >> 27)) * UINT64_C(0x94d049bb133111eb);
	return n ^ (n >> 31);
}

void
faults_init(struct faults *faults, uint64_t seed)
{
	*faults = (struct faults){.random = seed};
}

void
faults_free(struct faults *faults)
{
	free(faults->fault);
	*faults = (struct faults){0};
}

uint64_t
faults_random(struct faults *faults, uint64_t least, uint64_t most)
{
	if (most <= least)
		return least;
	return least + next_random(faults) % (most - least + 1);
}

bool
faults_any(const struct faults *faults, enum fault_occasion on)
{
	for (size_t i = 0; i < faults->n; i++)
		if (faults->fault[i].on == on)
			return true;
	return false;
}

/* The dice are thrown at each occasion, so that what else decides changes
 * nothing for those to come. */
static bool
applies(struct faults *faults, struct fault *f, uint64_t now)
{
	bool likely = f->share == 0 ||
	    next_random(faults) % FAULT_SHARES < f->share;

	if (++f->seen <= f->after)
		return false;
	if (f->seen == f->after + 1)
		f->since_ms = now;
	if (f->for_ms > 0 && now - f->since_ms >= f->for_ms)
		return false;
	if (f->every > 0 && (f->seen - f->after) % f->every != 0)
		return false;
	return likely && (f->count == 0 || f->used < f->count);
}

const struct fault *
faults_next(struct faults *faults, enum fault_occasion on, uint64_t now)
{
	struct fault *first = NULL;

	for (size_t i = 0; i < faults->n; i++) {
		struct fault *f = &faults->fault[i];

		if (f->on == on && applies(faults, f, now) && first == NULL)
			first = f;
	}
	if (first != NULL)
		first->used++;
	return first;
}
