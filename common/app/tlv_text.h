/* SPDX-License-Identifier: ISC */
#ifndef APP_TLV_TEXT_H
#define APP_TLV_TEXT_H

#include "smpp/pdu.h"

/*
 * TLVs as people write them: "0x1400=s:text;0x1401=h:00ff;user_message_reference=5".
 * A tag is a name of smpp.def or a number. A value is typed by the table, or
 * by what stands before it: s: a C-octet string, its NUL added; o: octets of
 * text; h: hexadecimal; 1: 2: 4: a number of so many octets.
 */

/* Appends the TLVs of a list, raw. False when it cannot be understood: a
 * sentence is appended to error, and out is as it was. */
bool tlv_text_read(struct buf *out, struct span list, struct buf *error);

#endif
