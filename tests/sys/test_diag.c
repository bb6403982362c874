/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "sys/diag.h"

/* Runs speak in a child and gives what it wrote to stderr, and its status. */
static const char *
heard(void (*speak)(void), int *status)
{
	static char text[70000];
	size_t len = 0;
	ssize_t n;
	int fd[2];
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fd[1], STDERR_FILENO);
		close(fd[0]);
		close(fd[1]);
		diag_init("/usr/bin/smpp-send");
		speak();
		_exit(0);
	}
	close(fd[1]);
	while ((n = read(fd[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(fd[0]);
	waitpid(pid, status, 0);
	*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
	return text;
}

static void
speak_controls(void)
{
	warn("line %d: %s", 12, "a\033[2J\nb\x7f \xc2\x9b 안녕");
	diag_line(span_of("> bind\0x", 8));
}

static void
control_octets_are_replaced(void **state)
{
	int status;

	(void)state;
	assert_string_equal(heard(speak_controls, &status),
	    "smpp-send: line 12: a?[2J?b? ?? 안녕\n> bind?x\n");
	assert_int_equal(status, 0);
}

static void
speak_quiet(void)
{
	note("one");
	diag_quiet(true);
	note("two");
	warn("three");
	diag_progress("no terminal, no progress");
}

static void
quiet_silences_notes_alone(void **state)
{
	int status;

	(void)state;
	assert_string_equal(heard(speak_quiet, &status),
	    "smpp-send: one\nsmpp-send: three\n");
}

static void
speak_long(void)
{
	char *text = mem_new(60001);

	memset(text, 'x', 60000);
	warn("%s", text);
}

static void
long_lines_are_whole(void **state)
{
	int status;

	(void)state;
	assert_int_equal(strlen(heard(speak_long, &status)), 60012);
}

static void
speak_last(void)
{
	die(EX_CONFIG, "no such profile: %s", "ops");
}

static void
speak_exhausted(void)
{
	mem_array(SIZE_MAX, 2);
}

static void
ends_give_their_status(void **state)
{
	int status;

	(void)state;
	assert_string_equal(heard(speak_last, &status),
	    "smpp-send: no such profile: ops\n");
	assert_int_equal(status, EX_CONFIG);
	assert_string_equal(heard(speak_exhausted, &status),
	    "smpp-send: out of memory\n");
	assert_int_equal(status, EX_OSERR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_octets_are_replaced),
		cmocka_unit_test(quiet_silences_notes_alone),
		cmocka_unit_test(long_lines_are_whole),
		cmocka_unit_test(ends_give_their_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
