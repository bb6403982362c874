/* SPDX-License-Identifier: ISC */
/* Networks of addresses, as who may come from where says them. */
#include "io/network.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/term.h"

enum { V4_AT = 12, V4_BITS = 32, V6_BITS = 128 };

/* The octets of an address, IPv4 behind ::ffff:; whether it was IPv4. */
static bool
read_address(struct span text, uint8_t address[16], bool *v4)
{
	static const uint8_t mapped[V4_AT] = {[10] = 0xff, [11] = 0xff};
	char copy[INET6_ADDRSTRLEN];

	if (text.n == 0 || text.n >= sizeof(copy))
		return false;
	snprintf(copy, sizeof(copy), "%.*s", (int)text.n,
	    (const char *)text.p);
	*v4 = inet_pton(AF_INET, copy, address + V4_AT) == 1;
	if (*v4)
		memcpy(address, mapped, sizeof(mapped));
	return *v4 || inet_pton(AF_INET6, copy, address) == 1;
}

bool
network_read(struct network *n, struct span text)
{
	bool has_bits, v4;
	struct span rest = text, address = term_cut(&rest, '/', &has_bits);
	uint64_t bits;

	if (!read_address(address, n->address, &v4))
		return false;
	bits = v4 ? V4_BITS : V6_BITS;
	if (has_bits && !term_number(rest, 0, bits, &bits))
		return false;
	n->bits = (uint8_t)(bits + (v4 ? V6_BITS - V4_BITS : 0));
	return true;
}

/* The address of "1.2.3.4:5", "[::1]:5". */
static struct span
host_of(const char *peer)
{
	const char *end = strrchr(peer, ':');

	if (peer[0] == '[') {
		end = strchr(peer, ']');
		return end == NULL ? (struct span){0} :
		    span_of(peer + 1, (size_t)(end - peer - 1));
	}
	return end == NULL || strchr(peer, ':') != end ? span_str(peer) :
	    span_of(peer, (size_t)(end - peer));
}

bool
network_holds(const struct network *n, const char *peer)
{
	uint8_t address[16], last;
	size_t whole = n->bits / 8;
	bool v4;

	if (!read_address(host_of(peer), address, &v4) ||
	    memcmp(address, n->address, whole) != 0)
		return false;
	if (n->bits % 8 == 0)
		return true;
	last = (uint8_t)(0xff << (8 - n->bits % 8));
	return (address[whole] & last) == (n->address[whole] & last);
}
