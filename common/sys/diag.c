/* SPDX-License-Identifier: ISC */
/*
 * Diagnostics on stderr. A line is put together in memory and leaves in one
 * write, so that lines of several programs of a pipeline do not mix. A program
 * has one stderr, hence the state of this module.
 */
#include "sys/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

static const char erase[] = "\r\033[K";

static struct {
	const char *program;
	bool quiet;
	bool terminal;  /* stderr is one */
	bool progress;  /* a status line stands there */
	int (*on_die)(int status, const char *sentence);
} diag = {.program = "smpptools"};

static void
put(const void *p, size_t n)
{
	const char *text = p;
	struct pollfd pfd = {.fd = STDERR_FILENO, .events = POLLOUT};

	while (n > 0) {
		ssize_t done = write(STDERR_FILENO, text, n);

		if (done > 0) {
			text += done;
			n -= (size_t)done;
		} else if (errno == EAGAIN) {
			poll(&pfd, 1, -1);
		} else if (errno != EINTR) {
			return;  /* nobody is left to be told */
		}
	}
}

static void
exhausted(size_t n)
{
	static const char text[] = ": out of memory\n";

	(void)n;
	put(diag.program, strlen(diag.program));
	put(text, sizeof(text) - 1);
	_exit(EX_OSERR);
}

/* Descriptors 0 to 2 that the caller closed would go to the next files that
 * are opened, and those would be taken for stdin, stdout, stderr. */
static void
occupy_standard_streams(void)
{
	static const int flags[] = {O_WRONLY, O_RDONLY, O_RDWR};

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
			open("/dev/null", flags[fd]);
}

void
diag_init(const char *program)
{
	const char *slash = strrchr(program, '/');

	occupy_standard_streams();
	diag.program = slash ? slash + 1 : program;
	diag.terminal = isatty(STDERR_FILENO);
	mem_exhausted = exhausted;
	signal(SIGPIPE, SIG_IGN);
}

const char *
diag_program(void)
{
	return diag.program;
}

void
diag_quiet(bool quiet)
{
	diag.quiet = quiet;
}

/* Octets that could move a terminal's cursor or end the line become '?':
 * the control characters of ASCII and, as UTF-8 has them, of ISO 6429. */
static void
disarm(struct buf *b, size_t from)
{
	for (size_t i = from; i < b->len; i++) {
		uint8_t *p = b->p + i;

		if (p[0] < 0x20 || p[0] == 0x7f) {
			p[0] = '?';
		} else if (p[0] == 0xc2 && i + 1 < b->len &&
		    p[1] >= 0x80 && p[1] <= 0x9f) {
			p[0] = p[1] = '?';
		}
	}
}

static void
begin(struct buf *b)
{
	if (diag.progress)
		buf_add_str(b, erase);
	diag.progress = false;
}

void
diag_progress(const char *text)
{
	struct buf b = {0};

	if (!diag.terminal || diag.quiet)
		return;
	begin(&b);
	if (*text != '\0') {
		size_t from = b.len;

		buf_add_str(&b, text);
		disarm(&b, from);
		diag.progress = true;
	}
	put(b.p, b.len);
	buf_free(&b);
}

static void
sentence(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void
sentence(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n > 0) {
		vsnprintf((char *)buf_reserve(b, (size_t)n + 1),
		    (size_t)n + 1, fmt, ap);
		b->len += (size_t)n;
	}
}

static void
say_text(struct span text)
{
	struct buf b = {0};
	size_t from;

	begin(&b);
	from = b.len;
	buf_addf(&b, "%s: ", diag.program);
	buf_add_span(&b, text);
	disarm(&b, from);
	buf_add_byte(&b, '\n');
	put(b.p, b.len);
	buf_free(&b);
}

static void
say(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

static void
say(const char *fmt, va_list ap)
{
	struct buf text = {0};

	sentence(&text, fmt, ap);
	say_text(buf_span(&text));
	buf_free(&text);
}

void
note(const char *fmt, ...)
{
	va_list ap;

	if (diag.quiet)
		return;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
die(int status, const char *fmt, ...)
{
	struct buf text = {0};
	va_list ap;

	va_start(ap, fmt);
	sentence(&text, fmt, ap);
	va_end(ap);
	say_text(buf_span(&text));
	if (diag.on_die != NULL) {
		disarm(&text, 0);
		status = diag.on_die(status, buf_cstr(&text));
	}
	buf_free(&text);
	exit(status);
}

void
diag_on_die(int (*hook)(int status, const char *sentence))
{
	diag.on_die = hook;
}

void
diag_line(struct span line)
{
	struct buf b = {0};
	size_t from;

	begin(&b);
	from = b.len;
	buf_add_span(&b, line);
	disarm(&b, from);
	buf_add_byte(&b, '\n');
	put(b.p, b.len);
	buf_free(&b);
}
