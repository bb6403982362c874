/* SPDX-License-Identifier: ISC */
/*
 * The shares of final states. They are dealt as by a smooth weighted round
 * robin: each state's due grows by its share with every message, the one with
 * the most is dealt and pays the sum of all.
 */
#include "app/outcomes.h"

#include "app/config.h"
#include "smpp/dlr.h"

enum { SHARE_MAX = 1000000 };

/* The part of *text before the first c; *text is what is left behind it. */
static struct span
cut(struct span *text, uint8_t c)
{
	const uint8_t *p = text->n > 0 ? memchr(text->p, c, text->n) : NULL;
	struct span part = *text;

	if (p == NULL) {
		*text = span_skip(*text, text->n);
		return part;
	}
	part.n = (size_t)(p - text->p);
	*text = span_skip(*text, part.n + 1);
	return part;
}

static struct span
trim(struct span s)
{
	while (s.n > 0 && s.p[0] == ' ')
		s = span_skip(s, 1);
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

static bool
share_parse(struct span text, uint32_t *share)
{
	*share = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		*share = *share * 10 + (uint32_t)(text.p[i] - '0');
		if (*share > SHARE_MAX)
			return false;
	}
	return text.n > 0;
}

static bool
complain(struct buf *error, struct span word, const char *what)
{
	buf_add_byte(error, '"');
	buf_add_span(error, word);
	buf_addf(error, "\": %s", what);
	return false;
}

static bool
add(struct outcomes *o, struct span item, struct buf *error)
{
	struct span rest = item, word = trim(cut(&rest, '='));
	const struct dlr_stat *stat = dlr_stat(word);
	uint32_t share = 1;
	struct outcome *row;

	if (stat == NULL || word.n > OUTCOME_WORD)
		return complain(error, word, "no final state: DELIVRD, "
		    "UNDELIV, REJECTD, EXPIRED, DELETED ...");
	if (item.p + item.n != word.p + word.n &&
	    !share_parse(trim(rest), &share))
		return complain(error, item, "a share is a whole number, at "
		    "most 1000000");
	if (o->n == OUTCOMES_MAX)
		return complain(error, item, "too many states");
	row = &o->row[o->n++];
	*row = (struct outcome){.stat_len = (uint8_t)word.n, .share = share,
	    .message_state = stat->message_state,
	    .delivered = stat->class == DLR_DELIVERED,
	    .failed = stat->class == DLR_FAILED};
	memcpy(row->stat, word.p, word.n);
	o->total += share;
	return true;
}

bool
outcomes_parse(struct outcomes *o, struct span text, struct buf *error)
{
	bool more;

	*o = (struct outcomes){0};
	do {
		more = text.n > 0 && memchr(text.p, ',', text.n) != NULL;
		if (!add(o, trim(cut(&text, ',')), error))
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
delay_parse(struct span text, uint64_t *least, uint64_t *most)
{
	struct span unit, first;
	struct buf both = {0};
	size_t i, n;
	bool ok;

	for (i = 0; i + 1 < text.n; i++)
		if (text.p[i] == '.' && text.p[i + 1] == '.')
			break;
	if (i + 1 >= text.n) {
		ok = time_parse(text, least);
		*most = *least;
		return ok;
	}
	first = span_of(text.p, i);
	unit = text = span_skip(text, i + 2);
	while (unit.n > 0 && (unit.p[0] == '.' ||
	    (unit.p[0] >= '0' && unit.p[0] <= '9')))
		unit = span_skip(unit, 1);
	n = first.n;
	buf_add_span(&both, first);
	if (n > 0 && first.p[n - 1] >= '0' && first.p[n - 1] <= '9')
		buf_add_span(&both, unit);
	ok = time_parse(buf_span(&both), least) && time_parse(text, most) &&
	    *least <= *most;
	buf_free(&both);
	return ok;
}
