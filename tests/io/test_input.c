/* SPDX-License-Identifier: ISC */
/* Lines of files, pipes, FIFOs; and what cannot be read. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "io/input.h"
#include "sys/diag.h"

static struct loop *loop;
static char one[40], two[48];

static int
begin(void **state)
{
	(void)state;
	loop = loop_new();
	snprintf(one, sizeof(one), "/tmp/test_input.XXXXXX");
	close(mkstemp(one));
	snprintf(two, sizeof(two), "%s.2", one);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	loop_free(loop);
	unlink(one);
	unlink(two);
	return 0;
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
expect_line(struct input *in, const char *text, uint64_t number)
{
	struct span line;

	assert_int_equal(input_line(in, &line), INPUT_LINE);
	assert_true(span_is(line, text));
	assert_int_equal(input_number(in), number);
}

static void
expect(struct input *in, enum input_result result)
{
	struct span line;

	assert_int_equal(input_line(in, &line), result);
}

static void
files_follow_one_another(void **state)
{
	const char *paths[3] = {one, two, one};
	struct input *in;

	(void)state;
	write_file(one, "a\n\nlast without newline");
	write_file(two, "");
	in = input_open(loop, paths, 3);
	assert_string_equal(input_name(in), one);
	for (int i = 0; i < 2; i++) {
		expect_line(in, "a", 1);
		expect_line(in, "", 2);
		expect_line(in, "last without newline", 3);
	}
	expect(in, INPUT_END);
	expect(in, INPUT_END);
	input_close(in);
}

static void
what_cannot_be_opened_is_told_and_the_next_file_read(void **state)
{
	const char *paths[3] = {"/nowhere/rows", "/", one};
	struct input *in;

	(void)state;
	write_file(one, "a\n");
	in = input_open(loop, paths, 3);
	expect(in, INPUT_ERROR);
	assert_string_equal(input_error(in),
	    "/nowhere/rows: No such file or directory");
	assert_true(input_unopened(in));
	expect(in, INPUT_ERROR);
	assert_string_equal(input_error(in), "/: Is a directory");
	assert_true(input_unopened(in));
	expect_line(in, "a", 1);
	expect(in, INPUT_END);
	input_close(in);
}

static void
a_line_over_the_limit_is_skipped_and_counted(void **state)
{
	const char *paths[1] = {one};
	FILE *f = fopen(one, "w");
	struct input *in;
	struct span line;

	(void)state;
	fputs("first\n", f);
	for (size_t i = 0; i < INPUT_LINE_MAX; i++)
		putc('x', f);
	putc('\n', f);
	for (size_t i = 0; i < (size_t)INPUT_LINE_MAX * 3; i++)
		putc('y', f);
	fputs("\nafter\n", f);
	for (size_t i = 0; i < (size_t)INPUT_LINE_MAX + 1; i++)
		putc('z', f);
	fclose(f);
	in = input_open(loop, paths, 1);
	expect_line(in, "first", 1);
	assert_int_equal(input_line(in, &line), INPUT_LINE);
	assert_int_equal(line.n, INPUT_LINE_MAX);
	expect(in, INPUT_LONG);
	assert_int_equal(input_number(in), 3);
	expect_line(in, "after", 4);
	expect(in, INPUT_LONG);
	assert_int_equal(input_number(in), 5);
	expect(in, INPUT_END);
	input_close(in);
}

/* stdin replaced by a pipe. */
static int
open_stdin(int *saved)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	*saved = dup(STDIN_FILENO);
	dup2(fds[0], STDIN_FILENO);
	close(fds[0]);
	return fds[1];
}

static void
a_stdin_that_stalls_is_waited_for_in_the_loop(void **state)
{
	struct input *in = input_open(loop, NULL, 0);
	int saved, fd = open_stdin(&saved);

	(void)state;
	input_watch(in)->kind = 9;
	assert_string_equal(input_name(in), "stdin");
	expect(in, INPUT_WAIT);
	loop_once(loop, 0);
	assert_null(loop_ready(loop));
	assert_int_equal(write(fd, "ha", 2), 2);
	loop_once(loop, UINT64_MAX);
	assert_int_equal(loop_ready(loop)->kind, 9);
	expect(in, INPUT_WAIT);
	assert_int_equal(write(fd, "lf\nwhole\nre", 11), 11);
	expect_line(in, "half", 1);
	expect_line(in, "whole", 2);
	expect(in, INPUT_WAIT);
	/* paused: it may wait, the loop does not turn for it */
	input_pause(in, true);
	assert_int_equal(write(fd, "st", 2), 2);
	loop_once(loop, 0);
	assert_null(loop_ready(loop));
	input_pause(in, false);
	loop_once(loop, UINT64_MAX);
	assert_non_null(loop_ready(loop));
	close(fd);
	expect_line(in, "rest", 3);
	expect(in, INPUT_END);
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFL) & O_NONBLOCK, 0);
	input_close(in);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

static void
one_octet_at_a_time_is_the_same(void **state)
{
	static const char text[] = "ab\n\ncd";
	struct input *in = input_open(loop, NULL, 0);
	int saved, fd = open_stdin(&saved);
	struct buf seen = {0};
	struct span line;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		assert_int_equal(write(fd, text + i, 1), 1);
		if (input_line(in, &line) == INPUT_LINE) {
			buf_add_span(&seen, line);
			buf_add_byte(&seen, '|');
		}
	}
	close(fd);
	assert_string_equal(buf_cstr(&seen), "ab||");
	expect_line(in, "cd", 3);
	expect(in, INPUT_END);
	buf_free(&seen);
	input_close(in);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

static void
a_fifo_waits_for_its_writer(void **state)
{
	const char *paths[1] = {two};
	struct input *in;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(two, 0600), 0);
	in = input_open(loop, paths, 1);
	expect(in, INPUT_WAIT);
	fd = open(two, O_WRONLY);
	expect(in, INPUT_WAIT);
	assert_int_equal(write(fd, "x\n", 2), 2);
	loop_once(loop, UINT64_MAX);
	expect_line(in, "x", 1);
	close(fd);
	while (loop_ready(loop) != NULL)
		;
	expect(in, INPUT_END);
	input_close(in);
}

static void
a_closed_stdin_is_an_error(void **state)
{
	struct input *in = input_open(loop, NULL, 0);
	int saved = dup(STDIN_FILENO);

	(void)state;
	close(STDIN_FILENO);
	expect(in, INPUT_ERROR);
	assert_string_equal(input_error(in), "stdin: Bad file descriptor");
	expect(in, INPUT_END);
	dup2(saved, STDIN_FILENO);
	close(saved);
	input_close(in);
}

#define INPUT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		INPUT_TEST(files_follow_one_another),
		INPUT_TEST(
		    what_cannot_be_opened_is_told_and_the_next_file_read),
		INPUT_TEST(a_line_over_the_limit_is_skipped_and_counted),
		INPUT_TEST(a_stdin_that_stalls_is_waited_for_in_the_loop),
		INPUT_TEST(one_octet_at_a_time_is_the_same),
		INPUT_TEST(a_fifo_waits_for_its_writer),
		INPUT_TEST(a_closed_stdin_is_an_error),
	};

	diag_init("test_input");
	return cmocka_run_group_tests_name("io/input", tests, NULL, NULL);
}
