/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../smpp/samples.h"
#include "app/pdu_json.h"

static void
every_sample_comes_back_octet_for_octet(void **state)
{
	struct samples s = samples_open("tests/data/pdu-samples.tsv");
	struct buf in = {0}, json = {0}, out = {0}, why = {0};

	(void)state;
	while (samples_next(&s)) {
		struct pdu pdu;
		struct pdu_error e, found[16];
		size_t n = 0;
		bool whole;

		samples_hex(&in, s.cell[1]);
		whole = pdu_decode(&pdu, buf_span(&in), &e);
		if (whole)
			n = pdu_check(&pdu, 0x50, found, 16);
		buf_clear(&json);
		buf_clear(&out);
		buf_add_byte(&json, '{');
		pdu_json_write(&json, &pdu, whole ? NULL : &e, found, n);
		buf_add_byte(&json, '}');
		assert_true(pdu_json_read(&out, buf_span(&json), &why));
		assert_true(span_eq(buf_span(&in), buf_span(&out)));
	}
	buf_free(&in);
	buf_free(&json);
	buf_free(&out);
	buf_free(&why);
}

static void
reads(const char *json, const char *hex)
{
	struct buf octets = {0}, text = {0}, why = {0};

	if (!pdu_json_read(&octets, span_str(json), &why))
		fail_msg("%s", buf_cstr(&why));
	hex_encode(&text, buf_span(&octets));
	assert_string_equal(buf_cstr(&text), hex);
	buf_free(&octets);
	buf_free(&text);
	buf_free(&why);
}

static void
refuses(const char *json, const char *reason)
{
	struct buf octets = {0}, why = {0};

	assert_false(pdu_json_read(&octets, span_str(json), &why));
	assert_int_equal(octets.len, 0);
	if (strncmp(buf_cstr(&why), reason, strlen(reason)) != 0)
		fail_msg("%s, not %s", buf_cstr(&why), reason);
	buf_free(&octets);
	buf_free(&why);
}

static void
a_command_alone_is_enough(void **state)
{
	(void)state;
	reads("{\"command\":\"enquire_link\"}",
	    "00000010000000150000000000000001");
	reads("{\"command\":\"0x999\",\"seq\":2,\"trailing\":\"ab\"}",
	    "000000120000099900000000000000026162");
	reads("{\"command\":\"submit_sm_resp\",\"status\":\"ESME_RTHROTTLED\","
	    "\"no_body\":true}", "00000010800000040000005800000001");
}

static void
names_stand_for_values(void **state)
{
	(void)state;
	reads("{\"command\":\"query_sm_resp\",\"message_state\":\"DELIVERED\"}",
	    "000000148000000300000000000000010000" "0200");
	reads("{\"command\":\"deliver_sm_resp\",\"tlvs\":["
	    "{\"name\":\"message_state\",\"value\":\"EXPIRED\"},"
	    "{\"name\":\"receipted_message_id\",\"value\":\"2A\"},"
	    "{\"tag\":\"0x1401\",\"hex\":\"00ff\"}]}",
	    "000000238000000500000000000000010004270001" "03"
	    "001e000332410014010002" "00ff");
}

static void
lengths_may_lie(void **state)
{
	(void)state;
	reads("{\"command\":\"unbind\",\"command_length\":4294967295}",
	    "ffffffff000000060000000000000001");
	reads("{\"command\":\"replace_sm\",\"short_message\":\"hi\","
	    "\"sm_length\":200}",
	    "0000001b0000000700000000000000010000000000000000c86869");
	reads("{\"command\":\"submit_multi_resp\",\"unsuccess\":[],"
	    "\"no_unsuccess\":9}", "000000128000002100000000000000010009");
	reads("{\"command\":\"unbind\",\"tlvs\":[{\"tag\":5,\"hex\":\"01\","
	    "\"length\":500}]}", "00000015000000060000000000000001000501f401");
}

static void
what_is_wrong_in_the_json_is_said(void **state)
{
	(void)state;
	refuses("{\"command\":", "no JSON at character");
	refuses("[]", "no JSON object");
	refuses("{}", "command: missing");
	refuses("{\"command\":\"frobnicate\"}", "command: no number");
	refuses("{\"command\":\"unbind\",\"short_message\":\"\"}",
	    "unknown key short_message");
	refuses("{\"command\":\"submit_sm\",\"esm_class\":300}", "esm_class: is over");
	refuses("{\"command\":\"submit_sm\",\"source_addr\":\"a\\u0000b\"}",
	    "source_addr: holds a NUL");
	refuses("{\"command\":\"submit_sm\",\"source_addr\":{\"hex\":\"0\"}}",
	    "source_addr: no hexadecimal");
	refuses("{\"command\":\"submit_sm\",\"tlvs\":[{\"name\":\"nonesuch\"}]}",
	    "tlvs: neither");
	refuses("{\"command\":\"submit_sm\",\"tlvs\":[{\"name\":\"source_port\","
	    "\"value\":65536}]}", "source_port: over 65535");
	refuses("{\"command\":\"unbind\",\"sm_length\":4}",
	    "a length of short_message, which the PDU does not have");
	refuses("{\"command\":\"submit_multi_resp\",\"no_body\":true,"
	    "\"no_unsuccess\":4}", "no_body, but a length of unsuccess_sme");
	refuses("{\"command\":\"submit_multi\",\"dests\":[1]}",
	    "dests: item 1 is no object");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample_comes_back_octet_for_octet),
		cmocka_unit_test(a_command_alone_is_enough),
		cmocka_unit_test(names_stand_for_values),
		cmocka_unit_test(lengths_may_lie),
		cmocka_unit_test(what_is_wrong_in_the_json_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
