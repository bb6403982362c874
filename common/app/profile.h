/* SPDX-License-Identifier: ISC */
#ifndef APP_PROFILE_H
#define APP_PROFILE_H

#include "app/keep.h"
#include "app/options.h"

/*
 * Profiles: sections of smpptools.ini. A value runs to the end of its line;
 * comments (; or #) stand on lines of their own.
 */
struct profile_entry {
	enum option option;
	const char *value;  /* NULL: a switch that is off */
	unsigned line;
};

struct profile {
	struct profile_entry *entry;
	size_t n;
	bool found;         /* there is a section of that name */
	bool has_password;  /* in whatever section */
	struct keep kept;
};

/*
 * Reads the section of that name, for one of the programs: a key that means one
 * thing to it and another to others is its own. The lines of other sections need
 * only be well formed. False when something is wrong: *line and a sentence in
 * error.
 */
bool profile_parse(struct profile *, struct span text, const char *section,
    unsigned programs, unsigned *line, struct buf *error);
void profile_free(struct profile *);

/*
 * The option that a key means (NAME, or no-NAME of a switch) and its value,
 * "yes" or NULL of a switch; text NULL is a key without a value. A sentence
 * appended to error, and OPTIONS, when they make no sense.
 */
enum option profile_value(struct span key, const char *text,
    unsigned programs, const char **value, struct buf *error);

#endif
