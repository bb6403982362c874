/* SPDX-License-Identifier: ISC */
#ifndef APP_BULK_RUN_H
#define APP_BULK_RUN_H

#include "app/bulkopt.h"

/* Records of a sheet on stdout, what is wrong with it on stderr; the exit status.
 * Without --stream the whole file is looked at before the first record. */
int bulk_run(struct bulkopt *);

#endif
