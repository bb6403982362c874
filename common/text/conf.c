/* SPDX-License-Identifier: ISC */
/* The settings of text: names, ladders, references of long messages. */
#include <strings.h>

#include "text/plan.h"

static const char *const splits[SPLITS] = {
	"udh8", "udh16", "sar", "payload", "none",
};

const char *
split_name(enum split split)
{
	return splits[split];
}

bool
split_by_name(struct span name, enum split *split)
{
	unsigned i;

	for (i = 0; i < SPLITS; i++)
		if (strlen(splits[i]) == name.n && strncasecmp(splits[i],
		    (const char *)name.p, name.n) == 0) {
			*split = (enum split)i;
			return true;
		}
	return false;
}

struct text_conf
text_conf_default(void)
{
	return (struct text_conf){.data_coding = -1};
}

static bool
is_rung(enum encoding encoding)
{
	return encoding != ENCODING_UNSET && encoding != ENCODING_AUTO &&
	    encoding != ENCODING_BINARY;
}

bool
text_conf_ladder(struct text_conf *c, struct span list, struct span *bad)
{
	enum encoding encoding;
	const uint8_t *comma;
	struct span name;

	c->n_ladder = 0;
	for (;;) {
		comma = list.n ? memchr(list.p, ',', list.n) : NULL;
		name = list;
		if (comma != NULL)
			name.n = (size_t)(comma - list.p);
		*bad = name;
		if (!encoding_by_name(name, &encoding) ||
		    !is_rung(encoding) || c->n_ladder == TEXT_LADDER_MAX)
			return false;
		c->ladder[c->n_ladder++] = encoding;
		if (comma == NULL)
			return true;
		list = span_skip(list, name.n + 1);
	}
}

bool
text_conf_open(const struct text_conf *c, const char **missing)
{
	enum encoding encoding;
	size_t i;

	for (i = 0; i <= c->n_ladder; i++) {
		encoding = i < c->n_ladder ? c->ladder[i] : c->encoding;
		if (encoding == ENCODING_KSC5601 && c->cp949)
			encoding = ENCODING_CP949;
		*missing = encoding_row(encoding)->name;
		if (!charset_open(encoding))
			return false;
	}
	return true;
}

void
text_references_init(struct text_references *r, uint32_t seed)
{
	size_t i;

	for (i = 0; i < TEXT_REFERENCES; i++) {
		seed = seed * 1664525 + 1013904223;
		r->next[i] = (uint16_t)(seed >> 16);
	}
}

uint16_t
text_references_next(struct text_references *r, struct span destination)
{
	uint32_t hash = 2166136261;
	size_t i;

	for (i = 0; i < destination.n; i++)
		hash = (hash ^ destination.p[i]) * 16777619;
	return r->next[(hash ^ hash >> 16) % TEXT_REFERENCES]++;
}
