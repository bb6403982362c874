/* SPDX-License-Identifier: ISC */
/*
 * XML by expat, which limits what entities can blow up to; see xml.h.
 *
 * Plain elements go past expat: a document is as well-formed without a whole
 * element as with it, so expat judges all the rest, and the rest alone. What is
 * in front of such an element must have been taken by expat to the last octet,
 * or it might stand in a comment.
 */
#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "file/xml.h"

enum {
	BLOCK = 64 << 10,
	DEPTH_MOST = 256,
	PLAIN_DEPTH = 8,          /* of what is in a plain element */
	PLAIN_MOST = 1 << 20,     /* octets of one */
	TOKEN_MOST = 8 << 20,     /* of a tag, a comment and the like */
	SMALL_PART = 16 << 20,
};

struct xml {
	XML_Parser parser;
	const struct xml_handlers *handlers;
	void *owner;
	struct part *part;
	unsigned depth;
	struct buf in;            /* octets of the part */
	size_t at;                /* how many of them were read */
	uint64_t fed, passed;     /* octets that went to expat, and past it */
	bool utf8;                /* no other encoding was found */
	bool in_cdata;
	bool settled;             /* expat holds no piece of a tag back */
	bool tried;               /* it did, though cut where a tag may begin */
	bool in_plain, paused, suspended, last, ended;
	struct buf refusal;
};

/* expat hands out const char in its own type of character. */
static const char *
local(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon ? colon + 1 : name;
}

static void
start(void *data, const XML_Char *name, const XML_Char **attr)
{
	struct xml *x = data;

	if (++x->depth > DEPTH_MOST)
		xml_refuse(x, "elements nested deeper than %d", DEPTH_MOST);
	else if (x->handlers->start != NULL && x->refusal.len == 0)
		x->handlers->start(x->owner, local(name), attr);
}

static void
end(void *data, const XML_Char *name)
{
	struct xml *x = data;

	x->depth--;
	if (x->handlers->end != NULL && x->refusal.len == 0)
		x->handlers->end(x->owner, local(name));
}

static void
text(void *data, const XML_Char *s, int n)
{
	struct xml *x = data;

	if (x->refusal.len == 0)
		x->handlers->text(x->owner, span_of(s, (size_t)n));
}

static void
doctype(void *data, const XML_Char *name, const XML_Char *system_id,
    const XML_Char *public_id, int has_internal_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_internal_subset;
	xml_refuse(data, "a document type, which no workbook has");
}

static void
begin_cdata(void *data)
{
	struct xml *x = data;

	x->in_cdata = true;
}

static void
end_cdata(void *data)
{
	struct xml *x = data;

	x->in_cdata = false;
}

static void
declaration(void *data, const XML_Char *version, const XML_Char *encoding,
    int standalone)
{
	struct xml *x = data;

	(void)version;
	(void)standalone;
	if (encoding != NULL && strcasecmp(encoding, "utf-8") != 0)
		x->utf8 = false;
}

struct xml *
xml_new(const struct xml_handlers *handlers, void *owner, struct part *part)
{
	struct xml *x = mem_new(sizeof(*x));

	x->parser = XML_ParserCreate(NULL);
	if (x->parser == NULL)
		mem_exhausted(1);
	x->handlers = handlers;
	x->owner = owner;
	x->part = part;
	x->settled = true;
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, start, end);
	XML_SetCdataSectionHandler(x->parser, begin_cdata, end_cdata);
	XML_SetXmlDeclHandler(x->parser, declaration);
	if (handlers->text != NULL)
		XML_SetCharacterDataHandler(x->parser, text);
	XML_SetStartDoctypeDeclHandler(x->parser, doctype);
	return x;
}

void
xml_free(struct xml *x)
{
	if (x == NULL)
		return;
	XML_ParserFree(x->parser);
	buf_free(&x->in);
	buf_free(&x->refusal);
	free(x);
}

void
xml_pause(struct xml *x)
{
	if (x->in_plain || XML_StopParser(x->parser, XML_TRUE) == XML_STATUS_OK)
		x->paused = true;
}

void
xml_refuse(struct xml *x, const char *fmt, ...)
{
	char sentence[512];
	va_list ap;

	if (x->refusal.len > 0)
		return;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	buf_add_str(&x->refusal, sentence);
	if (!x->in_plain)
		XML_StopParser(x->parser, XML_FALSE);
}

static enum xml_result
bad(struct xml *x, struct buf *error)
{
	XML_Index at = XML_GetCurrentByteIndex(x->parser);

	buf_addf(error, "part %s: ", part_name(x->part));
	if (x->refusal.len > 0)
		buf_add_span(error, buf_span(&x->refusal));
	else
		buf_addf(error, "%s at octet %llu of its XML",
		    XML_ErrorString(XML_GetErrorCode(x->parser)),
		    (unsigned long long)at + x->passed);
	return XML_BAD;
}

/* expat */

/* What comes of the octets that expat was given. */
static enum xml_result
judge(struct xml *x, enum XML_Status status, struct buf *error)
{
	XML_Index index = XML_GetCurrentByteIndex(x->parser);
	uint64_t taken = index > 0 ? (uint64_t)index : 0;

	if (status == XML_STATUS_ERROR || x->refusal.len > 0)
		return bad(x, error);
	x->suspended = x->paused;
	x->paused = false;
	if (x->suspended)
		return XML_PAUSED;
	x->settled = taken == x->fed && !x->in_cdata;
	x->tried |= !x->settled;
	if (x->fed - taken > TOKEN_MOST) {
		xml_refuse(x, "a tag or a comment longer than %d octets",
		    TOKEN_MOST);
		return bad(x, error);
	}
	return x->ended ? XML_ENDED : XML_MORE;
}

static enum xml_result
feed(struct xml *x, size_t n, struct buf *error)
{
	const char *p = n > 0 ? (const char *)x->in.p + x->at : "";

	x->at += n;
	x->fed += n;
	x->ended = n == 0;
	return judge(x, XML_Parse(x->parser, p, (int)n, n == 0), error);
}

/* How many octets of the block are expat's: up to the next plain element. In the
 * middle of a comment or the like that is tried once in a block. */
static size_t
part_of_expat(const struct xml *x)
{
	size_t all = x->in.len - x->at;
	const uint8_t *p = x->in.p + x->at, *next;
	const char *begin = x->handlers->plain_begin;

	if (begin == NULL || !x->utf8 || all == 0 || (!x->settled && x->tried))
		return all;
	next = memmem(p + 1, all - 1, begin, strlen(begin));
	return next ? (size_t)(next - p) : all;
}

/* Plain elements */

static bool
fill(struct xml *x, struct buf *error)
{
	bool first = x->fed == 0 && x->in.len == 0;
	size_t want;
	ssize_t n;

	buf_consume(&x->in, x->at);
	x->at = 0;
	want = x->in.len > BLOCK ? x->in.len : BLOCK;
	n = part_read(x->part, buf_reserve(&x->in, want), want, error);
	if (n < 0)
		return false;
	x->in.len += (size_t)n;
	x->last = n == 0;
	x->tried = false;
	/* as expat tells UTF-16; a declaration may say otherwise later */
	if (first)
		x->utf8 = n > 1 && x->in.p[0] > 0 && x->in.p[0] < 0xfe &&
		    x->in.p[1] > 0;
	return true;
}

static bool
at_plain(const struct xml *x)
{
	const char *begin = x->handlers->plain_begin;
	size_t n = begin ? strlen(begin) : 0;

	return n > 0 && x->settled && x->utf8 && x->in.len - x->at >= n &&
	    memcmp(x->in.p + x->at, begin, n) == 0 &&
	    x->depth + PLAIN_DEPTH < DEPTH_MOST;
}

/* Reads plain elements up to a pause, the end of the block, or what is not
 * one. */
static enum xml_plain
read_plain(struct xml *x)
{
	enum xml_plain got = PLAIN_UNUSUAL;
	size_t n;

	x->in_plain = true;
	while (!x->paused && x->refusal.len == 0 && at_plain(x)) {
		got = x->handlers->plain(x->owner,
		    span_skip(buf_span(&x->in), x->at), &n);
		if (got != PLAIN_READ)
			break;
		/* nor does expat miss the blanks behind it */
		while (x->at + n < x->in.len &&
		    memchr(" \t\r\n", x->in.p[x->at + n], 4) != NULL)
			n++;
		x->at += n;
		x->passed += n;
	}
	x->in_plain = false;
	return got;
}

enum xml_result
xml_next(struct xml *x, struct buf *error)
{
	enum xml_plain got;

	if (x->suspended)
		return judge(x, XML_ResumeParser(x->parser), error);
	if (x->ended)
		return XML_ENDED;
	if (x->at == x->in.len && !x->last && !fill(x, error))
		return XML_BAD;
	got = at_plain(x) ? read_plain(x) : PLAIN_READ;
	if (x->refusal.len > 0)
		return bad(x, error);
	if (x->paused) {
		x->paused = false;
		return XML_PAUSED;
	}
	if (got == PLAIN_MORE && !x->last && x->in.len - x->at < PLAIN_MOST)
		return fill(x, error) ? XML_MORE : XML_BAD;
	if (x->at == x->in.len && !x->last)
		return XML_MORE;
	return feed(x, part_of_expat(x), error);
}

const char *
xml_attribute(const char **attr, const char *name)
{
	for (; attr[0] != NULL; attr += 2)
		if (strcmp(local(attr[0]), name) == 0)
			return attr[1];
	return NULL;
}

bool
xml_is_true(const char *value)
{
	return value != NULL &&
	    (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

bool
xml_read_part(struct package *package, const char *name,
    const struct xml_handlers *handlers, void *owner, struct buf *error)
{
	struct part *part = package_part(package, name, SMALL_PART, error);
	struct xml *x;
	enum xml_result got;

	if (part == NULL)
		return false;
	x = xml_new(handlers, owner, part);
	do {
		got = xml_next(x, error);
	} while (got == XML_MORE || got == XML_PAUSED);
	xml_free(x);
	part_close(part);
	return got != XML_BAD;
}
