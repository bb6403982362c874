/* SPDX-License-Identifier: ISC */
#ifndef APP_ID_FORM_H
#define APP_ID_FORM_H

#include "base/span.h"

/*
 * Forms in which smpp-sim writes a message's number as its message_id: those
 * that SMSCs are met with. Each has all of the number in it.
 */
enum id_form {
	ID_DEC,        /* 1795491234: the usual one */
	ID_HEX,        /* 6b0505a2 */
	ID_HEX_UPPER,  /* 6B0505A2 */
	ID_ZEROS,      /* 00000000001795491234 */
	ID_HEX_ZEROS,  /* 000000006b0505a2 */
	ID_HEX32,      /* of 128 bits: 543CD34E00AA33F1000000006B0505A2 */
	ID_UUID,
	ID_UUID_UPPER,
	ID_LONG,       /* 64 characters, the most there may be */
	ID_OVER,       /* 80 characters: over the limit */
	ID_WORD,       /* with characters that are no digits: SAR-1795491234-1@sim */
	ID_FORMS
};

struct id_form_row {
	const char *name, *doc;
};
const struct id_form_row *id_form_row(enum id_form);

/* The form of a name; false when none has it. */
bool id_form_by_name(struct span name, enum id_form *);

enum { ID_FORM_MAX = 80 };

/* Writes a number; the span is within text. */
struct span id_form_write(enum id_form, uint64_t number,
    char text[ID_FORM_MAX]);

/* The number of a text in this form; false when it is none. */
bool id_form_read(enum id_form, struct span text, uint64_t *number);

#endif
