/* SPDX-License-Identifier: ISC */
/*
 * Shared strings. The thread only appends: octets to the region (then to the
 * file), ends to the index, and then publishes how many strings there are. What is
 * published never changes or moves, so the reader needs no lock to look at it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "file/cell_text.h"
#include "file/shared_strings.h"
#include "file/sheet.h"
#include "file/xml_plain.h"
#include "sys/scratch.h"

enum {
	SMALLEST = 5,               /* octets of "<si/>" */
	SPILL_BLOCK = 256 << 10,    /* gathered before they are written */
	WINDOW = 64 << 10,          /* read back at a time */
	HUGE = 16 << 20,            /* octets of a mapping of large pages */
};
static const uint64_t PART_MOST = 2ull << 30;

struct shared_strings {
	struct package *package;
	struct part *part;
	struct xml *xml;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	/* the thread's until published */
	uint8_t *region;
	uint32_t *end;              /* of each string, in octets from the first */
	size_t most, region_size, index_size;
	uint64_t length;            /* octets of all strings */
	size_t n;
	struct buf text;            /* of the string at hand */
	struct buf spill;           /* not written yet */
	bool inside, in_text;
	unsigned phonetic;
	int fd;                     /* -1: all fits the region */
	/* shared */
	atomic_size_t published;
	atomic_bool over, quit;
	struct buf error;           /* once over */
	bool damaged;
	/* the reader's */
	struct buf window;
	uint64_t window_at;
};

/* The thread */

static void
publish(struct shared_strings *s, bool over)
{
	pthread_mutex_lock(&s->lock);
	atomic_store_explicit(&s->published, s->n, memory_order_release);
	if (over)
		atomic_store(&s->over, true);
	pthread_cond_signal(&s->more);
	pthread_mutex_unlock(&s->lock);
}

static bool
write_spill(struct shared_strings *s)
{
	uint64_t at = s->length - s->most - s->spill.len;

	if (!scratch_write(s->fd, s->spill.p, s->spill.len, at)) {
		xml_refuse(s->xml, "its strings find no room in a file in %s "
		    "for the moment: %s", scratch_folder(), strerror(errno));
		return false;
	}
	buf_clear(&s->spill);
	return true;
}

/* Appends the string at hand: what does not fit the region goes to the file,
 * and no string stands in both. */
static void
add_string(struct shared_strings *s)
{
	size_t n = s->text.len;

	if ((s->n + 1) * sizeof(*s->end) > s->index_size ||
	    s->length + n > UINT32_MAX) {
		xml_refuse(s->xml, "more strings than the part has room for");
		return;
	}
	if (s->length < s->most && s->length + n > s->most)
		s->length = s->most;  /* the rest of the region stays unused */
	if (s->length + n <= s->most) {
		if (n > 0)
			memcpy(s->region + s->length, s->text.p, n);
	} else if (s->fd < 0 && (s->fd = scratch_open()) < 0) {
		xml_refuse(s->xml, "no file for its strings in %s: %s",
		    scratch_folder(), strerror(errno));
		return;
	} else {
		buf_add_span(&s->spill, buf_span(&s->text));
	}
	s->length += n;
	s->end[s->n++] = (uint32_t)s->length;
	if (s->spill.len >= SPILL_BLOCK && write_spill(s))
		publish(s, false);
}

static void
start(void *owner, const char *name, const char **attr)
{
	struct shared_strings *s = owner;

	(void)attr;
	if (strcmp(name, "si") == 0) {
		s->inside = true;
		buf_clear(&s->text);
	} else if (strcmp(name, "rPh") == 0) {
		s->phonetic++;
	} else if (strcmp(name, "t") == 0) {
		s->in_text = s->inside && s->phonetic == 0;
	}
}

static void
end(void *owner, const char *name)
{
	struct shared_strings *s = owner;

	if (strcmp(name, "t") == 0) {
		s->in_text = false;
	} else if (strcmp(name, "rPh") == 0) {
		s->phonetic--;
	} else if (strcmp(name, "si") == 0 && s->inside) {
		s->inside = false;
		if (cell_text_end(&s->text, 0))
			add_string(s);
		else
			xml_refuse(s->xml, "string %zu is longer than the "
			    "%d characters of a cell", s->n, SHEET_TEXT_MAX);
	}
}

static void
text(void *owner, struct span piece)
{
	struct shared_strings *s = owner;

	if (!s->in_text)
		return;
	buf_add_span(&s->text, piece);
	if (s->text.len > 16 * SHEET_TEXT_MAX)
		xml_refuse(s->xml, "string %zu is longer than the %d "
		    "characters of a cell", s->n, SHEET_TEXT_MAX);
}

/* A string as nearly all are. */
static enum xml_plain
plain_string(void *owner, struct span in, size_t *n)
{
	struct shared_strings *s = owner;
	struct plain scan = {.p = in.p, .end = in.p + in.n};

	if (s->inside || s->in_text || s->phonetic > 0)
		return PLAIN_UNUSUAL;
	buf_clear(&s->text);
	if (!plain_take(&scan, "<si><t"))
		return plain_failure(&scan);
	if (plain_is(&scan, ' ') && !plain_take(&scan,
	    " xml:space=\"preserve\""))
		return plain_failure(&scan);
	if (!plain_take(&scan, ">") || !plain_text(&scan, &s->text) ||
	    !plain_take(&scan, "</t></si>"))
		return plain_failure(&scan);
	if (!cell_text_end(&s->text, 0))
		return PLAIN_UNUSUAL;
	add_string(s);
	*n = (size_t)(scan.p - in.p);
	return PLAIN_READ;
}

static const struct xml_handlers handlers = {
	start, end, text, "<si>", plain_string,
};

static void *
read_all(void *owner)
{
	struct shared_strings *s = owner;
	enum xml_result got = XML_MORE;

	while (got == XML_MORE && !atomic_load(&s->quit)) {
		got = xml_next(s->xml, &s->error);
		if (s->length <= s->most)
			publish(s, false);
	}
	if (got == XML_ENDED && s->spill.len > 0 && !write_spill(s)) {
		buf_addf(&s->error, "part %s: no room for its strings: %s",
		    part_name(s->part), strerror(errno));
		got = XML_BAD;
	}
	s->damaged = got == XML_BAD;
	buf_cstr(&s->error);
	publish(s, true);
	return NULL;
}

/* Opening */

static void *
reserve(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		mem_exhausted(n);
#ifdef MADV_HUGEPAGE
	/* small pages cost a fifth of the time of a large workbook */
	if (n >= HUGE)
		madvise(p, n, MADV_HUGEPAGE);
#endif
	return p;
}

static bool
open_part(struct shared_strings *s, const char *path, const char *part,
    size_t most, struct buf *error)
{
	uint64_t size;

	s->package = package_open(path, error);
	if (s->package == NULL)
		return false;
	s->part = package_part(s->package, part, PART_MOST, error);
	if (s->part == NULL)
		return false;
	size = part_size(s->part);
	/* UTF-8 is up to half as long again as the UTF-16 of a part */
	s->most = 2 * size < most ? (size_t)(2 * size) : most;
	s->region_size = s->most + 1;
	s->index_size = ((size_t)size / SMALLEST + 1) * sizeof(*s->end);
	s->region = reserve(s->region_size);
	s->end = reserve(s->index_size);
	s->xml = xml_new(&handlers, s, s->part);
	return true;
}

struct shared_strings *
shared_strings_open(const char *path, const char *part, size_t most,
    struct buf *error)
{
	struct shared_strings *s = mem_new(sizeof(*s));

	s->fd = -1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->more, NULL);
	atomic_store(&s->over, true);
	if (open_part(s, path, part, most, error)) {
		atomic_store(&s->over, false);
		if (pthread_create(&s->thread, NULL, read_all, s) == 0)
			return s;
		buf_addf(error, "no thread for the shared strings: %s",
		    strerror(errno));
		xml_free(s->xml);
		s->xml = NULL;
	}
	shared_strings_close(s);
	return NULL;
}

void
shared_strings_close(struct shared_strings *s)
{
	if (s == NULL)
		return;
	if (s->xml != NULL) {
		atomic_store(&s->quit, true);
		pthread_join(s->thread, NULL);
	}
	xml_free(s->xml);
	part_close(s->part);
	package_close(s->package);
	if (s->region != NULL)
		munmap(s->region, s->region_size);
	if (s->end != NULL)
		munmap(s->end, s->index_size);
	if (s->fd >= 0)
		close(s->fd);
	pthread_cond_destroy(&s->more);
	pthread_mutex_destroy(&s->lock);
	buf_free(&s->text);
	buf_free(&s->spill);
	buf_free(&s->window);
	buf_free(&s->error);
	free(s);
}

/* The reader */

static bool
is_published(struct shared_strings *s, uint64_t index)
{
	return index < atomic_load_explicit(&s->published,
	    memory_order_acquire);
}

static bool
wait_for(struct shared_strings *s, uint64_t index)
{
	if (is_published(s, index))
		return true;
	pthread_mutex_lock(&s->lock);
	while (!is_published(s, index) && !atomic_load(&s->over))
		pthread_cond_wait(&s->more, &s->lock);
	pthread_mutex_unlock(&s->lock);
	return is_published(s, index);
}

/* Reads back from the file; most cells follow the order of their strings. */
static bool
read_back(struct shared_strings *s, uint64_t at, size_t n, struct span *out)
{
	size_t want = n > WINDOW ? n : WINDOW;

	if (at < s->window_at || at + n > s->window_at + s->window.len) {
		buf_clear(&s->window);
		s->window_at = at;
		s->window.len = scratch_read(s->fd,
		    buf_reserve(&s->window, want), n, want, at);
		if (s->window.len < n)
			return false;
	}
	*out = span_of(s->window.p + (at - s->window_at), n);
	return true;
}

enum string_place
shared_strings_get(struct shared_strings *s, uint64_t index, struct span *out)
{
	uint64_t begin;
	size_t n;

	if (!wait_for(s, index))
		return s->damaged ? STRING_DAMAGED : STRING_NONE;
	begin = index == 0 ? 0 : s->end[index - 1];
	if (begin < s->most && s->end[index] > s->most)
		begin = s->most;
	n = (size_t)(s->end[index] - begin);
	if (n == 0 || s->end[index] <= s->most) {
		*out = span_of(s->region + (n > 0 ? begin : 0), n);
		return STRING_STABLE;
	}
	return read_back(s, begin - s->most, n, out) ? STRING_MOMENT :
	    STRING_DAMAGED;
}

bool
shared_strings_finish(struct shared_strings *s)
{
	wait_for(s, UINT64_MAX);
	return !s->damaged;
}

const char *
shared_strings_error(const struct shared_strings *s)
{
	return s->error.len > 0 ? (const char *)s->error.p :
	    "its strings cannot be read back";
}
