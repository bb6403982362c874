/* SPDX-License-Identifier: ISC */
/* From the items of a submit_multi_resp to the members of a group. */
#include "app/refusals.h"

static struct span
address_of(const struct message *group, uint32_t i)
{
	struct rd r = rd_init(message_kept(group, group->member[i].dest));
	struct dest dest;

	return dest_next(&r, &dest) ? dest.addr : (struct span){0};
}

/* Whose address it is, as it was sent or as the SMSC has written it. */
static bool
find(const struct message *group, struct span address, uint32_t *found)
{
	struct ids_tail tail = ids_tail(address);

	for (*found = 0; *found < group->n_members; ++*found)
		if (span_eq(address_of(group, *found), address))
			return true;
	for (*found = 0; *found < group->n_members; ++*found)
		if (ids_tail_agrees(&group->member[*found].tail, &tail))
			return true;
	return false;
}

static void
make_unclear(struct refusals *r, const char *why)
{
	if (!r->unclear)
		buf_add_str(&r->why, why);
	r->unclear = true;
}

static void
take(struct refusals *r, const struct message *group,
    const struct unsuccess *item)
{
	struct buf text = {0};
	uint32_t i;

	/* some list all destinations, with status 0 those that they took */
	if (item->status == ESME_ROK)
		return;
	if (find(group, item->addr, &i)) {
		if (r->status[i] == ESME_ROK)
			r->status[i] = item->status;
		return;
	}
	buf_add_str(&text, "the SMSC refused a destination that is none of "
	    "these, ");
	for (size_t c = 0; c < item->addr.n; c++)
		buf_add_byte(&text, item->addr.p[c] > ' ' &&
		    item->addr.p[c] <= '~' ? item->addr.p[c] : '?');
	buf_add_str(&text, ": ");
	status_print(&text, item->status);
	make_unclear(r, buf_cstr(&text));
	buf_free(&text);
}

void
refusals_read(struct refusals *r, const struct message *group,
    const struct pdu *answer, bool damaged)
{
	struct rd list = rd_init(answer->unsuccess_sme);
	struct unsuccess item;

	memset(r->status, 0, sizeof(r->status));
	r->unclear = false;
	buf_clear(&r->why);
	if (damaged || answer->no_body)
		make_unclear(r, damaged ? "the list of refused destinations "
		    "in the answer is damaged" : "the answer lacks the list "
		    "of refused destinations");
	while (unsuccess_next(&list, &item))
		take(r, group, &item);
}

void
refusals_free(struct refusals *r)
{
	buf_free(&r->why);
}
