/* SPDX-License-Identifier: ISC */
/* Mails for people to look at, without what is nobody's business. */
#include "app/mm4_dump.h"

#include "mms/head.h"
#include "mms/mm4.h"

enum { DIGITS_SHOWN = 3, DIGITS_OF_A_NUMBER = 7 };

void
mm4_mask(struct buf *b, size_t from)
{
	size_t run = 0;

	for (size_t i = from; i <= b->len; i++) {
		if (i < b->len && b->p[i] >= '0' && b->p[i] <= '9') {
			run++;
			continue;
		}
		if (run >= DIGITS_OF_A_NUMBER)
			memset(b->p + i - run, '*', run - DIGITS_SHOWN);
		run = 0;
	}
}

/* Each octet that a terminal would act on stands as a dot. */
static void
add_visible(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\n' || s.p[i] == '\t' || s.p[i] >= ' ')
			buf_add_byte(b, s.p[i] == 0x7f ? '.' : s.p[i]);
		else if (s.p[i] != '\r')
			buf_add_byte(b, '.');
}

static void
add_part(struct buf *b, const struct mms_part *p, size_t number)
{
	buf_addf(b, "part %zu: ", number);
	add_visible(b, p->type);
	if (p->charset.n > 0) {
		buf_add_str(b, " charset=");
		add_visible(b, p->charset);
	}
	if (p->id.n > 0) {
		buf_add_str(b, " id=");
		add_visible(b, p->id);
	}
	if (p->location.n > 0) {
		buf_add_str(b, " location=");
		add_visible(b, p->location);
	}
	buf_addf(b, " %zu octets\n", p->octets.n);
}

void
mm4_dump(struct buf *b, const struct mms *m, struct span octets)
{
	struct head h = head_open(span_of(octets.p, octets.n > MM4_HEAD_MAX ?
	    MM4_HEAD_MAX : octets.n));
	size_t start = b->len;
	struct head_field f;

	while (head_next(&h, &f)) {
		if (head_is(f.name, "Subject"))
			buf_addf(b, "Subject: (%zu octets)\n", f.value.n);
		else
			add_visible(b, f.line);
	}
	buf_add_byte(b, '\n');
	for (size_t i = 0; i < m->n_parts; i++)
		add_part(b, &m->part[i], i + 1);
	if (m->head_error != NULL || m->content_error != NULL)
		buf_addf(b, "error: %s\n", m->head_error ? m->head_error :
		    m->content_error);
	buf_add_byte(b, '\n');
	mm4_mask(b, start);
}
