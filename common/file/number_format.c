/* SPDX-License-Identifier: ISC */
/*
 * Number formats: the code is read once into sections of tokens (here), which
 * number_print.c then walks for each number.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "file/number_private.h"

enum { CODE_MOST = 1024 };  /* octets; Excel allows 255 characters */

/* Built-in formats, ECMA-376-1 18.8.30, with those of Korea for 27 to 58. */
static const struct {
	uint8_t id;
	const char *code;
} builtins[] = {
	{1, "0"}, {2, "0.00"}, {3, "#,##0"}, {4, "#,##0.00"},
	{5, "\"₩\"#,##0;-\"₩\"#,##0"}, {6, "\"₩\"#,##0;-\"₩\"#,##0"},
	{7, "\"₩\"#,##0.00;-\"₩\"#,##0.00"}, {8, "\"₩\"#,##0.00;-\"₩\"#,##0.00"},
	{9, "0%"}, {10, "0.00%"}, {11, "0.00E+00"},
	{12, "# ?/?"}, {13, "# ?\?/?\?"},
	{14, "yyyy-mm-dd"}, {15, "d-mmm-yy"}, {16, "d-mmm"}, {17, "mmm-yy"},
	{18, "h:mm AM/PM"}, {19, "h:mm:ss AM/PM"}, {20, "h:mm"},
	{21, "h:mm:ss"}, {22, "yyyy-mm-dd h:mm"},
	{27, "yyyy\"年\" mm\"月\" dd\"日\""}, {28, "mm-dd"}, {29, "mm-dd"},
	{30, "mm-dd-yy"}, {31, "yyyy\"년\" mm\"월\" dd\"일\""},
	{32, "h\"시\" mm\"분\""}, {33, "h\"시\" mm\"분\" ss\"초\""},
	{34, "yyyy-mm-dd"}, {35, "yyyy-mm-dd"},
	{36, "yyyy\"年\" mm\"月\" dd\"日\""},
	{37, "#,##0;-#,##0"}, {38, "#,##0;-#,##0"},
	{39, "#,##0.00;-#,##0.00"}, {40, "#,##0.00;-#,##0.00"},
	{41, "#,##0;-#,##0"}, {42, "\"₩\"#,##0;-\"₩\"#,##0"},
	{43, "#,##0.00;-#,##0.00"}, {44, "\"₩\"#,##0.00;-\"₩\"#,##0.00"},
	{45, "mm:ss"}, {46, "[h]:mm:ss"}, {47, "mm:ss.0"}, {48, "##0.0E+0"},
	{50, "yyyy\"年\" mm\"月\" dd\"日\""}, {51, "mm-dd"},
	{52, "yyyy-mm-dd"}, {53, "yyyy-mm-dd"}, {54, "mm-dd"},
	{55, "yyyy-mm-dd"}, {56, "yyyy-mm-dd"},
	{57, "yyyy\"年\" mm\"月\" dd\"日\""}, {58, "mm-dd"},
};

const char *
number_format_builtin(uint32_t id)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (builtins[i].id == id)
			return builtins[i].code;
	return NULL;
}

static struct number_token *
add(struct number_section *s, enum number_token_type type, struct span text)
{
	struct number_token *t;

	s->token = mem_resize(s->token, (s->n + 1) * sizeof(*s->token));
	t = &s->token[s->n++];
	*t = (struct number_token){.type = type, .text = text};
	return t;
}

static bool
is_letter(uint8_t c, char letter)
{
	return (c | 0x20) == letter;
}

/* How often the octet at the front of s stands there, in either case. */
static size_t
run_of(struct span s)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] | 0x20) == (s.p[0] | 0x20))
		n++;
	return n;
}

static bool
begins(struct span s, const char *word)
{
	size_t n = strlen(word);

	if (s.n < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((s.p[i] >= 'a' && s.p[i] <= 'z' ? s.p[i] - 32 : s.p[i]) !=
		    (uint8_t)word[i])
			return false;
	return true;
}

/* "[>=100]": which numbers the section is for. */
static bool
read_condition(struct number_section *s, struct span inside)
{
	char number[64];
	size_t n = 0;

	if (inside.n == 0 || inside.n >= sizeof(number) ||
	    memchr("<>=", inside.p[0], 3) == NULL)
		return false;
	s->less = inside.p[0] == '<';
	s->more = inside.p[0] == '>';
	s->equal = inside.p[0] == '=';
	n = 1;
	if (n < inside.n && inside.p[n] == '=') {
		s->equal = true;
		n++;
	} else if (n < inside.n && inside.p[n] == '>' && s->less) {
		s->more = true;
		n++;
	}
	memcpy(number, inside.p + n, inside.n - n);
	number[inside.n - n] = '\0';
	s->limit = strtod(number, NULL);
	s->has_condition = true;
	return true;
}

/* What stands in brackets: a condition, a currency, elapsed time, a colour. */
static void
read_brackets(struct number_section *s, struct span inside)
{
	struct number_token *t;
	const uint8_t *dash;

	if (read_condition(s, inside) || inside.n == 0)
		return;
	if (inside.p[0] == '$') {
		dash = memchr(inside.p, '-', inside.n);
		if (dash == NULL || dash > inside.p + 1)
			add(s, NUMBER_LITERAL, span_of(inside.p + 1, dash ?
			    (size_t)(dash - inside.p - 1) : inside.n - 1));
		if (dash != NULL && inside.p + inside.n - dash >= 4 &&
		    memcmp(inside.p + inside.n - 3, "412", 3) == 0)
			s->korean = true;
	} else if (run_of(inside) == inside.n &&
	    (is_letter(inside.p[0], 'h') || is_letter(inside.p[0], 'm') ||
	    is_letter(inside.p[0], 's'))) {
		t = add(s, is_letter(inside.p[0], 'h') ? NUMBER_HOUR :
		    is_letter(inside.p[0], 'm') ? NUMBER_MINUTE :
		    NUMBER_SECOND, inside);
		t->n = inside.n;
		t->elapsed = true;
		s->is_date = true;
	}
}

/* A letter that stands for a part of a date; false for any other octet. */
static bool
read_date_letter(struct number_section *s, struct span rest, size_t *taken)
{
	static const struct {
		char letter;
		enum number_token_type type;
	} letters[] = {
		{'y', NUMBER_YEAR}, {'e', NUMBER_YEAR}, {'m', NUMBER_MONTH},
		{'d', NUMBER_DAY}, {'h', NUMBER_HOUR}, {'s', NUMBER_SECOND},
		{'a', NUMBER_WEEKDAY},
	};

	if (begins(rest, "AM/PM") || begins(rest, "A/P")) {
		*taken = begins(rest, "A/P") ? 3 : 5;
		add(s, NUMBER_AMPM, span_of(rest.p, *taken))->n = *taken;
		s->is_date = s->twelve = true;
		return true;
	}
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (!is_letter(rest.p[0], letters[i].letter))
			continue;
		*taken = run_of(rest);
		if (letters[i].letter == 'a' && *taken < 3)
			return false;
		add(s, letters[i].type, span_of(rest.p, *taken))->n = *taken;
		if (letters[i].letter == 'e')
			s->token[s->n - 1].n = 4;
		s->is_date = true;
		return true;
	}
	return false;
}

/* What is shown as it stands, or says nothing to a reader: text in quotes,
 * behind a backslash, of a width, in brackets. */
static size_t
read_quoted(struct number_section *s, struct span rest)
{
	size_t end = 2;
	const uint8_t *close;

	if (rest.p[0] == '"' || rest.p[0] == '[') {
		close = memchr(rest.p + 1, rest.p[0] == '"' ? '"' : ']',
		    rest.n - 1);
		end = close ? (size_t)(close - rest.p) : rest.n;
		if (rest.p[0] == '"')
			add(s, NUMBER_LITERAL, span_of(rest.p + 1, end - 1));
		else
			read_brackets(s, span_of(rest.p + 1, end - 1));
		return close ? end + 1 : end;
	}
	/* the character behind it, whatever its length */
	while (end < rest.n && (rest.p[end] & 0xc0) == 0x80)
		end++;
	end = end < rest.n ? end : rest.n;
	if (rest.p[0] == '\\')
		add(s, NUMBER_LITERAL, span_of(rest.p + 1, end - 1));
	else if (rest.p[0] == '_')
		add(s, NUMBER_LITERAL, span_str(" "));
	return end;
}

/* A sign of its own; false when the octet is none. */
static bool
read_sign(struct number_section *s, struct span rest)
{
	static const struct {
		char sign;
		enum number_token_type type;
	} signs[] = {
		{'0', NUMBER_DIGIT}, {'#', NUMBER_DIGIT}, {'?', NUMBER_DIGIT},
		{'.', NUMBER_POINT}, {',', NUMBER_COMMA}, {'%', NUMBER_PERCENT},
		{'@', NUMBER_TEXT}, {'/', NUMBER_LITERAL},
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (rest.p[0] != (uint8_t)signs[i].sign)
			continue;
		add(s, signs[i].type, span_of(rest.p, 1));
		s->fraction |= rest.p[0] == '/' && s->has_digits && !s->is_date;
		s->has_digits |= signs[i].type == NUMBER_DIGIT;
		return true;
	}
	return false;
}

/* One token; how many octets it took. */
static size_t
read_token(struct number_section *s, struct span rest)
{
	size_t n = 1;

	if (memchr("\"[\\_*", rest.p[0], 5) != NULL)
		return read_quoted(s, rest);
	if (read_sign(s, rest))
		return 1;
	if (begins(rest, "GENERAL")) {
		add(s, NUMBER_GENERAL, span_of(rest.p, 7));
		return 7;
	}
	if (s->has_digits && !s->is_date && is_letter(rest.p[0], 'e') &&
	    rest.n > 1 && (rest.p[1] == '+' || rest.p[1] == '-')) {
		add(s, NUMBER_EXPONENT, span_of(rest.p, 2));
		return 2;
	}
	if (read_date_letter(s, rest, &n))
		return n;
	for (n = 1; n < rest.n && (rest.p[n] & 0xc0) == 0x80;)
		n++;
	add(s, NUMBER_LITERAL, span_of(rest.p, n));
	return n;
}

/* "m" next to hours or seconds is minutes; ".000" behind seconds is theirs. */
static void
tell_minutes(struct number_section *s)
{
	struct number_token *t, *before = NULL;

	for (size_t i = 0; i < s->n; i++) {
		t = &s->token[i];
		if (t->type == NUMBER_SECOND && before != NULL &&
		    before->type == NUMBER_MONTH && before->n <= 2)
			before->type = NUMBER_MINUTE;
		if (t->type == NUMBER_MONTH && t->n <= 2 && before != NULL &&
		    before->type == NUMBER_HOUR)
			t->type = NUMBER_MINUTE;
		if (t->type == NUMBER_POINT && before != NULL &&
		    before->type == NUMBER_SECOND)
			while (i + 1 < s->n && s->decimals < 9 &&
			    s->token[i + 1].type == NUMBER_DIGIT) {
				s->decimals++;
				i++;
			}
		if (t->type >= NUMBER_YEAR && t->type <= NUMBER_SECOND)
			before = t;
	}
}

/* Where the digits stand, for all but dates. */
static void
count_digits(struct number_section *s)
{
	bool behind = false, exponent = false;
	size_t last = 0;

	for (size_t i = 0; i < s->n; i++) {
		switch (s->token[i].type) {
		case NUMBER_DIGIT:
			if (exponent) {
				s->exponent_digits++;
			} else if (behind) {
				s->decimals++;
			} else {
				s->whole++;
				s->zeros += s->token[i].text.p[0] == '0' ||
				    s->zeros > 0;
				last = i;
			}
			break;
		case NUMBER_POINT: behind = true; break;
		case NUMBER_EXPONENT: exponent = true; break;
		case NUMBER_PERCENT: s->percents++; break;
		default: break;
		}
	}
	s->exponent = exponent;
	for (size_t i = 0; i < s->n; i++) {
		if (s->token[i].type != NUMBER_COMMA)
			continue;
		if (s->whole > 0 && i > last)
			s->thousands++;
		else if (s->whole > 0)
			s->grouped = true;
	}
}

static size_t
read_section(struct number_section *s, struct span code)
{
	size_t at = 0;

	while (at < code.n && code.p[at] != ';')
		at += read_token(s, span_skip(code, at));
	if (s->is_date)
		tell_minutes(s);
	else
		count_digits(s);
	return at < code.n ? at + 1 : at;
}

struct number_format *
number_format_new(struct span code)
{
	struct number_format *f = mem_new(sizeof(*f));
	size_t at = 0;

	if (code.n > CODE_MOST)
		code = span_str("General");
	f->code = mem_strndup(code.p ? code.p : (const uint8_t *)"", code.n);
	code.p = (const uint8_t *)f->code;
	do {
		at += read_section(&f->section[f->n++], span_skip(code, at));
	} while (at < code.n && f->n < NUMBER_SECTIONS);
	return f;
}

void
number_format_free(struct number_format *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++)
		free(f->section[i].token);
	free(f->code);
	free(f);
}

bool
number_format_is_date(const struct number_format *f)
{
	return f->section[0].is_date;
}

size_t
number_format_zeros(const struct number_format *f)
{
	const struct number_section *s = &f->section[0];

	return s->is_date || s->decimals > 0 || s->exponent || s->percents > 0 ||
	    s->thousands > 0 || s->fraction || s->grouped || s->zeros < 2 ? 0 :
	    s->zeros;
}
