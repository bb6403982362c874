/* SPDX-License-Identifier: ISC */
/* io/follow: lines of files that grow, and of pipes. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/follow.h"

static struct loop *loop;
static char folder[] = "/tmp/test_follow.XXXXXX", path[64], other[64];
static struct buf first;

static void
add(const char *to, const char *text)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static struct follow *
follow(void)
{
	struct follow *f = follow_open(loop, path, &first);

	assert_non_null(f);
	return f;
}

static void
assert_line(struct follow *f, const char *text)
{
	struct span line;

	assert_int_equal(follow_line(f, &line), FOLLOW_LINE);
	assert_true(span_is(line, text));
}

static void
assert_wait(struct follow *f)
{
	struct span line;

	assert_int_equal(follow_line(f, &line), FOLLOW_WAIT);
}

static int
begin(void **state)
{
	(void)state;
	unlink(path);
	unlink(other);
	return 0;
}

static void
what_is_added_to_a_file_comes_what_was_there_does_not(void **state)
{
	struct follow *f;

	(void)state;
	add(path, "head\told\nold\nol");
	f = follow();
	assert_true(span_is(buf_span(&first), "head\told"));
	assert_wait(f);
	add(path, "d\nne");
	assert_wait(f);
	add(path, "w\n\nlast\npart");
	assert_line(f, "new");
	assert_line(f, "");
	assert_line(f, "last");
	assert_wait(f);
	assert_true(follow_deadline(f) > loop_now(loop));
	assert_true(follow_deadline(f) < loop_now(loop) + 1000);
	follow_close(f);
}

static void
file_without_a_line_has_no_first(void **state)
{
	struct follow *f;

	(void)state;
	add(path, "");
	f = follow();
	assert_int_equal(first.len, 0);
	add(path, "one\n");
	assert_line(f, "one");
	follow_close(f);
}

static void
rotated_file_is_followed_to_the_next(void **state)
{
	struct follow *f;

	(void)state;
	add(path, "old\n");
	f = follow();
	add(path, "1\n");
	assert_int_equal(rename(path, other), 0);
	assert_line(f, "1");
	/* it is still written, and the new one is there, but empty */
	assert_wait(f);
	add(other, "2\n");
	add(path, "");
	assert_line(f, "2");
	assert_wait(f);
	add(other, "3\n");
	add(path, "4\n5\n");
	assert_line(f, "3");
	assert_line(f, "4");
	assert_line(f, "5");
	assert_wait(f);
	/* emptied in place */
	assert_int_equal(truncate(path, 0), 0);
	add(path, "6\n");
	assert_line(f, "6");
	assert_wait(f);
	follow_close(f);
}

static void
fifo_outlives_those_who_write_it(void **state)
{
	struct follow *f;
	struct span line;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	f = follow();
	assert_wait(f);
	for (int i = 0; i < 2; i++) {
		add(path, "one\ntw");
		assert_line(f, "one");
		assert_wait(f);
		fd = open(path, O_WRONLY);
		assert_int_equal(write(fd, "o\n", 2), 2);
		close(fd);
		loop_once(loop, loop_clock(loop) + 5000);
		while (loop_ready(loop) != NULL)
			;
		assert_line(f, "two");
		assert_int_equal(follow_line(f, &line), FOLLOW_WAIT);
	}
	assert_true(follow_deadline(f) == UINT64_MAX);
	follow_close(f);
}

static void
long_lines_are_skipped(void **state)
{
	static char text[FOLLOW_LINE_MAX + 100000];
	struct follow *f;
	struct span line;

	(void)state;
	add(path, "");
	f = follow();
	memset(text, 'x', sizeof(text) - 1);
	add(path, text);
	assert_int_equal(follow_line(f, &line), FOLLOW_LONG);
	assert_wait(f);
	add(path, text);
	assert_wait(f);
	add(path, "\nshort\n");
	assert_line(f, "short");
	follow_close(f);
}

static void
what_cannot_be_opened_is_an_error(void **state)
{
	(void)state;
	assert_null(follow_open(loop, path, &first));
	assert_int_equal(errno, ENOENT);
	assert_null(follow_open(loop, folder, &first));
	assert_int_equal(errno, EISDIR);
}

static int
prepare(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	loop = loop_new();
	return 0;
}

static int
release(void **state)
{
	begin(state);
	rmdir(folder);
	buf_free(&first);
	loop_free(loop);
	return 0;
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
	const struct CMUnitTest tests[] = {
		TEST(what_is_added_to_a_file_comes_what_was_there_does_not),
		TEST(file_without_a_line_has_no_first),
		TEST(rotated_file_is_followed_to_the_next),
		TEST(fifo_outlives_those_who_write_it),
		TEST(long_lines_are_skipped),
		TEST(what_cannot_be_opened_is_an_error),
	};

	return cmocka_run_group_tests(tests, prepare, release);
}
