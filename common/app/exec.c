/* SPDX-License-Identifier: ISC */
/*
 * Commands for records. A job waits in line, runs in a slot, and has ended; one
 * that is to be run again rests until it is due. A command that runs too long
 * gets SIGTERM, then SIGKILL, with all that it started in its process group.
 */
#include "app/exec.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/child.h"
#include "sys/diag.h"

enum {
	KILL_MS = 5000,              /* from SIGTERM to SIGKILL */
	AGAIN_FIRST_MS = 1000,
	AGAIN_MOST_MS = 60 * 1000,
	RECORD_KEPT = 64 << 10,      /* octets of a buffer that is used again */
};

struct queue {
	struct exec_job *first, **last;
	size_t n;
};

/* A command that runs. */
struct slot {
	struct child child;
	struct exec_job *job;        /* NULL: unused */
	struct watch feed;
	int fd;                      /* its stdin, or -1 */
	size_t fed;                  /* octets of the record */
	uint64_t due;                /* of the next signal */
	bool late;
};

struct exec {
	struct loop *loop;
	const struct exec_conf *conf;
	int kind;
	struct slot *slot;
	size_t n_running, n_jobs;
	struct queue waiting, resting, ended, unused;
	bool failed;                 /* the last command could not be run */
};

/* Queues */

static void
push(struct queue *q, struct exec_job *job)
{
	if (q->first == NULL)
		q->last = &q->first;
	job->next = NULL;
	*q->last = job;
	q->last = &job->next;
	q->n++;
}

static struct exec_job *
pop(struct queue *q)
{
	struct exec_job *job = q->first;

	if (job == NULL)
		return NULL;
	q->first = job->next;
	q->n--;
	return job;
}

static void
free_all(struct queue *q)
{
	struct exec_job *job;

	while ((job = pop(q)) != NULL) {
		buf_free(&job->record);
		free(job);
	}
}

struct exec *
exec_new(struct loop *loop, const struct exec_conf *conf, int kind)
{
	struct exec *e = mem_new(sizeof(*e));

	e->loop = loop;
	e->conf = conf;
	e->kind = kind;
	e->slot = mem_array(conf->jobs, sizeof(*e->slot));
	return e;
}

static void
stop_feeding(struct slot *s)
{
	if (s->fd == -1)
		return;
	loop_unwatch(&s->feed);
	s->feed = (struct watch){0};
	close(s->fd);
	s->fd = -1;
}

struct exec_job *
exec_kill(struct exec *e)
{
	struct exec_job *job;

	for (size_t i = 0; i < e->conf->jobs; i++) {
		if ((job = e->slot[i].job) == NULL)
			continue;
		child_signal_group(&e->slot[i].child, SIGTERM);
		stop_feeding(&e->slot[i]);
		e->slot[i].job = NULL;
		return job;
	}
	return NULL;
}

void
exec_free(struct exec *e)
{
	struct exec_job *job;

	if (e == NULL)
		return;
	while ((job = exec_kill(e)) != NULL)
		push(&e->unused, job);
	free_all(&e->waiting);
	free_all(&e->resting);
	free_all(&e->ended);
	free_all(&e->unused);
	free(e->slot);
	free(e);
}

/* Jobs */

struct exec_job *
exec_job_new(struct exec *e)
{
	struct exec_job *job;
	struct buf record;

	if (e->n_jobs >= e->conf->most)
		return NULL;
	e->n_jobs++;
	job = pop(&e->unused);
	if (job == NULL)
		return mem_new(sizeof(*job));
	record = job->record;
	buf_clear(&record);
	*job = (struct exec_job){.record = record};
	return job;
}

void
exec_done(struct exec *e, struct exec_job *job)
{
	if (job->record.cap > RECORD_KEPT)
		buf_free(&job->record);
	push(&e->unused, job);
	e->n_jobs--;
}

void
exec_run(struct exec *e, struct exec_job *job)
{
	push(&e->waiting, job);
}

void
exec_run_again(struct exec *e, struct exec_job *job)
{
	uint64_t ms = AGAIN_FIRST_MS;

	for (unsigned i = 0; i < job->tries && ms < AGAIN_MOST_MS; i++)
		ms *= 2;
	job->tries++;
	job->due = loop_now(e->loop) +
	    (ms < AGAIN_MOST_MS ? ms : AGAIN_MOST_MS);
	push(&e->resting, job);
}

struct exec_job *
exec_next(struct exec *e, int *status)
{
	struct exec_job *job = pop(&e->ended);

	if (job != NULL)
		*status = job->status;
	return job;
}

struct exec_job *
exec_withdraw(struct exec *e)
{
	struct exec_job *job = pop(&e->waiting);

	if (job == NULL)
		job = pop(&e->ended);
	return job != NULL ? job : pop(&e->resting);
}

void
exec_forget(struct exec *e, const struct link *link)
{
	struct exec_job *const heads[] = {e->waiting.first, e->resting.first,
	    e->ended.first};

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		for (struct exec_job *j = heads[i]; j != NULL; j = j->next)
			if (j->link == link)
				j->link = NULL;
	for (size_t i = 0; i < e->conf->jobs; i++)
		if (e->slot[i].job != NULL && e->slot[i].job->link == link)
			e->slot[i].job->link = NULL;
}

size_t
exec_count(const struct exec *e)
{
	return e->n_jobs;
}

size_t
exec_busy(const struct exec *e)
{
	return e->n_jobs - e->resting.n;
}

/* Commands */

static void
end_job(struct exec *e, struct slot *s, int status)
{
	s->job->status = status;
	push(&e->ended, s->job);
	s->job = NULL;
}

/* Writes what the command takes; who takes no more, or has ended, need not
 * have read it all. */
static void
feed(struct exec *e, struct slot *s)
{
	struct span rest;
	ssize_t n;

	for (;;) {
		rest = span_skip(buf_span(&s->job->record), s->fed);
		if (rest.n == 0)
			break;
		n = write(s->fd, rest.p, rest.n);
		if (n > 0) {
			s->fed += (size_t)n;
		} else if (n == -1 && errno == EAGAIN) {
			s->feed.owner = s;
			s->feed.kind = e->kind;
			s->feed.writable = false;
			loop_watch(e->loop, &s->feed, s->fd, false, true);
			return;
		} else if (n == 0 || errno != EINTR) {
			break;
		}
	}
	stop_feeding(s);
}

void
exec_ready(struct exec *e, struct watch *w)
{
	feed(e, w->owner);
}

static void
start(struct exec *e, struct slot *s, struct exec_job *job)
{
	*s = (struct slot){.job = job, .fd = -1, .due = UINT64_MAX};
	if (!child_shell(&s->child, e->conf->command, &s->fd)) {
		if (!e->failed)
			warn("--exec: cannot run sh: %s", strerror(errno));
		e->failed = true;
		end_job(e, s, EXEC_NOT_RUN);
		return;
	}
	e->failed = false;
	e->n_running++;
	if (e->conf->timeout_ms > 0)
		s->due = loop_now(e->loop) + e->conf->timeout_ms;
	feed(e, s);
}

static void
look_at(struct exec *e, struct slot *s, bool ended, uint64_t now)
{
	int status;

	if (ended && child_ended(&s->child, &status)) {
		stop_feeding(s);
		e->n_running--;
		end_job(e, s, s->late ? EXEC_TIMED_OUT : status);
	} else if (now >= s->due) {
		child_signal_group(&s->child, s->late ? SIGKILL : SIGTERM);
		s->due = s->late ? UINT64_MAX : now + KILL_MS;
		s->late = true;
	}
}

static void
wake(struct exec *e, uint64_t now)
{
	struct queue still = {0};
	struct exec_job *job;

	while ((job = pop(&e->resting)) != NULL)
		push(job->due <= now ? &e->waiting : &still, job);
	e->resting = still;
	if (still.n == 0)
		e->resting = (struct queue){0};
}

void
exec_work(struct exec *e)
{
	bool ended = loop_signalled(e->loop, SIGCHLD) > 0;
	uint64_t now = loop_now(e->loop);

	if (e->resting.n > 0)
		wake(e, now);
	for (size_t i = 0; i < e->conf->jobs; i++) {
		struct slot *s = &e->slot[i];

		if (s->job != NULL)
			look_at(e, s, ended, now);
		if (s->job == NULL && e->waiting.n > 0)
			start(e, s, pop(&e->waiting));
	}
}

uint64_t
exec_deadline(const struct exec *e)
{
	uint64_t due = UINT64_MAX;

	if (e->ended.n > 0 ||
	    (e->waiting.n > 0 && e->n_running < e->conf->jobs))
		return 0;
	for (const struct exec_job *j = e->resting.first; j != NULL;
	    j = j->next)
		due = j->due < due ? j->due : due;
	for (size_t i = 0; i < e->conf->jobs; i++)
		if (e->slot[i].job != NULL && e->slot[i].due < due)
			due = e->slot[i].due;
	return due;
}
