/* SPDX-License-Identifier: ISC */
/*
 * Phone numbers in cells. A number cell is read from its value, exact to 15
 * digits, not from what its format makes of it, unless the format is what puts
 * the leading zeros there.
 */
#include <stdlib.h>

#include "file/phone.h"
#include "text/utf8.h"

enum {
	DIGITS_LEAST = 3,       /* short codes */
	ABROAD_LEAST = 7,       /* with the code of the country */
	DIGITS_MOST = 15,       /* E.164 */
};

/* National plans: ITU-T E.164 and its operational bulletins. */
static const struct phone_country countries[] = {
	{1, false, 10, 10}, {7, false, 10, 10}, {20, true, 8, 10},
	{27, true, 9, 9}, {30, false, 10, 10}, {31, true, 9, 9},
	{32, true, 8, 9}, {33, true, 9, 9}, {34, false, 9, 9},
	{36, false, 8, 9}, {40, true, 9, 9}, {41, true, 9, 9},
	{43, true, 4, 13}, {44, true, 9, 10}, {45, false, 8, 8},
	{46, true, 7, 10}, {47, false, 8, 8}, {48, false, 9, 9},
	{49, true, 6, 11}, {51, true, 8, 9}, {52, false, 10, 10},
	{55, true, 10, 11}, {56, false, 9, 9}, {57, false, 10, 10},
	{60, true, 8, 10}, {61, true, 9, 9}, {62, true, 8, 12},
	{63, true, 8, 10}, {64, true, 8, 10}, {65, false, 8, 8},
	{66, true, 8, 9}, {81, true, 9, 10}, {82, true, 8, 10},
	{84, true, 9, 10}, {86, true, 10, 11}, {90, true, 10, 10},
	{91, true, 10, 10}, {92, true, 9, 10}, {94, true, 9, 9},
	{95, true, 7, 10}, {98, true, 10, 10}, {212, true, 9, 9},
	{213, true, 8, 9}, {234, true, 8, 10}, {254, true, 9, 9},
	{351, false, 9, 9}, {353, true, 7, 9}, {358, true, 5, 12},
	{380, true, 9, 9}, {420, false, 9, 9}, {421, true, 9, 9},
	{852, false, 8, 8}, {855, true, 8, 9}, {856, true, 8, 10},
	{880, true, 8, 10}, {886, true, 8, 9}, {960, false, 7, 7},
	{965, false, 8, 8}, {966, true, 8, 9}, {971, true, 8, 9},
	{972, true, 8, 9}, {974, false, 8, 8}, {976, true, 7, 8},
	{977, true, 8, 10}, {992, false, 9, 9}, {998, false, 9, 9},
};

const struct phone_country *
phone_country(const char *code)
{
	unsigned long n;
	char *end;

	if (*code == '+')
		code++;
	n = *code >= '1' && *code <= '9' ? strtoul(code, &end, 10) : 0;
	if (n == 0 || *end != '\0')
		return NULL;
	for (size_t i = 0; i < sizeof(countries) / sizeof(countries[0]); i++)
		if (countries[i].code == n)
			return &countries[i];
	return NULL;
}

/* Characters */

/* What people and programs put between digits, and what does not even show. */
static bool
is_ornament(uint32_t c)
{
	return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' ||
	    c == '/' || c == '\t' || c == '\n' || c == 0xa0 || c == 0xad ||
	    (c >= 0x2000 && c <= 0x2015) || (c >= 0x2028 && c <= 0x202f) ||
	    c == 0x205f || (c >= 0x2060 && c <= 0x2064) || c == 0x2212 ||
	    c == 0x3000 || c == 0xfeff || c == 0xff08 || c == 0xff09 ||
	    c == 0xff0d || c == 0xff0e || c == 0x30fb || c == 0x00b7;
}

/* "8.21E+11" and "8,21E+11": what is left when Excel has shown a number as
 * text. */
static bool
is_scientific(struct span s)
{
	size_t i = 0, digits = 0;

	for (; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' ||
	    s.p[i] == ','); i++)
		digits++;
	return digits > 0 && i + 1 < s.n && (s.p[i] | 0x20) == 'e' &&
	    (s.p[i + 1] == '+' || s.p[i + 1] == '-');
}

struct digits {
	char text[DIGITS_MOST + 8];
	size_t n;
	bool plus;
};

static bool
refuse(struct buf *error, const char *why)
{
	buf_add_str(error, why);
	return false;
}

static bool
read_text(struct digits *d, struct span s, struct buf *error)
{
	uint32_t c;
	size_t n;
	bool first = true;

	if (is_scientific(s))
		return refuse(error, "Excel has cut its digits off; type it "
		    "again in a column formatted as text");
	for (; s.n > 0; s = span_skip(s, n)) {
		n = utf8_decode(s, &c);
		if (n == 0)
			return refuse(error, "it is no UTF-8");
		if (is_ornament(c) || (first && (c == '\'' || c == 0x2019)))
			continue;
		if (c >= 0xff10 && c <= 0xff19)
			c = c - 0xff10 + '0';
		if ((c == '+' || c == 0xff0b) && first) {
			d->plus = true;
		} else if (c < '0' || c > '9') {
			return refuse(error, "it is no phone number");
		} else if (d->n == sizeof(d->text)) {
			return refuse(error, "it has more digits than a phone "
			    "number");
		} else {
			d->text[d->n++] = (char)c;
		}
		first = false;
	}
	return true;
}

static bool
read_value(struct digits *d, double value, struct buf *error)
{
	uint64_t n;
	char reversed[24];
	size_t length = 0;

	if (value < 0 || value >= 1e15)
		return refuse(error, value < 0 ? "it is below zero" : "it is "
		    "larger than what a spreadsheet keeps the digits of; type "
		    "it again in a column formatted as text");
	n = (uint64_t)value;
	if ((double)n != value)
		return refuse(error, "it has decimals");
	do {
		reversed[length++] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	while (length > 0)
		d->text[d->n++] = reversed[--length];
	return true;
}

/* Countries */

static size_t
code_digits(const struct phone_country *c)
{
	return c->code < 10 ? 1 : c->code < 100 ? 2 : 3;
}

/* Whether the digits begin with the code and are a whole number with it. */
static bool
has_code(const struct digits *d, const struct phone_country *c, size_t from)
{
	unsigned v = 0;
	size_t n = code_digits(c), rest;

	if (d->n - from < n)
		return false;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned)(d->text[from + i] - '0');
	rest = d->n - from - n;
	return v == c->code && rest >= c->least && rest <= c->most &&
	    !(c->trunk && d->text[from + n] == '0');
}

static bool
is_national(const struct phone_country *c, size_t digits)
{
	return digits >= c->least && digits <= c->most;
}

/* Completes the number to +code...; a 0 that is not there was lost by a
 * spreadsheet, or left out where nobody dials it. */
static bool
complete(struct buf *out, const struct digits *d,
    const struct phone_country *c, struct buf *error)
{
	size_t at = 0;
	bool coded = has_code(d, c, 0);
	bool national;

	if (d->text[0] == '0' && c->trunk)
		at = 1;
	national = is_national(c, d->n - at) &&
	    !(at == 0 && d->text[0] == '0');
	if (at == 0 && coded && national) {
		buf_addf(error, "it could be +%.*s or +%u %.*s; write it with "
		    "+", (int)d->n, d->text, c->code, (int)d->n, d->text);
		return false;
	}
	if (at == 0 && coded) {
		buf_add_byte(out, '+');
		buf_add(out, d->text, d->n);
		return true;
	}
	if (national) {
		buf_add_byte(out, '+');
		buf_add_uint(out, c->code);
		buf_add(out, d->text + at, d->n - at);
		return true;
	}
	buf_addf(error, "it is no number of country %u (%u to %u digits%s); "
	    "write one of another country with +", c->code, c->least, c->most,
	    c->trunk ? " behind the 0" : "");
	return false;
}

/* A 0 that people leave between the code and the number: +82 (0)10. */
static void
drop_trunk(struct digits *d, const struct phone_country *c)
{
	size_t n = code_digits(c);
	unsigned v = 0;

	if (!c->trunk || d->n <= n || d->text[n] != '0')
		return;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned)(d->text[i] - '0');
	if (v == c->code)
		memmove(d->text + n, d->text + n + 1, --d->n - n);
}

/* 00 is how most countries dial +. */
static void
take_prefix(struct digits *d)
{
	if (d->plus || d->n < 3 || d->text[0] != '0' || d->text[1] != '0')
		return;
	d->plus = true;
	d->n -= 2;
	memmove(d->text, d->text + 2, d->n);
}

static bool
read_cell(struct digits *d, const struct cell *cell, struct buf *error)
{
	switch (cell->type) {
	case CELL_TEXT: return read_text(d, cell->text, error);
	case CELL_NUMBER:
		return cell->padded ? read_text(d, cell->text, error) :
		    read_value(d, cell->number, error);
	case CELL_DATE: return refuse(error, "it is a date");
	case CELL_BOOL: return refuse(error, "it is TRUE or FALSE");
	default: return refuse(error, cell_refusal(cell->type));
	}
}

bool
phone_read(struct buf *out, const struct cell *cell,
    const struct phone_country *country, struct buf *error)
{
	struct digits d = {0};

	if (!read_cell(&d, cell, error))
		return false;
	take_prefix(&d);
	if (d.n < DIGITS_LEAST)
		return refuse(error, d.n == 0 ? "it holds no digits" :
		    "it is too short for a phone number");
	if (d.plus && (d.text[0] == '0' || d.n < ABROAD_LEAST))
		return refuse(error, "no country has such a number");
	if (d.n > DIGITS_MOST)
		return refuse(error, "it has more than 15 digits");
	if (country != NULL && !d.plus)
		return complete(out, &d, country, error);
	if (country != NULL)
		drop_trunk(&d, country);
	if (d.plus)
		buf_add_byte(out, '+');
	buf_add(out, d.text, d.n);
	return true;
}
