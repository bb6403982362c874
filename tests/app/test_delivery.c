/* SPDX-License-Identifier: ISC */
/* app/delivery: every column of the record of what arrives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/delivery.h"

static struct delivery delivery;
static struct buf line;
static uint8_t tlv_room[512];

/* The record of a PDU, without its newline. */
static const char *
record(const struct pdu *pdu, enum encoding alphabet, const char *columns,
    bool json)
{
	struct delivery_conf conf = {.reading.alphabet = alphabet};
	struct timespec time = {1795490177, 250999999};
	struct value row[DELIVERY_COLUMNS];
	struct record_format format;
	struct span bad;

	assert_true(record_format_init(&format, &schema_delivery, json,
	    columns, &bad));
	delivery_conf_columns(&conf, &format);
	delivery_row(&delivery, &conf, pdu, time, "me@smsc:2775", row);
	buf_clear(&line);
	record_write(&line, &format, row);
	assert_int_equal(line.p[line.len - 1], '\n');
	line.len--;
	return buf_cstr(&line);
}

static const char *
text(uint32_t data_coding, enum encoding alphabet, const void *p, size_t n)
{
	struct pdu pdu = {.type = PDU_deliver_sm, .data_coding = data_coding,
	    .short_message = span_of(p, n)};

	return record(&pdu, alphabet, "kind,encoding,text", false);
}

static struct pdu
receipt(void)
{
	return (struct pdu){.type = PDU_deliver_sm, .esm_class = 4,
	    .sequence_number = 7, .source_addr = span_str("821055551234"),
	    .destination_addr = span_str("SUREM"), .short_message =
	    span_str("id:0A1 sub:001 dlvrd:001 submit date:2611240316 "
	    "done date:2611240316 stat:DELIVRD err:000")};
}

static void
add_tlv(struct pdu *pdu, uint16_t tag, const void *p, size_t n)
{
	struct wr w = wr_init(tlv_room, sizeof(tlv_room));

	w.len = pdu->tlvs.n;
	tlv_put(&w, tag, span_of(p, n));
	assert_int_equal(w.err, CURSOR_OK);
	pdu->tlvs = span_of(tlv_room, w.len);
}

static void
receipt_fills_the_default_columns(void **state)
{
	struct pdu pdu = receipt();

	(void)state;
	assert_string_equal(record(&pdu, ENCODING_UNSET, NULL, false),
	    "2026-11-24T03:16:17.250Z\treceipt\t821055551234\tSUREM\t"
	    "id:0A1 sub:001 dlvrd:001 submit date:2611240316 "
	    "done date:2611240316 stat:DELIVRD err:000\t0A1\tDELIVRD\t000");
}

static void
message_leaves_receipt_columns_empty(void **state)
{
	struct pdu pdu = {.type = PDU_deliver_sm, .sequence_number = 9,
	    .source_addr = span_str("+821011112222"),
	    .service_type = span_str("WAP"),
	    .short_message = span_str("hi there")};

	(void)state;
	assert_string_equal(record(&pdu, ENCODING_ASCII, "all", true),
	    "{\"time\":\"2026-11-24T03:16:17.250Z\",\"kind\":\"message\","
	    "\"from\":\"+821011112222\",\"to\":null,\"text\":\"hi there\","
	    "\"id\":null,\"state\":null,\"err\":null,\"encoding\":\"ascii\","
	    "\"dcs\":0,\"parts\":1,\"esm_class\":0,\"service_type\":\"WAP\","
	    "\"tlv\":null,\"hex\":\"6869207468657265\","
	    "\"network_error\":null,\"seq\":9,\"link\":\"me@smsc:2775\","
	    "\"evidence\":null}");
}

static void
alert_has_its_addresses(void **state)
{
	struct pdu pdu = {.type = PDU_alert_notification,
	    .source_addr = span_str("8210"), .esme_addr = span_str("1234")};

	(void)state;
	add_tlv(&pdu, TLV_ms_availability_status, "\1", 1);
	assert_string_equal(record(&pdu, ENCODING_UNSET,
	    "kind,from,to,text,dcs,parts,tlv,evidence", false),
	    "alert\t8210\t1234\t\t\t\tms_availability_status=1\t");
}

static void
text_is_read_as_data_coding_says(void **state)
{
	(void)state;
	assert_string_equal(text(0, ENCODING_GSM7, "\0\x1b\x65", 3),
	    "message\tgsm7\t@€");
	assert_string_equal(text(0, ENCODING_LATIN1, "caf\xe9", 4),
	    "message\tlatin1\tcafé");
	assert_string_equal(text(0, ENCODING_UNSET, "\0_\xe9", 3),
	    "message\tdefault\t\\x00_é");
	assert_string_equal(text(1, ENCODING_GSM7, "@_", 2),
	    "message\tascii\t@_");
	assert_string_equal(text(3, ENCODING_GSM7, "caf\xe9", 4),
	    "message\tlatin1\tcafé");
	assert_string_equal(text(8, ENCODING_GSM7,
	    "\x00h\x00i\xd8\x3d\xde\x00", 8), "message\tucs2\thi😀");
	assert_string_equal(text(14, ENCODING_GSM7, "\xc7\xd1\xb1\xdb", 4),
	    "message\tksc5601\t한글");
}

static void
octets_that_are_no_text_are_shown_not_lost(void **state)
{
	(void)state;
	assert_string_equal(text(1, ENCODING_ASCII, "a\xff" "b", 3),
	    "message\tascii\ta\\xffb");
	assert_string_equal(text(4, ENCODING_ASCII, "\0\1\xff\t\\", 5),
	    "message\tbinary\t\\x00\\x01\\xff\\t\\\\");
	assert_string_equal(text(8, ENCODING_ASCII, "\0h\xd8\0\0i", 6),
	    "message\tucs2\th\\xed\\xa0\\x80i");
}

static void
receipt_text_stays_as_it_is_under_a_wrong_data_coding(void **state)
{
	static const char ascii[] = "id:a_1 stat:DELIVRD text:@\x04\x1f";
	static const char korean[] = "id:47 stat:DELIVRD text:\xc7\xd1";

	(void)state;
	assert_string_equal(text(8, ENCODING_GSM7, ascii, strlen(ascii)),
	    "receipt\tascii\tid:a_1 stat:DELIVRD text:@\\x04\\x1f");
	assert_string_equal(text(0, ENCODING_GSM7, ascii, strlen(ascii)),
	    "receipt\tascii\tid:a_1 stat:DELIVRD text:@\\x04\\x1f");
	assert_string_equal(text(14, ENCODING_GSM7, korean, strlen(korean)),
	    "receipt\tksc5601\tid:47 stat:DELIVRD text:한");
	assert_string_equal(text(0, ENCODING_GSM7, korean, strlen(korean)),
	    "receipt\tascii\tid:47 stat:DELIVRD text:\\xc7\\xd1");
}

static void
receipt_in_utf16_shows_as_text(void **state)
{
	static const char ascii[] = "id:1 stat:EXPIRED";
	char wide[2 * sizeof(ascii)] = {0};
	size_t i;

	(void)state;
	for (i = 0; i < strlen(ascii); i++)
		wide[2 * i + 1] = ascii[i];
	assert_string_equal(text(0, ENCODING_GSM7, wide, 2 * strlen(ascii)),
	    "receipt\tucs2\tid:1 stat:EXPIRED");
}

static void
part_says_which_it_is_and_loses_its_udh(void **state)
{
	struct pdu pdu = {.type = PDU_deliver_sm, .esm_class = 0x40,
	    .short_message = span_of("\5\0\3\7\3\2abc", 9)};

	(void)state;
	assert_string_equal(record(&pdu, ENCODING_ASCII, "text,parts,hex",
	    false), "abc\t2/3\t050003070302616263");
}

static void
tlvs_stand_as_the_tlv_option_takes_them(void **state)
{
	struct pdu pdu = receipt();

	(void)state;
	add_tlv(&pdu, TLV_receipted_message_id, "2a", 3);
	add_tlv(&pdu, TLV_message_state, "\2", 1);
	add_tlv(&pdu, TLV_network_error_code, "\3\0\x08", 3);
	add_tlv(&pdu, 0x1401, "ab;", 3);
	add_tlv(&pdu, TLV_message_payload, "x", 1);
	assert_string_equal(record(&pdu, ENCODING_ASCII,
	    "id,network_error,evidence,tlv", false),
	    "2a\t3:8\tesm_class,tlv,text\treceipted_message_id=s:2a;"
	    "message_state=2;network_error_code=h:030008;0x1401=h:61623b;"
	    "message_payload=h:78");

	pdu.tlvs = (struct span){0};
	pdu.short_message = (struct span){0};
	add_tlv(&pdu, TLV_message_payload, "pay", 3);
	add_tlv(&pdu, TLV_receipted_message_id, "a;b", 4);
	add_tlv(&pdu, TLV_message_state, "\0\2", 2);
	add_tlv(&pdu, TLV_network_error_code, "033", 3);
	assert_string_equal(record(&pdu, ENCODING_ASCII,
	    "text,id,network_error,tlv", false),
	    "pay\ta;b\t033\treceipted_message_id=h:613b6200;"
	    "message_state=h:0002;network_error_code=h:303333");

	pdu.tlvs = (struct span){0};
	add_tlv(&pdu, TLV_network_error_code, "\0", 1);
	assert_string_equal(record(&pdu, ENCODING_ASCII, "network_error",
	    false), "00");
}

static int
teardown(void **state)
{
	(void)state;
	delivery_free(&delivery);
	buf_free(&line);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receipt_fills_the_default_columns),
		cmocka_unit_test(message_leaves_receipt_columns_empty),
		cmocka_unit_test(alert_has_its_addresses),
		cmocka_unit_test(text_is_read_as_data_coding_says),
		cmocka_unit_test(octets_that_are_no_text_are_shown_not_lost),
		cmocka_unit_test(
		    receipt_text_stays_as_it_is_under_a_wrong_data_coding),
		cmocka_unit_test(receipt_in_utf16_shows_as_text),
		cmocka_unit_test(part_says_which_it_is_and_loses_its_udh),
		cmocka_unit_test(tlvs_stand_as_the_tlv_option_takes_them),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
