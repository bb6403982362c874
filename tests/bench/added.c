/* SPDX-License-Identifier: ISC */
/*
 * added COUNT COMMAND...: what a sender adds between the answer of the SMSC and
 * the row about it. It is the SMSC ($SMPP_URL says where) and the reader of
 * COMMAND's rows (on stdout, a message_id in the third cell) in one; each
 * answer's way from here to here is measured, so the kernel's part is in it.
 * Prints messages, then p50, p90, p99 and the longest, in microseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { IN_SIZE = 1 << 16, SUBMIT_SM = 4, UNBIND = 6, RESPONSE_MAX = 64 };
#define RESP 0x80000000u

static uint64_t *answered;  /* when, in ns, by number of the message */
static uint32_t *added;     /* us, by number of the row */
static uint32_t most, n_answered, n_rows;

static _Noreturn void
fail(const char *what)
{
	fprintf(stderr, "added: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* Writes the answer to a request; gives its length. */
static size_t
answer(uint8_t *out, const uint8_t *request)
{
	uint32_t id = get32(request + 4);
	size_t n = 16;

	if (id == SUBMIT_SM) {
		if (n_answered == most) {
			fprintf(stderr, "added: more than %u came\n", most);
			exit(1);
		}
		n += (size_t)sprintf((char *)out + 16, "%u", n_answered) + 1;
		answered[n_answered++] = now_ns();
	} else if (id != UNBIND) {
		memcpy(out + 16, "added", 6);
		n += 6;
	}
	put32(out, (uint32_t)n);
	put32(out + 4, id | RESP);
	put32(out + 8, 0);
	put32(out + 12, get32(request + 12));
	return n;
}

/* Answers what has come; false at the end of the connection. */
static bool
serve(int fd)
{
	static uint8_t in[IN_SIZE], out[IN_SIZE / 16 * RESPONSE_MAX];
	static size_t in_n;
	size_t at = 0, length, out_n = 0;
	ssize_t n = recv(fd, in + in_n, sizeof(in) - in_n, 0);

	if (n <= 0)
		return false;
	in_n += (size_t)n;
	while (in_n - at >= 16 && (length = get32(in + at)) <= in_n - at) {
		if (length < 16)
			fail("command_length");
		if ((get32(in + at + 4) & RESP) == 0)
			out_n += answer(out + out_n, in + at);
		at += length;
	}
	in_n -= at;
	memmove(in, in + at, in_n);
	return out_n == 0 || send(fd, out, out_n, MSG_NOSIGNAL) >= 0;
}

static void
take_row(char *line, uint64_t now)
{
	char *cell = strchr(line, '\t');
	unsigned long i;

	cell = cell != NULL ? strchr(cell + 1, '\t') : NULL;
	i = cell != NULL ? strtoul(cell + 1, NULL, 10) : ULONG_MAX;
	if (i >= n_answered) {
		fprintf(stderr, "added: no row of ours: %s\n", line);
		exit(1);
	}
	added[n_rows++] = (uint32_t)((now - answered[i]) / 1000);
}

/* Takes the rows that have come; false at their end. */
static bool
take_rows(int fd)
{
	static char in[IN_SIZE + 1];
	static size_t in_n;
	ssize_t n = read(fd, in + in_n, IN_SIZE - in_n);
	uint64_t now = now_ns();
	char *line = in, *end;

	if (n <= 0)
		return false;
	in_n += (size_t)n;
	in[in_n] = '\0';
	for (; (end = strchr(line, '\n')) != NULL && n_rows < most;
	    line = end + 1) {
		*end = '\0';
		take_row(line, now);
	}
	in_n -= (size_t)(line - in);
	memmove(in, line, in_n);
	return true;
}

static pid_t
start(char **command, int listener, int *rows)
{
	struct sockaddr_in a;
	socklen_t size = sizeof(a);
	char url[64];
	int ends[2];
	pid_t pid;

	if (getsockname(listener, (struct sockaddr *)&a, &size) < 0 ||
	    pipe(ends) < 0)
		fail("pipe");
	snprintf(url, sizeof(url), "smpp://test@127.0.0.1:%d",
	    ntohs(a.sin_port));
	setenv("SMPP_URL", url, 1);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		close(listener);
		execvp(command[0], command);
		fail(command[0]);
	}
	close(ends[1]);
	*rows = ends[0];
	return pid;
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0), link, rows, status;
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1;
	bool linked = true;
	pid_t pid;

	if (argc < 3 || (most = (uint32_t)atoi(argv[1])) == 0) {
		fprintf(stderr, "usage: added COUNT COMMAND...\n");
		return 64;
	}
	answered = calloc(most, sizeof(*answered));
	added = calloc(most, sizeof(*added));
	if (answered == NULL || added == NULL || listener < 0 ||
	    bind(listener, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(listener, 1) < 0)
		fail("listen");
	pid = start(argv + 2, listener, &rows);
	link = accept(listener, NULL, NULL);
	if (link < 0)
		fail("accept");
	setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (bool reading = true; reading;) {
		struct pollfd wait[] = {{rows, POLLIN, 0},
		    {linked ? link : -1, POLLIN, 0}};

		poll(wait, 2, -1);
		if (wait[0].revents != 0)
			reading = take_rows(rows);
		if (wait[1].revents != 0)
			linked = serve(link);
	}
	waitpid(pid, &status, 0);
	if (n_rows != most || status != 0) {
		fprintf(stderr, "added: %u rows of %u, status %d\n", n_rows,
		    most, status);
		return 1;
	}
	qsort(added, n_rows, sizeof(*added), compare);
	printf("%u\t%u\t%u\t%u\t%u\n", n_rows, added[n_rows / 2],
	    added[n_rows / 10 * 9], added[n_rows / 100 * 99],
	    added[n_rows - 1]);
	return 0;
}
