/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
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

static int
hook(int status, const char *sentence)
{
	warn("%d: %s", status, sentence);
	return 3;
}

static void
speak_hooked(void)
{
	diag_on_die(hook);
	die(EX_CONFIG, "no such\nprofile");
}

static void
a_hook_hears_the_last_sentence_and_chooses_the_status(void **state)
{
	int status;

	(void)state;
	assert_string_equal(heard(speak_hooked, &status),
	    "smpp-send: no such?profile\nsmpp-send: 78: no such?profile\n");
	assert_int_equal(status, 3);
}

static void
speak_progress(void)
{
	diag_progress("1 done");
	diag_progress("2 done\n");
	warn("three");
	note("four");
	diag_progress("5 done");
	diag_progress("");
}

static void
status_line_is_cleared_before_other_lines(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave, status;
	char text[512];
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	(void)state;
	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(slave, STDERR_FILENO);
		diag_init("smpp-send");
		speak_progress();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(slave);
	while (len < sizeof(text) - 1 &&
	    (n = read(master, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(master);
	assert_string_equal(text, "1 done\r\033[K2 done?\r\033[K"
	    "smpp-send: three\r\nsmpp-send: four\r\n5 done\r\033[K");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_octets_are_replaced),
		cmocka_unit_test(quiet_silences_notes_alone),
		cmocka_unit_test(long_lines_are_whole),
		cmocka_unit_test(status_line_is_cleared_before_other_lines),
		cmocka_unit_test(ends_give_their_status),
		cmocka_unit_test(a_hook_hears_the_last_sentence_and_chooses_the_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
