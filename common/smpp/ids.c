/* SPDX-License-Identifier: ISC */
/*
 * Conversion between bases works on the digits: nine decimal or eight
 * hexadecimal ones at a time are carried through those of the result, least
 * significant first, which is turned round at the end.
 */
#include "smpp/ids.h"

#include "base/hex.h"

static const struct {
	const char *name, *words;
} forms[IDS_FORMS] = {
	{"", ""},
	{"exact", "as the responses write them"},
	{"nocase", "in other case or with other leading zeros"},
	{"hex-to-dec", "in decimal, the responses in hexadecimal"},
	{"dec-to-hex", "in hexadecimal, the responses in decimal"},
};

const char *
ids_form_name(enum ids_form form)
{
	return forms[form].name;
}

const char *
ids_form_words(enum ids_form form)
{
	return forms[form].words;
}

bool
ids_mode_allows(enum ids_mode mode, enum ids_form form)
{
	switch (form) {
	case IDS_EXACT: return true;
	case IDS_NOCASE: return mode != IDS_MODE_EXACT;
	case IDS_HEX_TO_DEC:
		return mode == IDS_MODE_AUTO || mode == IDS_MODE_RESP_HEX;
	case IDS_DEC_TO_HEX:
		return mode == IDS_MODE_AUTO || mode == IDS_MODE_RECEIPT_HEX;
	default: return false;
	}
}

static struct span
without_zeros(struct span id)
{
	while (id.n > 1 && id.p[0] == '0')
		id = span_skip(id, 1);
	return id;
}

void
ids_fold(struct buf *out, struct span id)
{
	uint8_t *p;

	id = without_zeros(id);
	buf_clear(out);
	p = buf_reserve(out, id.n);
	for (size_t i = 0; i < id.n; i++)
		p[i] = id.p[i] >= 'A' && id.p[i] <= 'Z' ?
		    (uint8_t)(id.p[i] + ('a' - 'A')) : id.p[i];
	out->len = id.n;
}

/* Result digits, as values, times factor plus more. */
static void
carry(struct buf *out, uint64_t factor, uint64_t more, unsigned base)
{
	for (size_t i = 0; i < out->len; i++) {
		more += out->p[i] * factor;
		out->p[i] = (uint8_t)(more % base);
		more /= base;
	}
	for (; more > 0; more /= base)
		buf_add_byte(out, (uint8_t)(more % base));
}

static void
finish(struct buf *out)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t swap;

	if (out->len == 0)
		buf_add_byte(out, 0);
	for (size_t i = 0, j = out->len - 1; i < j; i++, j--) {
		swap = out->p[i];
		out->p[i] = out->p[j];
		out->p[j] = swap;
	}
	for (size_t i = 0; i < out->len; i++)
		out->p[i] = (uint8_t)digits[out->p[i]];
}

bool
ids_of_response(struct buf *out, struct span id, enum ids_form form)
{
	unsigned from = form == IDS_HEX_TO_DEC ? 10 : 16;
	unsigned to = form == IDS_HEX_TO_DEC ? 16 : 10;
	size_t at_once = from == 10 ? 9 : 8;
	uint64_t chunk, factor;
	int digit;

	buf_clear(out);
	if (id.n == 0)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		digit = hex_digit(id.p[i]);
		if (digit < 0 || (unsigned)digit >= from)
			return false;
	}
	id = without_zeros(id);
	while (id.n > 0) {
		chunk = 0;
		factor = 1;
		for (size_t i = 0; i < at_once && id.n > 0; i++) {
			chunk = chunk * from + (uint64_t)hex_digit(id.p[0]);
			factor *= from;
			id = span_skip(id, 1);
		}
		carry(out, factor, chunk, to);
	}
	finish(out);
	return true;
}

struct ids_tail
ids_tail(struct span address)
{
	struct ids_tail t = {0};

	/* from the end, the last digit first */
	for (size_t i = address.n; i > 0 && t.n < IDS_TAIL; i--)
		if (address.p[i - 1] >= '0' && address.p[i - 1] <= '9')
			t.digit[t.n++] = address.p[i - 1];
	return t;
}

bool
ids_tail_agrees(const struct ids_tail *a, const struct ids_tail *b)
{
	return a->n > 0 && a->n == b->n && memcmp(a->digit, b->digit, a->n) == 0;
}
