/* SPDX-License-Identifier: ISC */
/*
 * smpp-decode: PDUs out of hexadecimal, raw octets or captures, a line each;
 * with -E, octets out of JSON.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/config.h"
#include "app/decode.h"
#include "app/exit.h"
#include "app/pdu_json.h"
#include "app/pdu_tables.h"
#include "base/hex.h"
#include "sys/diag.h"
#include "sys/pull.h"

enum { CHUNK = 65536, LINE_OCTETS_MAX = 4 << 20 };

static struct {
	bool encode, hex, header;
	const char *path;      /* of the output; NULL: stdout */
	int fd;
	bool line_buffered;
	int status;
} conf = {.fd = STDOUT_FILENO};

static volatile int stopped;

static void
on_signal(int signo)
{
	(void)signo;
	if (stopped)
		_exit(EX_TEMPFAIL);
	stopped = 1;
}

static void
output_failed(void)
{
	die(EX_IOERR, "%s: %s", conf.path ? conf.path : "stdout",
	    strerror(errno));
}

static void
flush(struct decode *d)
{
	size_t at = 0;

	while (at < d->out.len) {
		ssize_t n = write(conf.fd, d->out.p + at, d->out.len - at);
		struct pollfd pfd = {.fd = conf.fd, .events = POLLOUT};

		if (n > 0)
			at += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			poll(&pfd, 1, -1);
		else if (n < 0 && errno != EINTR)
			output_failed();
	}
	buf_clear(&d->out);
}

static void
row_done(struct decode *d)
{
	if (conf.line_buffered || d->out.len >= CHUNK)
		flush(d);
}

/* Reads; what was printed leaves first where that would wait. */
static ssize_t
read_some(struct decode *d, int fd, void *p, size_t room)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	ssize_t n;

	if (d->out.len > 0 && poll(&pfd, 1, 0) == 0)
		flush(d);
	do
		n = read(fd, p, room);
	while (n < 0 && errno == EINTR && !stopped);
	if (n < 0 && !stopped) {
		warn("%s: %s", d->input, strerror(errno));
		conf.status = exit_worse(conf.status, EX_IOERR);
	}
	return stopped ? 0 : n;
}

static bool
fill(struct decode *d, int fd, struct buf *b)
{
	ssize_t n = read_some(d, fd, buf_reserve(b, CHUNK), CHUNK);

	if (n <= 0)
		return false;
	b->len += (size_t)n;
	return true;
}

static void
encode_line(struct decode *d, struct span line)
{
	struct buf octets = {0}, why = {0};

	while (line.n > 0 && strchr(" \t\r", line.p[line.n - 1]) != NULL &&
	    line.p[line.n - 1] != 0)
		line.n--;
	if (line.n > 0 && pdu_json_read(&octets, line, &why)) {
		d->good++;
		if (conf.hex) {
			hex_encode(&d->out, buf_span(&octets));
			buf_add_byte(&d->out, '\n');
		} else {
			buf_add_span(&d->out, buf_span(&octets));
		}
		row_done(d);
	} else if (line.n > 0) {
		d->bad++;
		decode_complain(d, "%s", buf_cstr(&why));
	}
	buf_free(&octets);
	buf_free(&why);
}

static void
do_line(struct decode *d, struct decode_lines *lines, struct span line)
{
	d->line++;
	if (conf.encode)
		encode_line(d, line);
	else
		decode_line(d, lines, line);
}

/* Lines: hexadecimal, or (-E) JSON. */
static void
read_lines(struct decode *d, int fd, struct buf *in)
{
	struct decode_lines lines = {0};
	bool skipping = false;

	do {
		size_t at = 0, n;
		const uint8_t *end;

		while ((end = memchr(in->p + at, '\n', in->len - at)) != NULL) {
			n = (size_t)(end - in->p) - at;
			if (!skipping)
				do_line(d, &lines, span_of(in->p + at, n));
			skipping = false;
			at += n + 1;
		}
		buf_consume(in, at);
		if (in->len <= LINE_OCTETS_MAX)
			continue;
		if (!skipping) {
			d->line++;
			d->bad++;
			decode_complain(d, "longer than %d octets",
			    LINE_OCTETS_MAX);
		}
		skipping = true;
		buf_clear(in);
	} while (fill(d, fd, in));
	if (in->len > 0 && !skipping)
		do_line(d, &lines, buf_span(in));
	decode_lines_end(d, &lines);
	buf_free(&lines.unit);
	d->line = 0;
}

static bool
is_capture(struct span s)
{
	static const char magic[][5] = {"\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4",
	    "\x4d\x3c\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x0a\x0d\x0d\x0a"};

	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (s.n >= 4 && memcmp(s.p, magic[i], 4) == 0)
			return true;
	return false;
}

static bool
is_text(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == 0x7F || (s.p[i] < ' ' && s.p[i] != '\t' &&
		    s.p[i] != '\r' && s.p[i] != '\n' && s.p[i] != '\f'))
			return false;
	return true;
}

/* An input whose first octets were read to tell what it is. */
struct begun {
	struct decode *d;
	int fd;
	struct span start;
};

static ssize_t
read_begun(void *owner, char *p, size_t room)
{
	struct begun *b = owner;
	size_t n = b->start.n < room ? b->start.n : room;

	if (n == 0)
		return read_some(b->d, b->fd, p, room);
	memcpy(p, b->start.p, n);
	b->start = span_skip(b->start, n);
	return (ssize_t)n;
}

static void
read_capture(struct decode *d, int fd, struct span start)
{
	struct begun begun = {d, fd, start};
	FILE *f = pull_open(read_begun, &begun);

	if (f == NULL)
		die(EX_OSERR, "%s", strerror(errno));
	setvbuf(f, NULL, _IOFBF, CHUNK);
	decode_capture(d, f);
}

static void
read_input(struct decode *d, int fd)
{
	struct buf start = {0};

	/* as many octets as a capture's magic number has */
	while (start.len < 4) {
		ssize_t n = read(fd, buf_reserve(&start, 4), 4 - start.len);

		if (n < 0 && errno == EINTR && !stopped)
			continue;
		if (n < 0 && !stopped) {
			warn("%s: %s", d->input, strerror(errno));
			conf.status = exit_worse(conf.status, EX_NOINPUT);
		}
		if (n <= 0)
			break;
		start.len += (size_t)n;
	}
	if (!conf.encode && is_capture(buf_span(&start))) {
		read_capture(d, fd, buf_span(&start));
	} else if (start.len > 0 && (conf.encode || is_text(buf_span(&start)))) {
		read_lines(d, fd, &start);
	} else if (start.len > 0) {
		decode_raw(d, fd, buf_span(&start));
	}
	buf_free(&start);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void
read_path(struct decode *d, const char *path)
{
	int fd = STDIN_FILENO;

	d->input = strcmp(path, "-") == 0 ? "stdin" : path;
	if (d->input == path && (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		warn("%s: %s", path, strerror(errno));
		conf.status = exit_worse(conf.status, EX_NOINPUT);
		return;
	}
	read_input(d, fd);
}

static void
libraries(struct buf *b)
{
	buf_addf(b, "jansson %s\n%s\n", JANSSON_VERSION, pcap_lib_version());
}

static void
set_options(struct decode *d, const struct config *config)
{
	const char *columns = NULL;
	struct span bad;

	for (size_t i = 0; i < config->n; i++) {
		const struct setting *s = &config->setting[i];

		switch (s->option) {
		case OPT_ALPHABET: d->alphabet = setting_alphabet(s); break;
		case OPT_COLUMNS: columns = s->value; break;
		case OPT_ENCODE: conf.encode = true; break;
		case OPT_HEADER: conf.header = true; break;
		case OPT_HEX: conf.hex = true; break;
		case OPT_JSON: d->json = true; break;
		case OPT_OUT: conf.path = s->value; break;
		case OPT_STRICT: d->strict = true; break;
		case OPT_VERBOSE: d->all = true; break;
		default: break;
		}
	}
	if (conf.hex && !conf.encode)
		die(EX_USAGE, "--hex goes with --encode");
	if (!decode_columns(d, columns, &bad))
		setting_refuse_columns(config_get(config, OPT_COLUMNS),
		    &schema_decode, bad);
}

static void
open_output(void)
{
	if (conf.path != NULL)
		conf.fd = open(conf.path, O_WRONLY | O_CREAT | O_TRUNC |
		    O_CLOEXEC, 0666);
	if (conf.fd == -1)
		die(EX_CANTCREAT, "%s: %s", conf.path, strerror(errno));
	conf.line_buffered = isatty(conf.fd);
}

static void
read_all(struct decode *d, const struct config *config)
{
	if (conf.header && !d->json && !conf.encode)
		record_header(&d->out, &d->format);
	for (size_t i = 0; i < config->n_operands && !stopped; i++)
		read_path(d, config->operand[i]);
	if (config->n_operands == 0)
		read_path(d, "-");
	if (stopped)
		conf.status = exit_worse(conf.status, EX_TEMPFAIL);
	if (d->bad > 0)
		conf.status = exit_worse(conf.status,
		    d->good > 0 ? EXIT_SOME_FAILED : EX_DATAERR);
}

int
main(int argc, char **argv)
{
	static const struct program program = {
		.name = "smpp-decode",
		.mask = FOR_DECODE,
		.usage = "smpp-decode [OPTION...] [FILE...]\n"
		    "       smpp-decode -E [-x] [FILE...]",
		.example = "echo 00000010000000150000000000000001 | smpp-decode",
		.libraries = libraries,
	};
	struct sigaction action = {.sa_handler = on_signal};
	struct decode d = {.fill = fill, .row_done = row_done,
	    .stopped = &stopped};
	struct config *config;

	diag_init(argv[0]);
	config = config_read(&program, argc, argv);
	set_options(&d, config);
	open_output();
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (config_given(config, OPT_TABLES))
		pdu_tables_print(&d.out);
	else
		read_all(&d, config);
	flush(&d);
	if (close(conf.fd) != 0)
		output_failed();
	decode_free(&d);
	config_free(config);
	return conf.status;
}
