/* SPDX-License-Identifier: ISC */
/*
 * Calls that block, each in a detached thread: a call like getaddrinfo cannot
 * be stopped, so one that nobody waits for any more ends by itself. Whoever of
 * thread and owner is last releases the rest.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/work.h"

struct work {
	pthread_mutex_t mutex;
	bool done, dropped;
	int fd;
	void (*run)(void *);
	void (*release)(void *);
	void *data;
};

static void
work_free(struct work *work)
{
	pthread_mutex_destroy(&work->mutex);
	close(work->fd);
	free(work);
}

static void *
thread(void *arg)
{
	static const uint64_t one = 1;
	struct work *work = arg;
	bool dropped;

	work->run(work->data);
	pthread_mutex_lock(&work->mutex);
	work->done = true;
	dropped = work->dropped;
	if (!dropped)
		while (write(work->fd, &one, sizeof(one)) == -1 &&
		    errno == EINTR)
			;
	pthread_mutex_unlock(&work->mutex);
	if (dropped) {
		work->release(work->data);
		work_free(work);
	}
	return NULL;
}

/* Starts a detached thread without signals: those are the loop's. */
static int
start(struct work *work)
{
	pthread_attr_t attr;
	pthread_t id;
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&id, &attr, thread, work);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return err;
}

struct work *
work_start(void (*run)(void *), void (*release)(void *), void *data)
{
	struct work *work = mem_new(sizeof(*work));
	int err;

	work->run = run;
	work->release = release;
	work->data = data;
	pthread_mutex_init(&work->mutex, NULL);
	work->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	err = work->fd == -1 ? errno : start(work);
	if (err == 0)
		return work;
	work_free(work);
	errno = err;
	return NULL;
}

int
work_fd(const struct work *work)
{
	return work->fd;
}

bool
work_done(struct work *work)
{
	bool done;

	pthread_mutex_lock(&work->mutex);
	done = work->done;
	pthread_mutex_unlock(&work->mutex);
	return done;
}

void *
work_take(struct work *work)
{
	void *data = work->data;

	work_free(work);
	return data;
}

void
work_drop(struct work *work)
{
	bool done;

	if (work == NULL)
		return;
	pthread_mutex_lock(&work->mutex);
	done = work->done;
	work->dropped = true;
	pthread_mutex_unlock(&work->mutex);
	if (done) {
		work->release(work->data);
		work_free(work);
	}
}
