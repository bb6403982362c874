/* SPDX-License-Identifier: ISC */
#ifndef SMPP_DLR_PRIVATE_H
#define SMPP_DLR_PRIVATE_H

#include "smpp/dlr.h"

/* Fields of a text of any form, which has no NUL at its end; how many. It is
 * in a file of its own so that the fast way stays small. */
unsigned dlr_scan(struct dlr *, const uint8_t *p, const uint8_t *end);

#endif
