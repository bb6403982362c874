/* SPDX-License-Identifier: ISC */
/*
 * MX, A and AAAA by libc's resolver. With a resolver of one's own (networks of
 * operators have theirs, apart from the Internet's) addresses are asked of it,
 * too, since getaddrinfo would ask another.
 */
#include "io/mx.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
	ANSWER_MOST = 16 << 10,
	HOSTS_MOST = 16,
	PORT = 53,
};

struct mx *
mx_new(const char *domain, const char *resolver)
{
	struct mx *m = mem_new(sizeof(*m));

	m->domain = mem_strdup(domain);
	m->resolver = resolver != NULL ? mem_strdup(resolver) : NULL;
	return m;
}

static void
clear_hosts(struct mx *m)
{
	while (m->n > 0)
		free(m->host[--m->n]);
	free(m->host);
	m->host = NULL;
}

void
mx_release(void *data)
{
	struct mx *m = data;

	clear_hosts(m);
	free(m->domain);
	free(m->resolver);
	buf_free(&m->why);
	free(m);
}

static void
add_host(struct mx *m, const char *host)
{
	if (m->n >= HOSTS_MOST)
		return;
	m->host = mem_resize(m->host, (m->n + 1) * sizeof(*m->host));
	m->host[m->n++] = mem_strdup(host);
}

/* "192.0.2.1", "192.0.2.1:53". */
static bool
read_resolver(const char *text, struct sockaddr_in *sa)
{
	const char *colon = strchr(text, ':');
	char *host = colon != NULL ? mem_strndup(text, (size_t)(colon - text)) :
	    mem_strdup(text), *end = NULL;
	unsigned long port = colon != NULL ? strtoul(colon + 1, &end, 10) :
	    PORT;
	bool good;

	*sa = (struct sockaddr_in){.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port)};
	good = inet_pton(AF_INET, host, &sa->sin_addr) == 1 && port > 0 &&
	    port <= UINT16_MAX && (end == NULL || (*end == '\0' &&
	    end != colon + 1));
	free(host);
	return good;
}

bool
mx_resolver_is_good(const char *text)
{
	struct sockaddr_in sa;

	return read_resolver(text, &sa);
}

/* Asks; the answer's records, or none and why. */
static bool
ask(struct mx *m, struct __res_state *res, const char *name, int type,
    uint8_t *answer, ns_msg *msg)
{
	int n = res_nquery(res, name, ns_c_in, type, answer, ANSWER_MOST);

	if (n >= 0 && ns_initparse(answer, n > ANSWER_MOST ? ANSWER_MOST : n,
	    msg) == 0)
		return true;
	m->temporary = n < 0 && (res->res_h_errno == TRY_AGAIN ||
	    res->res_h_errno == NETDB_INTERNAL);
	buf_clear(&m->why);
	buf_addf(&m->why, "%s: %s", name, n < 0 ?
	    hstrerror(res->res_h_errno) : "the answer of the name server is "
	    "no answer");
	return false;
}

struct exchanger {
	uint16_t preference;
	char name[NS_MAXDNAME];
};

static int
by_preference(const void *a, const void *b)
{
	const struct exchanger *x = a, *y = b;

	return x->preference < y->preference ? -1 :
	    x->preference > y->preference;
}

/* The exchangers of the answer, in order; how many. */
static size_t
read_exchangers(ns_msg *msg, struct exchanger *x)
{
	size_t n = 0;
	ns_rr rr;

	for (int i = 0; i < ns_msg_count(*msg, ns_s_an) && n < HOSTS_MOST; i++) {
		if (ns_parserr(msg, ns_s_an, i, &rr) != 0 ||
		    ns_rr_type(rr) != ns_t_mx || ns_rr_rdlen(rr) < 3)
			continue;
		x[n].preference = (uint16_t)ns_get16(ns_rr_rdata(rr));
		if (ns_name_uncompress(ns_msg_base(*msg), ns_msg_end(*msg),
		    ns_rr_rdata(rr) + 2, x[n].name, sizeof(x[n].name)) >= 0)
			n++;
	}
	qsort(x, n, sizeof(*x), by_preference);
	return n;
}

/* The addresses of a name, of one family. */
static void
add_addresses(struct mx *m, struct __res_state *res, const char *name,
    int type, uint8_t *answer)
{
	char text[INET6_ADDRSTRLEN];
	ns_msg msg;
	ns_rr rr;

	if (!ask(m, res, name, type, answer, &msg))
		return;
	for (int i = 0; i < ns_msg_count(msg, ns_s_an); i++) {
		if (ns_parserr(&msg, ns_s_an, i, &rr) != 0 ||
		    (int)ns_rr_type(rr) != type ||
		    ns_rr_rdlen(rr) != (type == ns_t_a ? 4 : 16))
			continue;
		if (inet_ntop(type == ns_t_a ? AF_INET : AF_INET6,
		    ns_rr_rdata(rr), text, sizeof(text)) != NULL)
			add_host(m, text);
	}
}

/* A host of the domain: by name, or (a resolver of one's own) its addresses. */
static void
add_server(struct mx *m, struct __res_state *res, const char *name,
    uint8_t *answer)
{
	if (m->resolver == NULL) {
		add_host(m, name);
		return;
	}
	add_addresses(m, res, name, ns_t_a, answer);
	add_addresses(m, res, name, ns_t_aaaa, answer);
}

static void
look_up(struct mx *m, struct __res_state *res, uint8_t *answer)
{
	struct exchanger *x = mem_array(HOSTS_MOST, sizeof(*x));
	ns_msg msg;
	size_t n = 0;

	if (ask(m, res, m->domain, ns_t_mx, answer, &msg))
		n = read_exchangers(&msg, x);
	else if (m->temporary)
		goto out;
	/* "." takes no mail (RFC 7505) */
	if (n == 1 && (x[0].name[0] == '\0' || strcmp(x[0].name, ".") == 0)) {
		buf_clear(&m->why);
		buf_addf(&m->why, "%s takes no mail", m->domain);
		goto out;
	}
	for (size_t i = 0; i < n; i++)
		add_server(m, res, x[i].name, answer);
	if (n == 0)
		add_server(m, res, m->domain, answer);
	if (m->n == 0 && m->why.len == 0)
		buf_addf(&m->why, "%s: no address", m->domain);
out:
	free(x);
}

void
mx_run(void *data)
{
	struct mx *m = data;
	struct __res_state res = {0};
	struct sockaddr_in sa;
	uint8_t *answer = mem_new(ANSWER_MOST);

	if (res_ninit(&res) != 0) {
		m->temporary = true;
		buf_add_str(&m->why, "the resolver cannot be set up");
		free(answer);
		return;
	}
	if (m->resolver != NULL && read_resolver(m->resolver, &sa)) {
		res.nscount = 1;
		res.nsaddr_list[0] = sa;
	}
	look_up(m, &res, answer);
	res_nclose(&res);
	free(answer);
}
