/* SPDX-License-Identifier: ISC */
#ifndef FILE_XML_H
#define FILE_XML_H

#include "file/package.h"

/*
 * XML of a part, as a stream, by expat: names come without their prefix, text
 * as UTF-8. A document type is refused, and so is nesting deeper than 256: no
 * workbook has either. So is a tag or a comment of more than 8 MiB.
 */
struct xml;

enum xml_plain {
	PLAIN_READ,     /* n octets of it: a whole element, well-formed */
	PLAIN_MORE,     /* the element does not end within the octets */
	PLAIN_UNUSUAL,  /* it is for expat to judge; nothing has changed */
};

/*
 * attr: name and value in turn, then NULL. Any of the three may be NULL.
 *
 * Most of a large part are elements of a few shapes, and its owner can read
 * those faster: plain is asked wherever plain_begin ("<row") stands at the
 * beginning of a tag in UTF-8. It must do exactly what the three would, and
 * leave to them what it does not know in every octet.
 */
struct xml_handlers {
	void (*start)(void *owner, const char *name, const char **attr);
	void (*end)(void *owner, const char *name);
	void (*text)(void *owner, struct span);
	const char *plain_begin;  /* NULL: none */
	enum xml_plain (*plain)(void *owner, struct span, size_t *n);
};

/* The handlers are borrowed; the part is the caller's. */
struct xml *xml_new(const struct xml_handlers *, void *owner, struct part *);
void xml_free(struct xml *);

enum xml_result {
	XML_MORE,    /* a block was read */
	XML_PAUSED,  /* a handler called xml_pause */
	XML_ENDED,   /* well-formed to its end, the part sound */
	XML_BAD,     /* a sentence was appended to error */
};

/* Reads on, up to a block or a pause. */
enum xml_result xml_next(struct xml *, struct buf *error);

/* For handlers: return from xml_next after this one; end in BAD with a
 * sentence (the first counts). */
void xml_pause(struct xml *);
void xml_refuse(struct xml *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The value of an attribute by its name without prefix, or NULL. */
const char *xml_attribute(const char **attr, const char *name);

/* "1" and "true", as XML Schema has it. */
bool xml_is_true(const char *value);

/* Reads a whole small part; false with a sentence when it cannot be. */
bool xml_read_part(struct package *, const char *name,
    const struct xml_handlers *, void *owner, struct buf *error);

#endif
