/* SPDX-License-Identifier: ISC */
#ifndef APP_MM4_PARSE_H
#define APP_MM4_PARSE_H

#include "app/config.h"

/* mm4-relay parse: a record for each mail of the files, or of stdin. Gives the
 * exit status. */
int mm4_parse(const struct config *);

#endif
