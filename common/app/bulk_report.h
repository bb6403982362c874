/* SPDX-License-Identifier: ISC */
#ifndef APP_BULK_REPORT_H
#define APP_BULK_REPORT_H

#include "app/bulkopt.h"

/* --report: the sheet again, with results; --new: an empty workbook. Each tells
 * what is wrong and gives the exit status. */
int bulk_report(struct bulkopt *);
int bulk_new(struct bulkopt *);

#endif
