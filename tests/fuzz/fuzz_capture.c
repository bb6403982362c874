/* SPDX-License-Identifier: ISC */
/* Any octets as a capture, pcap or pcapng: through its packets, the order of
 * their segments and the PDUs in them. */
#include <stdio.h>
#include <stdlib.h>

#include "app/decode.h"
#include "file/packet.h"
#include "sys/diag.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static FILE *
file_of(const uint8_t *p, size_t n)
{
	FILE *f = fmemopen(NULL, n, "w+");

	must(f != NULL && fwrite(p, 1, n, f) == n);
	rewind(f);
	return f;
}

/* Each octet of a stream is told once and in order, or as missing. */
static void
pieces(const uint8_t *p, size_t n)
{
	struct capture_piece piece;
	enum capture_result result;
	char why[256];
	struct capture *c = capture_open(file_of(p, n), why);
	uint64_t octets = 0;

	while (c != NULL && (result = capture_next(c, &piece)) != CAPTURE_END) {
		must(piece.stream != NULL || result == CAPTURE_ERROR);
		must(result != CAPTURE_GAP || piece.lost > 0);
		octets += piece.octets.n;
	}
	must(octets <= n);
	capture_close(c);
}

static void
row_done(struct decode *d)
{
	must(d->out.len > 0 && d->out.p[d->out.len - 1] == '\n');
	buf_clear(&d->out);
}

static void
complain(struct decode *d, const char *text)
{
	must(d->input != NULL && *text != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const int stopped;
	struct decode d = {.input = "x", .row_done = row_done,
	    .complain = complain, .stopped = &stopped};
	struct packet packet;
	struct span bad;

	diag_quiet(true);
	packet_ethernet(&packet, span_of(p, n));
	if (n < 24)
		return 0;
	pieces(p, n);
	must(decode_columns(&d, "all", &bad));
	decode_capture(&d, file_of(p, n));
	decode_free(&d);
	return 0;
}
