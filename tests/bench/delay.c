/* SPDX-License-Identifier: ISC */
/*
 * delay MS ADDR:PORT: a long way to a peer, where the kernel has no netem. What
 * comes in, in either direction, goes out half of MS later, as it came: the
 * round trip of a connection through it is MS longer, whatever its bandwidth.
 * "delay: listening on ADDR:PORT" is the first line on stderr. It serves one
 * connection after another, and ends with SIGTERM.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	ROOM = 4 << 20,     /* octets under way in a direction, most */
	CHUNKS = 1 << 14,   /* and reads of which they came */
};

/* One direction: a ring of octets, and of when each run of them is due. */
struct way {
	int from, to;
	uint8_t octets[ROOM];
	size_t start, n;
	struct {
		uint64_t due_us;
		size_t n;       /* 0: the end */
	} chunk[CHUNKS];
	size_t first, n_chunks;
	bool ended, closed;
};

static _Noreturn void
fail(const char *what)
{
	fprintf(stderr, "delay: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static bool
has_room(const struct way *w)
{
	return !w->ended && w->n < ROOM && w->n_chunks < CHUNKS;
}

static void
take_in(struct way *w, uint64_t delay_us)
{
	size_t at = (w->start + w->n) % ROOM;
	size_t room = at < w->start ? w->start - at : ROOM - at;
	size_t last = (w->first + w->n_chunks) % CHUNKS;
	ssize_t n;

	if (room > ROOM - w->n)
		room = ROOM - w->n;
	n = recv(w->from, w->octets + at, room, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	w->ended = n <= 0;
	w->chunk[last].due_us = now_us() + delay_us;
	w->chunk[last].n = n > 0 ? (size_t)n : 0;
	w->n += w->chunk[last].n;
	w->n_chunks++;
}

/* Sends on what is due; false while the peer does not take it. */
static bool
send_on(struct way *w)
{
	size_t most;
	ssize_t n;

	while (w->n_chunks > 0 && w->chunk[w->first].due_us <= now_us()) {
		if (w->chunk[w->first].n == 0) {
			shutdown(w->to, SHUT_WR);
			w->closed = true;
			w->n_chunks = 0;
			return true;
		}
		most = w->chunk[w->first].n;
		if (most > ROOM - w->start)
			most = ROOM - w->start;
		n = send(w->to, w->octets + w->start, most,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n < 0)
			n = (ssize_t)most;  /* gone: the other way will tell */
		w->start = (w->start + (size_t)n) % ROOM;
		w->n -= (size_t)n;
		w->chunk[w->first].n -= (size_t)n;
		if (w->chunk[w->first].n > 0)
			continue;
		w->first = (w->first + 1) % CHUNKS;
		w->n_chunks--;
	}
	return true;
}

static void
carry(struct way ways[2], uint64_t delay_us)
{
	for (;;) {
		struct pollfd wait[4];
		struct timespec left = {3600, 0};

		for (int i = 0; i < 2; i++) {
			struct way *w = &ways[i];
			bool taken = send_on(w);
			uint64_t due, now = now_us();

			wait[2 * i] = (struct pollfd){has_room(w) ? w->from :
			    -1, POLLIN, 0};
			wait[2 * i + 1] = (struct pollfd){taken ? -1 : w->to,
			    POLLOUT, 0};
			if (!taken || w->n_chunks == 0)
				continue;
			due = w->chunk[w->first].due_us;
			due = due > now ? due - now : 0;
			if ((uint64_t)left.tv_sec * 1000000 +
			    (uint64_t)left.tv_nsec / 1000 > due) {
				left.tv_sec = (time_t)(due / 1000000);
				left.tv_nsec = (long)(due % 1000000 * 1000);
			}
		}
		if (ways[0].closed && ways[1].closed)
			return;
		if (ppoll(wait, 4, &left, NULL) < 0 && errno != EINTR)
			fail("ppoll");
		for (int i = 0; i < 2; i++)
			if (wait[2 * i].revents != 0)
				take_in(&ways[i], delay_us);
	}
}

static struct sockaddr_in
address(const char *where)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	const char *colon = strrchr(where, ':');
	char host[64] = "";

	if (colon != NULL && (size_t)(colon - where) < sizeof(host))
		memcpy(host, where, (size_t)(colon - where));
	if (colon == NULL || inet_pton(AF_INET, host, &a.sin_addr) != 1) {
		fprintf(stderr, "delay: %s: not ADDR:PORT\n", where);
		exit(64);
	}
	a.sin_port = htons((uint16_t)atoi(colon + 1));
	return a;
}

static int
listen_somewhere(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, size) < 0 ||
	    listen(fd, 8) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &size) < 0)
		fail("listen");
	fprintf(stderr, "delay: listening on 127.0.0.1:%d\n",
	    ntohs(a.sin_port));
	return fd;
}

int
main(int argc, char **argv)
{
	static struct way ways[2];
	struct sockaddr_in peer;
	int listener, in, out, one = 1;

	if (argc != 3) {
		fprintf(stderr, "usage: delay MS ADDR:PORT\n");
		return 64;
	}
	peer = address(argv[2]);
	listener = listen_somewhere();
	while ((in = accept(listener, NULL, NULL)) >= 0) {
		out = socket(AF_INET, SOCK_STREAM, 0);
		if (out < 0 || connect(out, (struct sockaddr *)&peer,
		    sizeof(peer)) < 0)
			fail(argv[2]);
		setsockopt(in, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		setsockopt(out, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		memset(ways, 0, sizeof(ways));
		ways[0].from = ways[1].to = in;
		ways[1].from = ways[0].to = out;
		carry(ways, (uint64_t)(atof(argv[1]) * 1000 / 2));
		close(in);
		close(out);
	}
	fail("accept");
}
