/* SPDX-License-Identifier: ISC */
#ifndef TEXT_CODER_H
#define TEXT_CODER_H

#include "text/charset.h"
#include "text/gsm7.h"

/* One way to write a text: an encoding, its tables, and how it is counted. */
struct coder {
	enum encoding encoding;  /* DEFAULT: what ASCII and GSM 03.38 share */
	struct gsm7 tables;      /* of gsm7-shift */
	bool septets;  /* an SMSC turns it into GSM septets, so these count too */
};

/* What a run of text takes. All zero is no text. */
struct measure {
	size_t octets, septets;
	bool kanji;  /* iso2022jp: within JIS X 0208 */
	bool cr;     /* gsm7-packed: ends with a CR */
};

/* The octets of a code point as charset_encode_point has them; 0 for none. */
size_t coder_point(const struct coder *, uint32_t point, uint8_t *out);

/* Adds a code point; false, and nothing added, when it cannot be carried. */
bool measure_point(struct measure *, const struct coder *, uint32_t point);

/* The octets it comes to, behind a UDH of udh octets. */
size_t measure_octets(const struct measure *, const struct coder *, size_t udh);

/* The units a measure is counted in: septets, UTF-16 units or octets. */
size_t measure_units(const struct measure *, const struct coder *);

/* Measures a whole text, which is well-formed (any octets when binary); false
 * at a code point that cannot be carried, named in *error. */
bool coder_measure(const struct coder *, struct span text, struct measure *,
    struct charset_error *error);

/* Appends the text as it stands behind a UDH of udh octets; false, with out
 * as it was, when it cannot be carried. */
bool coder_encode(struct buf *out, const struct coder *, struct span text,
    size_t udh, struct charset_error *error);

#endif
