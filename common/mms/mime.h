/* SPDX-License-Identifier: ISC */
#ifndef MMS_MIME_H
#define MMS_MIME_H

#include "mms/mms.h"

/*
 * The content of a mail as parts, by GMime: octets is the whole mail, whose
 * head ends at body. Fills in part, n_parts, root, has_smil, is_dsn, and
 * content_error where it is not what it says it is; whatever could be read is
 * there even then.
 */
void mime_read(struct mms *, struct span octets, size_t body);

/* Text of RFC 2047, or raw in any charset, as UTF-8 that lives as long as the
 * message. */
struct span mime_words(struct mms *, struct span text);

/* Appends text as a header may hold it: as it is, or encoded (RFC 2047). */
void mime_encode_words(struct buf *, struct span utf8);

/*
 * Appends the fields of the content, the empty line and the content: one part
 * alone, or a multipart/related with the root first. Lines end with CRLF.
 */
void mime_write(struct buf *, const struct mms *);

#endif
