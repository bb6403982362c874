/* SPDX-License-Identifier: ISC */
/* A queue of answers; what is done with at its front is moved over in time. */
#include "app/withheld.h"

#include <stdlib.h>

#include "base/mem.h"

void
withheld_free(struct withheld *w)
{
	free(w->one);
	*w = (struct withheld){0};
}

void
withheld_add(struct withheld *w, struct link *link, const struct pdu *request,
    uint64_t position)
{
	if (w->first > w->last / 2) {
		w->last -= w->first;
		memmove(w->one, w->one + w->first, w->last * sizeof(*w->one));
		w->first = 0;
	}
	if (w->last == w->room) {
		w->room = w->room ? w->room * 2 : 64;
		w->one = mem_resize(w->one, w->room * sizeof(*w->one));
	}
	w->one[w->last++] = (struct withheld_one){link, position,
	    request->sequence_number, request->type};
	w->n++;
}

bool
withheld_take(struct withheld *w, uint64_t taken, struct link **link,
    struct pdu *request)
{
	const struct withheld_one *one;

	while (w->first < w->last) {
		one = &w->one[w->first];
		if (one->link != NULL && one->position > taken)
			return false;
		w->first++;
		if (one->link == NULL)
			continue;
		*link = one->link;
		*request = (struct pdu){.type = one->type,
		    .sequence_number = one->sequence_number};
		w->n--;
		return true;
	}
	return false;
}

void
withheld_forget(struct withheld *w, const struct link *link)
{
	for (size_t i = w->first; i < w->last; i++)
		if (w->one[i].link == link) {
			w->one[i].link = NULL;
			w->n--;
		}
}
