/* SPDX-License-Identifier: ISC */
/* Any octets as the text of a receipt: its fields lie within it, and what is
 * written from them reads back as many. */
#include <stdlib.h>

#include "smpp/dlr.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

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
	dlr_stat(d.f[DLR_stat]);
	dlr_write(&w, &d);
	return 0;
}
