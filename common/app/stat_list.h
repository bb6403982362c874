/* SPDX-License-Identifier: ISC */
#ifndef APP_STAT_LIST_H
#define APP_STAT_LIST_H

#include "smpp/dlr.h"

/* Stat words to look for: "DELIVRD,UNDELIV". Zeroed is an empty list. */
struct stat_list {
	struct span *word;
	size_t n;
};

/* Reads a comma list, which is borrowed. False when a word in it is empty. */
bool stat_list_parse(struct stat_list *, const char *list);
void stat_list_free(struct stat_list *);

/* Whether a stat is one of them, in either case and any spelling that means
 * the same word: REJECTED is REJECTD. */
bool stat_list_has(const struct stat_list *, struct span stat);

#endif
