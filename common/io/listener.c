/* SPDX-License-Identifier: ISC */
/*
 * Listening for connections. When descriptors run out, a spare one is given
 * up to take the caller off the queue and turn it away: left there, it would
 * make the loop turn without end.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/stream_private.h"
#include "sys/diag.h"

enum {
	BACKLOG = 4096,          /* the system lowers it to its own limit */
	HANDSHAKE_MS = 30000,
};

struct listener {
	struct loop *loop;
	struct watch watch;
	int fd, spare;
	const struct tls *tls;
	struct buf address;
	bool told;               /* that descriptors ran out */
};

/* The text of the last error of listener_open. */
static const char *
error_text(const char *address, const char *why)
{
	static char text[256];

	snprintf(text, sizeof(text), "listen on %s: %s", address, why);
	return text;
}

/* Splits "ADDR:PORT", brackets off; an empty ADDR is loopback, "*" is any. */
static bool
split(struct lookup *l, const char *address, bool *any)
{
	const char *colon = strrchr(address, ':'), *host = address;
	size_t len;

	if (colon == NULL || colon[1] == '\0')
		return false;
	/* the resolver would take a larger one modulo 65536 */
	if (colon[1 + strspn(colon + 1, "0123456789")] == '\0' &&
	    strtoul(colon + 1, NULL, 10) > UINT16_MAX)
		return false;
	len = (size_t)(colon - host);
	if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	} else if (memchr(host, ':', len) != NULL) {
		return false;
	}
	*any = len == 1 && host[0] == '*';
	l->host = len == 0 ? mem_strdup("127.0.0.1") :
	    *any ? mem_strdup("::") : mem_strndup(host, len);
	l->port = mem_strdup(colon + 1);
	return true;
}

bool
listener_may_be(const char *address)
{
	struct lookup *l = mem_new(sizeof(*l));
	bool any, may = split(l, address, &any);

	lookup_release(l);
	return may;
}

/* A socket that listens on the address; -1 and errno. */
static int
listen_on(const struct sockaddr *sa, socklen_t len)
{
	static const int on = 1, off = 0;
	int fd = net_socket(sa->sa_family), err;

	if (fd == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (sa->sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, sa, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

/* The socket for the text of an address; -1 and *error. */
static int
open_socket(const char *address, const char **error)
{
	struct lookup *l = mem_new(sizeof(*l));
	struct buf why = {0};
	bool any = false;
	int fd = -1;

	if (!split(l, address, &any)) {
		buf_add_str(&why, "not ADDRESS:PORT");
	} else {
		if (!lookup_numeric(l))
			lookup_run(l);
		if (l->error != 0)
			lookup_print_error(&why, l);
		for (struct addrinfo *a = l->list; a != NULL && fd == -1;
		    a = a->ai_next)
			fd = listen_on(a->ai_addr, a->ai_addrlen);
		if (fd == -1 && any && l->list != NULL) {
			/* a system without IPv6 */
			struct sockaddr_in v4 = {.sin_family = AF_INET,
			    .sin_port = ((struct sockaddr_in6 *)
			    (void *)l->list->ai_addr)->sin6_port};

			fd = listen_on((struct sockaddr *)&v4, sizeof(v4));
		}
		if (fd == -1 && why.len == 0)
			buf_add_str(&why, strerror(errno));
	}
	if (fd == -1)
		*error = error_text(address, buf_cstr(&why));
	buf_free(&why);
	lookup_release(l);
	return fd;
}

struct listener *
listener_open(struct loop *loop, const char *address, const struct tls *tls,
    void *owner, int kind, const char **error)
{
	int fd = open_socket(address, error);
	struct listener *l;
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	if (fd == -1)
		return NULL;
	l = mem_new(sizeof(*l));
	l->loop = loop;
	l->watch = (struct watch){.fd = -1, .owner = owner, .kind = kind};
	l->fd = fd;
	l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	l->tls = tls;
	getsockname(fd, (struct sockaddr *)&sa, &len);
	net_print(&l->address, (struct sockaddr *)&sa, len);
	buf_cstr(&l->address);
	loop_watch(loop, &l->watch, fd, true, false);
	return l;
}

void
listener_close(struct listener *l)
{
	if (l == NULL)
		return;
	loop_unwatch(&l->watch);
	close(l->fd);
	if (l->spare != -1)
		close(l->spare);
	buf_free(&l->address);
	free(l);
}

const char *
listener_address(const struct listener *l)
{
	return (const char *)l->address.p;
}

/* More descriptors, as far as the hard limit goes; false when it is reached.
 * Not before they are needed: a command run beside inherits the limit. */
static bool
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur >= limit.rlim_max)
		return false;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* Turns a caller away for whom there is no descriptor. */
static void
turn_away(struct listener *l, int err)
{
	int fd;

	if (!l->told)
		warn("%s: %s: connections are turned away",
		    listener_address(l), strerror(err));
	l->told = true;
	if (l->spare != -1)
		close(l->spare);
	fd = accept(l->fd, NULL, NULL);
	if (fd != -1)
		close(fd);
	l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int
take(struct listener *l)
{
	int fd;

	for (;;) {
		int err;

		fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd != -1)
			return fd;
		err = errno;
		if (err == EMFILE && raise_limit())
			continue;
		if (err == EMFILE || err == ENFILE) {
			turn_away(l, err);
			return -1;
		}
		/* a caller that gave up meanwhile is no reason to stop */
		if (err != EINTR && err != ECONNABORTED && err != EPROTO)
			return -1;
	}
}

struct stream *
listener_accept(struct listener *l, void *owner, int kind)
{
	int fd = take(l);
	struct stream *s;

	if (fd == -1) {
		l->watch.readable = false;
		return NULL;
	}
	net_no_delay(fd);
	s = stream_make(l->loop, owner, kind);
	stream_attach(s, fd);
	if (l->tls != NULL) {
		s->limit_ms = HANDSHAKE_MS;
		s->deadline = loop_now(l->loop) + HANDSHAKE_MS;
		s->tls = tls_session_new(l->tls, NULL);
	}
	stream_connected(s);
	return s;
}

struct watch *
listener_watch(struct listener *l)
{
	return &l->watch;
}
