/* SPDX-License-Identifier: ISC */
/*
 * The log of parts. Each record is its length, a CRC and a payload: a part, or
 * the ids of parts that are done with. It is emptied when no part is left, and
 * written anew when most of it is of no use any more. A record that a crash
 * cut short stands at the end alone, was never acknowledged, and is cut off.
 */
#include "store/part_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/mem.h"

enum {
	HEAD = 8,            /* length and CRC */
	KIND_PART = 1,       /* id, seconds, nanoseconds, link, frame */
	KIND_DONE = 2,       /* ids */
	PART_FIXED = 1 + 8 + 8 + 4 + 2,
	SMALL = 1 << 20,     /* octets of a log that is let alone */
};

struct live {
	uint64_t id;
	uint64_t offset;
	size_t n;            /* octets of its record; 0: removed */
};

struct part_store {
	int fd, lock;
	char *path, *path_new;
	struct live *live;   /* by id */
	size_t n, cap, removed;
	uint64_t last_id;
	uint64_t size;       /* of the log */
	uint64_t used;       /* octets of live records */
	uint64_t rewrite_at; /* size */
	uint64_t written, synced;
	struct buf owed;     /* ids whose removal could not be written */
	struct buf record;
};

static uint32_t
crc32(struct span s)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < s.n; i++) {
		crc ^= s.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void
put_uint(struct buf *b, uint64_t v, size_t octets)
{
	while (octets-- > 0)
		buf_add_byte(b, (uint8_t)(v >> 8 * octets));
}

static uint64_t
get_u64(struct rd *r)
{
	uint64_t high = rd_u32(r);

	return high << 32 | rd_u32(r);
}

static bool
write_all(int fd, struct span s, uint64_t at)
{
	ssize_t n;

	for (; s.n > 0; s = span_skip(s, (size_t)n), at += (uint64_t)n) {
		n = pwrite(fd, s.p, s.n, (off_t)at);
		if (n == 0)
			errno = ENOSPC;
		if (n <= 0 && errno != EINTR)
			return false;
		n = n < 0 ? 0 : n;
	}
	return true;
}

/* Exactly n octets into b; false (errno 0 at the end of the file) if not. */
static bool
read_at(int fd, struct buf *b, size_t n, uint64_t at)
{
	ssize_t got;

	buf_clear(b);
	buf_reserve(b, n);
	while (b->len < n) {
		got = pread(fd, b->p + b->len, n - b->len,
		    (off_t)(at + b->len));
		if (got == 0)
			errno = 0;
		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		b->len += got > 0 ? (size_t)got : 0;
	}
	return true;
}

/* Records */

static void
record_begin(struct part_store *s, uint8_t kind)
{
	buf_clear(&s->record);
	put_uint(&s->record, 0, HEAD);
	buf_add_byte(&s->record, kind);
}

/* Appends the record to the log, or leaves that as it was. */
static bool
record_end(struct part_store *s)
{
	struct span record = buf_span(&s->record);
	struct span payload = span_skip(record, HEAD);
	struct wr w = wr_init(s->record.p, HEAD);
	int err;

	wr_u32(&w, (uint32_t)payload.n);
	wr_u32(&w, crc32(payload));
	if (!write_all(s->fd, record, s->size)) {
		err = errno;
		/* should this fail: the next record goes over what is there */
		(void)!ftruncate(s->fd, (off_t)s->size);
		errno = err;
		return false;
	}
	s->size += record.n;
	s->written += record.n;
	return true;
}

static struct live *
find(const struct part_store *s, uint64_t id)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->live[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->n ? &s->live[low] : NULL;
}

static void
live_add(struct part_store *s, uint64_t id, uint64_t offset, size_t n)
{
	if (s->n == s->cap) {
		s->cap = s->cap > 0 ? 2 * s->cap : 64;
		s->live = mem_resize(s->live, s->cap * sizeof(*s->live));
	}
	s->live[s->n++] = (struct live){id, offset, n};
	s->used += n;
	s->last_id = id;
}

static void
live_remove(struct part_store *s, uint64_t id)
{
	struct live *live = find(s, id);
	size_t i, n = 0;

	if (live == NULL || live->id != id || live->n == 0)
		return;
	s->used -= live->n;
	live->n = 0;
	if (++s->removed < s->n / 2 && s->n > 0)
		return;
	for (i = 0; i < s->n; i++)
		if (s->live[i].n > 0)
			s->live[n++] = s->live[i];
	s->n = n;
	s->removed = 0;
}

uint64_t
part_store_add(struct part_store *s, const struct stored_part *part)
{
	uint64_t id = s->last_id + 1, offset = s->size;

	if (part->link.n > UINT16_MAX) {
		errno = EINVAL;
		return 0;
	}
	record_begin(s, KIND_PART);
	put_uint(&s->record, id, 8);
	put_uint(&s->record, (uint64_t)part->time.tv_sec, 8);
	put_uint(&s->record, (uint64_t)part->time.tv_nsec, 4);
	put_uint(&s->record, part->link.n, 2);
	buf_add_span(&s->record, part->link);
	buf_add_span(&s->record, part->frame);
	if (!record_end(s))
		return 0;
	live_add(s, id, offset, s->record.len);
	return id;
}

static bool
parse_part(struct span payload, struct stored_part *part)
{
	struct rd r = rd_init(payload);

	if (rd_u8(&r) != KIND_PART)
		return false;
	part->id = get_u64(&r);
	part->time.tv_sec = (time_t)get_u64(&r);
	part->time.tv_nsec = (long)rd_u32(&r);
	part->link = rd_bytes(&r, rd_u16(&r));
	part->frame = rd_bytes(&r, rd_left(&r));
	return r.err == CURSOR_OK && part->time.tv_nsec < 1000000000;
}

bool
part_store_read(struct part_store *s, uint64_t id, struct buf *scratch,
    struct stored_part *part)
{
	const struct live *live = find(s, id);

	errno = 0;
	if (live == NULL || live->id != id || live->n == 0)
		return false;
	return read_at(s->fd, scratch, live->n, live->offset) &&
	    parse_part(span_skip(buf_span(scratch), HEAD), part);
}

uint64_t
part_store_after(const struct part_store *s, uint64_t id)
{
	const struct live *live = find(s, id + 1), *end = s->live + s->n;

	while (live != NULL && live < end && live->n == 0)
		live++;
	return live != NULL && live < end ? live->id : 0;
}

/* Writing anew */

/* Makes the name of a file that was renamed last. */
static bool
sync_folder(const struct part_store *s)
{
	char *folder = mem_strndup(s->path,
	    (size_t)(strrchr(s->path, '/') - s->path));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd != -1 && fsync(fd) == 0;

	if (fd != -1)
		close(fd);
	free(folder);
	return good;
}

/* A log with nothing but what is live takes the place of the old one. When it
 * cannot be made, the old one stays. */
static void
rewrite(struct part_store *s)
{
	int fd = open(s->path_new, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);
	uint64_t at = 0;
	size_t i;
	bool good = fd != -1;

	for (i = 0; good && i < s->n; i++) {
		good = read_at(s->fd, &s->record, s->live[i].n,
		    s->live[i].offset) &&
		    write_all(fd, buf_span(&s->record), at);
		at += s->live[i].n;
	}
	if (!good || fsync(fd) != 0 || rename(s->path_new, s->path) != 0) {
		if (fd != -1) {
			close(fd);
			unlink(s->path_new);
		}
		s->rewrite_at = 2 * s->size;
		return;
	}
	sync_folder(s);
	for (i = 0, at = 0; i < s->n; i++) {
		s->live[i].offset = at;
		at += s->live[i].n;
	}
	close(s->fd);
	s->fd = fd;
	s->size = at;
	s->synced = s->written;
	s->rewrite_at = SMALL;
	buf_clear(&s->owed);
}

bool
part_store_remove(struct part_store *s, const uint64_t id[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		live_remove(s, id[i]);
	buf_add(&s->owed, id, n * sizeof(*id));
	if (part_store_count(s) == 0) {
		if (ftruncate(s->fd, 0) != 0)
			return false;
		s->size = 0;
		buf_clear(&s->owed);
		return true;
	}
	record_begin(s, KIND_DONE);
	for (size_t i = 0; i + sizeof(*id) <= s->owed.len; i += sizeof(*id)) {
		uint64_t one;

		memcpy(&one, s->owed.p + i, sizeof(one));
		put_uint(&s->record, one, 8);
	}
	if (!record_end(s))
		return false;
	buf_clear(&s->owed);
	if (s->size > s->rewrite_at && s->size / 4 > s->used)
		rewrite(s);
	return true;
}

bool
part_store_sync(struct part_store *s)
{
	if (s->synced == s->written)
		return true;
	if (fdatasync(s->fd) != 0)
		return false;
	s->synced = s->written;
	return true;
}

uint64_t
part_store_position(const struct part_store *s)
{
	return s->written;
}

uint64_t
part_store_synced(const struct part_store *s)
{
	return s->synced;
}

size_t
part_store_count(const struct part_store *s)
{
	return s->n - s->removed;
}

/* Opening */

/* Takes in one record of the log; false when it is none of ours. */
static bool
take_record(struct part_store *s, struct span payload, uint64_t offset)
{
	struct rd r = rd_init(payload);
	struct stored_part part;
	uint64_t id;

	if (rd_u8(&r) != KIND_DONE) {
		if (!parse_part(payload, &part) || part.id <= s->last_id)
			return false;
		live_add(s, part.id, offset, HEAD + payload.n);
		return true;
	}
	while (rd_left(&r) >= 8) {
		id = get_u64(&r);
		live_remove(s, id);
	}
	return rd_left(&r) == 0;
}

/* Reads the log. A bad record with others behind it is passed over; one at the
 * end, or whose length is past it, is cut off. */
static bool
load(struct part_store *s, struct buf *why)
{
	struct stat st;
	struct span payload;
	uint64_t end;
	uint32_t n, crc;
	size_t bad = 0;

	if (fstat(s->fd, &st) != 0)
		return false;
	end = (uint64_t)st.st_size;
	while (end - s->size >= HEAD) {
		struct rd r;

		if (!read_at(s->fd, &s->record, HEAD, s->size))
			return false;
		r = rd_init(buf_span(&s->record));
		n = rd_u32(&r);
		crc = rd_u32(&r);
		if (n > end - s->size - HEAD)
			break;
		if (!read_at(s->fd, &s->record, n, s->size + HEAD))
			return false;
		payload = buf_span(&s->record);
		if (crc32(payload) != crc || !take_record(s, payload,
		    s->size)) {
			if (s->size + HEAD + n == end)
				break;
			bad++;
		}
		s->size += HEAD + n;
	}
	if (bad > 0)
		buf_addf(why, "%s: %zu damaged records were passed over",
		    s->path, bad);
	if (s->size == end)
		return true;
	buf_addf(why, "%s%s: %llu octets of a record that was not finished "
	    "were cut off", bad > 0 ? "; " : "", s->path,
	    (unsigned long long)(end - s->size));
	return ftruncate(s->fd, (off_t)s->size) == 0;
}

static bool
make_folders(const char *folder)
{
	char *path = mem_strdup(folder), *slash = path;
	int err = ENOENT;
	bool good;

	while ((slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			err = errno;
		*slash = '/';
	}
	good = mkdir(path, 0700) == 0 || errno == EEXIST;
	if (!good && errno == ENOENT)
		errno = err;
	free(path);
	return good;
}

static char *
path_of(const char *folder, const char *name)
{
	struct buf b = {0};
	char *path;

	buf_addf(&b, "%s/%s", folder, name);
	path = mem_strdup(buf_cstr(&b));
	buf_free(&b);
	return path;
}

/* Holds the folder for this process; false when it is held already. */
static bool
take_lock(struct part_store *s, const char *folder, struct buf *why)
{
	char *path = path_of(folder, "lock");

	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	free(path);
	if (s->lock == -1)
		buf_addf(why, "%s: %s", folder, strerror(errno));
	else if (flock(s->lock, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			buf_addf(why, "%s: another process is using it",
			    folder);
		else
			buf_addf(why, "%s: %s", folder, strerror(errno));
	}
	return why->len == 0;
}

struct part_store *
part_store_open(const char *folder, struct buf *why)
{
	struct part_store *s = mem_new(sizeof(*s));

	buf_clear(why);
	s->fd = s->lock = -1;
	s->rewrite_at = SMALL;
	s->path = path_of(folder, "parts");
	s->path_new = path_of(folder, "parts.new");
	if (!make_folders(folder)) {
		buf_addf(why, "%s: %s", folder, strerror(errno));
		goto fail;
	}
	if (!take_lock(s, folder, why))
		goto fail;
	s->fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->fd == -1 || !load(s, why)) {
		buf_clear(why);
		buf_addf(why, "%s: %s", s->path, strerror(errno));
		goto fail;
	}
	return s;
fail:
	part_store_free(s);
	return NULL;
}

void
part_store_free(struct part_store *s)
{
	if (s == NULL)
		return;
	if (s->fd != -1)
		close(s->fd);
	if (s->lock != -1)
		close(s->lock);
	free(s->path);
	free(s->path_new);
	free(s->live);
	buf_free(&s->owed);
	buf_free(&s->record);
	free(s);
}
