/* SPDX-License-Identifier: ISC */
#ifndef IO_NETWORK_H
#define IO_NETWORK_H

#include "base/span.h"

/* Networks of addresses, of both families: 192.0.2.0/24, 2001:db8::/32, or one
 * address. */
struct network {
	uint8_t address[16];  /* IPv4 mapped into IPv6 */
	uint8_t bits;         /* of it that count, 0 to 128 */
};

/* False when the text is none. */
bool network_read(struct network *, struct span text);

/* Whether it holds the address of "127.0.0.1:2775" or "[::1]:2775"; the port
 * may be missing. */
bool network_holds(const struct network *, const char *peer);

#endif
