/* SPDX-License-Identifier: ISC */
/*
 * The ceiling: how fast a submit_sm can go over one connection when a program
 * does nothing else. Measured in the same run as our programs, so that every
 * figure of tests/bench/run is a ratio. It shares no code with them.
 *
 *	ceiling sink [-r] ADDR:PORT         an SMSC that answers (-r: with a
 *	                                    receipt for each)
 *	ceiling send [-1r] [-n COUNT] [-w WINDOW] ADDR:PORT
 *	                                    encodes, sends and counts responses;
 *	                                    -1: a system call for each PDU;
 *	                                    -r: asks and waits for receipts
 *	ceiling deliver [-n COUNT] [-w WINDOW] ADDR:PORT
 *	                                    an SMSC that sends deliver_sm to the
 *	                                    first that binds, and counts
 *	ceiling receive [-n COUNT] ADDR:PORT
 *	                                    an ESME that acknowledges COUNT
 *	                                    deliver_sm and unbinds
 *	ceiling time COMMAND...             its wall clock, CPU and peak memory
 *
 * Results are a line on stdout: messages, seconds, messages a second.
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
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	IN_SIZE = 64 << 10,
	OUT_SIZE = 1 << 20,
	WRITE_AT = 16 << 10,
	PDU_MAX = 512,
};

enum {
	BIND_TRANSMITTER = 0x2,
	SUBMIT_SM = 0x4,
	DELIVER_SM = 0x5,
	UNBIND = 0x6,
	BIND_TRANSCEIVER = 0x9,
	ENQUIRE_LINK = 0x15,
};
#define RESP 0x80000000u

struct peer {
	int fd;
	uint8_t in[IN_SIZE];
	size_t in_n;
	uint8_t out[OUT_SIZE];
	size_t out_n, out_at;
};

struct options {
	uint64_t n;
	uint64_t window;
	bool receipts, one_by_one;
};

static _Noreturn void
fail(const char *what)
{
	fprintf(stderr, "ceiling: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static uint8_t *
put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
	return p + 4;
}

static uint8_t *
put_octets(uint8_t *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}

static uint8_t *
put_string(uint8_t *p, const char *s)
{
	return put_octets(p, s, strlen(s) + 1);
}

/* Writes what is there, as far as the socket takes it. */
static void
flush(struct peer *c)
{
	while (c->out_at < c->out_n) {
		ssize_t n = send(c->fd, c->out + c->out_at,
		    c->out_n - c->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0)
			break;  /* gone: reading will tell */
		c->out_at += (size_t)n;
	}
	c->out_at = c->out_n = 0;
}

/* Waits until there is something to read, writing meanwhile what is left;
 * false at the end of the stream. */
static bool
fill(struct peer *c)
{
	for (;;) {
		bool writing = c->out_n > c->out_at;
		ssize_t n = recv(c->fd, c->in + c->in_n, IN_SIZE - c->in_n,
		    writing ? MSG_DONTWAIT : 0);
		struct pollfd wait = {c->fd, POLLIN | POLLOUT, 0};

		if (n > 0) {
			c->in_n += (size_t)n;
			return true;
		}
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return false;
		if (writing) {
			poll(&wait, 1, -1);
			flush(c);
		}
	}
}

/* Where a PDU of at most PDU_MAX octets may be built: the buffer is bounded
 * by the window, and written before it is full. */
static uint8_t *
room(struct peer *c)
{
	while (OUT_SIZE - c->out_n < PDU_MAX) {
		struct pollfd wait = {.fd = c->fd, .events = POLLOUT};

		flush(c);
		if (c->out_n > 0)
			poll(&wait, 1, -1);
	}
	return c->out + c->out_n;
}

static uint8_t *
header(uint8_t *p, uint32_t id, uint32_t seq)
{
	return put32(put32(put32(p + 4, id), 0), seq);
}

static void
finish_pdu(struct peer *c, uint8_t *end)
{
	uint8_t *start = c->out + c->out_n;

	put32(start, (uint32_t)(end - start));
	c->out_n += (size_t)(end - start);
}

/* submit_sm and deliver_sm have one layout; 70 octets with 20 of text. */
static void
put_message(struct peer *c, uint32_t id, uint32_t seq, uint8_t esm_class,
    uint8_t registered, const char *text, size_t n)
{
	uint8_t *p = header(room(c), id, seq);

	p = put_string(p, "");
	*p++ = 5;
	*p++ = 0;
	p = put_string(p, "SUREM");
	*p++ = 1;
	*p++ = 1;
	p = put_string(p, "821055551234");
	*p++ = esm_class;
	*p++ = 0;
	*p++ = 0;
	p = put_string(p, "");
	p = put_string(p, "");
	*p++ = registered;
	*p++ = 0;
	*p++ = 0;
	*p++ = 0;
	*p++ = (uint8_t)n;
	finish_pdu(c, put_octets(p, text, n));
}

static void
put_response(struct peer *c, uint32_t id, uint32_t seq, const char *body,
    size_t n)
{
	finish_pdu(c, put_octets(header(room(c), id | RESP, seq), body, n));
}

/* The message_id of the n-th message: 8 digits, hexadecimal. */
static void
message_id(char id[9], uint32_t n)
{
	for (int i = 7; i >= 0; i--, n >>= 4)
		id[i] = "0123456789abcdef"[n & 15];
	id[8] = '\0';
}

static void
put_receipt(struct peer *c, uint32_t seq, const char *id)
{
	char text[160] = "id:........ sub:001 dlvrd:001 "
	    "submit date:2601010000 done date:2601010000 stat:DELIVRD err:000";

	memcpy(text + 3, id, 8);
	put_message(c, DELIVER_SM, seq, 4, 0, text, strlen(text));
}

/* Answers one request of an ESME; false after unbind. */
static bool
answer(struct peer *c, uint32_t id, uint32_t seq, bool receipts,
    uint32_t *count)
{
	char name[9];

	switch (id) {
	case SUBMIT_SM:
		message_id(name, ++*count);
		put_response(c, id, seq, name, sizeof(name));
		if (receipts)
			put_receipt(c, *count & ~RESP, name);
		return true;
	case 1:
	case BIND_TRANSMITTER:
	case BIND_TRANSCEIVER:
		put_response(c, id, seq, "ceiling", 8);
		return true;
	case ENQUIRE_LINK:
		put_response(c, id, seq, "", 0);
		return true;
	case UNBIND:
		put_response(c, id, seq, "", 0);
		return false;
	default:
		return true;
	}
}

/* Takes what was used off the input. */
static void
drop_input(struct peer *c, size_t used)
{
	c->in_n -= used;
	if (c->in_n > 0)
		memmove(c->in, c->in + used, c->in_n);
}

/* The length of the PDU at that place; 0 when it has not come whole. */
static size_t
frame(const struct peer *c, size_t at)
{
	size_t n;

	if (c->in_n - at < 16)
		return 0;
	n = get32(c->in + at);
	if (n < 16 || n > IN_SIZE) {
		fprintf(stderr, "ceiling: command_length %zu\n", n);
		exit(1);
	}
	return n <= c->in_n - at ? n : 0;
}

static void
serve(struct peer *c, bool receipts)
{
	bool on = true;
	uint32_t count = 0;

	while (on && fill(c)) {
		size_t at = 0, n;

		for (; on && (n = frame(c, at)) > 0; at += n) {
			on = answer(c, get32(c->in + at + 4),
			    get32(c->in + at + 12), receipts, &count);
			if (c->out_n - c->out_at >= WRITE_AT)
				flush(c);
		}
		drop_input(c, at);
		flush(c);
	}
}

static struct sockaddr_in
address(const char *where)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	char host[64];
	const char *colon = strrchr(where, ':');
	size_t n = colon == NULL ? sizeof(host) : (size_t)(colon - where);

	if (n >= sizeof(host)) {
		fprintf(stderr, "ceiling: %s: not ADDR:PORT\n", where);
		exit(64);
	}
	memcpy(host, where, n);
	host[n] = '\0';
	a.sin_port = htons((uint16_t)atoi(colon + 1));
	if (inet_pton(AF_INET, host, &a.sin_addr) != 1) {
		fprintf(stderr, "ceiling: %s: not an IPv4 address\n", host);
		exit(64);
	}
	return a;
}

static int
listen_on(const char *where)
{
	struct sockaddr_in a = address(where);
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 ||
	    listen(fd, 16) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		fail(where);
	fprintf(stderr, "ceiling: listening on 127.0.0.1:%d\n",
	    ntohs(a.sin_port));
	return fd;
}

static struct peer *
peer_of(int fd)
{
	static struct peer one;
	int on = 1;

	if (fd < 0)
		fail("connection");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	one.fd = fd;
	one.in_n = one.out_n = one.out_at = 0;
	return &one;
}

static struct peer *
accept_on(int listener)
{
	return peer_of(accept(listener, NULL, NULL));
}

/* Takes one PDU of that kind, or fails. */
static void
expect(struct peer *c, uint32_t id)
{
	size_t n;

	flush(c);
	while ((n = frame(c, 0)) == 0)
		if (!fill(c)) {
			fprintf(stderr, "ceiling: the peer has closed\n");
			exit(1);
		}
	if (get32(c->in + 4) != id || get32(c->in + 8) != 0) {
		fprintf(stderr, "ceiling: 0x%08x came with status 0x%x\n",
		    (unsigned)get32(c->in + 4), (unsigned)get32(c->in + 8));
		exit(1);
	}
	drop_input(c, n);
}

/* What has come: responses to ours are counted, requests are answered. */
static void
count_input(struct peer *c, uint32_t response, uint64_t *done,
    uint64_t *receipts)
{
	size_t at = 0, n;

	for (; (n = frame(c, at)) > 0; at += n) {
		uint32_t id = get32(c->in + at + 4);
		uint32_t seq = get32(c->in + at + 12);

		if (id == response) {
			if (get32(c->in + at + 8) != 0) {
				fprintf(stderr, "ceiling: status 0x%x\n",
				    (unsigned)get32(c->in + at + 8));
				exit(1);
			}
			++*done;
		} else if (id == DELIVER_SM) {
			++*receipts;
			put_response(c, id, seq, "", 1);
		} else if (id == ENQUIRE_LINK || id == UNBIND) {
			put_response(c, id, seq, "", 0);
		}
	}
	drop_input(c, at);
}

/* n requests of one kind, at most window unanswered, and how long it took. */
static void
pump(struct peer *c, const struct options *o, uint32_t id)
{
	uint64_t begun = 0, done = 0, receipts = 0;
	double from = seconds(), took;

	while (done < o->n || (o->receipts && receipts < o->n)) {
		while (begun < o->n && begun - done < o->window) {
			put_message(c, id, (uint32_t)++begun & ~RESP, 0,
			    o->receipts, "Your code is 483920.", 20);
			if (o->one_by_one || c->out_n - c->out_at >= WRITE_AT)
				flush(c);
		}
		flush(c);
		if (!fill(c)) {
			fprintf(stderr, "ceiling: the peer has closed\n");
			exit(1);
		}
		count_input(c, id | RESP, &done, &receipts);
	}
	took = seconds() - from;
	printf("%llu\t%.6f\t%.0f\n", (unsigned long long)o->n, took,
	    (double)o->n / took);
	fflush(stdout);
}

/* A session as transceiver. */
static struct peer *
bind_to(const char *where)
{
	struct sockaddr_in a = address(where);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct peer *c;
	uint8_t *p;

	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		fail(where);
	c = peer_of(fd);
	p = header(room(c), BIND_TRANSCEIVER, 1);
	finish_pdu(c, put_octets(p, "test\0test\0\0\x34\0\0", 15));
	expect(c, BIND_TRANSCEIVER | RESP);
	return c;
}

static void
unbind(struct peer *c)
{
	finish_pdu(c, header(room(c), UNBIND, 0x7fffffff));
	flush(c);
	fill(c);
	close(c->fd);
}

static void
send_mode(const struct options *o, const char *where)
{
	struct peer *c = bind_to(where);

	pump(c, o, SUBMIT_SM);
	unbind(c);
}

static void
receive_mode(const struct options *o, const char *where)
{
	struct peer *c = bind_to(where);
	uint64_t none = 0, n = 0;

	do {
		count_input(c, 0, &none, &n);
		flush(c);
	} while (n < o->n && fill(c));
	unbind(c);
}

static void
deliver_mode(const struct options *o, const char *where)
{
	int listener = listen_on(where);
	struct peer *c = accept_on(listener);
	uint32_t id, seq;

	while (frame(c, 0) == 0)
		if (!fill(c))
			exit(1);
	id = get32(c->in + 4);
	seq = get32(c->in + 12);
	drop_input(c, frame(c, 0));
	put_response(c, id, seq, "ceiling", 8);
	flush(c);
	pump(c, o, DELIVER_SM);
	/* the receiver unbinds, or is ended by who started it */
	serve(c, false);
	close(listener);
}

static int
time_mode(char **command)
{
	double from = seconds(), took;
	struct rusage used;
	int status;
	pid_t child = vfork();

	if (child == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) != child)
		fail(command[0]);
	took = seconds() - from;
	fprintf(stderr, "%.6f\t%.3f\t%ld\n", took,
	    (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
	    used.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void
sink_mode(const struct options *o, const char *where)
{
	int listener = listen_on(where);

	for (;;) {
		struct peer *c = accept_on(listener);

		serve(c, o->receipts);
		close(c->fd);
	}
}

int
main(int argc, char **argv)
{
	struct options o = {.n = 100000, .window = 100};
	const char *mode = argc > 1 ? argv[1] : "";
	int c;

	if (strcmp(mode, "time") == 0 && argc > 2)
		return time_mode(argv + 2);
	while ((c = getopt(argc - 1, argv + 1, "1rn:w:")) != -1) {
		if (c == '1')
			o.one_by_one = true;
		else if (c == 'r')
			o.receipts = true;
		else if (c == 'n')
			o.n = strtoull(optarg, NULL, 10);
		else if (c == 'w')
			o.window = strtoull(optarg, NULL, 10);
		else
			return 64;
	}
	if (optind + 1 >= argc || o.window == 0) {
		fprintf(stderr, "usage: ceiling sink|send|deliver|receive [-1r] "
		    "[-n COUNT] [-w WINDOW] ADDR:PORT\n");
		return 64;
	}
	if (strcmp(mode, "sink") == 0)
		sink_mode(&o, argv[optind + 1]);
	else if (strcmp(mode, "send") == 0)
		send_mode(&o, argv[optind + 1]);
	else if (strcmp(mode, "receive") == 0)
		receive_mode(&o, argv[optind + 1]);
	else if (strcmp(mode, "deliver") == 0)
		deliver_mode(&o, argv[optind + 1]);
	else
		return 64;
	return 0;
}
