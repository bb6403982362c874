/* SPDX-License-Identifier: ISC */
#ifndef SMPP_TABLES_H
#define SMPP_TABLES_H

#include "smpp/pdu.h"

/* The rows of smpp.def that only the check, the listings and the tests walk.
 * Each x_at gives the row of that number, NULL past the last. */

/* Values first to last of a list have a name; the first row that fits counts. */
struct value_row {
	const char *list, *name;
	uint32_t first, last;
	const char *doc;
};
const struct value_row *value_row_at(size_t i);

/* The list names only the masked bits of its field ("esm_class.mode"). */
struct value_bits {
	const char *list;
	uint32_t mask;
};
const struct value_bits *value_bits_at(size_t i);

/* A text that a string field may hold. */
struct value_word {
	const char *field, *text, *doc;
};
const struct value_word *value_word_at(size_t i);

/* A TLV that must stand in a PDU. */
struct tlv_needed {
	enum pdu_type type;
	uint16_t tag;
};
const struct tlv_needed *tlv_needed_at(size_t i);

/* The highest value that a number may have. */
struct field_highest {
	enum pdu_field field;
	uint32_t highest, highest_50;
};
const struct field_highest *field_highest_at(size_t i);

#endif
