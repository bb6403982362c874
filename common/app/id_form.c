/* SPDX-License-Identifier: ISC */
/*
 * Forms of a message_id. The longer ones have digits in front that follow from
 * the number, as if they were random, and the number in their last sixteen.
 */
#include "app/id_form.h"

#include "base/dice.h"

enum { NUMBER_DIGITS = 16 };

static const struct {
	struct id_form_row row;
	bool upper;
	uint8_t base;
	uint8_t digits;      /* at least; those before the last 16 are salt */
	bool dashes;         /* as a UUID has them */
	const char *before, *after;
} forms[ID_FORMS] = {
	[ID_DEC] = {{"dec", "decimal"}, false, 10, 1, false, "", ""},
	[ID_HEX] = {{"hex", "hexadecimal"}, false, 16, 1, false, "", ""},
	[ID_HEX_UPPER] = {{"HEX", "hexadecimal, capital letters"}, true, 16, 1, false, "", ""},
	[ID_ZEROS] = {{"zeros", "decimal, 20 digits"}, false, 10, 20, false, "", ""},
	[ID_HEX_ZEROS] = {{"hex-zeros", "hexadecimal, 16 digits"}, false, 16, 16, false, "", ""},
	[ID_HEX32] = {{"hex32", "32 hexadecimal digits, capital letters"}, true, 16, 32, false, "", ""},
	[ID_UUID] = {{"uuid", "a UUID"}, false, 16, 32, true, "", ""},
	[ID_UUID_UPPER] = {{"UUID", "a UUID, capital letters"}, true, 16, 32, true, "", ""},
	[ID_LONG] = {{"long", "64 characters, as many as there may be"}, false, 16, 64, false, "", ""},
	[ID_OVER] = {{"over", "80 characters, more than there may be"}, false, 16, 80, false, "", ""},
	[ID_WORD] = {{"word", "with a prefix and a suffix"}, false, 10, 1, false, "SAR-", "-1@sim"},
};

const struct id_form_row *
id_form_row(enum id_form form)
{
	return &forms[form].row;
}

bool
id_form_by_name(struct span name, enum id_form *form)
{
	for (int i = 0; i < ID_FORMS; i++)
		if (span_is(name, forms[i].row.name)) {
			*form = (enum id_form)i;
			return true;
		}
	return false;
}

static char
digit(unsigned value, bool upper)
{
	return (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value];
}

/* Whether a dash stands before this digit of a UUID, counted from its end. */
static bool
is_dashed(unsigned from_end)
{
	return from_end == 12 || from_end == 16 || from_end == 20 ||
	    from_end == 24;
}

/* The usual form, quickly. */
static struct span
write_decimal(uint64_t number, char text[ID_FORM_MAX])
{
	size_t at = ID_FORM_MAX;

	do
		text[--at] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	return span_of(text + at, ID_FORM_MAX - at);
}

struct span
id_form_write(enum id_form form, uint64_t number, char text[ID_FORM_MAX])
{
	size_t at = ID_FORM_MAX, n = strlen(forms[form].after);
	struct dice salt = dice_of(number);
	unsigned base = forms[form].base, least = forms[form].digits;
	uint64_t rest = number;

	if (form == ID_DEC)
		return write_decimal(number, text);
	memcpy(text + (at -= n), forms[form].after, n);
	for (unsigned i = 0; i < least || rest > 0; i++) {
		if (forms[form].dashes && is_dashed(i))
			text[--at] = '-';
		if (least > NUMBER_DIGITS && base == 16 && i >= NUMBER_DIGITS)
			text[--at] = digit(dice_next(&salt) & 15,
			    forms[form].upper);
		else
			text[--at] = digit((unsigned)(rest % base),
			    forms[form].upper);
		rest /= base;
	}
	n = strlen(forms[form].before);
	memcpy(text + (at -= n), forms[form].before, n);
	return span_of(text + at, ID_FORM_MAX - at);
}

/* The value of a digit, or 16. */
static unsigned
value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10u : 16;
}

bool
id_form_read(enum id_form form, struct span text, uint64_t *number)
{
	size_t before = strlen(forms[form].before);
	size_t after = strlen(forms[form].after);
	char again[ID_FORM_MAX];
	unsigned base = forms[form].base;

	*number = 0;
	if (text.n <= before + after || text.n > ID_FORM_MAX)
		return false;
	for (size_t i = before; i < text.n - after; i++) {
		unsigned v = value(text.p[i]);

		if (text.p[i] == '-' && forms[form].dashes)
			continue;
		if (v >= base)
			return false;
		*number = *number * base + v;  /* salt falls out in front */
	}
	return span_eq(id_form_write(form, *number, again), text);
}
