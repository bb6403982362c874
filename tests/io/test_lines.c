/* SPDX-License-Identifier: ISC */
/* io/lines and io/sink: lines of pipes and files in bounded memory. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "io/lines.h"
#include "io/sink.h"

/* A file of these octets, open for reading. */
static int
file_of(struct span octets)
{
	FILE *f = tmpfile();
	int fd;

	assert_non_null(f);
	assert_int_equal(fwrite(octets.p, 1, octets.n, f), octets.n);
	assert_int_equal(fflush(f), 0);
	fd = dup(fileno(f));
	fclose(f);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* What lines_next gives, reading when it is wanted. */
static enum lines_result
next(struct lines *l, struct span *line)
{
	enum lines_result r;

	while ((r = lines_next(l, line)) == LINES_EMPTY)
		assert_true(lines_fill(l) >= 0);
	return r;
}

static void
assert_lines(const char *octets, const char *want)
{
	struct lines l;
	struct span line;
	struct buf got = {0};
	int fd = file_of(span_str(octets));

	lines_init(&l);
	lines_open(&l, fd);
	while (next(&l, &line) == LINES_LINE) {
		buf_addf(&got, "%u:", (unsigned)l.number);
		buf_add_span(&got, line);
		buf_add_byte(&got, '|');
	}
	assert_string_equal(buf_cstr(&got), want);
	assert_int_equal(next(&l, &line), LINES_END);
	buf_free(&got);
	lines_free(&l);
	close(fd);
}

static void
lines_end_with_a_newline_or_the_file(void **state)
{
	(void)state;
	assert_lines("", "");
	assert_lines("a\n", "1:a|");
	assert_lines("a\n\nb", "1:a|2:|3:b|");
	assert_lines("\n\n", "1:|2:|");
}

/* Lines of each length near the limits, one after another. */
static void
long_lines_come_in_pieces_and_whole(void **state)
{
	static const size_t length[] = {1, LINES_LONGEST - 1, LINES_LONGEST,
	    LINES_LONGEST + 1, 5, LINES_BLOCK, 3 * LINES_LONGEST,
	    LINES_LONGEST + LINES_BLOCK, 0, 7};
	enum { N = sizeof(length) / sizeof(length[0]) };
	struct buf all = {0};
	struct lines l;
	struct span line;
	int fd;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		memset(buf_reserve(&all, length[i]), 'a' + (int)i, length[i]);
		all.len += length[i];
		if (i + 1 < N)
			buf_add_byte(&all, '\n');
	}
	fd = file_of(buf_span(&all));
	lines_init(&l);
	lines_open(&l, fd);
	for (size_t i = 0; i < N; i++) {
		size_t n = 0;
		bool first = true;
		enum lines_result r;

		do {
			r = next(&l, &line);
			assert_int_equal(r, length[i] > LINES_LONGEST ?
			    LINES_PIECE : LINES_LINE);
			assert_true(r == LINES_LINE || l.first == first);
			assert_int_equal(l.number, i + 1);
			for (size_t j = 0; j < line.n; j++)
				assert_int_equal(line.p[j], 'a' + (int)i);
			n += line.n;
			first = false;
		} while (r == LINES_PIECE && !l.ended);
		assert_int_equal(n, length[i]);
	}
	assert_int_equal(next(&l, &line), LINES_END);
	lines_free(&l);
	buf_free(&all);
	close(fd);
}

static void
line_may_come_in_single_octets(void **state)
{
	static const char text[] = "one\ntwo\nrest";
	struct lines l;
	struct span line;
	struct buf got = {0};
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	lines_init(&l);
	lines_open(&l, fd[0]);
	for (size_t i = 0; i < strlen(text); i++) {
		assert_false(lines_ready(&l));
		assert_int_equal(write(fd[1], text + i, 1), 1);
		assert_true(lines_ready(&l));
		assert_int_equal(lines_fill(&l), 1);
		while (lines_next(&l, &line) == LINES_LINE) {
			buf_add_span(&got, line);
			buf_add_byte(&got, '|');
		}
	}
	close(fd[1]);
	assert_true(lines_ready(&l));
	assert_int_equal(lines_fill(&l), 0);
	assert_int_equal(lines_next(&l, &line), LINES_LINE);
	assert_true(span_is(line, "rest"));
	assert_int_equal(lines_next(&l, &line), LINES_END);
	assert_string_equal(buf_cstr(&got), "one|two|");
	buf_free(&got);
	lines_free(&l);
	close(fd[0]);
}

static void
wait_ends_at_once_after_a_signal(void **state)
{
	volatile sig_atomic_t signals = 1;
	struct lines l;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	lines_init(&l);
	lines_open(&l, fd[0]);
	lines_wait(&l, &signals);
	signals = 0;
	assert_int_equal(write(fd[1], "x", 1), 1);
	lines_wait(&l, &signals);
	assert_true(lines_ready(&l));
	lines_free(&l);
	close(fd[0]);
	close(fd[1]);
}

static char folder[] = "/tmp/smpptools.XXXXXX";

static void
assert_file(const char *path, const char *want)
{
	char text[64] = "";
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) < sizeof(text));
	fclose(f);
	assert_string_equal(text, want);
}

static void
sink_reopens_its_path_and_keeps_what_it_had(void **state)
{
	char path[64], old[64];
	struct sink s;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/out", folder);
	snprintf(old, sizeof(old), "%s/old", folder);
	assert_true(sink_open(&s, path));
	buf_add_str(&s.buf, "one\n");
	assert_false(s.line_buffered);
	assert_int_equal(rename(path, old), 0);
	assert_true(sink_reopen(&s));
	buf_add_str(&s.buf, "two\n");
	assert_true(sink_close(&s));
	assert_file(old, "one\n");
	assert_file(path, "two\n");
	/* appended to by a reopening, emptied by an opening */
	assert_true(sink_open(&s, old));
	assert_true(sink_close(&s));
	assert_file(old, "");
	unlink(path);
	unlink(old);
	rmdir(folder);
	assert_false(sink_open(&s, path));
	assert_int_equal(errno, ENOENT);
	assert_true(sink_close(&s));
}

static void
full_disk_is_an_error_that_sticks(void **state)
{
	struct sink s;

	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	assert_true(sink_open(&s, "/dev/full"));
	buf_add_str(&s.buf, "lost\n");
	assert_false(sink_flush(&s));
	assert_int_equal(s.err, ENOSPC);
	assert_int_equal(s.buf.len, 0);
	assert_false(sink_close(&s));
}

/* A pipe that is full and does not block is waited for. */
static void
descriptor_that_would_block_is_waited_for(void **state)
{
	struct sink s;
	char path[64];
	static char drain[1 << 20];
	size_t all = 0;
	ssize_t n;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", fd[1]);
	assert_true(sink_open(&s, path));
	fcntl(s.fd, F_SETFL, O_NONBLOCK);
	if (fork() == 0) {
		close(fd[1]);
		close(s.fd);
		while ((n = read(fd[0], drain, sizeof(drain))) > 0)
			all += (size_t)n;
		_exit(all == 1 << 20 ? 0 : 1);
	}
	memset(buf_reserve(&s.buf, 1 << 20), 'x', 1 << 20);
	s.buf.len = 1 << 20;
	assert_true(sink_close(&s));
	close(fd[1]);
	close(fd[0]);
	{
		int status;

		wait(&status);
		assert_int_equal(status, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_with_a_newline_or_the_file),
		cmocka_unit_test(long_lines_come_in_pieces_and_whole),
		cmocka_unit_test(line_may_come_in_single_octets),
		cmocka_unit_test(wait_ends_at_once_after_a_signal),
		cmocka_unit_test(sink_reopens_its_path_and_keeps_what_it_had),
		cmocka_unit_test(full_disk_is_an_error_that_sticks),
		cmocka_unit_test(descriptor_that_would_block_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
