/* SPDX-License-Identifier: ISC */
/*
 * One TLS connection, by OpenSSL on the descriptor itself, and its failures in
 * words that say what to do next.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "io/tls_private.h"
#include "io/tls_session.h"

enum { NAMES_MAX = 4 };  /* names of a certificate that are told */

struct tls_session {
	SSL *ssl;
	char *servername;       /* client: what is expected; NULL for a server */
	bool failed, begun;
	struct buf why;         /* of the first failure */
	struct buf names;       /* for whom the peer's certificate is */
};

static bool
is_address(const char *host)
{
	struct in6_addr octets;

	return inet_pton(AF_INET, host, &octets) == 1 ||
	    inet_pton(AF_INET6, host, &octets) == 1;
}

/* Notes for whom a certificate is: its alternative names, else its subject. */
static void
note_names(struct buf *out, X509 *cert)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name,
	    NULL, NULL);
	char subject[256];
	int n = names != NULL ? sk_GENERAL_NAME_num(names) : 0;

	buf_clear(out);
	for (int i = 0; i < n && i < NAMES_MAX; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		char text[INET6_ADDRSTRLEN] = "";

		if (out->len > 0)
			buf_add_str(out, ", ");
		if (name->type == GEN_DNS)
			buf_add(out, ASN1_STRING_get0_data(name->d.dNSName),
			    (size_t)ASN1_STRING_length(name->d.dNSName));
		if (name->type == GEN_IPADD) {
			int len = ASN1_STRING_length(name->d.iPAddress);

			inet_ntop(len == 4 ? AF_INET : AF_INET6,
			    ASN1_STRING_get0_data(name->d.iPAddress), text,
			    sizeof(text));
			buf_add_str(out, text);
		}
	}
	if (n > NAMES_MAX)
		buf_add_str(out, " ...");
	if (n == 0) {
		X509_NAME_oneline(X509_get_subject_name(cert), subject,
		    sizeof(subject));
		buf_add_str(out, subject);
	}
	GENERAL_NAMES_free(names);
}

static int
on_verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store,
	    SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_session *s = SSL_get_app_data(ssl);

	if (!ok && s->names.len == 0)
		note_names(&s->names, X509_STORE_CTX_get0_cert(store));
	return ok;
}

struct tls_session *
tls_session_new(const struct tls *tls, const char *servername)
{
	struct tls_session *s = mem_new(sizeof(*s));

	s->ssl = SSL_new(tls->ctx);
	if (s->ssl == NULL)
		mem_exhausted(0);
	SSL_set_app_data(s->ssl, s);
	if (tls->server) {
		SSL_set_accept_state(s->ssl);
		return s;
	}
	SSL_set_connect_state(s->ssl);
	s->servername = mem_strdup(servername);
	if (is_address(servername)) {
		if (!tls->insecure)
			X509_VERIFY_PARAM_set1_ip_asc(
			    SSL_get0_param(s->ssl), servername);
	} else {
		SSL_set_tlsext_host_name(s->ssl, s->servername);
		if (!tls->insecure)
			SSL_set1_host(s->ssl, servername);
	}
	if (!tls->insecure)
		SSL_set_verify(s->ssl, SSL_VERIFY_PEER, on_verify);
	return s;
}

void
tls_session_attach(struct tls_session *s, int fd)
{
	SSL_set_fd(s->ssl, fd);
}

void
tls_session_free(struct tls_session *s, bool notify)
{
	if (s == NULL)
		return;
	ERR_clear_error();
	if (notify && !s->failed)
		SSL_shutdown(s->ssl);
	SSL_free(s->ssl);
	ERR_clear_error();
	free(s->servername);
	buf_free(&s->why);
	buf_free(&s->names);
	free(s);
}

/* Why the peer's certificate is not good. */
static void
print_verify(struct buf *out, const struct tls_session *s, long code)
{
	buf_addf(out, "certificate verify failed: %s",
	    X509_verify_cert_error_string(code));
	switch (code) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		buf_addf(out, ": it is for %.*s, expected is %s; another name "
		    "is expected with --tls-servername NAME",
		    (int)s->names.len, (const char *)s->names.p,
		    s->servername);
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		buf_addf(out, " (expected is %s); a CA of its own is trusted "
		    "with --tls-ca FILE", s->servername != NULL ?
		    s->servername : "a client");
		break;
	default:
		break;
	}
}

/* Whether OpenSSL's reason means that the other side talks something else. */
static bool
is_foreign(int reason)
{
	switch (reason) {
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_HTTP_REQUEST:
	case SSL_R_HTTPS_PROXY_REQUEST:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
	case SSL_R_BAD_RECORD_TYPE:
	case SSL_R_UNEXPECTED_RECORD:
	case SSL_R_RECORD_LENGTH_MISMATCH:
		return true;
	default:
		return false;
	}
}

/* The reasons from 1000 on are alerts that the peer sent. */
static void
print_reason(struct buf *out, const struct tls_session *s, unsigned long code)
{
	int reason = ERR_GET_REASON(code);
	long verify = SSL_get_verify_result(s->ssl);
	const char *text = ERR_reason_error_string(code);

	if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED && verify != X509_V_OK)
		print_verify(out, s, verify);
	else if (!s->begun && is_foreign(reason))
		buf_add_str(out, "the peer does not speak TLS");
	else if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
		buf_add_str(out, "the peer gave no certificate");
	else if (reason >= SSL_AD_REASON_OFFSET)
		buf_addf(out, "the peer refused: %s", text != NULL ? text :
		    "alert");
	else
		buf_add_str(out, text != NULL ? text : "TLS error");
}

static enum tls_result
fail(struct tls_session *s, struct buf *error)
{
	s->failed = true;
	buf_add_span(error, buf_span(&s->why));
	return TLS_FAILED;
}

/* What the return value of a call means. */
static enum tls_result
outcome(struct tls_session *s, int rc, struct buf *error)
{
	int err = errno;
	unsigned long code;

	switch (SSL_get_error(s->ssl, rc)) {
	case SSL_ERROR_NONE:
		return TLS_DONE;
	case SSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_EOF;
	case SSL_ERROR_SYSCALL:
		/* a server that knows no TLS may hang up by a reset */
		if (err == 0 || (!s->begun && (err == ECONNRESET ||
		    err == EPIPE)))
			return TLS_EOF;
		buf_add_str(&s->why, strerror(err));
		return fail(s, error);
	default:
		code = ERR_peek_error();
		if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
			return TLS_EOF;
		print_reason(&s->why, s, code);
		return fail(s, error);
	}
}

enum tls_result
tls_handshake(struct tls_session *s, struct buf *error)
{
	enum tls_result result;

	if (s->failed)
		return fail(s, error);
	ERR_clear_error();
	errno = 0;
	result = outcome(s, SSL_do_handshake(s->ssl), error);
	s->begun = result == TLS_DONE;
	if (result != TLS_EOF)
		return result;
	buf_add_str(&s->why, "the peer closed the connection during the "
	    "handshake; does that port speak TLS?");
	return fail(s, error);
}

enum tls_result
tls_read(struct tls_session *s, void *p, size_t room, size_t *n,
    struct buf *error)
{
	enum tls_result result = TLS_DONE;

	*n = 0;
	if (s->failed)
		return fail(s, error);
	while (*n < room && result == TLS_DONE) {
		size_t got = 0;
		int rc;

		ERR_clear_error();
		errno = 0;
		rc = SSL_read_ex(s->ssl, (char *)p + *n, room - *n, &got);
		*n += got;
		result = rc == 1 ? TLS_DONE : outcome(s, rc, error);
	}
	return result;
}

enum tls_result
tls_write(struct tls_session *s, const void *p, size_t len, size_t *n,
    struct buf *error)
{
	enum tls_result result = TLS_DONE;

	*n = 0;
	if (s->failed)
		return fail(s, error);
	while (*n < len && result == TLS_DONE) {
		size_t put = 0;
		int rc;

		ERR_clear_error();
		errno = 0;
		rc = SSL_write_ex(s->ssl, (const char *)p + *n, len - *n, &put);
		*n += put;
		result = rc == 1 ? TLS_DONE : outcome(s, rc, error);
	}
	return result;
}

bool
tls_pending(const struct tls_session *s)
{
	return SSL_has_pending(s->ssl) == 1;
}

static bool
has_fingerprint(X509 *cert, const char *digits)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	char text[3];

	if (X509_digest(cert, EVP_sha256(), digest, &n) != 1 ||
	    strlen(digits) != 2 * (size_t)n)
		return false;
	for (unsigned int i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%02x", digest[i]);
		if (strncasecmp(text, digits + 2 * (size_t)i, 2) != 0)
			return false;
	}
	return true;
}

static bool
has_common_name(X509 *cert, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(cert);
	bool found = false;
	int at = -1;

	while (!found && (at = X509_NAME_get_index_by_NID(subject,
	    NID_commonName, at)) >= 0) {
		const ASN1_STRING *cn = X509_NAME_ENTRY_get_data(
		    X509_NAME_get_entry(subject, at));

		found = (size_t)ASN1_STRING_length(cn) == strlen(name) &&
		    memcmp(ASN1_STRING_get0_data(cn), name, strlen(name)) == 0;
	}
	return found;
}

bool
tls_certified(const struct tls_session *s, const char *name)
{
	static const char fingerprint[] = "sha256:";
	X509 *cert = SSL_get1_peer_certificate(s->ssl);
	bool is;

	if (cert == NULL)
		return false;
	if (strncmp(name, fingerprint, sizeof(fingerprint) - 1) == 0)
		is = has_fingerprint(cert, name + sizeof(fingerprint) - 1);
	else
		is = SSL_get_verify_result(s->ssl) == X509_V_OK &&
		    (has_common_name(cert, name) ||
		    X509_check_host(cert, name, 0, 0, NULL) == 1 ||
		    X509_check_email(cert, name, 0, 0) == 1 ||
		    X509_check_ip_asc(cert, name, 0) == 1);
	X509_free(cert);
	return is;
}
