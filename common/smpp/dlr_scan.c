/* SPDX-License-Identifier: ISC */
/*
 * Delivery receipts of any form (3.4, appendix B). A field is told by the
 * colon behind its key, so the text is scanned once, from colon to colon, and
 * the key is matched backwards from it; the value ends where the next key
 * begins.
 */
#include "smpp/dlr_private.h"

/* Keys that are looked for: the fields, and one that only ends a value. */
enum { KEY_sm_status = DLR_FIELDS, KEY_none };

/* What is left when a text was read up to here. */
struct scan {
	struct dlr *d;
	const uint8_t *p, *end;
	unsigned found;         /* bits of the fields */
	unsigned loose;         /* of those that a later one may replace */
	const uint8_t *ahead;   /* up to here more_to_come has looked */
	bool more;              /* and what it saw there */
};

static bool
is_blank(uint8_t c)
{
	return c <= ' ';
}

static bool
is_letter(uint8_t c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26;
}

static bool
is_digit(uint8_t c)
{
	return (uint8_t)(c - '0') < 10;
}

static bool
is_word(uint8_t c)
{
	return is_letter(c) || is_digit(c) || c == '_';
}

static bool
has(const struct scan *s, int key)
{
	return (s->found & 1u << key) != 0;
}

/* Whether a field is found for good. */
static bool
settled(const struct scan *s, int key)
{
	return (s->found & ~s->loose & 1u << key) != 0;
}

/* Where key begins when it ends before p, in either case; else NULL. */
static const uint8_t *
back(const uint8_t *base, const uint8_t *p, const char *key, size_t n)
{
	size_t i;

	if ((size_t)(p - base) < n)
		return NULL;
	p -= n;
	for (i = 0; i < n; i++)
		if ((key[i] == '_' ? p[i] : p[i] | 0x20) != (uint8_t)key[i])
			return NULL;
	return p;
}

/* The date keys: "submit date", "submitdate", "submit"; done likewise. */
static int
date_key(const uint8_t *base, const uint8_t *p, const uint8_t **begin)
{
	const uint8_t *q = back(base, p, "date", 4);

	if (q != NULL)
		for (p = q; p > base && (is_blank(p[-1]) || p[-1] == '_');)
			p--;
	if ((*begin = back(base, p, "submit", 6)) != NULL)
		return DLR_submit_date;
	if ((*begin = back(base, p, "done", 4)) != NULL)
		return DLR_done_date;
	return KEY_none;
}

/* The key that ends at a colon and where it begins. No key has a letter, a
 * digit or a "_" in front of it. */
static int
key_at(const uint8_t *base, const uint8_t *colon, const uint8_t **begin)
{
	const uint8_t *p = colon;
	int key = KEY_none;

	*begin = NULL;
	while (p > base && is_blank(p[-1]))
		p--;
	if (p == base)
		return KEY_none;
	switch (p[-1] | 0x20) {
	case 'd':
		if ((*begin = back(base, p, "id", 2)) != NULL)
			key = DLR_id;
		else if ((*begin = back(base, p, "dlvrd", 5)) != NULL)
			key = DLR_dlvrd;
		break;
	case 'b':
		*begin = back(base, p, "sub", 3);
		key = DLR_sub;
		break;
	case 'e':
		key = date_key(base, p, begin);
		break;
	case 't':
		if ((*begin = back(base, p, "stat", 4)) != NULL)
			key = DLR_stat;
		else if ((*begin = back(base, p, "text", 4)) != NULL)
			key = DLR_text;
		else
			key = date_key(base, p, begin);
		break;
	case 'r':
		*begin = back(base, p, "err", 3);
		key = DLR_err;
		break;
	case 's':
		*begin = back(base, p, "sm_status", 9);
		key = KEY_sm_status;
		break;
	default:
		break;
	}
	if (*begin == NULL || (*begin > base && is_word((*begin)[-1])))
		return KEY_none;
	return key;
}

static const uint8_t *
colon_after(const uint8_t *p, const uint8_t *end)
{
	return p == end ? NULL : memchr(p, ':', (size_t)(end - p));
}

/* "2026-01-31 12:00:00": the octets of the time behind a date with dashes. */
static const uint8_t *
with_time(const uint8_t *p, const uint8_t *q, const uint8_t *end)
{
	const uint8_t *t;

	if (q - p != 10 || p[4] != '-' || end - q < 6 || !is_digit(q[1]) ||
	    !is_digit(q[2]) || q[3] != ':')
		return q;
	for (t = q + 1; t < end && (is_digit(*t) || *t == ':' || *t == '.');)
		t++;
	return t;
}

/* Whether a word of letters and a colon stand here: a key that is not ours. */
static bool
foreign_key(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *q = p;

	while (q < end && (is_letter(*q) || *q == '_'))
		q++;
	return q > p && q < end && *q == ':';
}

/* What stands behind the last value, err, without a key is the text, unless
 * it is another key or the beginning of "text:" cut off. */
static void
text_without_key(struct scan *s, const uint8_t *p, const uint8_t *end)
{
	size_t n;

	while (p < end && is_blank(*p))
		p++;
	while (end > p && is_blank(end[-1]))
		end--;
	n = (size_t)(end - p);
	if (n == 0 || has(s, DLR_text) || foreign_key(p, end) ||
	    (n <= 4 && back(p, end, "text", n) == p))
		return;
	s->d->f[DLR_text] = span_of(p, n);
	s->found |= 1u << DLR_text;
}

static void
put(struct scan *s, int key, const uint8_t *p, const uint8_t *end, bool loose)
{
	s->d->f[key] = span_of(p, (size_t)(end - p));
	s->found |= 1u << key;
	s->loose &= ~(1u << key);
	s->loose |= (unsigned)loose << key;
}

/* A text that has keys behind it, until a better one comes. When a key follows
 * at once it is the "text:" that a log puts before a receipt, and none. */
static void
keep_text(struct scan *s, const uint8_t *p, const uint8_t *end)
{
	while (end > p && is_blank(end[-1]))
		end--;
	if (end > p)
		put(s, DLR_text, p, end, true);
}

/* Keeps the value of a key: of what stands between its colon and end, the
 * first word. If more words follow, and there is no id yet, it may be what a
 * log has in front of a receipt. */
static void
keep(struct scan *s, int key, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *colon = p, *q, *rest;
	bool last = end == s->end;

	if (key >= DLR_FIELDS || settled(s, key))
		return;
	if (key == DLR_text) {
		keep_text(s, p, end);
		return;
	}
	while (p < end && is_blank(*p))
		p++;
	q = p;
	if (p == colon || !foreign_key(p, end))
		while (q < end && !is_blank(*q))
			q++;
	if (key == DLR_submit_date || key == DLR_done_date)
		q = with_time(p, q, end);
	rest = q;
	while (q > p && memchr(",;|]\"'", q[-1], 6) != NULL)
		q--;
	while (end > rest && is_blank(end[-1]))
		end--;
	/* a better id: the receipt begins here, after all that */
	if (key == DLR_id && has(s, key))
		s->loose = s->found;
	put(s, key, p, q, end > rest && !settled(s, DLR_id));
	if (key == DLR_err && last && q == rest)
		text_without_key(s, rest, end);
}

/* Whether an id or a stat that was not seen yet comes after p. What was seen
 * ahead holds until the scan gets there: at most three times is looked. */
static bool
more_to_come(struct scan *s, const uint8_t *p)
{
	const uint8_t *base = p, *colon, *begin;
	int key;

	if (has(s, DLR_id) && has(s, DLR_stat))
		return false;
	if (s->ahead != NULL && (!s->more || p <= s->ahead))
		return s->more;
	s->more = false;
	for (; (colon = colon_after(p, s->end)) != NULL; p = colon + 1) {
		key = key_at(base, colon, &begin);
		if ((key == DLR_id || key == DLR_stat) && !has(s, key)) {
			s->more = true;
			break;
		}
	}
	s->ahead = s->more ? colon : s->end;
	return s->more;
}

/* Seven cells: stat, done, submit, err, to, from, id; dates of 10 digits. */
static void
parse_csv(struct scan *s)
{
	static const int field[] = {DLR_stat, DLR_done_date, DLR_submit_date,
	    DLR_err, KEY_none, KEY_none, DLR_id};
	struct span cell[7];
	const uint8_t *p = s->p, *q;
	size_t i, j;

	if (s->end - p < 32 || p[2] != ',' || p[13] != ',' || p[24] != ',')
		return;
	for (i = 0; i < 7; i++, p = q + 1) {
		if (p > s->end)
			return;
		q = memchr(p, ',', (size_t)(s->end - p));
		if ((q == NULL) != (i == 6))
			return;
		if (q == NULL)
			q = s->end;
		cell[i] = span_of(p, (size_t)(q - p));
		for (j = 0; j < cell[i].n; j++)
			if (i < 6 ? !is_digit(p[j]) : is_blank(p[j]))
				return;
		if (cell[i].n == 0)
			return;
	}
	for (i = 0; i < 7; i++)
		if (field[i] != KEY_none) {
			s->d->f[field[i]] = cell[i];
			s->found |= 1u << field[i];
		}
}

/* A quote, bracket or comma of the line around a receipt is no part of its stat:
 * a word that is known counts without what stands behind it. */
static void
shed(struct span *stat)
{
	size_t n = 0;

	while (n < stat->n && ((stat->p[n] | 0x20) >= 'a' &&
	    (stat->p[n] | 0x20) <= 'z'))
		n++;
	if (n > 0 && n < stat->n && dlr_stat(*stat) == NULL &&
	    dlr_stat(span_of(stat->p, n)) != NULL)
		stat->n = n;
}

unsigned
dlr_scan(struct dlr *d, const uint8_t *p, const uint8_t *end)
{
	struct scan s = {.d = d, .p = p, .end = end};
	const uint8_t *base = p, *colon, *begin, *value = NULL;
	int key, at = KEY_none;
	unsigned n;

	memset(d, 0, sizeof(*d));
	while ((colon = colon_after(s.p, s.end)) != NULL) {
		s.p = colon + 1;
		key = key_at(base, colon, &begin);
		if (key == KEY_none)
			continue;
		if (at != KEY_none)
			keep(&s, at, value, begin);
		at = key;
		base = value = s.p;
		if (key == DLR_text && !settled(&s, DLR_text) &&
		    !more_to_come(&s, value)) {
			put(&s, DLR_text, value, s.end, false);
			at = KEY_none;
			break;
		}
	}
	if (at != KEY_none)
		keep(&s, at, value, s.end);
	s.p = p;
	if (s.found == 0 && p != end)
		parse_csv(&s);
	shed(&d->f[DLR_stat]);
	for (n = 0; s.found != 0; s.found &= s.found - 1)
		n++;
	return n;
}
