/* SPDX-License-Identifier: ISC */
#ifndef MMS_MM4_TABLE_H
#define MMS_MM4_TABLE_H

#include "mms/mm4.h"

/* mm4.def as data. */
enum mm4_field_kind {
	MM4_ID, MM4_TEXT, MM4_WORDS, MM4_ADDRESS, MM4_ADDRESSES, MM4_DATE,
	MM4_WHEN, MM4_YES, MM4_NUMBER, MM4_LINES,
};

struct mm4_row {
	const char *name;
	enum mm4_field_kind kind;
	const char *use;  /* a letter for each kind of message */
};

extern const struct mm4_row mm4_rows[MMS_FIELDS];

/* The field of that name, or of that other name; MMS_FIELDS when there is none. */
enum mms_field mm4_field_of(struct span name);

/* Where a field that is an address, a list of them, has them; NULL when it has
 * no such place. */
struct mms_address *mm4_address_of(struct mms *, enum mms_field);
struct mms_address_list *mm4_list_of(struct mms *, enum mms_field);

#endif
