/* SPDX-License-Identifier: ISC */
/*
 * The lines, with tabs between the cells: "smpptools-journal 1 NAME..." first,
 * "R" where a run begins, "B INPUT LINE HASH PART PARTS" before a part leaves,
 * "A INPUT LINE PART STATUS ID" at its answer. In names and ids what is not a
 * graphic ASCII character, and %, is %XX.
 */
#include "app/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "app/journal_rows.h"
#include "base/mem.h"

enum {
	SYNC_MS = 1000,
	READ_AT_ONCE = 1 << 16,
	LINE_MOST = 1 << 20,
};

static const char magic[] = "smpptools-journal\t1";

/* Whole lines of the file, from an offset to an end. */
struct reader {
	int fd;
	off_t at, end;
	struct buf in;
	size_t used;
};

/* One run of those before. */
struct section {
	off_t start, end;
	struct journal_set accepted;
	struct journal_rows ahead;
	struct reader reader;
};

struct journal {
	int fd;
	bool sync_each, unsynced;
	uint64_t synced_ms;
	struct buf out;
	struct journal_rows open;  /* unknown and partial rows */
	struct section *section;
	size_t n_sections;
};

static void
add_name(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] > 0x20 && s.p[i] < 0x7f && s.p[i] != '%')
			buf_add_byte(b, s.p[i]);
		else
			buf_addf(b, "%%%02x", s.p[i]);
}

uint64_t
journal_hash(uint64_t hash, struct span field)
{
	if (hash == 0)
		hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < field.n; i++)
		hash = (hash ^ field.p[i]) * UINT64_C(1099511628211);
	/* an end that no octet can be */
	return (hash ^ 256) * UINT64_C(1099511628211);
}

/* Reading */

enum got { GOT_LINE, GOT_END, GOT_TORN, GOT_ERROR };

static enum got
next_line(struct reader *r, struct span *line)
{
	for (;;) {
		const uint8_t *start = r->in.p + r->used;
		size_t left = r->in.len - r->used, room;
		const uint8_t *end = left ? memchr(start, '\n', left) : NULL;
		ssize_t n;

		if (end != NULL) {
			*line = span_of(start, (size_t)(end - start));
			r->used += line->n + 1;
			return GOT_LINE;
		}
		if (left > LINE_MOST) {
			errno = EBADMSG;
			return GOT_ERROR;
		}
		buf_consume(&r->in, r->used);
		r->used = 0;
		room = READ_AT_ONCE;
		if ((off_t)room > r->end - r->at)
			room = (size_t)(r->end - r->at);
		if (room == 0)
			return left ? GOT_TORN : GOT_END;
		n = pread(r->fd, buf_reserve(&r->in, room), room, r->at);
		if (n < 0)
			return GOT_ERROR;
		if (n == 0)
			return GOT_TORN;
		r->in.len += (size_t)n;
		r->at += n;
	}
}

/* Where the line after the last one read begins. */
static off_t
reader_offset(const struct reader *r)
{
	return r->at - (off_t)(r->in.len - r->used);
}

/* Opening */

static bool
is_header(struct span line, const struct buf *header)
{
	return line.n + 1 == header->len &&
	    memcmp(line.p, header->p, line.n) == 0;
}

static void
add_section(struct journal *j, off_t start)
{
	if (j->n_sections > 0)
		j->section[j->n_sections - 1].end = start;
	j->section = mem_resize(j->section,
	    (j->n_sections + 1) * sizeof(*j->section));
	j->section[j->n_sections++] = (struct section){.start = start};
}

/* Takes one line of the first pass; false when it makes no sense. */
static bool
take_line(struct journal *j, struct span line, off_t next)
{
	struct journal_row *row;

	if (span_is(line, "R")) {
		add_section(j, next);
		return true;
	}
	if (j->n_sections == 0 || !journal_rows_take(&j->open, line, &row))
		return false;
	if (row == NULL)
		return true;
	if (journal_row_state(row) == JOURNAL_ACCEPTED) {
		journal_set_add(&j->section[j->n_sections - 1].accepted,
		    row->input, row->line);
		journal_rows_drop(&j->open, row);
	} else if (journal_row_state(row) == JOURNAL_NEW) {
		journal_rows_drop(&j->open, row);
	}
	return true;
}

/* The first pass. Gives the number of octets that are whole lines, -1 on
 * error. */
static off_t
read_all(struct journal *j, off_t size, const struct buf *header,
    const char *path, struct buf *error)
{
	struct reader r = {.fd = j->fd, .end = size};
	struct span line;
	uint64_t number = 0;
	off_t whole = 0;
	enum got got;

	while ((got = next_line(&r, &line)) == GOT_LINE) {
		number++;
		whole = reader_offset(&r);
		if (number == 1 && (line.n < sizeof(magic) - 1 ||
		    memcmp(line.p, magic, sizeof(magic) - 1) != 0)) {
			buf_addf(error, "%s: is no journal", path);
			break;
		}
		if (number == 1 && !is_header(line, header)) {
			buf_addf(error, "%s: belongs to another input", path);
			break;
		}
		if (number > 1 && !take_line(j, line, whole)) {
			buf_addf(error, "%s: line %" PRIu64 " is damaged", path,
			    number);
			break;
		}
	}
	/* a torn header is the beginning of one */
	if (got == GOT_TORN && whole == 0 && (r.in.len >= header->len ||
	    memcmp(r.in.p, header->p, r.in.len) != 0))
		buf_addf(error, "%s: is no journal", path);
	if (got == GOT_ERROR)
		buf_addf(error, "%s: %s", path, strerror(errno));
	buf_free(&r.in);
	return error->len > 0 ? -1 : whole;
}

static bool
prepare(struct journal *j, const char *path, const struct buf *header,
    struct buf *error)
{
	off_t size, whole;

	if (flock(j->fd, LOCK_EX | LOCK_NB) < 0) {
		buf_addf(error, "%s: %s", path, errno == EWOULDBLOCK ?
		    "another run has it" : strerror(errno));
		return false;
	}
	size = lseek(j->fd, 0, SEEK_END);
	if (size < 0) {
		buf_addf(error, "%s: %s", path, strerror(errno));
		return false;
	}
	whole = read_all(j, size, header, path, error);
	if (whole < 0)
		return false;
	if (whole < size && ftruncate(j->fd, whole) < 0) {
		buf_addf(error, "%s: %s", path, strerror(errno));
		return false;
	}
	if (j->n_sections > 0)
		j->section[j->n_sections - 1].end = whole;
	for (size_t i = 0; i < j->n_sections; i++)
		j->section[i].reader = (struct reader){.fd = j->fd,
		    .at = j->section[i].start, .end = j->section[i].end};
	if (whole == 0)
		buf_add_span(&j->out, buf_span(header));
	buf_add_str(&j->out, "R\n");
	return true;
}

struct journal *
journal_open(const char *path, const char *const *inputs, size_t n_inputs,
    bool sync_each, struct buf *error)
{
	struct journal *j = mem_new(sizeof(*j));
	struct buf header = {0};

	j->sync_each = sync_each;
	buf_add_str(&header, magic);
	for (size_t i = 0; i < n_inputs; i++) {
		buf_add_byte(&header, '\t');
		add_name(&header, span_str(inputs[i]));
	}
	buf_add_byte(&header, '\n');
	j->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (j->fd < 0)
		buf_addf(error, "%s: %s", path, strerror(errno));
	if (j->fd < 0 || !prepare(j, path, &header, error) ||
	    !journal_flush(j, 0)) {
		if (error->len == 0)
			buf_addf(error, "%s: %s", path, strerror(errno));
		buf_clear(&j->out);
		journal_close(j);
		j = NULL;
	}
	buf_free(&header);
	return j;
}

/* Asking */

/* Reads a run on until the row is whole. */
static struct journal_row *
read_on(struct section *s, size_t input, uint64_t line)
{
	struct journal_row *row = journal_rows_find(&s->ahead, input, line);
	struct span text;

	while (row == NULL || journal_row_state(row) != JOURNAL_ACCEPTED) {
		if (next_line(&s->reader, &text) != GOT_LINE ||
		    !journal_rows_take(&s->ahead, text, &row))
			return NULL;
		if (row != NULL && journal_row_state(row) == JOURNAL_NEW) {
			journal_rows_drop(&s->ahead, row);
			row = NULL;
		}
		if (row != NULL && (row->input != input || row->line != line))
			row = NULL;
	}
	return row;
}

enum journal_state
journal_find(struct journal *j, size_t input, uint64_t line, uint64_t hash,
    struct buf *ids, uint32_t *n_parts)
{
	struct journal_row *row = journal_rows_find(&j->open, input, line);
	struct journal_rows *rows = &j->open;
	enum journal_state state;

	buf_clear(ids);
	*n_parts = 0;
	for (size_t i = 0; i < j->n_sections && row == NULL; i++) {
		struct section *s = &j->section[i];

		if (!journal_set_has(&s->accepted, input, line))
			continue;
		row = read_on(s, input, line);
		rows = &s->ahead;
		if (row == NULL)
			return JOURNAL_BROKEN;
	}
	if (row == NULL)
		return JOURNAL_NEW;
	state = row->hash == hash ? journal_row_state(row) : JOURNAL_CHANGED;
	*n_parts = row->n_parts;
	journal_row_ids(row, ids);
	if (rows != &j->open)
		journal_rows_drop(rows, row);
	return state;
}

/* Writing */

void
journal_begin(struct journal *j, size_t input, uint64_t line, uint64_t hash,
    uint32_t part, uint32_t n_parts)
{
	buf_addf(&j->out, "B\t%zu\t%" PRIu64 "\t%016" PRIx64 "\t%" PRIu32
	    "\t%" PRIu32 "\n", input, line, hash, part, n_parts);
}

void
journal_answer(struct journal *j, size_t input, uint64_t line, uint32_t part,
    uint32_t status, struct span id)
{
	buf_addf(&j->out, "A\t%zu\t%" PRIu64 "\t%" PRIu32 "\t%" PRIu32 "\t",
	    input, line, part, status);
	add_name(&j->out, id);
	buf_add_byte(&j->out, '\n');
}

bool
journal_flush(struct journal *j, uint64_t now)
{
	while (j->out.len > 0) {
		ssize_t n = write(j->fd, j->out.p, j->out.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		buf_consume(&j->out, (size_t)n);
		if (!j->unsynced && !j->sync_each)
			j->synced_ms = now;
		j->unsynced = true;
	}
	if (!j->unsynced || (!j->sync_each && now - j->synced_ms < SYNC_MS))
		return true;
	j->unsynced = false;
	j->synced_ms = now;
	return fdatasync(j->fd) == 0;
}

uint64_t
journal_deadline(const struct journal *j)
{
	return j->unsynced ? j->synced_ms + SYNC_MS : UINT64_MAX;
}

bool
journal_close(struct journal *j)
{
	bool good = true;
	int err = 0;

	if (j == NULL)
		return true;
	if (j->fd >= 0) {
		good = journal_flush(j, 0) && fdatasync(j->fd) == 0;
		err = errno;
		close(j->fd);
	}
	journal_rows_free(&j->open);
	for (size_t i = 0; i < j->n_sections; i++) {
		journal_set_free(&j->section[i].accepted);
		journal_rows_free(&j->section[i].ahead);
		buf_free(&j->section[i].reader.in);
	}
	free(j->section);
	buf_free(&j->out);
	free(j);
	errno = err;
	return good;
}
