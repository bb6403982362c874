/* SPDX-License-Identifier: ISC */
/*
 * Delivery receipts as text (3.4, appendix B): those of the usual form, all
 * fields in their order and spelling, from left to right. All others are
 * scanned.
 */
#include "base/word.h"
#include "smpp/dlr_private.h"

/* Each of these takes what stands at p and gives what is behind it, or NULL. */
static inline const uint8_t *
take_key(const uint8_t *p, const uint8_t *end, const char *key, size_t n)
{
	return (size_t)(end - p) < n || memcmp(p, key, n) != 0 ? NULL : p + n;
}

/* Where the word that begins at p ends, a colon being no part of it. */
static inline const uint8_t *
word_end(const uint8_t *p, const uint8_t *end)
{
	for (; end - p >= 8; p += 8) {
		uint64_t x = word_load8(p);
		uint64_t marks = word_below(x, ' ' + 1) | word_is(x, ':');

		if (marks != 0)
			return p + word_first(marks);
	}
	while (p < end && *p > ' ' && *p != ':')
		p++;
	return p;
}

/* A word, no separator of a log behind it. */
static inline const uint8_t *
take_word(const uint8_t *p, const uint8_t *end, struct span *f)
{
	static const bool separator[256] = {[','] = true, [';'] = true,
	    ['|'] = true, [']'] = true, ['"'] = true, ['\''] = true};
	const uint8_t *q = word_end(p, end);

	*f = span_of(p, (size_t)(q - p));
	return q == p || (q < end && *q != ' ') || separator[q[-1]] ? NULL : q;
}

/* Keys and words from sub to err. */
static const uint8_t *
take_words(const uint8_t *p, const uint8_t *end, struct span *f)
{
	if ((p = take_key(p, end, " sub:", 5)) == NULL ||
	    (p = take_word(p, end, &f[DLR_sub])) == NULL ||
	    (p = take_key(p, end, " dlvrd:", 7)) == NULL ||
	    (p = take_word(p, end, &f[DLR_dlvrd])) == NULL ||
	    (p = take_key(p, end, " submit date:", 13)) == NULL ||
	    (p = take_word(p, end, &f[DLR_submit_date])) == NULL ||
	    (p = take_key(p, end, " done date:", 11)) == NULL ||
	    (p = take_word(p, end, &f[DLR_done_date])) == NULL ||
	    (p = take_key(p, end, " stat:", 6)) == NULL ||
	    (p = take_word(p, end, &f[DLR_stat])) == NULL ||
	    (p = take_key(p, end, " err:", 5)) == NULL)
		return NULL;
	return take_word(p, end, &f[DLR_err]);
}

/*
 * The same in the sizes that are usual, which is most of all receipts: a
 * comparison with a pattern. Between an octet and that of the pattern the
 * difference, by exclusive or, is at most so much: 0 of a key, 9 where the
 * pattern has "0", 26 where it has "@", so that a capital (or "@") stands there.
 */
static const char pattern_10[] = " sub:000 dlvrd:000 submit date:0000000000 "
    "done date:0000000000 stat:@@@@@@@ err:000";
static const char pattern_12[] = " sub:000 dlvrd:000 submit date:000000000000 "
    "done date:000000000000 stat:@@@@@@@ err:000";

/* Added to the difference, this sets bit 7 where that is too much: 0x7f of a
 * key, "v" (0x76) of a digit, "e" (0x65) of a capital. */
static const char most_10[] = "\x7f\x7f\x7f\x7f\x7fvvv"
    "\x7f\x7f\x7f\x7f\x7f\x7f\x7fvvv"
    "\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7fvvvvvvvvvv"
    "\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7fvvvvvvvvvv"
    "\x7f\x7f\x7f\x7f\x7f\x7f" "eeeeeee" "\x7f\x7f\x7f\x7f\x7fvvv";
static const char most_12[] = "\x7f\x7f\x7f\x7f\x7fvvv"
    "\x7f\x7f\x7f\x7f\x7f\x7f\x7fvvv"
    "\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7fvvvvvvvvvvvv"
    "\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7fvvvvvvvvvvvv"
    "\x7f\x7f\x7f\x7f\x7f\x7f" "eeeeeee" "\x7f\x7f\x7f\x7f\x7fvvv";

enum { SIZE_10 = sizeof(pattern_10) - 1, SIZE_12 = sizeof(pattern_12) - 1 };

static inline uint64_t
too_much(const uint8_t *p, const char *pattern, const char *most, size_t at)
{
	uint64_t x = word_load8(p + at) ^
	    word_load8((const uint8_t *)pattern + at);

	/* one that carries into the next has bit 7 itself */
	return x | (x + word_load8((const uint8_t *)most + at));
}

static inline bool
is_10(const uint8_t *p)
{
	const char *a = pattern_10, *b = most_10;

	/* written out for its speed; the last eight overlap the ones before */
	return ((too_much(p, a, b, 0) | too_much(p, a, b, 8) |
	    too_much(p, a, b, 16) | too_much(p, a, b, 24) |
	    too_much(p, a, b, 32) | too_much(p, a, b, 40) |
	    too_much(p, a, b, 48) | too_much(p, a, b, 56) |
	    too_much(p, a, b, 64) | too_much(p, a, b, 72) |
	    too_much(p, a, b, SIZE_10 - 8)) & WORD_EACH(0x80)) == 0;
}

static bool
is_12(const uint8_t *p)
{
	uint64_t bits = too_much(p, pattern_12, most_12, SIZE_12 - 8);

	for (size_t at = 0; at < SIZE_12 - 8; at += 8)
		bits |= too_much(p, pattern_12, most_12, at);
	return (bits & WORD_EACH(0x80)) == 0;
}

static inline const uint8_t *
take_pattern(const uint8_t *p, const uint8_t *end, struct dlr *d)
{
	struct span *f = d->f;
	size_t date;

	if (end - p >= SIZE_10 && is_10(p))
		date = 10;
	else if (end - p >= SIZE_12 && is_12(p))
		date = 12;
	else
		return NULL;
	d->date_digits = (uint8_t)date;
	f[DLR_sub] = span_of(p + 5, 3);
	f[DLR_dlvrd] = span_of(p + 15, 3);
	f[DLR_submit_date] = span_of(p + 31, date);
	p += 31 + date;
	f[DLR_done_date] = span_of(p + 11, date);
	p += 11 + date;
	f[DLR_stat] = span_of(p + 6, 7);
	f[DLR_err] = span_of(p + 18, 3);
	return p + 21;
}

/*
 * The fast way: all fields up to err in their usual order and spelling, a
 * blank between them. NULL when anything is out of the ordinary.
 */
static const uint8_t *
take_usual(const uint8_t *p, const uint8_t *end, struct dlr *d)
{
	const uint8_t *q;

	if ((p = take_key(p, end, "id:", 3)) == NULL ||
	    (p = take_word(p, end, &d->f[DLR_id])) == NULL)
		return NULL;
	q = take_pattern(p, end, d);
	/* a longer err is none of the pattern */
	if (q != NULL && (q == end || *q <= ' '))
		return q;
	d->date_digits = 0;
	return take_words(p, end, d->f);
}

size_t
dlr_parse_line(struct dlr *d, struct span buffer)
{
	const uint8_t *p = buffer.p, *end = p + buffer.n, *newline;

	p = take_usual(p, end, d);
	if (p == NULL)
		return 0;
	d->f[DLR_text] = (struct span){0};
	if (p < end && *p == '\n')
		return (size_t)(p - buffer.p);
	if ((p = take_key(p, end, " text:", 6)) == NULL || p == end ||
	    (newline = memchr(p, '\n', (size_t)(end - p))) == NULL ||
	    newline[-1] == 0 || newline[-1] == '\r')
		return 0;
	d->f[DLR_text] = span_of(p, (size_t)(newline - p));
	return (size_t)(newline - buffer.p);
}

unsigned
dlr_parse(struct dlr *d, struct span text)
{
	const uint8_t *end = text.p + text.n, *p;

	while (end > text.p && end[-1] == 0)
		end--;
	p = take_usual(text.p, end, d);
	if (p == NULL)
		return dlr_scan(d, text.p, end);
	d->f[DLR_text] = (struct span){0};
	if (p == end)
		return DLR_FIELDS - 1;
	if ((p = take_key(p, end, " text:", 6)) == NULL)
		return dlr_scan(d, text.p, end);
	d->f[DLR_text] = span_of(p, (size_t)(end - p));
	return DLR_FIELDS;
}
