/* SPDX-License-Identifier: ISC */
/* A bit for each line, in chunks that are released when they are full. */
#include "app/line_set.h"

#include <stdlib.h>

#include "base/mem.h"

enum { CHUNK = 1 << 16 };

/* The chunk of a line, made where there is none. */
static struct line_chunk *
make_chunk(struct line_set *set, uint32_t input, size_t at)
{
	struct line_chunks *c;
	size_t n;

	if (input >= set->n) {
		set->input = mem_resize(set->input,
		    (input + 1) * sizeof(*set->input));
		for (; set->n <= input; set->n++)
			set->input[set->n] = (struct line_chunks){0};
	}
	c = &set->input[input];
	if (at >= c->n) {
		n = at + 1 > c->n * 2 ? at + 1 : c->n * 2;
		c->chunk = mem_resize(c->chunk, n * sizeof(*c->chunk));
		for (; c->n < n; c->n++)
			c->chunk[c->n] = (struct line_chunk){0};
	}
	return &c->chunk[at];
}

void
line_set_add(struct line_set *set, uint32_t input, uint64_t line)
{
	struct line_chunk *c = make_chunk(set, input, (size_t)(line / CHUNK));
	size_t bit = (size_t)(line % CHUNK);

	if (c->n == CHUNK)
		return;
	if (c->bits == NULL)
		c->bits = mem_new(CHUNK / 8);
	if (c->bits[bit / 8] >> (bit % 8) & 1)
		return;
	c->bits[bit / 8] |= (uint8_t)(1 << (bit % 8));
	set->count++;
	if (++c->n == CHUNK) {
		free(c->bits);
		c->bits = NULL;
	}
}

bool
line_set_has(const struct line_set *set, uint32_t input, uint64_t line)
{
	const struct line_chunk *c;
	size_t at = (size_t)(line / CHUNK), bit = (size_t)(line % CHUNK);

	if (input >= set->n || at >= set->input[input].n)
		return false;
	c = &set->input[input].chunk[at];
	return c->n == CHUNK ||
	    (c->n > 0 && (c->bits[bit / 8] >> (bit % 8) & 1));
}

void
line_set_free(struct line_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		for (size_t k = 0; k < set->input[i].n; k++)
			free(set->input[i].chunk[k].bits);
		free(set->input[i].chunk);
	}
	free(set->input);
	*set = (struct line_set){0};
}
