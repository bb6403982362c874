/* SPDX-License-Identifier: ISC */
/* Any octets as a mail of MM4: nothing points outside of it, parts decode, and
 * what can be written reads back the same. */
#include <stdlib.h>

#include "mms/head.h"
#include "mms/mm4.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The fields of a head lie within it, one behind the other. */
static void
walk_head(struct span octets)
{
	struct head h = head_open(octets);
	const uint8_t *last = octets.p;
	struct head_field f;
	struct buf b = {0};

	while (head_next(&h, &f)) {
		if (f.name.p < last || (f.value.n > 0 &&
		    f.value.p < f.name.p + f.name.n) ||
		    f.value.p + f.value.n > octets.p + octets.n)
			abort();
		last = f.name.p + f.name.n;
		buf_clear(&b);
		head_unfold(&b, f.value);
		if (b.len > f.value.n)
			abort();
	}
	buf_free(&b);
}

static void
same(struct span a, struct span b)
{
	if (!span_eq(a, b))
		abort();
}

static void
write_and_read(const struct mms *m)
{
	static const struct mm4_style style;
	struct buf b = {0};
	struct mms again;

	if (mm4_write(&b, m, &style)) {
		mm4_read(&again, buf_span(&b));
		if (again.kind != m->kind)
			abort();
		same(m->field[MMS_TRANSACTION_ID],
		    again.field[MMS_TRANSACTION_ID]);
		same(m->field[MMS_MESSAGE_ID], again.field[MMS_MESSAGE_ID]);
		mms_free(&again);
	}
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static bool begun;
	struct span octets = span_of(p, n);
	struct buf b = {0};
	struct mms m;

	if (!begun)
		mms_init();
	begun = true;
	walk_head(octets);
	mm4_read(&m, octets);
	for (size_t i = 0; i < m.n_parts; i++) {
		buf_clear(&b);
		mms_part_octets(&m.part[i], &b);
		mms_part_text(&m.part[i], &b);
		mms_part_error(&m.part[i]);
	}
	if (m.head_error == NULL)
		write_and_read(&m);
	buf_free(&b);
	mms_free(&m);
	return 0;
}
