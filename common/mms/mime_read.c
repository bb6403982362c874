/* SPDX-License-Identifier: ISC */
/*
 * The content of a mail (RFC 2045 to 2049, 2387), read by GMime over the octets
 * themselves: nothing is copied, parts are places in them.
 */
#include <gmime/gmime.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "mms/head.h"
#include "mms/mime.h"
#include "mms/mm4.h"
#include "text/utf8.h"

struct reader {
	struct mms *mms;
	struct span octets;
	size_t body;
	unsigned depth;
};

static struct span
keep_str(struct mms *m, const char *s)
{
	return s == NULL ? (struct span){0} : mms_keep(m, span_str(s));
}

struct span
mime_words(struct mms *m, struct span text)
{
	char *raw = mem_strndup(text.p, text.n);
	char *utf8 = g_mime_utils_header_decode_text(NULL, raw);
	struct span s = keep_str(m, utf8);

	g_free(utf8);
	free(raw);
	return s;
}

static enum mms_encoding
encoding_of(GMimeContentEncoding encoding)
{
	switch (encoding) {
	case GMIME_CONTENT_ENCODING_BASE64: return MMS_BASE64;
	case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
		return MMS_QUOTED_PRINTABLE;
	case GMIME_CONTENT_ENCODING_UUENCODE: return MMS_UUENCODE;
	default: return MMS_IDENTITY;
	}
}

static struct span
lower(struct span s)
{
	uint8_t *p = (uint8_t *)(uintptr_t)s.p;

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (uint8_t)(p[i] - 'A' + 'a');
	return s;
}

/* Names of MM1 leak: application/vnd.wap.multipart.related is multipart. */
static bool
is_wap_multipart(GMimeContentType *type)
{
	static const char mark[] = "vnd.wap.multipart.";
	const char *subtype = g_mime_content_type_get_media_subtype(type);

	return subtype != NULL &&
	    strncasecmp(subtype, mark, sizeof(mark) - 1) == 0;
}

static bool
is_type(GMimeObject *object, const char *type, const char *subtype)
{
	return g_mime_content_type_is_type(
	    g_mime_object_get_content_type(object), type, subtype);
}

/* Where the octets of a leaf are. */
static struct span
place_of(const struct reader *r, GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *s = content == NULL ? NULL :
	    g_mime_data_wrapper_get_stream(content);
	size_t start, end;

	if (s == NULL)
		return (struct span){0};
	start = (size_t)s->bound_start;
	end = s->bound_end < 0 ? r->octets.n : (size_t)s->bound_end;
	if (start > r->octets.n || end > r->octets.n || end < start)
		return (struct span){0};
	return span_of(r->octets.p + start, end - start);
}

static struct span
parameter(struct mms *m, GMimeContentType *type, const char *name)
{
	return keep_str(m, g_mime_content_type_get_parameter(type, name));
}

static void read_object(struct reader *, GMimeObject *);
static void read_nested(struct reader *, const struct mms_part *,
    GMimeContentType *);

static void
read_leaf(struct reader *r, GMimeObject *object)
{
	GMimePart *leaf = GMIME_PART(object);
	GMimeContentType *type = g_mime_object_get_content_type(object);
	struct mms *m = r->mms;
	struct mms_part part = {0};
	char *mime = g_mime_content_type_get_mime_type(type);

	part.octets = place_of(r, leaf);
	part.encoding = encoding_of(g_mime_part_get_content_encoding(leaf));
	if (is_wap_multipart(type)) {
		read_nested(r, &part, type);
		g_free(mime);
		return;
	}
	part.type = lower(keep_str(m, mime));
	part.charset = parameter(m, type, "charset");
	part.id = keep_str(m, g_mime_object_get_content_id(object));
	part.location = keep_str(m, g_mime_part_get_content_location(leaf));
	part.name = keep_str(m, g_mime_part_get_filename(leaf));
	if (m->content_error == NULL)
		m->content_error = mms_part_error(&part);
	mms_add_part(m, &part);
	g_free(mime);
}

static void
read_children(struct reader *r, GMimeMultipart *multipart)
{
	int n = g_mime_multipart_get_count(multipart);

	for (int i = 0; i < n && r->mms->n_parts < MM4_PARTS_MAX; i++)
		read_object(r, g_mime_multipart_get_part(multipart, i));
}

static void
fail(struct reader *r, const char *error)
{
	if (r->mms->content_error == NULL)
		r->mms->content_error = error;
}

static void
read_object(struct reader *r, GMimeObject *object)
{
	if (r->mms->n_parts >= MM4_PARTS_MAX) {
		fail(r, "more than 1000 parts");
		return;
	}
	if (++r->depth > MM4_DEPTH_MAX) {
		fail(r, "multiparts in more than 32 levels");
	} else if (GMIME_IS_MULTIPART(object)) {
		read_children(r, GMIME_MULTIPART(object));
	} else if (GMIME_IS_PART(object)) {
		read_leaf(r, object);
	} else {
		fail(r, "a part that is a mail");
	}
	r->depth--;
}

static GMimeStream *
stream_of(struct span s, GByteArray **array)
{
	GMimeStream *stream;

	/* the array never frees or changes what it borrows */
	*array = g_byte_array_new();
	(*array)->data = (guint8 *)(uintptr_t)s.p;
	(*array)->len = (guint)s.n;
	stream = g_mime_stream_mem_new_with_byte_array(*array);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	return stream;
}

static void
stream_end(GMimeStream *stream, GByteArray *array)
{
	g_object_unref(stream);
	array->data = NULL;
	array->len = 0;
	g_byte_array_free(array, TRUE);
}

/* Lines that may be boundaries: each could cost GMime a part. */
static size_t
count_dashes(struct span s)
{
	const uint8_t *p = s.p, *end = s.p + s.n;
	size_t n = 0;

	while (p != end &&
	    (p = memmem(p, (size_t)(end - p), "\n--", 3)) != NULL) {
		p += 3;
		n++;
	}
	return n;
}

/* An answer has no content, or an empty line of it. */
static bool
is_blank(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' && s.p[i] != '\n' && s.p[i] != ' ')
			return false;
	return true;
}

static GMimeObject *
parse(struct span octets, gint64 *head_end)
{
	GByteArray *array;
	GMimeStream *stream = stream_of(octets, &array);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeObject *object;

	g_mime_parser_set_persist_stream(parser, TRUE);
	object = g_mime_parser_construct_part(parser, NULL);
	*head_end = g_mime_parser_get_headers_end(parser);
	g_object_unref(parser);
	stream_end(stream, array);
	return object;
}

/* A multipart under a name of WAP's, as a mail of its own. */
static void
read_nested(struct reader *r, const struct mms_part *part,
    GMimeContentType *type)
{
	const char *boundary = g_mime_content_type_get_parameter(type,
	    "boundary");
	struct buf copy = {0};
	struct reader inner = {.mms = r->mms, .depth = r->depth + 1};
	GMimeObject *object;
	struct span all;
	gint64 end;

	if (boundary == NULL || part->encoding != MMS_IDENTITY) {
		fail(r, "a WAP multipart in binary form");
		return;
	}
	buf_addf(&copy, "Content-Type: multipart/related; boundary=\"%s\""
	    "\r\n\r\n", boundary);
	buf_add_span(&copy, part->octets);
	/* its parts point into the copy, which has to stay */
	all = mms_keep(r->mms, buf_span(&copy));
	buf_free(&copy);
	inner.octets = all;
	object = parse(all, &end);
	if (object != NULL) {
		read_object(&inner, object);
		g_object_unref(object);
	}
}

static bool
is_smil(const struct mms_part *part)
{
	return span_is(part->type, "application/smil") ||
	    span_is(part->type, "application/smil+xml");
}

/* The part that start names, else the first SMIL, else the first. */
static void
find_root(struct mms *m, GMimeContentType *type)
{
	const char *start = g_mime_content_type_get_parameter(type, "start");
	const struct mms_part *named = start == NULL ? NULL :
	    mms_part_named(m, span_str(start));

	m->root = 0;
	if (named != NULL) {
		m->root = (size_t)(named - m->part);
	} else {
		for (size_t i = 0; i < m->n_parts; i++)
			if (is_smil(&m->part[i])) {
				m->root = i;
				break;
			}
	}
	m->has_smil = m->n_parts > 0 && is_smil(&m->part[m->root]);
}

void
mime_read(struct mms *m, struct span octets, size_t body)
{
	struct reader r = {m, octets, body, 0};
	GMimeObject *object;
	gint64 head_end;

	if (octets.n >= UINT32_MAX) {
		m->content_error = "longer than 4 GiB";
		return;
	}
	if (count_dashes(span_skip(octets, body)) > 10 * MM4_PARTS_MAX) {
		m->content_error = "more than 1000 parts";
		return;
	}
	object = parse(octets, &head_end);
	if (object == NULL) {
		m->content_error = "no content";
		return;
	}
	if (head_end >= 0 && (size_t)head_end > body + 2)
		m->content_error = "a head that ends in more than one place";
	m->is_dsn = is_type(object, "multipart", "report");
	if (GMIME_IS_MULTIPART(object) || !is_blank(span_skip(octets, body)))
		read_object(&r, object);
	find_root(m, g_mime_object_get_content_type(object));
	if (m->n_parts == 0 && GMIME_IS_MULTIPART(object))
		fail(&r, "a multipart without parts");
	g_object_unref(object);
}
