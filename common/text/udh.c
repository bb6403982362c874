/* SPDX-License-Identifier: ISC */
/* The user data header: 3GPP TS 23.040, 9.2.3.24. A length that lies is
 * found by the reader, never followed. */
#include "text/udh.h"

bool
udh_take(struct span user_data, struct span *udh, struct span *text)
{
	struct rd r = rd_init(user_data);
	size_t n = rd_u8(&r);

	rd_bytes(&r, n);
	*udh = (struct span){0};
	*text = user_data;
	if (r.err != CURSOR_OK)
		return false;
	*udh = span_of(user_data.p, n + 1);
	*text = span_skip(user_data, n + 1);
	return true;
}

bool
udh_guess(struct span user_data)
{
	struct span udh, text;
	struct udh u;

	if (!udh_take(user_data, &udh, &text) || udh.n < 6)
		return false;
	u = udh_read(udh);
	return u.total > 1 && !u.bad &&
	    (udh.p[1] == UDH_CONCAT8 || udh.p[1] == UDH_CONCAT16);
}

struct rd
udh_items(struct span udh)
{
	return rd_init(span_skip(udh, 1));
}

bool
udh_next(struct rd *r, struct udh_item *item)
{
	if (r->err != CURSOR_OK || rd_left(r) == 0)
		return false;
	item->element = rd_u8(r);
	item->data = rd_bytes(r, rd_u8(r));
	return r->err == CURSOR_OK;
}

static void
read_concat(struct udh *u, struct rd *r, bool wide)
{
	uint16_t reference = wide ? rd_u16(r) : rd_u8(r);
	uint8_t total = rd_u8(r), sequence = rd_u8(r);

	if (r->err != CURSOR_OK)
		return;
	if (total == 0 || sequence == 0 || sequence > total) {
		u->ignored = true;
		return;
	}
	u->wide = wide;
	u->reference = reference;
	u->total = total;
	u->sequence = sequence;
}

static void
read_ports(struct udh *u, struct rd *r, bool narrow)
{
	uint16_t destination = narrow ? rd_u8(r) : rd_u16(r);
	uint16_t source = narrow ? rd_u8(r) : rd_u16(r);

	if (r->err != CURSOR_OK)
		return;
	u->ports = true;
	u->narrow_ports = narrow;
	u->destination_port = destination;
	u->source_port = source;
}

static void
read_item(struct udh *u, const struct udh_item *item)
{
	struct rd r = rd_init(item->data);

	switch (item->element) {
	case UDH_CONCAT8:
	case UDH_CONCAT16:
		read_concat(u, &r, item->element == UDH_CONCAT16);
		break;
	case UDH_PORTS8:
	case UDH_PORTS16:
		read_ports(u, &r, item->element == UDH_PORTS8);
		break;
	case UDH_SINGLE_SHIFT:
		u->tables.single = rd_u8(&r);
		break;
	case UDH_LOCKING_SHIFT:
		u->tables.locking = rd_u8(&r);
		break;
	default:
		return;
	}
	if (r.err != CURSOR_OK || rd_left(&r) > 0)
		u->bad = true;
}

struct udh
udh_read(struct span udh)
{
	struct rd r = udh_items(udh);
	struct udh_item item;
	struct udh u = {0};

	while (udh_next(&r, &item))
		read_item(&u, &item);
	if (r.err != CURSOR_OK)
		u.bad = true;
	return u;
}

static void
item_begin(struct wr *w, enum udh_element element, uint8_t n)
{
	wr_u8(w, element);
	wr_u8(w, n);
}

size_t
udh_write(uint8_t *out, const struct udh *u)
{
	struct wr w = wr_init(out, UDH_MAX);

	wr_u8(&w, 0);
	if (u->total > 0) {
		item_begin(&w, u->wide ? UDH_CONCAT16 : UDH_CONCAT8,
		    u->wide ? 4 : 3);
		if (u->wide)
			wr_u16(&w, u->reference);
		else
			wr_u8(&w, u->reference & 0xff);
		wr_u8(&w, u->total);
		wr_u8(&w, u->sequence);
	}
	if (u->ports) {
		item_begin(&w, u->narrow_ports ? UDH_PORTS8 : UDH_PORTS16,
		    u->narrow_ports ? 2 : 4);
		if (u->narrow_ports) {
			wr_u8(&w, u->destination_port & 0xff);
			wr_u8(&w, u->source_port & 0xff);
		} else {
			wr_u16(&w, u->destination_port);
			wr_u16(&w, u->source_port);
		}
	}
	if (u->tables.single > 0) {
		item_begin(&w, UDH_SINGLE_SHIFT, 1);
		wr_u8(&w, u->tables.single);
	}
	if (u->tables.locking > 0) {
		item_begin(&w, UDH_LOCKING_SHIFT, 1);
		wr_u8(&w, u->tables.locking);
	}
	wr_bytes(&w, u->more);
	out[0] = (uint8_t)(w.len - 1);
	return w.len > 1 ? w.len : 0;
}
