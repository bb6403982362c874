/* SPDX-License-Identifier: ISC */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/* Base64 of RFC 4648, section 4: with padding, on one line. */

/* Appends the octets as base64. */
void base64_add(struct buf *, struct span octets);

/* Appends the octets that the text stands for. False when it is not whole
 * groups of four of the alphabet with the right padding at the end, or has
 * bits that no octet takes; what was appended then is of no use. */
bool base64_read(struct buf *, struct span text);

#endif
