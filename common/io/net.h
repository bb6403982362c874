/* SPDX-License-Identifier: ISC */
#ifndef IO_NET_H
#define IO_NET_H

#include <netdb.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "io/work.h"

/* Names and addresses of the Internet. */

/* Appends "127.0.0.1:2775", "[::1]:2775"; without the port "127.0.0.1". */
void net_print(struct buf *, const struct sockaddr *, socklen_t);
void net_print_host(struct buf *, const struct sockaddr *, socklen_t);

/* A name to look up, or looked up. */
struct lookup {
	char *host, *port;
	int error;     /* of getaddrinfo: EAI_..., 0 when list is there */
	int sys_error; /* errno, for EAI_SYSTEM */
	struct addrinfo *list;
};

/* A host that is an address and a port that is a number need no wait: true
 * and list, else false. */
bool lookup_numeric(struct lookup *);

/* The wait: run and release of a work whose data is a struct lookup. */
void lookup_run(void *lookup);
void lookup_release(void *lookup);

/* Appends why it failed: "smsc.example: Name or service not known". */
void lookup_print_error(struct buf *, const struct lookup *);

/* Makes a TCP socket non-blocking, sets TCP_NODELAY. -1 and errno. */
int net_socket(int family);
void net_no_delay(int fd);

#endif
