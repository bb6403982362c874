/* SPDX-License-Identifier: ISC */
/*
 * Which reader a file gets, by its first octets, and what the readers share. A
 * file that none of them reads is named for what it is, with the way out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "file/sheet_private.h"

enum { FIRST = 4096 };  /* octets looked at */

struct sheet {
	const struct sheet_reader *reader;
	void *owner;
	enum sheet_kind kind;
	char *path, *name;        /* name: of messages */
	struct buf error;         /* whole, with the path */
	bool over;
};

/* Whether the first octets have a word, in any case, behind blanks. */
static bool
begins_with(struct span first, const char *word)
{
	size_t n = strlen(word), at = 0;

	while (at < first.n && memchr(" \t\r\n\xef\xbb\xbf", first.p[at], 7))
		at++;
	if (first.n - at < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((first.p[at + i] | 0x20) != (word[i] | 0x20))
			return false;
	return true;
}

/* What is no workbook though its name may say so; NULL for anything else. */
static const char *
known_as(struct span first)
{
	static const struct {
		const char *begin, *what;
	} kinds[] = {
		{"<!doctype html", "a web page, whatever its name says; open it "
		    "in Excel and save it as .xlsx"},
		{"<html", "a web page, whatever its name says; open it in Excel "
		    "and save it as .xlsx"},
		{"<table", "a web page, whatever its name says; open it in Excel "
		    "and save it as .xlsx"},
		{"<?xml", "XML; open it in Excel and save it as .xlsx"},
		{"%PDF-", "a PDF"}, {"{\\rtf", "rich text"},
		{"\x89PNG", "a picture"}, {"\xff\xd8\xff", "a picture"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (begins_with(first, kinds[i].begin))
			return kinds[i].what;
	return NULL;
}

static bool
read_first(const char *path, uint8_t *first, size_t *n, struct buf *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t got = -1;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		errno = EISDIR;
	else if (fd >= 0)
		got = read(fd, first, FIRST);
	if (got < 0)
		buf_add_str(error, strerror(errno));
	if (fd >= 0)
		close(fd);
	*n = got > 0 ? (size_t)got : 0;
	return got >= 0;
}

static void *
open_kind(struct sheet *s, const struct sheet_conf *conf, struct span first,
    struct buf *error)
{
	const char *what = known_as(first);

	if (first.n == 0) {
		buf_add_str(error, "the file is empty");
		return NULL;
	}
	if (first.n >= 4 && memcmp(first.p, "PK\3\4", 4) == 0) {
		s->kind = SHEET_XLSX;
		s->reader = &sheet_xlsx;
		return xlsx_open(conf, s->path, error);
	}
	if (first.n >= 4 && memcmp(first.p, "PK", 2) == 0) {
		buf_add_str(error, "an empty or damaged zip file");
		return NULL;
	}
	if (first.n >= 8 && memcmp(first.p, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
	    8) == 0) {
		s->kind = SHEET_XLS;
		s->reader = &sheet_xls;
		return xls_open(conf, s->path, error);
	}
	if (what != NULL) {
		buf_add_str(error, what);
		return NULL;
	}
	s->reader = &sheet_csv;
	return csv_open(conf, s->path, &s->kind, error);
}

struct sheet *
sheet_open(const struct sheet_conf *conf, const char *path, struct buf *error)
{
	struct sheet *s = mem_new(sizeof(*s));
	uint8_t first[FIRST];
	size_t n;

	s->path = mem_strdup(path);
	s->name = mem_strdup(conf->name ? conf->name : path);
	buf_addf(error, "%s: ", s->name);
	if (read_first(path, first, &n, error))
		s->owner = open_kind(s, conf, span_of(first, n), error);
	if (s->owner != NULL) {
		error->len -= strlen(s->name) + 2;
		return s;
	}
	free(s->path);
	free(s->name);
	free(s);
	return NULL;
}

void
sheet_close(struct sheet *s)
{
	if (s == NULL)
		return;
	s->reader->close(s->owner);
	buf_free(&s->error);
	free(s->name);
	free(s->path);
	free(s);
}

enum sheet_kind
sheet_kind(const struct sheet *s)
{
	return s->kind;
}

const char *
sheet_name(const struct sheet *s)
{
	return s->reader->name ? s->reader->name(s->owner) : NULL;
}

bool
sheet_date1904(const struct sheet *s)
{
	return s->reader->date1904 && s->reader->date1904(s->owner);
}

bool
sheet_column_hidden(const struct sheet *s, uint32_t column)
{
	return s->reader->column_hidden &&
	    s->reader->column_hidden(s->owner, column);
}

double
sheet_progress(const struct sheet *s)
{
	return s->reader->progress(s->owner);
}

enum sheet_result
sheet_next(struct sheet *s, struct sheet_row *row)
{
	struct buf why = {0};
	enum sheet_result got;

	if (s->over)
		return s->error.len > 0 ? SHEET_BAD : SHEET_END;
	got = s->reader->next(s->owner, row, &why);
	s->over = got != SHEET_ROW;
	if (got == SHEET_BAD)
		buf_addf(&s->error, "%s: %s%c", s->name, buf_cstr(&why), 0);
	buf_free(&why);
	return got;
}

const char *
sheet_error(const struct sheet *s)
{
	return s->error.len > 0 ? (const char *)s->error.p : "";
}
