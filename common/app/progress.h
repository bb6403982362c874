/* SPDX-License-Identifier: ISC */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include "app/flow.h"
#include "app/hours.h"
#include "base/buf.h"
#include "base/hist.h"

/* How far a run is, in words: the status line of a terminal, the line of
 * SIGUSR1, the lines of --stats. Times are monotonic milliseconds. */
struct progress {
	uint64_t started_ms;
	uint64_t drawn_ms;              /* 0: never */
	uint64_t seen_ms, seen_done;    /* the line before, for the rate */
	uint64_t rate;                  /* done a 1000 s, smoothed */
};

/* What is to be told; the caller counts. */
struct progress_facts {
	uint64_t ok, failed;            /* rows; partial ones have failed */
	uint64_t unknown, unsent;
	uint64_t accepted, refused;     /* PDUs */
	uint64_t throttled;             /* of the refused: to go slower */
	uint64_t input_size, input_read; /* in any unit; size 0: not known */
	enum flow_limit limit;          /* of the moment, or of the whole run */
	const struct hist *latency;     /* microseconds */
	bool open_loop;                 /* latency counts from when a PDU was due */
	uint64_t behind_ms;             /* then: how late the last one left */
	const struct hours *hours;      /* of FLOW_HOURS */
	int64_t opens_ms;               /* UTC, when they begin */
};

void progress_init(struct progress *, uint64_t now);

/* Whether the status line is to be drawn again: twice a second at most. */
bool progress_due(const struct progress *, uint64_t now);
uint64_t progress_deadline(const struct progress *);

/* Appends "120 done, 118 ok, 2 failed, 40/s, 1m20s left, limited by the
 * window", without a line end; where there are any, "1 unknown" and "1 unsent"
 * stand behind those that failed. drawn: it goes to the status line. */
void progress_line(struct progress *, struct buf *,
    const struct progress_facts *, uint64_t now, bool drawn);

/* Appends the lines of --stats, each with a line end. */
void progress_stats(const struct progress *, struct buf *,
    const struct progress_facts *, uint64_t now);

#endif
