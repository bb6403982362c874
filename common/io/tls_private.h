/* SPDX-License-Identifier: ISC */
#ifndef IO_TLS_PRIVATE_H
#define IO_TLS_PRIVATE_H

#include <openssl/ssl.h>

#include "io/tls.h"

/* A configuration as io/tls makes it and io/tls_session uses it. */
struct tls {
	SSL_CTX *ctx;
	bool server, insecure;
};

#endif
