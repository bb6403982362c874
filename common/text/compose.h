/* SPDX-License-Identifier: ISC */
#ifndef TEXT_COMPOSE_H
#define TEXT_COMPOSE_H

#include "base/buf.h"
#include "text/charset.h"

/* Normalisation and plain replacements; needs libunistring. text is
 * well-formed UTF-8 everywhere. */

/* Whether text is in normalisation form C for sure, told at a glance. */
bool text_is_composed(struct span text);

/* Appends text in normalisation form C. */
void text_compose(struct buf *out, struct span text);

/* The octet of text from which the one at offset of its composed form came;
 * slow, for messages. */
size_t text_compose_origin(struct span text, size_t offset);

/*
 * Whether a character is a cluster of its own beside another such one. Nearly
 * all text is made of them, and a look at libunistring's tables for each would be
 * slow.
 */
static inline bool
text_stands_alone(uint32_t point)
{
	return (point >= 0xac00 && point <= 0xd7a3) ||
	    (point >= 0x20 && point <= 0x7e) ||
	    (point >= 0xa0 && point <= 0x2ff) ||
	    (point >= 0x400 && point <= 0x482) ||
	    (point >= 0x3041 && point <= 0x3096) ||
	    (point >= 0x30a1 && point <= 0x30ff) ||
	    (point >= 0x4e00 && point <= 0x9fff) ||
	    (point >= 0xff01 && point <= 0xff9d);
}

/* The offset behind the grapheme cluster (UAX 29) that begins at offset at; one
 * of more than CLUSTER_MAX octets, which no message has room for, ends there. */
enum { CLUSTER_MAX = 1024 };
size_t text_cluster_end(struct span text, size_t at);

/*
 * What --translit puts in the place of a character: typographic quotes,
 * dashes, spaces, ligatures and the like by a table (see compose.c), full-width
 * forms by their ASCII, and a Latin letter with accents by the letter alone.
 * Writes at most TRANSLIT_MAX octets of UTF-8 (perhaps none); false when there is no
 * plain form.
 */
enum { TRANSLIT_MAX = 12 };
bool text_plain(uint32_t point, uint8_t *out, size_t *n);

/* The rows of that table, for listings; false past the last. */
bool text_plain_row(size_t i, uint32_t *point, const char **plain);

#endif
