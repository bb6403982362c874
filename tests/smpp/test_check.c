/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "smpp/pdu.h"
#include "smpp/tables.h"

static const uint32_t versions[] = {0x34, 0x50};
static const char zeros[1200];
static char text[300];

/* A PDU of the type with all that it must carry. */
static struct pdu
minimal(enum pdu_type type, struct wr *tlvs)
{
	struct pdu pdu = {.type = type, .sequence_number = 1};
	const struct tlv_needed *need;
	static const uint8_t dest[] = {2, 'a', 0};

	pdu.dest_address = span_of(dest, sizeof(dest));
	for (size_t i = 0; (need = tlv_needed_at(i)) != NULL; i++)
		if (need->type == type)
			tlv_put(tlvs, need->tag,
			    span_of(zeros, tlv_row(need->tag)->min));
	pdu.tlvs = span_of(tlvs->base, tlvs->len);
	return pdu;
}

static bool
finds(const struct pdu *pdu, uint32_t version, enum pdu_fault fault,
    const char *field)
{
	struct pdu_error v[8];
	size_t n = pdu_check(pdu, version, v, 8);

	if (n == 1 && v[0].fault == fault && strcmp(v[0].field, field) == 0)
		return true;
	for (size_t i = 0; i < n && i < 8; i++) {
		struct buf b = {0};

		pdu_error_print(&b, &v[i]);
		printf("# %s 0x%02x: %s\n", pdu_row(pdu->type)->name,
		    (unsigned)version, buf_cstr(&b));
		buf_free(&b);
	}
	if (n == 0)
		printf("# %s.%s: nothing\n", pdu_row(pdu->type)->name, field);
	return false;
}

static void
set(struct pdu *pdu, enum pdu_field field, size_t n)
{
	struct span s = span_of(text, n);

	memcpy((unsigned char *)pdu + field_row(field)->offset, &s, sizeof(s));
}

static void
a_field_at_its_limit_passes_and_one_octet_more_is_named(void **state)
{
	size_t tried = 0;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (unsigned t = 1; t < PDU_TYPES; t++)
	for (size_t i = 0; i < pdu_row(t)->n_uses; i++)
	for (size_t v = 0; v < 2; v++) {
		const struct pdu_use *use = &pdu_row(t)->uses[i];
		const struct field_row *row = field_row(use->field);
		size_t nul = row->kind == PDU_CSTR ? 1 : 0;
		size_t limit = v == 0 ? use->limit : use->limit_50;
		uint8_t octets[64];
		struct wr w = wr_init(octets, sizeof(octets));
		struct pdu pdu = minimal(t, &w);
		struct pdu_error e;

		if ((row->kind != PDU_CSTR && row->kind != PDU_OCTETS) ||
		    pdu_row(t)->since > versions[v])
			continue;
		set(&pdu, use->field, limit - nul);
		assert_int_equal(pdu_check(&pdu, versions[v], &e, 1), 0);
		set(&pdu, use->field, limit - nul + 1);
		assert_true(finds(&pdu, versions[v], PDU_FAULT_LIMIT, row->name));
		if (use->fixed) {
			set(&pdu, use->field, 5);
			assert_true(finds(&pdu, versions[v], PDU_FAULT_SIZE,
			    row->name));
		}
		tried++;
	}
	assert_true(tried > 100);
}

static void
a_number_over_its_highest_value_is_named(void **state)
{
	struct pdu pdu = {.type = PDU_submit_sm, .sequence_number = 1,
	    .priority_flag = 4};
	struct pdu_error e;

	(void)state;
	assert_true(finds(&pdu, 0x34, PDU_FAULT_VALUE, "priority_flag"));
	assert_int_equal(pdu_check(&pdu, 0x50, &e, 1), 0);
	pdu.priority_flag = 256;
	assert_true(finds(&pdu, 0x50, PDU_FAULT_RANGE, "priority_flag"));
}

static void
a_tlv_is_named_where_it_may_not_stand_or_has_a_wrong_size(void **state)
{
	const struct tlv_row *row;
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; (row = tlv_row_at(i)) != NULL; i++)
	for (unsigned t = 1; t < PDU_TYPES; t++)
	for (size_t v = 0; v < 2; v++) {
		uint64_t in = v == 0 ? row->pdus_34 : row->pdus_50;
		uint8_t octets[1200] = {0};
		struct wr w = wr_init(octets, sizeof(octets));
		struct pdu pdu = minimal(t, &w);
		struct pdu_error e;
		size_t needed = w.len;
		struct span one;

		if (pdu_row(t)->since > versions[v] || row->max > 1100 ||
		    pdu_tlv(&pdu, row->tag, &one) ||
		    (pdu_row(t)->n_uses > 0 &&
		    field_row(pdu_row(t)->uses[0].field)->kind == PDU_BODY))
			continue;
		tlv_put(&w, row->tag, span_of(zeros, row->max));
		pdu.tlvs = span_of(octets, w.len);
		if ((in & UINT64_C(1) << t) == 0) {
			assert_true(finds(&pdu, versions[v], PDU_FAULT_TLV_PLACE,
			    row->name));
			continue;
		}
		assert_int_equal(pdu_check(&pdu, versions[v], &e, 1), 0);
		tried++;
		w.len = needed;
		tlv_put(&w, row->tag, span_of(zeros, row->max + 1u));
		pdu.tlvs = span_of(octets, w.len);
		assert_true(finds(&pdu, versions[v], PDU_FAULT_SIZE, row->name));
	}
	assert_true(tried > 200);
}

static void
a_repeated_a_missing_and_an_unterminated_tlv_are_named(void **state)
{
	uint8_t octets[64];
	struct wr w = wr_init(octets, sizeof(octets));
	struct pdu pdu = {.type = PDU_deliver_sm, .sequence_number = 1};
	struct pdu_error e[8];

	(void)state;
	tlv_put(&w, TLV_receipted_message_id, span_str("2A"));
	pdu.tlvs = span_of(octets, w.len);
	assert_true(finds(&pdu, 0x34, PDU_FAULT_TLV_NO_NUL,
	    "receipted_message_id"));
	w.len = 0;
	tlv_put_uint(&w, TLV_message_state, 2);
	tlv_put_uint(&w, TLV_message_state, 2);
	pdu.tlvs = span_of(octets, w.len);
	assert_true(finds(&pdu, 0x34, PDU_FAULT_TLV_REPEAT, "message_state"));
	pdu = (struct pdu){.type = PDU_broadcast_sm, .sequence_number = 1};
	assert_int_equal(pdu_check(&pdu, 0x50, e, 8), 4);
	assert_int_equal(e[0].fault, PDU_FAULT_TLV_MISSING);
	assert_int_equal(e[0].status, ESME_RMISSINGTLV);
}

static void
a_tlv_in_a_3_3_session_is_named(void **state)
{
	uint8_t octets[64];
	struct wr w = wr_init(octets, sizeof(octets));
	struct pdu pdu = {.type = PDU_submit_sm, .sequence_number = 1};

	(void)state;
	tlv_put_uint(&w, TLV_source_port, 80);
	pdu.tlvs = span_of(octets, w.len);
	assert_true(finds(&pdu, 0x33, PDU_FAULT_TLV_PLACE, "source_port"));
}

static void
header_values_are_checked(void **state)
{
	struct pdu pdu = {.type = PDU_enquire_link};

	(void)state;
	assert_true(finds(&pdu, 0x34, PDU_FAULT_VALUE, "sequence_number"));
	pdu.sequence_number = 0x80000000;
	assert_true(finds(&pdu, 0x34, PDU_FAULT_VALUE, "sequence_number"));
	pdu.sequence_number = 1;
	pdu.command_status = 1;
	assert_true(finds(&pdu, 0x34, PDU_FAULT_VALUE, "command_status"));
	pdu = (struct pdu){.type = PDU_bind_transceiver, .sequence_number = 1};
	assert_true(finds(&pdu, 0x33, PDU_FAULT_VALUE, "command_id"));
	pdu = (struct pdu){.type = PDU_submit_sm_resp, .sequence_number = 1,
	    .no_body = true};
	assert_true(finds(&pdu, 0x34, PDU_FAULT_SHORT, "message_id"));
	pdu.command_status = ESME_RTHROTTLED;
	assert_int_equal(pdu_check(&pdu, 0x34, NULL, 0), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_at_its_limit_passes_and_one_octet_more_is_named),
		cmocka_unit_test(a_number_over_its_highest_value_is_named),
		cmocka_unit_test(a_tlv_is_named_where_it_may_not_stand_or_has_a_wrong_size),
		cmocka_unit_test(a_repeated_a_missing_and_an_unterminated_tlv_are_named),
		cmocka_unit_test(a_tlv_in_a_3_3_session_is_named),
		cmocka_unit_test(header_values_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
