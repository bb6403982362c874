/* SPDX-License-Identifier: ISC */
#ifndef APP_MASK_H
#define APP_MASK_H

#include <stdbool.h>

#include "base/span.h"

/*
 * --mask: hides, in place, what a PDU tells of people. Of the octets of a
 * message's text, and of TLVs without a known meaning, each becomes "*"; of
 * the digits of a number all but the last three. Lengths stay, so that what is
 * left can be decoded, and shown in hex. A receipt keeps its id, state and the
 * like; names (an address with a letter in it) stay.
 *
 * octets are those of one PDU, header included. False when they cannot be
 * decoded: nothing of them is hidden then.
 */
bool mask_pdu(uint8_t *octets, size_t n);

#endif
