/* SPDX-License-Identifier: ISC */
#ifndef APP_SEND_PLAN_H
#define APP_SEND_PLAN_H

#include "app/sendopt.h"

/* --dry-run: prints a row for each part of each message, and on stderr what
 * forced a costlier alphabet; connects nowhere. What comes back is the exit
 * status. Dies when it cannot begin. */
int send_plan(struct sendopt *, const struct config *);

#endif
