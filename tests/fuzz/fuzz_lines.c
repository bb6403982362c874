/* SPDX-License-Identifier: ISC */
/* Any octets as lines of hexadecimal, in whatever shape: one by itself, and all
 * of them as smpp-decode reads them. */
#include <stdlib.h>

#include "app/decode.h"
#include "app/hex_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
must(bool truth)
{
	if (!truth)
		abort();
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

static void
read_lines(struct span s, bool json)
{
	struct decode d = {.input = "x", .json = json, .row_done = row_done,
	    .complain = complain};
	struct decode_lines lines = {0};
	struct span bad;

	must(decode_columns(&d, json ? NULL : "all", &bad));
	while (s.n > 0) {
		const uint8_t *end = memchr(s.p, '\n', s.n);
		size_t n = end == NULL ? s.n : (size_t)(end - s.p);

		d.line++;
		decode_line(&d, &lines, span_of(s.p, n));
		s = span_skip(s, n + 1);
	}
	decode_lines_end(&d, &lines);
	must(lines.unit.len == 0);
	buf_free(&lines.unit);
	decode_free(&d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct span s = {p, n};
	struct buf octets = {0};
	uint64_t offset;

	if (n == 0)
		return 0;
	if (hex_line_read(&octets, s, &offset) < HEX_LINE_OCTETS)
		must(octets.len == 0);
	must(octets.len <= n / 2);
	buf_free(&octets);
	read_lines(s, false);
	read_lines(s, true);
	return 0;
}
