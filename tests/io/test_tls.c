/* SPDX-License-Identifier: ISC */
/*
 * TLS over loopback, both ends in one loop, with certificates made here: what
 * is trusted, what is refused, and in which words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "io/stream.h"
#include "io/tls.h"
#include "sys/diag.h"

enum { LISTENER = 1, CLIENT, SERVER };

static char folder[] = "/tmp/test_tls.XXXXXX";
static char ca_pem[64], server_pem[64], self_pem[64], old_pem[64];
static char locked_pem[64], junk_pem[64], keyless_pem[64];

/* A certificate of name, by issuer (NULL: by itself), valid from now for
 * days, with its key in a PEM file. */
static X509 *
make_cert(const char *path, EVP_PKEY *key, const char *name, const char *san,
    X509 *issuer, EVP_PKEY *issuer_key, long days)
{
	static long serial;
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);
	X509V3_CTX context;
	X509_EXTENSION *extension;
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600L * 24 * 10);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600L * 24 * days);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(cert, issuer != NULL ?
	    X509_get_subject_name(issuer) : subject);
	X509_set_pubkey(cert, key);
	X509V3_set_ctx(&context, issuer != NULL ? issuer : cert, cert, NULL,
	    NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context,
	    san != NULL ? NID_subject_alt_name : NID_basic_constraints,
	    san != NULL ? san : "critical,CA:TRUE");
	X509_add_ext(cert, extension, -1);
	X509_EXTENSION_free(extension);
	X509_sign(cert, issuer_key, EVP_sha256());
	PEM_write_X509(f, cert);
	PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	return cert;
}

static void
name_file(char path[64], const char *name)
{
	snprintf(path, 64, "%s/%s", folder, name);
}

static void
write_locked_key(EVP_PKEY *key, X509 *cert)
{
	FILE *f = fopen(locked_pem, "w");

	assert_non_null(f);
	PEM_write_X509(f, cert);
	PEM_write_PrivateKey(f, key, EVP_aes_128_cbc(),
	    (const unsigned char *)"pass", 4, NULL, NULL);
	fclose(f);
	f = fopen(junk_pem, "w");
	assert_non_null(f);
	fputs("no certificate\n", f);
	fclose(f);
	f = fopen(keyless_pem, "w");
	assert_non_null(f);
	PEM_write_X509(f, cert);
	fclose(f);
}

static int
make_all(void **state)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	X509 *ca, *certs[3];

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	name_file(ca_pem, "ca.pem");
	name_file(server_pem, "server.pem");
	name_file(self_pem, "self.pem");
	name_file(old_pem, "old.pem");
	name_file(locked_pem, "locked.pem");
	name_file(junk_pem, "junk.pem");
	name_file(keyless_pem, "keyless.pem");
	ca = make_cert(ca_pem, ca_key, "Test CA", NULL, NULL, ca_key, 100);
	certs[0] = make_cert(server_pem, key, "smsc",
	    "DNS:smsc.example,IP:127.0.0.1", ca, ca_key, 100);
	certs[1] = make_cert(self_pem, key, "self", "DNS:self.example", NULL,
	    key, 100);
	certs[2] = make_cert(old_pem, key, "old", "DNS:smsc.example", ca,
	    ca_key, -1);
	write_locked_key(key, certs[0]);
	for (size_t i = 0; i < 3; i++)
		X509_free(certs[i]);
	X509_free(ca);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
	return 0;
}

static int
remove_all(void **state)
{
	const char *const paths[] = {ca_pem, server_pem, self_pem, old_pem,
	    locked_pem, junk_pem, keyless_pem};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		unlink(paths[i]);
	return rmdir(folder);
}

/* One client and one server. */
struct pair {
	struct loop *loop;
	struct listener *listener;
	struct tls *client_tls, *server_tls;
	struct stream *client, *server;
	char port[16];
};

/* What the two sides are made of; NULL certificate: that side is plain. */
struct setup {
	const char *cert;
	const char *client_ca;   /* "": client plain; NULL: the system's */
	bool insecure;
	const char *servername;
	const char *client_cert, *server_ca;
};

static void
pair_start(struct pair *p, const struct setup *setup)
{
	struct tls_conf server = {.cert = setup->cert, .ca = setup->server_ca};
	struct tls_conf client = {.ca = setup->client_ca,
	    .insecure = setup->insecure, .cert = setup->client_cert};
	struct stream_conf conf = {.host = "127.0.0.1", .port = p->port,
	    .connect_ms = 5000, .servername = setup->servername};
	const char *error = "";

	*p = (struct pair){.loop = loop_new()};
	if (setup->cert != NULL) {
		p->server_tls = tls_server(&server, &error);
		assert_string_equal(error, "");
	}
	if (client.ca == NULL || client.ca[0] != '\0') {
		p->client_tls = tls_client(&client, &error);
		assert_string_equal(error, "");
	}
	p->listener = listener_open(p->loop, "127.0.0.1:0", p->server_tls, p,
	    LISTENER, &error);
	assert_non_null(p->listener);
	snprintf(p->port, sizeof(p->port), "%s",
	    strrchr(listener_address(p->listener), ':') + 1);
	conf.tls = p->client_tls;
	p->client = stream_dial(p->loop, &conf, p, CLIENT);
}

/* One pass of the loop, in which both ends move on. */
static void
turn(struct pair *p)
{
	struct watch *w;

	loop_once(p->loop, stream_deadline(p->client));
	while ((w = loop_ready(p->loop)) != NULL)
		if (w->kind == LISTENER && p->server == NULL)
			p->server = listener_accept(p->listener, p, SERVER);
	if (p->server != NULL)
		stream_drive(p->server);
}

/* Until the client's side is settled and, when it is open, the server's. */
static enum stream_state
settle(struct pair *p)
{
	enum stream_state state;

	while ((state = stream_drive(p->client)) == STREAM_CONNECTING ||
	    (state == STREAM_OPEN && (p->server == NULL ||
	    stream_drive(p->server) == STREAM_CONNECTING)))
		turn(p);
	return state;
}

static void
pair_end(struct pair *p)
{
	stream_close(p->client);
	stream_close(p->server);
	listener_close(p->listener);
	tls_free(p->client_tls);
	tls_free(p->server_tls);
	loop_free(p->loop);
}

static void
expect_error(const struct pair *p, const char *part)
{
	if (strstr(stream_error(p->client), part) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", part,
		    stream_error(p->client));
}

static void
expect_failure(const struct setup *setup, const char *part, const char *and)
{
	struct pair p;

	pair_start(&p, setup);
	assert_int_equal(settle(&p), STREAM_FAILED);
	expect_error(&p, p.port);
	expect_error(&p, part);
	expect_error(&p, and);
	pair_end(&p);
}

static void
expect_success(const struct setup *setup)
{
	struct pair p;

	pair_start(&p, setup);
	if (settle(&p) != STREAM_OPEN)
		fail_msg("%s", stream_error(p.client));
	pair_end(&p);
}

static void
self_signed_is_refused(void **state)
{
	(void)state;
	expect_failure(&(struct setup){.cert = self_pem,
	    .servername = "self.example"},
	    "certificate verify failed: self-signed certificate",
	    "--tls-ca FILE");
	expect_failure(&(struct setup){.cert = server_pem,
	    .servername = "smsc.example"},
	    "unable to get local issuer certificate", "smsc.example");
}

static void
right_ca_and_name_are_accepted(void **state)
{
	(void)state;
	expect_success(&(struct setup){.cert = server_pem,
	    .client_ca = ca_pem, .servername = "smsc.example"});
	/* an address that the certificate names */
	expect_success(&(struct setup){.cert = server_pem,
	    .client_ca = ca_pem});
	expect_success(&(struct setup){.cert = self_pem,
	    .client_ca = self_pem, .servername = "self.example"});
}

static void
wrong_name_is_refused_and_both_are_told(void **state)
{
	(void)state;
	expect_failure(&(struct setup){.cert = server_pem,
	    .client_ca = ca_pem, .servername = "other.example"},
	    "it is for smsc.example, 127.0.0.1, expected is other.example",
	    "--tls-servername");
	expect_failure(&(struct setup){.cert = self_pem,
	    .client_ca = self_pem},
	    "it is for self.example, expected is 127.0.0.1", "IP address");
}

static void
expired_is_refused(void **state)
{
	(void)state;
	expect_failure(&(struct setup){.cert = old_pem, .client_ca = ca_pem,
	    .servername = "smsc.example"}, "certificate has expired",
	    "TLS with 127.0.0.1:");
}

static void
insecure_takes_any(void **state)
{
	(void)state;
	expect_success(&(struct setup){.cert = self_pem, .insecure = true});
	expect_success(&(struct setup){.cert = old_pem, .insecure = true,
	    .servername = "other.example"});
}

static void
client_certificate_is_asked_for_when_a_ca_is_given(void **state)
{
	struct pair p;
	char octet;
	size_t n;

	(void)state;
	expect_success(&(struct setup){.cert = server_pem, .server_ca = ca_pem,
	    .client_ca = ca_pem, .client_cert = server_pem});
	/* in TLS 1.3 the client learns of it with the first octets */
	pair_start(&p, &(struct setup){.cert = server_pem,
	    .server_ca = ca_pem, .client_ca = ca_pem});
	while (p.server == NULL || stream_drive(p.server) ==
	    STREAM_CONNECTING) {
		stream_drive(p.client);
		turn(&p);
	}
	assert_int_equal(stream_drive(p.server), STREAM_FAILED);
	assert_non_null(strstr(stream_error(p.server),
	    "the peer gave no certificate"));
	while (stream_read(p.client, &octet, 1, &n) == STREAM_AGAIN)
		turn(&p);
	assert_int_equal(stream_read(p.client, &octet, 1, &n), STREAM_BROKEN);
	expect_error(&p, "certificate required");
	pair_end(&p);
}

/* A plain server that answers whatever comes with text, or hangs up. */
static void
plain_server(const char *text, const char *part)
{
	struct pair p;
	char octets[1024];
	size_t n;
	bool done = false;

	pair_start(&p, &(struct setup){.client_ca = ca_pem});
	while (stream_drive(p.client) == STREAM_CONNECTING) {
		turn(&p);
		if (done || p.server == NULL ||
		    stream_read(p.server, octets, sizeof(octets), &n) !=
		    STREAM_DONE)
			continue;
		done = true;
		if (text != NULL) {
			stream_write(p.server, text, 16, &n);
		} else {
			stream_close(p.server);
			/* the loop must not take it for a new one */
			p.server = stream_dial(p.loop, &(struct stream_conf){
			    .host = "127.0.0.1", .port = p.port}, &p, SERVER);
		}
	}
	assert_int_equal(stream_drive(p.client), STREAM_FAILED);
	expect_error(&p, part);
	pair_end(&p);
}

static void
a_peer_without_tls_is_recognised(void **state)
{
	(void)state;
	plain_server("\0\0\0\x10\x80\0\0\0\0\0\0\2\0\0\0",
	    "the peer does not speak TLS");
	plain_server("HTTP/1.1 400 Bad Request\r\n",
	    "the peer does not speak TLS");
	plain_server(NULL, "closed the connection during the handshake");
}

static void
a_plain_client_of_a_tls_server_is_recognised(void **state)
{
	struct pair p;
	size_t n;

	(void)state;
	pair_start(&p, &(struct setup){.cert = server_pem, .client_ca = ""});
	while (stream_drive(p.client) == STREAM_CONNECTING || p.server == NULL)
		turn(&p);
	assert_int_equal(stream_write(p.client,
	    "\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\1", 16, &n), STREAM_DONE);
	while (stream_drive(p.server) == STREAM_CONNECTING)
		turn(&p);
	assert_non_null(strstr(stream_error(p.server),
	    "the peer does not speak TLS"));
	pair_end(&p);
}

static void
a_silent_peer_is_given_up_in_time(void **state)
{
	struct pair p;
	struct stream_conf conf = {.host = "127.0.0.1", .connect_ms = 30};

	(void)state;
	pair_start(&p, &(struct setup){.client_ca = ca_pem});
	stream_close(p.client);
	conf.port = p.port;
	conf.tls = p.client_tls;
	p.client = stream_dial(p.loop, &conf, &p, CLIENT);
	while (stream_drive(p.client) == STREAM_CONNECTING)
		turn(&p);
	expect_error(&p, "no answer within 0.03 s");
	pair_end(&p);
}

/* Sends total octets from a to b in pieces; each octet tells its place. */
static void
transfer(struct pair *p, struct stream *a, struct stream *b, size_t total,
    size_t piece)
{
	static uint8_t octets[1 << 17];
	size_t put = 0, got = 0, n;
	struct buf out = {0};

	for (size_t i = 0; i < total; i++)
		buf_add_byte(&out, (uint8_t)(i * 31 >> 3));
	while (got < total) {
		enum stream_result result;

		if (put < total) {
			/* the buffer moves between tries */
			memcpy(octets, out.p + put, total - put < piece ?
			    total - put : piece);
			result = stream_write(a, octets, total - put < piece ?
			    total - put : piece, &n);
			assert_in_range(result, STREAM_DONE, STREAM_AGAIN);
			put += n;
			stream_want(a, true, put < total &&
			    result == STREAM_AGAIN);
		}
		while ((result = stream_read(b, octets, piece, &n)) ==
		    STREAM_DONE) {
			assert_memory_equal(octets, out.p + got, n);
			got += n;
		}
		assert_int_equal(result, STREAM_AGAIN);
		if (got < total && put == total)
			turn(p);
	}
	buf_free(&out);
}

static void
octets_come_whole_in_pieces_of_any_size(void **state)
{
	struct pair p;

	(void)state;
	pair_start(&p, &(struct setup){.cert = server_pem,
	    .client_ca = ca_pem});
	assert_int_equal(settle(&p), STREAM_OPEN);
	transfer(&p, p.client, p.server, 3000, 1);
	transfer(&p, p.server, p.client, 100000, 77);
	transfer(&p, p.client, p.server, 3000000, 1 << 16);
	transfer(&p, p.server, p.client, 3000000, 1 << 17);
	pair_end(&p);
}

/* Octets that TLS has read ahead make the watch come up without the kernel's
 * help. */
static void
what_tls_keeps_is_not_forgotten(void **state)
{
	struct pair p;
	struct watch *w;
	char octets[4];
	size_t n, seen = 0;

	(void)state;
	pair_start(&p, &(struct setup){.cert = server_pem,
	    .client_ca = ca_pem});
	assert_int_equal(settle(&p), STREAM_OPEN);
	for (int i = 0; i < 5; i++)
		assert_int_equal(stream_write(p.server, "0123456789", 10, &n),
		    STREAM_DONE);
	while (seen < 50) {
		loop_once(p.loop, UINT64_MAX);
		while ((w = loop_ready(p.loop)) != NULL) {
			if (w->kind != CLIENT || stream_read(p.client, octets,
			    sizeof(octets), &n) != STREAM_DONE)
				continue;
			seen += n;
		}
	}
	assert_false(stream_readable(p.client) &&
	    stream_read(p.client, octets, 4, &n) != STREAM_AGAIN);
	pair_end(&p);
}

static void
both_ways_of_closing_are_eof(void **state)
{
	(void)state;
	for (int notify = 0; notify < 2; notify++) {
		struct pair p;
		char octets[16];
		size_t n;
		enum stream_result result;

		pair_start(&p, &(struct setup){.cert = server_pem,
		    .client_ca = ca_pem});
		assert_int_equal(settle(&p), STREAM_OPEN);
		stream_write(p.server, "last", 4, &n);
		if (!notify)
			shutdown(stream_fd(p.server), SHUT_WR);
		stream_close(p.server);
		p.server = NULL;
		listener_close(p.listener);
		p.listener = NULL;
		while ((result = stream_read(p.client, octets, 16, &n)) ==
		    STREAM_AGAIN)
			turn(&p);
		assert_int_equal(result, STREAM_DONE);
		assert_int_equal(n, 4);
		while ((result = stream_read(p.client, octets, 16, &n)) ==
		    STREAM_AGAIN)
			turn(&p);
		assert_int_equal(result, STREAM_EOF);
		pair_end(&p);
	}
}

static void
bad_files_are_named(void **state)
{
	const char *error;

	(void)state;
	error = "";
	assert_null(tls_client(&(struct tls_conf){.ca = "/nowhere/ca"},
	    &error));
	assert_string_equal(error,
	    "CA certificates /nowhere/ca: No such file or directory");
	assert_null(tls_client(&(struct tls_conf){.ca = junk_pem}, &error));
	assert_non_null(strstr(error, junk_pem));
	assert_null(tls_client(&(struct tls_conf){.cert = junk_pem}, &error));
	assert_non_null(strstr(error, junk_pem));
	assert_null(tls_client(&(struct tls_conf){.cert = server_pem,
	    .key = ca_pem}, &error));
	assert_non_null(strstr(error, "key"));
	assert_null(tls_server(&(struct tls_conf){.cert = locked_pem},
	    &error));
	assert_non_null(strstr(error, locked_pem));
	assert_non_null(strstr(error, "bad password read"));
	assert_null(tls_server(&(struct tls_conf){.cert = keyless_pem},
	    &error));
	assert_non_null(strstr(error, keyless_pem));
	assert_non_null(strstr(error,
	    "there is no private key in it; name its file with --tls-key"));
	assert_null(tls_client(&(struct tls_conf){.cert = server_pem,
	    .key = junk_pem}, &error));
	assert_non_null(strstr(error, "no private key"));
	assert_null(strstr(error, "--tls-key"));
	assert_null(tls_server(&(struct tls_conf){0}, &error));
	assert_non_null(strstr(error, "needs a certificate"));
}

static void
a_folder_of_certificates_may_be_given(void **state)
{
	struct tls *tls;
	const char *error = "";

	(void)state;
	tls = tls_client(&(struct tls_conf){.ca = folder}, &error);
	assert_non_null(tls);
	tls_free(tls);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(self_signed_is_refused),
		cmocka_unit_test(right_ca_and_name_are_accepted),
		cmocka_unit_test(wrong_name_is_refused_and_both_are_told),
		cmocka_unit_test(expired_is_refused),
		cmocka_unit_test(insecure_takes_any),
		cmocka_unit_test(
		    client_certificate_is_asked_for_when_a_ca_is_given),
		cmocka_unit_test(a_peer_without_tls_is_recognised),
		cmocka_unit_test(a_plain_client_of_a_tls_server_is_recognised),
		cmocka_unit_test(a_silent_peer_is_given_up_in_time),
		cmocka_unit_test(octets_come_whole_in_pieces_of_any_size),
		cmocka_unit_test(what_tls_keeps_is_not_forgotten),
		cmocka_unit_test(both_ways_of_closing_are_eof),
		cmocka_unit_test(bad_files_are_named),
		cmocka_unit_test(a_folder_of_certificates_may_be_given),
	};

	diag_init("test_tls");
	return cmocka_run_group_tests_name("io/tls", tests, make_all,
	    remove_all);
}
