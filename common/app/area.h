/* SPDX-License-Identifier: ISC */
#ifndef APP_AREA_H
#define APP_AREA_H

#include "smpp/pdu.h"

/*
 * Where a broadcast goes, as people write it:
 *
 *   NAME, name:NAME            an alias that the SMSC knows
 *   polygon:LAT,LON,LAT,LON,...
 *                              3 to 15 points, in degrees
 *   arc:LAT,LON,RADIUS,UNCERTAINTY,OFFSET,ANGLE[,CONFIDENCE]
 *                              a point, an inner radius and how much further
 *                              it goes in metres, where it begins, from north
 *                              clockwise, and how wide it is in degrees,
 *                              percent
 *   hex:OCTETS                 as they are
 */

/* Appends the value of a broadcast_area_identifier (5.0, 4.8.4.4; the shapes
 * are those of 3GPP TS 23.032, 7.3.4 and 7.3.7). False when it cannot be
 * understood: a sentence is appended to error. */
bool area_read(struct buf *out, struct span text, struct buf *error);

/*
 * How many areas a broadcast_sm_resp says did not take the broadcast (5.0,
 * 4.4.1.2). Of the first one *status is why, and a sentence is appended to
 * why; neither is touched when there is none.
 */
size_t area_refusals(const struct pdu *answer, uint32_t *status,
    struct buf *why);

/* "news_flashes", "gsm:50", "0x0010", "3:0x0100": a network and a type as the
 * value of a broadcast_content_type (5.0, 4.8.4.5). False when it is none. */
enum { CONTENT_OCTETS = 3, INTERVAL_OCTETS = 3 };
bool area_content(uint8_t value[CONTENT_OCTETS], struct span text);

/* A time in ms as the value of a broadcast_frequency_interval (5.0, 4.8.4.8),
 * in the largest unit that has it whole; 0 is as often as can be. False when
 * none has it. */
bool area_interval(uint8_t value[INTERVAL_OCTETS], uint64_t ms);

#endif
