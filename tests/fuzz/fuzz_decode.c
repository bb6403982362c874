/* SPDX-License-Identifier: ISC */
/* Any octets as a line of hexadecimal, as a stream with PDUs in it, whole or
 * piece by piece, and as a capture. */
#include <stdio.h>
#include <stdlib.h>

#include "app/frames.h"
#include "app/hex_line.h"
#include "app/pdu_json.h"
#include "file/capture.h"
#include "file/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

/* What is told of a stream covers each of its octets once, in order. */
static uint64_t
pdus(struct span s, size_t step)
{
	struct frames f;
	struct span octets;
	uint64_t offset, length, at = 0, found = 0;
	enum frames_result result;

	frames_init(&f, false);
	do {
		size_t n = s.n < step ? s.n : step;

		buf_add_span(&f.part, span_of(s.p, n));
		s = span_skip(s, n);
		while ((result = frames_next(&f, s.n == 0, &octets, &offset,
		    &length)) != FRAMES_MORE) {
			must(offset == at && length > 0);
			at += length;
			found += result == FRAMES_PDU;
		}
	} while (s.n > 0);
	frames_free(&f);
	return found;
}

static void
capture(struct span s)
{
	FILE *f = tmpfile();
	struct capture_piece piece;
	enum capture_result result;
	struct capture *c;
	char why[256];

	must(f != NULL);
	fwrite(s.p, 1, s.n, f);
	rewind(f);
	c = capture_open(f, why);
	if (c == NULL)
		return;
	while ((result = capture_next(c, &piece)) != CAPTURE_END)
		must(piece.stream != NULL || result == CAPTURE_ERROR);
	capture_close(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct span s = {p, n};
	struct packet packet;
	struct buf octets = {0}, why = {0};
	uint64_t offset;

	if (n == 0)
		return 0;
	if (hex_line_read(&octets, s, &offset) < HEX_LINE_OCTETS)
		must(octets.len == 0);
	must(octets.len <= n / 2);
	buf_clear(&octets);
	if (!pdu_json_read(&octets, s, &why))
		must(octets.len == 0 && why.len > 0);
	must(pdus(s, n) == pdus(s, 1));
	must(pdus(s, n) == pdus(s, 7));
	packet_ethernet(&packet, s);
	if (n > 24 && (p[0] == 0xd4 || p[0] == 0xa1))
		capture(s);
	buf_free(&octets);
	buf_free(&why);
	return 0;
}
