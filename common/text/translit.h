/* SPDX-License-Identifier: ISC */
#ifndef TEXT_TRANSLIT_H
#define TEXT_TRANSLIT_H

#include "text/coder.h"

/*
 * Appends text with plain characters (text_plain) in the place of those that
 * the coder lacks, and of those alone. False at one that has no plain form
 * which the coder carries: it is named in *error.
 */
bool translit(struct buf *out, const struct coder *, struct span text,
    struct charset_error *error);

#endif
