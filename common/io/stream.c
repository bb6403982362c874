/* SPDX-License-Identifier: ISC */
/*
 * Open streams: octets in and out, plain or under TLS, and the walk from a
 * connected descriptor through the handshake. How a connection comes about is
 * in io/dial and io/listener.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/stream_private.h"

enum {
	DRAIN_MAX = 1 << 20,
	HANDSHAKE_MS = 30000,  /* of a stream that was open */
};

struct stream *
stream_make(struct loop *loop, void *owner, int kind)
{
	struct stream *s = mem_new(sizeof(*s));

	s->loop = loop;
	s->watch = (struct watch){.fd = -1, .owner = owner, .kind = kind,
	    .loop = loop};
	s->fd = -1;
	s->deadline = UINT64_MAX;
	s->want_read = true;
	return s;
}

void
stream_attach(struct stream *s, int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	s->fd = fd;
	buf_clear(&s->peer);
	if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0)
		net_print(&s->peer, (struct sockaddr *)&peer, len);
	buf_cstr(&s->peer);
}

void
stream_rewatch(struct stream *s)
{
	bool opening = s->phase == PHASE_HANDSHAKE;

	if (s->fd == -1)
		return;
	loop_watch(s->loop, &s->watch, s->fd,
	    opening ? !s->tls_want_write : s->want_read,
	    s->tls_want_write || (!opening && s->want_write));
}

void
stream_failed(struct stream *s)
{
	buf_cstr(&s->error);
	s->phase = PHASE_FAILED;
	s->deadline = UINT64_MAX;
	if (s->fd != -1) {
		loop_unwatch(&s->watch);
		close(s->fd);
		s->fd = -1;
	}
	s->watch.loop = s->loop;
	loop_again(&s->watch);
}

/* One step of the handshake. */
static void
handshake(struct stream *s)
{
	struct buf why = {0};
	enum tls_result result = tls_handshake(s->tls, &why);

	s->tls_want_write = false;
	switch (result) {
	case TLS_DONE:
		s->phase = PHASE_OPEN;
		s->deadline = UINT64_MAX;
		s->tls_pending = tls_pending(s->tls);
		break;
	case TLS_WANT_READ:
		s->watch.readable = false;
		break;
	case TLS_WANT_WRITE:
		s->watch.writable = false;
		s->tls_want_write = true;
		break;
	default:
		buf_addf(&s->error, "TLS with %s: %s", buf_cstr(&s->peer),
		    buf_cstr(&why));
		stream_failed(s);
	}
	buf_free(&why);
	stream_rewatch(s);
	/* only now: the first watch of a descriptor starts anew */
	if (s->phase == PHASE_OPEN && s->tls_pending)
		loop_again(&s->watch);
}

void
stream_connected(struct stream *s)
{
	dial_free(s->dial);
	s->dial = NULL;
	if (s->tls != NULL) {
		s->phase = PHASE_HANDSHAKE;
		tls_session_attach(s->tls, s->fd);
		handshake(s);
		return;
	}
	s->phase = PHASE_OPEN;
	s->deadline = UINT64_MAX;
	stream_rewatch(s);
}

void
stream_secure(struct stream *s, const struct tls *tls, const char *servername)
{
	if (s->phase != PHASE_OPEN || s->tls != NULL)
		return;
	s->tls = tls_session_new(tls, servername);
	s->limit_ms = HANDSHAKE_MS;
	s->deadline = loop_now(s->loop) + HANDSHAKE_MS;
	stream_connected(s);
}

enum stream_state
stream_drive(struct stream *s)
{
	switch (s->phase) {
	case PHASE_LOOKUP:
	case PHASE_CONNECT:
		dial_drive(s);
		break;
	case PHASE_HANDSHAKE:
		handshake(s);
		if (s->phase == PHASE_HANDSHAKE &&
		    loop_now(s->loop) >= s->deadline) {
			buf_addf(&s->error, "TLS with %s: no answer within "
			    "%g s; does that port speak TLS?",
			    buf_cstr(&s->peer), (double)s->limit_ms / 1000);
			stream_failed(s);
		}
		break;
	case PHASE_OPEN:
	case PHASE_FAILED:
		break;
	}
	if (s->phase == PHASE_OPEN)
		return STREAM_OPEN;
	return s->phase == PHASE_FAILED ? STREAM_FAILED : STREAM_CONNECTING;
}

uint64_t
stream_deadline(const struct stream *s)
{
	return s->dial != NULL ? dial_deadline(s) : s->deadline;
}

const char *
stream_error(const struct stream *s)
{
	return s->error.len > 0 ? (const char *)s->error.p : "";
}

static enum stream_result
broken(struct stream *s, const char *why)
{
	buf_clear(&s->error);
	buf_addf(&s->error, "connection to %s: %s", buf_cstr(&s->peer), why);
	buf_cstr(&s->error);
	return STREAM_BROKEN;
}

/* What a TLS call came to, once no octet was moved. */
static enum stream_result
tls_stopped(struct stream *s, enum tls_result result, struct buf *why)
{
	enum stream_result end = STREAM_AGAIN;

	if (result == TLS_EOF)
		end = STREAM_EOF;
	else if (result == TLS_FAILED)
		end = broken(s, buf_cstr(why));
	return end;
}

static enum stream_result
read_tls(struct stream *s, void *p, size_t room, size_t *n)
{
	struct buf why = {0};
	enum tls_result result = tls_read(s->tls, p, room, n, &why);
	enum stream_result end = STREAM_DONE;

	s->tls_pending = result == TLS_DONE && tls_pending(s->tls);
	if (result == TLS_WANT_READ)
		s->watch.readable = false;
	if (result == TLS_WANT_WRITE && !s->tls_want_write) {
		s->tls_want_write = true;
		stream_rewatch(s);
	}
	if (*n == 0)
		end = tls_stopped(s, result, &why);
	else if (s->tls_pending || result == TLS_EOF || result == TLS_FAILED)
		loop_again(&s->watch);
	buf_free(&why);
	return end;
}

enum stream_result
stream_read(struct stream *s, void *p, size_t room, size_t *n)
{
	ssize_t got;

	*n = 0;
	if (room == 0)
		return STREAM_AGAIN;
	if (s->tls != NULL)
		return read_tls(s, p, room, n);
	do
		got = recv(s->fd, p, room, 0);
	while (got == -1 && errno == EINTR);
	if (got > 0) {
		*n = (size_t)got;
		/* a short read emptied it: another would be for nothing */
		s->watch.readable = *n == room;
		return STREAM_DONE;
	}
	if (got == 0)
		return STREAM_EOF;
	s->watch.readable = false;
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return STREAM_AGAIN;
	return broken(s, strerror(errno));
}

static enum stream_result
write_tls(struct stream *s, const void *p, size_t len, size_t *n)
{
	struct buf why = {0};
	enum tls_result result = tls_write(s->tls, p, len, n, &why);
	enum stream_result end = STREAM_DONE;

	s->tls_want_write = result == TLS_WANT_WRITE;
	if (s->tls_want_write)
		s->watch.writable = false;
	stream_rewatch(s);
	if (*n == 0 && result == TLS_EOF)
		end = broken(s, "the peer closed it");
	else if (*n == 0)
		end = tls_stopped(s, result, &why);
	buf_free(&why);
	return end;
}

enum stream_result
stream_write(struct stream *s, const void *p, size_t len, size_t *n)
{
	ssize_t put;

	*n = 0;
	if (len == 0)
		return STREAM_DONE;
	if (s->tls != NULL)
		return write_tls(s, p, len, n);
	do
		put = send(s->fd, p, len, MSG_NOSIGNAL);
	while (put == -1 && errno == EINTR);
	if (put >= 0) {
		*n = (size_t)put;
		return STREAM_DONE;
	}
	s->watch.writable = false;
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return STREAM_AGAIN;
	return broken(s, strerror(errno));
}

void
stream_want(struct stream *s, bool read, bool write)
{
	if (s->want_read == read && s->want_write == write)
		return;
	s->want_read = read;
	s->want_write = write;
	if (s->phase == PHASE_OPEN)
		stream_rewatch(s);
	if (read && s->tls_pending)
		loop_again(&s->watch);
}

bool
stream_readable(const struct stream *s)
{
	return s->watch.readable || s->tls_pending;
}

bool
stream_certified(const struct stream *s, const char *name)
{
	return s->tls != NULL && s->phase == PHASE_OPEN &&
	    tls_certified(s->tls, name);
}

struct watch *
stream_watch(struct stream *s)
{
	return &s->watch;
}

const char *
stream_peer(const struct stream *s)
{
	return s->peer.len > 0 ? (const char *)s->peer.p : "";
}

int
stream_fd(const struct stream *s)
{
	return s->fd;
}

/* Octets left unread turn close into a reset, which may overtake what was
 * sent last; so they are read away. */
static void
hang_up(int fd)
{
	static char octets[1 << 14];
	size_t total = 0;
	ssize_t n;

	shutdown(fd, SHUT_WR);
	while (total < DRAIN_MAX &&
	    (n = recv(fd, octets, sizeof(octets), MSG_DONTWAIT)) > 0)
		total += (size_t)n;
	close(fd);
}

void
stream_cut(struct stream *s, bool reset)
{
	s->cut = true;
	s->reset = reset;
}

/* A linger of no time is the one way to ask for a reset. */
static void
reset(int fd)
{
	struct linger none = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	close(fd);
}

void
stream_close(struct stream *s)
{
	if (s == NULL)
		return;
	loop_unwatch(&s->watch);
	dial_free(s->dial);
	tls_session_free(s->tls, s->phase == PHASE_OPEN && !s->cut);
	if (s->fd != -1 && s->reset)
		reset(s->fd);
	else if (s->fd != -1)
		hang_up(s->fd);
	buf_free(&s->peer);
	buf_free(&s->error);
	free(s);
}
