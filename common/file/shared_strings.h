/* SPDX-License-Identifier: ISC */
#ifndef FILE_SHARED_STRINGS_H
#define FILE_SHARED_STRINGS_H

#include "base/buf.h"

/*
 * The shared strings of a workbook (ECMA-376-1, 18.4): read by a thread of
 * their own while the sheet is walked, held as UTF-8 one behind the other, past
 * a bound in a file without a name. Strings are counted as they come; what the
 * part says of their number does not matter.
 */
struct shared_strings;

/* Starts to read the part of a package at path; path and part are borrowed.
 * most: octets that stay in memory. NULL after a sentence in error. */
struct shared_strings *shared_strings_open(const char *path, const char *part,
    size_t most, struct buf *error);
void shared_strings_close(struct shared_strings *);

enum string_place {
	STRING_STABLE,    /* *s lives as long as the strings */
	STRING_MOMENT,    /* *s lives until the next call */
	STRING_NONE,      /* no such string */
	STRING_DAMAGED,   /* the part: see shared_strings_error */
};

/* The string of an index; waits for the thread where it is not there yet. */
enum string_place shared_strings_get(struct shared_strings *, uint64_t index,
    struct span *s);

/* Waits for the end of the part; false when it is damaged. */
bool shared_strings_finish(struct shared_strings *);
const char *shared_strings_error(const struct shared_strings *);

#endif
