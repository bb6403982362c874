/* SPDX-License-Identifier: ISC */
/* One multimedia message: its fields, its parts and the memory behind them. */
#include "mms/mms.h"

#include <gmime/gmime.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "base/term.h"
#include "mms/head.h"

/* What was kept for a message: octets behind one another in pieces, so that
 * none of them moves. */
struct mms_text {
	struct mms_text *next;
	size_t n, cap;
	uint8_t p[];
};

enum { TEXT_PIECE = 4096 };

void
mms_init(void)
{
	g_mime_init();
}

void
mms_end(void)
{
	g_mime_shutdown();
}

void
mms_free(struct mms *m)
{
	while (m->text != NULL) {
		struct mms_text *next = m->text->next;

		free(m->text);
		m->text = next;
	}
	free(m->to.p);
	free(m->cc.p);
	free(m->about.p);
	free(m->part);
	*m = (struct mms){.kind = MMS_NONE};
}

struct span
mms_keep(struct mms *m, struct span s)
{
	struct mms_text *t = m->text;
	uint8_t *p;

	if (t == NULL || t->cap - t->n < s.n) {
		size_t cap = s.n > TEXT_PIECE ? s.n : TEXT_PIECE;

		t = mem_new(sizeof(*t) + cap);
		t->cap = cap;
		t->next = m->text;
		m->text = t;
	}
	p = t->p + t->n;
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	t->n += s.n;
	return span_of(p, s.n);
}

void
mms_set(struct mms *m, enum mms_field field, struct span s)
{
	m->field[field] = mms_keep(m, s);
}

bool
mms_has(const struct mms *m, enum mms_field field)
{
	return m->field[field].p != NULL;
}

bool
mms_yes(const struct mms *m, enum mms_field field)
{
	struct span s = m->field[field];

	return head_is(s, "Yes") || head_is(s, "true") || head_is(s, "1");
}

uint64_t
mms_number(const struct mms *m, enum mms_field field, uint64_t other)
{
	struct span s = m->field[field];
	uint64_t n;

	if (!mms_has(m, field))
		return other;
	if (term_number(s, 0, UINT64_MAX, &n))
		return n;
	while (s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9')
		s = span_skip(s, 1);
	return s.n == 0 && m->field[field].n > 0 ? UINT64_MAX : other;
}

void
mms_add_part(struct mms *m, const struct mms_part *part)
{
	/* room doubles: 1, 2, 4, 8 ... */
	if ((m->n_parts & (m->n_parts - 1)) == 0)
		m->part = mem_resize(m->part, (m->n_parts == 0 ? 1 :
		    2 * m->n_parts) * sizeof(*m->part));
	m->part[m->n_parts++] = *part;
}

void
mms_list_add(struct mms_address_list *list, const struct mms_address *a)
{
	if ((list->n & (list->n - 1)) == 0)
		list->p = mem_resize(list->p, (list->n == 0 ? 1 :
		    2 * list->n) * sizeof(*list->p));
	list->p[list->n++] = *a;
}

/* Content-IDs and such may come as cid:x or <x>. */
static struct span
bare(struct span s)
{
	static const char cid[] = "cid:";

	s = term_trim(s);
	if (s.n >= sizeof(cid) - 1 &&
	    strncasecmp((const char *)s.p, cid, sizeof(cid) - 1) == 0)
		s = span_skip(s, sizeof(cid) - 1);
	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		s = span_of(s.p + 1, s.n - 2);
	return s;
}

const struct mms_part *
mms_part_named(const struct mms *m, struct span name)
{
	name = bare(name);
	for (unsigned by = 0; name.n > 0 && by < 3; by++)
		for (size_t i = 0; i < m->n_parts; i++) {
			const struct mms_part *p = &m->part[i];
			struct span own = by == 0 ? p->id :
			    by == 1 ? p->location : p->name;

			if (own.n > 0 && span_eq(bare(own), name))
				return p;
		}
	return NULL;
}
