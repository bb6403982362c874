/* SPDX-License-Identifier: ISC */
#ifndef APP_LINT_PRIVATE_H
#define APP_LINT_PRIVATE_H

#include "app/lint.h"

/* Adds what is wrong with one address. */
void lint_address(struct lint_list *, uint32_t ton, struct span address);

#endif
