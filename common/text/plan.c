/* SPDX-License-Identifier: ISC */
/*
 * The plan of a message: which encoding carries it; parts.c lays it out. Plain
 * ASCII that fits one part, which most texts are, is looked at once and sent as
 * it is; nothing is allocated once the plan's buffers have grown.
 */
#include "text/plan.h"

#include <stdlib.h>

#include "text/compose.h"
#include "text/parts.h"
#include "text/split.h"
#include "text/translit.h"
#include "text/utf8.h"

/* The way of writing that a rung of the ladder stands for here. */
struct coder
text_coder(const struct text_conf *c, enum encoding rung)
{
	struct coder coder = {.encoding = rung};
	unsigned data_coding;

	if (rung == ENCODING_DEFAULT && c->alphabet != ENCODING_UNSET)
		coder.encoding = c->alphabet;
	if (rung == ENCODING_KSC5601 && c->cp949)
		coder.encoding = ENCODING_CP949;
	data_coding = c->data_coding >= 0 ? (unsigned)c->data_coding :
	    rung == ENCODING_DEFAULT ? 0 :
	    encoding_row(coder.encoding)->data_coding;
	coder.septets = encoding_row(coder.encoding)->septets ||
	    (coder.encoding == ENCODING_LATIN1 && data_coding <= 1);
	return coder;
}

/* What the octets just encoded, and the source, come to. */
static struct measure
measure_encoded(struct text_plan *p)
{
	struct charset_error error;
	struct measure m = {0};

	switch (p->coder.encoding) {
	case ENCODING_GSM7_PACKED:
	case ENCODING_ISO2022JP:
		coder_measure(&p->coder, p->source, &m, &error);
		return m;
	case ENCODING_ASCII:
	case ENCODING_LATIN1:
		m.octets = p->octets.len;
		m.septets = m.octets;
		if (p->coder.septets)
			m.septets = gsm7_measure(p->source, &p->outside_gsm);
		return m;
	default:
		m.octets = m.septets = p->octets.len;
		return m;
	}
}

static bool
write_whole(struct text_plan *p, struct span text, struct charset_error *error)
{
	p->source = text;
	return !charset_begins_like_bom(p->coder.encoding, text, error) &&
	    coder_encode(&p->octets, &p->coder, text, 0, error);
}

/* Encodes the text by p->coder, plain characters in the place of those it
 * lacks if that is asked for. */
static bool
encode(struct text_plan *p, const struct text_conf *c, struct span text)
{
	struct charset_error error = {0};

	buf_clear(&p->octets);
	p->outside_gsm = 0;
	if (write_whole(p, text, &error))
		return true;
	if (c->translit) {
		buf_clear(&p->plain);
		if (translit(&p->plain, &p->coder, text, &error) &&
		    write_whole(p, buf_span(&p->plain), &error))
			return true;
	}
	p->point = error.point;
	p->offset = error.offset;
	return false;
}

/* What is said of the text that p->coder carries. */
static void
name_encoding(struct text_plan *p, const struct text_conf *c,
    enum encoding rung)
{
	p->encoding = p->coder.encoding;
	if (p->encoding == ENCODING_DEFAULT)
		p->encoding = ENCODING_ASCII;
	if (p->encoding == ENCODING_GSM7_SHIFT &&
	    p->coder.tables.locking + p->coder.tables.single == 0)
		p->encoding = ENCODING_GSM7;
	p->data_coding = c->data_coding >= 0 ? (uint8_t)c->data_coding :
	    rung == ENCODING_DEFAULT ? 0 :
	    encoding_row(p->encoding)->data_coding;
}

/* Fills in what is sent for a rung that carries the text. */
static bool
settle(struct text_plan *p, const struct text_conf *c, enum encoding rung)
{
	struct measure m = measure_encoded(p);

	name_encoding(p, c, rung);
	return parts_lay_out(p, c, &m);
}

/* Encodes by one rung. */
static bool
carries(struct text_plan *p, const struct text_conf *c, struct span text,
    enum encoding rung)
{
	p->rung = rung;
	p->coder = text_coder(c, rung);
	if (rung == ENCODING_GSM7_SHIFT)
		p->coder.tables = gsm7_choose(text, c->language);
	return encode(p, c, text);
}

static void
note(struct text_plan *p, struct span text, enum encoding rung)
{
	if (text.p != p->given.p)
		p->offset = text_compose_origin(p->given, p->offset);
	if (p->n_notes < TEXT_LADDER_MAX)
		p->notes[p->n_notes++] = (struct text_note){
			rung, p->point, p->offset};
}

/* The link's alphabet is not named, and either of the usual two would do. */
static bool
alphabet_would_help(const struct text_conf *c, struct span text)
{
	uint32_t outside;

	if (c->alphabet != ENCODING_UNSET)
		return false;
	gsm7_measure(text, &outside);
	return outside == 0 || utf8_ascii(text) == text.n;
}

/*
 * Shift tables are taken when they save parts: when the next rung that
 * carries the text needs more of them.
 */
static bool
settle_shift(struct text_plan *p, const struct text_conf *c, struct span text,
    const enum encoding *rungs, size_t n)
{
	bool good = settle(p, c, ENCODING_GSM7_SHIFT);
	size_t parts = good ? p->n_parts : SIZE_MAX, i;

	if (p->coder.tables.locking + p->coder.tables.single == 0)
		return good;
	for (i = 0; i < n; i++) {
		if (!charset_open(rungs[i]) || !carries(p, c, text, rungs[i]))
			continue;
		p->fault = TEXT_OK;
		if (settle(p, c, rungs[i]) && p->n_parts <= parts)
			return true;
		break;
	}
	p->fault = TEXT_OK;
	carries(p, c, text, ENCODING_GSM7_SHIFT);
	return settle(p, c, ENCODING_GSM7_SHIFT);
}

/* The first of the rungs that carries the text whole. */
static bool
climb(struct text_plan *p, const struct text_conf *c, struct span text,
    const enum encoding *rungs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!charset_open(text_coder(c, rungs[i]).encoding)) {
			p->encoding = rungs[i];
			p->fault = TEXT_NO_CHARSET;
			return false;
		}
		if (carries(p, c, text, rungs[i]))
			return rungs[i] == ENCODING_GSM7_SHIFT ?
			    settle_shift(p, c, text, rungs + i + 1, n - i - 1) :
			    settle(p, c, rungs[i]);
		note(p, text, rungs[i]);
		if (rungs[i] == ENCODING_DEFAULT)
			p->alphabet_unset = alphabet_would_help(c, text);
	}
	p->fault = TEXT_NOT_ENCODABLE;
	return false;
}

/* What is asked for: a rung, or the ladder. */
bool
text_plan_choose(struct text_plan *p, const struct text_conf *c,
    struct span text)
{
	static const enum encoding usual[] = {ENCODING_DEFAULT, ENCODING_UCS2};
	enum encoding asked = c->encoding;

	if ((asked == ENCODING_UNSET || asked == ENCODING_AUTO) &&
	    c->data_coding >= 0) {
		asked = dcs_read((uint8_t)c->data_coding).encoding;
		if (asked == ENCODING_BINARY) {
			p->fault = TEXT_CONF;
			p->why = "data_coding is not one of text; name an "
			    "encoding";
			return false;
		}
	}
	if (asked != ENCODING_UNSET && asked != ENCODING_AUTO)
		return climb(p, c, text, &asked, 1);
	if (c->n_ladder == 0)
		return climb(p, c, text, usual, 2);
	return climb(p, c, text, c->ladder, c->n_ladder);
}

void
text_plain_init(struct text_plain *t, const struct text_conf *c)
{
	bool automatic = c->encoding == ENCODING_UNSET ||
	    c->encoding == ENCODING_AUTO;
	struct text_plan p = {0};
	struct split_limit limit;

	t->rung = !automatic ? c->encoding : c->n_ladder > 0 ? c->ladder[0] :
	    ENCODING_DEFAULT;
	t->coder = p.coder = text_coder(c, t->rung);
	name_encoding(&p, c, t->rung);
	t->encoding = p.encoding;
	t->data_coding = p.data_coding;
	limit = split_limit(&t->coder, c->part_octets, 0);
	t->room = limit.octets < limit.septets ? limit.octets : limit.septets;
	if (c->data_coding >= 0 || c->ports || c->elements.n > 0 ||
	    (t->coder.encoding != ENCODING_DEFAULT &&
	    t->coder.encoding != ENCODING_ASCII &&
	    t->coder.encoding != ENCODING_GSM7 &&
	    t->coder.encoding != ENCODING_LATIN1))
		t->room = 0;
}

static void
start(struct text_plan *p, struct span text)
{
	p->fault = TEXT_OK;
	p->n_parts = p->n_notes = 0;
	p->units = 0;
	p->udhi = p->alphabet_unset = false;
	p->split = SPLIT_NONE;
	p->reference = 0;
	p->outside_gsm = 0;
	p->given = text;
}

bool
text_plan_plain(struct text_plan *p, const struct text_plain *t,
    struct span text)
{
	if (text.n > t->room || text.n == 0 || !gsm7_is_same(text))
		return false;
	start(p, text);
	p->rung = t->rung;
	p->coder = t->coder;
	p->encoding = t->encoding;
	p->data_coding = t->data_coding;
	parts_take(p, text);
	return true;
}

bool
text_plan_make(struct text_plan *p, const struct text_conf *c,
    struct span text)
{
	struct text_plain plain;

	text_plain_init(&plain, c);
	if (text_plan_plain(p, &plain, text))
		return true;
	start(p, text);
	if (c->encoding == ENCODING_BINARY || utf8_ascii(text) == text.n)
		return text_plan_choose(p, c, text);
	p->offset = utf8_check(text);
	if (p->offset < text.n) {
		p->fault = TEXT_BAD_UTF8;
		return false;
	}
	if (!text_is_composed(text)) {
		buf_clear(&p->composed);
		text_compose(&p->composed, text);
		if (!span_eq(buf_span(&p->composed), text))
			text = buf_span(&p->composed);
	}
	return text_plan_choose(p, c, text);
}

void
text_plan_set_reference(struct text_plan *p, uint16_t reference)
{
	size_t i, at;

	if (p->n_parts < 2)
		return;
	if (p->split != SPLIT_UDH16)
		reference &= 0xff;
	p->reference = reference;
	if (p->split != SPLIT_UDH8 && p->split != SPLIT_UDH16)
		return;
	/* the concatenation element comes first in the header: behind UDHL,
	 * element and length */
	for (i = 0; i < p->n_parts; i++) {
		at = (size_t)(p->parts[i].octets.p - p->octets.p) + 3;
		if (p->split == SPLIT_UDH16)
			p->octets.p[at++] = (uint8_t)(reference >> 8);
		p->octets.p[at] = (uint8_t)reference;
	}
}

void
text_plan_free(struct text_plan *p)
{
	free(p->parts);
	buf_free(&p->octets);
	buf_free(&p->composed);
	buf_free(&p->plain);
	buf_free(&p->error);
	*p = (struct text_plan){0};
}
