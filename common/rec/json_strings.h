/* SPDX-License-Identifier: ISC */
#ifndef REC_JSON_STRINGS_H
#define REC_JSON_STRINGS_H

#include "base/buf.h"

/*
 * The strings of a line of JSON (RFC 8259), one after another, in objects and
 * arrays of any depth. Nothing is checked: what is no string is passed over.
 */
struct json_strings {
	const uint8_t *p, *end;
	struct span key;  /* the last name of a member, as it stands there */
};

struct json_strings json_strings(struct span line);

/* The next string that is a value, as it stands between its quotes; key is
 * then its name, or that of the array it is in. False when there is none. */
bool json_strings_next(struct json_strings *, struct span *value);

/* Appends what a string stands for, in UTF-8. An escape that is none stays
 * as it is. */
void json_unescape(struct buf *, struct span string);

#endif
