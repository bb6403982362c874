/* SPDX-License-Identifier: ISC */
#ifndef APP_MM4_LISTEN_H
#define APP_MM4_LISTEN_H

#include "app/config.h"

/*
 * mm4-relay listen: takes mails of other MMSCs, and sends what has to go out.
 * Runs until a signal; the exit status. Dies when it cannot begin.
 */
int mm4_listen(const struct config *);

#endif
