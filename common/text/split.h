/* SPDX-License-Identifier: ISC */
#ifndef TEXT_SPLIT_H
#define TEXT_SPLIT_H

#include "text/coder.h"

/* What one part may hold. */
struct split_limit {
	size_t octets;   /* of text, behind the UDH */
	size_t septets;  /* SIZE_MAX where septets do not count */
};

/*
 * The limit behind a UDH of udh octets. part_octets is the size of a
 * short_message, or 0 for GSM's 140 octets (160 septets unpacked).
 */
struct split_limit split_limit(const struct coder *, size_t part_octets,
    size_t udh);

/* Whether a measure is within a limit. */
bool split_fits(const struct measure *, const struct coder *,
    struct split_limit, size_t udh);

/*
 * Where the part that begins at offset at ends, at most: never inside a
 * character or a grapheme cluster, unless one cluster is larger than a part.
 * *m is what it takes. Equal to at when not even one character fits. The coder must
 * be able to carry the text.
 */
size_t split_next(const struct coder *, struct span text, size_t at,
    struct split_limit, size_t udh, struct measure *m);

#endif
