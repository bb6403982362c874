/* SPDX-License-Identifier: ISC */
#ifndef APP_DECODE_PRIVATE_H
#define APP_DECODE_PRIVATE_H

#include "app/decode.h"
#include "smpp/pdu.h"

/*
 * What the rooms of smpp-decode share: decode.c (frames, raw octets),
 * decode_row.c (a frame as a row), decode_lines.c (hexadecimal) and
 * decode_capture.c.
 */

/* Where a PDU was found. */
struct decode_place {
	uint64_t offset;
	const struct timespec *time;  /* of a capture, else NULL */
	const struct capture_stream *stream;
};

/* One frame, whole or not: its row, and what is wrong with it. */
void decode_frame(struct decode *, const struct decode_place *,
    struct span frame);

/* Its row in each format. damage: what cannot be read, else NULL; errors: what
 * is wrong beside that. whole: all of it can be read. */
void decode_tsv(struct decode *, const struct decode_place *,
    const struct pdu *, bool whole);
void decode_json(struct decode *, const struct decode_place *,
    const struct pdu *, const struct pdu_error *damage,
    const struct pdu_error *errors, size_t n);

/* A diagnostic about a place of the input; NULL: about all of it. */
void decode_complain_at(struct decode *, const struct decode_place *,
    const char *message);

/* So many octets from there on are no PDU. */
void decode_complain_garbage(struct decode *, const struct decode_place *,
    uint64_t length);

#endif
