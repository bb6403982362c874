/* SPDX-License-Identifier: ISC */
/* Any octets as a stream with PDUs in it, whole or piece by piece. */
#include <stdlib.h>

#include "app/frames.h"

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

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct span s = {p, n};

	if (n == 0)
		return 0;
	must(pdus(s, n) == pdus(s, 1));
	must(pdus(s, n) == pdus(s, 7));
	return 0;
}
