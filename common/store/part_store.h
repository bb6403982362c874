/* SPDX-License-Identifier: ISC */
#ifndef STORE_PART_STORE_H
#define STORE_PART_STORE_H

#include <time.h>

#include "base/buf.h"

/*
 * Parts of long messages that were acknowledged and not yet printed: a folder
 * with one log, which one process at a time holds. What was added is there
 * again after a crash, until it is removed.
 */
struct part_store;

/* A part: its PDU, when and over which link it came. */
struct stored_part {
	uint64_t id;  /* from 1, growing */
	struct timespec time;
	struct span link, frame;
};

/*
 * Opens a folder, made with its parents where there is none. NULL when that
 * cannot be, another process holds it, or what lies there is no log of parts:
 * why says so. Otherwise why is empty or tells what was wrong with the log,
 * which has been mended.
 */
struct part_store *part_store_open(const char *folder, struct buf *why);

/* Closes it; the log is left empty when no part is there any more. */
void part_store_free(struct part_store *);

/* Adds a part and gives it its id; 0 and errno when it cannot be written, the
 * store is then as it was. */
uint64_t part_store_add(struct part_store *, const struct stored_part *);

/* Reads a part; its spans point into scratch. False when it is not there, or
 * not what was written (errno 0), or cannot be read. */
bool part_store_read(struct part_store *, uint64_t id, struct buf *scratch,
    struct stored_part *);

/* The id of the first part after this one, 0 for none. */
uint64_t part_store_after(const struct part_store *, uint64_t id);

/*
 * The next of the parts that an earlier process removed, as far as the log
 * still has them, the oldest first: each is given once. A process that crashed
 * leaves them, so that what it had printed can be known again.
 */
bool part_store_removed(struct part_store *, struct buf *scratch,
    struct stored_part *);

/* Removes parts, those that are there no more included. False and errno when
 * that could not be written: they may come back after a restart, unless a later
 * call succeeds. */
bool part_store_remove(struct part_store *, const uint64_t id[], size_t n);

/* Puts what was added on disk. False and errno on failure. */
bool part_store_sync(struct part_store *);

/* A count of octets that grows with each addition; how far they are on disk. */
uint64_t part_store_position(const struct part_store *);
uint64_t part_store_synced(const struct part_store *);

/* Its folder, as it was named. */
const char *part_store_folder(const struct part_store *);

/* How many parts there are. */
size_t part_store_count(const struct part_store *);

#endif
