/* SPDX-License-Identifier: ISC */
/* The text of a message whose parts were joined. */
#include "text/join.h"

enum encoding
text_reading_encoding(const struct text_reading *reading, uint8_t data_coding,
    struct gsm7 tables)
{
	struct dcs dcs = dcs_read(data_coding);
	enum encoding encoding = dcs.encoding;

	if (dcs.compressed || dcs.reserved)
		return ENCODING_BINARY;
	if (encoding == ENCODING_DEFAULT)
		encoding = reading->alphabet;
	if (encoding == ENCODING_UNSET && tables.locking + tables.single > 0)
		return ENCODING_GSM7;
	if (encoding == ENCODING_UCS2 && reading->ucs2_le)
		return ENCODING_UCS2_LE;
	if (encoding == ENCODING_KSC5601 && reading->cp949)
		return ENCODING_CP949;
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

/* Says which parts are missing from this one on; the next that is there. */
static const struct join_piece *
mark_gap(struct buf *out, const struct joined *j, const struct join_piece *first)
{
	const struct join_piece *piece = first, *end = j->pieces + j->total;

	while (piece < end && !piece->present)
		piece++;
	if (piece - first == 1)
		buf_addf(out, "[part %td of %u is missing]",
		    piece - j->pieces, j->total);
	else
		buf_addf(out, "[parts %td to %td of %u are missing]",
		    first - j->pieces + 1, piece - j->pieces, j->total);
	return piece;
}

bool
joined_text(struct buf *out, const struct joined *j,
    const struct text_reading *reading, struct charset_report *report)
{
	const struct join_piece *piece, *first, *end = j->pieces + j->total;
	struct buf octets = {0};
	enum encoding encoding;

	*report = (struct charset_report){0};
	for (piece = j->pieces; piece < end;) {
		if (!piece->present) {
			piece = mark_gap(out, j, piece);
			continue;
		}
		first = piece++;
		encoding = text_reading_encoding(reading, first->data_coding,
		    first->tables);
		if (encoding != ENCODING_GSM7_PACKED &&
		    (piece == end || !alike(first, piece))) {
			read_run(out, first, first->octets, encoding, report);
			continue;
		}
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
