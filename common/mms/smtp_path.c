/* SPDX-License-Identifier: ISC */
/*
 * Words of a command: addresses (RFC 5321, 4.1.2) and parameters (4.1.1.11).
 * An address needs no domain here, as relays of multimedia messages write
 * none, and nothing is taken apart but what surrounds it.
 */
#include "mms/smtp_private.h"

enum { ADDRESS_MOST = 512 }; /* octets; 256 are what 4.5.3.1.3 asks for */

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct span
skip_blanks(struct span s)
{
	while (s.n > 0 && is_blank(*s.p))
		s = span_skip(s, 1);
	return s;
}

struct span
smtp_word(struct span *rest)
{
	struct span word;
	size_t n = 0;

	*rest = skip_blanks(*rest);
	while (n < rest->n && !is_blank(rest->p[n]))
		n++;
	word = span_of(rest->p, n);
	*rest = skip_blanks(span_skip(*rest, n));
	return word;
}

static uint8_t
upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? c & 0xdf : c;
}

bool
smtp_is(struct span a, const char *word)
{
	size_t n = strlen(word);

	if (a.n != n)
		return false;
	while (n > 0 && upper(a.p[n - 1]) == upper((uint8_t)word[n - 1]))
		n--;
	return n == 0;
}

bool
smtp_parameter(struct span *rest, struct span *name, struct span *value)
{
	struct span word = smtp_word(rest);
	const uint8_t *equal;

	if (word.n == 0)
		return false;
	equal = memchr(word.p, '=', word.n);
	*name =
	    span_of(word.p, equal != NULL ? (size_t)(equal - word.p) : word.n);
	*value = span_skip(word, equal != NULL ? name->n + 1 : word.n);
	return true;
}

/* How many octets of s are an address: up to the > that ends it or, without
 * one, a blank. False when an octet stands there that none has. */
static bool
measure(struct span s, bool angled, size_t *n)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (!quoted && (angled ? c == '>' : is_blank(c)))
			break;
		if (c < 0x20 || c > 0x7e ||
		    (!quoted && (c == ' ' || c == '<' || c == '>')))
			return false;
		if (c == '"')
			quoted = !quoted;
		else if (c == '\\' && quoted && ++i == s.n)
			return false;
	}
	*n = i;
	return !quoted && i <= ADDRESS_MOST && (!angled || i < s.n);
}

/* "@one,@two:user@three" is the address behind the colon (4.1.1.3). */
static struct span
without_route(struct span s)
{
	const uint8_t *colon;

	if (s.n == 0 || *s.p != '@' || (colon = memchr(s.p, ':', s.n)) == NULL)
		return s;
	return span_skip(s, (size_t)(colon - s.p) + 1);
}

/* Takes up to most octets like this one off the start; how many there were. */
static size_t
take(struct span *s, uint8_t octet, size_t most)
{
	size_t n = 0;

	while (n < most && n < s->n && s->p[n] == octet)
		n++;
	*s = span_skip(*s, n);
	return n;
}

bool
smtp_path(struct span text, struct span *address, struct span *rest)
{
	struct span s = skip_blanks(text);
	/* "<<a@b>>" is what tools write that were given "<a@b>" */
	size_t angles = take(&s, '<', 2), n;

	if ((s.n == 0 && angles == 0) || !measure(s, angles > 0, &n))
		return false;
	*address = without_route(span_of(s.p, n));
	s = span_skip(s, n);
	if (take(&s, '>', angles) < angles || (s.n > 0 && !is_blank(*s.p)))
		return false;
	*rest = skip_blanks(s);
	return true;
}
