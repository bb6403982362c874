/* SPDX-License-Identifier: ISC */
/*
 * Addresses of multimedia messages (3GPP TS 23.140, 8.4.5.1), out of mails of
 * which few keep to RFC 5322: no domain, no TYPE, a comma too many.
 */
#include "mms/address.h"

#include <strings.h>

#include "base/term.h"

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span
trim(struct span s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = span_skip(s, 1);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Where c stands outside of quotes and comments, from an offset on; s.n when
 * it does not. */
static size_t
find(struct span s, const char *any, size_t at)
{
	unsigned comment = 0;
	bool quoted = false;

	for (; at < s.n; at++) {
		uint8_t c = s.p[at];

		if (c == '\\' && (quoted || comment > 0))
			at++;
		else if (c == '"' && comment == 0)
			quoted = !quoted;
		else if (c == '(' && !quoted)
			comment++;
		else if (c == ')' && comment > 0)
			comment--;
		else if (!quoted && comment == 0 && c != 0 &&
		    strchr(any, c) != NULL)
			return at;
	}
	return s.n;
}

/* Takes comments off both ends. */
static struct span
without_comments(struct span s)
{
	for (s = trim(s); s.n > 0 && s.p[0] == '('; s = trim(s)) {
		const uint8_t *end = memchr(s.p, ')', s.n);

		if (end == NULL)
			return (struct span){0};
		s = span_skip(s, (size_t)(end - s.p) + 1);
	}
	while (s.n > 0 && s.p[s.n - 1] == ')') {
		size_t at = s.n - 1;

		while (at > 0 && s.p[at] != '(')
			at--;
		s = trim(span_of(s.p, at));
	}
	return s;
}

/* [+]digits, with the marks that people put between them */
static bool
is_number(struct span s)
{
	size_t digits = 0;

	if (s.n > 0 && s.p[0] == '+')
		s = span_skip(s, 1);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (s.p[i] != '*' && s.p[i] != '#')
			return false;
	}
	return digits > 0;
}

static enum mms_address_type
type_of(struct span name)
{
	static const struct {
		const char *name;
		enum mms_address_type type;
	} types[] = {
		{"PLMN", MMS_PLMN}, {"IPv4", MMS_IPV4}, {"IPv6", MMS_IPV6},
		{"SHORT-CODE", MMS_PLMN},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strlen(types[i].name) == name.n && strncasecmp(
		    types[i].name, (const char *)name.p, name.n) == 0)
			return types[i].type;
	return MMS_ADDRESS_OTHER;
}

/* local[/TYPE=...] */
static void
read_local(struct mms_address *a, struct span s)
{
	static const char mark[] = "/TYPE=";
	size_t n = sizeof(mark) - 1;

	a->local = s;
	for (size_t i = 0; i + n <= s.n; i++)
		if (strncasecmp((const char *)s.p + i, mark, n) == 0) {
			a->local = trim(span_of(s.p, i));
			a->type_name = span_skip(s, i + n);
			a->type = type_of(a->type_name);
			return;
		}
	if (is_number(s))
		a->type = MMS_PLMN;
	else
		a->type = a->domain.n > 0 ? MMS_EMAIL : MMS_LOCAL;
}

/* VectorCore's form: "system=host;party=+1..." */
static struct span
system_of(struct span s)
{
	static const char mark[] = "system=";
	size_t n = sizeof(mark) - 1;

	if (s.n <= n || strncasecmp((const char *)s.p, mark, n) != 0)
		return s;
	s = span_skip(s, n);
	return span_of(s.p, find(s, ";", 0));
}

bool
mms_address_read(struct mms_address *a, struct span s)
{
	size_t open, at;

	*a = (struct mms_address){0};
	s = without_comments(s);
	open = find(s, "<", 0);
	if (open < s.n) {
		s = span_skip(s, open + 1);
		s = trim(span_of(s.p, find(s, ">", 0)));
		/* a source route: <@a,@b:user@c> */
		if (s.n > 0 && s.p[0] == '@' && (at = find(s, ":", 0)) < s.n)
			s = span_skip(s, at + 1);
	}
	s = system_of(s);
	for (at = s.n; at > 0 && s.p[at - 1] != '@'; at--)
		;
	if (at > 0) {
		a->domain = trim(span_skip(s, at));
		s = trim(span_of(s.p, at - 1));
	}
	if (s.n == 0 && a->domain.n == 0)
		return false;
	read_local(a, s);
	return true;
}

bool
mms_address_next(struct span *list, struct mms_address *a)
{
	while (list->n > 0) {
		/* a ; only ends a group, and its name goes before a : */
		size_t n = find(*list, ",;", 0);
		struct span one = span_of(list->p, n);
		size_t group = find(one, ":<@/", 0);

		*list = span_skip(*list, n + 1);
		if (group < one.n && one.p[group] == ':')
			one = span_skip(one, group + 1);
		if (mms_address_read(a, one))
			return true;
	}
	return false;
}

void
mms_address_write(struct buf *b, const struct mms_address *a,
    struct span domain)
{
	buf_add_span(b, a->local);
	if (a->type == MMS_PLMN)
		buf_add_str(b, "/TYPE=PLMN");
	else if (a->type_name.n > 0) {
		buf_add_str(b, "/TYPE=");
		buf_add_span(b, a->type_name);
	}
	if (a->type == MMS_EMAIL)
		domain = a->domain;
	if (domain.n > 0) {
		buf_add_byte(b, '@');
		buf_add_span(b, domain);
	}
}

/* The digits of a number; those of +447... and 00447... are the same. */
static struct span
digits_of(struct span s)
{
	if (s.n > 0 && s.p[0] == '+')
		return span_skip(s, 1);
	if (s.n > 2 && s.p[0] == '0' && s.p[1] == '0')
		return span_skip(s, 2);
	return s;
}

static bool
same_text(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 ||
	    strncasecmp((const char *)a.p, (const char *)b.p, a.n) == 0);
}

bool
mms_address_same(const struct mms_address *a, const struct mms_address *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case MMS_PLMN:
		return span_eq(digits_of(a->local), digits_of(b->local));
	case MMS_EMAIL:
		return span_eq(a->local, b->local) &&
		    same_text(a->domain, b->domain);
	default:
		return same_text(a->local, b->local) &&
		    same_text(a->type_name, b->type_name);
	}
}

bool
mms_address_is_safe(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f ||
		    strchr("<>()[]:;,\\\"", s.p[i]) != NULL)
			return false;
	return s.n > 0;
}
