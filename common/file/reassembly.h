/* SPDX-License-Identifier: ISC */
#ifndef FILE_REASSEMBLY_H
#define FILE_REASSEMBLY_H

#include "file/capture.h"
#include "file/packet.h"

/*
 * TCP streams out of captured segments, whatever their order: a segment that
 * is ahead is held until those before it come. They never will when the peer
 * has acknowledged them, or when too much or for too long was held: then the
 * octets between are told as a gap. Memory is bounded.
 */
struct reassembly;

struct reassembly *reassembly_new(void);
void reassembly_free(struct reassembly *);

/* Takes a segment; its payload is borrowed until reassembly_next gives
 * false, which must be before the next put. */
void reassembly_put(struct reassembly *, const struct packet *,
    struct timespec);

/* No more will come: what is held is given out, all streams are closed. */
void reassembly_end(struct reassembly *);

/* The next piece: DATA, GAP or CLOSED in *result; false when there is none. */
bool reassembly_next(struct reassembly *, struct capture_piece *,
    enum capture_result *result);

#endif
