/* SPDX-License-Identifier: ISC */
#ifndef APP_SIM_MO_PRIVATE_H
#define APP_SIM_MO_PRIVATE_H

#include "app/sim_private.h"
#include "text/address.h"
#include "text/plan.h"

/* Messages to deliver, as sim_mo_read.c makes them and sim_mo.c sends them. */
enum { PARTS = 1024 };  /* at hand: several times the parts of one message */

enum part_phase { PART_UNUSED, PART_WAITING, PART_TIMED, PART_SENT };

/* One deliver_sm, data_sm or alert_notification. */
struct part {
	enum part_phase phase;
	enum pdu_type type;
	struct client *client;   /* whom it should go to; NULL: whoever is next */
	struct address from, to;
	uint8_t data_coding, esm_class;
	unsigned tries;
	uint64_t number;         /* of its line, for diagnostics */
	struct buf octets, tlvs;
	struct buf account;      /* whose binds take it; empty: all */
	struct buf service_type;
	uint32_t next;           /* waiting or unused */
};

struct sim_mo {
	struct sim *sim;
	struct input *input;
	struct record_reader reader;
	struct text_conf text;
	struct text_plan plan;
	struct text_references references;
	struct part part[PARTS];
	uint32_t first, last;    /* waiting, counted from 1; 0: none */
	uint32_t unused, n_unused;
	struct heap retry;
	bool ended;
};

static inline struct part *
part_at(struct sim_mo *mo, uint32_t number)
{
	return &mo->part[number - 1];
}

/* A part waits to be sent, behind the others or before them. */
void sim_mo_queue(struct sim_mo *, uint32_t number, bool in_front);

/* Reads records until something waits; false when nothing can be read now. */
bool sim_mo_read(struct sim_mo *);

#endif
