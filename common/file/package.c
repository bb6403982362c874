/* SPDX-License-Identifier: ISC */
/* Packages over libzip, which checks each part's length and CRC at its end. */
#include <stdlib.h>
#include <zip.h>

#include "base/mem.h"
#include "file/package.h"

enum { PARTS_MOST = 10000 };

struct package {
	zip_t *zip;
};

struct part {
	zip_file_t *file;
	char *name;
	uint64_t size, position;
};

struct package *
package_open(const char *path, struct buf *error)
{
	struct package *p = mem_new(sizeof(*p));
	zip_error_t e;
	int code = 0;

	p->zip = zip_open(path, ZIP_RDONLY, &code);
	if (p->zip == NULL) {
		zip_error_init_with_code(&e, code);
		buf_addf(error, "damaged: %s", zip_error_strerror(&e));
		zip_error_fini(&e);
	} else if (zip_get_num_entries(p->zip, 0) > PARTS_MOST) {
		buf_addf(error, "more than %d parts", PARTS_MOST);
		zip_discard(p->zip);
		p->zip = NULL;
	}
	if (p->zip != NULL)
		return p;
	free(p);
	return NULL;
}

void
package_close(struct package *p)
{
	if (p == NULL)
		return;
	zip_discard(p->zip);
	free(p);
}

static char
folded(char c)
{
	if (c == '\\')
		return '/';
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool
same_name(const char *a, const char *b)
{
	while (*a == '/' || *a == '\\')
		a++;
	while (*b == '/' || *b == '\\')
		b++;
	while (*a != '\0' && folded(*a) == folded(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

/* How many parts have the name; *index is the last of them. */
static unsigned
find(struct package *p, const char *name, zip_uint64_t *index)
{
	zip_int64_t n = zip_get_num_entries(p->zip, 0);
	const char *other;
	unsigned found = 0;

	for (zip_int64_t i = 0; i < n; i++) {
		other = zip_get_name(p->zip, (zip_uint64_t)i, 0);
		if (other == NULL || !same_name(name, other))
			continue;
		*index = (zip_uint64_t)i;
		found++;
	}
	return found;
}

bool
package_has(struct package *p, const char *name)
{
	zip_uint64_t index;

	return find(p, name, &index) > 0;
}

/* What keeps a part from being read; NULL when nothing does. */
static const char *
refusal(const zip_stat_t *st, uint64_t most)
{
	if (!(st->valid & ZIP_STAT_SIZE))
		return "its size is not said";
	if ((st->valid & ZIP_STAT_ENCRYPTION_METHOD) &&
	    st->encryption_method != ZIP_EM_NONE)
		return "it is encrypted";
	if ((st->valid & ZIP_STAT_COMP_METHOD) &&
	    st->comp_method != ZIP_CM_STORE &&
	    st->comp_method != ZIP_CM_DEFLATE)
		return "it is packed in a way that workbooks do not use";
	if (st->size > most)
		return "it unpacks to more than any workbook needs";
	return NULL;
}

struct part *
package_part(struct package *p, const char *name, uint64_t most,
    struct buf *error)
{
	zip_uint64_t index = 0;
	zip_stat_t st;
	unsigned n = find(p, name, &index);
	const char *why = n == 0 ? "it is missing" :
	    n > 1 ? "it is there twice" : NULL;
	struct part *part;
	zip_file_t *file = NULL;

	if (why == NULL && zip_stat_index(p->zip, index, 0, &st) != 0)
		why = zip_strerror(p->zip);
	if (why == NULL)
		why = refusal(&st, most);
	if (why == NULL) {
		file = zip_fopen_index(p->zip, index, 0);
		if (file == NULL)
			why = zip_strerror(p->zip);
	}
	if (why != NULL) {
		buf_addf(error, "part %s: %s", name, why);
		return NULL;
	}
	part = mem_new(sizeof(*part));
	part->file = file;
	part->name = mem_strdup(name);
	part->size = st.size;
	return part;
}

const char *
part_name(const struct part *part)
{
	return part->name;
}

uint64_t
part_size(const struct part *part)
{
	return part->size;
}

uint64_t
part_position(const struct part *part)
{
	return part->position;
}

ssize_t
part_read(struct part *part, void *p, size_t n, struct buf *error)
{
	zip_int64_t got = zip_fread(part->file, p, n);
	const char *why = NULL;

	if (got < 0)
		why = zip_file_strerror(part->file);
	else if ((uint64_t)got > part->size - part->position)
		why = "it unpacks to more than it says";
	else if (got == 0 && n > 0 && part->position < part->size)
		why = "it ends before it should";
	if (why != NULL) {
		buf_addf(error, "part %s: %s", part->name, why);
		return -1;
	}
	part->position += (uint64_t)got;
	return (ssize_t)got;
}

void
part_close(struct part *part)
{
	if (part == NULL)
		return;
	zip_fclose(part->file);
	free(part->name);
	free(part);
}
