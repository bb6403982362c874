/* SPDX-License-Identifier: ISC */
/*
 * submit_multi (3.4, 4.5; 5.0, 4.2.3): one message_id for all destinations;
 * those that are refused are listed.
 */
#include "app/sim_private.h"

/* The status of one destination; 0 when it is accepted. pdu is the
 * submit_multi, with the destination in it as a submit_sm has it. */
static uint32_t
submit_dest(struct sim *sim, struct account *account, struct pdu *pdu,
    const struct dest *dest, uint64_t id, const struct sim_times *t)
{
	uint32_t status, slot;
	char digits[ID_FORM_MAX];

	if (dest->flag != 1)
		return ESME_RINVDLNAME;
	status = sim_check_destination(dest->addr, false);
	if (status == ESME_ROK)
		status = sim_dest_fault(sim, account, pdu->source_addr,
		    dest->addr);
	if (status != ESME_ROK)
		return status;
	pdu->destination_addr = dest->addr;
	pdu->dest_addr_ton = dest->ton;
	pdu->dest_addr_npi = dest->npi;
	if (pdu->replace_if_present_flag == 1)
		sim_cancel_matching(sim, account, pdu, true);
	slot = sim_accept(sim, account, pdu, id, t);
	if (slot == 0)
		return ESME_RMSGQFUL;
	sim_row(sim, account, pdu, pdu->source_addr, dest->addr,
	    sim_id(store_at(&sim->store, slot), digits));
	sim_schedule(sim, slot);
	return ESME_ROK;
}

void
sim_submit_multi(struct sim *sim, struct client *c, const struct pdu *pdu,
    const struct sim_times *t)
{
	struct rd r = rd_init(pdu->dest_address);
	struct pdu one = *pdu, *resp;
	uint64_t id = store_id(&sim->store);
	uint32_t first_status = ESME_RINVNUMDESTS;
	size_t accepted = 0, most = pdu->dest_address.n * 4;
	struct buf octets = {0};
	struct wr w;
	struct dest dest;
	char digits[ID_FORM_MAX];

	/* the longest item for its destination: seven octets for a list
	 * without a name, which takes two */
	w = wr_init(buf_reserve(&octets, most), most);
	while (dest_next(&r, &dest)) {
		struct unsuccess u = {.ton = dest.ton, .npi = dest.npi,
		    .addr = dest.addr};

		u.status = submit_dest(sim, c->user, &one, &dest, id, t);
		if (u.status == ESME_ROK) {
			accepted++;
			continue;
		}
		if (first_status == ESME_RINVNUMDESTS)
			first_status = u.status;
		unsuccess_put(&w, &u);
	}
	if (accepted == 0) {
		sim_refuse(sim, c, pdu, first_status);
	} else {
		resp = sim_acceptance(sim, pdu, id_form_write(sim_form(sim), id,
		    digits));
		resp->unsuccess_sme = span_of(octets.p, w.len);
		sim_answer(sim, c, resp);
		resp->unsuccess_sme = (struct span){0};
	}
	buf_free(&octets);
}
