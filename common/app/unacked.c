/* SPDX-License-Identifier: ISC */
/* Answers that are withheld until a record is written. */
#include "app/unacked.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

void
unacked_init(struct unacked *u, size_t max)
{
	assert(max > 0);
	*u = (struct unacked){.max = max};
	u->ring = mem_array(max, sizeof(*u->ring));
}

void
unacked_free(struct unacked *u)
{
	free(u->ring);
	*u = (struct unacked){0};
}

void
unacked_add(struct unacked *u, const struct pdu *request, uint64_t position)
{
	size_t last = u->first + u->n;

	assert(!unacked_full(u));
	u->ring[last < u->max ? last : last - u->max] = (struct unacked_entry){
	    position, request->sequence_number, request->type};
	u->n++;
}

bool
unacked_take(struct unacked *u, uint64_t taken, struct pdu *request)
{
	const struct unacked_entry *e = &u->ring[u->first];

	if (u->n == 0 || e->position > taken)
		return false;
	*request = (struct pdu){.type = e->type,
	    .sequence_number = e->sequence_number};
	u->first = u->first + 1 < u->max ? u->first + 1 : 0;
	u->n--;
	return true;
}

void
unacked_clear(struct unacked *u)
{
	u->first = u->n = 0;
}
