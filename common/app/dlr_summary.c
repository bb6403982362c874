/* SPDX-License-Identifier: ISC */
/*
 * Counts of receipts. Pairs of stat and err are kept in a table of open
 * addressing; what is printed of stats and classes is added up from them.
 */
#include "app/dlr_summary.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hist.h"
#include "base/mem.h"

enum {
	SLOTS = 2 * DLR_SUMMARY_PAIRS,
	BAR = 30,          /* characters of a bar */
	TABLE_ROWS = 20,   /* of pairs in the table; the rest is one row */
	WORD_WIDTH = 16,   /* of a column of words at the most */
};

struct pair {
	uint64_t count;
	uint8_t n_stat, n_err;
	uint8_t word[2 * DLR_SUMMARY_WORD];  /* stat, then err */
};

struct dlr_summary {
	uint16_t slot[SLOTS];    /* index of a pair, from 1; 0: none */
	struct pair *pair;       /* n of them */
	size_t n, room;
	uint64_t receipts, others;
	uint64_t early;          /* done before submit */
	struct hist seconds;
};

/* A line of the table, a row of the records. */
struct row {
	struct span name, err;
	uint64_t count;
};

struct dlr_summary *
dlr_summary_new(void)
{
	return mem_new(sizeof(struct dlr_summary));
}

void
dlr_summary_free(struct dlr_summary *s)
{
	if (s != NULL)
		free(s->pair);
	free(s);
}

static struct span
stat_of(const struct pair *p)
{
	return span_of(p->word, p->n_stat);
}

static struct span
err_of(const struct pair *p)
{
	return span_of(p->word + p->n_stat, p->n_err);
}

/* FNV-1a */
static uint32_t
hash(uint32_t h, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * UINT32_C(16777619);
	return (h ^ (uint32_t)s.n) * UINT32_C(16777619);
}

/* The pair's place among the pairs, or NULL when there is no room for it. */
static struct pair *
find(struct dlr_summary *s, struct span stat, struct span err)
{
	uint32_t at = hash(hash(UINT32_C(2166136261), stat), err);
	struct pair *p;

	if (stat.n > DLR_SUMMARY_WORD || err.n > DLR_SUMMARY_WORD)
		return NULL;
	for (at ^= at >> 16; s->slot[at % SLOTS] != 0; at++) {
		p = &s->pair[s->slot[at % SLOTS] - 1];
		if (span_eq(stat_of(p), stat) && span_eq(err_of(p), err))
			return p;
	}
	if (s->n == DLR_SUMMARY_PAIRS)
		return NULL;
	if (s->n == s->room) {
		s->room = s->room == 0 ? 32 : 2 * s->room;
		s->pair = mem_resize(s->pair, s->room * sizeof(*s->pair));
	}
	p = &s->pair[s->n++];
	s->slot[at % SLOTS] = (uint16_t)s->n;
	*p = (struct pair){.n_stat = (uint8_t)stat.n, .n_err = (uint8_t)err.n};
	if (stat.n > 0)
		memcpy(p->word, stat.p, stat.n);
	if (err.n > 0)
		memcpy(p->word + stat.n, err.p, err.n);
	return p;
}

void
dlr_summary_add(struct dlr_summary *s, const struct dlr *d,
    const int64_t *seconds)
{
	const struct dlr_stat *known = dlr_stat(d->f[DLR_stat]);
	struct pair *p = find(s, known != NULL ? span_str(known->usual) :
	    d->f[DLR_stat], d->f[DLR_err]);

	s->receipts++;
	if (p != NULL)
		p->count++;
	else
		s->others++;
	if (seconds != NULL && *seconds < 0)
		s->early++;
	else if (seconds != NULL)
		hist_add(&s->seconds, (uint64_t)*seconds);
}

/* The most first, then by name. */
static int
by_count(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
	int order;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	order = n == 0 ? 0 : memcmp(x->name.p, y->name.p, n);
	return order != 0 ? order : x->name.n < y->name.n ? -1 : 1;
}

static struct row *
sorted(struct row *rows, size_t n)
{
	qsort(rows, n, sizeof(*rows), by_count);
	return rows;
}

static struct row *
pairs(const struct dlr_summary *s, size_t *n)
{
	struct row *rows = mem_array(s->n + 1, sizeof(*rows));

	for (*n = 0; *n < s->n; ++*n)
		rows[*n] = (struct row){stat_of(&s->pair[*n]),
		    err_of(&s->pair[*n]), s->pair[*n].count};
	return sorted(rows, *n);
}

/* Rows of the same name made one. */
static size_t
merge(struct row *rows, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct row r = {.name = rows[i].name, .count = rows[i].count};
		size_t j = 0;

		while (j < kept && !span_eq(rows[j].name, r.name))
			j++;
		if (j < kept)
			rows[j].count += r.count;
		else
			rows[kept++] = r;
	}
	return kept;
}

static struct row *
stats(const struct dlr_summary *s, size_t *n)
{
	struct row *rows = pairs(s, n);

	*n = merge(rows, *n);
	return sorted(rows, *n);
}

static struct row *
classes(const struct dlr_summary *s, size_t *n)
{
	struct row *rows = pairs(s, n);

	for (size_t i = 0; i < *n; i++) {
		const struct dlr_stat *stat = dlr_stat(rows[i].name);

		rows[i].name = span_str(dlr_class_name(stat != NULL ?
		    stat->class : DLR_UNKNOWN));
	}
	*n = merge(rows, *n);
	return sorted(rows, *n);
}

enum { SHARE = 24 };

/* "95.04": hundredths of a percent, rounded down. */
static struct span
share(char text[SHARE], uint64_t count, uint64_t all)
{
	/* where 10000 times as many do not fit, a share is no finer */
	uint64_t unit = all > UINT64_MAX / 10000 ? 10000 : 1;
	uint64_t n = all == 0 ? 0 : count / unit * 10000 / (all / unit);

	snprintf(text, SHARE, "%u.%02u", (unsigned)(n / 100),
	    (unsigned)(n % 100));
	return span_str(text);
}

/* At least one character for what is not 0. */
static void
add_bar(struct buf *b, uint64_t value, uint64_t full)
{
	double share = full == 0 ? 0 : (double)value / (double)full;
	int n = (int)(share * BAR + 0.5);

	if (value > 0)
		buf_addf(b, "  %.*s", n > 0 ? n : 1,
		    "##############################");
	buf_add_byte(b, '\n');
}

/* The word, escaped, and blanks up to the width. */
static void
add_word(struct buf *b, struct span word, size_t width)
{
	size_t from = b->len, characters = 0;

	if (word.n == 0)
		buf_add_str(b, "-");
	tsv_escape(b, word);
	for (size_t i = from; i < b->len; i++)
		characters += (b->p[i] & 0xc0) != 0x80;
	for (; characters < width; characters++)
		buf_add_byte(b, ' ');
	buf_add_str(b, "  ");
}

static size_t
wider(size_t width, struct span word)
{
	return word.n > width ? word.n < WORD_WIDTH ? word.n : WORD_WIDTH :
	    width;
}

static void
add_counts(struct buf *b, const char *title, const struct row *rows, size_t n,
    bool with_err, uint64_t all)
{
	size_t width = strlen(title), err_width = 3, shown = n;
	uint64_t rest = 0;
	char percent[SHARE];

	if (n > TABLE_ROWS + 1)
		shown = TABLE_ROWS;
	for (size_t i = 0; i < shown; i++) {
		width = wider(width, rows[i].name);
		err_width = wider(err_width, rows[i].err);
	}
	buf_add_byte(b, '\n');
	add_word(b, span_str(title), width);
	if (with_err)
		add_word(b, span_str("err"), err_width);
	buf_add_str(b, "    receipts  share\n");
	for (size_t i = 0; i < shown; i++) {
		add_word(b, rows[i].name, width);
		if (with_err)
			add_word(b, rows[i].err, err_width);
		share(percent, rows[i].count, all);
		buf_addf(b, "%12llu %6s%%", (unsigned long long)rows[i].count,
		    percent);
		add_bar(b, rows[i].count, all);
	}
	for (size_t i = shown; i < n; i++)
		rest += rows[i].count;
	if (rest > 0)
		buf_addf(b, "and %zu more, of %llu receipts\n", n - shown,
		    (unsigned long long)rest);
}

static const struct {
	const char *name;
	unsigned permille;
} percentiles[] = {{"p50", 500}, {"p75", 750}, {"p90", 900}, {"p95", 950},
	{"p99", 990}, {"p999", 999}, {"max", 1000}};

enum { PERCENTILES = sizeof(percentiles) / sizeof(percentiles[0]) };

static void
add_seconds(struct buf *b, const struct dlr_summary *s)
{
	if (s->seconds.n == 0 && s->early == 0)
		return;
	buf_addf(b, "\nseconds from submit to done, of %llu receipts",
	    (unsigned long long)s->seconds.n);
	if (s->early > 0)
		buf_addf(b, "; %llu more were done before they were submitted",
		    (unsigned long long)s->early);
	buf_add_byte(b, '\n');
	for (size_t i = 0; i < PERCENTILES && s->seconds.n > 0; i++) {
		uint64_t at = hist_at(&s->seconds, percentiles[i].permille);

		buf_addf(b, "%-5s %12llu", percentiles[i].name,
		    (unsigned long long)at);
		add_bar(b, at, s->seconds.most);
	}
	if (s->seconds.n > 0)
		buf_addf(b, "%-5s %12llu\n", "mean",
		    (unsigned long long)hist_mean(&s->seconds));
}

void
dlr_summary_table(struct dlr_summary *s, struct buf *b, uint64_t without)
{
	size_t n;
	struct row *rows;

	buf_addf(b, "%llu receipts", (unsigned long long)s->receipts);
	if (without > 0)
		buf_addf(b, ", %llu lines without one",
		    (unsigned long long)without);
	buf_add_byte(b, '\n');
	if (s->receipts == 0)
		return;
	rows = classes(s, &n);
	add_counts(b, "class", rows, n, false, s->receipts);
	free(rows);
	rows = stats(s, &n);
	add_counts(b, "stat", rows, n, false, s->receipts);
	free(rows);
	rows = pairs(s, &n);
	add_counts(b, "stat", rows, n, true, s->receipts);
	free(rows);
	if (s->others > 0)
		buf_addf(b, "others: %llu receipts, past %d pairs of stat and "
		    "err, or with a word over %d octets\n",
		    (unsigned long long)s->others, DLR_SUMMARY_PAIRS,
		    DLR_SUMMARY_WORD);
	add_seconds(b, s);
}

/* A row of what is counted; share of all, when that is not 0. */
static void
record(struct buf *b, const struct record_format *f, const char *what,
    struct row r, uint64_t all)
{
	struct value row[TALLY_COLUMNS] = {0};
	char percent[SHARE];

	row[TALLY_what] = value_text(span_str(what));
	if (r.name.n > 0)
		row[TALLY_name] = value_text(r.name);
	if (r.err.n > 0)
		row[TALLY_err] = value_text(r.err);
	row[TALLY_count] = value_num(r.count);
	if (all > 0)
		row[TALLY_share] = value_decimal(share(percent, r.count, all));
	record_write(b, f, row);
}

static void
records(struct buf *b, const struct record_format *f, const char *what,
    struct row *rows, size_t n, uint64_t all)
{
	for (size_t i = 0; i < n; i++)
		record(b, f, what, rows[i], all);
	free(rows);
}

static void
record_seconds(struct buf *b, const struct record_format *f, const char *name,
    uint64_t seconds)
{
	struct value row[TALLY_COLUMNS] = {0};

	row[TALLY_what] = value_text(span_str("seconds"));
	row[TALLY_name] = value_text(span_str(name));
	row[TALLY_seconds] = value_num(seconds);
	record_write(b, f, row);
}

void
dlr_summary_records(struct dlr_summary *s, struct buf *b,
    const struct record_format *f, uint64_t without)
{
	struct row *rows;
	size_t n;

	record(b, f, "receipts", (struct row){.count = s->receipts}, 0);
	record(b, f, "without", (struct row){.count = without}, 0);
	rows = classes(s, &n);
	records(b, f, "class", rows, n, s->receipts);
	rows = stats(s, &n);
	records(b, f, "stat", rows, n, s->receipts);
	rows = pairs(s, &n);
	records(b, f, "err", rows, n, s->receipts);
	if (s->others > 0)
		record(b, f, "others", (struct row){.count = s->others},
		    s->receipts);
	record(b, f, "timed", (struct row){.count = s->seconds.n},
	    s->receipts);
	record(b, f, "early", (struct row){.count = s->early}, s->receipts);
	if (s->seconds.n == 0)
		return;
	for (size_t i = 0; i < PERCENTILES; i++)
		record_seconds(b, f, percentiles[i].name,
		    hist_at(&s->seconds, percentiles[i].permille));
	record_seconds(b, f, "mean", hist_mean(&s->seconds));
}
