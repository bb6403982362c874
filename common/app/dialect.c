/* SPDX-License-Identifier: ISC */
/*
 * Texts of receipts from templates (3.4, appendix B, and what is met instead of
 * it). A template is read into parts once; a part is as it is, or a field in
 * one of its forms.
 */
#include "app/dialect.h"

#include "base/term.h"
#include "smpp/dlr.h"
#include "smpp/smpptime.h"

enum field {
	FIELD_LITERAL, FIELD_ID, FIELD_SUB, FIELD_DLVRD, FIELD_SUBMIT,
	FIELD_DONE, FIELD_STAT, FIELD_STATE, FIELD_ERR, FIELD_TEXT, FIELD_FROM,
	FIELD_TO
};

/* Forms beside the usual one, 0. */
enum { DATE_10, DATE_12, DATE_14, DATE_SMPP, DATE_ISO };
enum { STAT_SHORT, STAT_FULL, STAT_MBLOX };

enum { TEXT_USUAL = 20, DIGITS_MOST = 9, COUNT_DIGITS = 3 };

static const struct {
	const char *name, *text, *doc;
	unsigned how;
} dialects[] = {
#define DIALECT(name, text, how, doc) {name, text, doc, how},
#include "app/dialect.def"
};

static const struct {
	const char *name;
	uint8_t field;
} fields[] = {
	{"id", FIELD_ID}, {"sub", FIELD_SUB}, {"dlvrd", FIELD_DLVRD},
	{"submit", FIELD_SUBMIT}, {"done", FIELD_DONE}, {"stat", FIELD_STAT},
	{"state", FIELD_STATE}, {"err", FIELD_ERR}, {"text", FIELD_TEXT},
	{"from", FIELD_FROM}, {"to", FIELD_TO},
};

/* Reading */

static bool
complain(struct buf *error, struct span word, const char *what)
{
	buf_add_byte(error, '"');
	buf_add_span(error, word);
	buf_addf(error, "\": %s", what);
	return false;
}

/* The form of a word in a list that ends with NULL, from first on. */
static bool
form_of(struct span word, const char *const names[], uint8_t first,
    uint8_t *form)
{
	for (uint8_t i = 0; names[i] != NULL; i++)
		if (span_is(word, names[i])) {
			*form = (uint8_t)(first + i);
			return true;
		}
	return false;
}

static bool
read_form(struct dialect_part *part, struct span word)
{
	static const char *const dates[] = {"10", "12", "14", "smpp", "iso",
	    NULL};
	static const char *const stats[] = {"full", "mblox", NULL};
	enum id_form id;
	uint64_t n;

	switch (part->field) {
	case FIELD_ID:
		if (!id_form_by_name(word, &id))
			return false;
		part->form = (uint8_t)(id + 1);
		return true;
	case FIELD_SUBMIT:
	case FIELD_DONE:
		return form_of(word, dates, DATE_10, &part->form);
	case FIELD_STAT:
		return form_of(word, stats, STAT_FULL, &part->form);
	case FIELD_SUB:
	case FIELD_DLVRD:
	case FIELD_STATE:
	case FIELD_ERR:
		if (!term_number(word, 1, DIGITS_MOST, &n))
			return false;
		part->n = (uint8_t)n;
		return true;
	case FIELD_TEXT:
		if (!term_number(word, 1, DIALECT_TEXT, &n))
			return false;
		part->n = (uint8_t)n;
		return true;
	default:
		return false;
	}
}

static bool
read_field(struct dialect *d, struct span word, struct buf *error)
{
	struct dialect_part part = {.field = FIELD_LITERAL};
	bool has_form;
	struct span form = word, name = term_cut(&form, ':', &has_form);

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (span_is(name, fields[i].name))
			part.field = fields[i].field;
	if (part.field == FIELD_LITERAL) {
		complain(error, word, "no field, expected one of");
		for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
			buf_addf(error, " {%s}", fields[i].name);
		return false;
	}
	if (part.field == FIELD_SUB || part.field == FIELD_DLVRD)
		part.n = COUNT_DIGITS;
	if (part.field == FIELD_TEXT)
		part.n = TEXT_USUAL;
	if (has_form && !read_form(&part, form))
		return complain(error, word, "no form of this field");
	if (part.field == FIELD_TEXT && part.n > d->text)
		d->text = part.n;
	d->part[d->n++] = part;
	return true;
}

static bool
read_template(struct dialect *d, struct span text, struct buf *error)
{
	bool opens, closes;

	if (text.n > DIALECT_MOST / 2)
		return complain(error, span_of(text.p, 20), "longer than a "
		    "template may be");
	while (text.n > 0) {
		struct span literal = term_cut(&text, '{', &opens), field;

		if (d->n + 2 > DIALECT_PARTS)
			return complain(error, text, "more parts than a "
			    "template may have");
		if (literal.n > 0)
			d->part[d->n++] = (struct dialect_part){
			    .field = FIELD_LITERAL, .literal = literal};
		if (!opens)
			break;
		field = term_cut(&text, '}', &closes);
		if (!closes)
			return complain(error, field, "no } behind it");
		if (!read_field(d, field, error))
			return false;
	}
	return true;
}

bool
dialect_read(struct dialect *d, struct span text, struct buf *error)
{
	*d = (struct dialect){0};
	for (size_t i = 0; i < sizeof(dialects) / sizeof(*dialects); i++) {
		if (!span_is(text, dialects[i].name))
			continue;
		d->how = dialects[i].how;
		return read_template(d, span_str(dialects[i].text), error);
	}
	if (text.n > 0 && memchr(text.p, '{', text.n) != NULL)
		return read_template(d, text, error);
	complain(error, text, "no dialect; a template has fields as {id}, or "
	    "expected one of");
	for (size_t i = 0; i < sizeof(dialects) / sizeof(*dialects); i++)
		buf_addf(error, " %s", dialects[i].name);
	return false;
}

void
dialects_list(struct buf *out)
{
	for (size_t i = 0; i < sizeof(dialects) / sizeof(*dialects); i++)
		buf_addf(out, "dialect\t%s\t%s\n", dialects[i].name,
		    dialects[i].doc);
}

/* Writing */

/* The last n digits of a number, with zeros in front. */
static void
put_digits(struct wr *w, uint64_t value, uint8_t n)
{
	uint8_t digits[DIGITS_MOST];

	for (uint8_t i = n; i > 0; i--) {
		digits[i - 1] = (uint8_t)('0' + value % 10);
		value /= 10;
	}
	wr_bytes(w, span_of(digits, n));
}

static void
put_date(struct wr *w, int64_t ms, struct span usual, uint8_t form)
{
	struct smpptime t;
	char text[SMPPTIME_TEXT + 1];

	if (form == DATE_10) {
		wr_bytes(w, usual);
		return;
	}
	t = smpptime_at(ms, 0);
	if (form == DATE_SMPP) {
		if (smpptime_write(text, &t))
			wr_bytes(w, span_of(text, SMPPTIME_TEXT));
		return;
	}
	put_digits(w, (uint64_t)t.year, form == DATE_12 ? 2 : 4);
	for (int i = 0; i < 5; i++) {
		const unsigned part[] = {t.month, t.day, t.hour, t.minute,
		    t.second};

		if (form == DATE_ISO)
			wr_u8(w, (uint8_t)"-- ::"[i]);
		put_digits(w, part[i], 2);
	}
}

/* The same state in other words. */
static struct span
stat_word(const struct outcome *o, uint8_t form)
{
	static const char *const full[] = {"SCHEDULED", "ENROUTE",
	    "DELIVERED", "EXPIRED", "DELETED", "UNDELIVERABLE", "ACCEPTED",
	    "UNKNOWN", "REJECTED", "SKIPPED"};
	enum { STATE_ENROUTE = 1, STATE_ACCEPTED = 6 };

	if (form == STAT_FULL && o->message_state < 10)
		return span_str(full[o->message_state]);
	if (form == STAT_MBLOX && o->failed)
		return span_str("FAILED");
	if (form == STAT_MBLOX && o->message_state == STATE_ENROUTE)
		return span_str("BUFFRED");
	if (form == STAT_MBLOX && o->message_state == STATE_ACCEPTED)
		return span_str("ACKED");
	return span_of(o->stat, o->stat_len);
}

static void
put_id(struct wr *w, const struct dialect_values *v, uint8_t form)
{
	char text[ID_FORM_MAX];

	wr_bytes(w, id_form_write(form > 0 ? (enum id_form)(form - 1) : v->id,
	    v->number, text));
}

static void
put_field(struct wr *w, const struct dialect_part *part,
    const struct dialect_values *v)
{
	struct span text = v->text;

	switch ((enum field)part->field) {
	case FIELD_LITERAL:
		wr_bytes(w, part->literal);
		break;
	case FIELD_ID:
		put_id(w, v, part->form);
		break;
	case FIELD_SUB:
		put_digits(w, 1, part->n);
		break;
	case FIELD_DLVRD:
		put_digits(w, v->outcome->delivered, part->n);
		break;
	case FIELD_SUBMIT:
		put_date(w, v->submit_ms, v->submit, part->form);
		break;
	case FIELD_DONE:
		put_date(w, v->done_ms, v->done, part->form);
		break;
	case FIELD_STAT:
		wr_bytes(w, stat_word(v->outcome, part->form));
		break;
	case FIELD_STATE:
		put_digits(w, v->outcome->message_state,
		    part->n > 0 ? part->n : 1);
		break;
	case FIELD_ERR:
		if (part->n > 0)
			put_digits(w, v->outcome->code, part->n);
		else
			wr_bytes(w, v->err);
		break;
	case FIELD_TEXT:
		if (text.n > part->n)
			text.n = part->n;
		wr_bytes(w, text);
		break;
	case FIELD_FROM:
		wr_bytes(w, v->from);
		break;
	case FIELD_TO:
		wr_bytes(w, v->to);
		break;
	}
}

void
dialect_write(struct wr *w, const struct dialect *d,
    const struct dialect_values *v)
{
	for (size_t i = 0; i < d->n; i++)
		put_field(w, &d->part[i], v);
}
