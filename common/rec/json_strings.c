/* SPDX-License-Identifier: ISC */
/*
 * Strings out of JSON, for programs that must not need a library and only
 * look for a few of them. A string is told from the name of a member by the
 * colon behind it.
 */
#include "rec/json_strings.h"

#include "base/hex.h"
#include "text/utf8.h"

struct json_strings
json_strings(struct span line)
{
	return (struct json_strings){.p = line.p, .end = line.p + line.n};
}

/* Takes a string from behind its first quote to its last one. */
static bool
take_string(struct json_strings *j, struct span *string)
{
	const uint8_t *p = j->p;

	while (p < j->end && *p != '"')
		p += *p == '\\' && j->end - p > 1 ? 2 : 1;
	if (p == j->end)
		return false;
	*string = span_of(j->p, (size_t)(p - j->p));
	j->p = p + 1;
	return true;
}

/* Whether a colon stands next; it is taken. */
static bool
take_colon(struct json_strings *j)
{
	const uint8_t *p = j->p;

	while (p < j->end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == j->end || *p != ':')
		return false;
	j->p = p + 1;
	return true;
}

bool
json_strings_next(struct json_strings *j, struct span *value)
{
	const uint8_t *quote;

	while (j->p < j->end &&
	    (quote = memchr(j->p, '"', (size_t)(j->end - j->p))) != NULL) {
		j->p = quote + 1;
		if (!take_string(j, value))
			break;
		if (!take_colon(j))
			return true;
		j->key = *value;
	}
	j->p = j->end;
	return false;
}

/* The unit of \uXXXX at p, or -1 when that does not stand there. */
static int32_t
unit_at(const uint8_t *p, const uint8_t *end)
{
	int32_t unit = 0;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

/* Appends the character of one or two \uXXXX; gives how many octets they
 * take, 0 when there is none. */
static size_t
add_unit(struct buf *b, const uint8_t *p, const uint8_t *end)
{
	int32_t unit = unit_at(p, end), low;

	if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff))
		return 0;
	if (unit < 0xd800 || unit > 0xdfff) {
		utf8_add(b, (uint32_t)unit);
		return 6;
	}
	low = unit_at(p + 6, end);
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	utf8_add(b, 0x10000 + ((uint32_t)(unit - 0xd800) << 10) +
	    (uint32_t)(low - 0xdc00));
	return 12;
}

void
json_unescape(struct buf *b, struct span string)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const uint8_t *p = string.p, *end = string.p + string.n;

	while (p < end) {
		const uint8_t *next = memchr(p, '\\', (size_t)(end - p));
		const char *known;
		size_t n;

		if (next == NULL)
			next = end;
		buf_add(b, p, (size_t)(next - p));
		p = next;
		if (end - p < 2) {
			buf_add(b, p, (size_t)(end - p));
			break;
		}
		known = p[1] == 0 ? NULL : strchr(from, p[1]);
		if (known != NULL) {
			buf_add_byte(b, (uint8_t)to[known - from]);
			p += 2;
		} else if ((n = add_unit(b, p, end)) > 0) {
			p += n;
		} else {
			buf_add_byte(b, *p++);
		}
	}
}
