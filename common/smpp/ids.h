/* SPDX-License-Identifier: ISC */
#ifndef SMPP_IDS_H
#define SMPP_IDS_H

#include "base/buf.h"

/*
 * Forms of a message_id: an SMSC may write the id of a submit_sm_resp in
 * another case, with other leading zeros or to another base in its receipts.
 * Ids are strings of any length and never become machine integers.
 */
enum ids_form {
	IDS_NONE,
	IDS_EXACT,
	IDS_NOCASE,      /* but for case and leading zeros */
	IDS_HEX_TO_DEC,  /* hexadecimal in the response, decimal in the receipt */
	IDS_DEC_TO_HEX,  /* the other way round */
	IDS_FORMS
};

/* "exact", "nocase", "hex-to-dec", "dec-to-hex"; "" of IDS_NONE; static. */
const char *ids_form_name(enum ids_form);

/* The same in words for the user: "without case and leading zeros" ... */
const char *ids_form_words(enum ids_form);

/* What --ids allows, in the order of its words. */
enum ids_mode { IDS_MODE_EXACT, IDS_MODE_RESP_HEX, IDS_MODE_RECEIPT_HEX,
	IDS_MODE_AUTO };
bool ids_mode_allows(enum ids_mode, enum ids_form);

/* Puts the id into out in lower case, without leading zeros ("0" of zeros
 * alone). What was in out is gone. */
void ids_fold(struct buf *out, struct span id);

/*
 * Puts a receipt's id into out as the response wrote it, folded: of
 * HEX_TO_DEC a decimal id becomes hexadecimal, of DEC_TO_HEX a hexadecimal one
 * decimal. False when the id has another character than such digits. The time
 * grows with the square of the length.
 */
bool ids_of_response(struct buf *out, struct span id, enum ids_form);

/* The last eight digits of an address, or as many as it has, for comparison;
 * other characters do not count. */
enum { IDS_TAIL = 8 };
struct ids_tail {
	uint8_t n;
	uint8_t digit[IDS_TAIL];
};
struct ids_tail ids_tail(struct span address);

/* Whether both have digits, and the same. */
bool ids_tail_agrees(const struct ids_tail *, const struct ids_tail *);

#endif
