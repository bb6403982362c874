/* SPDX-License-Identifier: ISC */
/*
 * Names and addresses: printing them, looking them up. An address in digits
 * never costs a look into the files and servers of the name service.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/net.h"

void
net_print_host(struct buf *out, const struct sockaddr *sa, socklen_t len)
{
	char host[NI_MAXHOST];

	if (getnameinfo(sa, len, host, sizeof(host), NULL, 0,
	    NI_NUMERICHOST) != 0) {
		buf_add_str(out, "unknown");
		return;
	}
	buf_add_str(out, host);
}

void
net_print(struct buf *out, const struct sockaddr *sa, socklen_t len)
{
	char port[NI_MAXSERV];
	bool v6 = sa->sa_family == AF_INET6;

	if (v6)
		buf_add_byte(out, '[');
	net_print_host(out, sa, len);
	if (v6)
		buf_add_byte(out, ']');
	if (getnameinfo(sa, len, NULL, 0, port, sizeof(port),
	    NI_NUMERICSERV) == 0)
		buf_addf(out, ":%s", port);
}

static void
look_up(struct lookup *l, int flags)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = flags,
	};

	if (l->port[strspn(l->port, "0123456789")] == '\0')
		hints.ai_flags |= AI_NUMERICSERV;
	l->error = getaddrinfo(l->host, l->port, &hints, &l->list);
	l->sys_error = errno;
	if (l->error != 0)
		l->list = NULL;
}

bool
lookup_numeric(struct lookup *l)
{
	look_up(l, AI_NUMERICHOST);
	return l->error == 0;
}

void
lookup_run(void *lookup)
{
	look_up(lookup, 0);
}

void
lookup_release(void *lookup)
{
	struct lookup *l = lookup;

	if (l->list != NULL)
		freeaddrinfo(l->list);
	free(l->host);
	free(l->port);
	free(l);
}

void
lookup_print_error(struct buf *out, const struct lookup *l)
{
	if (l->error == EAI_SERVICE)
		buf_addf(out, "port %s: no such service", l->port);
	else
		buf_addf(out, "%s: %s", l->host, l->error == EAI_SYSTEM ?
		    strerror(l->sys_error) : gai_strerror(l->error));
}

int
net_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd != -1)
		net_no_delay(fd);
	return fd;
}

void
net_no_delay(int fd)
{
	static const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}
