/* SPDX-License-Identifier: ISC */
/* Mails of MM4 as records, and names for their parts. */
#include "app/mm4_record.h"

#include <strings.h>

#include "mms/mm4.h"
#include "sys/clock.h"
#include "text/utf8.h"

enum { NAME_LONGEST = 100, TEXT_LONGEST = 64 << 10 };

void
mm4_record_address(struct buf *b, const struct mms_address *a)
{
	struct span none = {0};

	if (a->type == MMS_PLMN)
		buf_add_span(b, a->local);
	else
		mms_address_write(b, a, a->type == MMS_EMAIL ? a->domain :
		    none);
}

static struct span
keep(struct mms *m, struct buf *b)
{
	struct span s = mms_keep(m, buf_span(b));

	buf_free(b);
	return s;
}

struct span
mm4_record_list(struct mms *m, const struct mms_address_list *list)
{
	struct buf b = {0};

	for (size_t i = 0; i < list->n; i++) {
		if (i > 0)
			buf_add_byte(&b, ',');
		mm4_record_address(&b, &list->p[i]);
	}
	return keep(m, &b);
}

struct span
mm4_record_time(struct mms *m, struct timespec time)
{
	char text[CLOCK_TEXT + 1];

	clock_text(text, time);
	return mms_keep(m, span_of(text, CLOCK_TEXT));
}

/* A dot and letters for a media type. */
static const char *
suffix_of(struct span type)
{
	static const struct {
		const char *type, *suffix;
	} suffixes[] = {
		{"application/smil", ".smil"}, {"text/plain", ".txt"},
		{"image/jpeg", ".jpg"}, {"image/gif", ".gif"},
		{"image/png", ".png"}, {"audio/amr", ".amr"},
		{"audio/mp4", ".m4a"}, {"audio/mpeg", ".mp3"},
		{"video/mp4", ".mp4"}, {"video/3gpp", ".3gp"},
		{"text/x-vcard", ".vcf"}, {"text/vcard", ".vcf"},
	};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (span_is(type, suffixes[i].type))
			return suffixes[i].suffix;
	return ".bin";
}

/* What is behind the last / or \. */
static struct span
without_folders(struct span s)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '/' || s.p[i - 1] == '\\')
			return span_skip(s, i);
	return s;
}

/* A name is of letters, digits, . _ - and whatever is not ASCII. */
static void
add_safe(struct buf *b, struct span s)
{
	size_t start = b->len;

	s = without_folders(s);
	while (s.n > 0 && (s.p[0] == '.' || s.p[0] == '-' || s.p[0] == ' '))
		s = span_skip(s, 1);
	while (s.n > 0) {
		uint32_t point;
		size_t n = utf8_decode(s, &point);

		if (b->len - start + (n > 0 ? n : 1) > NAME_LONGEST)
			return;
		if (n > 1 && point >= 0xa0)
			buf_add(b, s.p, n);
		else if (n == 1 && ((point >= '0' && point <= '9') ||
		    ((point | 0x20) >= 'a' && (point | 0x20) <= 'z') ||
		    point == '.' || point == '_' || point == '-'))
			buf_add_byte(b, (uint8_t)point);
		else
			buf_add_byte(b, '_');
		s = span_skip(s, n > 0 ? n : 1);
	}
}

void
mm4_part_name(struct buf *b, const struct mms *m, size_t i)
{
	const struct mms_part *part = &m->part[i];
	size_t start = b->len;

	add_safe(b, part->name);
	if (b->len == start)
		add_safe(b, part->location);
	if (b->len == start)
		add_safe(b, part->id);
	if (b->len == start)
		buf_addf(b, "part-%zu", i + 1);
	else if (memchr(b->p + start, '.', b->len - start) != NULL)
		return;
	buf_add_str(b, suffix_of(part->type));
}

/* The text of the first text part that is no presentation. */
static void
add_text(struct mms *m, struct value *cell)
{
	struct buf b = {0};

	for (size_t i = 0; i < m->n_parts; i++) {
		const struct mms_part *p = &m->part[i];

		if (!span_is(p->type, "text/plain") || p->octets.n == 0 ||
		    p->octets.n > TEXT_LONGEST)
			continue;
		mms_part_text(p, &b);
		if (b.len > 0 && b.p[b.len - 1] == '\n')
			b.len--;
		if (b.len > 0 && b.p[b.len - 1] == '\r')
			b.len--;
		*cell = value_text(keep(m, &b));
		return;
	}
}

static void
add_names(struct mms *m, struct value *cell)
{
	struct buf b = {0};

	for (size_t i = 0; i < m->n_parts; i++) {
		if (i > 0)
			buf_add_byte(&b, ',');
		mm4_part_name(&b, m, i);
	}
	*cell = value_text(keep(m, &b));
}

static void
add_time(struct mms *m, struct value *cell, enum mms_field field)
{
	struct timespec time, base;
	bool has_base = mm4_time(m->field[MMS_DATE], NULL, &base);

	if (mm4_time(m->field[field], has_base ? &base : NULL, &time))
		*cell = value_text(mm4_record_time(m, time));
	else if (mms_has(m, field) && field != MMS_DATE)
		*cell = value_text(m->field[field]);
}

static void
add_yes(const struct mms *m, struct value *cell, enum mms_field field)
{
	if (mms_has(m, field))
		*cell = value_text(span_str(mms_yes(m, field) ? "yes" :
		    "no"));
}

static void
add_span(struct value *cell, struct span s)
{
	if (s.p != NULL)
		*cell = value_text(s);
}

/* What an answer or report says. */
static struct span
status_of(const struct mms *m)
{
	switch (m->kind) {
	case MMS_DELIVERY: return m->field[MMS_MM_STATUS_CODE];
	case MMS_READ: return m->field[MMS_READ_STATUS];
	default: return m->field[MMS_REQUEST_STATUS_CODE];
	}
}

void
mm4_record(struct mms *m, struct value row[MM4_COLUMNS])
{
	static const struct {
		enum mm4_column column;
		enum mms_field field;
	} texts[] = {
		{MM4_transaction_id, MMS_TRANSACTION_ID},
		{MM4_message_id, MMS_MESSAGE_ID}, {MM4_subject, MMS_SUBJECT},
		{MM4_status_text, MMS_STATUS_TEXT},
	};
	const char *name = mm4_kind_name(m->kind);
	const char *error = m->head_error ? m->head_error : m->content_error;
	struct buf b = {0};

	for (size_t i = 0; i < MM4_COLUMNS; i++)
		row[i] = (struct value){0};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		add_span(&row[texts[i].column], m->field[texts[i].field]);
	add_span(&row[MM4_type], name != NULL ? span_str(name) :
	    m->field[MMS_MESSAGE_TYPE]);
	add_span(&row[MM4_status], status_of(m));
	add_time(m, &row[MM4_time], MMS_DATE);
	add_time(m, &row[MM4_expiry], MMS_EXPIRY);
	if (m->from.type != MMS_ADDRESS_NONE) {
		mm4_record_address(&b, &m->from);
		row[MM4_from] = value_text(keep(m, &b));
	}
	if (m->to.n > 0)
		row[MM4_to] = value_text(mm4_record_list(m, &m->to));
	if (m->cc.n > 0)
		row[MM4_cc] = value_text(mm4_record_list(m, &m->cc));
	if (m->kind == MMS_FORWARD || m->n_parts > 1)
		row[MM4_parts] = value_num(m->n_parts);
	if (m->n_parts > 0)
		add_names(m, &row[MM4_names]);
	add_text(m, &row[MM4_text]);
	add_span(&row[MM4_forward_counter], m->field[MMS_FORWARD_COUNTER]);
	add_yes(m, &row[MM4_delivery_report], MMS_DELIVERY_REPORT);
	add_yes(m, &row[MM4_read_reply], MMS_READ_REPLY);
	if (error != NULL)
		row[MM4_error] = value_text(span_str(error));
}
