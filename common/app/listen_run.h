/* SPDX-License-Identifier: ISC */
#ifndef APP_LISTEN_RUN_H
#define APP_LISTEN_RUN_H

#include "app/listenopt.h"

/*
 * A run of smpp-listen: binds, prints what arrives and answers it, until a
 * signal, a count, a time or a failure ends it, and unbinds. What comes back is
 * the exit status. Dies when it cannot begin.
 */
int listen_run(const struct listenopt *, const struct config *);

#endif
