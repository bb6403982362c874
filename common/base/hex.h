/* SPDX-License-Identifier: ISC */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include "base/buf.h"

/* Appends the octets as lower-case hexadecimal, two digits each. */
void hex_encode(struct buf *out, struct span octets);

/* The value of a hexadecimal digit of either case, or -1. */
int hex_digit(int c);

/*
 * Appends the octets that the digits of text stand for; blanks between
 * octets are skipped. False when text holds anything else or half an octet;
 * *bad is then the offset of the culprit and out is as it was.
 */
bool hex_decode(struct buf *out, struct span text, size_t *bad);

#endif
