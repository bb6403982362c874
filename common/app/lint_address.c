/* SPDX-License-Identifier: ISC */
/* What is wrong with an address and its type of number. */
#include "app/lint_private.h"
#include "text/address.h"

enum { SHORT = 6 };  /* digits of a short code, at most */

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

/* How many letters, and how many digits, there are. */
static size_t
count(struct span address, bool (*is)(uint8_t))
{
	size_t n = 0;

	for (size_t i = 0; i < address.n; i++)
		n += is(address.p[i]);
	return n;
}

static void
check_international(struct lint_list *list, struct span a, bool plus)
{
	if (plus)
		lint_add(list, LINT_PLUS_SIGN, a);
	else if (a.n >= 2 && a.p[0] == '0' && a.p[1] == '0')
		lint_add(list, LINT_DOUBLE_ZERO, a);
	else if (a.p[0] == '0')
		lint_add(list, LINT_LEADING_ZERO, a);
	else if (a.n <= SHORT)
		lint_add(list, LINT_SHORT_INTERNATIONAL, a);
}

void
lint_address(struct lint_list *list, uint32_t ton, struct span a)
{
	size_t digits = count(a, is_digit), letters = count(a, is_letter);
	bool plus = a.n > 0 && a.p[0] == '+';

	if (a.n == 0)
		return;
	if (ton == TON_ALPHANUMERIC) {
		if (a.n > ADDRESS_LETTERS)
			lint_add(list, LINT_LETTERS_LONG, a);
		if (digits == a.n)
			lint_add(list, LINT_DIGITS_ALPHANUMERIC, a);
		return;
	}
	if (letters > 0)
		lint_add(list, LINT_LETTERS_TON, a);
	else if (digits + plus != a.n)
		lint_add(list, LINT_NOT_DIGITS, a);
	else if (ton == TON_INTERNATIONAL)
		check_international(list, a, plus);
}
