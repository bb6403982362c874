/* SPDX-License-Identifier: ISC */
/* The GSM 7-bit alphabets and their packing: 3GPP TS 23.038, 6.1.2 and 6.2,
 * annex A; fill bits: 3GPP TS 23.040, 9.2.3.24. */
#include "text/gsm7.h"

#include <strings.h>

#include "base/word.h"
#include "text/gsm7_tables.h"
#include "text/utf8.h"

enum {
	SEPTETS = 128,
	CR = 0x0d,
	SPACE = 0x20,
	NEAR = sizeof(default_code) / sizeof(default_code[0])
};

uint8_t
gsm7_language_by_name(struct span name)
{
	uint8_t i;

	for (i = 1; i <= GSM7_LANGUAGES; i++)
		if (strlen(language_names[i]) == name.n &&
		    strncasecmp(language_names[i], (const char *)name.p,
		    name.n) == 0)
			return i;
	return 0;
}

const char *
gsm7_language_name(uint8_t language)
{
	return language_names[language <= GSM7_LANGUAGES ? language : 0];
}

bool
gsm7_has_locking(uint8_t language)
{
	return language <= GSM7_LANGUAGES && locking[language] != locking[0];
}

bool
gsm7_has_single(uint8_t language)
{
	return language <= GSM7_LANGUAGES && single[language] != single[0];
}

static const uint16_t *
table_of(const uint16_t *const *tables, uint8_t language)
{
	return tables[language <= GSM7_LANGUAGES ? language : 0];
}

/* The septet of a code point in a table, or SEPTETS. */
static uint8_t
find(const uint16_t *table, uint32_t point)
{
	uint8_t i = 0;

	while (i < SEPTETS && (table[i] != point || point == 0))
		i++;
	return i;
}

static size_t
put(uint8_t *out, unsigned code)
{
	if (code >> 8 == GSM7_ESCAPE) {
		out[0] = GSM7_ESCAPE;
		out[1] = (uint8_t)code;
		return 2;
	}
	out[0] = (uint8_t)(code & 0x7f);
	return 1;
}

/* As in default_code: 0 is none, else the septet or 1Bxx. */
static inline unsigned
default_of(uint32_t point)
{
	size_t i;

	if (point < NEAR)
		return default_code[point];
	for (i = 0; i < sizeof(default_far) / sizeof(default_far[0]); i++)
		if (default_far[i].point == point)
			return default_far[i].code;
	return 0;
}

static unsigned
code_of(struct gsm7 g, uint32_t point)
{
	uint8_t i;

	if (g.locking == 0 && g.single == 0)
		return default_of(point);
	i = find(table_of(locking, g.locking), point);
	if (i < SEPTETS)
		return i | 0x80u;
	i = find(table_of(single, g.single), point);
	return i < SEPTETS ? GSM7_ESCAPE << 8 | i : 0;
}

size_t
gsm7_encode_point(struct gsm7 g, uint32_t point, uint8_t *out)
{
	unsigned code = code_of(g, point);

	return code == 0 ? 0 : put(out, code);
}

size_t
gsm7_width(uint32_t point)
{
	unsigned code = default_of(point);

	return code == 0 ? 0 : code >> 8 ? 2 : 1;
}

size_t
gsm7_measure(struct span text, uint32_t *outside)
{
	const uint8_t *p = text.p, *end = p + text.n;
	uint32_t point, first = 0;
	unsigned code;
	size_t n = 0;

	while (p < end) {
		point = *p < 0x80 ? *p++ : utf8_next(&p);
		code = default_of(point);
		if (code == 0 && first == 0)
			first = point;
		n += code >> 8 ? 2 : 1;
	}
	*outside = first;
	return n;
}

/* ASCII from 0x20 to 0x7a less $ @ and [ to `. A sum tells in the highest bit
 * of each octet whether it is so much or more; those of ASCII do not carry. */
static bool
eight_same(uint64_t x)
{
	uint64_t printable = (x + WORD_EACH(0x80 - ' ')) &
	    ~(x + WORD_EACH(0x7f - 'z'));
	uint64_t no_bracket = ~(x + WORD_EACH(0x80 - '[')) |
	    (x + WORD_EACH(0x80 - 'a'));
	uint64_t no_dollar = (x ^ WORD_EACH('$')) + WORD_EACH(0x7f);
	uint64_t no_at = (x ^ WORD_EACH('@')) + WORD_EACH(0x7f);

	return (printable & no_bracket & no_dollar & no_at & ~x &
	    WORD_EACH(0x80)) == WORD_EACH(0x80);
}

bool
gsm7_is_same(struct span text)
{
	return word_all(text, eight_same);
}

size_t
gsm7_encode(struct buf *out, struct span text, bool shared_only)
{
	const uint8_t *p = text.p, *end = p + text.n, *start = p;
	uint8_t *at = buf_reserve(out, text.n * 2), *first = at;
	uint32_t point;
	unsigned code;

	for (; p < end; start = p) {
		point = *p < 0x80 ? *p++ : utf8_next(&p);
		code = default_of(point);
		if (code == 0 || (shared_only && code != point))
			break;
		if (code >> 8)
			*at++ = GSM7_ESCAPE;
		*at++ = (uint8_t)(code & 0x7f);
	}
	out->len += (size_t)(at - first);
	return (size_t)(start - text.p);
}

static void
blame(struct charset_report *report, size_t offset, size_t n)
{
	if (report->n == 0)
		report->offset = offset;
	report->n += n;
}

/* The character behind an escape at offset i; how many octets both take. */
static size_t
decode_escaped(struct buf *out, struct gsm7 g, struct span s, size_t i,
    struct charset_report *report)
{
	uint32_t point;
	uint8_t septet;

	if (i + 1 == s.n || s.p[i + 1] >= SEPTETS) {
		blame(report, i, 1);
		utf8_add(out, 0xfffd);
		return 1;
	}
	septet = s.p[i + 1];
	point = table_of(single, g.single)[septet];
	if (point == 0) {
		blame(report, i, 1);
		point = table_of(locking, g.locking)[septet];
	}
	utf8_add(out, point == 0 ? SPACE : point);
	return 2;
}

bool
gsm7_decode(struct buf *out, struct gsm7 g, struct span s,
    struct charset_report *report)
{
	const uint16_t *table = table_of(locking, g.locking);
	size_t i = 0;

	*report = (struct charset_report){0};
	while (i < s.n) {
		if (s.p[i] == GSM7_ESCAPE) {
			i += decode_escaped(out, g, s, i, report);
			continue;
		}
		if (s.p[i] >= SEPTETS) {
			blame(report, i, 1);
			utf8_add_unread(out, s.p[i]);
		} else if (table[s.p[i]] == 0) {
			blame(report, i, 1);
			utf8_add(out, SPACE);
		} else
			utf8_add(out, table[s.p[i]]);
		i++;
	}
	return report->n == 0;
}

/* Bits that bring the octet behind udh octets to a septet boundary. */
static size_t
fill_bits(size_t udh)
{
	return (7 - udh * 8 % 7) % 7;
}

/* The septets that gsm7_pack writes besides those it was given: CRs, 0 or 1. */
static size_t
padding(struct span septets, size_t fill)
{
	size_t over = (fill + septets.n * 7) % 8;

	if (septets.n == 0)
		return 0;
	return over == 1 || (over == 0 && septets.p[septets.n - 1] == CR);
}

size_t
gsm7_packed_size(struct span septets, size_t udh)
{
	size_t fill = fill_bits(udh);

	if (septets.n == 0)
		return 0;
	return (fill + (septets.n + padding(septets, fill)) * 7 + 7) / 8;
}

void
gsm7_pack(struct buf *out, struct span septets, size_t udh)
{
	size_t fill = fill_bits(udh), n = septets.n + padding(septets, fill);
	size_t size = gsm7_packed_size(septets, udh), i;
	uint8_t *p = buf_reserve(out, size + 1);
	uint32_t bits = 0;

	out->len += size;
	for (i = 0; i < n; i++) {
		bits |= (uint32_t)((i < septets.n ? septets.p[i] : CR) & 0x7f)
		    << fill;
		for (fill += 7; fill >= 8; fill -= 8) {
			*p++ = (uint8_t)bits;
			bits >>= 8;
		}
	}
	if (fill > 0 && n > 0)
		*p = (uint8_t)bits;
}

void
gsm7_unpack(struct buf *out, struct span packed, size_t udh)
{
	size_t fill = fill_bits(udh), n, i, at;
	uint32_t two;
	uint8_t *p;

	if (packed.n * 8 < fill + 7)
		return;
	n = (packed.n * 8 - fill) / 7;
	p = buf_reserve(out, n);
	for (i = 0; i < n; i++) {
		at = fill + i * 7;
		two = packed.p[at / 8];
		if (at / 8 + 1 < packed.n)
			two |= (uint32_t)packed.p[at / 8 + 1] << 8;
		p[i] = (uint8_t)(two >> at % 8 & 0x7f);
	}
	if ((packed.n * 8 - fill) % 7 == 0 && p[n - 1] == CR)
		n--;
	out->len += n;
}
