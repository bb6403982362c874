/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "samples.h"
#include "smpp/pdu.h"

static void
all_samples_that_decode_encode_to_the_same_octets(void **state)
{
	struct samples s = samples_open("tests/data/pdu-samples.tsv");
	struct buf in = {0};
	uint8_t out[2048];
	size_t n = 0, good = 0;

	(void)state;
	while (samples_next(&s)) {
		struct wr w = wr_init(out, sizeof(out));
		struct pdu pdu;
		struct pdu_error e;

		n++;
		samples_hex(&in, s.cell[1]);
		if (!pdu_decode(&pdu, buf_span(&in), &e))
			continue;
		good++;
		assert_true(pdu_encode(&w, &pdu, &e));
		assert_int_equal(w.len, in.len);
		assert_memory_equal(out, in.p, in.len);
	}
	buf_free(&in);
	assert_int_equal(n, 128);
	printf("# %zu of %zu samples decode\n", good, n);
	assert_true(good > 100);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_samples_that_decode_encode_to_the_same_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
