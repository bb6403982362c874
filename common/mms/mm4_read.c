/* SPDX-License-Identifier: ISC */
/*
 * Reads MM4 (3GPP TS 23.140, 8.4) as peers really write it: names in any case,
 * ids with or without quotes, addresses without a domain, heads without
 * anything that is not needed.
 */
#include <stdlib.h>
#include <strings.h>

#include "base/term.h"
#include "mms/head.h"
#include "mms/mime.h"
#include "mms/mm4_table.h"

/* What a mail says of its content, and what a relay leaves behind. */
static const char *const of_the_mail[] = {
	"Content-Type", "Content-Transfer-Encoding", "MIME-Version",
	"Return-Path", "Delivered-To", "Bcc",
};

static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f)
			return true;
	return false;
}

/* "id", <id>, "<id>" and blanks about it: the id alone. */
static struct span
bare_id(struct span s)
{
	for (;;) {
		s = term_trim(s);
		if (s.n < 2 || !((s.p[0] == '"' && s.p[s.n - 1] == '"') ||
		    (s.p[0] == '<' && s.p[s.n - 1] == '>')))
			return s;
		s = span_of(s.p + 1, s.n - 2);
	}
}

static void
read_list(struct mms_address_list *list, struct span text)
{
	struct mms_address a;

	while (list->n < MMS_ADDRESSES_MAX && mms_address_next(&text, &a))
		mms_list_add(list, &a);
}

/* Fields of lines gather their values; of all others the first one counts. */
static void
set_field(struct mms *m, enum mms_field field, struct span value)
{
	enum mm4_field_kind kind = mm4_rows[field].kind;
	struct mms_address *address = mm4_address_of(m, field);
	struct mms_address_list *list = mm4_list_of(m, field);
	struct buf lines = {0};

	if (kind == MM4_LINES && mms_has(m, field)) {
		buf_add_span(&lines, m->field[field]);
		buf_add_byte(&lines, '\n');
		buf_add_span(&lines, value);
		mms_set(m, field, buf_span(&lines));
		buf_free(&lines);
		return;
	}
	if (mms_has(m, field) && kind != MM4_ADDRESSES)
		return;
	if (has_control(value) && m->head_error == NULL)
		m->head_error = "control octets in a field";
	if (kind == MM4_WORDS) {
		m->field[field] = mime_words(m, value);
		return;
	}
	value = mms_keep(m, kind == MM4_ID ? bare_id(value) : value);
	m->field[field] = value;
	if (address != NULL)
		mms_address_read(address, value);
	if (list != NULL)
		read_list(list, value);
}

static void
read_field(struct mms *m, const struct head_field *f, struct buf *value,
    struct buf *others)
{
	enum mms_field field = mm4_field_of(f->name);

	buf_clear(value);
	head_unfold(value, f->value);
	if (field != MMS_FIELDS) {
		set_field(m, field, buf_span(value));
		return;
	}
	if (head_is(f->name, "Content-Type") && m->content_type.p == NULL)
		m->content_type = mms_keep(m, buf_span(value));
	if (head_is(f->name, "Content-Transfer-Encoding"))
		m->content_encoding = mms_keep(m, buf_span(value));
	for (size_t i = 0; i < sizeof(of_the_mail) / sizeof(*of_the_mail);
	    i++)
		if (head_is(f->name, of_the_mail[i]))
			return;
	m->received += head_is(f->name, "Received");
	if (!has_control(buf_span(value))) {
		buf_add_span(others, f->name);
		buf_add_str(others, ": ");
		buf_add_span(others, buf_span(value));
		buf_add_str(others, "\r\n");
	}
}

/* The type may have been left out by an answer; others need it. */
static const char *
check(const struct mms *m)
{
	if (m->head_error != NULL)
		return m->head_error;
	if (m->kind == MMS_NONE)
		return "no X-Mms-Message-Type";
	if (m->field[MMS_TRANSACTION_ID].n == 0)
		return "no X-Mms-Transaction-ID";
	return NULL;
}

static size_t
read_head(struct mms *m, struct span octets)
{
	size_t n = head_length(octets, MM4_HEAD_MAX);
	struct head h = head_open(span_of(octets.p,
	    n > MM4_HEAD_MAX ? MM4_HEAD_MAX : n));
	struct buf value = {0}, others = {0};
	struct head_field f;

	*m = (struct mms){.kind = MMS_NONE};
	while (head_next(&h, &f))
		read_field(m, &f, &value, &others);
	m->others = mms_keep(m, buf_span(&others));
	buf_free(&value);
	buf_free(&others);
	m->kind = mm4_kind_of(m->field[MMS_MESSAGE_TYPE]);
	if (n > MM4_HEAD_MAX) {
		m->head_error = "a head of more than 256 KiB";
		return octets.n;
	}
	m->body = span_skip(octets, n);
	m->head_error = check(m);
	return n;
}

bool
mm4_read_head(struct mms *m, struct span octets)
{
	read_head(m, octets);
	return m->head_error == NULL;
}

bool
mm4_read(struct mms *m, struct span octets)
{
	size_t n = read_head(m, octets);

	if (n <= MM4_HEAD_MAX)
		mime_read(m, octets, n);
	return m->head_error == NULL;
}
