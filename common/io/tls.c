/* SPDX-License-Identifier: ISC */
/*
 * TLS configurations. OpenSSL starts up here and nowhere else. Certificates
 * of the system are looked up one by one in its folder as they are needed;
 * reading the whole bundle would take longer than sending a message.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/mem.h"
#include "io/tls_private.h"

enum { READ_AHEAD = 1 << 16 };

static char error_text[512];

/* What OpenSSL said last; that it was about PEM says nothing. */
static unsigned long
last_error(void)
{
	unsigned long code, last = ERR_peek_last_error();

	while ((code = ERR_get_error()) != 0)
		if (ERR_GET_REASON(code) != ERR_R_PEM_LIB)
			last = code;
	return last;
}

/* What OpenSSL said last, or what the system says of the file. */
static bool
file_error(const char *what, const char *path)
{
	const char *why = NULL;
	unsigned long code = last_error();
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		why = strerror(errno);
	else
		close(fd);
	if (why == NULL && code != 0)
		why = ERR_reason_error_string(code);
	snprintf(error_text, sizeof(error_text), "%s %s: %s", what, path,
	    why != NULL ? why : "cannot be used");
	return false;
}

/* Whether there is the PEM of a private key in a file. */
static bool
has_key(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[128];
	bool has = false;

	if (f == NULL)
		return false;
	while (!has && fgets(line, sizeof(line), f) != NULL)
		has = strncmp(line, "-----BEGIN ", 11) == 0 &&
		    strstr(line, "PRIVATE KEY-----") != NULL;
	fclose(f);
	return has;
}

/* OpenSSL calls a file without a key unsupported, in words that differ from
 * version to version. */
static bool
key_error(const struct tls_conf *conf, const char *path)
{
	if (access(path, R_OK) != 0 || has_key(path))
		return file_error("key", path);
	snprintf(error_text, sizeof(error_text), "key %s: there is no private "
	    "key in it%s", path, conf->key != NULL ? "" :
	    "; name its file with --tls-key");
	return false;
}

/* A key with a pass phrase: there is nobody to ask. */
static int
no_pass_phrase(char *p, int size, int writing, void *arg)
{
	(void)p;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

/* Whether a folder holds certificates under the hashes of their names. */
static bool
is_hashed(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool found = false;

	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		found = strspn(name, "0123456789abcdef") == 8 &&
		    strcmp(name + 8, ".0") == 0;
	}
	closedir(dir);
	return found;
}

static bool
load_system_ca(SSL_CTX *ctx)
{
	const char *file = getenv(X509_get_default_cert_file_env());
	const char *dir = getenv(X509_get_default_cert_dir_env());

	if (file != NULL && SSL_CTX_load_verify_file(ctx, file) != 1)
		return file_error("CA certificates", file);
	if (dir == NULL)
		dir = X509_get_default_cert_dir();
	if (is_hashed(dir))
		SSL_CTX_load_verify_dir(ctx, dir);
	else if (file == NULL)
		SSL_CTX_load_verify_file(ctx, X509_get_default_cert_file());
	return true;
}

static bool
load_ca(SSL_CTX *ctx, const char *path)
{
	struct stat st;
	int ok;

	if (path == NULL)
		return load_system_ca(ctx);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		ok = SSL_CTX_load_verify_dir(ctx, path);
	else
		ok = SSL_CTX_load_verify_file(ctx, path);
	return ok == 1 || file_error("CA certificates", path);
}

static bool
load_own(SSL_CTX *ctx, const struct tls_conf *conf)
{
	const char *key = conf->key != NULL ? conf->key : conf->cert;

	if (conf->cert == NULL)
		return true;
	if (SSL_CTX_use_certificate_chain_file(ctx, conf->cert) != 1)
		return file_error("certificate", conf->cert);
	ERR_clear_error();
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
		return key_error(conf, key);
	return true;
}

/* What client and server share. */
static struct tls *
make(const SSL_METHOD *method, const struct tls_conf *conf)
{
	struct tls *tls = mem_new(sizeof(*tls));

	ERR_clear_error();
	tls->insecure = conf->insecure;
	tls->ctx = SSL_CTX_new(method);
	if (tls->ctx == NULL) {
		snprintf(error_text, sizeof(error_text), "OpenSSL: %s",
		    ERR_reason_error_string(ERR_peek_last_error()));
		free(tls);
		return NULL;
	}
	SSL_CTX_set_min_proto_version(tls->ctx, TLS1_2_VERSION);
	/* Many peers close without a notify. A PDU cut short is seen by its
	 * length, so that nothing is lost by calling it an end. */
	SSL_CTX_set_options(tls->ctx, SSL_OP_IGNORE_UNEXPECTED_EOF |
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(tls->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_read_ahead(tls->ctx, 1);
	SSL_CTX_set_default_read_buffer_len(tls->ctx, READ_AHEAD);
	SSL_CTX_set_session_cache_mode(tls->ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_default_passwd_cb(tls->ctx, no_pass_phrase);
	return tls;
}

static struct tls *
give(struct tls *tls, bool ok, const char **error)
{
	if (tls != NULL && ok)
		return tls;
	*error = error_text;
	tls_free(tls);
	return NULL;
}

struct tls *
tls_client(const struct tls_conf *conf, const char **error)
{
	struct tls *tls = make(TLS_client_method(), conf);
	bool ok;

	if (tls == NULL)
		return give(NULL, false, error);
	ok = (conf->insecure || load_ca(tls->ctx, conf->ca)) &&
	    load_own(tls->ctx, conf);
	SSL_CTX_set_verify(tls->ctx, conf->insecure ? SSL_VERIFY_NONE :
	    SSL_VERIFY_PEER, NULL);
	return give(tls, ok, error);
}

/* Who looks at the certificate later decides. */
static int
take_any(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

struct tls *
tls_server(const struct tls_conf *conf, const char **error)
{
	struct tls *tls = make(TLS_server_method(), conf);
	bool ok;

	if (tls == NULL)
		return give(NULL, false, error);
	tls->server = true;
	if (conf->cert == NULL) {
		snprintf(error_text, sizeof(error_text),
		    "a TLS server needs a certificate");
		return give(tls, false, error);
	}
	ok = load_own(tls->ctx, conf);
	if (ok && conf->ask)
		SSL_CTX_set_verify(tls->ctx, SSL_VERIFY_PEER, take_any);
	if (ok && conf->ca != NULL) {
		ok = load_ca(tls->ctx, conf->ca);
		SSL_CTX_set_verify(tls->ctx, SSL_VERIFY_PEER |
		    SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	}
	/* nobody resumes; a ticket written to a peer that has gone is an error
	 * for nothing */
	SSL_CTX_set_options(tls->ctx, SSL_OP_NO_TICKET);
	SSL_CTX_set_num_tickets(tls->ctx, 0);
	/* thousands of idle sessions keep no read buffer */
	SSL_CTX_set_mode(tls->ctx, SSL_MODE_RELEASE_BUFFERS);
	return give(tls, ok, error);
}

void
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	SSL_CTX_free(tls->ctx);
	free(tls);
}
