/* SPDX-License-Identifier: ISC */
/* Forms of a message_id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/id_form.h"

static void
every_form_is_read_back(void **state)
{
	static const uint64_t numbers[] = {0, 1, 9, 10, 255, 1795491234,
	    UINT32_MAX, UINT64_MAX - 1, UINT64_MAX};
	char text[ID_FORM_MAX], other[ID_FORM_MAX];
	uint64_t n;

	(void)state;
	for (int form = 0; form < ID_FORMS; form++)
		for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
			struct span id = id_form_write((enum id_form)form,
			    numbers[i], text);

			assert_true(id_form_read((enum id_form)form, id, &n));
			assert_int_equal(n, numbers[i]);
			/* another number looks otherwise */
			assert_false(span_eq(id, id_form_write(
			    (enum id_form)form, numbers[i] ^ 1, other)));
		}
}

static void
forms_look_as_they_should(void **state)
{
	static const struct {
		enum id_form form;
		const char *text;
	} cases[] = {
		{ID_DEC, "1795491234"},
		{ID_HEX, "6b0505a2"},
		{ID_HEX_UPPER, "6B0505A2"},
		{ID_ZEROS, "00000000001795491234"},
		{ID_HEX_ZEROS, "000000006b0505a2"},
		{ID_WORD, "SAR-1795491234-1@sim"},
	};
	char text[ID_FORM_MAX];
	struct span id;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_true(span_is(id_form_write(cases[i].form, 1795491234,
		    text), cases[i].text));
	assert_int_equal(id_form_write(ID_LONG, 7, text).n, 64);
	assert_int_equal(id_form_write(ID_OVER, 7, text).n, 80);
	assert_int_equal(id_form_write(ID_HEX32, 7, text).n, 32);
	id = id_form_write(ID_UUID, 7, text);
	assert_int_equal(id.n, 36);
	for (size_t i = 0; i < id.n; i++)
		assert_int_equal(id.p[i] == '-', i == 8 || i == 13 ||
		    i == 18 || i == 23);
}

static void
what_was_not_written_so_is_not_read(void **state)
{
	static const struct {
		enum id_form form;
		const char *text;
	} cases[] = {
		{ID_DEC, ""}, {ID_DEC, "01"}, {ID_DEC, "1x"}, {ID_DEC, "-1"},
		{ID_DEC, "99999999999999999999999999"}, {ID_HEX, "1F"},
		{ID_HEX_UPPER, "1f"}, {ID_ZEROS, "1"}, {ID_UUID, "1"},
		{ID_LONG, "1"}, {ID_WORD, "SAR--1@sim"}, {ID_WORD, "SAR-1"},
		{ID_HEX32, "00000000000000000000000000000001"},
	};
	uint64_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (id_form_read(cases[i].form, span_str(cases[i].text), &n))
			fail_msg("%s was read", cases[i].text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_read_back),
		cmocka_unit_test(forms_look_as_they_should),
		cmocka_unit_test(what_was_not_written_so_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
