/* SPDX-License-Identifier: ISC */
/* The text of one PDU by itself; parts are joined elsewhere. */
#include "app/pdu_text.h"

#include "text/udh.h"

enum { ESM_CLASS_UDHI = 0x40 };

static bool
has_data_coding(enum pdu_type type)
{
	const struct pdu_row *row = pdu_row(type);

	for (size_t i = 0; i < row->n_uses; i++)
		if (row->uses[i].field == FIELD_data_coding)
			return true;
	return false;
}

/* data_coding 0 of an unnamed alphabet can hold a national table only if its
 * header says so; it is GSM's then. */
static bool
is_gsm7(enum encoding encoding, struct gsm7 tables)
{
	return encoding == ENCODING_GSM7 ||
	    (encoding == ENCODING_UNSET && tables.locking + tables.single > 0);
}

bool
pdu_text(struct buf *out, const struct pdu *pdu, enum encoding alphabet)
{
	struct span octets = pdu_user_data(pdu), header;
	struct dcs dcs = dcs_read((uint8_t)pdu->data_coding);
	enum encoding encoding = dcs.encoding == ENCODING_DEFAULT ?
	    alphabet : dcs.encoding;
	struct charset_report report = {0};
	struct udh udh = {0};
	size_t start = out->len;
	bool good;

	if (!has_data_coding(pdu->type) || octets.n == 0 || dcs.compressed ||
	    dcs.reserved || encoding == ENCODING_BINARY)
		return false;
	if ((pdu->esm_class & ESM_CLASS_UDHI) != 0) {
		if (!udh_take(octets, &header, &octets))
			return false;
		udh = udh_read(header);
	}
	good = is_gsm7(encoding, udh.tables) ?
	    gsm7_decode(out, udh.tables, octets, &report) :
	    charset_decode(out, encoding, octets, &report);
	if (!good)
		out->len = start;
	return good;
}
