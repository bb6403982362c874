/* SPDX-License-Identifier: ISC */
/* Type of number and numbering plan by the shape of an address; the values
 * are those of SMPP 3.4, 5.2.5 and 5.2.6. */
#include "text/address.h"

#include "base/word.h"
#include "text/utf8.h"

enum { SHORT_TO = 6, SHORT_FROM = 8, NPI_UNKNOWN = 0, NPI_E164 = 1 };

/* What stands between the digits of a number for the eye alone. */
static bool
separator(uint32_t point)
{
	static const uint32_t points[] = {' ', '-', '.', '(', ')', '[', ']',
	    '\t', 0xa0, 0x2007, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015,
	    0x202f, 0x2212, 0x3000, 0xff0d};
	size_t i;

	for (i = 0; i < sizeof(points) / sizeof(points[0]); i++)
		if (points[i] == point)
			return true;
	return false;
}

static int
digit(uint32_t point)
{
	if (point >= '0' && point <= '9')
		return (int)point;
	if (point >= 0xff10 && point <= 0xff19)
		return (int)(point - 0xff10 + '0');
	return -1;
}

static struct span
trimmed(struct span s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = span_skip(s, 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static bool
eight_without_letter(uint64_t x)
{
	uint64_t low = x | WORD_EACH(0x20);

	return (word_below(low, 'z' + 1) & ~word_below(low, 'a')) == 0;
}

static bool
has_letter(struct span s)
{
	return !word_all(s, eight_without_letter);
}

static bool
alphanumeric(struct address *a, struct span s, struct buf *error)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e) {
			buf_addf(error, "an address with letters holds ASCII "
			    "alone, not octet 0x%02x", s.p[i]);
			return false;
		}
	if (s.n > ADDRESS_LETTERS) {
		buf_addf(error, "an address with letters has at most %d "
		    "characters, not %zu", ADDRESS_LETTERS, s.n);
		return false;
	}
	memcpy(a->text, s.p, s.n);
	a->n = (uint8_t)s.n;
	a->ton = TON_ALPHANUMERIC;
	a->npi = NPI_UNKNOWN;
	return true;
}

/* The digits of s into a, *plus whether one stands in front of them. */
static bool
digits(struct address *a, struct span s, bool *plus, struct buf *error)
{
	uint32_t point = 0;
	size_t n, i;

	*plus = s.p[0] == '+';
	if (*plus)
		s = span_skip(s, 1);
	if (s.n > 0 && s.n <= ADDRESS_MAX && word_all(s, word_digits)) {
		memcpy(a->text, s.p, s.n);
		a->n = (uint8_t)s.n;
		return true;
	}
	for (i = 0; i < s.n; i += n) {
		n = utf8_decode(span_skip(s, i), &point);
		if (n == 0) {
			buf_addf(error, "octet 0x%02x of the address is no "
			    "UTF-8", s.p[i]);
			return false;
		}
		if (separator(point))
			continue;
		if (point == '+' && a->n == 0 && !*plus) {
			*plus = true;
			continue;
		}
		if (digit(point) < 0) {
			buf_addf(error, "U+%04X has no place in a number",
			    (unsigned)point);
			return false;
		}
		if (a->n == ADDRESS_MAX) {
			buf_addf(error, "an address has at most %d digits",
			    ADDRESS_MAX);
			return false;
		}
		a->text[a->n++] = (char)digit(point);
	}
	if (a->n == 0)
		buf_add_str(error, "an address without a digit or a letter");
	return a->n > 0;
}

static void
drop(struct address *a, uint8_t n)
{
	memmove(a->text, a->text + n, (size_t)(a->n - n));
	a->n = (uint8_t)(a->n - n);
	a->text[a->n] = 0;
}

static void
number(struct address *a, const struct address_conf *c)
{
	a->ton = TON_INTERNATIONAL;
	a->npi = NPI_E164;
	if (a->n > 2 && a->text[0] == '0' && a->text[1] == '0') {
		drop(a, 2);
	} else if (a->n > 1 && a->text[0] == '0') {
		a->ton = TON_NATIONAL;
	} else if (a->n <= (c->sender ? SHORT_FROM : SHORT_TO)) {
		a->ton = TON_NETWORK;
		a->npi = NPI_UNKNOWN;
	} else if (c->sender) {
		a->ton = TON_UNKNOWN;
	}
}

static bool
international(struct address *a, bool keep_plus, struct buf *error)
{
	a->ton = TON_INTERNATIONAL;
	a->npi = NPI_E164;
	if (!keep_plus)
		return true;
	if (a->n == ADDRESS_MAX) {
		buf_addf(error, "an address has at most %d characters, the "
		    "plus included", ADDRESS_MAX);
		return false;
	}
	memmove(a->text + 1, a->text, a->n);
	a->text[0] = '+';
	a->n++;
	return true;
}

/* "+" and 8 to 16 digits, as most destinations are: what the rest of this file
 * makes of them, in few steps. */
static bool
is_plain(struct address *a, struct span s)
{
	const uint8_t *first, *last;

	if (s.n < 9 || s.n > 17 || s.p[0] != '+')
		return false;
	first = s.p + 1;
	last = s.p + s.n - 8;
	if (!word_digits(word_load8(first)) || !word_digits(word_load8(last)))
		return false;
	a->n = (uint8_t)(s.n - 1);
	memcpy(a->text, first, 8);
	memcpy(a->text + a->n - 8, last, 8);
	a->text[a->n] = '\0';
	a->ton = TON_INTERNATIONAL;
	a->npi = NPI_E164;
	return true;
}

bool
address_read(struct address *a, struct span typed,
    const struct address_conf *c, struct buf *error)
{
	struct span s;
	bool plus, good = true;

	if (c->ton < 0 && c->npi < 0 && !c->keep_plus && is_plain(a, typed))
		return true;
	s = trimmed(typed);
	*a = (struct address){0};
	if (s.n == 0 && !c->sender) {
		buf_add_str(error, "no destination address");
		return false;
	}
	if (s.n > 0 && (c->ton == TON_ALPHANUMERIC || has_letter(s)))
		good = alphanumeric(a, s, error);
	else if (s.n > 0) {
		good = digits(a, s, &plus, error);
		if (good && plus)
			good = international(a, c->keep_plus, error);
		else if (good)
			number(a, c);
	}
	if (c->ton >= 0)
		a->ton = (uint8_t)c->ton;
	if (c->npi >= 0)
		a->npi = (uint8_t)c->npi;
	return good;
}
