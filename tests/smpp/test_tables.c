/* SPDX-License-Identifier: ISC */
/* smpp.def holds what the tables under tests/data/smpp say, no less and no
 * more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "samples.h"
#include "smpp/pdu.h"
#include "smpp/tables.h"

static struct span
word(const char *s)
{
	return span_of(s, strcspn(s, " "));
}

static uint8_t
version(const char *s)
{
	return strncmp(s, "5.0", 3) == 0 ? 0x50 : strncmp(s, "3.3", 3) == 0 ||
	    strncmp(s, "legacy", 6) == 0 ? 0x33 : 0x34;
}

static unsigned
states(const char *s)
{
	static const char *const names[] = {"OPEN", "OUTBOUND", "BOUND_TX",
	    "BOUND_RX", "BOUND_TRX", "UNBOUND"};
	unsigned set = 0;

	for (; *s != '\0'; s += strcspn(s, ","), s += *s == ',')
		for (size_t i = 0; i < 6; i++)
			if (strcspn(s, ",") == strlen(names[i]) &&
			    strncmp(s, names[i], strlen(names[i])) == 0)
				set |= 1u << i;
	return set;
}

static void
commands_are_those_of_the_table(void **state)
{
	struct samples s = samples_open("tests/data/smpp/commands.tsv");
	size_t n = 0;

	(void)state;
	while (samples_next(&s)) {
		uint32_t id = (uint32_t)strtoul(s.cell[0], NULL, 0);
		const struct pdu_row *row = pdu_row(pdu_type_by_id(id));

		if (s.cell[1][0] == '(')
			continue;
		n++;
		assert_true(span_is(word(s.cell[1]), row->name));
		assert_int_equal(row->since, version(s.cell[4]));
		assert_int_equal(row->esme, states(s.cell[5]) | states(s.cell[7]));
		assert_int_equal(row->smsc, states(s.cell[6]) | states(s.cell[8]));
	}
	/* the responses of two vendor requests stand in their notes */
	assert_int_equal(n + 2, PDU_TYPES - 1);
}

/* "254 (v3.4) / 255 (v5.0)", "21", "7-27 octets each" */
static void
check_limits(const struct pdu_use *use, const char *cell)
{
	const char *slash = strchr(cell, '/');
	enum pdu_kind kind = field_row(use->field)->kind;

	if (kind == PDU_DESTS || kind == PDU_UNSUCCESS)
		return;
	assert_int_equal(use->limit, strtoul(cell, NULL, 10));
	assert_int_equal(use->limit_50,
	    strtoul(slash ? slash + 1 : cell, NULL, 10));
}

static enum pdu_kind
field_kind(const char *type)
{
	return strcmp(type, "u8") == 0 ? PDU_U8 :
	    strcmp(type, "cstring") == 0 ? PDU_CSTR :
	    strcmp(type, "octets") == 0 ? PDU_OCTETS :
	    strcmp(type, "dest_list") == 0 ? PDU_DESTS : PDU_UNSUCCESS;
}

static void
fields_are_those_of_the_table_in_its_order(void **state)
{
	struct samples s = samples_open("tests/data/smpp/pdu-fields.tsv");
	size_t next[PDU_TYPES] = {0};

	(void)state;
	while (samples_next(&s)) {
		enum pdu_type type = pdu_type_by_name(span_str(s.cell[0]));
		const struct pdu_row *row = pdu_row(type);
		const struct pdu_use *use;

		/* lengths and counts are part of what they are of */
		if (s.cell[0][0] == '(' || s.cell[2][0] == '(' ||
		    strcmp(s.cell[2], "sm_length") == 0 ||
		    strcmp(s.cell[2], "number_of_dests") == 0 ||
		    strcmp(s.cell[2], "no_unsuccess") == 0)
			continue;
		assert_int_not_equal(type, PDU_unknown);
		assert_true(next[type] < row->n_uses);
		use = &row->uses[next[type]++];
		assert_string_equal(field_row(use->field)->name, s.cell[2]);
		assert_int_equal(field_row(use->field)->kind, field_kind(s.cell[3]));
		check_limits(use, s.cell[4]);
		assert_int_equal(use->fixed, strcmp(s.cell[3], "cstring") == 0 &&
		    strcmp(s.cell[4], "17") == 0);
	}
	for (unsigned t = 1; t < PDU_TYPES; t++)
		if (pdu_row(t)->n_uses > 0 &&
		    pdu_row(t)->uses[0].field != FIELD_body)
			assert_int_equal(next[t], pdu_row(t)->n_uses);
}

static uint64_t
places(const char *s)
{
	uint64_t set = 0;

	if (strcmp(s, "any response PDU") == 0) {
		for (unsigned t = 1; t < PDU_TYPES; t++)
			if ((pdu_row(t)->command_id & PDU_RESPONSE) != 0 &&
			    (pdu_row(t)->n_uses == 0 ||
			    pdu_row(t)->uses[0].field != FIELD_body))
				set |= UINT64_C(1) << t;
		return set;
	}
	for (; *s != '\0' && *s != '-'; s += strcspn(s, ","), s += *s == ',') {
		enum pdu_type t = pdu_type_by_name(span_of(s, strcspn(s, ",(")));

		assert_int_not_equal(t, PDU_unknown);
		set |= UINT64_C(1) << t;
	}
	return set;
}

static void
check_size(const struct tlv_row *row, const char *cell)
{
	const char *dash = strchr(cell, '-');

	if (strcmp(cell, "any") == 0 || strchr(cell, '(') != NULL)
		return;  /* versions differ: the row holds both */
	assert_int_equal(row->min, strtoul(cell, NULL, 10));
	assert_int_equal(row->max, strtoul(dash ? dash + 1 : cell, NULL, 10));
}

static void
tlvs_are_those_of_the_table(void **state)
{
	struct samples s = samples_open("tests/data/smpp/tlvs.tsv");
	size_t n = 0;

	(void)state;
	while (samples_next(&s)) {
		const struct tlv_row *row;
		const struct tlv_needed *need;
		size_t needed = 0;

		if (s.cell[1][0] == '(')
			continue;
		row = tlv_row((uint16_t)strtoul(s.cell[0], NULL, 0));
		assert_non_null(row);
		assert_ptr_equal(row, tlv_row_at(n++));
		assert_string_equal(row->name, s.cell[1]);
		if (strcmp(s.cell[2], "-") != 0)
			assert_ptr_equal(tlv_row_by_name(word(s.cell[2])), row);
		assert_int_equal(row->kind, strcmp(s.cell[3], "u16") == 0 ?
		    PDU_U16 : strcmp(s.cell[3], "u32") == 0 ? PDU_U32 :
		    strncmp(s.cell[3], "none", 4) == 0 ? PDU_EMPTY :
		    field_kind(s.cell[3]));
		check_size(row, s.cell[4]);
		assert_int_equal(row->since, version(s.cell[5]));
		assert_int_equal(row->repeatable, s.cell[7][0] == 'y');
		for (size_t i = 0; (need = tlv_needed_at(i)) != NULL; i++)
			needed += need->tag == row->tag;
		for (const char *p = s.cell[9]; (p = strstr(p, "mandatory")); p++)
			needed--;
		assert_int_equal(needed, 0);
		if (strcmp(s.cell[5], "vendor") == 0)
			continue;
		assert_true(row->pdus_34 == places(s.cell[8]));
		assert_true(row->pdus_50 == places(s.cell[9]));
	}
	assert_null(tlv_row_at(n));
}

static void
statuses_are_those_of_the_table(void **state)
{
	static const char *const classes[] = {"success", "throttle",
	    "transient-retry", "permanent", "session-fatal"};
	struct samples s = samples_open("tests/data/smpp/status.tsv");
	size_t n = 0;

	(void)state;
	while (samples_next(&s)) {
		uint32_t code = (uint32_t)strtoul(s.cell[0], NULL, 0);
		const struct status_row *row = status_row(code);

		if (s.cell[1][0] == '(') {
			assert_null(row);
			assert_int_equal(status_consequence(code),
			    STATUS_PERMANENT);
			continue;
		}
		assert_non_null(row);
		assert_ptr_equal(row, status_row_at(n++));
		assert_string_equal(row->name, s.cell[1]);
		assert_ptr_equal(status_row_by_name(span_str(s.cell[1])), row);
		if (strcmp(s.cell[2], "-") != 0)
			assert_ptr_equal(status_row_by_name(word(s.cell[2])), row);
		assert_int_equal(row->since, version(s.cell[3]));
		assert_string_equal(classes[row->consequence], s.cell[5]);
	}
	assert_null(status_row_at(n));
}

/* The list that a cell of enums.tsv is about. */
static const char *
list_name(const char *cell)
{
	static char name[64];

	if (strstr(cell, "_subunit /"))
		return "addr_subunit";
	if (strstr(cell, "_network_type /"))
		return "network_type";
	if (strstr(cell, "_bearer_type /"))
		return "bearer_type";
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(cell, " "), cell);
	return name;
}

static bool
has_value(const char *list, uint32_t first, uint32_t last, const char *name)
{
	const struct value_row *row;

	for (size_t i = 0; (row = value_row_at(i)) != NULL; i++)
		if (strcmp(row->list, list) == 0 && row->first == first &&
		    row->last == last && strcmp(row->name, name) == 0)
			return true;
	return false;
}

static bool
has_word(const char *text)
{
	const struct value_word *row;

	for (size_t i = 0; (row = value_word_at(i)) != NULL; i++)
		if (strcmp(row->text, text) == 0)
			return true;
	return strcmp(text, "\"\"") == 0;
}

static void
value_names_are_those_of_the_table(void **state)
{
	struct samples s = samples_open("tests/data/smpp/enums.tsv");
	const struct value_row *row;
	size_t n = 0, rows = 0;

	(void)state;
	while (samples_next(&s)) {
		const char *list = list_name(s.cell[0]), *p = s.cell[1];

		if (strcmp(list, "service_type") == 0) {
			assert_true(has_word(p));
			continue;
		}
		if (strcmp(list, "receipt_stat_text") == 0) {
			const char *number = strstr(s.cell[3], "message_state ");
			uint32_t v = (uint32_t)strtoul(number + 14, NULL, 10);

			assert_true(has_value(list, v, v, s.cell[2]));
			n++;
			continue;
		}
		for (; *p != '\0'; p += strcspn(p, ","), p += *p == ',') {
			char *end;
			uint32_t first = (uint32_t)strtoul(p, &end, 0);
			uint32_t last = *end == '-' ?
			    (uint32_t)strtoul(end + 1, NULL, 0) : first;

			assert_true(has_value(list, first, last, s.cell[2]));
			n++;
		}
	}
	while ((row = value_row_at(rows)) != NULL)
		rows++;
	assert_int_equal(rows, n);
}

static void
names_of_values_are_found_both_ways(void **state)
{
	uint32_t value;

	(void)state;
	assert_string_equal(value_name("message_state", 2), "DELIVERED");
	assert_string_equal(value_name("congestion_state", 90), "optimum");
	assert_string_equal(value_name("interface_version", 0x33), "v33");
	assert_null(value_name("message_state", 77));
	assert_null(value_name(NULL, 1));
	assert_true(value_by_name("ton", span_str("International"), &value));
	assert_int_equal(value, 1);
	assert_false(value_by_name("ton", span_str("nowhere"), &value));
}

static void
requests_have_their_responses(void **state)
{
	(void)state;
	assert_int_equal(pdu_response(PDU_submit_sm), PDU_submit_sm_resp);
	assert_int_equal(pdu_response(PDU_outbind), PDU_unknown);
	assert_int_equal(pdu_response(PDU_alert_notification), PDU_unknown);
	assert_int_equal(pdu_response(PDU_submit_sm_resp), PDU_unknown);
	assert_int_equal(pdu_response(PDU_unknown), PDU_unknown);
	assert_int_equal(pdu_type_by_name(span_str("SUBMIT_SM")), PDU_submit_sm);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_those_of_the_table),
		cmocka_unit_test(fields_are_those_of_the_table_in_its_order),
		cmocka_unit_test(tlvs_are_those_of_the_table),
		cmocka_unit_test(statuses_are_those_of_the_table),
		cmocka_unit_test(value_names_are_those_of_the_table),
		cmocka_unit_test(names_of_values_are_found_both_ways),
		cmocka_unit_test(requests_have_their_responses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
