/* SPDX-License-Identifier: ISC */
#ifndef APP_MM4_RECEIVE_H
#define APP_MM4_RECEIVE_H

#include "app/config.h"

/*
 * mm4-relay receive: takes one mail on stdin, as a mail server hands it to a
 * command; the operands are its recipients, none: those of its head. 0: it is
 * kept, its record printed, what it asks for answered or posted. 65: it is no
 * MM4. 75: all else, so that a mail server comes again.
 */
int mm4_receive(const struct config *);

/* For diag_on_die: errors of configuration and usage are 75, too. */
int mm4_receive_failed(int status, const char *sentence);

#endif
