/* SPDX-License-Identifier: ISC */
/*
 * The parts in a log: a record is a part, or the ids of parts that are done
 * with. The log is emptied or written anew when it has grown and most of it is
 * of no use any more. What a crash cut short stands at its end, was never
 * acknowledged, and is cut off.
 */
#include "store/part_store.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/mem.h"
#include "store/folder.h"
#include "store/log_file.h"

enum {
	KIND_PART = 1,       /* id, seconds, nanoseconds, link, frame */
	KIND_DONE = 2,       /* ids */
	SMALL = 1 << 20,     /* octets of a log that is let alone */
};

struct part_store {
	char *folder;
	int lock;
	bool loaded;
	struct log_file log;
	uint64_t *id;             /* of the parts there were, growing */
	struct log_place *place;  /* and their records; n is 0 of one removed */
	size_t n, cap, removed;
	uint64_t last_id;
	uint64_t used;            /* octets of records of parts */
	uint64_t rewrite_at;      /* size of the log */
	struct buf owed;          /* ids whose removal could not be written */
	struct buf past;          /* struct log_place of parts removed before */
	size_t past_at;
};

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

/* The first part whose id is no smaller; n when there is none. */
static size_t
lower_bound(const struct part_store *s, uint64_t id)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->id[mid] < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Its place; NULL when it is not there. */
static struct log_place *
find(const struct part_store *s, uint64_t id)
{
	size_t i = lower_bound(s, id);

	return i < s->n && s->id[i] == id && s->place[i].n > 0 ?
	    &s->place[i] : NULL;
}

static void
index_add(struct part_store *s, uint64_t id, const struct log_place *place)
{
	if (s->n == s->cap) {
		s->cap = s->cap > 0 ? 2 * s->cap : 64;
		s->id = mem_resize(s->id, s->cap * sizeof(*s->id));
		s->place = mem_resize(s->place, s->cap * sizeof(*s->place));
	}
	s->id[s->n] = id;
	s->place[s->n++] = *place;
	s->used += place->n;
	s->last_id = id;
}

/* Takes out of the index what was removed. */
static void
index_pack(struct part_store *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++) {
		if (s->place[i].n == 0)
			continue;
		s->id[n] = s->id[i];
		s->place[n++] = s->place[i];
	}
	s->n = n;
	s->removed = 0;
}

static bool
index_remove(struct part_store *s, uint64_t id, struct log_place *was)
{
	struct log_place *place = find(s, id);

	if (place == NULL)
		return false;
	*was = *place;
	s->used -= place->n;
	place->n = 0;
	if (++s->removed >= s->n / 2)
		index_pack(s);
	return true;
}

/* Parts */

uint64_t
part_store_add(struct part_store *s, const struct stored_part *part)
{
	uint64_t id = s->last_id + 1;
	struct log_place place;
	struct buf *b;

	if (part->link.n > UINT16_MAX) {
		errno = EINVAL;
		return 0;
	}
	b = log_file_begin(&s->log);
	buf_add_byte(b, KIND_PART);
	put_uint(b, id, 8);
	put_uint(b, (uint64_t)part->time.tv_sec, 8);
	put_uint(b, (uint64_t)part->time.tv_nsec, 4);
	put_uint(b, part->link.n, 2);
	buf_add_span(b, part->link);
	buf_add_span(b, part->frame);
	if (!log_file_append(&s->log, &place))
		return 0;
	index_add(s, id, &place);
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

static bool
read_part(struct part_store *s, const struct log_place *place,
    struct buf *scratch, struct stored_part *part)
{
	struct span payload;

	return log_file_read(&s->log, place, scratch, &payload) &&
	    parse_part(payload, part);
}

bool
part_store_read(struct part_store *s, uint64_t id, struct buf *scratch,
    struct stored_part *part)
{
	const struct log_place *place = find(s, id);

	errno = 0;
	return place != NULL && read_part(s, place, scratch, part);
}

uint64_t
part_store_after(const struct part_store *s, uint64_t id)
{
	size_t i = lower_bound(s, id + 1);

	while (i < s->n && s->place[i].n == 0)
		i++;
	return i < s->n ? s->id[i] : 0;
}

bool
part_store_removed(struct part_store *s, struct buf *scratch,
    struct stored_part *part)
{
	struct log_place place;

	while (s->past_at < s->past.len) {
		memcpy(&place, s->past.p + s->past_at, sizeof(place));
		s->past_at += sizeof(place);
		if (read_part(s, &place, scratch, part))
			return true;
	}
	return false;
}

/* Removing */

/* A log that is too full even to say what is done with: what is left of it is
 * written anew, which says it as well. */
static bool
write_anew(struct part_store *s)
{
	index_pack(s);
	if (s->n == 0 ? !log_file_cut(&s->log, 0) :
	    !log_file_rewrite(&s->log, s->place, s->n))
		return false;
	s->rewrite_at = SMALL;
	buf_free(&s->past);
	s->past_at = 0;
	return true;
}

/* A log that has grown is emptied or made small again, if it can be. */
static void
shrink(struct part_store *s)
{
	if (s->log.size <= s->rewrite_at || s->log.size / 2 < s->used)
		return;
	if (!write_anew(s))
		s->rewrite_at = 2 * s->log.size;
}

bool
part_store_remove(struct part_store *s, const uint64_t id[], size_t n)
{
	struct log_place place;
	struct buf *b;
	uint64_t one;

	for (size_t i = 0; i < n; i++)
		index_remove(s, id[i], &place);
	buf_add(&s->owed, id, n * sizeof(*id));
	b = log_file_begin(&s->log);
	buf_add_byte(b, KIND_DONE);
	for (size_t i = 0; i + sizeof(one) <= s->owed.len; i += sizeof(one)) {
		memcpy(&one, s->owed.p + i, sizeof(one));
		put_uint(b, one, 8);
	}
	if (!log_file_append(&s->log, &place) && !write_anew(s))
		return false;
	buf_clear(&s->owed);
	shrink(s);
	return true;
}

bool
part_store_sync(struct part_store *s)
{
	return log_file_sync(&s->log);
}

uint64_t
part_store_position(const struct part_store *s)
{
	return s->log.written;
}

uint64_t
part_store_synced(const struct part_store *s)
{
	return s->log.synced;
}

const char *
part_store_folder(const struct part_store *s)
{
	return s->folder;
}

size_t
part_store_count(const struct part_store *s)
{
	return s->n - s->removed;
}

/* Opening */

/* Takes in one record of the log; false when it is none of ours. */
static bool
take_record(struct part_store *s, struct span payload,
    const struct log_place *place)
{
	struct rd r = rd_init(payload);
	struct stored_part part;
	struct log_place was;

	if (rd_u8(&r) != KIND_DONE) {
		if (!parse_part(payload, &part) || part.id <= s->last_id ||
		    part.id == UINT64_MAX)
			return false;
		index_add(s, part.id, place);
		return true;
	}
	while (rd_left(&r) >= 8)
		if (index_remove(s, get_u64(&r), &was))
			buf_add(&s->past, &was, sizeof(was));
	return rd_left(&r) == 0;
}

/* Reads the log. Damage with good records behind it is passed over; what is
 * left at the end is cut off. */
static bool
load(struct part_store *s, struct buf *why)
{
	struct buf all = {0};
	struct log_scan scan = {0};
	struct log_place place;
	struct span payload;
	size_t strange = 0, left;
	bool good = log_file_load(&s->log, &all);
	int err = errno;

	scan.all = buf_span(&all);
	while (good && log_scan_next(&scan, &place, &payload))
		if (!take_record(s, payload, &place))
			strange += place.n;
	left = scan.all.n - scan.at;
	if (good && scan.damaged + strange > 0)
		buf_addf(why, "%zu damaged octets were passed over",
		    scan.damaged + strange);
	if (good && left > 0) {
		good = log_file_cut(&s->log, scan.at);
		err = errno;
		buf_addf(why, "%s%zu octets of a record that was not finished "
		    "were cut off", why->len > 0 ? "; " : "", left);
	}
	buf_free(&all);
	errno = err;
	return good;
}

static const char *
error_of_load(int err)
{
	switch (err) {
	case EINVAL:
		return "it is no log of parts";
	case EFBIG:
		return "it is larger than any log of parts";
	default:
		return strerror(err);
	}
}

struct part_store *
part_store_open(const char *folder, struct buf *why)
{
	struct part_store *s = mem_new(sizeof(*s));
	struct buf what = {0};

	buf_clear(why);
	s->folder = mem_strdup(folder);
	s->rewrite_at = SMALL;
	s->lock = folder_hold(folder, why);
	if (s->lock != -1) {
		s->loaded = log_file_open(&s->log, folder, "parts") &&
		    load(s, &what);
		if (!s->loaded) {
			buf_clear(&what);
			buf_add_str(&what, error_of_load(errno));
		}
		if (what.len > 0)
			buf_addf(why, "%s/parts: %s", folder, buf_cstr(&what));
	}
	buf_free(&what);
	if (s->loaded)
		return s;
	part_store_free(s);
	return NULL;
}

void
part_store_free(struct part_store *s)
{
	if (s == NULL)
		return;
	if (s->loaded && part_store_count(s) == 0)
		log_file_cut(&s->log, 0);
	log_file_close(&s->log);
	if (s->lock != -1)
		close(s->lock);
	free(s->folder);
	free(s->id);
	free(s->place);
	buf_free(&s->owed);
	buf_free(&s->past);
	free(s);
}
