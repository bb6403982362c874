/* SPDX-License-Identifier: ISC */
/*
 * The parts of an .xlsx around its sheets. Parts are found by their relations
 * alone, as ECMA-376-2 has it, never by the names that Excel likes.
 */
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "file/xlsx_book.h"
#include "file/xml.h"
#include "text/compose.h"

enum {
	SHEETS_MOST = 4096,
	STYLES_MOST = 65536,      /* Excel has 65,490 */
	FORMATS_MOST = 65536,     /* and ids of formats */
	TARGET_MOST = 4096,       /* octets of where a relation leads */
};

struct xlsx_book_relation {
	char *id, *type, *target;
};

/* Formats are many styles': each is made once. */
struct xlsx_book_code {
	char *code;
	struct number_format *format;  /* NULL: General */
};

/* Relations */

static void
take_relation(void *owner, const char *name, const char **attr)
{
	struct xlsx_book *w = owner;
	const char *id = xml_attribute(attr, "Id");
	const char *type = xml_attribute(attr, "Type");
	const char *target = xml_attribute(attr, "Target");
	const char *mode = xml_attribute(attr, "TargetMode");
	const char *last;

	if (strcmp(name, "Relationship") != 0 || id == NULL || type == NULL ||
	    target == NULL || strlen(target) > TARGET_MOST ||
	    w->n_relations >= 2 * SHEETS_MOST ||
	    (mode != NULL && strcmp(mode, "External") == 0))
		return;
	/* transitional and strict documents differ in the front of it */
	last = strrchr(type, '/');
	w->relation = mem_resize(w->relation,
	    (w->n_relations + 1) * sizeof(*w->relation));
	w->relation[w->n_relations++] = (struct xlsx_book_relation){
	    mem_strdup(id), mem_strdup(last ? last + 1 : type),
	    mem_strdup(target)};
}

static void
forget_relations(struct xlsx_book *w)
{
	for (size_t i = 0; i < w->n_relations; i++) {
		free(w->relation[i].id);
		free(w->relation[i].type);
		free(w->relation[i].target);
	}
	w->n_relations = 0;
}

static const struct xml_handlers relation_handlers = {
	.start = take_relation,
};

/* The relations of the part base + name; none when the package has no list. */
static bool
read_relations(struct xlsx_book *w, const char *base, const char *name,
    struct buf *error)
{
	struct buf part = {0};
	bool good = true;

	forget_relations(w);
	buf_addf(&part, "%s_rels/%s.rels", base, name);
	if (package_has(w->package, buf_cstr(&part)))
		good = xml_read_part(w->package, buf_cstr(&part),
		    &relation_handlers, w, error);
	buf_free(&part);
	return good;
}

/* The name of a part that a target leads to from a folder: "worksheets/s.xml",
 * "/xl/s.xml", "../s.xml". */
static char *
resolve(const char *base, const char *target)
{
	struct buf path = {0};
	char *result, *up, *before;

	if (*target != '/' && *target != '\\')
		buf_add_str(&path, base);
	buf_add_str(&path, target);
	result = mem_strdup(buf_cstr(&path));
	buf_free(&path);
	for (char *p = result; *p != '\0'; p++)
		if (*p == '\\')
			*p = '/';
	while ((up = strstr(result, "/../")) != NULL) {
		*up = '\0';
		before = strrchr(result, '/');
		before = before ? before + 1 : result;
		memmove(before, up + 4, strlen(up + 4) + 1);
	}
	while ((up = strstr(result, "/./")) != NULL)
		memmove(up, up + 2, strlen(up + 2) + 1);
	return result;
}

static char *
part_of_type(const struct xlsx_book *w, const char *base, const char *type)
{
	for (size_t i = 0; i < w->n_relations; i++)
		if (strcmp(w->relation[i].type, type) == 0)
			return resolve(base, w->relation[i].target);
	return NULL;
}

/* The workbook */

static void
take_workbook(void *owner, const char *name, const char **attr)
{
	struct xlsx_book *w = owner;
	const char *value, *id;

	if (strcmp(name, "workbookPr") == 0) {
		w->date1904 = xml_is_true(xml_attribute(attr, "date1904"));
	} else if (strcmp(name, "sheet") == 0 && w->n_sheets < SHEETS_MOST) {
		value = xml_attribute(attr, "name");
		id = xml_attribute(attr, "id");
		w->sheet = mem_resize(w->sheet,
		    (w->n_sheets + 1) * sizeof(*w->sheet));
		w->sheet[w->n_sheets] = (struct xlsx_book_sheet){
		    mem_strdup(value ? value : ""), mem_strdup(id ? id : ""),
		    false};
		value = xml_attribute(attr, "state");
		w->sheet[w->n_sheets++].hidden = value != NULL &&
		    strcmp(value, "visible") != 0;
	}
}

static const struct xml_handlers workbook_handlers = {
	.start = take_workbook,
};

/* Styles */

static void
add_code(struct xlsx_book *w, uint32_t id, const char *code)
{
	struct xlsx_book_code *c;

	if (id >= FORMATS_MOST || w->n_codes >= 2 * FORMATS_MOST)
		return;
	if ((w->n_codes & (w->n_codes + 1)) == 0)
		w->code = mem_resize(w->code, 2 * (w->n_codes + 1) *
		    sizeof(*w->code));
	c = &w->code[w->n_codes++];
	*c = (struct xlsx_book_code){.code = mem_strdup(code)};
	if (strcasecmp(code, "General") != 0)
		c->format = number_format_new(span_str(code));
	w->code_at[id] = (uint32_t)w->n_codes;
}

static const struct xlsx_book_code *
code_of(struct xlsx_book *w, uint32_t id)
{
	const char *builtin;

	if (id >= FORMATS_MOST)
		return NULL;
	if (w->code_at[id] == 0) {
		builtin = number_format_builtin(id);
		add_code(w, id, builtin ? builtin : "General");
	}
	return w->code_at[id] > 0 ? &w->code[w->code_at[id] - 1] : NULL;
}

static void
add_style(struct xlsx_book *w, uint32_t id)
{
	const struct xlsx_book_code *code = code_of(w, id);
	struct xlsx_book_style *style;

	if ((w->n_styles & (w->n_styles + 1)) == 0)
		w->style = mem_resize(w->style, 2 * (w->n_styles + 1) *
		    sizeof(*w->style));
	style = &w->style[w->n_styles++];
	*style = (struct xlsx_book_style){0};
	if (code == NULL || code->format == NULL)
		return;
	style->code = code->code;
	style->format = code->format;
	style->is_date = number_format_is_date(style->format);
	style->is_padded = number_format_zeros(style->format) > 0;
}

static void
take_style(void *owner, const char *name, const char **attr)
{
	struct xlsx_book *w = owner;
	const char *id = xml_attribute(attr, "numFmtId");
	const char *code = xml_attribute(attr, "formatCode");
	uint32_t number = id ? (uint32_t)strtoul(id, NULL, 10) : 0;

	if (w->code_at == NULL)
		w->code_at = mem_array(FORMATS_MOST, sizeof(*w->code_at));
	if (strcmp(name, "cellXfs") == 0)
		w->in_styles = true;
	else if (strcmp(name, "numFmt") == 0 && id != NULL && code != NULL &&
	    w->n_codes < FORMATS_MOST)
		add_code(w, number, code);
	else if (strcmp(name, "xf") == 0 && w->in_styles &&
	    w->n_styles < STYLES_MOST)
		add_style(w, number);
}

static void
end_style(void *owner, const char *name)
{
	struct xlsx_book *w = owner;

	if (strcmp(name, "cellXfs") == 0)
		w->in_styles = false;
}

static const struct xml_handlers style_handlers = {
	.start = take_style,
	.end = end_style,
};

/* Opening */

/* Splits "xl/workbook.xml" into its folder, kept in w, and the rest. */
static const char *
split_part(struct xlsx_book *w, const char *part)
{
	const char *slash = strrchr(part, '/');

	w->base = mem_strndup(part, slash ? (size_t)(slash - part) + 1 : 0);
	return slash ? slash + 1 : part;
}

static bool
read_parts(struct xlsx_book *w, const char *main_part, struct buf *error)
{
	const char *name = split_part(w, main_part);
	size_t n = strlen(name);
	char *styles;
	bool good = true;

	if (n > 4 && strcasecmp(name + n - 4, ".bin") == 0) {
		buf_add_str(error, "a binary workbook (.xlsb), which is not "
		    "read; save it as .xlsx");
		return false;
	}
	if (!xml_read_part(w->package, main_part, &workbook_handlers, w, error) ||
	    !read_relations(w, w->base, name, error))
		return false;
	if (w->n_sheets == 0) {
		buf_add_str(error, "the workbook has no sheet");
		return false;
	}
	w->strings_part = part_of_type(w, w->base, "sharedStrings");
	styles = part_of_type(w, w->base, "styles");
	if (styles != NULL)
		good = xml_read_part(w->package, styles, &style_handlers, w,
		    error);
	free(styles);
	return good;
}

bool
xlsx_book_open(struct xlsx_book *w, const char *path, struct buf *error)
{
	char *main_part;
	bool good;

	*w = (struct xlsx_book){0};
	w->package = package_open(path, error);
	if (w->package == NULL)
		return false;
	if (!read_relations(w, "", "", error))
		return false;
	main_part = part_of_type(w, "", "officeDocument");
	if (main_part == NULL) {
		buf_add_str(error, package_has(w->package,
		    "content.xml") ? "an OpenDocument file (.ods), which is "
		    "not read; save it as .xlsx" : package_has(w->package,
		    "Index/Document.iwa") ? "a Numbers file, which is not read; "
		    "export it to Excel" : "a zip file, but no workbook");
		return false;
	}
	good = read_parts(w, main_part, error);
	free(main_part);
	return good;
}

void
xlsx_book_close(struct xlsx_book *w)
{
	for (size_t i = 0; i < w->n_sheets; i++) {
		free(w->sheet[i].name);
		free(w->sheet[i].id);
	}
	for (size_t i = 0; i < w->n_codes; i++) {
		number_format_free(w->code[i].format);
		free(w->code[i].code);
	}
	forget_relations(w);
	free(w->relation);
	free(w->sheet);
	free(w->style);
	free(w->code);
	free(w->code_at);
	free(w->strings_part);
	free(w->base);
	package_close(w->package);
	*w = (struct xlsx_book){0};
}

/* Sheets */

/* Names are the same when they are composed alike; ASCII case does not count. */
static bool
same_name(const char *a, const char *b)
{
	struct buf x = {0}, y = {0};
	bool same;

	text_compose(&x, span_str(a));
	text_compose(&y, span_str(b));
	same = strcasecmp(buf_cstr(&x), buf_cstr(&y)) == 0;
	buf_free(&x);
	buf_free(&y);
	return same;
}

static void
list_sheets(const struct xlsx_book *w, const char *name, struct buf *error)
{
	buf_addf(error, "no sheet \"%s\"; there are", name);
	for (size_t i = 0; i < w->n_sheets && i < 20; i++)
		buf_addf(error, "%s \"%s\"%s", i > 0 ? "," : "",
		    w->sheet[i].name, w->sheet[i].hidden ? " (hidden)" : "");
	if (w->n_sheets > 20)
		buf_addf(error, " and %zu more", w->n_sheets - 20);
}

bool
xlsx_book_find(const struct xlsx_book *w, const char *name, size_t *sheet,
    struct buf *error)
{
	unsigned long number;
	char *end;

	for (*sheet = 0; *sheet < w->n_sheets; ++*sheet)
		if (name == NULL ? !w->sheet[*sheet].hidden :
		    same_name(w->sheet[*sheet].name, name))
			return true;
	if (name == NULL) {
		buf_add_str(error, "all its sheets are hidden; name one with "
		    "--sheet");
		return false;
	}
	number = strtoul(name, &end, 10);
	if (*name >= '0' && *name <= '9' && *end == '\0' && number >= 1 &&
	    number <= w->n_sheets) {
		*sheet = number - 1;
		return true;
	}
	list_sheets(w, name, error);
	return false;
}

char *
xlsx_book_part(const struct xlsx_book *w, size_t sheet)
{
	const struct xlsx_book_relation *r;

	for (size_t i = 0; i < w->n_relations; i++) {
		r = &w->relation[i];
		if (strcmp(r->id, w->sheet[sheet].id) != 0 ||
		    strcmp(r->type, "worksheet") != 0)
			continue;
		return resolve(w->base, r->target);
	}
	return NULL;
}
