/* SPDX-License-Identifier: ISC */
/* Which rules are those of a peer. */
#include "app/relay_peer.h"

#include <arpa/inet.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/term.h"

enum { ADDRESS_TEXT = 64, NUMBER_SHORT = 6 };

struct network {
	uint8_t p[16];
	unsigned bits;
};

/* IPv4 is IPv6's ::ffff:0:0/96, so that either may stand for the other. */
static bool
read_address(struct span text, struct network *n)
{
	char copy[ADDRESS_TEXT];
	uint8_t four[4];

	if (text.n == 0 || text.n >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	n->bits = 128;
	if (inet_pton(AF_INET6, copy, n->p) == 1)
		return true;
	if (inet_pton(AF_INET, copy, four) != 1)
		return false;
	memset(n->p, 0, 10);
	n->p[10] = n->p[11] = 0xff;
	memcpy(n->p + 12, four, 4);
	return true;
}

static bool
read_network(struct span text, struct network *n)
{
	bool has_bits;
	struct span rest = text;
	struct span address = term_cut(&rest, '/', &has_bits);
	bool four = memchr(address.p, ':', address.n) == NULL;
	uint64_t bits;

	if (address.n == 0 || !read_address(address, n))
		return false;
	if (!has_bits)
		return true;
	if (!term_number(rest, 0, four ? 32 : 128, &bits))
		return false;
	n->bits = (unsigned)bits + (four ? 96 : 0);
	return true;
}

static bool
is_within(const struct network *n, const struct network *address)
{
	unsigned octets = n->bits / 8, bits = n->bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> bits);

	return memcmp(n->p, address->p, octets) == 0 && (bits == 0 ||
	    ((n->p[octets] ^ address->p[octets]) & mask) == 0);
}

bool
relay_network_has(const char *list, const char *address, struct span *bad)
{
	struct span rest = span_str(list);
	struct network own, n;
	bool more = true, found = false;
	bool known = read_address(span_str(address), &own);

	while (more) {
		struct span one = term_trim(term_cut(&rest, ',', &more));

		if (!read_network(one, &n)) {
			if (bad != NULL)
				*bad = one;
			return false;
		}
		found = found || (known && is_within(&n, &own));
	}
	return found;
}

bool
relay_list_has(const char *list, struct span word)
{
	struct span rest = span_str(list);
	bool more = true;

	while (more) {
		struct span one = term_trim(term_cut(&rest, ',', &more));

		if (one.n > 0 && one.n == word.n && strncasecmp(
		    (const char *)one.p, (const char *)word.p, one.n) == 0)
			return true;
	}
	return false;
}

const struct relay_peer *
relay_peer_of(const struct relay_peers *peers,
    const struct relay_client *client)
{
	for (size_t i = 0; client->user != NULL && i < peers->n; i++)
		if (peers->p[i].user != NULL &&
		    strcmp(peers->p[i].user, client->user) == 0 &&
		    (peers->p[i].allow == NULL || relay_network_has(
		    peers->p[i].allow, client->address, NULL)))
			return &peers->p[i];
	for (size_t i = 0; i < peers->n; i++)
		if (peers->p[i].allow != NULL && relay_network_has(
		    peers->p[i].allow, client->address, NULL))
			return &peers->p[i];
	/* one that is known by its password alone comes to log in */
	for (size_t i = 0; i < peers->n; i++)
		if (peers->p[i].allow == NULL && peers->p[i].user != NULL)
			return peers->strict ? &peers->p[i] : &peers->other;
	if (peers->strict || (peers->other.allow != NULL &&
	    !relay_network_has(peers->other.allow, client->address, NULL)))
		return NULL;
	return &peers->other;
}

const struct relay_peer *
relay_peer_to(const struct relay_peers *peers, struct span domain)
{
	for (size_t i = 0; i < peers->n; i++)
		if (peers->p[i].domains != NULL &&
		    relay_list_has(peers->p[i].domains, domain))
			return &peers->p[i];
	return &peers->other;
}

void
relay_number(struct buf *b, const struct relay_peer *peer, struct span s)
{
	const char *country = peer->country;
	size_t n = country == NULL ? 0 : strlen(country);

	if (n == 0 || s.n <= NUMBER_SHORT || s.p[0] == '+') {
		buf_add_span(b, s);
	} else if (s.p[0] == '0' && s.p[1] == '0') {
		buf_add_byte(b, '+');
		buf_add_span(b, span_skip(s, 2));
	} else if (s.p[0] == '0') {
		buf_addf(b, "+%s", country);
		buf_add_span(b, span_skip(s, 1));
	} else {
		if (s.n > n + NUMBER_SHORT && memcmp(s.p, country, n) == 0)
			buf_add_byte(b, '+');
		buf_add_span(b, s);
	}
}
