/* SPDX-License-Identifier: ISC */
#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H

#include <stdint.h>
#include <time.h>

/* The time of day, from CLOCK_REALTIME. */
struct timespec clock_now(void);

/* Microseconds of CLOCK_MONOTONIC, for what milliseconds are too coarse. */
uint64_t clock_us(void);

enum { CLOCK_TEXT = 24 };

/* Writes "2026-11-24T03:19:57.123Z" and a NUL: RFC 3339, UTC, milliseconds,
 * which are cut, not rounded. Years are those from 0 to 9999; a time outside
 * of them is the nearest one within. Takes no lock and no time zone. */
void clock_text(char text[CLOCK_TEXT + 1], struct timespec);

#endif
