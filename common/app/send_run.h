/* SPDX-License-Identifier: ISC */
#ifndef APP_SEND_RUN_H
#define APP_SEND_RUN_H

#include "app/sendopt.h"

/*
 * A run of smpp-send: connects, sends its rows, prints one result for each,
 * and unbinds. What comes back is the exit status. Dies when it cannot begin.
 */
int send_run(struct sendopt *, const struct config *);

#endif
