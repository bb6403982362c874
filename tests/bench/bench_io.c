/* SPDX-License-Identifier: ISC */
/*
 * What the loop and the streams cost: both ends in one thread, so that no
 * switch of context hides it. Round trips of 16 octets, and octets in writes
 * of 16 KiB, beside bare send and recv on the same connection; then with many
 * idle connections watched as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "io/stream.h"
#include "io/tls.h"
#include "sys/diag.h"

enum { TRIPS = 50000, PIECE = 16384, TOTAL = 256 << 20, IDLE = 2000 };

static struct loop *loop;
static struct stream *ends[2];
static char octets[1 << 16];

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A pair of connected streams. */
static void
connect_pair(struct stream *pair[2], struct listener *l, const struct tls *tls)
{
	struct stream_conf conf = {.host = "127.0.0.1", .tls = tls,
	    .port = strrchr(listener_address(l), ':') + 1};

	pair[0] = stream_dial(loop, &conf, NULL, 0);
	pair[1] = NULL;
	for (;;) {
		bool open = stream_drive(pair[0]) == STREAM_OPEN;

		if (pair[1] != NULL && stream_drive(pair[1]) == STREAM_OPEN &&
		    open)
			return;
		loop_once(loop, UINT64_MAX);
		while (loop_ready(loop) != NULL)
			;
		if (pair[1] == NULL)
			pair[1] = listener_accept(l, NULL, 0);
	}
}

/* Reads n octets of s, turning the loop while there are none. */
static void
take(struct stream *s, size_t n)
{
	size_t got;

	while (n > 0) {
		if (stream_read(s, octets, sizeof(octets), &got) ==
		    STREAM_DONE) {
			n -= got;
			continue;
		}
		loop_once(loop, UINT64_MAX);
		while (loop_ready(loop) != NULL)
			;
	}
}

static void
trips(const char *name)
{
	double start = seconds();
	size_t n;

	for (size_t i = 0; i < TRIPS; i++)
		for (size_t from = 0; from < 2; from++) {
			stream_write(ends[from], octets, 16, &n);
			/* as a program does: wait first, then read */
			loop_once(loop, UINT64_MAX);
			while (loop_ready(loop) != NULL)
				;
			take(ends[!from], 16);
		}
	printf("%-28s %10.0f round trips/s\n", name,
	    TRIPS / (seconds() - start));
}

static void
bulk(const char *name)
{
	double start = seconds();
	size_t n;

	for (size_t i = 0; i < TOTAL / PIECE; i++) {
		stream_write(ends[0], octets, PIECE, &n);
		take(ends[1], n);
	}
	printf("%-28s %10.0f MiB/s\n", name,
	    TOTAL / 1048576.0 / (seconds() - start));
}

/* The same without us. */
static void
bare(void)
{
	int fds[2] = {stream_fd(ends[0]), stream_fd(ends[1])};
	double start = seconds();

	for (size_t i = 0; i < TRIPS; i++)
		for (size_t from = 0; from < 2; from++) {
			send(fds[from], octets, 16, 0);
			while (recv(fds[!from], octets, sizeof(octets), 0) < 0)
				;
		}
	printf("%-28s %10.0f round trips/s\n", "bare send and recv",
	    TRIPS / (seconds() - start));
	start = seconds();
	for (size_t i = 0; i < TOTAL / PIECE; i++) {
		ssize_t left = send(fds[0], octets, PIECE, 0), n;

		for (; left > 0; left -= n > 0 ? n : 0)
			n = recv(fds[1], octets, sizeof(octets), 0);
	}
	printf("%-28s %10.0f MiB/s\n", "bare send and recv",
	    TOTAL / 1048576.0 / (seconds() - start));
}

/* A certificate by itself, with its key, in a file. */
static void
make_cert(const char *path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	FILE *f = fopen(path, "w");

	X509_gmtime_adj(X509_getm_notBefore(cert), 0);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_set_pubkey(cert, key);
	X509_sign(cert, key, EVP_sha256());
	if (f == NULL || PEM_write_X509(f, cert) != 1 ||
	    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) != 1)
		exit(1);
	fclose(f);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static void
with_tls(void)
{
	char path[] = "/tmp/bench_io.XXXXXX";
	struct tls_conf conf = {.cert = path, .insecure = true};
	struct tls *server, *client;
	struct listener *l;
	const char *error = "";

	close(mkstemp(path));
	make_cert(path);
	server = tls_server(&conf, &error);
	conf.cert = NULL;
	client = tls_client(&conf, &error);
	unlink(path);
	l = listener_open(loop, ":0", server, NULL, 0, &error);
	connect_pair(ends, l, client);
	trips("stream, TLS");
	bulk("stream, TLS");
	stream_close(ends[0]);
	stream_close(ends[1]);
	listener_close(l);
	tls_free(client);
	tls_free(server);
}

int
main(void)
{
	static struct stream *idle[IDLE][2];
	struct rlimit limit;
	const char *error = "";
	struct listener *l;
	char name[40];
	size_t n = 0;

	diag_init("bench_io");
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	loop = loop_new();
	l = listener_open(loop, ":0", NULL, NULL, 0, &error);
	connect_pair(ends, l, NULL);
	bare();
	trips("stream, plain");
	bulk("stream, plain");
	while (n < IDLE && (n + 1) * 2 + 100 < limit.rlim_cur)
		connect_pair(idle[n++], l, NULL);
	snprintf(name, sizeof(name), "  with %zu idle beside it", n * 2);
	trips(name);
	while (n-- > 0) {
		stream_close(idle[n][0]);
		stream_close(idle[n][1]);
	}
	stream_close(ends[0]);
	stream_close(ends[1]);
	listener_close(l);
	with_tls();
	loop_free(loop);
	return 0;
}
