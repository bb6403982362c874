/* SPDX-License-Identifier: ISC */
/* Any octets as the code of a number format behind the eight of a number: it
 * shows the number in a bounded number of octets, or the same as General. */
#include <math.h>
#include <stdlib.h>

#include "file/number_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
show(const struct number_format *f, double value, size_t code)
{
	struct buf out = {0};

	if (!isfinite(value))
		value = 0;
	number_format_print(&out, f, value, false);
	number_format_print(&out, f, value, true);
	/* fill and digits as the code has them, 400 digits for a large number */
	if (out.len > 64 * (code + 64) + 2048)
		abort();
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const double values[] = {0, 1, -1, 0.5, 45292.75, -1e9,
	    1055551234, 1e15, 1e300, 1e-300, 2958465.99999999};
	struct number_format *f;
	double value = 0;

	if (n < sizeof(value))
		return 0;
	memcpy(&value, p, sizeof(value));
	f = number_format_new(span_of(p + sizeof(value), n - sizeof(value)));
	number_format_is_date(f);
	number_format_zeros(f);
	show(f, value, n);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		show(f, values[i], n);
	number_format_free(f);
	return 0;
}
