/* SPDX-License-Identifier: ISC */
/* What is said about a plan: why a text cannot be sent, and what made it cost
 * more. Characters are named by number and, where they can be seen, shown. */
#include "text/compose.h"
#include "text/parts.h"
#include "text/plan.h"
#include "text/utf8.h"

enum { NAMED = 8, PLACES = 4 };

/* A character that an encoding lacks, and where it stands. */
struct lacking {
	uint32_t point;
	size_t n;
	size_t offset[PLACES];
};

static void
print_point(struct buf *out, uint32_t point)
{
	buf_addf(out, "U+%04X", (unsigned)point);
	if (point > 0x20 && point != 0x7f && (point < 0x80 || point > 0xa0)) {
		buf_add_str(out, " '");
		utf8_add(out, point);
		buf_add_str(out, "'");
	}
}

/* Counts one more; the first NAMED characters are kept. */
static size_t
enter(struct lacking *list, size_t n, uint32_t point, size_t offset)
{
	size_t i = 0;

	while (i < n && list[i].point != point)
		i++;
	if (i == NAMED)
		return n;
	if (i == n) {
		list[n++] = (struct lacking){.point = point};
	}
	if (list[i].n < PLACES)
		list[i].offset[list[i].n] = offset;
	list[i].n++;
	return n;
}

/* The characters of the composed text that the coder lacks; *more counts those
 * beyond the list. */
static size_t
find_lacking(struct lacking *list, const struct coder *c, struct span text,
    size_t *more)
{
	const uint8_t *p = text.p, *end = p + text.n, *start;
	uint8_t octets[CHARSET_MAX];
	uint32_t point;
	size_t n = 0, i;

	*more = 0;
	while (p < end) {
		start = p;
		point = utf8_next(&p);
		if (coder_point(c, point, octets) > 0)
			continue;
		n = enter(list, n, point, (size_t)(start - text.p));
		for (i = 0; i < n && list[i].point != point; i++)
			continue;
		*more += i == n;
	}
	return n;
}

static void
print_lacking(struct buf *out, const struct coder *c, struct span text,
    struct span given)
{
	struct lacking list[NAMED];
	size_t more, n = find_lacking(list, c, text, &more), i, k, at;

	for (i = 0; i < n; i++) {
		buf_add_str(out, i ? ", " : " ");
		print_point(out, list[i].point);
		for (k = 0; k < list[i].n && k < PLACES; k++) {
			at = list[i].offset[k];
			if (text.p != given.p)
				at = text_compose_origin(given, at);
			buf_addf(out, "%s%zu", k ? ", " : list[i].n > 1 ?
			    " at octets " : " at octet ", at + 1);
		}
		if (list[i].n > PLACES)
			buf_addf(out, " and %zu more", list[i].n - PLACES);
	}
	if (more > 0)
		buf_addf(out, ", and %zu other characters", more);
}

static struct span
composed(const struct text_plan *p)
{
	return text_is_composed(p->given) ? p->given : buf_span(&p->composed);
}

static void
print_cannot(struct buf *out, const struct text_plan *p,
    const struct coder *c, enum encoding rung)
{
	if (c->encoding == ENCODING_DEFAULT)
		buf_add_str(out, "without --alphabet, data_coding 0");
	else if (rung == ENCODING_DEFAULT)
		buf_addf(out, "the default alphabet (%s)",
		    encoding_row(c->encoding)->name);
	else
		buf_add_str(out, encoding_row(c->encoding)->name);
	buf_add_str(out, " cannot carry");
	print_lacking(out, c, composed(p), p->given);
}

const char *
text_plan_error(struct text_plan *p)
{
	struct charset_error bom;
	struct buf *out = &p->error;

	buf_clear(out);
	switch (p->fault) {
	case TEXT_OK:
		break;
	case TEXT_BAD_UTF8:
		buf_addf(out, "octet %zu of the text is no UTF-8",
		    p->offset + 1);
		break;
	case TEXT_NOT_ENCODABLE:
		if (charset_begins_like_bom(p->coder.encoding, p->given, &bom))
			buf_add_str(out, "the text begins with a byte order "
			    "mark");
		else
			print_cannot(out, p, &p->coder, p->rung);
		break;
	case TEXT_TOO_LONG:
		buf_addf(out, "too_long %zu/%zu %s", p->have, p->limit,
		    p->in_septets ? "septets" : "octets");
		break;
	case TEXT_TOO_MANY_PARTS:
		buf_addf(out, "too_long %zu/%zu parts", p->have, p->limit);
		break;
	case TEXT_NO_CHARSET:
		buf_addf(out, "iconv of this system does not know %s",
		    encoding_row(p->encoding)->name);
		break;
	case TEXT_CONF:
		buf_add_str(out, p->why);
		break;
	}
	return buf_cstr(out);
}

/* What the message would be with other settings, if that is less. */
static void
print_saving(struct buf *out, const struct text_plan *p,
    const struct text_conf *c, const char *what)
{
	struct text_plan other = {0};

	if (text_plan_make(&other, c, p->given) &&
	    (p->n_parts == 0 || other.n_parts < p->n_parts ||
	    (other.n_parts == p->n_parts && other.encoding != p->encoding)))
		buf_addf(out, "%s would send it as %s in %zu part%s, not as "
		    "%s in %zu\n", what, encoding_row(other.encoding)->name,
		    other.n_parts, other.n_parts == 1 ? "" : "s",
		    encoding_row(p->encoding)->name, p->n_parts);
	text_plan_free(&other);
}

void
text_plan_explain(struct buf *out, const struct text_plan *p,
    const struct text_conf *c)
{
	struct text_conf other = *c;
	struct coder coder;
	size_t i;

	if (p->fault != TEXT_OK)
		return;
	for (i = 0; i < p->n_notes; i++) {
		coder = text_coder(c, p->notes[i].encoding);
		print_cannot(out, p, &coder, p->notes[i].encoding);
		if (i + 1 == p->n_notes)
			buf_addf(out, "; it goes as %s",
			    encoding_row(p->encoding)->name);
		buf_add_byte(out, '\n');
	}
	if (p->outside_gsm != 0) {
		print_point(out, p->outside_gsm);
		buf_add_str(out, " is not in GSM 03.38, into which an SMSC "
		    "turns this text\n");
	}
	if (p->n_notes == 0)
		return;
	if (c->alphabet == ENCODING_UNSET) {
		other.alphabet = ENCODING_GSM7;
		print_saving(out, p, &other, "--alphabet gsm7");
		other.alphabet = ENCODING_ASCII;
		print_saving(out, p, &other, "--alphabet ascii");
		other.alphabet = c->alphabet;
	}
	if (!c->translit) {
		other.translit = true;
		print_saving(out, p, &other, "--translit");
	}
}
