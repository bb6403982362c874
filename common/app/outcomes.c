/* SPDX-License-Identifier: ISC */
/*
 * The shares of final states. They are dealt as by a smooth weighted round
 * robin: each state's due grows by its share with every message, the one with
 * the most is dealt and pays the sum of all.
 */
#include "app/outcomes.h"

#include "base/term.h"
#include "smpp/dlr.h"

enum { SHARE_MAX = 1000000 };

static bool
complain(struct buf *error, struct span word, const char *what)
{
	buf_add_byte(error, '"');
	buf_add_span(error, word);
	buf_addf(error, "\": %s", what);
	return false;
}

static bool
set_err(struct outcome *o, struct span err)
{
	if (err.n == 0 || err.n > OUTCOME_ERR)
		return false;
	o->code = 0;
	for (size_t i = 0; i < err.n; i++) {
		if (err.p[i] <= ' ' || err.p[i] > '~')
			return false;
		if (err.p[i] >= '0' && err.p[i] <= '9')
			o->code = (uint16_t)(o->code * 10 + (err.p[i] - '0'));
	}
	memcpy(o->err, err.p, err.n);
	o->err_len = (uint8_t)err.n;
	return true;
}

bool
outcome_of(struct outcome *o, struct span word)
{
	const struct dlr_stat *stat = dlr_stat(word);

	if (stat == NULL || word.n > OUTCOME_WORD)
		return false;
	*o = (struct outcome){.stat_len = (uint8_t)word.n,
	    .message_state = stat->message_state,
	    .delivered = stat->class == DLR_DELIVERED,
	    .failed = stat->class == DLR_FAILED};
	memcpy(o->stat, word.p, word.n);
	return set_err(o, span_str(o->failed ? "001" : "000"));
}

static bool
add(struct outcomes *o, struct span item, struct buf *error)
{
	bool shared;
	struct span rest = item, word = term_trim(term_cut(&rest, '=', &shared));
	uint64_t share = 1;
	struct outcome row;

	if (!outcome_of(&row, word))
		return complain(error, word, "no final state: DELIVRD, "
		    "UNDELIV, REJECTD, EXPIRED, DELETED ...");
	if (shared && !term_number(term_trim(rest), 0, SHARE_MAX, &share))
		return complain(error, item, "a share is a whole number, at "
		    "most 1000000");
	if (o->n == OUTCOMES_MAX)
		return complain(error, item, "too many states");
	row.share = (uint32_t)share;
	o->row[o->n++] = row;
	o->total += row.share;
	return true;
}

bool
outcomes_parse(struct outcomes *o, struct span text, struct buf *error)
{
	bool more;

	*o = (struct outcomes){0};
	do {
		if (!add(o, term_trim(term_cut(&text, ',', &more)), error))
			return false;
	} while (more);
	if (o->total == 0) {
		buf_add_str(error, "all shares are 0");
		return false;
	}
	return true;
}

struct outcomes
outcomes_default(void)
{
	struct outcomes o;
	struct buf error = {0};

	outcomes_parse(&o, span_str("DELIVRD"), &error);
	buf_free(&error);
	return o;
}

size_t
outcomes_next(struct outcomes *o)
{
	size_t best = 0;

	if (o->n == 1)
		return 0;
	for (size_t i = 0; i < o->n; i++) {
		o->row[i].due += o->row[i].share;
		if (o->row[i].due > o->row[best].due)
			best = i;
	}
	o->row[best].due -= o->total;
	return best;
}

bool
errs_parse(struct errs *errs, struct span text, struct buf *error)
{
	bool more, found;

	*errs = (struct errs){0};
	do {
		struct span item = term_cut(&text, ',', &more), err = item;
		struct span word = term_trim(term_cut(&err, '=', &found));
		struct outcome *o = &errs->row[errs->n];

		if (errs->n == OUTCOMES_MAX)
			return complain(error, item, "too many states");
		if (!outcome_of(o, word))
			return complain(error, word, "no state: DELIVRD, "
			    "UNDELIV, REJECTD, EXPIRED, DELETED ...");
		if (!set_err(o, term_trim(err)))
			return complain(error, term_trim(item), "expected an "
			    "err of 1 to 8 characters, as in UNDELIV=011");
		errs->n++;
	} while (more);
	return true;
}

void
errs_apply(const struct errs *errs, struct outcome *o)
{
	const struct dlr_stat *stat = dlr_stat(span_of(o->stat, o->stat_len));

	for (size_t i = 0; i < errs->n; i++) {
		const struct outcome *from = &errs->row[i];
		const struct dlr_stat *same = dlr_stat(span_of(from->stat,
		    from->stat_len));

		if (strcmp(stat->usual, same->usual) == 0)
			set_err(o, span_of(from->err, from->err_len));
	}
}
