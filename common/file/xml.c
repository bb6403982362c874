/* SPDX-License-Identifier: ISC */
/* XML by expat, which limits what entities can blow up to; see xml.h. */
#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "file/xml.h"

enum {
	BLOCK = 64 << 10,
	DEPTH_MOST = 256,
	SMALL_PART = 16 << 20,
};

struct xml {
	XML_Parser parser;
	const struct xml_handlers *handlers;
	void *owner;
	struct part *part;
	unsigned depth;
	bool paused, last;
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
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, start, end);
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
	buf_free(&x->refusal);
	free(x);
}

void
xml_pause(struct xml *x)
{
	if (XML_StopParser(x->parser, XML_TRUE) == XML_STATUS_OK)
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
	XML_StopParser(x->parser, XML_FALSE);
}

static enum xml_result
bad(struct xml *x, struct buf *error)
{
	buf_addf(error, "part %s: ", part_name(x->part));
	if (x->refusal.len > 0)
		buf_add_span(error, buf_span(&x->refusal));
	else
		buf_addf(error, "%s at line %llu of its XML",
		    XML_ErrorString(XML_GetErrorCode(x->parser)),
		    (unsigned long long)XML_GetCurrentLineNumber(x->parser));
	return XML_BAD;
}

enum xml_result
xml_next(struct xml *x, struct buf *error)
{
	enum XML_Status status;
	ssize_t n;
	void *room;

	if (x->paused) {
		x->paused = false;
		status = XML_ResumeParser(x->parser);
	} else if (x->last) {
		return XML_ENDED;
	} else {
		room = XML_GetBuffer(x->parser, BLOCK);
		if (room == NULL)
			return bad(x, error);
		n = part_read(x->part, room, BLOCK, error);
		if (n < 0)
			return XML_BAD;
		x->last = n == 0;
		status = XML_ParseBuffer(x->parser, (int)n, n == 0);
	}
	if (status == XML_STATUS_ERROR || x->refusal.len > 0)
		return bad(x, error);
	if (x->paused)
		return XML_PAUSED;
	return x->last ? XML_ENDED : XML_MORE;
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
