/* SPDX-License-Identifier: ISC */
/* Outputs, with stdout made a pipe, a socket, a full device. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "io/out.h"
#include "sys/diag.h"

enum { MUCH = 1 << 20 };  /* more than any pipe holds */

static struct loop *loop;
static int saved = -1;
static char path[40], other[48];

static int
begin(void **state)
{
	(void)state;
	loop = loop_new();
	snprintf(path, sizeof(path), "/tmp/test_out.XXXXXX");
	close(mkstemp(path));
	snprintf(other, sizeof(other), "%s.1", path);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	if (saved != -1) {
		dup2(saved, STDOUT_FILENO);
		close(saved);
		saved = -1;
	}
	loop_free(loop);
	unlink(path);
	unlink(other);
	return 0;
}

/* Makes fd stdout until the end of the test. */
static void
become_stdout(int fd)
{
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	dup2(fd, STDOUT_FILENO);
	close(fd);
}

static void
append(struct out *o, size_t n)
{
	memset(buf_reserve(&o->buf, n), 'x', n);
	o->buf.len += n;
}

static size_t
size_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return (size_t)st.st_size;
}

/* Reads n octets from fd, flushing whenever the loop says so. */
static void
drain(struct out *o, int fd, size_t n)
{
	static char octets[1 << 16];

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (n > 0) {
		ssize_t got = read(fd, octets, sizeof(octets));

		if (got > 0) {
			n -= (size_t)got;
			continue;
		}
		assert_int_equal(got, -1);
		assert_int_equal(errno, EAGAIN);
		loop_once(loop, UINT64_MAX);
		while (loop_ready(loop) != NULL)
			assert_true(out_flush(o));
	}
}

/* The reader does not read; then it does. fd is made stdout, and must not
 * have become non-blocking. */
static void
stalled_reader(int fd, int reader)
{
	struct out o;

	become_stdout(fd);
	assert_true(out_open(&o, loop, NULL));
	append(&o, MUCH);
	assert_int_equal(out_position(&o), MUCH);
	assert_true(out_flush(&o));
	assert_true(out_pending(&o) > 0);
	assert_int_equal(out_position(&o), MUCH);
	assert_int_equal(o.taken + out_pending(&o), MUCH);
	/* the loop goes on meanwhile */
	loop_once(loop, 0);
	assert_null(loop_ready(loop));
	assert_int_equal(fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK, 0);
	drain(&o, reader, MUCH);
	assert_int_equal(out_pending(&o), 0);
	assert_int_equal(o.taken, MUCH);
	assert_true(out_close(&o, 0));
	close(reader);
}

static void
stalled_reader_of_a_pipe_does_not_block(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	stalled_reader(fds[1], fds[0]);
}

static void
stalled_reader_of_a_socket_does_not_block(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	stalled_reader(fds[1], fds[0]);
}

static void
a_pipe_that_cannot_be_opened_again_does_not_block_either(void **state)
{
	struct out o;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	become_stdout(fds[1]);
	assert_true(out_open(&o, loop, NULL));
	/* as it is without /proc */
	close(o.fd);
	o.fd = STDOUT_FILENO;
	o.shared = -1;
	o.nonblocking = false;
	append(&o, MUCH);
	assert_true(out_flush(&o));
	assert_true(out_pending(&o) > 0);
	drain(&o, fds[0], MUCH);
	assert_int_equal(out_pending(&o), 0);
	assert_true(out_close(&o, 0));
	close(fds[0]);
}

static void
closed_pipe_is_an_error_that_sticks(void **state)
{
	struct out o;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	become_stdout(fds[1]);
	assert_true(out_open(&o, loop, NULL));
	close(fds[0]);
	append(&o, 10);
	assert_false(out_flush(&o));
	assert_int_equal(o.err, EPIPE);
	assert_false(out_flush(&o));
	assert_int_equal(o.taken, 0);
	assert_false(out_close(&o, 1000));
}

static void
full_device_is_an_error(void **state)
{
	struct out o;

	(void)state;
	assert_true(out_open(&o, loop, "/dev/full"));
	append(&o, 10);
	assert_false(out_flush(&o));
	assert_int_equal(o.err, ENOSPC);
	assert_int_equal(o.taken, 0);
	assert_false(out_close(&o, 0));
	assert_true(out_open(&o, loop, "/dev/full"));
	append(&o, 10);
	assert_false(out_close(&o, 0));
	assert_int_equal(o.err, ENOSPC);
}

static void
close_waits_no_longer_than_it_may(void **state)
{
	struct out o;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	become_stdout(fds[1]);
	assert_true(out_open(&o, loop, NULL));
	append(&o, MUCH);
	assert_false(out_close(&o, 20));
	assert_int_equal(o.err, ETIMEDOUT);
	close(fds[0]);
}

static void
a_file_is_emptied_or_appended_to(void **state)
{
	struct out o;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_true(out_open(&o, loop, path));
		append(&o, MUCH);
		o.buf.p[MUCH - 1] = '\n';
		assert_true(out_flush(&o));
		assert_int_equal(out_pending(&o), 0);
		assert_true(out_sync(&o));
		assert_true(out_close(&o, 0));
		assert_int_equal(size_of(path), MUCH);
	}
	assert_true(out_append(&o, loop, path));
	append(&o, 3);
	assert_true(out_close(&o, 0));
	assert_int_equal(size_of(path), MUCH + 3);
}

static void
reopening_goes_on_in_the_new_file(void **state)
{
	struct out o;

	(void)state;
	assert_true(out_open(&o, loop, path));
	append(&o, 3);
	assert_true(out_flush(&o));
	assert_int_equal(rename(path, other), 0);
	append(&o, 5);
	assert_true(out_reopen(&o, path));
	assert_true(out_flush(&o));
	assert_int_equal(size_of(other), 3);
	assert_int_equal(size_of(path), 5);
	assert_int_equal(o.taken, 8);
	assert_false(out_reopen(&o, "/nowhere/x"));
	append(&o, 1);
	assert_true(out_close(&o, 0));
	assert_int_equal(size_of(path), 6);
}

static void
what_cannot_be_opened_says_why(void **state)
{
	struct out o;

	(void)state;
	assert_false(out_open(&o, loop, "/nowhere/x"));
	assert_int_equal(errno, ENOENT);
	assert_true(out_close(&o, 0));
	assert_false(out_open(&o, loop, "/"));
	assert_int_equal(errno, EISDIR);
}

static void
sync_of_a_pipe_is_no_error(void **state)
{
	struct out o;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	become_stdout(fds[1]);
	assert_true(out_open(&o, loop, NULL));
	assert_false(o.line_buffered);
	assert_true(out_sync(&o));
	assert_true(out_close(&o, 0));
	close(fds[0]);
}

static void
write_file(const char *text, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* A crash in the middle of a write. */
static void
line_without_its_end_is_cut_off_before_appending(void **state)
{
	static const struct {
		const char *text;
		size_t torn;
	} files[] = {{"", 0}, {"a\n", 0}, {"a\nbc", 2}, {"abc", 3},
	    {"a\n\nb", 1}};
	static char much[10000];
	struct out o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		write_file(files[i].text, strlen(files[i].text));
		assert_true(out_append(&o, loop, path));
		assert_int_equal(o.torn, files[i].torn);
		append(&o, 1);
		assert_true(out_close(&o, 0));
		assert_int_equal(size_of(path),
		    strlen(files[i].text) - files[i].torn + 1);
	}
	memset(much, 'x', sizeof(much));
	much[100] = '\n';
	write_file(much, sizeof(much));
	assert_true(out_append(&o, loop, path));
	assert_int_equal(o.torn, sizeof(much) - 101);
	assert_true(out_close(&o, 0));
	assert_int_equal(size_of(path), 101);
}

static void
reader_that_goes_is_noticed_though_nothing_is_written(void **state)
{
	struct watch *w;
	struct out o;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	become_stdout(fds[1]);
	assert_true(out_open(&o, loop, NULL));
	out_mind_reader(&o);
	append(&o, 1);
	assert_true(out_flush(&o));
	loop_once(loop, 0);
	assert_null(loop_ready(loop));
	assert_true(out_look(&o));
	close(fds[0]);
	loop_once(loop, UINT64_MAX);
	w = loop_ready(loop);
	assert_ptr_equal(w, &o.watch);
	assert_false(out_look(&o));
	assert_int_equal(o.err, EPIPE);
	assert_false(out_flush(&o));
	/* and does not come up for ever */
	loop_once(loop, 0);
	while (loop_ready(loop) != NULL)
		;
	loop_once(loop, 0);
	assert_null(loop_ready(loop));
	assert_false(out_close(&o, 0));
}

#define OUT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OUT_TEST(stalled_reader_of_a_pipe_does_not_block),
		OUT_TEST(stalled_reader_of_a_socket_does_not_block),
		OUT_TEST(
		    a_pipe_that_cannot_be_opened_again_does_not_block_either),
		OUT_TEST(closed_pipe_is_an_error_that_sticks),
		OUT_TEST(full_device_is_an_error),
		OUT_TEST(close_waits_no_longer_than_it_may),
		OUT_TEST(a_file_is_emptied_or_appended_to),
		OUT_TEST(line_without_its_end_is_cut_off_before_appending),
		OUT_TEST(reader_that_goes_is_noticed_though_nothing_is_written),
		OUT_TEST(reopening_goes_on_in_the_new_file),
		OUT_TEST(what_cannot_be_opened_says_why),
		OUT_TEST(sync_of_a_pipe_is_no_error),
	};

	diag_init("test_out");
	return cmocka_run_group_tests_name("io/out", tests, NULL, NULL);
}
