/* SPDX-License-Identifier: ISC */
#ifndef APP_DLR_SUMMARY_H
#define APP_DLR_SUMMARY_H

#include "rec/record.h"
#include "smpp/dlr.h"

/*
 * Receipts counted by stat and err, and their seconds from submit to done.
 * Spellings of one stat count as one. Memory is bounded: pairs beyond
 * DLR_SUMMARY_PAIRS, and words over DLR_SUMMARY_WORD octets, are counted
 * together as others.
 */
enum { DLR_SUMMARY_PAIRS = 4096, DLR_SUMMARY_WORD = 64 };

struct dlr_summary;

struct dlr_summary *dlr_summary_new(void);
void dlr_summary_free(struct dlr_summary *);

/* Counts a receipt; seconds NULL: not known. */
void dlr_summary_add(struct dlr_summary *, const struct dlr *,
    const int64_t *seconds);

/* Appends a table for people; without: lines that held no receipt. */
void dlr_summary_table(struct dlr_summary *, struct buf *, uint64_t without);

/* Appends rows of schema_tally. */
void dlr_summary_records(struct dlr_summary *, struct buf *,
    const struct record_format *, uint64_t without);

#endif
