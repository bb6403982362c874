/* SPDX-License-Identifier: ISC */
/* Templates; see template.h. */
#include <stdlib.h>

#include "base/mem.h"
#include "file/template.h"

static struct span
trimmed(struct span s)
{
	while (s.n > 0 && s.p[0] == ' ')
		s = span_skip(s, 1);
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

/* The column within braces, from behind the first of them. */
static bool
read_column(struct template_piece *piece, struct span inside, size_t at,
    struct buf *error)
{
	const uint8_t *bar = inside.n ? memchr(inside.p, '|', inside.n) : NULL;

	piece->has_fallback = bar != NULL;
	if (bar != NULL) {
		piece->fallback = span_skip(inside,
		    (size_t)(bar - inside.p) + 1);
		inside.n = (size_t)(bar - inside.p);
	}
	piece->column = trimmed(inside);
	if (piece->column.n > 0)
		return true;
	buf_addf(error, "template, octet %zu: no name of a column between the "
	    "braces ({{ is a brace itself)", at);
	return false;
}

static struct template_piece *
add(struct template *t)
{
	t->piece = mem_resize(t->piece, (t->n + 1) * sizeof(*t->piece));
	t->piece[t->n] = (struct template_piece){0};
	return &t->piece[t->n++];
}

bool
template_read(struct template *t, struct span text, struct buf *error)
{
	struct template_piece *piece;
	const uint8_t *close;
	size_t begin = 0;

	*t = (struct template){0};
	/* never longer than the text, so that it does not move */
	buf_reserve(&t->literals, text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '{') {
			buf_add_byte(&t->literals, text.p[i]);
			continue;
		}
		if (i + 1 < text.n && text.p[i + 1] == '{') {
			buf_add_byte(&t->literals, text.p[++i]);
			continue;
		}
		close = memchr(text.p + i, '}', text.n - i);
		if (close == NULL) {
			buf_addf(error, "template, octet %zu: a brace that "
			    "opens is not closed ({{ is a brace itself)",
			    i + 1);
			return false;
		}
		piece = add(t);
		piece->literal = span_of(t->literals.p + begin,
		    t->literals.len - begin);
		begin = t->literals.len;
		if (!read_column(piece, span_of(text.p + i + 1,
		    (size_t)(close - text.p) - i - 1), i + 1, error))
			return false;
		i = (size_t)(close - text.p);
	}
	add(t)->literal = span_of(t->literals.p + begin,
	    t->literals.len - begin);
	return true;
}

void
template_free(struct template *t)
{
	free(t->piece);
	buf_free(&t->literals);
	*t = (struct template){0};
}
