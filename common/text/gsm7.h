/* SPDX-License-Identifier: ISC */
#ifndef TEXT_GSM7_H
#define TEXT_GSM7_H

#include "text/charset.h"

/*
 * The GSM 7-bit alphabet of 3GPP TS 23.038: default and extension table, and
 * the national language shift tables. A language is 0 (none) to 13; tables
 * that a language does not have are the default ones.
 */
enum { GSM7_ESCAPE = 0x1b, GSM7_LANGUAGES = 13 };

/* Which tables a text is written with. */
struct gsm7 {
	uint8_t locking, single;
};

/* A language by its name in English, case apart; 0 for no such name. The name
 * of a language, static. */
uint8_t gsm7_language_by_name(struct span name);
const char *gsm7_language_name(uint8_t language);
bool gsm7_has_locking(uint8_t language);
bool gsm7_has_single(uint8_t language);

/* How a code point stands in the alphabet: writes 1 or 2 septets, an octet
 * each, and returns how many; 0 when it has no place there. */
size_t gsm7_encode_point(struct gsm7, uint32_t point, uint8_t *out);

/* The septets a code point takes in the default alphabet: 1, 2, 0 for none. */
size_t gsm7_width(uint32_t point);

/* The septets that text takes in the default alphabet; *outside is the first
 * code point that has no place there, counted as one septet, or 0. */
size_t gsm7_measure(struct span text, uint32_t *outside);

/* Whether all of text is printable ASCII that the default alphabet has as the
 * same octets. */
bool gsm7_is_same(struct span text);

/*
 * Appends text in the default alphabet, a septet an octet; with shared_only
 * just what reads the same as ASCII. Returns how many octets of text went in:
 * less than text.n at a code point that has no place.
 */
size_t gsm7_encode(struct buf *out, struct span text, bool shared_only);

/*
 * The tables that carry text in the fewest septets, the elements that name them
 * counted, of one language or (0) of any; none when the default ones do, and
 * also when nothing carries it.
 */
struct gsm7 gsm7_choose(struct span text, uint8_t language);

/* Appends unpacked septets as UTF-8; see charset_decode. */
bool gsm7_decode(struct buf *out, struct gsm7, struct span septets,
    struct charset_report *report);

/*
 * Packs septets (an octet each) eight in seven octets, behind udh octets of
 * user data header: fill bits bring the first one to a septet boundary (23.040,
 * 9.2.3.24). Seven bits left over are a CR, and a CR on the last octet's end is
 * doubled, or the reader would see an "@" or no CR (23.038, 6.1.2.3).
 */
void gsm7_pack(struct buf *out, struct span septets, size_t udh);
size_t gsm7_packed_size(struct span septets, size_t udh);

/* The other way: appends the septets, an octet each, less a CR that pads. */
void gsm7_unpack(struct buf *out, struct span packed, size_t udh);

#endif
