/* SPDX-License-Identifier: ISC */
/*
 * Where passwords come from, and to whom they may go. None is ever printed.
 */
#include "app/password.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "sys/diag.h"

enum { PASSWORD_MAX = 4096 };

static int
status_of(const struct setting *s, int otherwise)
{
	return s->layer == LAYER_PROFILE ? EX_CONFIG : otherwise;
}

/* "--password-file", or "smpptools.ini line 4: password-file" */
static const char *
name_of(struct password *p, const struct setting *s)
{
	const char *name = options[s->option].name;

	return s->layer == LAYER_LINE ? keepf(&p->kept, "--%s", name) :
	    keepf(&p->kept, "%s: %s", s->where, name);
}

/* The first line of what is read, kept. */
static const char *
first_line(struct password *p, FILE *f, const struct setting *s)
{
	char line[PASSWORD_MAX + 2];
	size_t n = fread(line, 1, sizeof(line) - 1, f);
	const char *text;

	if (ferror(f))
		die(status_of(s, EX_NOINPUT), "%s: %s: %s", name_of(p, s),
		    s->value, strerror(errno));
	line[n] = '\0';
	if (memchr(line, '\0', n) != NULL)
		die(status_of(s, EX_DATAERR), "%s: a NUL in the password",
		    name_of(p, s));
	n = strcspn(line, "\n");
	if (n > 0 && line[n - 1] == '\r')
		n--;
	if (n > PASSWORD_MAX)
		die(status_of(s, EX_DATAERR), "%s: over %d octets",
		    name_of(p, s), PASSWORD_MAX);
	text = keep_span(&p->kept, span_of(line, n));
	explicit_bzero(line, sizeof(line));
	return text;
}

const char *
password_from_file(struct password *p, const struct setting *s)
{
	FILE *f = fopen(s->value, "re");
	const char *text;

	if (f == NULL)
		die(status_of(s, EX_NOINPUT), "%s: %s: %s", name_of(p, s),
		    s->value, strerror(errno));
	setvbuf(f, NULL, _IONBF, 0);
	text = first_line(p, f, s);
	fclose(f);
	return text;
}

static const char *
from_command(struct password *p, const struct setting *s)
{
	FILE *f = popen(s->value, "re");
	char rest[512];
	const char *text;
	int status;

	if (f == NULL)
		die(EX_OSERR, "%s: password-command: %s", s->where,
		    strerror(errno));
	text = first_line(p, f, s);
	/* what else it has to say is let out, so that it can end well */
	while (fread(rest, 1, sizeof(rest), f) > 0)
		;
	explicit_bzero(rest, sizeof(rest));
	status = pclose(f);
	if (status != 0)
		die(EX_CONFIG, "%s: password-command: it %s %d", s->where,
		    WIFEXITED(status) ? "exited with" : "ended by signal",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return text;
}

/* The highest of the three settings; a layer may have only one of them. */
static const struct setting *
find_source(const struct config *c)
{
	static const enum option sources[] = {
		OPT_PASSWORD, OPT_PASSWORD_FILE, OPT_PASSWORD_COMMAND,
	};
	const struct setting *best = NULL;

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		const struct setting *s = config_get(c, sources[i]);

		if (s == NULL || (best != NULL && s->layer < best->layer))
			continue;
		if (best != NULL && s->layer == best->layer)
			die(EX_CONFIG, "%s: %s, and %s too: one of them is "
			    "enough", s->where, options[s->option].name,
			    options[best->option].name);
		best = s;
	}
	return best;
}

void
password_init(struct password *p, const struct config *config)
{
	*p = (struct password){.config = config};
	p->source = find_source(config);
}

void
password_free(struct password *p)
{
	free(p->asked);
	keep_free(&p->kept);
	*p = (struct password){0};
}

/* Reads a line from the terminal, octet by octet, so that an interrupt
 * leaves it as it was; NULL when it is none. Echo is off before it asks. */
static const char *
type_line(struct password *p, int fd, const char *prompt)
{
	struct termios before, silent;
	struct buf line = {0};
	const char *text;
	char c = '\n';

	if (tcgetattr(fd, &before) != 0)
		return NULL;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	silent.c_cc[VMIN] = 1;
	silent.c_cc[VTIME] = 0;
	tcsetattr(fd, TCSAFLUSH, &silent);
	if (write(fd, prompt, strlen(prompt)) < 0)
		c = 4;
	while (c != 4 && read(fd, &c, 1) == 1 && c != '\n' && c != '\r' &&
	    c != 3 && c != 4 && line.len < PASSWORD_MAX) {
		if (c == 0x7f || c == '\b')
			line.len -= line.len > 0;
		else if (c == 21)  /* ^U */
			line.len = 0;
		else if (c != 0)
			buf_add_byte(&line, (uint8_t)c);
	}
	tcsetattr(fd, TCSAFLUSH, &before);
	if (write(fd, "\n", 1) != 1 || c == 3) {
		raise(SIGINT);
		exit(EX_TEMPFAIL);
	}
	text = keep_span(&p->kept, buf_span(&line));
	if (line.p != NULL)
		explicit_bzero(line.p, line.cap);
	buf_free(&line);
	return text;
}

/* Asks for the password of a system_id at a host, once; "" where there is no
 * terminal. */
static const char *
from_terminal(struct password *p, const struct url *u)
{
	struct keep *k = &p->kept;
	const char *prompt, *text;
	int fd;

	for (size_t i = 0; i < p->n_asked; i++)
		if (strcmp(p->asked[i].system_id, u->system_id) == 0 &&
		    strcasecmp(p->asked[i].host, u->host) == 0)
			return p->asked[i].text;
	fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return "";
	prompt = keepf(k, "password of %s at %s: ", u->system_id, u->host);
	text = type_line(p, fd, prompt);
	close(fd);
	p->asked = mem_resize(p->asked, (p->n_asked + 1) * sizeof(*p->asked));
	p->asked[p->n_asked++] = (struct asked){
		keep_span(k, span_str(u->system_id)),
		keep_span(k, span_str(u->host)),
		keep_span(k, span_str(text ? text : "")),
	};
	return p->asked[p->n_asked - 1].text;
}

/* Whether the profile's password is for the peer of that URL. */
static bool
is_for(const struct config *c, const struct url *u)
{
	bool is = false;
	struct keep k = {0};

	for (const char **text = c->profile_url; *text != NULL; text++) {
		struct url own;

		if (url_parse(&own, &k, span_str(*text)) == NULL ||
		    url_parse_mail(&own, &k, span_str(*text)) == NULL)
			is = is || (strcasecmp(own.host, u->host) == 0 &&
			    strcmp(own.system_id, u->system_id) == 0 &&
			    own.tls <= u->tls);
	}
	keep_free(&k);
	return is;
}

static const char *
configured(struct password *p)
{
	const struct setting *s = p->source;

	if (p->configured == NULL)
		p->configured = s->option == OPT_PASSWORD_FILE ?
		    password_from_file(p, s) : s->option == OPT_PASSWORD_COMMAND ?
		    from_command(p, s) : s->value;
	return p->configured;
}

const char *
password_for(struct password *p, const struct url *u, enum config_layer layer)
{
	const struct setting *s = p->source;

	/* a URL's own ranks just above the layer that gave the URL */
	if (u->password != NULL && (s == NULL || s->layer <= layer))
		return keep_span(&p->kept, span_str(u->password));
	if (s != NULL && s->layer == LAYER_PROFILE && !is_for(p->config, u)) {
		if (!p->warned)
			warn("%s: the password of profile [%s] is kept back: "
			    "%s@%s is not its url's system_id and host, or "
			    "has no TLS", s->where, p->config->profile,
			    u->system_id, u->host);
		p->warned = true;
		s = NULL;
	}
	if (s != NULL)
		return configured(p);
	return *u->system_id != '\0' ? from_terminal(p, u) : "";
}
