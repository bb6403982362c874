/* SPDX-License-Identifier: ISC */
/*
 * The file: "smpptools-journal 1 NAME..." first, with tabs between the cells,
 * "R" where a run begins, and the lines of app/journal_rows. It only grows.
 */
#include "app/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/journal_past.h"
#include "base/mem.h"
#include "io/work.h"
#include "sys/disk.h"

enum {
	SYNC_MS = 1000,
	LOOK_MS = 100,         /* after which it is seen whether one is over */
	RESERVE = 1 << 20,     /* octets of the disk taken at a time */
	RESERVE_LEAST = 1 << 17,
	ANSWER_MOST = 300,     /* octets of an answer's line, a long id in it */
};

/* A sync in a thread. */
struct sync {
	int fd;
	int err;
};

struct journal {
	char *path;
	int fd;
	bool sync_each, unsynced;
	uint64_t synced_ms;    /* when the last sync began */
	uint64_t flushed_ms;   /* when journal_flush was called last */
	struct work *work;     /* a sync that goes on */
	off_t size, reserved;
	uint64_t n_open;       /* parts begun in this run and not answered */
	bool full;
	int err;               /* errno of the first failure; 0: none */
	struct buf out, sentence;
	struct journal_runs runs;
};

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

/* Syncing */

static void
sync_run(void *data)
{
	struct sync *s = data;

	s->err = fdatasync(s->fd) < 0 ? errno : 0;
}

static void
sync_free(void *data)
{
	struct sync *s = data;

	close(s->fd);
	free(s);
}

static bool
fail(struct journal *j, int err)
{
	if (j->err == 0)
		j->err = err;
	return false;
}

static bool
sync_now(struct journal *j)
{
	j->unsynced = false;
	return fdatasync(j->fd) == 0 || fail(j, errno);
}

/* Takes the result of a sync that is over; false when it failed. */
static bool
sync_end(struct journal *j)
{
	struct sync *s;
	int err;

	if (j->work == NULL || !work_done(j->work))
		return true;
	s = work_take(j->work);
	j->work = NULL;
	err = s->err;
	sync_free(s);
	return err == 0 || fail(j, err);
}

/* Waits for a sync that goes on; the file stays locked until it is over. */
static bool
sync_wait(struct journal *j)
{
	struct pollfd p = {.events = POLLIN};

	while (j->work != NULL && !work_done(j->work)) {
		p.fd = work_fd(j->work);
		poll(&p, 1, -1);
	}
	return sync_end(j);
}

/* Begins to sync what was written, off the way of what is sent. */
static bool
sync_start(struct journal *j, uint64_t now)
{
	struct sync *s;
	int fd = dup(j->fd);

	j->synced_ms = now;
	if (fd < 0)
		return sync_now(j);
	s = mem_new(sizeof(*s));
	s->fd = fd;
	j->work = work_start(sync_run, sync_free, s);
	if (j->work == NULL) {
		sync_free(s);
		return sync_now(j);
	}
	j->unsynced = false;
	return true;
}

static bool
sync_if_due(struct journal *j, uint64_t now)
{
	if (!sync_end(j))
		return false;
	if (!j->unsynced)
		return true;
	if (j->sync_each)
		return sync_now(j);
	return j->work != NULL || now - j->synced_ms < SYNC_MS ||
	    sync_start(j, now);
}

/* Writing */

/* Holds room for the answers to all that was begun, so that a disk that fills
 * up stops a run before it sends what it could not note. */
static void
reserve(struct journal *j)
{
	off_t need = RESERVE_LEAST + (off_t)(j->n_open * ANSWER_MOST);

	if (j->full || j->reserved - j->size >= need)
		return;
	if (disk_reserve(j->fd, j->size, need + RESERVE)) {
		j->reserved = j->size + need + RESERVE;
	} else if (disk_reserve(j->fd, j->size, need)) {
		j->reserved = j->size + need;
	} else {
		j->full = true;
		fail(j, errno);
	}
}

static bool
write_out(struct journal *j, uint64_t now)
{
	size_t at = 0;
	ssize_t n;

	while (at < j->out.len) {
		n = write(j->fd, j->out.p + at, j->out.len - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			/* what is there is not written again */
			buf_consume(&j->out, at);
			return fail(j, errno);
		}
		at += (size_t)n;
		j->size += n;
		if (!j->unsynced && j->work == NULL)
			j->synced_ms = now;
		j->unsynced = true;
	}
	buf_clear(&j->out);
	return true;
}

void
journal_begin(struct journal *j, const struct journal_key *key, uint32_t part,
    uint32_t n_parts, uint32_t reference)
{
	j->n_open++;
	journal_put_begin(&j->out, key, part, n_parts, reference);
}

void
journal_answer(struct journal *j, const struct journal_key *key,
    uint32_t part, uint32_t status, struct span id)
{
	j->n_open -= j->n_open > 0;
	journal_put_answer(&j->out, key, part, status, id);
}

void
journal_report(struct journal *j, const struct journal_key *key,
    struct span state, struct span err, struct span done_date)
{
	journal_put_report(&j->out, key, state, err, done_date);
}

bool
journal_flush(struct journal *j, uint64_t now)
{
	j->flushed_ms = now;
	if (j->err != 0 && !j->full)
		return false;
	if (j->out.len > 0) {
		if (!write_out(j, now))
			return false;
		reserve(j);
	}
	return sync_if_due(j, now);
}

bool
journal_has_room(const struct journal *j)
{
	return !j->full;
}

const char *
journal_error(struct journal *j)
{
	buf_clear(&j->sentence);
	buf_addf(&j->sentence, "%s: %s", j->path, strerror(j->err));
	return buf_cstr(&j->sentence);
}

uint64_t
journal_deadline(const struct journal *j)
{
	if (j->work != NULL)
		return j->flushed_ms + LOOK_MS;
	return j->unsynced ? j->synced_ms + SYNC_MS : UINT64_MAX;
}

/* Opening and closing */

static int
say_fault(struct buf *error, const char *path, enum journal_fault fault,
    uint64_t line, const struct buf *other)
{
	switch (fault) {
	case JOURNAL_FOREIGN:
		buf_addf(error, "%s: is no journal", path);
		return EX_DATAERR;
	case JOURNAL_OTHER:
		buf_addf(error, "%s: is the journal of another input:%.*s; "
		    "each input has one of its own", path, (int)other->len,
		    (const char *)other->p);
		return EX_USAGE;
	case JOURNAL_BAD_LINE:
		buf_addf(error, "%s: line %" PRIu64 " is damaged; what it and "
		    "those behind it tell is not known", path, line);
		return EX_DATAERR;
	default:
		buf_addf(error, "%s: %s", path, strerror(errno));
		return EX_IOERR;
	}
}

/* Makes the file and puts it on the disk, or reads what is there. */
static bool
begin(struct journal *j, struct span header, struct buf *error, int *status)
{
	enum journal_fault fault;
	struct buf other = {0};
	uint64_t line;
	off_t whole;

	fault = journal_runs_read(&j->runs, j->fd, j->size, header, &whole,
	    &line, &other);
	if (fault != JOURNAL_GOOD)
		*status = say_fault(error, j->path, fault, line, &other);
	buf_free(&other);
	if (fault != JOURNAL_GOOD)
		return false;
	if (whole < j->size && ftruncate(j->fd, whole) < 0)
		return fail(j, errno);
	j->size = whole;
	if (whole == 0)
		buf_add_span(&j->out, header);
	buf_add_str(&j->out, "R\n");
	return journal_flush(j, 0) && journal_has_room(j) &&
	    (whole > 0 || (sync_now(j) && (disk_sync_name(j->path) ||
	    fail(j, errno))));
}

/* Opens it and sees that it is ours alone. */
static bool
acquire(struct journal *j, struct buf *error, int *status)
{
	struct stat st;

	j->fd = open(j->path, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK |
	    O_CLOEXEC, 0600);
	*status = EX_CANTCREAT;
	if (j->fd < 0 || fstat(j->fd, &st) < 0)
		return fail(j, errno);
	if (!S_ISREG(st.st_mode)) {
		buf_addf(error, "%s: is no regular file", j->path);
		return false;
	}
	if (flock(j->fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return fail(j, errno);
		buf_addf(error, "%s: another run has it", j->path);
		*status = EX_USAGE;
		return false;
	}
	*status = EX_IOERR;
	/* what is written is known by now: the last run has let go of it */
	j->size = lseek(j->fd, 0, SEEK_END);
	return j->size >= 0 || fail(j, errno);
}

static void
release(struct journal *j)
{
	if (j->fd >= 0)
		close(j->fd);
	work_drop(j->work);
	journal_runs_free(&j->runs);
	buf_free(&j->out);
	buf_free(&j->sentence);
	free(j->path);
	free(j);
}

struct journal *
journal_open(const char *path, const char *const *inputs, size_t n_inputs,
    bool sync_each, struct buf *error, int *status)
{
	struct journal *j = mem_new(sizeof(*j));
	struct buf header = {0};

	j->path = mem_strdup(path);
	j->sync_each = sync_each;
	buf_add_str(&header, JOURNAL_MAGIC);
	for (size_t i = 0; i < n_inputs; i++) {
		buf_add_byte(&header, '\t');
		journal_put_text(&header, span_str(inputs[i]));
	}
	buf_add_byte(&header, '\n');
	if (!acquire(j, error, status) ||
	    !begin(j, buf_span(&header), error, status)) {
		if (error->len == 0)
			buf_add_str(error, journal_error(j));
		release(j);
		j = NULL;
	}
	buf_free(&header);
	return j;
}

void
journal_find(struct journal *j, const struct journal_key *key,
    struct journal_past *past)
{
	journal_runs_find(&j->runs, key, past);
}

bool
journal_close(struct journal *j, struct buf *error)
{
	bool good;

	if (j == NULL)
		return true;
	good = sync_wait(j) && (j->err == 0 || j->full) && write_out(j, 0) &&
	    sync_now(j) &&
	    /* gives back what was reserved and not used */
	    (ftruncate(j->fd, j->size) == 0 || fail(j, errno));
	if (!good)
		buf_add_str(error, journal_error(j));
	release(j);
	return good;
}
