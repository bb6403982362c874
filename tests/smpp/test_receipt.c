/* SPDX-License-Identifier: ISC */
/* smpp/receipt: messages and receipts told apart by each kind of evidence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smpp/receipt.h"

#define RECEIPT "id:42 sub:001 dlvrd:001 submit date:2611240316 " \
	"done date:2611240317 stat:REJECTED err:007"

static uint8_t tlv_room[256];
static struct buf wide;

static struct pdu
deliver(unsigned esm_class, const char *text)
{
	return (struct pdu){.type = PDU_deliver_sm, .esm_class = esm_class,
	    .short_message = span_str(text)};
}

static void
add_tlv(struct pdu *pdu, uint16_t tag, struct span value)
{
	struct wr w = wr_init(tlv_room, sizeof(tlv_room));

	wr_bytes(&w, span_of(tlv_room, pdu->tlvs.n));
	w.len = pdu->tlvs.n;
	tlv_put(&w, tag, value);
	assert_int_equal(w.err, CURSOR_OK);
	pdu->tlvs = span_of(tlv_room, w.len);
}

static struct receipt
read_as(const struct pdu *pdu, enum receipt_kind kind, const char *evidence)
{
	struct receipt r;

	receipt_read(&r, pdu, &wide);
	assert_string_equal(receipt_kind_name(r.kind), receipt_kind_name(kind));
	assert_string_equal(receipt_evidence_name(r.evidence), evidence);
	return r;
}

static void
is(struct span got, const char *want)
{
	if (!span_is(got, want))
		fail_msg("\"%.*s\", not \"%s\"", (int)got.n,
		    (const char *)got.p, want);
}

static void
plain_text_is_a_message(void **state)
{
	struct pdu pdu = deliver(0, "hi there");
	struct receipt r = read_as(&pdu, RECEIPT_MESSAGE, "");

	(void)state;
	is(r.body, "hi there");
	is(r.id, "");
	is(r.state, "");
	pdu = deliver(0, "");
	read_as(&pdu, RECEIPT_MESSAGE, "");
	pdu = deliver(0, "your id:5 is ready, err: none");
	r = read_as(&pdu, RECEIPT_MESSAGE, "");
	is(r.id, "");
	is(r.err, "");
	pdu = deliver(0, "id:0195f0c7 stat:WEIRDXX");
	read_as(&pdu, RECEIPT_MESSAGE, "");
	pdu = deliver(0x18, "hi");
	read_as(&pdu, RECEIPT_MESSAGE, "");
	pdu = deliver(0xC0, "hi");
	read_as(&pdu, RECEIPT_MESSAGE, "");
}

static void
esm_class_makes_a_receipt(void **state)
{
	struct pdu pdu = deliver(0x04, RECEIPT);
	struct receipt r = read_as(&pdu, RECEIPT_FINAL, "esm_class,text");

	(void)state;
	is(r.id, "42");
	is(r.state, "REJECTD");
	is(r.err, "007");
	assert_int_equal(r.class, DLR_FAILED);
	pdu = deliver(0x04, "nothing scrapable here");
	r = read_as(&pdu, RECEIPT_FINAL, "esm_class");
	is(r.state, "");
	assert_int_equal(r.class, DLR_UNKNOWN);
	pdu = deliver(0x04, "id:0195f0c7 stat:WEIRDXX");
	r = read_as(&pdu, RECEIPT_FINAL, "esm_class,text");
	is(r.state, "WEIRDXX");
}

static void
text_alone_makes_a_receipt(void **state)
{
	struct pdu pdu = deliver(0, RECEIPT);

	(void)state;
	read_as(&pdu, RECEIPT_FINAL, "text");
	pdu = deliver(0, "id:1 stat:ENROUTE");
	read_as(&pdu, RECEIPT_INTERIM, "text");
}

static void
tlvs_alone_make_a_receipt(void **state)
{
	struct pdu pdu = deliver(0, "");
	struct receipt r;

	(void)state;
	add_tlv(&pdu, TLV_receipted_message_id, span_of("x-1", 4));
	r = read_as(&pdu, RECEIPT_FINAL, "tlv");
	is(r.id, "x-1");
	is(r.state, "");
	add_tlv(&pdu, TLV_message_state, span_of("\1", 1));
	r = read_as(&pdu, RECEIPT_INTERIM, "tlv");
	is(r.state, "ENROUTE");
}

static void
id_is_the_tlvs_and_state_is_the_texts(void **state)
{
	struct pdu pdu = deliver(0x04, RECEIPT);
	struct receipt r;

	(void)state;
	add_tlv(&pdu, TLV_receipted_message_id, span_of("2a", 3));
	add_tlv(&pdu, TLV_message_state, span_of("\2", 1));
	r = read_as(&pdu, RECEIPT_FINAL, "esm_class,tlv,text");
	is(r.id, "2a");
	is(r.dlr.f[DLR_id], "42");
	is(r.state, "REJECTD");
}

static void
state_that_is_not_final_makes_it_interim(void **state)
{
	struct pdu pdu = deliver(0x04, "id:1 stat:ACCEPTD err:000");

	(void)state;
	read_as(&pdu, RECEIPT_INTERIM, "esm_class,text");
	pdu = deliver(0x20, "id:1 stat:UNDELIV err:000");
	read_as(&pdu, RECEIPT_INTERIM, "esm_class,text");
	pdu = deliver(0x20, "");
	read_as(&pdu, RECEIPT_INTERIM, "esm_class");
	pdu = deliver(0x04, "id:1 stat:UNKNOWN");
	read_as(&pdu, RECEIPT_FINAL, "esm_class,text");
}

static void
acks_of_the_handset_are_acks(void **state)
{
	struct pdu pdu = deliver(0x08, "read at noon");
	struct receipt r = read_as(&pdu, RECEIPT_ACK, "esm_class");

	(void)state;
	is(r.body, "read at noon");
	pdu = deliver(0x10, "1");
	add_tlv(&pdu, TLV_receipted_message_id, span_of("7", 2));
	r = read_as(&pdu, RECEIPT_ACK, "esm_class");
	is(r.id, "7");
	pdu = deliver(0x08, RECEIPT);
	read_as(&pdu, RECEIPT_FINAL, "esm_class,text");
}

static void
alert_is_an_alert(void **state)
{
	struct pdu pdu = {.type = PDU_alert_notification};

	(void)state;
	read_as(&pdu, RECEIPT_ALERT, "");
}

static void
udh_is_taken_off_only_when_it_is_one(void **state)
{
	struct pdu pdu = deliver(0x40, "\5\0\3\7\2\1hello");
	struct receipt_part part;
	struct receipt r;

	(void)state;
	pdu.short_message.n = 11;
	/* the literal ends at its first NUL for strlen, not for us */
	r = read_as(&pdu, RECEIPT_MESSAGE, "");
	assert_int_equal(r.udh.n, 6);
	is(r.body, "hello");
	assert_true(receipt_part(&pdu, r.udh, &part));
	assert_int_equal(part.reference, 7);
	assert_int_equal(part.reference_bits, 8);
	assert_int_equal(part.total, 2);
	assert_int_equal(part.number, 1);

	pdu = deliver(0x44, RECEIPT);
	r = read_as(&pdu, RECEIPT_FINAL, "esm_class,text");
	assert_int_equal(r.udh.n, 0);
	is(r.body, RECEIPT);
	pdu = deliver(0x40, "\5\1");
	r = read_as(&pdu, RECEIPT_MESSAGE, "");
	assert_int_equal(r.body.n, 2);
	pdu = deliver(0x40, "\2\1\1x");
	r = read_as(&pdu, RECEIPT_MESSAGE, "");
	assert_int_equal(r.body.n, 4);
	pdu = deliver(0x40, "");
	r = read_as(&pdu, RECEIPT_MESSAGE, "");
	assert_int_equal(r.body.n, 0);
}

static void
part_is_told_by_each_kind_of_reference(void **state)
{
	struct pdu pdu = deliver(0, "");
	struct receipt_part part;

	(void)state;
	assert_true(receipt_part(&pdu, span_of("\6\x08\4\1\2\3\2", 7), &part));
	assert_int_equal(part.reference, 0x102);
	assert_int_equal(part.reference_bits, 16);
	assert_int_equal(part.number, 2);
	assert_true(receipt_part(&pdu,
	    span_of("\x0b\5\4\1\2\3\4\0\3\1\2\2", 12), &part));
	assert_int_equal(part.total, 2);
	assert_false(receipt_part(&pdu, span_of("\5\0\3\1\2\0", 6), &part));
	assert_false(receipt_part(&pdu, span_of("\5\0\3\1\2\3", 6), &part));
	assert_false(receipt_part(&pdu, span_of("\4\0\2\1\2", 5), &part));
	assert_false(receipt_part(&pdu, (struct span){0}, &part));

	add_tlv(&pdu, TLV_sar_msg_ref_num, span_of("\1\2", 2));
	add_tlv(&pdu, TLV_sar_total_segments, span_of("\3", 1));
	assert_false(receipt_part(&pdu, (struct span){0}, &part));
	add_tlv(&pdu, TLV_sar_segment_seqnum, span_of("\3", 1));
	assert_true(receipt_part(&pdu, (struct span){0}, &part));
	assert_int_equal(part.reference, 0x102);
	assert_int_equal(part.reference_bits, 0);
	assert_int_equal(part.number, 3);
}

/* ASCII as UTF-16, the octet of the other half first or second. */
static struct span
utf16(uint8_t *room, const char *text, size_t low)
{
	size_t i, n = strlen(text);

	memset(room, 0, 2 * n);
	for (i = 0; i < n; i++)
		room[2 * i + low] = (uint8_t)text[i];
	return span_of(room, 2 * n);
}

static void
receipts_in_utf16_are_read(void **state)
{
	struct pdu pdu = deliver(0x04, "");
	uint8_t room[2 * sizeof(RECEIPT) + 2];
	struct receipt r;

	(void)state;
	pdu.short_message = utf16(room, RECEIPT, 1);
	r = read_as(&pdu, RECEIPT_FINAL, "esm_class,text");
	assert_true(r.wide);
	is(r.id, "42");
	is(r.text, RECEIPT);
	pdu.esm_class = 0;
	pdu.short_message = utf16(room, RECEIPT, 0);
	read_as(&pdu, RECEIPT_FINAL, "text");

	/* with a text that is not ASCII, as data_coding says */
	pdu.data_coding = 8;
	pdu.short_message = utf16(room, "id:1 stat:DELIVRD text:x", 1);
	room[46] = 0x04;
	r = read_as(&pdu, RECEIPT_FINAL, "text");
	assert_true(r.wide);
	is(r.dlr.f[DLR_text], "\xd1\xb8");
	pdu.data_coding = 0;
	r = read_as(&pdu, RECEIPT_MESSAGE, "");
	assert_false(r.wide);
}

static void
ascii_receipts_are_read_under_any_data_coding(void **state)
{
	struct pdu pdu = deliver(0x04, RECEIPT);
	unsigned i;

	(void)state;
	for (i = 0; i < 256; i++) {
		struct receipt r;

		pdu.data_coding = i;
		r = read_as(&pdu, RECEIPT_FINAL, "esm_class,text");
		assert_false(r.wide);
		is(r.id, "42");
	}
}

static void
payload_holds_the_text_when_short_message_is_empty(void **state)
{
	struct pdu pdu = {.type = PDU_data_sm};
	struct receipt r;

	(void)state;
	add_tlv(&pdu, TLV_message_payload, span_str(RECEIPT));
	r = read_as(&pdu, RECEIPT_FINAL, "text");
	is(r.id, "42");
}

static int
teardown(void **state)
{
	(void)state;
	buf_free(&wide);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_is_a_message),
		cmocka_unit_test(esm_class_makes_a_receipt),
		cmocka_unit_test(text_alone_makes_a_receipt),
		cmocka_unit_test(tlvs_alone_make_a_receipt),
		cmocka_unit_test(id_is_the_tlvs_and_state_is_the_texts),
		cmocka_unit_test(state_that_is_not_final_makes_it_interim),
		cmocka_unit_test(acks_of_the_handset_are_acks),
		cmocka_unit_test(alert_is_an_alert),
		cmocka_unit_test(udh_is_taken_off_only_when_it_is_one),
		cmocka_unit_test(part_is_told_by_each_kind_of_reference),
		cmocka_unit_test(receipts_in_utf16_are_read),
		cmocka_unit_test(ascii_receipts_are_read_under_any_data_coding),
		cmocka_unit_test(
		    payload_holds_the_text_when_short_message_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
