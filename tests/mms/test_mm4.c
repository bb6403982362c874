/* SPDX-License-Identifier: ISC */
/* MM4 as peers really write it, and as we do. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "mms/mm4.h"
#include "mms/smil.h"

#define HEAD "X-Mms-Message-Type: MM4_forward.REQ\r\n" \
	"X-Mms-Transaction-ID: \"t1\"\r\n"

static void
is(struct span got, const char *want)
{
	if (!span_is(got, want))
		fail_msg("got \"%.*s\", want \"%s\"", (int)got.n,
		    got.p == NULL ? "" : (const char *)got.p, want);
}

static void
read_str(struct mms *m, const char *mail)
{
	mm4_read(m, span_str(mail));
}

static void
field_is(const char *mail, enum mms_field field, const char *want)
{
	struct mms m;

	read_str(&m, mail);
	is(m.field[field], want);
	mms_free(&m);
}

static void
names_and_types_match_in_any_case(void **state)
{
	struct mms m;

	(void)state;
	read_str(&m, "x-mms-MESSAGE-type: mm4_Forward.RES\n"
	    "X-MMS-TRANSACTION-ID: a\n\n");
	assert_int_equal(m.kind, MMS_FORWARD_ANSWER);
	assert_null(m.head_error);
	is(m.field[MMS_TRANSACTION_ID], "a");
	mms_free(&m);
}

static void
ids_lose_quotes_brackets_and_blanks(void **state)
{
	static const char *const forms[] = {"t-1@x", "\"t-1@x\"", "<t-1@x>",
	    "  \"t-1@x\"  ", "\"<t-1@x>\"", "\r\n \"t-1@x\"", "\t<t-1@x>"};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct buf b = {0};

		buf_addf(&b, "X-Mms-Transaction-Id:%s\r\n\r\n", forms[i]);
		field_is(buf_cstr(&b), MMS_TRANSACTION_ID, "t-1@x");
		buf_free(&b);
	}
}

static void
a_long_id_survives_reading_and_writing(void **state)
{
	struct mm4_style style = {0};
	struct buf b = {0}, out = {0};
	char id[401];
	struct mms m;

	(void)state;
	memset(id, 'x', 400);
	id[400] = '\0';
	buf_addf(&b, "X-Mms-Message-Type: MM4_forward.RES\r\n"
	    "X-Mms-Transaction-ID: \"%s\"\r\nX-Mms-Message-ID: m\r\n"
	    "X-Mms-Request-Status-Code: Ok\r\nX-Mms-3GPP-MMS-Version: 6.3.0\r\n"
	    "From: a\r\nTo: b\r\nSender: c\r\nDate: d\r\nMessage-ID: e\r\n\r\n",
	    id);
	read_str(&m, buf_cstr(&b));
	is(m.field[MMS_TRANSACTION_ID], id);
	assert_true(mm4_write(&out, &m, &style));
	field_is(buf_cstr(&out), MMS_TRANSACTION_ID, id);
	buf_clear(&b);
	buf_addf(&b, "X-Mms-Transaction-ID: \"%s\"\r\n", id);
	assert_non_null(strstr(buf_cstr(&out), buf_cstr(&b)));
	buf_free(&b);
	buf_free(&out);
	mms_free(&m);
}

static void
an_answer_needs_nothing_but_type_and_transaction(void **state)
{
	struct mms m;

	(void)state;
	read_str(&m, "X-Mms-Message-Type: MM4_forward.RES\r\n"
	    "X-Mms-Transaction-ID: a\r\n");
	assert_null(m.head_error);
	assert_null(m.content_error);
	assert_int_equal(m.n_parts, 0);
	mms_free(&m);
}

static void
a_name_alone_is_an_address(void **state)
{
	struct mms m;

	(void)state;
	read_str(&m, HEAD "From: PostMaster\r\n\r\n");
	assert_int_equal(m.from.type, MMS_LOCAL);
	is(m.from.local, "PostMaster");
	mms_free(&m);
}

static void
lists_may_end_with_a_comma_and_lack_types(void **state)
{
	struct mms m;

	(void)state;
	read_str(&m, HEAD "To: +111/TYPE=PLMN, +222,\r\n\t<+333/type=plmn@x>, "
	    "\"A, B\" <a@b.example>,\r\n\r\n");
	assert_int_equal(m.to.n, 4);
	is(m.to.p[0].local, "+111");
	is(m.to.p[1].local, "+222");
	assert_int_equal(m.to.p[1].type, MMS_PLMN);
	is(m.to.p[2].domain, "x");
	assert_int_equal(m.to.p[3].type, MMS_EMAIL);
	is(m.to.p[3].local, "a");
	mms_free(&m);
}

static void
blank_lines_before_the_first_boundary_do_not_matter(void **state)
{
	struct mms m;

	(void)state;
	read_str(&m, HEAD "Content-Type: multipart/related;  type=text/plain;"
	    "\r\n\tboundary==_a.b_c\r\n\r\n\r\n\r\n--=_a.b_c\r\n"
	    "Content-Type: text/plain\r\n\r\nhi\r\n--=_a.b_c--\r\n");
	assert_null(m.content_error);
	assert_int_equal(m.n_parts, 1);
	is(m.part[0].octets, "hi");
	mms_free(&m);
}

static void
content_ids_come_with_and_without_brackets(void **state)
{
	struct mms m;

	(void)state;
	read_str(&m, HEAD "Content-Type: multipart/related; Start=0.smil; "
	    "Type=\"application/smil\"; boundary=b\r\n\r\n"
	    "--b\r\nContent-Type: image/gif\r\nContent-ID:1\r\n\r\nx\r\n"
	    "--b\r\nContent-Type: application/smil\r\nContent-ID:<0.smil>\r\n"
	    "\r\ny\r\n--b--\r\n");
	assert_int_equal(m.n_parts, 2);
	assert_int_equal(m.root, 1);
	assert_true(m.has_smil);
	is(m.part[0].id, "1");
	assert_ptr_equal(mms_part_named(&m, span_str("cid:1")), &m.part[0]);
	mms_free(&m);
}

static void
subjects_may_be_raw_encoded_or_empty(void **state)
{
	(void)state;
	field_is(HEAD "Subject: Gr\xc3\xbc\xc3\x9f" "e\r\n\r\n", MMS_SUBJECT,
	    "Gr\xc3\xbc\xc3\x9f" "e");
	field_is(HEAD "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n\r\n", MMS_SUBJECT,
	    "Gr\xc3\xbc\xc3\x9f" "e");
	field_is(HEAD "Subject:\r\n\r\n", MMS_SUBJECT, "");
	field_is(HEAD "Subject: =?euc-kr?B?vsiz5w==?=\r\n\r\n", MMS_SUBJECT,
	    "\xec\x95\x88\xeb\x85\x95");
}

static void
time_is(const char *text, int64_t want)
{
	struct timespec now = {.tv_sec = 1000}, time;

	if (!mm4_time(span_str(text), &now, &time) || time.tv_sec != want)
		fail_msg("%s: %lld", text, (long long)time.tv_sec);
}

static void
times_are_dates_seconds_or_rfc3339(void **state)
{
	struct timespec time;

	(void)state;
	time_is("86400", 87400);
	time_is("Thu, 09 Jul 2026 09:15:00 GMT", 1783588500);
	time_is("Thu, 09 Jul 2026 11:15:00 +0200 (IST)", 1783588500);
	time_is("Thu Jul  9 09:15:00 2026", 1783588500);
	time_is("2026-07-09T09:15:00Z", 1783588500);
	time_is("2026-07-09T11:15:00.25+02:00", 1783588500);
	assert_false(mm4_time(span_str("soon"), NULL, &time));
	assert_false(mm4_time(span_str("86400"), NULL, &time));
}

static void
a_date_is_written_as_it_is_read(void **state)
{
	struct buf b = {0};

	(void)state;
	mm4_date(&b, (struct timespec){.tv_sec = 1783588500});
	is(buf_span(&b), "Thu, 09 Jul 2026 09:15:00 +0000");
	time_is(buf_cstr(&b), 1783588500);
	buf_free(&b);
}

static void
other_fields_by_the_hundred_do_no_harm(void **state)
{
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_addf(&b, "X-Brightmail-%d: %064d\r\nReceived: from x\r\n", i,
		    i);
	buf_add_str(&b, HEAD "\r\n");
	field_is(buf_cstr(&b), MMS_TRANSACTION_ID, "t1");
	buf_free(&b);
}

static void
a_part_may_end_right_at_its_boundary(void **state)
{
	struct buf b = {0}, out = {0};
	struct mms m;

	(void)state;
	buf_add_str(&b, HEAD "Content-Type: multipart/mixed; boundary=b\r\n"
	    "\r\n--b\r\nContent-Type: image/jpeg\r\n"
	    "Content-Transfer-Encoding: base64\r\n");
	for (int i = 0; i < 1000000 / 76; i++) {
		buf_add_str(&b, "\r\n");
		for (int k = 0; k < 19; k++)
			buf_add_str(&b, "QUJD");
	}
	buf_add_str(&b, "\r\n--b--\r\n");
	assert_true(mm4_read(&m, buf_span(&b)));
	assert_null(m.content_error);
	assert_int_equal(m.n_parts, 1);
	mms_part_octets(&m.part[0], &out);
	assert_int_equal(out.len, 1000000 / 76 * 57);
	buf_free(&b);
	buf_free(&out);
	mms_free(&m);
}

static void
names_of_wap_are_multiparts(void **state)
{
	struct mms m;

	(void)state;
	read_str(&m, HEAD "Content-Type: application/vnd.wap.multipart.related"
	    "; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n"
	    "--b\r\nContent-Type: image/gif\r\n\r\nx\r\n--b--\r\n");
	assert_null(m.content_error);
	assert_int_equal(m.n_parts, 2);
	is(m.part[0].octets, "hi");
	mms_free(&m);
}

static void
text_is(const char *charset, const char *octets, const char *want)
{
	struct mms_part part = {.charset = span_str(charset),
	    .octets = span_str(octets)};
	struct buf b = {0};

	mms_part_text(&part, &b);
	is(buf_span(&b), want);
	buf_free(&b);
}

static void
text_comes_in_any_charset(void **state)
{
	(void)state;
	text_is("", "hi", "hi");
	text_is("", "Gr\xc3\xbc\xc3\x9f" "e", "Gr\xc3\xbc\xc3\x9f" "e");
	text_is("", "Gr\xfc\xdf" "e", "Gr\xc3\xbc\xc3\x9f" "e");
	text_is("EUC-KR", "\xbe\xc8\xb3\xe7", "\xec\x95\x88\xeb\x85\x95");
	text_is("gb2312", "\xc4\xe3", "\xe4\xbd\xa0");
	text_is("utf-16be", "x", "x");
}

static void
a_head_over_its_limit_is_an_error(void **state)
{
	struct buf b = {0};
	struct mms m;

	(void)state;
	buf_add_str(&b, HEAD "X-Long: ");
	memset(buf_reserve(&b, 2 << 20), 'x', 2 << 20);
	b.len += 2 << 20;
	buf_add_str(&b, "\r\n\r\nhi");
	assert_false(mm4_read(&m, buf_span(&b)));
	assert_non_null(m.head_error);
	is(m.field[MMS_TRANSACTION_ID], "t1");
	buf_free(&b);
	mms_free(&m);
}

static void
control_octets_in_a_field_are_an_error(void **state)
{
	static const char mail[] = HEAD "From: a\0b\r\n\r\n";
	struct mms m;

	(void)state;
	assert_false(mm4_read(&m, span_of(mail, sizeof(mail) - 1)));
	assert_non_null(m.head_error);
	mms_free(&m);
}

static void
deep_nesting_is_an_error_and_no_crash(void **state)
{
	for (int deep = 100; deep <= 100000; deep *= 1000) {
		struct buf b = {0};
		struct mms m;

		(void)state;
		buf_add_str(&b, HEAD);
		for (int i = 0; i < deep; i++)
			buf_addf(&b, "Content-Type: multipart/mixed; "
			    "boundary=b%d\r\n\r\n--b%d\r\n", i, i);
		mm4_read(&m, buf_span(&b));
		assert_non_null(m.content_error);
		mms_free(&m);
		buf_free(&b);
	}
}

static void
a_mail_without_a_type_is_no_mm4(void **state)
{
	struct mms m;

	(void)state;
	read_str(&m, "From: a@b.example\r\nSubject: hi\r\n\r\nhello\r\n");
	assert_int_equal(m.kind, MMS_NONE);
	assert_non_null(m.head_error);
	mms_free(&m);
	assert_false(mm4_read(&m, (struct span){0}));
	mms_free(&m);
}

static void
base64_that_is_none_is_told(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{"QUJD", true}, {"QUI=", true}, {"QUJDRA", true},
		{"QUJ\r\nD\r\n", true}, {"QUJDR", false}, {"QU!D", false},
		{"QUI=QUJD", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct mms_part part = {.encoding = MMS_BASE64,
		    .octets = span_str(cases[i].text)};

		if ((mms_part_error(&part) == NULL) != cases[i].good)
			fail_msg("%s", cases[i].text);
	}
}

static void
set(struct mms *m, enum mms_field field, const char *text)
{
	mms_set(m, field, span_str(text));
}

/* A message of ours, with a picture and a text. */
static void
make(struct mms *m)
{
	struct mms_part text = {.type = span_str("text/plain"),
	    .charset = span_str("utf-8"), .id = span_str("txt"),
	    .location = span_str("text.txt"),
	    .octets = span_str("\xec\x95\x88\xeb\x85\x95\n")};
	struct mms_part photo = {.type = span_str("image/jpeg"),
	    .id = span_str("pic"), .octets = span_of("\xff\xd8\0\r\n--x", 8)};
	struct mms_address a = {.type = MMS_PLMN, .local = span_str("+111")};

	*m = (struct mms){.kind = MMS_FORWARD};
	set(m, MMS_FROM, "x");
	m->from = a;
	set(m, MMS_TO, "x");
	for (int i = 0; i < 300; i++)
		mms_list_add(&m->to, &a);
	set(m, MMS_DATE, "Thu, 09 Jul 2026 09:15:00 +0000");
	set(m, MMS_MAIL_ID, "<a@b>");
	set(m, MMS_VERSION, "6.10.0");
	set(m, MMS_TRANSACTION_ID, "t1");
	set(m, MMS_MESSAGE_ID, "m1");
	set(m, MMS_SUBJECT, "\xec\x95\x88\xeb\x85\x95");
	mms_add_part(m, &photo);
	mms_add_part(m, &text);
}

static void
what_is_written_reads_back_the_same(void **state)
{
	struct mm4_style style = {0};
	struct buf b = {0}, octets = {0};
	struct mms m, n;

	(void)state;
	make(&m);
	assert_true(mm4_write(&b, &m, &style));
	assert_true(mm4_read(&n, buf_span(&b)));
	assert_null(n.content_error);
	assert_int_equal(n.to.n, 300);
	is(n.field[MMS_SUBJECT], "\xec\x95\x88\xeb\x85\x95");
	assert_int_equal(n.n_parts, 2);
	mms_part_octets(&n.part[0], &octets);
	assert_int_equal(octets.len, 8);
	assert_memory_equal(octets.p, "\xff\xd8\0\r\n--x", 8);
	buf_clear(&octets);
	assert_true(mms_part_text(&n.part[1], &octets));
	is(buf_span(&octets), "\xec\x95\x88\xeb\x85\x95\n");
	buf_free(&octets);
	buf_free(&b);
	mms_free(&m);
	mms_free(&n);
}

static void
lines_that_are_written_are_ascii_and_short(void **state)
{
	struct mm4_style style = {0};
	struct buf b = {0};
	struct mms m;
	size_t line = 0;

	(void)state;
	make(&m);
	assert_true(mm4_write(&b, &m, &style));
	for (size_t i = 0; i < b.len; i++) {
		assert_true(b.p[i] < 0x7f);
		if (b.p[i] == '\n')
			assert_true(i > 0 && b.p[i - 1] == '\r');
		line = b.p[i] == '\n' ? 0 : line + 1;
		assert_true(line <= 998);
	}
	buf_free(&b);
	mms_free(&m);
}

/* A text that is written plain must not end its own part. */
static void
no_text_is_taken_for_a_boundary(void **state)
{
	static const char *const texts[] = {"--=_mms_part\r\n",
	    ("hi\r\n--=_mms_part--\r\nrest\r\n"), "LS09X21tc19wYXJ0LS0K"};
	struct mm4_style style = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct buf b = {0}, text = {0}, again = {0};
		struct mms m, n;

		make(&m);
		m.part[1].octets = span_str(texts[i]);
		m.part[1].encoding = i == 2 ? MMS_BASE64 : MMS_IDENTITY;
		mms_part_octets(&m.part[1], &text);
		assert_true(mm4_write(&b, &m, &style));
		assert_true(mm4_read(&n, buf_span(&b)));
		assert_int_equal(n.n_parts, 2);
		mms_part_octets(&n.part[1], &again);
		assert_true(span_eq(buf_span(&again), buf_span(&text)));
		buf_free(&b);
		buf_free(&text);
		buf_free(&again);
		mms_free(&m);
		mms_free(&n);
	}
}

static void
a_mandatory_field_that_is_missing_is_named(void **state)
{
	struct mm4_style style = {0};
	struct buf b = {0};
	struct mms m;

	(void)state;
	make(&m);
	m.field[MMS_MESSAGE_ID] = (struct span){0};
	assert_int_equal(mm4_missing(&m), MMS_MESSAGE_ID);
	assert_false(mm4_write(&b, &m, &style));
	assert_int_equal(b.len, 0);
	buf_free(&b);
	mms_free(&m);
}

static void
no_field_can_bring_in_another(void **state)
{
	struct mm4_style style = {0};
	struct buf b = {0};
	struct mms m;

	(void)state;
	make(&m);
	set(&m, MMS_TRANSACTION_ID, "t1\"\r\nBcc: x");
	assert_false(mm4_write(&b, &m, &style));
	assert_int_equal(b.len, 0);
	buf_free(&b);
	mms_free(&m);
}

static void
a_presentation_names_every_part(void **state)
{
	struct buf b = {0};
	struct mms m;

	(void)state;
	make(&m);
	smil_make(&b, &m);
	assert_non_null(strstr(buf_cstr(&b), "<img src=\"cid:pic\""));
	assert_non_null(strstr(buf_cstr(&b), "<text src=\"cid:txt\""));
	buf_free(&b);
	mms_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_types_match_in_any_case),
		cmocka_unit_test(ids_lose_quotes_brackets_and_blanks),
		cmocka_unit_test(a_long_id_survives_reading_and_writing),
		cmocka_unit_test(
		    an_answer_needs_nothing_but_type_and_transaction),
		cmocka_unit_test(a_name_alone_is_an_address),
		cmocka_unit_test(lists_may_end_with_a_comma_and_lack_types),
		cmocka_unit_test(
		    blank_lines_before_the_first_boundary_do_not_matter),
		cmocka_unit_test(content_ids_come_with_and_without_brackets),
		cmocka_unit_test(subjects_may_be_raw_encoded_or_empty),
		cmocka_unit_test(times_are_dates_seconds_or_rfc3339),
		cmocka_unit_test(a_date_is_written_as_it_is_read),
		cmocka_unit_test(other_fields_by_the_hundred_do_no_harm),
		cmocka_unit_test(a_part_may_end_right_at_its_boundary),
		cmocka_unit_test(names_of_wap_are_multiparts),
		cmocka_unit_test(text_comes_in_any_charset),
		cmocka_unit_test(a_head_over_its_limit_is_an_error),
		cmocka_unit_test(control_octets_in_a_field_are_an_error),
		cmocka_unit_test(deep_nesting_is_an_error_and_no_crash),
		cmocka_unit_test(a_mail_without_a_type_is_no_mm4),
		cmocka_unit_test(base64_that_is_none_is_told),
		cmocka_unit_test(what_is_written_reads_back_the_same),
		cmocka_unit_test(lines_that_are_written_are_ascii_and_short),
		cmocka_unit_test(no_text_is_taken_for_a_boundary),
		cmocka_unit_test(a_mandatory_field_that_is_missing_is_named),
		cmocka_unit_test(no_field_can_bring_in_another),
		cmocka_unit_test(a_presentation_names_every_part),
	};
	int failed;

	mms_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mms_end();
	return failed;
}
