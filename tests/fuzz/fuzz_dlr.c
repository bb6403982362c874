/* SPDX-License-Identifier: ISC */
/* Any octets as the text of a receipt: its fields lie within it, and are the
 * same when a blank in front keeps it from being read the fast way. */
#include <stdlib.h>

#include "smpp/dlr.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
compare(const struct dlr *d, const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n + 1);
	struct dlr other;

	if (copy == NULL)
		abort();
	copy[0] = ' ';
	memcpy(copy + 1, p, n);
	dlr_parse(&other, span_of(copy, n + 1));
	for (unsigned i = 0; i < DLR_FIELDS; i++) {
		struct span a = d->f[i], b = other.f[i];

		if ((a.p == NULL) != (b.p == NULL) || a.n != b.n ||
		    (a.p != NULL && a.p - p != b.p - copy - 1))
			abort();
	}
	free(copy);
}

/* The first line of it, found without its end and with it. */
static void
compare_line(const uint8_t *p, size_t n)
{
	struct dlr fast, slow;
	size_t length = dlr_parse_line(&fast, span_of(p, n));

	if (length == 0)
		return;
	if (length >= n || p[length] != '\n' || memchr(p, '\n', length) != NULL)
		abort();
	dlr_parse(&slow, span_of(p, length));
	for (unsigned i = 0; i < DLR_FIELDS; i++)
		if (fast.f[i].p != slow.f[i].p || fast.f[i].n != slow.f[i].n)
			abort();
	if (fast.date_digits != slow.date_digits)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dlr d;
	uint8_t out[4096];
	struct wr w = wr_init(out, sizeof(out));

	dlr_parse(&d, span_of(p, n));
	dlr_is_receipt(&d);
	for (unsigned i = 0; i < DLR_FIELDS; i++) {
		struct span f = d.f[i];

		if (f.p != NULL && (f.p < p || f.p + f.n > p + n))
			abort();
	}
	if (n >= 3 && memcmp(p, "id:", 3) == 0)
		compare(&d, p, n);
	compare_line(p, n);
	dlr_is_in_line(&d, span_of(p, n));
	dlr_stat(d.f[DLR_stat]);
	dlr_write(&w, &d);
	return 0;
}
