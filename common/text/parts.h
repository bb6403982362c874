/* SPDX-License-Identifier: ISC */
#ifndef TEXT_PARTS_H
#define TEXT_PARTS_H

#include "text/plan.h"

/*
 * Lays a plan's source out in parts. coder and source are set, octets holds
 * the source as the coder writes it without a header, m is what it takes.
 */
bool parts_lay_out(struct text_plan *, const struct text_conf *,
    const struct measure *m);

/* Lays out a text that is sent as it stands, in one part without a header. */
void parts_take(struct text_plan *, struct span text);

/*
 * What text_plan_make does with every text that is not plain ASCII in one part;
 * it gives the same plan for those. The plan is empty.
 */
bool text_plan_choose(struct text_plan *, const struct text_conf *,
    struct span text);

/* The way of writing that a rung of a ladder stands for. */
struct coder text_coder(const struct text_conf *, enum encoding rung);

#endif
