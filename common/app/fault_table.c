/* SPDX-License-Identifier: ISC */
/* The rows of fault.def, and their listing. */
#include "app/fault.h"
#include "app/id_form.h"

_Static_assert(PDU_TYPES < 61, "an occasion is a bit");

static const struct fault_row rows[FAULTS] = {
#define FAULT(id, name, group, argument, needed, standard, on, doc) \
	[FAULT_##id] = {name, doc, FAULT_GROUP_##group, on, \
	    FAULT_ARG_##argument, needed, standard},
#include "app/fault.def"
};

static const struct fault_alias aliases[] = {
#define ALIAS(name, text) {name, text},
#include "app/fault.def"
};

static const struct fault_occasion occasions[] = {
#define OCCASION(name, on, doc) {name, on, doc},
#include "app/fault.def"
};

enum { ALIASES = sizeof(aliases) / sizeof(*aliases),
	OCCASIONS = sizeof(occasions) / sizeof(*occasions) };

const struct fault_row *
fault_row(enum fault_kind kind)
{
	return &rows[kind];
}

const struct fault_alias *
fault_alias_at(size_t i)
{
	return i < ALIASES ? &aliases[i] : NULL;
}

const struct fault_occasion *
fault_occasion_at(size_t i)
{
	return i < OCCASIONS ? &occasions[i] : NULL;
}

static void
list_fault(struct buf *out, const char *name, const struct fault_row *row,
    const char *doc)
{
	static const char *const arguments[] = {
		[FAULT_ARG_NONE] = "", [FAULT_ARG_STATUS] = "=STATUS[*N][|STATUS...]",
		[FAULT_ARG_TIME] = "=TIME", [FAULT_ARG_DELAY] = "=DELAY",
		[FAULT_ARG_OCTETS] = "=OCTETS", [FAULT_ARG_COUNT] = "=N",
		[FAULT_ARG_ID] = "=FORM", [FAULT_ARG_STAT] = "=STATE", [FAULT_ARG_ERR] = "=TEXT",
	};	const char *argument = arguments[row->argument];
	bool optional = argument[0] != '\0' && !row->needed;

	buf_addf(out, "fault\t%s%s%s%s\t%s\n", name, optional ? "[" : "",
	    argument, optional ? "]" : "", doc);
}

void
faults_list(struct buf *out)
{
	for (int i = 0; i < FAULTS; i++)
		list_fault(out, rows[i].name, &rows[i], rows[i].doc);
	for (int i = 0; i < ALIASES; i++)
		for (int k = 0; k < FAULTS; k++)
			if (strcmp(aliases[i].text, rows[k].name) == 0)
				list_fault(out, aliases[i].name, &rows[k],
				    rows[k].doc);
	for (int i = 0; i < ALIASES; i++)
		if (strncmp(aliases[i].text, "ESME_", 5) == 0)
			buf_addf(out, "fault\t%s\trefuses with %s\n",
			    aliases[i].name, aliases[i].text);
	for (int i = 0; i < OCCASIONS; i++)
		buf_addf(out, "on\t%s\t%s\n", occasions[i].name,
		    occasions[i].doc);
	for (int i = 0; i < ID_FORMS; i++)
		buf_addf(out, "id\t%s\t%s\n",
		    id_form_row((enum id_form)i)->name,
		    id_form_row((enum id_form)i)->doc);
}
