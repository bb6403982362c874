/* SPDX-License-Identifier: ISC */
/*
 * .xls by a child process (xls_child.c), of which only what it writes is
 * believed, and not even that without a look: a child that dies has read a
 * damaged file.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "file/sheet_private.h"
#include "file/xls_child.h"
#include "text/utf8.h"

enum {
	BLOCK = 64 << 10,
	TEXT_MOST = 4 * SHEET_TEXT_MAX,
	CELLS_MOST = 256,
	STYLES_MOST = 65536,
};

struct xls {
	pid_t child;              /* 0: it has been waited for */
	int fd;
	struct buf in;
	size_t at;                /* octets of in taken */
	char *name;
	uint8_t date1904;         /* 0: no */
	uint8_t hidden_column[32];
	uint8_t share;            /* read, of 255 */
	struct cell cell[CELLS_MOST];
	struct buf text;
	struct look {
		char *code;       /* NULL: not sent yet */
		bool padded;
	} *look;                  /* of each style, from 1 */
	size_t n_looks;
};

/* The pipe */

static void
describe_death(struct xls *x, struct buf *error)
{
	int status = 0;

	while (waitpid(x->child, &status, 0) < 0 && errno == EINTR)
		;
	x->child = 0;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		buf_add_str(error, "it takes too long to read; save it as "
		    ".xlsx");
	else
		buf_add_str(error, "a damaged .xls; open it in Excel and save "
		    "it as .xlsx");
}

/* n octets, borrowed until the next message; NULL after a sentence. */
static const uint8_t *
need(struct xls *x, size_t n, struct buf *error)
{
	ssize_t got;

	while (x->in.len - x->at < n) {
		got = read(x->fd, buf_reserve(&x->in, BLOCK), BLOCK);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			describe_death(x, error);
			return NULL;
		}
		x->in.len += (size_t)got;
	}
	x->at += n;
	return x->in.p + x->at - n;
}

static bool
take(struct xls *x, void *to, size_t n, struct buf *error)
{
	const uint8_t *p = need(x, n, error);

	if (p != NULL)
		memcpy(to, p, n);
	return p != NULL;
}

/* Appends a text to out. */
static bool
take_text(struct xls *x, struct buf *out, struct buf *error)
{
	const uint8_t *p;
	uint32_t n;

	if (!take(x, &n, sizeof(n), error))
		return false;
	if (n > TEXT_MOST) {
		buf_add_str(error, "a damaged .xls: a cell is longer than cells "
		    "are");
		return false;
	}
	p = need(x, n, error);
	if (p == NULL)
		return false;
	if (utf8_check(span_of(p, n)) < n) {
		buf_add_str(error, "a damaged .xls: a text is none");
		return false;
	}
	buf_add(out, p, n);
	return true;
}

/* Rows */

/* The format of a style that is used from now on. */
static bool
take_look(struct xls *x, struct buf *error)
{
	struct buf code = {0};
	uint32_t style;
	uint8_t padded;
	bool good;

	if (!take(x, &style, sizeof(style), error) ||
	    !take(x, &padded, 1, error))
		return false;
	good = take_text(x, &code, error);
	if (good && (style == 0 || style > STYLES_MOST)) {
		buf_add_str(error, "a damaged .xls: a style is none");
		good = false;
	}
	if (good && style > x->n_looks) {
		x->look = mem_resize(x->look, style * sizeof(*x->look));
		memset(x->look + x->n_looks, 0, (style - x->n_looks) *
		    sizeof(*x->look));
		x->n_looks = style;
	}
	if (good) {
		free(x->look[style - 1].code);
		x->look[style - 1] = (struct look){
		    mem_strdup(buf_cstr(&code)), padded != 0};
	}
	buf_free(&code);
	return good;
}

/* Text goes to x->text; its place stands in text.n until the row is whole. */
static bool
take_cell(struct xls *x, struct cell *cell, struct buf *error)
{
	uint8_t type, formula;
	uint32_t style;

	*cell = (struct cell){0};
	if (!take(x, &cell->column, sizeof(cell->column), error) ||
	    !take(x, &type, 1, error) || !take(x, &formula, 1, error) ||
	    !take(x, &style, sizeof(style), error) ||
	    !take(x, &cell->number, sizeof(cell->number), error))
		return false;
	cell->type = type <= CELL_FORMULA ? (enum cell_type)type : CELL_ERROR;
	cell->formula = formula != 0;
	if (!(cell->number - cell->number == 0)) {
		buf_add_str(error, "a damaged .xls: a number is none");
		return false;
	}
	if (style > 0 && style <= x->n_looks) {
		cell->format = x->look[style - 1].code;
		cell->padded = x->look[style - 1].padded;
	}
	if (!take_text(x, &x->text, error))
		return false;
	cell->text.n = x->text.len;
	return true;
}

static enum sheet_result
take_row(struct xls *x, struct sheet_row *row, struct buf *error)
{
	uint32_t n;
	uint8_t hidden;
	size_t begin = 0, end;

	if (!take(x, &row->number, sizeof(row->number), error) ||
	    !take(x, &hidden, 1, error) || !take(x, &x->share, 1, error) ||
	    !take(x, &n, sizeof(n), error))
		return SHEET_BAD;
	if (n > CELLS_MOST) {
		buf_add_str(error, "a damaged .xls: a row is too wide");
		return SHEET_BAD;
	}
	buf_clear(&x->text);
	for (uint32_t i = 0; i < n; i++)
		if (!take_cell(x, &x->cell[i], error))
			return SHEET_BAD;
	for (uint32_t i = 0; i < n; i++) {
		end = x->cell[i].text.n;
		x->cell[i].text = span_of(x->text.p + begin, end - begin);
		begin = end;
	}
	row->hidden = hidden != 0;
	row->cell = x->cell;
	row->n = n;
	return SHEET_ROW;
}

static enum sheet_result
next(void *owner, struct sheet_row *row, struct buf *error)
{
	struct xls *x = owner;
	uint8_t type;

	do {
		buf_consume(&x->in, x->at);
		x->at = 0;
		if (!take(x, &type, 1, error))
			return SHEET_BAD;
		if (type == 'F' && !take_look(x, error))
			return SHEET_BAD;
	} while (type == 'F');
	if (type == 'R')
		return take_row(x, row, error);
	if (type == 'Z')
		return SHEET_END;
	if (type != 'E')
		buf_add_str(error, "a damaged .xls");
	else
		take_text(x, error, error);
	return SHEET_BAD;
}

/* Opening */

static void
close_xls(void *owner)
{
	struct xls *x = owner;

	if (x->fd >= 0)
		close(x->fd);
	if (x->child > 0) {
		kill(x->child, SIGKILL);
		while (waitpid(x->child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	buf_free(&x->in);
	buf_free(&x->text);
	for (size_t i = 0; i < x->n_looks; i++)
		free(x->look[i].code);
	free(x->look);
	free(x->name);
	free(x);
}

static bool
start_child(struct xls *x, const struct sheet_conf *conf, const char *path,
    struct buf *error)
{
	int fd[2];

	if (pipe(fd) < 0) {
		buf_addf(error, "no pipe to read it: %s", strerror(errno));
		return false;
	}
	fflush(NULL);
	x->child = fork();
	if (x->child == 0) {
		close(fd[0]);
		xls_child(fd[1], path, conf);
	}
	if (x->child < 0)
		buf_addf(error, "no process to read it: %s", strerror(errno));
	close(fd[1]);
	x->fd = fd[0];
	return x->child > 0;
}

static bool
take_sheet(struct xls *x, struct buf *error)
{
	struct buf name = {0};
	uint8_t type = 0;
	bool good = take(x, &type, 1, error);

	if (good && type != 'S') {
		if (type == 'E')
			take_text(x, error, error);
		else
			buf_add_str(error, "a damaged .xls");
		return false;
	}
	good = good && take(x, &x->date1904, 1, error) &&
	    take(x, x->hidden_column, sizeof(x->hidden_column), error) &&
	    take_text(x, &name, error);
	if (good)
		x->name = mem_strdup(buf_cstr(&name));
	buf_free(&name);
	return good;
}

void *
xls_open(const struct sheet_conf *conf, const char *path, struct buf *error)
{
	struct xls *x = mem_new(sizeof(*x));

	x->fd = -1;
	if (start_child(x, conf, path, error) && take_sheet(x, error))
		return x;
	close_xls(x);
	return NULL;
}

static const char *
name(const void *owner)
{
	const struct xls *x = owner;

	return x->name;
}

static bool
column_hidden(const void *owner, uint32_t column)
{
	const struct xls *x = owner;

	return column < 256 && (x->hidden_column[column / 8] >> column % 8 & 1);
}

static double
progress(const void *owner)
{
	const struct xls *x = owner;

	return x->share / 255.0;
}

static bool
date1904(const void *owner)
{
	const struct xls *x = owner;

	return x->date1904 != 0;
}

const struct sheet_reader sheet_xls = {
	.next = next,
	.close = close_xls,
	.name = name,
	.column_hidden = column_hidden,
	.progress = progress,
	.date1904 = date1904,
};
