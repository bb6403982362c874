/* SPDX-License-Identifier: ISC */
/*
 * The file of records. Where a record is damaged the next one is looked for by
 * its mark, so that a wrong length takes none of the others along; how much work
 * that may be has a bound, since the file may be anybody's.
 */
#include "store/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/mem.h"
#include "store/folder.h"

enum {
	HEAD = 12,                /* mark, length, CRC */
	MARK = 4,
	FILE_MOST = 256 << 20,    /* octets of a file that is taken for a log */
	EFFORT_MOST = 64 << 20,  /* octets of what may be records, and is not */
};

static const uint8_t mark[MARK] = {'S', 'P', 'r', '\n'};

/* CRC-32 (IEEE 802.3), four bits at a time. */
static uint32_t
crc32(struct span s)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < s.n; i++) {
		crc = crc >> 4 ^ table[(crc ^ s.p[i]) & 15];
		crc = crc >> 4 ^ table[(crc ^ s.p[i] >> 4) & 15];
	}
	return ~crc;
}

bool
log_file_open(struct log_file *f, const char *folder, const char *name)
{
	struct stat st;

	*f = (struct log_file){.path = folder_path(folder, name)};
	f->path_new = folder_path(folder, "new");
	f->fd = folder_file(f->path);
	if (f->fd == -1 || fstat(f->fd, &st) != 0)
		return false;
	f->size = (uint64_t)st.st_size;
	return true;
}

void
log_file_close(struct log_file *f)
{
	if (f->path != NULL && f->fd != -1)
		close(f->fd);
	free(f->path);
	free(f->path_new);
	buf_free(&f->record);
	*f = (struct log_file){.fd = -1};
}

/* Octets */

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

/* Walking */

/* Whether s starts with a record; n is its size, also where it is damaged and
 * its head is not (0 where that is, too). */
static bool
is_record(struct span s, size_t *n)
{
	struct rd r = rd_init(s);
	struct span head = rd_bytes(&r, MARK);
	uint32_t length = rd_u32(&r), crc = rd_u32(&r);

	*n = 0;
	if (r.err != CURSOR_OK || memcmp(head.p, mark, MARK) != 0 ||
	    length > rd_left(&r))
		return false;
	*n = HEAD + length;
	return crc32(rd_bytes(&r, length)) == crc;
}

bool
log_scan_next(struct log_scan *scan, struct log_place *place,
    struct span *payload)
{
	size_t from = scan->at, n;
	const uint8_t *p;

	while (from < scan->all.n && scan->effort < EFFORT_MOST) {
		struct span rest = span_skip(scan->all, from);

		if (is_record(rest, &n)) {
			scan->damaged += from - scan->at;
			scan->at = from + n;
			*place = (struct log_place){from, n};
			*payload = span_of(rest.p + HEAD, n - HEAD);
			return true;
		}
		scan->effort += n;
		p = memmem(rest.p + 1, rest.n - 1, mark, MARK);
		if (p == NULL)
			return false;
		from += (size_t)(p - rest.p);
	}
	return false;
}

/* Whether it has the look of a log: a record, or what a crash makes of the
 * first one. */
static bool
may_be_log(struct span all)
{
	struct log_scan scan = {.all = all};
	struct log_place place;
	struct span payload;
	size_t i;

	if (memcmp(all.p, mark, all.n < MARK ? all.n : MARK) == 0 ||
	    log_scan_next(&scan, &place, &payload))
		return true;
	for (i = 0; i < all.n && all.p[i] == 0; i++)
		;
	return i == all.n;
}

bool
log_file_load(struct log_file *f, struct buf *all)
{
	buf_clear(all);
	if (f->size > FILE_MOST) {
		errno = EFBIG;
		return false;
	}
	if (f->size == 0)
		return true;
	if (!read_at(f->fd, all, (size_t)f->size, 0)) {
		errno = errno == 0 ? EIO : errno;
		return false;
	}
	errno = EINVAL;
	return may_be_log(buf_span(all));
}

/* Writing */

bool
log_file_cut(struct log_file *f, uint64_t n)
{
	if (ftruncate(f->fd, (off_t)n) != 0)
		return false;
	f->size = n;
	return true;
}

struct buf *
log_file_begin(struct log_file *f)
{
	static const uint8_t head[HEAD] = {0};

	buf_clear(&f->record);
	buf_add(&f->record, head, HEAD);
	return &f->record;
}

bool
log_file_append(struct log_file *f, struct log_place *place)
{
	struct span record = buf_span(&f->record);
	struct span payload = span_skip(record, HEAD);
	struct wr w = wr_init(f->record.p, HEAD);
	int err;

	wr_bytes(&w, span_of(mark, MARK));
	wr_u32(&w, (uint32_t)payload.n);
	wr_u32(&w, crc32(payload));
	if (record.n > FILE_MOST - f->size) {
		errno = EFBIG;
		return false;
	}
	if (!write_all(f->fd, record, f->size)) {
		err = errno;
		/* should this fail: the next record goes over what is there */
		(void)!ftruncate(f->fd, (off_t)f->size);
		errno = err;
		return false;
	}
	*place = (struct log_place){f->size, record.n};
	f->size += record.n;
	f->written += record.n;
	return true;
}

bool
log_file_read(const struct log_file *f, const struct log_place *place,
    struct buf *scratch, struct span *payload)
{
	size_t n;

	if (!read_at(f->fd, scratch, place->n, place->offset))
		return false;
	errno = 0;
	*payload = span_skip(buf_span(scratch), HEAD);
	return is_record(buf_span(scratch), &n) && n == place->n;
}

/* The folder of the file. */
static bool
sync_name(const struct log_file *f)
{
	char *folder = mem_strndup(f->path,
	    (size_t)(strrchr(f->path, '/') - f->path));
	bool good = folder_sync(folder);

	free(folder);
	return good;
}

bool
log_file_rewrite(struct log_file *f, struct log_place place[], size_t n)
{
	uint64_t at = 0;
	size_t i;
	bool good;
	int fd;

	/* what a crash left there, or anybody else */
	unlink(f->path_new);
	fd = folder_file(f->path_new);
	good = fd != -1;
	for (i = 0; good && i < n; i++) {
		good = read_at(f->fd, &f->record, place[i].n,
		    place[i].offset) &&
		    write_all(fd, buf_span(&f->record), at);
		at += place[i].n;
	}
	if (!good || fsync(fd) != 0 || rename(f->path_new, f->path) != 0) {
		int err = errno;

		if (fd != -1) {
			close(fd);
			unlink(f->path_new);
		}
		errno = err;
		return false;
	}
	sync_name(f);
	for (i = 0, at = 0; i < n; at += place[i].n, i++)
		place[i].offset = at;
	close(f->fd);
	f->fd = fd;
	f->size = at;
	f->synced = f->written;
	return true;
}

bool
log_file_sync(struct log_file *f)
{
	if (f->synced == f->written)
		return true;
	if (fdatasync(f->fd) != 0)
		return false;
	f->synced = f->written;
	return true;
}
