/* SPDX-License-Identifier: ISC */
/* Any octets as a PDU: what decodes encodes to the same octets, in binary and
 * through JSON; checking and printing it survive too. */
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
through_json(const struct pdu *pdu, const struct pdu_error *damage,
    struct span frame)
{
	struct buf json = {0}, octets = {0}, why = {0};
	struct pdu_error found[8];
	size_t n = 0;

	if (damage == NULL) {
		n = pdu_check(pdu, 0x34, found, 8);
		n = n < 8 ? n : 8;
	}
	buf_add_byte(&json, '{');
	pdu_json_write(&json, pdu, damage, found, n);
	buf_add_byte(&json, '}');
	must(memchr(json.p, '\n', json.len) == NULL);
	must(pdu_json_read(&octets, buf_span(&json), &why));
	must(span_eq(buf_span(&octets), frame));
	buf_free(&json);
	buf_free(&octets);
	buf_free(&why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct span frame = {p, n};
	struct pdu pdu = {0};
	struct pdu_error error = {0};
	struct buf text = {0};
	uint8_t out[70000];
	struct wr w = wr_init(out, sizeof(out));
	uint32_t length;

	pdu_frame(frame, 1 << 20, &length);
	pdu_foreign(frame);
	if (pdu_decode(&pdu, frame, &error)) {
		pdu_print(&text, &pdu, PDU_PRINT_ALL);
		if (n <= sizeof(out)) {
			must(pdu_encode(&w, &pdu, &error));
			must(span_eq(span_of(out, w.len), frame));
		}
		through_json(&pdu, NULL, frame);
	} else {
		pdu_error_print(&text, &error);
		must(text.len > 0);
		through_json(&pdu, &error, frame);
	}
	buf_free(&text);
	return 0;
}
