/* SPDX-License-Identifier: ISC */
/* A presentation for messages that come without one: phones hide what no
 * presentation names. */
#include "mms/smil.h"

enum media { IMAGE, VIDEO, AUDIO, TEXT, REF };

static const struct {
	const char *type;     /* how the media type begins */
	const char *element;
	const char *region;   /* or NULL */
} medias[] = {
	[IMAGE] = {"image/", "img", "Image"},
	[VIDEO] = {"video/", "video", "Image"},
	[AUDIO] = {"audio/", "audio", NULL},
	[TEXT] = {"text/plain", "text", "Text"},
	[REF] = {"", "ref", NULL},
};

static enum media
media_of(const struct mms_part *part)
{
	unsigned i = 0;

	for (;; i++) {
		size_t n = strlen(medias[i].type);

		if (part->type.n >= n &&
		    (n == 0 || memcmp(part->type.p, medias[i].type, n) == 0))
			return (enum media)i;
	}
}

/* The id as an attribute has it. */
static void
add_escaped(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '&': buf_add_str(b, "&amp;"); break;
		case '<': buf_add_str(b, "&lt;"); break;
		case '"': buf_add_str(b, "&quot;"); break;
		default: buf_add_byte(b, s.p[i]); break;
		}
}

static void
add_part(struct buf *b, const struct mms_part *part, enum media media)
{
	buf_addf(b, "<%s src=\"cid:", medias[media].element);
	add_escaped(b, part->id);
	if (medias[media].region != NULL)
		buf_addf(b, "\" region=\"%s", medias[media].region);
	buf_add_str(b, "\"/>\n");
}

void
smil_make(struct buf *b, const struct mms *m)
{
	unsigned has = 0;
	bool open = false;

	buf_add_str(b, "<smil><head><layout>\n<root-layout/>\n"
	    "<region id=\"Image\" top=\"0\" left=\"0\" height=\"50%\" "
	    "width=\"100%\"/>\n"
	    "<region id=\"Text\" top=\"50%\" left=\"0\" height=\"50%\" "
	    "width=\"100%\"/>\n</layout></head>\n<body>\n");
	for (size_t i = 0; i < m->n_parts; i++) {
		enum media media = media_of(&m->part[i]);
		/* a picture and a video share a place, a sound goes with
		 * either */
		unsigned bit = media == VIDEO ? 1u << IMAGE : 1u << media;

		if (open && (has & bit) != 0) {
			buf_add_str(b, "</par>\n");
			open = false;
		}
		if (!open) {
			buf_add_str(b, "<par dur=\"5s\">\n");
			open = true;
			has = 0;
		}
		has |= bit;
		add_part(b, &m->part[i], media);
	}
	buf_add_str(b, open ? "</par>\n</body></smil>\n" :
	    "</body></smil>\n");
}
