/* SPDX-License-Identifier: ISC */
/*
 * Delivery receipts as text (3.4, appendix B). A field is told by the colon
 * behind its key, so the text is scanned once, from colon to colon, and the
 * key is matched backwards from it; the value ends where the next key begins.
 * Receipts in the usual form are read from left to right instead.
 */
#include "smpp/dlr.h"

/* Keys that are looked for: the fields, and one that only ends a value. */
enum { KEY_sm_status = DLR_FIELDS, KEY_none };

/* What is left when a text was read up to here. */
struct scan {
	struct dlr *d;
	const uint8_t *p, *end;
	unsigned found;         /* bits of the fields */
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

/* Keeps the value of a key: of what stands between its colon and end, the
 * first word; of a text, all. */
static void
keep(struct scan *s, int key, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *colon = p, *q, *rest;

	if (key >= DLR_FIELDS || has(s, key))
		return;
	s->found |= 1u << key;
	if (key == DLR_text) {
		while (end > p && is_blank(end[-1]))
			end--;
		s->d->f[key] = span_of(p, (size_t)(end - p));
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
	s->d->f[key] = span_of(p, (size_t)(q - p));
	if (key == DLR_err && end == s->end && q == rest)
		text_without_key(s, rest, end);
}

/* Whether an id or a stat that was not seen yet comes after p. */
static bool
more_to_come(const struct scan *s, const uint8_t *p)
{
	const uint8_t *base = p, *colon, *begin;
	int key;

	if (has(s, DLR_id) && has(s, DLR_stat))
		return false;
	for (; (colon = colon_after(p, s->end)) != NULL; p = colon + 1) {
		key = key_at(base, colon, &begin);
		if ((key == DLR_id || key == DLR_stat) && !has(s, key))
			return true;
	}
	return false;
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

/* Whether key stands at p, the text before end. */
static bool
at_key(const uint8_t *p, const uint8_t *end, struct span key)
{
	return (size_t)(end - p) >= key.n && memcmp(p, key.p, key.n) == 0;
}

/*
 * The fast way: all fields in their usual order and spelling, a blank between
 * them. False, and nothing found, when anything is out of the ordinary.
 */
static bool
parse_usual(struct scan *s)
{
	static const struct span key[] = {
#define DLR_FIELD(name, key) {(const uint8_t *)" " key ":", sizeof(key) + 1},
#include "smpp/dlr.def"
	};
	const uint8_t *p = s->p, *value;
	int i;

	for (i = 0; i < DLR_FIELDS; i++) {
		struct span k = i == 0 ? span_skip(key[i], 1) : key[i];

		if (i == DLR_text && p == s->end)
			break;
		if (!at_key(p, s->end, k))
			return false;
		value = p += k.n;
		if (i == DLR_text) {
			p = s->end;
		} else {
			while (p < s->end && *p > ' ' && *p != ':')
				p++;
			if (p == value || (p < s->end && *p != ' ') ||
			    memchr(",;|]\"'", p[-1], 6) != NULL)
				return false;
		}
		s->d->f[i] = span_of(value, (size_t)(p - value));
	}
	s->found = (1u << i) - 1;
	return true;
}

unsigned
dlr_parse(struct dlr *d, struct span text)
{
	struct scan s = {d, text.p, text.p + text.n, 0};
	const uint8_t *base = text.p, *colon, *begin, *value = NULL;
	int key, at = KEY_none;
	unsigned n;

	memset(d, 0, sizeof(*d));
	while (s.end > base && s.end[-1] == 0)
		s.end--;
	if (parse_usual(&s))
		return s.found >> DLR_text ? DLR_FIELDS : DLR_FIELDS - 1;
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
		if (key == DLR_text && !has(&s, DLR_text) &&
		    !more_to_come(&s, value)) {
			d->f[DLR_text] = span_of(value,
			    (size_t)(s.end - value));
			s.found |= 1u << DLR_text;
			at = KEY_none;
			break;
		}
	}
	if (at != KEY_none)
		keep(&s, at, value, s.end);
	s.p = text.p;
	if (s.found == 0 && text.n > 0)
		parse_csv(&s);
	for (n = 0; s.found != 0; s.found &= s.found - 1)
		n++;
	return n;
}

bool
dlr_is_receipt(const struct dlr *d)
{
	return d->f[DLR_id].n > 0 && dlr_stat(d->f[DLR_stat]) != NULL;
}

void
dlr_write(struct wr *w, const struct dlr *d)
{
	static const char *const key[] = {
#define DLR_FIELD(name, key) key,
#include "smpp/dlr.def"
	};
	bool first = true;
	int i;

	for (i = 0; i < DLR_FIELDS; i++) {
		if (d->f[i].p == NULL)
			continue;
		if (!first)
			wr_u8(w, ' ');
		first = false;
		wr_bytes(w, span_str(key[i]));
		wr_u8(w, ':');
		wr_bytes(w, d->f[i]);
	}
}

const char *
dlr_field_name(enum dlr_field field)
{
	static const char *const name[] = {
#define DLR_FIELD(name, key) #name,
#include "smpp/dlr.def"
	};

	return name[field];
}

static const struct dlr_stat stats[] = {
#define STAT(word, usual, state, class) {word, usual, state, DLR_##class},
#include "smpp/dlr.def"
};

const struct dlr_stat *
dlr_stat(struct span word)
{
	size_t i;

	for (i = 0; i < sizeof(stats) / sizeof(*stats); i++) {
		const char *w = stats[i].word;
		size_t j = 0;

		while (j < word.n && w[j] != '\0' && (word.p[j] == (uint8_t)w[j] ||
		    (is_letter(word.p[j]) && (word.p[j] & 0xdf) == (uint8_t)w[j])))
			j++;
		if (j == word.n && w[j] == '\0')
			return &stats[i];
	}
	return NULL;
}

const struct dlr_stat *
dlr_state(uint32_t message_state)
{
	size_t i;

	for (i = 0; i < sizeof(stats) / sizeof(*stats); i++)
		if (stats[i].message_state == message_state)
			return &stats[i];
	return NULL;
}

const char *
dlr_class_name(enum dlr_class class)
{
	static const char *const name[] = {
		[DLR_UNKNOWN] = "unknown",
		[DLR_PENDING] = "pending",
		[DLR_DELIVERED] = "delivered",
		[DLR_FAILED] = "failed",
	};

	return name[class];
}
