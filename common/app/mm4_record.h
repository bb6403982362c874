/* SPDX-License-Identifier: ISC */
#ifndef APP_MM4_RECORD_H
#define APP_MM4_RECORD_H

#include <time.h>

#include "mms/mms.h"
#include "rec/record.h"

/*
 * The record of a mail of MM4 (schema_mm4). Fills in what the mail itself
 * tells; time, file and peer are the caller's, and time is the mail's Date where
 * it has one. The values live as long as the message.
 */
void mm4_record(struct mms *, struct value row[MM4_COLUMNS]);

/* An address as records have it: a number without its TYPE. */
void mm4_record_address(struct buf *, const struct mms_address *);

/* The same of a list, with commas. */
struct span mm4_record_list(struct mms *, const struct mms_address_list *);

/* A time as records have it, kept by the message. */
struct span mm4_record_time(struct mms *, struct timespec);

/*
 * A name for a part, that is safe in a folder: from its name, location or id,
 * without folders, dots in front, blanks or control octets; else part-N and what
 * its type is called. Appended.
 */
void mm4_part_name(struct buf *, const struct mms *, size_t part);

#endif
