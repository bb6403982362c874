/* SPDX-License-Identifier: ISC */
/* What the text of a setting means: numbers, times, sizes, words. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sysexits.h>

#include "app/config.h"
#include "app/url.h"
#include "rec/columns.h"
#include "smpp/tables.h"
#include "sys/diag.h"

void
setting_refuse(const struct setting *s, const char *fmt, ...)
{
	struct buf expected = {0};
	struct keep kept = {0};
	const char *value = s->value ? s->value : "";
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	buf_reserve(&expected, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf((char *)expected.p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	if (options[s->option].flags & OPTION_SECRET)
		value = "***";
	else if (s->option == OPT_URL)
		value = url_masked(&kept, value);
	if (s->layer == LAYER_LINE)
		die(EX_USAGE, "--%s: \"%s\": %s", options[s->option].name,
		    value, (char *)expected.p);
	die(s->layer == LAYER_PROFILE || s->layer == LAYER_PROFILE_URL ?
	    EX_CONFIG : EX_USAGE, "%s: %s: \"%s\": %s", s->where,
	    options[s->option].name, value, (char *)expected.p);
}

/* How often a name is in a comma list. */
static unsigned
times_in_list(const char *list, struct span name)
{
	unsigned times = 0;

	for (;;) {
		size_t n = strcspn(list, ",");

		times += span_eq(span_of(list, n), name);
		if (list[n] == '\0')
			return times;
		list += n + 1;
	}
}

void
setting_refuse_columns(const struct setting *s, const struct schema *schema,
    struct span bad)
{
	struct buf there = {0};
	const char *what = "is missing";

	if (column_find(schema, bad) == schema->n)
		what = "is no column";
	else if (times_in_list(s->value, bad) > 1)
		what = "stands there twice";
	for (size_t i = 0; i < schema->n; i++)
		buf_addf(&there, "%s%s", i > 0 ? "," : "", schema->name[i]);
	setting_refuse(s, "\"%.*s\" %s; the columns are %s", (int)bad.n,
	    (const char *)bad.p, what, buf_cstr(&there));
}

/* Takes digits off the front; false when there are none or too many. */
static bool
take_number(struct span *s, uint64_t *n)
{
	bool any = false;

	*n = 0;
	while (s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9') {
		uint64_t digit = (uint64_t)(s->p[0] - '0');

		if (*n > (UINT64_MAX - digit) / 10)
			return false;
		*n = *n * 10 + digit;
		*s = span_skip(*s, 1);
		any = true;
	}
	return any;
}

/* Digits behind a point, as billionths. */
static bool
take_fraction(struct span *s, uint64_t *billionths)
{
	uint64_t place = 1000000000;

	*billionths = 0;
	if (s->n == 0 || s->p[0] != '.')
		return true;
	*s = span_skip(*s, 1);
	while (s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9' && place > 1) {
		place /= 10;
		*billionths += place * (uint64_t)(s->p[0] - '0');
		*s = span_skip(*s, 1);
	}
	return place < 1000000000;
}

bool
time_parse(struct span s, uint64_t *ms)
{
	static const struct {
		const char *name;
		uint64_t ms;
	} units[] = {
		{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60 * 1000},
		{"h", 60 * 60 * 1000}, {"d", 24 * 60 * 60 * 1000},
	};
	uint64_t n, billionths;

	if (!take_number(&s, &n) || !take_fraction(&s, &billionths))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		uint64_t part = billionths * units[i].ms;

		if (!span_is(s, units[i].name))
			continue;
		/* INT64_MAX, so that a time added to now cannot wrap */
		if (part % 1000000000 != 0 || n > INT64_MAX / units[i].ms - 1)
			return false;
		*ms = n * units[i].ms + part / 1000000000;
		return true;
	}
	return false;
}

uint64_t
setting_time(const struct setting *s)
{
	uint64_t ms;

	if (!time_parse(span_str(s->value), &ms))
		setting_refuse(s, "a time is expected: 500ms, 30s (or 30), "
		    "5m, 2h, 1d");
	return ms;
}

uint64_t
setting_number(const struct setting *s, uint64_t least, uint64_t most)
{
	struct span text = span_str(s->value);
	uint64_t n;

	if (!take_number(&text, &n) || text.n > 0 || n < least || n > most)
		setting_refuse(s, "a whole number from %" PRIu64 " to %" PRIu64
		    " is expected", least, most);
	return n;
}

uint64_t
setting_size(const struct setting *s, uint64_t least, uint64_t most)
{
	static const char *const unit[] = {"", "KiB", "MiB", "GiB"};
	struct span text = span_str(s->value);
	uint64_t n;

	if (take_number(&text, &n))
		for (unsigned i = 0; i < 4; i++)
			if (span_is(text, unit[i]) &&
			    n <= most >> (10 * i) && n << (10 * i) >= least)
				return n << (10 * i);
	setting_refuse(s, "a size from %" PRIu64 " to %" PRIu64
	    " octets is expected: 65536, 64KiB, 1MiB", least, most);
}

bool
rate_parse(struct span s, struct rate *rate)
{
	uint64_t n;

	if (!take_number(&s, &n) || n > BUCKET_RATE_MOST)
		return false;
	*rate = (struct rate){n, span_is(s, "/m") ? 60 * 1000 : 1000};
	return span_is(s, "/s") || span_is(s, "/m") || (n == 0 && s.n == 0);
}

struct rate
setting_rate(const struct setting *s)
{
	struct rate rate;

	if (!rate_parse(span_str(s->value), &rate))
		setting_refuse(s, "a rate is expected: 10/s, 600/m, or 0 for "
		    "no limit");
	return rate;
}

static void
add_words(struct buf *b, const char *const words[])
{
	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			buf_add_str(b, words[i + 1] == NULL ? " or " : ", ");
		buf_add_str(b, words[i]);
	}
}

size_t
setting_word(const struct setting *s, const char *const words[])
{
	struct buf b = {0};

	for (size_t i = 0; words[i] != NULL; i++)
		if (strcmp(s->value, words[i]) == 0)
			return i;
	add_words(&b, words);
	setting_refuse(s, "%s is expected", buf_cstr(&b));
}

/* A number up to 255, or a name of smpp.def's list. */
static uint8_t
named_number(const struct setting *s, const char *list)
{
	const struct value_row *row;
	struct span text = span_str(s->value);
	struct buf names = {0};
	uint64_t n;

	if (take_number(&text, &n) && text.n == 0 && n <= UINT8_MAX)
		return (uint8_t)n;
	for (size_t i = 0; (row = value_row_at(i)) != NULL; i++) {
		if (strcmp(row->list, list) != 0 || row->first != row->last)
			continue;
		if (strcasecmp(row->name, s->value) == 0) {
			buf_free(&names);
			return (uint8_t)row->first;
		}
		buf_addf(&names, ", %s", row->name);
	}
	setting_refuse(s, "a number from 0 to 255 or a name is expected%s",
	    buf_cstr(&names));
}

uint8_t
setting_ton(const struct setting *s)
{
	return named_number(s, "ton");
}

uint8_t
setting_npi(const struct setting *s)
{
	return named_number(s, "npi");
}

enum encoding
setting_alphabet(const struct setting *s)
{
	enum encoding e;

	if (!encoding_by_name(span_str(s->value), &e) ||
	    (e != ENCODING_ASCII && e != ENCODING_GSM7 &&
	    e != ENCODING_GSM7_PACKED && e != ENCODING_LATIN1))
		setting_refuse(s, "expected ascii, gsm7, gsm7-packed or "
		    "latin1");
	return e;
}
