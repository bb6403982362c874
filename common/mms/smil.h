/* SPDX-License-Identifier: ISC */
#ifndef MMS_SMIL_H
#define MMS_SMIL_H

#include "mms/mms.h"

/*
 * Appends a presentation (SMIL 2.0 as MMS phones know it, OMA MMS Conformance)
 * of all parts in their order: a slide for each picture, video or sound with
 * the text behind it, or for a text alone. Each part needs a Content-ID.
 */
void smil_make(struct buf *, const struct mms *);

#endif
