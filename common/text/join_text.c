/* SPDX-License-Identifier: ISC */
/* The text of a message whose parts were joined. */
#include "text/join.h"

static enum encoding
encoding_of(const struct join_piece *piece, enum encoding alphabet)
{
	enum encoding encoding = dcs_read(piece->data_coding).encoding;

	if (encoding == ENCODING_DEFAULT)
		encoding = alphabet;
	if (piece->tables.locking + piece->tables.single > 0 &&
	    (encoding == ENCODING_UNSET || encoding == ENCODING_DEFAULT))
		encoding = ENCODING_GSM7;
	return encoding;
}

static bool
alike(const struct join_piece *a, const struct join_piece *b)
{
	return b->present && a->data_coding == b->data_coding &&
	    a->tables.locking == b->tables.locking &&
	    a->tables.single == b->tables.single;
}

static void
read_run(struct buf *out, const struct join_piece *first, struct span octets,
    enum encoding encoding, struct charset_report *report)
{
	struct charset_report here;

	if (encoding == ENCODING_GSM7 || encoding == ENCODING_GSM7_PACKED)
		gsm7_decode(out, first->tables, octets, &here);
	else
		charset_decode(out, encoding, octets, &here);
	report->n += here.n;
}

bool
joined_text(struct buf *out, const struct joined *j, enum encoding alphabet,
    struct charset_report *report)
{
	const struct join_piece *piece, *first, *end = j->pieces + j->total;
	struct buf octets = {0};
	enum encoding encoding;

	*report = (struct charset_report){0};
	for (piece = j->pieces; piece < end;) {
		first = piece++;
		if (!first->present)
			continue;
		encoding = encoding_of(first, alphabet);
		buf_clear(&octets);
		for (;;) {
			if (encoding == ENCODING_GSM7_PACKED)
				gsm7_unpack(&octets, piece[-1].octets,
				    piece[-1].udh);
			else
				buf_add_span(&octets, piece[-1].octets);
			if (piece == end || !alike(first, piece))
				break;
			piece++;
		}
		read_run(out, first, buf_span(&octets), encoding, report);
	}
	buf_free(&octets);
	return report->n == 0;
}
