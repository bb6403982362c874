/* SPDX-License-Identifier: ISC */
/* data_coding: SMPP 3.4, 5.2.19 below 0x10; above, what SMSCs hand on as the
 * TP-DCS of 3GPP TS 23.038, 4. */
#include "text/charset.h"

/* The values of SMPP's own; those that nobody defined are reserved. */
static const enum encoding smpp[16] = {
	ENCODING_DEFAULT, ENCODING_ASCII, ENCODING_BINARY, ENCODING_LATIN1,
	ENCODING_BINARY, ENCODING_SJIS, ENCODING_CYRILLIC, ENCODING_HEBREW,
	ENCODING_UCS2, ENCODING_BINARY, ENCODING_ISO2022JP, ENCODING_BINARY,
	ENCODING_BINARY, ENCODING_BINARY, ENCODING_KSC5601, ENCODING_BINARY,
};
enum { RESERVED = 1 << 0xb | 1 << 0xc | 1 << 0xf };

/* The alphabets of bits 3 and 2 in the general group. */
static const enum encoding general[4] = {
	ENCODING_GSM7, ENCODING_BINARY, ENCODING_UCS2, ENCODING_BINARY,
};

static void
read_waiting(struct dcs *d, uint8_t v)
{
	d->encoding = v >> 4 == 0xe ? ENCODING_UCS2 : ENCODING_GSM7;
	d->waiting = v >> 4 == 0xc ? DCS_WAITING_DISCARD : DCS_WAITING_STORE;
	d->waiting_active = v & 8;
	d->waiting_kind = v & 3;
}

struct dcs
dcs_read(uint8_t v)
{
	struct dcs d = {.encoding = ENCODING_BINARY, .message_class = -1};

	if (v < 0x10) {
		d.encoding = smpp[v];
		d.reserved = RESERVED >> v & 1;
	} else if (v < 0x80) {
		d.encoding = general[v >> 2 & 3];
		d.reserved = (v & 0xc) == 0xc;
		d.compressed = v & 0x20;
		d.message_class = v & 0x10 ? v & 3 : -1;
		d.delete_after_reading = v & 0x40;
	} else if (v < 0xc0) {
		d.reserved = true;
	} else if (v < 0xf0) {
		read_waiting(&d, v);
	} else {
		d.encoding = v & 4 ? ENCODING_BINARY : ENCODING_GSM7;
		d.message_class = v & 3;
	}
	return d;
}
