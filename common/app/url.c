/* SPDX-License-Identifier: ISC */
/* URLs of SMPP peers, after RFC 3986. */
#include "app/url.h"

#include "base/buf.h"
#include "base/hex.h"

/* Decodes %HH; NULL when that is malformed or stands for a NUL. */
static const char *
decode(struct keep *k, struct span s)
{
	struct buf b = {0};
	const char *text = NULL;

	for (size_t i = 0; i < s.n; i++) {
		int octet = s.p[i];

		if (octet == '%') {
			if (i + 2 >= s.n || hex_digit(s.p[i + 1]) < 0 ||
			    hex_digit(s.p[i + 2]) < 0)
				goto out;
			octet = hex_digit(s.p[i + 1]) << 4 |
			    hex_digit(s.p[i + 2]);
			i += 2;
		}
		if (octet == 0)
			goto out;
		buf_add_byte(&b, (uint8_t)octet);
	}
	text = keep_span(k, buf_span(&b));
out:
	if (b.p != NULL)
		explicit_bzero(b.p, b.len);
	buf_free(&b);
	return text;
}

/* The octets before the first of the stops. */
static struct span
until(struct span s, const char *stops)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] == 0 || strchr(stops, s.p[n]) == NULL))
		n++;
	return span_of(s.p, n);
}

static bool
starts(struct span s, const char *with)
{
	return s.n >= strlen(with) && memcmp(s.p, with, strlen(with)) == 0;
}

static const char *
parse_user(struct url *u, struct keep *k, struct span user)
{
	struct span name = until(user, ":");

	u->system_id = decode(k, name);
	if (u->system_id == NULL)
		return "its system_id has a bad %HH";
	if (name.n < user.n) {
		u->password = decode(k, span_skip(user, name.n + 1));
		if (u->password == NULL)
			return "its password has a bad %HH";
	}
	return NULL;
}

static const char *
parse_port(struct url *u, struct keep *k, struct span port)
{
	uint32_t n = 0;

	for (size_t i = 0; i < port.n && n <= 65535; i++) {
		if (port.p[i] < '0' || port.p[i] > '9')
			return "its port is no number";
		n = n * 10 + (uint32_t)(port.p[i] - '0');
	}
	if (n == 0 || n > 65535)
		return "its port is not from 1 to 65535";
	u->port = keepf(k, "%u", n);
	return NULL;
}

static const char *
parse_host(struct url *u, struct keep *k, struct span s)
{
	struct span host;

	if (s.n > 0 && s.p[0] == '[') {
		host = until(span_skip(s, 1), "]");
		if (host.n + 1 == s.n)
			return "the ] of its address is missing";
		s = span_skip(s, host.n + 2);
	} else {
		host = until(s, ":");
		s = span_skip(s, host.n);
		if (until(span_skip(s, 1), ":").n + 1 < s.n)
			return "an IPv6 address stands in brackets: [::1]";
	}
	if (host.n == 0)
		return "it has no host";
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] <= ' ' || host.p[i] == 0x7f)
			return "its host has a blank or control character";
	u->host = keep_span(k, host);
	if (s.n == 0)
		return NULL;
	return s.p[0] == ':' ? parse_port(u, k, span_skip(s, 1)) :
	    "something stands between its address and port";
}

/* What is behind the scheme. */
static const char *
parse_rest(struct url *u, struct keep *k, struct span text)
{
	struct span authority, rest;
	const char *wrong;
	size_t at;

	authority = until(text, "/?#");
	/* "u:12?secret@h": else a part of the password would be a query */
	if (until(text, "/").n > authority.n && memchr(text.p + authority.n,
	    '@', until(text, "/").n - authority.n) != NULL)
		return "a ? or # in its password is written %3F or %23";
	rest = span_skip(text, authority.n);
	for (at = authority.n; at > 0 && authority.p[at - 1] != '@'; at--)
		;
	if (at > 0) {
		wrong = parse_user(u, k, span_of(authority.p, at - 1));
		if (wrong != NULL)
			return wrong;
	}
	wrong = parse_host(u, k, span_skip(authority, at));
	if (wrong != NULL)
		return wrong;
	if (rest.n > 0 && rest.p[0] == '/')
		rest = span_skip(rest, 1);
	if (rest.n > 0 && rest.p[0] != '?')
		return "it has a path";
	if (memchr(rest.p, '#', rest.n) != NULL)
		return "it has a #fragment";
	u->query = keep_span(k, span_skip(rest, 1));
	return NULL;
}

const char *
url_parse(struct url *u, struct keep *k, struct span text)
{
	*u = (struct url){.system_id = "", .query = ""};
	u->tls = starts(text, "smpps://");
	if (!u->tls && !starts(text, "smpp://"))
		return "smpp://system_id@host:port or smpps://... is expected";
	u->port = u->tls ? "3550" : "2775";
	return parse_rest(u, k, span_skip(text, u->tls ? 8 : 7));
}

const char *
url_parse_mail(struct url *u, struct keep *k, struct span text)
{
	static const struct {
		const char *start, *port;
		bool tls, lmtp;
	} rows[] = {
		{"smtp://", "25", false, false},
		{"smtps://", "465", true, false},
		{"lmtp://", "24", false, true},
	};
	const char *wrong;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!starts(text, rows[i].start))
			continue;
		*u = (struct url){.system_id = "", .query = "",
		    .port = rows[i].port, .tls = rows[i].tls,
		    .lmtp = rows[i].lmtp};
		wrong = parse_rest(u, k,
		    span_skip(text, strlen(rows[i].start)));
		if (wrong != NULL || u->query[0] == '\0')
			return wrong;
		return "it has parameters";
	}
	return "smtp://[user@]host:port, smtps://... or lmtp://... is expected";
}

bool
url_parameter(const char **query, struct keep *k, const char **name,
    const char **value, const char **wrong)
{
	struct span s, key;

	while (**query == '&')
		++*query;
	if (**query == '\0')
		return false;
	s = until(span_str(*query), "&");
	*query += s.n;
	key = until(s, "=");
	*name = decode(k, key);
	*value = key.n < s.n ? decode(k, span_skip(s, key.n + 1)) : NULL;
	*wrong = *name == NULL || (key.n < s.n && *value == NULL) ?
	    "it has a bad %HH" : NULL;
	return true;
}

struct span
url_password(struct span text)
{
	struct keep k = {0};
	struct url u;
	const uint8_t *colon;
	bool well_formed = url_parse(&u, &k, text) == NULL;
	bool has = u.password != NULL;
	struct span scheme = until(text, "/"), s;
	size_t end;

	keep_free(&k);
	if (well_formed && !has)
		return (struct span){0};
	s = starts(span_skip(text, scheme.n), "//") ?
	    span_skip(text, scheme.n + 2) : text;
	end = well_formed ? until(s, "/?#").n : s.n;
	while (end > 0 && s.p[end - 1] != '@')
		end--;
	colon = end > 0 ? memchr(s.p, ':', end) : NULL;
	if (colon == NULL)
		return (struct span){0};
	return span_of(colon + 1, (size_t)(s.p + end - 1 - colon - 1));
}

bool
url_has_password(struct span text)
{
	return url_password(text).n > 0;
}

const char *
url_masked(struct keep *k, const char *text)
{
	struct span p = url_password(span_str(text));
	const char *end = (const char *)p.p + p.n;

	if (p.n == 0)
		return text;
	return keepf(k, "%.*s***%s", (int)((const char *)p.p - text), text, end);
}
