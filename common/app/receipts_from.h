/* SPDX-License-Identifier: ISC */
#ifndef APP_RECEIPTS_FROM_H
#define APP_RECEIPTS_FROM_H

#include "io/loop.h"
#include "smpp/pdu.h"

/*
 * Receipts that another program was given: smpp-listen's records, as it writes
 * them into a file or a FIFO. Each is made the deliver_sm again that it was, as
 * far as its record tells.
 */
struct receipts_from;

/* NULL and errno when the file cannot be opened; "-" is stdin. The path is
 * borrowed. What a file holds by now is passed over, but for a header. */
struct receipts_from *receipts_from_open(struct loop *, const char *path);
void receipts_from_close(struct receipts_from *);

/* The next final receipt, borrowed until the next call; false when there is
 * none now. Lines that are no records are warned of, the first of them. */
bool receipts_from_next(struct receipts_from *, struct pdu *);

/* Stops waiting for more, or waits again. */
void receipts_from_pause(struct receipts_from *, bool pause);

/* When receipts_from_next wants to be called though no watch is ready. */
uint64_t receipts_from_deadline(const struct receipts_from *);

#endif
