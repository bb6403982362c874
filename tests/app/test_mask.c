/* SPDX-License-Identifier: ISC */
/* app/mask: what is hidden in PDUs, and what stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "app/mask.h"
#include "base/buf.h"
#include "smpp/pdu.h"

static uint8_t octets[2048];
static struct buf text;

/* The masked PDU as text; it is as long as before. */
static const char *
masked(const struct pdu *pdu)
{
	struct wr w = wr_init(octets, sizeof(octets));
	struct pdu_error error;
	struct pdu back;

	assert_true(pdu_encode(&w, pdu, &error));
	assert_true(mask_pdu(octets, w.len));
	assert_true(pdu_decode(&back, span_of(octets, w.len), &error));
	buf_clear(&text);
	pdu_print(&text, &back, 0);
	return buf_cstr(&text);
}

static void
assert_shows(const struct pdu *pdu, const char *what)
{
	if (strstr(masked(pdu), what) == NULL)
		fail_msg("\"%s\" is not in: %s", what, buf_cstr(&text));
}

static void
texts_and_numbers_are_hidden_wherever_they_stand(void **state)
{
	static uint8_t room[512];
	struct wr w = wr_init(room, sizeof(room)), list;
	struct pdu pdu = {.type = PDU_submit_sm, .sequence_number = 3,
	    .source_addr = span_str("+82 10-5555-1234"),
	    .destination_addr = span_str("12"),
	    .short_message = span_str("hello 12345678")};

	(void)state;
	assert_shows(&pdu, "source_addr=\"+** **-****-*234\" "
	    "destination_addr=12 short_message=**************");
	tlv_put(&w, TLV_message_payload, span_str("hello"));
	tlv_put(&w, TLV_callback_num, span_str("\1\1\1" "123456789"));
	tlv_put_cstr(&w, TLV_additional_status_info_text,
	    span_str("nobody at 821055551234 today"));
	tlv_put(&w, 0x1400, span_str("secret"));
	tlv_put_uint(&w, TLV_source_port, 99);
	pdu = (struct pdu){.type = PDU_data_sm, .sequence_number = 3,
	    .source_addr = span_str("SHOP24"),
	    .destination_addr = span_str("821055551234"),
	    .tlvs = span_of(room, w.len)};
	assert_shows(&pdu, "source_addr=SHOP24 destination_addr=*********234 "
	    "message_payload=***** callback_num=0x2a2a2a2a2a2a2a2a2a2a2a2a "
	    "additional_status_info_text=\"nobody at *********234 today\" "
	    "0x1400=0x2a2a2a2a2a2a source_port=99");
	list = wr_init(room, sizeof(room));
	dest_put(&list, &(struct dest){1, 1, 1, span_str("821055551234")});
	dest_put(&list, &(struct dest){2, 0, 0, span_str("friends")});
	pdu = (struct pdu){.type = PDU_submit_multi, .sequence_number = 3,
	    .dest_address = span_of(room, list.len)};
	assert_shows(&pdu, "dest_address=1/1/*********234,list:friends");
	list = wr_init(room, sizeof(room));
	unsuccess_put(&list, &(struct unsuccess){1, 1,
	    span_str("821055551234"), 11});
	pdu = (struct pdu){.type = PDU_submit_multi_resp, .sequence_number = 3,
	    .message_id = span_str("123456"),
	    .unsuccess_sme = span_of(room, list.len)};
	assert_shows(&pdu, "message_id=123456 "
	    "unsuccess_sme=1/1/*********234:ESME_RINVDSTADR");
	pdu = (struct pdu){.type = PDU_alert_notification,
	    .sequence_number = 3, .source_addr = span_str("5551234"),
	    .esme_addr = span_str("1234567")};
	assert_shows(&pdu, "source_addr=****234");
	assert_shows(&pdu, "esme_addr=****567");
}

static void
receipt_keeps_its_fields_but_not_its_text(void **state)
{
	static const char fields[] = "id:777 sub:001 dlvrd:001 "
	    "submit date:2601010000 done date:2601010000 stat:DELIVRD err:000";
	static char all[256];
	struct pdu pdu = {.type = PDU_deliver_sm, .sequence_number = 3,
	    .esm_class = 4, .source_addr = span_str("821055551234"),
	    .short_message = span_str(fields)};

	(void)state;
	assert_shows(&pdu, fields);
	snprintf(all, sizeof(all), "%s text:secret", fields);
	pdu.short_message = span_str(all);
	snprintf(all, sizeof(all), "%s text:secret", fields);
	assert_shows(&pdu, "err:000************\"");
	/* in the midst of them, before them, or of a message like one */
	pdu.short_message = span_str("id:777 text:secret stat:DELIVRD err:000");
	masked(&pdu);
	assert_null(strstr(buf_cstr(&text), "secret"));
	pdu.short_message = span_str("secret id:777 stat:DELIVRD err:000");
	masked(&pdu);
	assert_null(strstr(buf_cstr(&text), "secret"));
	pdu.type = PDU_submit_sm;
	pdu.short_message = span_str(fields);
	masked(&pdu);
	assert_null(strstr(buf_cstr(&text), "777"));
}

static void
damaged_pdu_is_left_as_it_is(void **state)
{
	static const uint8_t bad[] = {0, 0, 0, 20, 0, 0, 0, 4, 0, 0, 0, 0, 0,
	    0, 0, 1, 'a', 'b', '1', '2'};
	uint8_t copy[sizeof(bad)];

	(void)state;
	memcpy(copy, bad, sizeof(bad));
	assert_false(mask_pdu(copy, sizeof(copy)));
	assert_memory_equal(copy, bad, sizeof(bad));
	assert_false(mask_pdu(copy, 3));
}

static void
any_octets_at_all_are_borne(void **state)
{
	struct pdu pdu = {.type = PDU_deliver_sm, .sequence_number = 3,
	    .esm_class = 0x44, .source_addr = span_str("821055551234"),
	    .short_message = span_str("\3\1\1\1id:1 stat:DELIVRD text:x")};
	struct wr w = wr_init(octets, sizeof(octets));
	uint8_t *copy;
	size_t n;

	(void)state;
	assert_true(pdu_encode(&w, &pdu, NULL));
	srand(1);
	for (int i = 0; i < 200000; i++) {
		n = (size_t)rand() % 40 ? w.len : (size_t)rand() % w.len;
		copy = malloc(n + 1);
		memcpy(copy, octets, n);
		for (int k = rand() % 6; k > 0 && n > 16; k--)
			copy[(size_t)rand() % n] = (uint8_t)rand();
		if (n > 3)
			copy[2] = 0, copy[3] = (uint8_t)n;
		mask_pdu(copy, n);
		free(copy);
	}
}

static int
release(void **state)
{
	(void)state;
	buf_free(&text);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    texts_and_numbers_are_hidden_wherever_they_stand),
		cmocka_unit_test(receipt_keeps_its_fields_but_not_its_text),
		cmocka_unit_test(damaged_pdu_is_left_as_it_is),
		cmocka_unit_test(any_octets_at_all_are_borne),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
