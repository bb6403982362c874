/* SPDX-License-Identifier: ISC */
/*
 * The grammar of faults. What each may have as its argument, and on which
 * occasions it makes sense, is a row of fault.def.
 */
#include <stdlib.h>

#include "app/config.h"
#include "app/fault.h"
#include "app/id_form.h"
#include "base/mem.h"
#include "base/term.h"
#include "smpp/dlr.h"

enum {
	FAULTS_MOST = 1000,
	OCTETS_MOST = 65536,
	COUNT_MOST = 3,
	SHARE_MOST = 1000000,
	TEXT_FAULTS = 16,        /* in one message */
};

static bool
complain(struct buf *error, struct span word, const char *what)
{
	buf_add_byte(error, '"');
	buf_add_span(error, word);
	buf_addf(error, "\": %s", what);
	return false;
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
	struct span rest = text, whole = term_cut(&rest, '.', &dot);

	if (!term_number(whole, 0, 1, &n) || (dot && rest.n == 0))
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

/* What */

/* "0x08", "0x08|ESME_RTHROTTLED*3": one, or one of several. */
static bool
read_mix(struct fault *f, struct span text)
{
	bool more, weighed;

	f->n_mix = f->shares = 0;
	do {
		struct span item = term_cut(&text, '|', &more);
		struct span weight = item, word = term_cut(&weight, '*', &weighed);
		uint64_t code, n = 1;

		if (f->n_mix == FAULT_MIX || !status(term_trim(word), &code) ||
		    (weighed && !term_number(term_trim(weight), 1, SHARE_MOST, &n)))
			return false;
		f->mix[f->n_mix].status = (uint32_t)code;
		f->mix[f->n_mix++].share = (uint32_t)n;
		f->shares += (uint32_t)n;
	} while (more);
	return true;
}

static bool
read_err(struct fault *f, struct span text)
{
	if (text.n == 0 || text.n > FAULT_ERR_MOST)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~')
			return false;
	memcpy(f->err, text.p, text.n);
	f->err[text.n] = '\0';
	return true;
}

static bool
read_stat(struct fault *f, struct span text)
{
	const struct dlr_stat *stat;

	for (f->n = 0; (stat = dlr_stat_at(f->n)) != NULL; f->n++)
		if (span_is(text, stat->word))
			return true;
	return false;
}

static bool
read_argument(struct fault *f, struct span arg, struct buf *error)
{
	enum id_form form;

	switch (fault_row(f->kind)->argument) {
	case FAULT_ARG_NONE:
		return complain(error, arg, "this fault takes no argument");
	case FAULT_ARG_STATUS:
		return read_mix(f, arg) || complain(error, arg,
		    "expected a status as ESME_RSYSERR or 0x58, or several, "
		    "as in 0x08|0x58*3");
	case FAULT_ARG_TIME:
		return (time_parse(arg, &f->n) && f->n > 0) ||
		    complain(error, arg, "expected a TIME, as in 50ms or 2s");
	case FAULT_ARG_DELAY:
		return delay_parse(arg, &f->delay) || complain(error, arg,
		    "expected " DELAY_EXPECTED);
	case FAULT_ARG_OCTETS:
		return term_number(arg, 1, OCTETS_MOST, &f->n) ||
		    complain(error, arg, "expected octets, 1 to 65536");
	case FAULT_ARG_COUNT:
		return term_number(arg, 1, COUNT_MOST, &f->n) ||
		    complain(error, arg, "expected 1, 2 or 3");
	case FAULT_ARG_STAT:
		return read_stat(f, arg) || complain(error, arg,
		    "expected a state, as DELIVRD or UNDELIV");
	case FAULT_ARG_ERR:
		return read_err(f, arg) || complain(error, arg,
		    "expected 1 to 8 characters");
	case FAULT_ARG_ID:
		break;
	}
	if (id_form_by_name(arg, &form)) {
		f->n = form;
		return true;
	}
	complain(error, arg, "expected one of");
	for (int i = 0; i < ID_FORMS; i++)
		buf_addf(error, " %s", id_form_row((enum id_form)i)->name);
	return false;
}

static bool
complain_kind(struct buf *error, struct span word)
{
	const struct fault_alias *alias;

	complain(error, word, "no fault, expected a status as ESME_RSYSERR "
	    "or 0x58, or one of");
	for (int i = 0; i < FAULTS; i++)
		buf_addf(error, " %s", fault_row((enum fault_kind)i)->name);
	for (size_t i = 0; (alias = fault_alias_at(i)) != NULL; i++)
		buf_addf(error, " %s", alias->name);
	return false;
}

/* The argument that a kind has when none is given. */
static void
set_standard(struct fault *f)
{
	f->n = fault_row(f->kind)->standard;
	if (fault_row(f->kind)->argument == FAULT_ARG_STATUS) {
		f->mix[0].status = (uint32_t)f->n;
		f->mix[0].share = f->n_mix = f->shares = 1;
	}
	if (fault_row(f->kind)->argument == FAULT_ARG_STAT)
		read_stat(f, span_str("ACCEPTD"));
}

/* "WHAT", "WHAT=ARG", or a status alone. */
static bool
read_what(struct fault *f, struct span text, struct buf *error)
{
	const struct fault_alias *alias;
	bool has_argument;
	struct span arg = text, word = term_trim(term_cut(&arg, '=', &has_argument));

	for (size_t i = 0; (alias = fault_alias_at(i)) != NULL; i++)
		if (span_is(word, alias->name)) {
			word = span_str(alias->text);
			break;
		}
	for (int i = 0; i < FAULTS; i++) {
		if (!span_is(word, fault_row((enum fault_kind)i)->name))
			continue;
		f->kind = (enum fault_kind)i;
		set_standard(f);
		if (has_argument)
			return read_argument(f, term_trim(arg), error);
		return !fault_row(f->kind)->needed || complain(error, word,
		    "it needs an argument, as in late=2s");
	}
	f->kind = FAULT_STATUS;
	if (!read_mix(f, word))
		return complain_kind(error, word);
	return !has_argument || complain(error, term_trim(arg),
	    "this fault takes no argument");
}

/* When */

/* The name of a request of clients as an occasion; 0. */
static uint64_t
occasion_of(struct span name)
{
	const struct fault_occasion *row;
	enum pdu_type type = pdu_type_by_name(name);
	uint64_t on = type != PDU_unknown ? UINT64_C(1) << type : 0;

	for (size_t i = 0; (row = fault_occasion_at(i)) != NULL; i++)
		if (span_is(name, row->name))
			return row->on;
	return on & fault_row(FAULT_STATUS)->on;
}

static bool
read_on(struct fault *f, struct span value, struct buf *error)
{
	const struct fault_occasion *row;

	f->on = occasion_of(value);
	if (f->on == 0) {
		complain(error, value, "expected the name of a request, "
		    "or one of");
		for (size_t i = 0; (row = fault_occasion_at(i)) != NULL; i++)
			buf_addf(error, " %s", row->name);
		return false;
	}
	f->on &= fault_row(f->kind)->on;
	return f->on != 0 || complain(error, value,
	    "this fault has no such occasion");
}

/* A pattern of whom it is about. */
static bool
read_whom(struct span *to, struct span value, struct buf *error)
{
	if (value.n == 0)
		return complain(error, value, "expected an address or "
		    "account, a * at its end for all that begin so");
	free((void *)(uintptr_t)to->p);
	*to = span_of(mem_strndup(value.p, value.n), value.n);
	return true;
}

static bool
read_share(struct fault *f, struct span item, struct span value,
    struct buf *error)
{
	return share(value, &f->share) || complain(error, item,
	    "expected a probability, as in 0.01");
}

static bool
read_time(uint64_t *to, struct span value, struct buf *error)
{
	return (time_parse(value, to) && *to > 0) || complain(error, value,
	    "expected a TIME, as in 30s");
}

static bool
read_when(struct fault *f, struct span item, struct buf *error)
{
	const struct {
		const char *name;
		uint64_t *count, *time;
		struct span *whom;
	} keys[] = {
		{"every", &f->every, NULL, NULL},
		{"after", &f->after, NULL, NULL},
		{"count", &f->count, NULL, NULL},
		{"for", NULL, &f->for_ms, NULL},
		{"at", NULL, &f->at_ms, NULL},
		{"account", NULL, NULL, &f->whom.account},
		{"from", NULL, NULL, &f->whom.from},
		{"to", NULL, NULL, &f->whom.to},
	};
	bool found;
	struct span value = item, key = term_trim(term_cut(&value, '=', &found));

	value = term_trim(value);
	if (span_is(key, "on"))
		return read_on(f, value, error);
	if (span_is(key, "p"))
		return read_share(f, item, value, error);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (!span_is(key, keys[i].name))
			continue;
		if (keys[i].whom != NULL)
			return read_whom(keys[i].whom, value, error);
		if (keys[i].time != NULL)
			return read_time(keys[i].time, value, error);
		return term_number(value, 1, UINT32_MAX, keys[i].count) ||
		    complain(error, item, "expected a whole number, 1 or more");
	}
	return complain(error, item, "expected on=, every=, p=, after=, "
	    "count=, at=, for=, account=, from= or to=");
}

static void
whom_free(struct fault_whom *whom)
{
	free((void *)(uintptr_t)whom->account.p);
	free((void *)(uintptr_t)whom->from.p);
	free((void *)(uintptr_t)whom->to.p);
}

static bool
parse(struct fault *f, struct span text, struct buf *error)
{
	bool has_when, more;
	struct span what = term_cut(&text, '@', &has_when);

	*f = (struct fault){.on = 0};
	if (!read_what(f, term_trim(what), error))
		return false;
	while (has_when) {
		struct span item = term_trim(term_cut(&text, ',', &more));

		if (!read_when(f, item, error))
			return false;
		has_when = more;
	}
	if (f->on == 0)
		f->on = fault_row(f->kind)->on & fault_occasion_at(0)->on;
	if (f->on == 0 && (fault_row(f->kind)->on & FAULT_ON_RECEIPT) != 0)
		f->on = FAULT_ON_RECEIPT;
	if (f->on == 0)
		f->on = fault_row(f->kind)->on;
	return true;
}

bool
faults_add(struct faults *faults, struct span text, struct buf *error)
{
	struct fault f;

	faults->fault = mem_resize(faults->fault,
	    (faults->n + 1) * sizeof(*faults->fault));
	if (!parse(&f, term_trim(text), error)) {
		whom_free(&f.whom);
		return false;
	}
	if (faults->n == FAULTS_MOST) {
		whom_free(&f.whom);
		return complain(error, text, "too many faults");
	}
	faults->fault[faults->n++] = f;
	faults->on |= f.on;
	return true;
}

bool
faults_add_lines(struct faults *faults, struct span text, struct buf *error)
{
	struct buf why = {0};
	bool more = true, good = true;

	for (unsigned long line = 1; more && good; line++) {
		struct span item = term_trim(term_cut(&text, '\n', &more));

		if (item.n == 0 || item.p[0] == '#')
			continue;
		good = faults_add(faults, item, &why);
		if (!good)
			buf_addf(error, "line %lu: %s", line, buf_cstr(&why));
	}
	buf_free(&why);
	return good;
}

/* What stands between "{sim " and "}"; false when there is nothing. */
static bool
find_text(struct span text, struct span *inside)
{
	const uint8_t *p = text.n > 0 ? memmem(text.p, text.n, "{sim ", 5) :
	    NULL, *end;

	if (p == NULL)
		return false;
	*inside = span_skip(text, (size_t)(p - text.p) + 5);
	end = inside->n > 0 ? memchr(inside->p, '}', inside->n) : NULL;
	if (end == NULL)
		return false;
	inside->n = (size_t)(end - inside->p);
	return true;
}

enum faults_text
faults_of_text(struct faults *faults, struct span text, struct buf *error)
{
	struct span inside;
	bool more = true;

	if (!find_text(text, &inside))
		return FAULTS_NONE;
	while (more) {
		struct span word = term_trim(term_cut(&inside, ' ', &more));
		struct span when = word;
		bool has_when;

		if (word.n == 0)
			continue;
		term_cut(&when, '@', &has_when);
		if (has_when && (when.n < 3 || memcmp(when.p, "on=", 3) != 0 ||
		    memchr(when.p, ',', when.n) != NULL)) {
			complain(error, word, "in a message the only "
			    "condition is on=");
			return FAULTS_BAD;
		}
		if (faults->n == TEXT_FAULTS ||
		    !faults_add(faults, word, error))
			return FAULTS_BAD;
	}
	return faults->n > 0 ? FAULTS_SOME : FAULTS_NONE;
}
