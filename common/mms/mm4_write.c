/* SPDX-License-Identifier: ISC */
/*
 * Writes MM4 (3GPP TS 23.140, 8.4), field by field out of mm4.def. X-Mms
 * fields are printed here: GMime encodes what has a word of more than 77
 * characters, and ids have that.
 */
#include "mms/head.h"
#include "mms/mime.h"
#include "mms/mm4_table.h"
#include "text/utf8.h"

enum { FOLD_AT = 900 };  /* of the 998 octets that a line may have */

static void
add_address(struct buf *b, const struct mms_address *a,
    const struct mm4_style *style)
{
	struct span none = {0};

	mms_address_write(b, a, !style->address_domain ? none :
	    a->domain.n > 0 ? a->domain : style->domain);
}

/* A list, with folds where it gets long. */
static void
add_list(struct buf *b, const struct mms_address_list *list,
    const struct mm4_style *style)
{
	size_t line = b->len;

	for (size_t i = 0; i < list->n; i++) {
		if (i > 0)
			buf_add_str(b, ", ");
		if (b->len - line > FOLD_AT) {
			buf_add_str(b, "\r\n ");
			line = b->len;
		}
		add_address(b, &list->p[i], style);
	}
}

/* A system address keeps its domain whatever the style. */
static void
add_system(struct buf *b, const struct mms_address *a)
{
	mms_address_write(b, a, a->domain);
}

static void
add_value(struct buf *b, const struct mms *m, enum mms_field field,
    const struct mm4_style *style)
{
	struct mms *writable = (struct mms *)(uintptr_t)m;
	struct mms_address_list *list = mm4_list_of(writable, field);
	struct span value = m->field[field];

	if (list != NULL)
		add_list(b, list, style);
	else if (field == MMS_FROM)
		add_address(b, &m->from, style);
	else if (mm4_address_of(writable, field) != NULL)
		add_system(b, mm4_address_of(writable, field));
	else if (mm4_rows[field].kind == MM4_WORDS)
		mime_encode_words(b, value);
	else if (mm4_rows[field].kind == MM4_YES)
		buf_add_str(b, mms_yes(m, field) ? "Yes" : "No");
	else if (mm4_rows[field].kind == MM4_ID && !style->bare_ids)
		buf_add_byte(b, '"'), buf_add_span(b, value),
		    buf_add_byte(b, '"');
	else
		buf_add_span(b, value);
}

/* A field whose values are lines is there once for each. */
static void
add_field(struct buf *b, const struct mms *m, enum mms_field field,
    const struct mm4_style *style)
{
	struct span rest = m->field[field];

	if (mm4_rows[field].kind != MM4_LINES) {
		buf_addf(b, "%s: ", mm4_rows[field].name);
		add_value(b, m, field, style);
		buf_add_str(b, "\r\n");
		return;
	}
	while (rest.n > 0) {
		const uint8_t *end = memchr(rest.p, '\n', rest.n);
		size_t n = end == NULL ? rest.n : (size_t)(end - rest.p);

		buf_addf(b, "%s: ", mm4_rows[field].name);
		buf_add(b, rest.p, n);
		buf_add_str(b, "\r\n");
		rest = span_skip(rest, n + 1);
	}
}

/* Whether a value can stand in a head, on one line. */
static bool
is_printable(const struct mms *m, enum mms_field field)
{
	struct span s = m->field[field];

	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < ' ' || s.p[i] == 0x7f) && s.p[i] != '\t' &&
		    !(s.p[i] == '\n' && mm4_rows[field].kind == MM4_LINES))
			return false;
	return mm4_rows[field].kind != MM4_ID || s.n == 0 ||
	    memchr(s.p, '"', s.n) == NULL;
}

bool
mm4_write(struct buf *b, const struct mms *m, const struct mm4_style *style)
{
	size_t start = b->len;

	if (m->kind >= MMS_KINDS || mm4_missing(m) != MMS_FIELDS)
		return false;
	for (unsigned i = 0; i < MMS_FIELDS; i++) {
		enum mms_field field = (enum mms_field)i;

		if (field == MMS_MESSAGE_TYPE) {
			buf_addf(b, "%s: %s\r\n", mm4_rows[i].name,
			    mm4_kind_name(m->kind));
			continue;
		}
		if (mm4_rows[i].use[m->kind] == '-' || !mms_has(m, field))
			continue;
		if (!is_printable(m, field)) {
			b->len = start;
			return false;
		}
		add_field(b, m, field, style);
	}
	buf_add_span(b, m->others);
	if (m->content_type.n == 0) {
		mime_write(b, m);
		return true;
	}
	buf_add_str(b, "MIME-Version: 1.0\r\nContent-Type: ");
	buf_add_span(b, m->content_type);
	if (m->content_encoding.n > 0) {
		buf_add_str(b, "\r\nContent-Transfer-Encoding: ");
		buf_add_span(b, m->content_encoding);
	}
	buf_add_str(b, "\r\n\r\n");
	buf_add_span(b, m->body);
	return true;
}
