/* SPDX-License-Identifier: ISC */
/* Headers of sheets; see header.h. */
#include <stdlib.h>

#include <unicase.h>

#include "base/mem.h"
#include "file/header.h"
#include "text/compose.h"
#include "text/utf8.h"

enum {
	NAMES_MOST = 1024,   /* columns that are looked at by name */
	LISTED = 20,
};

/* Folded as names are: no case, no blanks, dashes, underscores. */
static const struct {
	enum header_role role;
	const char *name;
} known[] = {
	{HEADER_TO, "phone"}, {HEADER_TO, "phonenumber"}, {HEADER_TO, "phoneno"},
	{HEADER_TO, "phoneno."}, {HEADER_TO, "phone#"}, {HEADER_TO, "telephone"},
	{HEADER_TO, "telephonenumber"}, {HEADER_TO, "tel"}, {HEADER_TO, "telno"},
	{HEADER_TO, "tel."}, {HEADER_TO, "mobile"}, {HEADER_TO, "mobilenumber"},
	{HEADER_TO, "mobileno"}, {HEADER_TO, "mobilephone"},
	{HEADER_TO, "mobilephonenumber"}, {HEADER_TO, "cell"},
	{HEADER_TO, "cellphone"}, {HEADER_TO, "cellphonenumber"},
	{HEADER_TO, "cellnumber"}, {HEADER_TO, "handphone"},
	{HEADER_TO, "msisdn"}, {HEADER_TO, "to"}, {HEADER_TO, "recipient"},
	{HEADER_TO, "destination"}, {HEADER_TO, "contactnumber"},
	{HEADER_TO, "전화"}, {HEADER_TO, "전화번호"}, {HEADER_TO, "휴대폰"},
	{HEADER_TO, "휴대폰번호"}, {HEADER_TO, "휴대전화"},
	{HEADER_TO, "휴대전화번호"}, {HEADER_TO, "핸드폰"},
	{HEADER_TO, "핸드폰번호"}, {HEADER_TO, "연락처"}, {HEADER_TO, "수신번호"},
	{HEADER_TO, "수신자번호"}, {HEADER_TO, "수신자"}, {HEADER_TO, "받는번호"},
	{HEADER_TO, "받는사람"}, {HEADER_TO, "모바일"},
	{HEADER_TEXT, "message"}, {HEADER_TEXT, "messagetext"},
	{HEADER_TEXT, "msg"}, {HEADER_TEXT, "text"}, {HEADER_TEXT, "sms"},
	{HEADER_TEXT, "smstext"}, {HEADER_TEXT, "content"}, {HEADER_TEXT, "body"},
	{HEADER_TEXT, "메시지"}, {HEADER_TEXT, "메세지"}, {HEADER_TEXT, "내용"},
	{HEADER_TEXT, "문자"}, {HEADER_TEXT, "문자내용"},
	{HEADER_TEXT, "메시지내용"}, {HEADER_TEXT, "본문"},
	{HEADER_FROM, "from"}, {HEADER_FROM, "sender"}, {HEADER_FROM, "senderid"},
	{HEADER_FROM, "callerid"}, {HEADER_FROM, "callback"},
	{HEADER_FROM, "callbacknumber"}, {HEADER_FROM, "originator"},
	{HEADER_FROM, "source"}, {HEADER_FROM, "발신번호"},
	{HEADER_FROM, "발신자"}, {HEADER_FROM, "발신자번호"},
	{HEADER_FROM, "회신번호"}, {HEADER_FROM, "보내는번호"},
	{HEADER_FROM, "보내는사람"},
};

static bool
is_passed_over(uint32_t c)
{
	return c <= ' ' || c == '-' || c == '_' || c == 0xa0 || c == 0x3000 ||
	    (c >= 0x2000 && c <= 0x2015) || c == 0xfeff;
}

/* The form in which names are compared. */
static void
fold(struct buf *out, struct span name)
{
	struct buf composed = {0};
	const uint8_t *p, *end;
	uint8_t *lower;
	size_t n = 0;
	uint32_t c;

	text_compose(&composed, name);
	lower = u8_casefold(composed.p, composed.len, NULL, UNINORM_NFC, NULL,
	    &n);
	p = lower ? lower : composed.p;
	end = p + (lower ? n : composed.len);
	while (p < end) {
		c = utf8_next(&p);
		if (!is_passed_over(c))
			utf8_add(out, c);
	}
	free(lower);
	buf_free(&composed);
}

void
header_free(struct header *h)
{
	for (size_t i = 0; i < h->n; i++) {
		buf_free(&h->name[i].name);
		buf_free(&h->name[i].folded);
		buf_free(&h->name[i].above);
	}
	free(h->name);
	*h = (struct header){0};
}

static struct header_name *
name_at(struct header *h, uint32_t column)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->name[i].column == column)
			return &h->name[i];
	if (h->n >= NAMES_MOST)
		return NULL;
	h->name = mem_resize(h->name, (h->n + 1) * sizeof(*h->name));
	h->name[h->n] = (struct header_name){.column = column};
	return &h->name[h->n++];
}

void
header_take(struct header *h, const struct sheet_row *row)
{
	struct header_name *name;

	h->row = row->number;
	for (size_t i = 0; i < row->n; i++) {
		name = name_at(h, row->cell[i].column);
		if (name == NULL)
			return;
		buf_clear(&name->name);
		buf_clear(&name->folded);
		buf_add_span(&name->name, row->cell[i].text);
		fold(&name->folded, row->cell[i].text);
	}
}

static bool
has_role(struct span folded, enum header_role role)
{
	for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
		if (known[k].role == role && span_is(folded, known[k].name))
			return true;
	return false;
}

/* Words have no digits, or they would be data. */
static bool
is_words(const struct cell *cell)
{
	if (cell->type != CELL_TEXT || cell->formula)
		return false;
	for (size_t i = 0; i < cell->text.n; i++)
		if (cell->text.p[i] >= '0' && cell->text.p[i] <= '9')
			return false;
	return true;
}

bool
header_goes_on(const struct header *h, const struct sheet_row *row)
{
	struct buf folded = {0};
	bool names = false, has_name;

	if (h->row == 0 || row->number != h->row + 1 || row->hidden)
		return false;
	for (size_t i = 0; i < row->n; i++) {
		if (!is_words(&row->cell[i])) {
			names = false;
			break;
		}
		has_name = false;
		for (size_t k = 0; k < h->n; k++)
			has_name |= h->name[k].column == row->cell[i].column &&
			    h->name[k].name.len > 0;
		buf_clear(&folded);
		fold(&folded, row->cell[i].text);
		names |= !has_name || has_role(buf_span(&folded), HEADER_TO);
	}
	buf_free(&folded);
	return names;
}

void
header_go_on(struct header *h, const struct sheet_row *row)
{
	struct header_name *name;

	for (size_t i = 0; i < row->n; i++) {
		name = name_at(h, row->cell[i].column);
		if (name == NULL)
			break;
		buf_clear(&name->above);
		buf_add_span(&name->above, buf_span(&name->folded));
	}
	header_take(h, row);
	h->two_rows = true;
}

static enum header_find
found(unsigned n)
{
	return n == 0 ? HEADER_NONE : n == 1 ? HEADER_FOUND : HEADER_TWICE;
}

/* Counts the columns whose name is one, or has a role; the first is *column. */
static unsigned
count(const struct header *h, const struct span *name, enum header_role role,
    bool above, uint32_t *column)
{
	unsigned n = 0;
	struct span folded;

	for (size_t i = 0; i < h->n; i++) {
		folded = buf_span(above ? &h->name[i].above :
		    &h->name[i].folded);
		if (h->name[i].hidden || folded.n == 0 || !(name ?
		    span_eq(folded, *name) : has_role(folded, role)))
			continue;
		if (n++ == 0)
			*column = h->name[i].column;
	}
	return n;
}

enum header_find
header_column(const struct header *h, struct span name, uint32_t *column)
{
	struct buf folded = {0};
	struct span wanted;
	unsigned n;

	fold(&folded, name);
	wanted = buf_span(&folded);
	n = count(h, &wanted, HEADER_TO, false, column);
	if (n == 0)
		n = count(h, &wanted, HEADER_TO, true, column);
	buf_free(&folded);
	return found(n);
}

enum header_find
header_role_column(const struct header *h, enum header_role role,
    uint32_t *column)
{
	unsigned n = count(h, NULL, role, false, column);

	if (n == 0)
		n = count(h, NULL, role, true, column);
	return found(n);
}

bool
header_place(struct span s, uint32_t *column)
{
	uint32_t n = 0, row;

	if (s.n == 0 || s.n > 5)
		return false;
	if (s.p[0] < '0' || s.p[0] > '9')
		return cell_read_name(s, column, &row) && row == 0 && s.n <= 3;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		n = n * 10 + (uint32_t)(s.p[i] - '0');
	}
	*column = n - 1;
	return n >= 1 && n <= SHEET_COLUMNS_MAX;
}

void
header_list(struct buf *out, const struct header *h)
{
	size_t listed = 0;

	for (size_t i = 0; i < h->n && listed < LISTED; i++) {
		if (h->name[i].hidden || h->name[i].name.len == 0)
			continue;
		buf_add_str(out, listed++ > 0 ? ", " : "");
		cell_name(out, h->name[i].column, 0);
		buf_add_str(out, " \"");
		buf_add_span(out, buf_span(&h->name[i].name));
		buf_add_byte(out, '"');
	}
	if (h->n > LISTED)
		buf_add_str(out, " ...");
}
