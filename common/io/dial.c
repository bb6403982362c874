/* SPDX-License-Identifier: ISC */
/*
 * How a connection is made: the name is looked up in a thread unless it is an
 * address, then each of its addresses is tried in turn. One that does not
 * answer gets its share of the time, so that the next has its chance.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/stream_private.h"

enum { REASONS_MAX = 8 };  /* addresses whose failure is told */

struct dial {
	struct lookup *lookup;    /* the thread's while work runs */
	struct work *work;        /* NULL: lookup is ours */
	struct addrinfo *at;      /* the address being tried */
	size_t left;              /* addresses from at on */
	size_t failed;
	uint64_t at_deadline;     /* of that address */
	bool numeric;
	char *local_address, *port;
	unsigned user_timeout;
};

static void next_address(struct stream *);

void
dial_free(struct dial *d)
{
	if (d == NULL)
		return;
	if (d->work != NULL)
		work_drop(d->work);
	else
		lookup_release(d->lookup);
	free(d->local_address);
	free(d->port);
	free(d);
}

/* Why the address at hand cannot be had, added to the error. */
static void
address_failed(struct stream *s, const char *what, const char *why)
{
	struct dial *d = s->dial;
	struct addrinfo *at = d->at;

	d->failed++;
	if (d->failed <= REASONS_MAX) {
		buf_add_str(&s->error, d->failed == 1 ? ": " : "; ");
		if (!d->numeric) {
			net_print_host(&s->error, at->ai_addr, at->ai_addrlen);
			buf_add_str(&s->error, ": ");
		}
		if (what != NULL)
			buf_addf(&s->error, "%s: ", what);
		buf_add_str(&s->error, why);
	}
	if (s->fd != -1) {
		loop_unwatch(&s->watch);
		s->watch.loop = s->loop;
		close(s->fd);
		s->fd = -1;
	}
	d->at = at->ai_next;
	d->left--;
}

/* Gives the socket the address to connect from; false when it has none of
 * this family. */
static bool
bind_local(struct stream *s, int fd)
{
	struct dial *d = s->dial;
	struct addrinfo hints = {
		.ai_family = d->at->ai_family,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST,
	}, *local;
	int rc;
	bool ok;

	if (d->local_address == NULL)
		return true;
	rc = getaddrinfo(d->local_address, NULL, &hints, &local);
	if (rc != 0) {
		address_failed(s, d->local_address,
		    "no local address of that family");
		return false;
	}
	ok = bind(fd, local->ai_addr, local->ai_addrlen) == 0;
	if (!ok)
		address_failed(s, d->local_address, strerror(errno));
	freeaddrinfo(local);
	return ok;
}

/* Begins to connect to the address at hand; false when it failed at once. */
static bool
try_address(struct stream *s)
{
	struct dial *d = s->dial;
	uint64_t now = loop_clock(s->loop);
	int rc;

	s->fd = net_socket(d->at->ai_family);
	if (s->fd == -1) {
		address_failed(s, NULL, strerror(errno));
		return false;
	}
	if (!bind_local(s, s->fd))
		return false;
	if (d->user_timeout > 0)
		setsockopt(s->fd, IPPROTO_TCP, TCP_USER_TIMEOUT,
		    &d->user_timeout, sizeof(d->user_timeout));
	d->at_deadline = s->deadline == UINT64_MAX ? UINT64_MAX :
	    s->deadline <= now ? now : now + (s->deadline - now) / d->left;
	rc = connect(s->fd, d->at->ai_addr, d->at->ai_addrlen);
	if (rc != 0 && errno != EINPROGRESS) {
		address_failed(s, NULL, strerror(errno));
		return false;
	}
	s->phase = PHASE_CONNECT;
	loop_watch(s->loop, &s->watch, s->fd, false, true);
	return true;
}

static void
next_address(struct stream *s)
{
	struct dial *d = s->dial;

	while (d->at != NULL)
		if (try_address(s))
			return;
	if (d->failed > REASONS_MAX)
		buf_addf(&s->error, "; and %zu more", d->failed - REASONS_MAX);
	stream_failed(s);
}

/* The name was looked up: on with its addresses. */
static void
looked_up(struct stream *s)
{
	struct dial *d = s->dial;

	if (d->lookup->error != 0) {
		lookup_print_error(&s->error, d->lookup);
		stream_failed(s);
		return;
	}
	buf_addf(&s->error, "connect to %s port %s", d->lookup->host, d->port);
	d->at = d->lookup->list;
	for (struct addrinfo *a = d->at; a != NULL; a = a->ai_next)
		d->left++;
	next_address(s);
}

static void
start_lookup(struct stream *s)
{
	struct dial *d = s->dial;

	d->numeric = lookup_numeric(d->lookup);
	if (d->numeric) {
		looked_up(s);
		return;
	}
	d->work = work_start(lookup_run, lookup_release, d->lookup);
	if (d->work == NULL) {
		buf_addf(&s->error, "look up %s: %s", d->lookup->host,
		    strerror(errno));
		stream_failed(s);
		return;
	}
	s->phase = PHASE_LOOKUP;
	loop_watch(s->loop, &s->watch, work_fd(d->work), true, false);
}

struct stream *
stream_dial(struct loop *loop, const struct stream_conf *conf, void *owner,
    int kind)
{
	struct stream *s = stream_make(loop, owner, kind);
	struct dial *d = s->dial = mem_new(sizeof(*d));

	d->lookup = mem_new(sizeof(*d->lookup));
	d->lookup->host = mem_strdup(conf->host);
	d->lookup->port = mem_strdup(conf->port);
	d->port = mem_strdup(conf->port);
	if (conf->local_address != NULL)
		d->local_address = mem_strdup(conf->local_address);
	d->user_timeout = conf->user_timeout_ms > UINT32_MAX ? UINT32_MAX :
	    (unsigned)conf->user_timeout_ms;
	s->limit_ms = conf->connect_ms;
	if (conf->connect_ms > 0)
		s->deadline = loop_clock(loop) + conf->connect_ms;
	if (conf->tls != NULL)
		s->tls = tls_session_new(conf->tls, conf->servername != NULL ?
		    conf->servername : conf->host);
	start_lookup(s);
	return s;
}

static void
drive_lookup(struct stream *s)
{
	struct dial *d = s->dial;

	if (work_done(d->work)) {
		loop_unwatch(&s->watch);
		s->watch.loop = s->loop;
		d->lookup = work_take(d->work);
		d->work = NULL;
		looked_up(s);
	} else if (loop_now(s->loop) >= s->deadline) {
		loop_unwatch(&s->watch);
		buf_addf(&s->error, "%s: no answer from the name servers "
		    "within %g s", d->lookup->host, (double)s->limit_ms / 1000);
		stream_failed(s);
	}
}

static void
drive_connect(struct stream *s)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (s->watch.writable) {
		getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &err, &len);
		s->watch.writable = false;
		if (err == 0) {
			buf_clear(&s->error);
			stream_attach(s, s->fd);
			stream_connected(s);
			return;
		}
		address_failed(s, NULL, strerror(err));
		next_address(s);
	} else if (loop_now(s->loop) >= s->dial->at_deadline) {
		address_failed(s, NULL, "no answer in time");
		next_address(s);
	}
}

void
dial_drive(struct stream *s)
{
	if (s->phase == PHASE_LOOKUP)
		drive_lookup(s);
	else
		drive_connect(s);
}

uint64_t
dial_deadline(const struct stream *s)
{
	if (s->phase == PHASE_CONNECT)
		return s->dial->at_deadline;
	return s->deadline;
}
