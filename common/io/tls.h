/* SPDX-License-Identifier: ISC */
#ifndef IO_TLS_H
#define IO_TLS_H

#include <stdbool.h>

/* TLS configurations for io/stream, by OpenSSL, initialised on first use. */
struct tls;

struct tls_conf {
	const char *ca;        /* file or folder of trusted certificates; NULL: the system's */
	const char *cert;      /* own certificate chain, PEM; NULL: none */
	const char *key;       /* its key, PEM; NULL: in cert */
	bool insecure;         /* (client) take any certificate */
	bool ask;              /* (server) ask for one, take any or none; with ca
				* a good one is needed all the same */
};

/* NULL and *error (static until the next call) when a file cannot be used. */
struct tls *tls_client(const struct tls_conf *, const char **error);
struct tls *tls_server(const struct tls_conf *, const char **error);
void tls_free(struct tls *);

#endif
