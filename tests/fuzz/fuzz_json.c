/* SPDX-License-Identifier: ISC */
/* Any octets as a PDU in JSON: what is read is a PDU whose own JSON reads as
 * the same octets. */
#include <stdlib.h>

#include "app/pdu_json.h"
#include "smpp/pdu.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
write_again(struct span frame)
{
	struct buf json = {0}, octets = {0}, why = {0};
	struct pdu_error damage, found[8];
	struct pdu pdu;
	bool whole = pdu_decode(&pdu, frame, &damage);
	size_t n = whole ? pdu_check(&pdu, 0x50, found, 8) : 0;

	buf_add_byte(&json, '{');
	pdu_json_write(&json, &pdu, whole ? NULL : &damage, found,
	    n < 8 ? n : 8);
	buf_add_byte(&json, '}');
	must(pdu_json_read(&octets, buf_span(&json), &why));
	must(span_eq(buf_span(&octets), frame));
	buf_free(&json);
	buf_free(&octets);
	buf_free(&why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf octets = {0}, why = {0};

	if (pdu_json_read(&octets, span_of(p, n), &why))
		write_again(buf_span(&octets));
	else
		must(octets.len == 0 && why.len > 0);
	buf_free(&octets);
	buf_free(&why);
	return 0;
}
