/* SPDX-License-Identifier: ISC */
#ifndef APP_MANAGE_RECORD_H
#define APP_MANAGE_RECORD_H

#include "rec/record.h"
#include "smpp/pdu.h"

/* What came of an operation on a message; empty spans and NULLs are absent. */
struct manage_result {
	struct span id, from, to;
	const char *status;         /* "ok", "failed", "unknown", "unsent" */
	const struct pdu *answer;   /* of a query that was answered */
	const char *error;
	uint64_t line;              /* of the input; 0: an argument */
	uint64_t ms;                /* to the answer; UINT64_MAX: none came */
};

/* Appends its record of schema_manage. A state is the word that receipts have
 * for it, a date ISO 8601 where it can be read. */
void manage_record(struct buf *, const struct record_format *,
    const struct manage_result *);

#endif
