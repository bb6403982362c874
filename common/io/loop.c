/* SPDX-License-Identifier: ISC */
/*
 * The loop: libevent tells readiness, time and signals, and its callbacks do
 * no more than note it. Ready watches stand in two lists: those that loop_ready
 * hands out now, and those for the next pass, so that a watch put back by its
 * owner cannot starve the others.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/mem.h"
#include "io/loop.h"
#include "sys/diag.h"

enum { SIGNALS = 65 };

struct loop {
	struct event_base *base;
	struct event *timer, *wake_event;
	uint64_t timer_at;          /* what timer is set to; UINT64_MAX: not set */
	int wake_fd;
	uint64_t now;
	struct watch ready, later;  /* heads of rings */
	struct watch **always;      /* those that never block and want something */
	size_t n_always, always_size;
	struct event *signal[SIGNALS];
	unsigned signalled[SIGNALS];
};

static void
ring_init(struct watch *head)
{
	head->next = head->prev = head;
}

static void
ring_remove(struct watch *w)
{
	w->prev->next = w->next;
	w->next->prev = w->prev;
	w->next = w->prev = NULL;
}

static void
ring_append(struct watch *head, struct watch *w)
{
	w->prev = head->prev;
	w->next = head;
	head->prev->next = w;
	head->prev = w;
}

/* Moves all of from to the end of to. */
static void
ring_move(struct watch *to, struct watch *from)
{
	if (from->next == from)
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	ring_init(from);
}

static void
queue(struct watch *w)
{
	if (w->queued)
		return;
	w->queued = true;
	ring_append(&w->loop->later, w);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;

	(void)fd;
	if (what & EV_READ)
		w->readable = true;
	if (what & EV_WRITE)
		w->writable = true;
	queue(w);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;

	(void)fd;
	(void)what;
	loop->timer_at = UINT64_MAX;
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	uint64_t count;

	(void)what;
	(void)arg;
	while (read(fd, &count, sizeof(count)) == -1 && errno == EINTR)
		;
}

static void
on_signal(evutil_socket_t signo, short what, void *arg)
{
	struct loop *loop = arg;

	(void)what;
	loop->signalled[signo]++;
}

static void
on_log(int severity, const char *message)
{
	if (severity == EVENT_LOG_ERR)
		warn("event loop: %s", message);
}

static void
add(struct event *event, const struct timeval *after)
{
	if (event == NULL || event_add(event, after) != 0)
		die(EX_OSERR, "event loop: %s", strerror(errno));
}

struct loop *
loop_new(void)
{
	struct loop *loop = mem_new(sizeof(*loop));
	struct event_config *config;

	event_set_log_callback(on_log);
	config = event_config_new();
	if (config != NULL) {
		event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
		event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
		loop->base = event_base_new_with_config(config);
		event_config_free(config);
	}
	loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (loop->base == NULL || loop->wake_fd == -1)
		die(EX_OSERR, "event loop: %s", strerror(errno));
	ring_init(&loop->ready);
	ring_init(&loop->later);
	loop->timer_at = UINT64_MAX;
	loop->timer = event_new(loop->base, -1, 0, on_timer, loop);
	if (loop->timer == NULL)
		die(EX_OSERR, "event loop: %s", strerror(errno));
	loop->wake_event = event_new(loop->base, loop->wake_fd,
	    EV_READ | EV_PERSIST, on_wake, loop);
	add(loop->wake_event, NULL);
	loop_clock(loop);
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	for (size_t i = 0; i < SIGNALS; i++)
		if (loop->signal[i] != NULL)
			event_free(loop->signal[i]);
	event_free(loop->timer);
	event_free(loop->wake_event);
	event_base_free(loop->base);
	close(loop->wake_fd);
	free(loop->always);
	free(loop);
}

uint64_t
loop_now(const struct loop *loop)
{
	return loop->now;
}

uint64_t
loop_clock(struct loop *loop)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	loop->now = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
	return loop->now;
}

bool
loop_pollable(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	if (S_ISCHR(st.st_mode))
		return isatty(fd);
	return !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) &&
	    !S_ISBLK(st.st_mode);
}

static void
always_add(struct watch *w)
{
	struct loop *loop = w->loop;

	for (size_t i = 0; i < loop->n_always; i++)
		if (loop->always[i] == w)
			return;
	if (loop->n_always == loop->always_size) {
		loop->always_size = loop->always_size * 2 + 4;
		loop->always = mem_resize(loop->always,
		    loop->always_size * sizeof(struct watch *));
	}
	loop->always[loop->n_always++] = w;
}

static void
always_remove(struct watch *w)
{
	struct loop *loop = w->loop;

	for (size_t i = 0; i < loop->n_always; i++)
		if (loop->always[i] == w) {
			loop->always[i] = loop->always[--loop->n_always];
			return;
		}
}

/* Turns one kind of event of a watch on or off. What the kernel cannot poll
 * after all (EPERM) is always ready from then on. */
static void
want(struct watch *w, void **event, short what, bool on)
{
	if (!on) {
		if (*event != NULL)
			event_del(*event);
		return;
	}
	if (*event == NULL)
		*event = event_new(w->loop->base, w->fd,
		    (short)(what | EV_PERSIST), on_ready, w);
	if (*event == NULL)
		die(EX_OSERR, "event loop: %s", strerror(errno));
	if (event_add(*event, NULL) == 0)
		return;
	if (errno != EPERM)
		die(EX_OSERR, "event loop: %s", strerror(errno));
	w->always = true;
	always_add(w);
}

void
loop_watch(struct loop *loop, struct watch *w, int fd, bool read, bool write)
{
	if (w->fd != fd || w->loop != loop) {
		loop_unwatch(w);
		w->fd = fd;
		w->loop = loop;
		w->always = !loop_pollable(fd);
	}
	if (w->always) {
		if (read || write)
			always_add(w);
		else
			always_remove(w);
	} else {
		if (read != w->want_read)
			want(w, &w->read_event, EV_READ, read);
		if (write != w->want_write)
			want(w, &w->write_event, EV_WRITE, write);
	}
	w->want_read = read;
	w->want_write = write;
}

void
loop_unwatch(struct watch *w)
{
	if (w->loop == NULL)
		return;
	if (w->queued)
		ring_remove(w);
	if (w->always)
		always_remove(w);
	if (w->read_event != NULL)
		event_free(w->read_event);
	if (w->write_event != NULL)
		event_free(w->write_event);
	*w = (struct watch){.fd = -1, .owner = w->owner, .kind = w->kind};
}

/* Sets the timer for a deadline after now. */
static void
set_timer(struct loop *loop, uint64_t deadline)
{
	uint64_t ms;
	struct timeval after;

	if (deadline == loop->timer_at)
		return;
	loop->timer_at = deadline;
	if (deadline == UINT64_MAX) {
		event_del(loop->timer);
		return;
	}
	ms = deadline - loop->now;
	after.tv_sec = ms / 1000 > 1000000 ? 1000000 : (time_t)(ms / 1000);
	after.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	add(loop->timer, &after);
}

void
loop_once(struct loop *loop, uint64_t deadline)
{
	int flags = EVLOOP_ONCE;

	for (size_t i = 0; i < loop->n_always; i++) {
		struct watch *w = loop->always[i];

		w->readable |= w->want_read;
		w->writable |= w->want_write;
		queue(w);
	}
	if (loop->ready.next != &loop->ready ||
	    loop->later.next != &loop->later)
		flags |= EVLOOP_NONBLOCK;
	else if (deadline != UINT64_MAX && deadline <= loop_clock(loop))
		flags |= EVLOOP_NONBLOCK;
	else
		set_timer(loop, deadline);
	event_base_loop(loop->base, flags);
	ring_move(&loop->ready, &loop->later);
	loop_clock(loop);
}

struct watch *
loop_ready(struct loop *loop)
{
	struct watch *w = loop->ready.next;

	if (w == &loop->ready)
		return NULL;
	ring_remove(w);
	w->queued = false;
	return w;
}

void
loop_again(struct watch *w)
{
	w->readable = true;
	queue(w);
}

void
loop_signal(struct loop *loop, int signo)
{
	if (loop->signal[signo] != NULL)
		return;
	loop->signal[signo] = evsignal_new(loop->base, signo, on_signal, loop);
	add(loop->signal[signo], NULL);
}

unsigned
loop_signalled(struct loop *loop, int signo)
{
	unsigned n = loop->signalled[signo];

	loop->signalled[signo] = 0;
	return n;
}

void
loop_wake(struct loop *loop)
{
	static const uint64_t one = 1;

	while (write(loop->wake_fd, &one, sizeof(one)) == -1 && errno == EINTR)
		;
}
