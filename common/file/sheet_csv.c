/* SPDX-License-Identifier: ISC */
/*
 * CSV and TSV (RFC 4180, as Excel and LibreOffice write and read them). What
 * separates cells and how they are encoded is found out from the front of the file:
 * a byte order mark, UTF-8, else CP949, which Korean Excel writes.
 */
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "file/sheet_private.h"
#include "text/utf8.h"

enum {
	BLOCK = 64 << 10,
	SAMPLE = 1 << 20,      /* looked at for the encoding */
	RECORD_MOST = 1 << 20, /* octets of one row */
};

struct csv {
	int fd;
	uint64_t size, position;
	iconv_t converter;     /* (iconv_t)-1: the file is UTF-8 */
	const char *encoding;  /* of messages */
	struct buf raw;        /* not converted yet */
	struct buf text;       /* UTF-8, from at on not given out yet */
	size_t at;
	bool ended;
	uint8_t separator;
	uint32_t number;       /* of the latest row */
	struct cell *cell;
	size_t n, room;
	struct buf cells;      /* of quoted cells of the row */
};

/* Octets */

static bool
is_utf16(const struct csv *c)
{
	return strncmp(c->encoding, "UTF-16", 6) == 0;
}

/* Appends what can be converted; half a character waits for its rest. */
static bool
convert(struct csv *c, struct buf *error)
{
	char *in = (char *)c->raw.p, *out;
	size_t in_left = c->raw.len, out_left;

	while (in_left > 0) {
		out = (char *)buf_reserve(&c->text, 4 * in_left + 16);
		out_left = 4 * in_left + 16;
		if (iconv(c->converter, &in, &in_left, &out, &out_left) !=
		    (size_t)-1 || errno == EINVAL) {
			c->text.len = (size_t)((uint8_t *)out - c->text.p);
			break;
		}
		c->text.len = (size_t)((uint8_t *)out - c->text.p);
		if (errno == E2BIG)
			continue;
		buf_addf(error, "not %s behind row %u; --encoding says "
		    "otherwise", c->encoding, c->number);
		return false;
	}
	if (in_left > 0 && c->ended) {
		buf_addf(error, "the file ends within a character of %s",
		    c->encoding);
		return false;
	}
	buf_consume(&c->raw, c->raw.len - in_left);
	return true;
}

/* Reads a block on; false when it cannot be. */
static bool
more(struct csv *c, struct buf *error)
{
	struct buf *to = c->converter == (iconv_t)-1 ? &c->text : &c->raw;
	ssize_t n;

	buf_consume(&c->text, c->at);
	c->at = 0;
	do {
		n = read(c->fd, buf_reserve(to, BLOCK), BLOCK);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		buf_add_str(error, strerror(errno));
		return false;
	}
	to->len += (size_t)n;
	c->position += (uint64_t)n;
	c->ended = n == 0;
	return to == &c->text || convert(c, error);
}

/* Records */

/* The end of the record at the front of s, its line feed not counted; s.n
 * without one. *quoted: it has quotes that mean something. *open: it ends
 * within them. */
static size_t
record_end(struct span s, uint8_t separator, bool *quoted, bool *open)
{
	const uint8_t *feed = s.n ? memchr(s.p, '\n', s.n) : NULL;
	size_t n = feed ? (size_t)(feed - s.p) : s.n;
	bool inside = false, begins = true, closed = false;

	*quoted = *open = false;
	if (n == 0 || memchr(s.p, '"', n) == NULL)
		return n;
	for (size_t i = 0; i < s.n; i++) {
		if (inside) {
			inside = s.p[i] != '"';
			closed = !inside;
			continue;
		}
		if (s.p[i] == '\n')
			return i;
		/* one right behind a closing one is doubled: part of the text */
		inside = s.p[i] == '"' && (begins || closed);
		*quoted |= inside;
		closed = false;
		begins = s.p[i] == separator;
	}
	*open = inside;
	return s.n;
}

static struct cell *
add(struct csv *c, uint32_t column)
{
	if (c->n == c->room) {
		c->room = c->room > 0 ? 2 * c->room : 16;
		c->cell = mem_resize(c->cell, c->room * sizeof(*c->cell));
	}
	c->cell[c->n] = (struct cell){.column = column, .type = CELL_TEXT};
	return &c->cell[c->n++];
}

/* ="0101" is how some programs keep Excel from taking text for a number. */
static struct span
plain(struct span s)
{
	if (s.n >= 3 && s.p[0] == '=' && s.p[1] == '"' && s.p[s.n - 1] == '"')
		return span_of(s.p + 2, s.n - 3);
	return s;
}

/* Takes a quoted cell at the front of rest; where it ends. Its text goes to
 * cells, which the caller has given the room. */
static size_t
unquote(struct csv *c, struct span rest, struct span *text)
{
	size_t i = 1, begin = c->cells.len;

	for (; i < rest.n; i++) {
		if (rest.p[i] == '"') {
			if (i + 1 >= rest.n || rest.p[i + 1] != '"')
				break;
			i++;
		} else if (rest.p[i] == '\r' && i + 1 < rest.n &&
		    rest.p[i + 1] == '\n') {
			continue;
		}
		buf_add_byte(&c->cells, rest.p[i]);
	}
	/* what stands behind the quotes belongs to the cell, as Excel has it */
	for (i++; i < rest.n && rest.p[i] != c->separator; i++)
		buf_add_byte(&c->cells, rest.p[i]);
	*text = span_of(c->cells.p + begin, c->cells.len - begin);
	return i < rest.n ? i : rest.n;
}

static bool
split(struct csv *c, struct span record, struct buf *error)
{
	struct span text, rest = record;
	const uint8_t *p;
	size_t n;

	c->n = 0;
	buf_clear(&c->cells);
	buf_reserve(&c->cells, record.n + 1);
	for (uint32_t column = 0;; column++) {
		if (column >= SHEET_COLUMNS_MAX) {
			buf_addf(error, "row %u: more than %d cells",
			    c->number, SHEET_COLUMNS_MAX);
			return false;
		}
		if (rest.n > 0 && rest.p[0] == '"') {
			n = unquote(c, rest, &text);
		} else {
			p = rest.n ? memchr(rest.p, c->separator, rest.n) : NULL;
			n = p ? (size_t)(p - rest.p) : rest.n;
			text = span_of(rest.p, n);
		}
		text = plain(text);
		if (text.n > 0)
			add(c, column)->text = text;
		if (n >= rest.n)
			return true;
		rest = span_skip(rest, n + 1);
	}
}

/* The next record, without the end of its line; false at the end, or after a
 * sentence. */
static bool
next_record(struct csv *c, struct span *record, struct buf *error)
{
	struct span s;
	size_t n;
	bool quoted, open;

	for (;;) {
		s = span_of(c->text.p + c->at, c->text.len - c->at);
		n = record_end(s, c->separator, &quoted, &open);
		if (n < s.n || (c->ended && s.n > 0 && !open))
			break;
		if (c->ended && s.n == 0)
			return false;
		if (open && (c->ended || s.n > RECORD_MOST)) {
			buf_addf(error, "row %u: a quote that opens is never "
			    "closed", c->number + 1);
			return false;
		}
		if (s.n > RECORD_MOST) {
			buf_addf(error, "row %u: longer than 1 MiB",
			    c->number + 1);
			return false;
		}
		if (!more(c, error))
			return false;
	}
	*record = span_of(s.p, n);
	c->at += n < s.n ? n + 1 : n;
	if (n > 0 && s.p[n - 1] == '\r')
		record->n--;
	return true;
}

static enum sheet_result
next(void *owner, struct sheet_row *row, struct buf *error)
{
	struct csv *c = owner;
	struct span record;
	size_t bad;

	do {
		if (!next_record(c, &record, error))
			return error->len > 0 ? SHEET_BAD : SHEET_END;
		c->number++;
		bad = utf8_check(record);
		if (bad < record.n) {
			buf_addf(error, "row %u, byte %zu: not UTF-8; "
			    "--encoding says what it is", c->number, bad + 1);
			return SHEET_BAD;
		}
		if (!split(c, record, error))
			return SHEET_BAD;
	} while (c->n == 0);
	*row = (struct sheet_row){.number = c->number, .cell = c->cell,
	    .n = c->n};
	return SHEET_ROW;
}

/* Opening */

static bool
set_encoding(struct csv *c, const char *name, struct buf *error)
{
	c->encoding = name;
	if (strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0)
		return true;
	c->converter = iconv_open("UTF-8", name);
	if (c->converter == (iconv_t)-1)
		buf_addf(error, "--encoding %s: iconv knows no such encoding",
		    name);
	return c->converter != (iconv_t)-1;
}

/* Whether text could be CP949: all of it can be converted. */
static bool
is_cp949(struct span sample)
{
	iconv_t converter = iconv_open("UTF-8", "CP949");
	char *in = (char *)(uintptr_t)sample.p, *out;
	size_t left = sample.n, room = 4 * sample.n + 16, result;
	struct buf text = {0};

	if (converter == (iconv_t)-1)
		return false;
	out = (char *)buf_reserve(&text, room);
	result = iconv(converter, &in, &left, &out, &room);
	iconv_close(converter);
	buf_free(&text);
	/* a character may be cut at the end of the sample */
	return result != (size_t)-1 || (errno == EINVAL && left < 2);
}

static bool
find_encoding(struct csv *c, struct span sample, struct buf *error)
{
	size_t good = utf8_check(sample);

	if (sample.n >= 2 && memcmp(sample.p, "\xff\xfe", 2) == 0)
		return set_encoding(c, "UTF-16LE", error);
	if (sample.n >= 2 && memcmp(sample.p, "\xfe\xff", 2) == 0)
		return set_encoding(c, "UTF-16BE", error);
	if (memchr(sample.p, 0, sample.n) != NULL) {
		buf_add_str(error, "no spreadsheet that this program knows: "
		    ".xlsx, .xls, CSV or TSV");
		return false;
	}
	if (good == sample.n || (sample.n == SAMPLE && sample.n - good < 4))
		return set_encoding(c, "UTF-8", error);
	if (is_cp949(sample))
		return set_encoding(c, "CP949", error);
	buf_addf(error, "byte %zu: neither UTF-8 nor CP949; --encoding says "
	    "what it is", good + 1);
	return false;
}

/* Reads the front of the file, finds its encoding, and begins anew with it. */
static bool
read_sample(struct csv *c, const struct sheet_conf *conf, struct buf *error)
{
	bool good = true;

	while (!c->ended && c->text.len < SAMPLE)
		if (!more(c, error))
			return false;
	if (conf->encoding != NULL)
		good = set_encoding(c, conf->encoding, error);
	else
		good = find_encoding(c, span_of(c->text.p, c->text.len < SAMPLE ?
		    c->text.len : SAMPLE), error);
	if (!good || c->converter == (iconv_t)-1)
		return good;
	c->raw = c->text;
	c->text = (struct buf){0};
	if (conf->encoding == NULL && is_utf16(c))
		buf_consume(&c->raw, 2);
	return convert(c, error);
}

/* Which of them stands most often in the first record, outside of quotes. */
static uint8_t
find_separator(struct span text)
{
	static const uint8_t candidates[] = {',', ';', '\t', '|'};
	size_t count[sizeof(candidates)] = {0}, best = 0;
	bool quoted = false;

	for (size_t i = 0; i < text.n && (quoted || text.p[i] != '\n'); i++) {
		quoted ^= text.p[i] == '"';
		for (size_t k = 0; !quoted && k < sizeof(candidates); k++)
			count[k] += text.p[i] == candidates[k];
	}
	for (size_t k = 1; k < sizeof(candidates); k++)
		if (count[k] > count[best])
			best = k;
	return candidates[best];
}

/* "sep=;", a line that Excel reads and does not show. */
static bool
take_separator_line(struct csv *c)
{
	struct span s = span_of(c->text.p + c->at, c->text.len - c->at);

	if (s.n < 5 || memcmp(s.p, "sep=", 4) != 0 ||
	    (s.n > 5 && s.p[5] != '\n' && s.p[5] != '\r'))
		return false;
	c->separator = s.p[4];
	c->at += 5;
	while (c->at < c->text.len && c->text.p[c->at - 1] != '\n')
		c->at++;
	return true;
}

static void
close_csv(void *owner)
{
	struct csv *c = owner;

	if (c->fd >= 0)
		close(c->fd);
	if (c->converter != (iconv_t)-1)
		iconv_close(c->converter);
	buf_free(&c->raw);
	buf_free(&c->text);
	buf_free(&c->cells);
	free(c->cell);
	free(c);
}

void *
csv_open(const struct sheet_conf *conf, const char *path, enum sheet_kind *kind,
    struct buf *error)
{
	struct csv *c = mem_new(sizeof(*c));
	struct stat st;

	c->converter = (iconv_t)-1;
	c->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (c->fd < 0 || fstat(c->fd, &st) < 0)
		buf_add_str(error, strerror(errno));
	else if (conf->sheet != NULL && strcmp(conf->sheet, "1") != 0)
		buf_addf(error, "no sheet \"%s\": a file of text is one sheet "
		    "without a name", conf->sheet);
	else if (read_sample(c, conf, error)) {
		c->size = (uint64_t)st.st_size;
		if (c->text.len >= 3 && memcmp(c->text.p, "\xef\xbb\xbf", 3) == 0)
			c->at = 3;
		if (!take_separator_line(c))
			c->separator = find_separator(span_of(
			    c->text.p + c->at, c->text.len - c->at));
		*kind = c->separator == '\t' ? SHEET_TSV : SHEET_CSV;
		return c;
	}
	close_csv(c);
	return NULL;
}

static double
progress(const void *owner)
{
	const struct csv *c = owner;

	return c->size > 0 ? (double)c->position / (double)c->size : 1;
}

const struct sheet_reader sheet_csv = {
	.next = next,
	.close = close_csv,
	.progress = progress,
};
