/* SPDX-License-Identifier: ISC */
/* Results of all rows, counted. */
#include <stdlib.h>

#include "app/results_private.h"
#include "base/mem.h"

static const struct {
	const char *name;
	uint64_t most;
} bins[RESULTS_BINS] = {
	{"under 1 s", 1}, {"1 to 2 s", 2}, {"2 to 5 s", 5}, {"5 to 15 s", 15},
	{"15 to 60 s", 60}, {"1 to 5 min", 300}, {"5 to 30 min", 1800},
	{"30 min to 2 h", 7200}, {"2 to 24 h", 86400}, {"a day and more", UINT64_MAX},
};

/* Words past the last place are counted together. */
static void
count_word(struct results_word *word, size_t *n, struct span s)
{
	size_t i = 0;

	while (i < *n && !span_is(s, word[i].word))
		i++;
	if (i == *n && i == RESULTS_WORDS) {
		i = RESULTS_WORDS - 1;
		free(word[i].word);
		word[i].word = mem_strdup("others");
	} else if (i == *n) {
		word[i].word = mem_strndup(s.p, s.n);
		word[i].n = 0;
		++*n;
	}
	word[i].n++;
}

static int
by_count(const void *a, const void *b)
{
	const struct results_word *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->word, y->word);
}

static void
sort(struct results_word *word, size_t n)
{
	if (n > 1)
		qsort(word, n, sizeof(*word), by_count);
}

/* How many minutes a point is, so that all fit. */
static uint32_t
step_of(uint32_t minutes)
{
	static const uint32_t steps[] = {1, 2, 5, 10, 15, 30, 60, 120, 360, 720,
	    1440, 10080};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (minutes / steps[i] < RESULTS_POINTS)
			return steps[i];
	return minutes / (RESULTS_POINTS - 1) + 1;
}

static void
count_points(const struct results *r, struct results_summary *s)
{
	uint32_t first = UINT32_MAX, last = 0, step, at;

	for (size_t i = 0; i < r->n; i++)
		if (r->entry[i].minute > 0) {
			if (r->entry[i].minute < first)
				first = r->entry[i].minute;
			if (r->entry[i].minute > last)
				last = r->entry[i].minute;
		}
	if (last == 0)
		return;
	step = step_of(last - first);
	s->first_ms = (int64_t)first * 60000;
	s->step_ms = (int64_t)step * 60000;
	s->n_points = (last - first) / step + 1;
	for (size_t i = 0; i < r->n; i++) {
		if (r->entry[i].minute == 0)
			continue;
		at = (r->entry[i].minute - first) / step;
		s->point[at]++;
	}
}

static void
count_time(struct results_summary *s, uint32_t seconds)
{
	size_t i = 0;

	while (seconds >= bins[i].most)
		i++;
	s->bin[i].n++;
	s->n_timed++;
}

/* What became of a row in the end: its state, or why it has none. */
static void
count_outcome(struct results_summary *s, const struct span *text)
{
	struct span outcome = text[REPORT_STATE];

	s->states += outcome.n > 0;
	if (outcome.n == 0)
		outcome = span_is(text[REPORT_STATUS], "ok") ?
		    span_str("no receipt") : text[REPORT_STATUS];
	count_word(s->outcome, &s->n_outcome, outcome);
}

void
results_summarise(struct results *r, struct results_summary *s)
{
	struct span text[REPORT_COLUMNS];

	*s = (struct results_summary){.unknown_refs = r->unknown_refs,
	    .unknown_ids = r->unknown_ids};
	for (size_t i = 0; i < RESULTS_BINS; i++)
		s->bin[i] = (struct results_bin){bins[i].name, bins[i].most, 0};
	for (size_t i = 0; i < r->n; i++) {
		if (!results_row(r, (uint32_t)i, text))
			continue;
		s->rows++;
		count_word(s->status, &s->n_status, text[REPORT_STATUS]);
		count_outcome(s, text);
		if (text[REPORT_ERROR].n > 0)
			count_word(s->error, &s->n_error,
			    text[REPORT_ERROR]);
		if (r->entry[i].seconds > 0)
			count_time(s, r->entry[i].seconds - 1);
	}
	sort(s->status, s->n_status);
	sort(s->outcome, s->n_outcome);
	sort(s->error, s->n_error);
	count_points(r, s);
}

void
results_summary_free(struct results_summary *s)
{
	for (size_t i = 0; i < s->n_status; i++)
		free(s->status[i].word);
	for (size_t i = 0; i < s->n_outcome; i++)
		free(s->outcome[i].word);
	for (size_t i = 0; i < s->n_error; i++)
		free(s->error[i].word);
	*s = (struct results_summary){0};
}
