/* SPDX-License-Identifier: ISC */
/* The fields and kinds of MM4, as data. */
#include "mms/mm4_table.h"

#include "mms/head.h"

const struct mm4_row mm4_rows[MMS_FIELDS] = {
#define FIELD(id, name, kind, use) {name, MM4_##kind, use},
#include "mms/mm4.def"
};

static const struct {
	enum mms_field field;
	const char *name;
} aliases[] = {
#define ALIAS(id, name) {MMS_##id, name},
#include "mms/mm4.def"
};

static const struct {
	enum mms_kind kind;
	const char *name;
} types[] = {
#define TYPE(kind, name) {MMS_##kind, name},
#include "mms/mm4.def"
};

enum mms_field
mm4_field_of(struct span name)
{
	unsigned i;

	for (i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (head_is(name, aliases[i].name))
			return aliases[i].field;
	for (i = 0; i < MMS_FIELDS; i++)
		if (head_is(name, mm4_rows[i].name))
			break;
	return (enum mms_field)i;
}

const char *
mm4_field_name(enum mms_field field)
{
	return mm4_rows[field].name;
}

const char *
mm4_kind_name(enum mms_kind kind)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i].kind == kind)
			return types[i].name;
	return NULL;
}

enum mms_kind
mm4_kind_of(struct span name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (head_is(name, types[i].name))
			return types[i].kind;
	return name.n > 0 ? MMS_OTHER : MMS_NONE;
}

struct mms_address *
mm4_address_of(struct mms *m, enum mms_field field)
{
	switch (field) {
	case MMS_FROM: return &m->from;
	case MMS_SENDER: return &m->sender;
	case MMS_ORIGINATOR_SYSTEM: return &m->originator_system;
	default: return NULL;
	}
}

struct mms_address_list *
mm4_list_of(struct mms *m, enum mms_field field)
{
	switch (field) {
	case MMS_TO: return &m->to;
	case MMS_CC: return &m->cc;
	case MMS_REQUEST_RECIPIENTS: return &m->about;
	default: return NULL;
	}
}

enum mms_field
mm4_missing(const struct mms *m)
{
	unsigned i;

	for (i = 0; i < MMS_FIELDS; i++)
		if (m->kind < MMS_KINDS && i != MMS_MESSAGE_TYPE &&
		    mm4_rows[i].use[m->kind] == 'M' &&
		    !mms_has(m, (enum mms_field)i))
			break;
	return (enum mms_field)i;
}
