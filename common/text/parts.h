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

/* The way of writing that a rung of a ladder stands for. */
struct coder text_coder(const struct text_conf *, enum encoding rung);

#endif
