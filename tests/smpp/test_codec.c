/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/mem.h"
#include "samples.h"
#include "smpp/pdu.h"

static const char path[] = "tests/data/pdu-samples.tsv";

static void
all_samples_that_decode_encode_to_the_same_octets(void **state)
{
	struct samples s = samples_open(path);
	struct buf in = {0};
	uint8_t out[2048];
	size_t n = 0;

	(void)state;
	while (samples_next(&s)) {
		struct wr w = wr_init(out, sizeof(out));
		struct pdu pdu;
		struct pdu_error e;
		bool malformed = strstr(s.cell[7], "MALFORMED") != NULL ||
		    strcmp(s.cell[5], "no") == 0;

		n++;
		samples_hex(&in, s.cell[1]);
		if (!pdu_decode(&pdu, buf_span(&in), &e)) {
			assert_true(malformed || strstr(s.cell[7], "octets, "));
			assert_int_not_equal(e.fault, PDU_FAULT_NONE);
			continue;
		}
		assert_false(malformed);
		assert_true(pdu_encode(&w, &pdu, &e));
		assert_int_equal(w.len, in.len);
		assert_memory_equal(out, in.p, in.len);
	}
	buf_free(&in);
	assert_int_equal(n, 128);
}

/* name="text with \xHH" or name=1 */
static void
unescape(struct buf *b, const char *s, size_t n)
{
	buf_clear(b);
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\\' && i + 3 < n && s[i + 1] == 'x') {
			buf_add_byte(b, (uint8_t)(hex_digit(s[i + 2]) << 4 |
			    hex_digit(s[i + 3])));
			i += 3;
		} else if (s[i] == '\\' && i + 1 < n) {
			buf_add_byte(b, (uint8_t)s[++i]);
		} else {
			buf_add_byte(b, (uint8_t)s[i]);
		}
	}
}

/* A field or TLV of that name as octets, a number, or (a TLV that may be
 * either) both; false: not there. */
static bool
value_of(const struct pdu *pdu, const char *name, struct span *s,
    uint32_t *number)
{
	const struct pdu_row *row = pdu_row(pdu->type);
	const struct tlv_row *tlv;

	for (size_t i = 0; i < row->n_uses; i++) {
		const struct field_row *f = field_row(row->uses[i].field);
		const unsigned char *member = (const unsigned char *)pdu + f->offset;

		if (strcmp(f->name, name) != 0)
			continue;
		if (f->kind < PDU_CSTR)
			memcpy(number, member, sizeof(*number));
		else
			memcpy(s, member, sizeof(*s));
		return true;
	}
	*number = (uint32_t)pdu->short_message.n;
	if (strcmp(name, "sm_length") == 0)
		return true;
	tlv = tlv_row_by_name(span_str(name));
	*number = 0;
	if (tlv == NULL || !pdu_tlv(pdu, tlv->tag, s))
		return false;
	if (tlv->kind < PDU_CSTR)
		pdu_tlv_uint(pdu, tlv->tag, number);
	return true;
}

static void
every_field_of_a_sample_is_as_its_row_says(void **state)
{
	struct samples s = samples_open(path);
	struct buf in = {0}, want = {0};
	size_t compared = 0;

	(void)state;
	while (samples_next(&s)) {
		struct pdu pdu;
		struct pdu_error e;
		char *p = s.cell[6], *last = p + strlen(p);

		samples_hex(&in, s.cell[1]);
		if (!pdu_decode(&pdu, buf_span(&in), &e) ||
		    pdu.type == PDU_submit_multi ||
		    pdu.type == PDU_submit_multi_resp)
			continue;
		assert_int_equal(pdu.command_status,
		    strtoul(s.cell[3], NULL, 16));
		assert_int_equal(pdu.sequence_number,
		    strtoul(s.cell[4], NULL, 16));
		while (strcmp(p, "-") != 0 && p < last) {
			char *name = p, *value = strchr(p, '=');
			struct span got = {0};
			uint32_t number = 0;

			if (value == NULL)
				break;
			*value++ = '\0';
			assert_true(value_of(&pdu, name, &got, &number));
			if (*value == '"') {
				char *end = strstr(value + 1, "\"; ");
				size_t n = end ? (size_t)(end - value) - 1 :
				    strlen(value) - 2;

				unescape(&want, value + 1, n);
				assert_true(span_eq(got, buf_span(&want)));
				p = value + n + 2;
			} else if (got.n > 4 || (got.n > 0 && number == 0)) {
				p = value + strcspn(value, ";");
				if (p < last)
					*p++ = '\0';
				samples_hex(&want, value);
				assert_true(span_eq(got, buf_span(&want)));
			} else {
				assert_int_equal(number, strtoul(value, &p, 10));
			}
			p += strspn(p, "; ");
			compared++;
		}
	}
	buf_free(&in);
	buf_free(&want);
	assert_true(compared > 500);
}

static void
every_truncation_of_a_sample_fails_or_decodes_less(void **state)
{
	struct samples s = samples_open(path);
	struct buf in = {0};

	(void)state;
	while (samples_next(&s)) {
		samples_hex(&in, s.cell[1]);
		for (size_t n = 0; n < in.len && s.cell[5][0] == 'y'; n++) {
			/* memory of exactly that size, for the sanitizer */
			uint8_t *p = mem_new(n + (n == 0));
			struct pdu pdu;
			struct pdu_error e;

			memcpy(p, in.p, n);
			assert_false(pdu_decode(&pdu, span_of(p, n), &e));
			assert_int_equal(e.fault, PDU_FAULT_LENGTH);
			/* and with a command_length that agrees */
			if (n >= PDU_HEADER) {
				p[0] = p[1] = 0;
				p[2] = (uint8_t)(n >> 8);
				p[3] = (uint8_t)n;
				if (!pdu_decode(&pdu, span_of(p, n), &e))
					assert_true(e.offset <= n);
			}
			free(p);
		}
	}
	buf_free(&in);
}

static struct pdu_error
error_of(const char *hex)
{
	struct buf in = {0};
	struct pdu pdu;
	struct pdu_error e;

	samples_hex(&in, hex);
	assert_false(pdu_decode(&pdu, buf_span(&in), &e));
	buf_free(&in);
	return e;
}

static void
an_error_names_field_offset_and_the_status_to_answer_with(void **state)
{
	struct pdu_error e = error_of("0000001a0000000400000000000000010001"
	    "014141414142424242");

	(void)state;
	assert_int_equal(e.fault, PDU_FAULT_LENGTH);
	e = error_of("0000001b00000004000000000000000100010141414141424242");
	assert_int_equal(e.fault, PDU_FAULT_LENGTH);
	assert_int_equal(e.status, ESME_RINVCMDLEN);
	e = error_of("0000001a00000004000000000000000100010141414141424242");
	assert_int_equal(e.fault, PDU_FAULT_NO_NUL);
	assert_string_equal(e.field, "source_addr");
	assert_int_equal(e.offset, 19);
	assert_int_equal(e.status, ESME_RINVSRCADR);
	e = error_of("000000120000000400000000000000010001");
	assert_int_equal(e.fault, PDU_FAULT_SHORT);
	assert_string_equal(e.field, "source_addr_npi");
	/* a TLV of 200 octets where none are left */
	e = error_of("000000168000000400000000000001f53100001d00c8");
	assert_int_equal(e.fault, PDU_FAULT_TLV_STREAM);
	assert_int_equal(e.tag, TLV_additional_status_info_text);
	assert_int_equal(e.status, ESME_RINVTLVSTREAM);
}

static void
encoding_refuses_only_what_cannot_stand_on_the_wire(void **state)
{
	uint8_t out[600], letters[300] = {1};
	struct wr w = wr_init(out, sizeof(out));
	struct pdu pdu = {.type = PDU_submit_sm, .sequence_number = 1};
	struct pdu_error e;

	(void)state;
	pdu.source_addr = span_of(letters, 3);   /* 01 00 00 */
	assert_false(pdu_encode(&w, &pdu, &e));
	assert_int_equal(e.fault, PDU_FAULT_NUL);
	assert_string_equal(e.field, "source_addr");
	assert_int_equal(w.len, 0);
	memset(letters, 'x', sizeof(letters));
	pdu.source_addr = span_of(letters, 100);
	pdu.short_message = span_of(letters, 256);
	assert_false(pdu_encode(&w, &pdu, &e));
	assert_int_equal(e.fault, PDU_FAULT_RANGE);
	assert_string_equal(e.field, "short_message");
	pdu.short_message.n = 255;
	assert_true(pdu_encode(&w, &pdu, &e));
	pdu.esm_class = 256;
	assert_false(pdu_encode(&w, &pdu, &e));
	assert_string_equal(e.field, "esm_class");
	assert_int_equal(w.err, CURSOR_OK);
}

static void
an_encoder_without_room_says_how_much_it_needs(void **state)
{
	uint8_t out[64];
	struct wr w = wr_init(out, 20);
	struct pdu pdu = {.type = PDU_submit_sm, .sequence_number = 1};
	struct pdu_error e;

	(void)state;
	assert_false(pdu_encode(&w, &pdu, &e));
	assert_int_equal(e.fault, PDU_FAULT_FULL);
	assert_int_equal(e.limit, 33);
	w = wr_init(out, e.limit);
	assert_true(pdu_encode(&w, &pdu, &e));
	assert_int_equal(w.len, 33);
}

static void
lists_are_written_and_read(void **state)
{
	uint8_t items[64], out[256];
	struct wr w = wr_init(items, sizeof(items));
	struct dest d = {1, 1, 1, span_str("821055551234")};
	struct pdu pdu = {.type = PDU_submit_multi, .sequence_number = 1}, back;
	struct pdu_error e;
	struct rd r;

	(void)state;
	dest_put(&w, &d);
	d = (struct dest){.flag = 2, .addr = span_str("staff")};
	dest_put(&w, &d);
	pdu.dest_address = span_of(items, w.len);
	w = wr_init(out, sizeof(out));
	assert_true(pdu_encode(&w, &pdu, &e));
	assert_true(pdu_decode(&back, span_of(out, w.len), &e));
	r = rd_init(back.dest_address);
	assert_true(dest_next(&r, &d));
	assert_true(span_is(d.addr, "821055551234"));
	assert_true(dest_next(&r, &d));
	assert_int_equal(d.flag, 2);
	assert_true(span_is(d.addr, "staff"));
	assert_false(dest_next(&r, &d));
	assert_int_equal(r.err, CURSOR_OK);
	pdu.dest_address.n--;   /* no list any more */
	assert_false(pdu_encode(&w, &pdu, &e));
	assert_int_equal(e.fault, PDU_FAULT_COUNT);
}

static void
tlvs_are_written_and_read_by_their_rows(void **state)
{
	uint8_t octets[64];
	struct wr w = wr_init(octets, sizeof(octets));
	struct pdu pdu = {.type = PDU_deliver_sm};
	struct span s;
	uint32_t v;

	(void)state;
	tlv_put_uint(&w, TLV_source_port, 2948);
	tlv_put_uint(&w, TLV_message_state, 2);
	tlv_put_cstr(&w, TLV_receipted_message_id, span_str("2A"));
	tlv_put(&w, 0x1401, span_str("x"));
	pdu.tlvs = span_of(octets, w.len);
	assert_int_equal(w.len, 6 + 5 + 7 + 5);
	assert_true(pdu_tlv_uint(&pdu, TLV_source_port, &v));
	assert_int_equal(v, 2948);
	assert_true(pdu_tlv(&pdu, TLV_receipted_message_id, &s));
	assert_true(span_is(s, "2A"));
	assert_true(pdu_tlv(&pdu, 0x1401, &s));
	assert_false(pdu_tlv(&pdu, 0x1402, &s));
	tlv_put_uint(&w, TLV_message_state, 256);
	assert_int_equal(w.err, CURSOR_RANGE);
}

static void
stray_octets_behind_a_bodyless_pdu_are_kept(void **state)
{
	struct buf in = {0};
	struct pdu pdu;
	struct pdu_error e;

	(void)state;
	samples_hex(&in, "00000014000000060000000012344567deadbeef");
	assert_true(pdu_decode(&pdu, buf_span(&in), &e));
	assert_int_equal(pdu.trailing.n, 4);
	buf_free(&in);
}

static void
a_frame_is_found_or_refused_by_its_length(void **state)
{
	static const uint8_t octets[] = {0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0,
	    0, 0, 0, 1};
	uint32_t n;

	(void)state;
	assert_int_equal(pdu_frame(span_of(octets, 3), 100, &n), PDU_FRAME_MORE);
	assert_int_equal(n, 0);
	assert_int_equal(pdu_frame(span_of(octets, 15), 100, &n), PDU_FRAME_MORE);
	assert_int_equal(pdu_frame(span_of(octets, 16), 100, &n), PDU_FRAME_READY);
	assert_int_equal(n, 16);
	assert_int_equal(pdu_frame(span_of(octets, 16), 15, &n), PDU_FRAME_BAD);
	assert_int_equal(pdu_frame(span_str("HTTP/1.1"), 1 << 20, &n),
	    PDU_FRAME_BAD);
	assert_string_equal(pdu_foreign(span_str("HTTP/1.1")), "an HTTP server");
	assert_null(pdu_foreign(span_of(octets, 16)));
}

static void
passwords_are_never_printed(void **state)
{
	struct pdu pdu = {.type = PDU_bind_transmitter, .sequence_number = 7,
	    .system_id = span_str("me"), .password = span_str("s3cret")};
	struct buf b = {0};

	(void)state;
	pdu_print(&b, &pdu, 0);
	assert_string_equal(buf_cstr(&b),
	    "bind_transmitter seq=7 status=0 system_id=me password=***");
	buf_free(&b);
}

static void
octets_that_are_no_text_are_printed_as_hex(void **state)
{
	struct pdu pdu = {.type = PDU_submit_sm, .sequence_number = 1,
	    .short_message = span_of("a \"\x00\xff\\\n\xc3\xa9", 9)};
	struct buf b = {0};

	(void)state;
	pdu_print(&b, &pdu, PDU_PRINT_NO_HEADER);
	assert_string_equal(buf_cstr(&b),
	    "short_message=\"a \\x22\\x00\\xff\\x5c\\x0a\xc3\xa9\"");
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_samples_that_decode_encode_to_the_same_octets),
		cmocka_unit_test(every_field_of_a_sample_is_as_its_row_says),
		cmocka_unit_test(every_truncation_of_a_sample_fails_or_decodes_less),
		cmocka_unit_test(an_error_names_field_offset_and_the_status_to_answer_with),
		cmocka_unit_test(encoding_refuses_only_what_cannot_stand_on_the_wire),
		cmocka_unit_test(an_encoder_without_room_says_how_much_it_needs),
		cmocka_unit_test(lists_are_written_and_read),
		cmocka_unit_test(tlvs_are_written_and_read_by_their_rows),
		cmocka_unit_test(stray_octets_behind_a_bodyless_pdu_are_kept),
		cmocka_unit_test(a_frame_is_found_or_refused_by_its_length),
		cmocka_unit_test(passwords_are_never_printed),
		cmocka_unit_test(octets_that_are_no_text_are_printed_as_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
