/* SPDX-License-Identifier: ISC */
/* From records of smpp-listen to receipts. */
#include "app/receipts_from.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/follow.h"
#include "rec/record.h"
#include "smpp/dlr.h"
#include "sys/diag.h"

enum {
	ESM_CLASS_RECEIPT = 0x04,
	ROOM = 256,  /* for what stands between fields */
};

struct receipts_from {
	struct follow *follow;
	struct record_reader reader;
	struct value row[DELIVERY_COLUMNS];
	struct buf text, tlvs, frame;
	bool warned, over;
};

struct receipts_from *
receipts_from_open(struct loop *loop, const char *path)
{
	struct receipts_from *r = mem_new(sizeof(*r));
	struct buf first = {0};
	struct span none;

	r->follow = follow_open(loop, path, &first);
	if (r->follow == NULL) {
		free(r);
		r = NULL;
	} else {
		record_reader_init(&r->reader, &schema_delivery, NULL, false,
		    &none);
		if (first.len > 0)
			record_read(&r->reader, buf_span(&first), r->row);
	}
	buf_free(&first);
	return r;
}

void
receipts_from_close(struct receipts_from *r)
{
	if (r == NULL)
		return;
	follow_close(r->follow);
	record_reader_free(&r->reader);
	buf_free(&r->text);
	buf_free(&r->tlvs);
	buf_free(&r->frame);
	free(r);
}

static void
complain(struct receipts_from *r, struct span line, const char *error)
{
	bool json = line.n > 0 && line.p[0] == '{';

	if (!r->warned)
		warn("%s: a line that is no record of smpp-listen: %s; more "
		    "of the kind are not told of", follow_name(r->follow),
		    json ? "JSON is not read" : error);
	r->warned = true;
}

/* The fields of a receipt; what its columns say goes before its text. */
static void
write_text(struct receipts_from *r)
{
	const struct value *v = r->row;
	size_t room = ROOM;
	struct dlr dlr;
	struct wr w;

	dlr_parse(&dlr, v[DELIVERY_text].s);
	dlr.f[DLR_id] = v[DELIVERY_id].s;
	dlr.f[DLR_text] = (struct span){0};
	if (v[DELIVERY_state].s.n > 0)
		dlr.f[DLR_stat] = v[DELIVERY_state].s;
	if (v[DELIVERY_err].s.n > 0)
		dlr.f[DLR_err] = v[DELIVERY_err].s;
	for (int i = 0; i < DLR_FIELDS; i++)
		room += dlr.f[i].n;
	buf_clear(&r->text);
	w = wr_init(buf_reserve(&r->text, room), room);
	dlr_write(&w, &dlr);
	r->text.len = w.len;
}

/* Makes the row at hand a PDU; false when it is no final receipt. */
static bool
make_pdu(struct receipts_from *r, struct pdu *pdu)
{
	const struct value *v = r->row;
	struct pdu_error error;
	struct wr w;
	size_t room;

	if (!span_is(v[DELIVERY_kind].s, "receipt") ||
	    v[DELIVERY_id].s.n == 0)
		return false;
	write_text(r);
	room = r->text.len + ROOM;
	w = wr_init(buf_reserve(&r->tlvs, room), room);
	tlv_put(&w, TLV_message_payload, buf_span(&r->text));
	*pdu = (struct pdu){
		.type = PDU_deliver_sm,
		.sequence_number = 1,
		.esm_class = ESM_CLASS_RECEIPT,
		.source_addr = v[DELIVERY_from].s,
		.destination_addr = v[DELIVERY_to].s,
		.tlvs = span_of(w.base, w.len),
	};
	room += v[DELIVERY_from].s.n + v[DELIVERY_to].s.n + ROOM;
	w = wr_init(buf_reserve(&r->frame, room), room);
	return pdu_encode(&w, pdu, &error) &&
	    pdu_decode(pdu, span_of(w.base, w.len), &error);
}

bool
receipts_from_next(struct receipts_from *r, struct pdu *pdu)
{
	struct span line;

	while (!r->over)
		switch (follow_line(r->follow, &line)) {
		case FOLLOW_LINE:
			switch (record_read(&r->reader, line, r->row)) {
			case RECORD_ROW:
				if (make_pdu(r, pdu))
					return true;
				break;
			case RECORD_BAD:
				complain(r, line, r->reader.error);
				break;
			case RECORD_HEADER:
				break;
			}
			break;
		case FOLLOW_LONG:
			complain(r, (struct span){0}, "it is too long");
			break;
		case FOLLOW_WAIT:
			return false;
		case FOLLOW_ERROR:
			warn("%s: %s; no receipt comes any more",
			    follow_name(r->follow), strerror(errno));
			r->over = true;
			break;
		case FOLLOW_END:
			note("%s: no receipt comes any more",
			    follow_name(r->follow));
			r->over = true;
			break;
		}
	return false;
}

void
receipts_from_pause(struct receipts_from *r, bool pause)
{
	follow_pause(r->follow, pause);
}

uint64_t
receipts_from_deadline(const struct receipts_from *r)
{
	return r->over ? UINT64_MAX : follow_deadline(r->follow);
}
