/* SPDX-License-Identifier: ISC */
/*
 * The reader of smpptools.ini. Values are taken as they stand: no quotes, no
 * escapes, no comment behind them, no limit on their length, since passwords
 * hold anything.
 */
#include "app/profile.h"

#include <stdlib.h>
#include <strings.h>

#include "app/url.h"
#include "base/mem.h"
#include "text/utf8.h"

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct span
trim_left(struct span s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = span_skip(s, 1);
	return s;
}

static struct span
trim(struct span s)
{
	s = trim_left(s);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* 1, 0, or -1 when text is neither yes nor no. */
static int
yes_or_no(const char *text)
{
	static const char *const words[] = {"no", "yes", "false", "true",
	    "off", "on", "0", "1"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(text, words[i]) == 0)
			return (int)(i % 2);
	return -1;
}

static enum option
bad_value(struct buf *error, struct span key, const char *what)
{
	buf_add_span(error, key);
	buf_add_str(error, ": ");
	buf_add_str(error, what);
	return OPTIONS;
}

static enum option
unknown_key(struct buf *error, struct span key)
{
	const char *near = option_near(key, ~0u);

	bad_value(error, key, "unknown key");
	if (near != NULL)
		buf_addf(error, "; did you mean %s?", near);
	return OPTIONS;
}

/* The option of that name which one of the programs has, else any has. */
static enum option
find(struct span name, unsigned programs)
{
	enum option own = option_named(name, programs);

	return own != OPTIONS ? own : option_named(name, ~0u);
}

enum option
profile_value(struct span key, const char *text, unsigned programs,
    const char **value, struct buf *error)
{
	enum option option = find(key, programs);
	bool no = false;
	int yes;

	if (option == OPTIONS && key.n > 3 && memcmp(key.p, "no-", 3) == 0) {
		option = find(span_skip(key, 3), programs);
		no = true;
	}
	if (option == OPTIONS || (no && options[option].argument != NULL))
		return unknown_key(error, key);
	if (options[option].flags & OPTION_LINE)
		return bad_value(error, key,
		    "stands on the command line only");
	if (options[option].argument != NULL) {
		if (text == NULL)
			return bad_value(error, key, "no value");
		*value = text;
		return option;
	}
	if ((options[option].flags & OPTION_COUNT) && !no && text != NULL &&
	    text[0] >= '1' && text[0] <= '9' && text[1] == '\0') {
		*value = text;
		return option;
	}
	yes = text == NULL ? 1 : yes_or_no(text);
	if (yes < 0)
		return bad_value(error, key, "yes or no is expected");
	*value = (yes != 0) == no ? NULL :
	    options[option].flags & OPTION_COUNT ? "1" : "yes";
	return option;
}

static bool
fail(struct buf *error, const char *what)
{
	buf_add_str(error, what);
	return false;
}

/* Keeps the entry of a line of the section asked for. */
static bool
take(struct profile *p, struct span key, bool has_value, struct span value,
    unsigned programs, unsigned line, struct buf *error)
{
	struct profile_entry e = {.line = line};
	const char *text = has_value ? keep_span(&p->kept, value) : NULL;

	e.option = profile_value(key, text, programs, &e.value, error);
	if (e.option == OPTIONS)
		return false;
	for (size_t i = 0; i < p->n; i++) {
		if (p->entry[i].option == e.option &&
		    !(options[e.option].flags & OPTION_MANY)) {
			buf_addf(error, "%s stands in line %u already",
			    options[e.option].name, p->entry[i].line);
			return false;
		}
	}
	p->entry = mem_resize(p->entry, (p->n + 1) * sizeof(*p->entry));
	p->entry[p->n++] = e;
	return true;
}

/* One "key = value", or a switch alone. */
static bool
take_key(struct profile *p, struct span s, bool wanted, unsigned programs,
    unsigned line, struct buf *error)
{
	const uint8_t *equals = memchr(s.p, '=', s.n);
	struct span key = s, value = {0};

	if (equals != NULL) {
		key.n = (size_t)(equals - s.p);
		value = span_skip(s, key.n + 1);
	}
	key = trim(key);
	/* blanks at the end of a password belong to it */
	if (span_is(key, options[OPT_PASSWORD].name))
		value = trim_left(value);
	else
		value = trim(value);
	if (key.n == 0)
		return fail(error, "no key before the =");
	if (span_is(key, options[OPT_PASSWORD].name) ||
	    ((span_is(key, options[OPT_URL].name) ||
	    span_is(key, options[OPT_OUTBIND_TO].name)) &&
	    url_has_password(value)))
		p->has_password = true;
	return !wanted || take(p, key, equals != NULL, value, programs, line,
	    error);
}

/* Whether the line is the header of the section, or of another one. */
static bool
take_section(struct profile *p, struct span s, const char *section,
    bool *wanted, struct buf *error)
{
	s = trim(s);
	if (s.n < 3 || s.p[s.n - 1] != ']')
		return fail(error, "[NAME] is expected");
	s = trim(span_of(s.p + 1, s.n - 2));
	*wanted = span_is(s, section);
	if (*wanted && p->found) {
		buf_addf(error, "there is a section [%s] already", section);
		return false;
	}
	p->found = p->found || *wanted;
	return true;
}

static bool
check_octets(struct span line, struct buf *error)
{
	size_t bad = utf8_check(line);

	if (bad < line.n) {
		buf_addf(error, "not UTF-8 at octet %zu", bad + 1);
		return false;
	}
	return line.n == 0 || memchr(line.p, 0, line.n) == NULL ||
	    fail(error, "a NUL stands in it");
}

bool
profile_parse(struct profile *p, struct span text, const char *section,
    unsigned programs, unsigned *line, struct buf *error)
{
	bool in_section = false, wanted = false, good = true;

	*p = (struct profile){0};
	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		text = span_skip(text, 3);
	for (*line = 1; good && text.n > 0; ++*line) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		struct span s = span_of(text.p,
		    end != NULL ? (size_t)(end - text.p) : text.n);

		text = span_skip(text, s.n + 1);
		if (s.n > 0 && s.p[s.n - 1] == '\r')
			s.n--;
		good = check_octets(s, error);
		s = trim_left(s);
		if (!good || s.n == 0 || s.p[0] == ';' || s.p[0] == '#')
			continue;
		if (s.p[0] == '[') {
			in_section = true;
			good = take_section(p, s, section, &wanted, error);
		} else if (!in_section) {
			good = fail(error, "stands before the first [NAME]");
		} else {
			good = take_key(p, s, wanted, programs, *line, error);
		}
	}
	--*line;
	return good;
}

void
profile_free(struct profile *p)
{
	free(p->entry);
	keep_free(&p->kept);
	*p = (struct profile){0};
}
