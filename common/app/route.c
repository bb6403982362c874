/* SPDX-License-Identifier: ISC */
/* The table of routes: a few rows, walked. */
#include "app/route.h"

#include <stdlib.h>
#include <strings.h>

#include "app/url.h"
#include "base/mem.h"

void
routes_free(struct routes *r)
{
	free(r->row);
	keep_free(&r->kept);
	*r = (struct routes){0};
}

static bool
is_number(struct span s)
{
	if (s.n > 0 && *s.p == '+')
		s = span_skip(s, 1);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

/* A URL, or host:port as one of smtp. */
static const char *
read_target(struct routes *r, struct span text, struct mail_target *t)
{
	struct buf url = {0};
	struct url u;
	const char *wrong;

	if (memmem(text.p, text.n, "://", 3) == NULL)
		buf_add_str(&url, "smtp://");
	buf_add_span(&url, text);
	wrong = url_parse_mail(&u, &r->kept, buf_span(&url));
	buf_free(&url);
	if (wrong != NULL)
		return wrong;
	*t = (struct mail_target){.host = u.host, .port = u.port,
	    .tls = u.tls, .lmtp = u.lmtp,
	    .user = u.system_id[0] != '\0' ? u.system_id : NULL,
	    .password = u.password != NULL ? u.password : ""};
	return NULL;
}

/* What a row's target is: a server where it has a port or a scheme. */
static bool
is_server(struct span s)
{
	return s.n > 0 && memchr(s.p, ':', s.n) != NULL;
}

bool
routes_add(struct routes *r, struct span text, struct buf *why)
{
	const uint8_t *equal = text.n > 0 ? memchr(text.p, '=', text.n) : NULL;
	struct span key, value;
	struct route row = {0};
	const char *wrong = NULL;
	bool any;

	if (equal == NULL || equal == text.p ||
	    equal + 1 == text.p + text.n) {
		buf_add_str(why, "DOMAIN=HOST:PORT, DOMAIN=smtps://HOST or "
		    "+DIGITS=DOMAIN is expected");
		return false;
	}
	key = span_of(text.p, (size_t)(equal - text.p));
	value = span_skip(text, key.n + 1);
	any = span_is(key, "*");
	row.key = keep_span(&r->kept, key);
	if (is_number(key) || (any && !is_server(value))) {
		if (is_server(value))
			wrong = "a prefix has a domain, which has a route of "
			    "its own";
		row.domain = keep_span(&r->kept, value);
	} else {
		wrong = read_target(r, value, &row.target);
	}
	if (wrong != NULL) {
		buf_add_str(why, wrong);
		return false;
	}
	r->row = mem_resize(r->row, (r->n + 1) * sizeof(*r->row));
	r->row[r->n++] = row;
	return true;
}

bool
routes_fix(struct routes *r, struct span url, struct buf *why)
{
	const char *wrong = read_target(r, url, &r->fixed);

	if (wrong != NULL)
		buf_add_str(why, wrong);
	return wrong == NULL;
}

const char *
routes_domain(const struct routes *r, struct span number)
{
	const char *best = NULL, *any = NULL;
	size_t most = 0, n;

	for (size_t i = 0; i < r->n; i++) {
		const struct route *row = &r->row[i];

		if (row->domain == NULL)
			continue;
		n = strlen(row->key);
		if (strcmp(row->key, "*") == 0)
			any = row->domain;
		else if (n <= number.n && n > most &&
		    memcmp(row->key, number.p, n) == 0) {
			best = row->domain;
			most = n;
		}
	}
	return best != NULL ? best : any;
}

bool
routes_target(const struct routes *r, struct span domain,
    struct mail_target *t)
{
	const struct route *any = NULL;

	if (r->fixed.host != NULL) {
		*t = r->fixed;
		return true;
	}
	for (size_t i = 0; i < r->n; i++) {
		const struct route *row = &r->row[i];

		if (row->domain != NULL)
			continue;
		if (strcmp(row->key, "*") == 0)
			any = row;
		else if (strlen(row->key) == domain.n && strncasecmp(row->key,
		    (const char *)domain.p, domain.n) == 0) {
			*t = row->target;
			return true;
		}
	}
	if (any != NULL)
		*t = any->target;
	return any != NULL;
}

void
route_print(struct buf *b, const struct mail_target *t)
{
	const char *scheme = t->lmtp ? "lmtp" : t->tls ? "smtps" : "smtp";

	if (t->mx)
		buf_addf(b, "the MX of %s", t->host);
	else
		buf_addf(b, strchr(t->host, ':') != NULL ? "%s://[%s]:%s" :
		    "%s://%s:%s", scheme, t->host, t->port);
}
