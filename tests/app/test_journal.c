/* SPDX-License-Identifier: ISC */
/* app/journal: what a run did is known to the next, wherever it was cut. */
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

#include "app/journal.h"

static char path[] = "/tmp/smpptools-journal-XXXXXX";
static const char *const inputs[] = {"rows.tsv", "more rows.tsv"};
static struct buf error, ids;
static uint32_t n_parts;

static int
begin(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

static struct journal *
reopen(void)
{
	struct journal *j;

	buf_clear(&error);
	j = journal_open(path, inputs, 2, false, &error);
	if (j == NULL)
		print_error("%s\n", buf_cstr(&error));
	assert_non_null(j);
	return j;
}

static void
assert_no_open(const char *why)
{
	buf_clear(&error);
	assert_null(journal_open(path, inputs, 2, false, &error));
	assert_non_null(strstr(buf_cstr(&error), why));
}

/* Rows have ten times their line as hash. */
static enum journal_state
find(struct journal *j, uint64_t line)
{
	return journal_find(j, 0, line, line * 10, &ids, &n_parts);
}

static void
send(struct journal *j, uint64_t line, uint32_t part, uint32_t parts)
{
	journal_begin(j, 0, line, line * 10, part, parts);
}

static void
accept(struct journal *j, uint64_t line, uint32_t part, const char *id)
{
	journal_answer(j, 0, line, part, 0, span_str(id));
}

static void
next_run_knows_what_became_of_each_row(void **state)
{
	struct journal *j = reopen();

	(void)state;
	assert_int_equal(find(j, 1), JOURNAL_NEW);
	send(j, 1, 0, 1);
	send(j, 2, 0, 2);
	send(j, 2, 1, 2);
	send(j, 3, 0, 1);
	send(j, 4, 0, 3);
	send(j, 5, 0, 1);
	send(j, 6, 0, 1);
	accept(j, 2, 1, "b\t%\xff");
	accept(j, 6, 0, "");
	accept(j, 1, 0, "a");
	accept(j, 2, 0, "c");
	journal_answer(j, 0, 5, 0, 0x0b, span_str(""));
	accept(j, 4, 0, "d");
	assert_true(journal_close(j));
	j = reopen();
	assert_int_equal(find(j, 1), JOURNAL_ACCEPTED);
	assert_string_equal(buf_cstr(&ids), "a");
	assert_int_equal(find(j, 2), JOURNAL_ACCEPTED);
	assert_string_equal(buf_cstr(&ids), "c,b\t%\xff");
	assert_int_equal(n_parts, 2);
	assert_int_equal(find(j, 3), JOURNAL_UNKNOWN);
	assert_int_equal(find(j, 4), JOURNAL_PARTIAL);
	assert_string_equal(buf_cstr(&ids), "d,,");
	assert_int_equal(find(j, 5), JOURNAL_NEW);
	assert_int_equal(find(j, 6), JOURNAL_ACCEPTED);
	assert_int_equal(find(j, 7), JOURNAL_NEW);
	assert_int_equal(journal_find(j, 1, 1, 10, &ids, &n_parts),
	    JOURNAL_NEW);
	assert_true(journal_close(j));
}

static void
later_runs_go_on_from_earlier_ones(void **state)
{
	struct journal *j = reopen();

	(void)state;
	send(j, 1, 0, 1);
	journal_answer(j, 0, 1, 0, 8, span_str(""));
	send(j, 2, 0, 1);
	accept(j, 2, 0, "two");
	assert_true(journal_close(j));
	j = reopen();
	assert_int_equal(find(j, 1), JOURNAL_NEW);
	send(j, 1, 0, 1);
	accept(j, 1, 0, "one");
	/* lines of this run are not those of an earlier one */
	assert_true(journal_flush(j, 5000));
	assert_int_equal(find(j, 2), JOURNAL_ACCEPTED);
	assert_true(journal_close(j));
	j = reopen();
	assert_int_equal(find(j, 1), JOURNAL_ACCEPTED);
	assert_string_equal(buf_cstr(&ids), "one");
	assert_int_equal(find(j, 2), JOURNAL_ACCEPTED);
	assert_string_equal(buf_cstr(&ids), "two");
	assert_true(journal_close(j));
}

static void
retries_and_late_answers_count(void **state)
{
	struct journal *j = reopen();

	(void)state;
	/* refused, then accepted; refused and again without answer */
	send(j, 1, 0, 1);
	journal_answer(j, 0, 1, 0, 0x58, span_str(""));
	send(j, 1, 0, 1);
	accept(j, 1, 0, "x");
	send(j, 2, 0, 1);
	journal_answer(j, 0, 2, 0, 0x58, span_str(""));
	send(j, 2, 0, 1);
	/* never answered, sent once more and refused: nobody knows */
	send(j, 3, 0, 1);
	send(j, 3, 0, 1);
	journal_answer(j, 0, 3, 0, 8, span_str(""));
	assert_true(journal_close(j));
	j = reopen();
	assert_int_equal(find(j, 1), JOURNAL_ACCEPTED);
	assert_int_equal(find(j, 2), JOURNAL_UNKNOWN);
	assert_int_equal(find(j, 3), JOURNAL_UNKNOWN);
	assert_true(journal_close(j));
}

static void
another_input_is_refused(void **state)
{
	static const char *const others[] = {"other.tsv"};
	struct journal *j = reopen();

	(void)state;
	send(j, 1, 0, 1);
	accept(j, 1, 0, "x");
	send(j, 2, 0, 1);
	assert_true(journal_close(j));
	j = reopen();
	assert_int_equal(journal_find(j, 0, 1, 11, &ids, &n_parts),
	    JOURNAL_CHANGED);
	assert_int_equal(journal_find(j, 0, 2, 11, &ids, &n_parts),
	    JOURNAL_CHANGED);
	assert_true(journal_close(j));
	buf_clear(&error);
	assert_null(journal_open(path, others, 1, false, &error));
	assert_non_null(strstr(buf_cstr(&error), "another input"));
}

static void
second_run_at_once_is_refused(void **state)
{
	struct journal *j = reopen();

	(void)state;
	assert_no_open("another run");
	assert_true(journal_close(j));
	assert_true(journal_close(reopen()));
}

static void
write_file(const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), n);
	close(fd);
}

static void
foreign_and_damaged_files_are_refused(void **state)
{
	static const char *const bad[] = {"hello\n", "hello", "\n",
	    "smpptools-journal\t2\trows.tsv\tmore%20rows.tsv\n",
	    "smpptools-journal\t1\trows.tsv\tmore%20rows.tsv\nB\t0\t1\n",
	    "smpptools-journal\t1\trows.tsv\tmore%20rows.tsv\nR\nB\t0\t1\n",
	    "smpptools-journal\t1\trows.tsv\tmore%20rows.tsv\nR\n"
	    "B\t0\t1\tff\t2\t2\n",
	    "smpptools-journal\t1\trows.tsv\tmore%20rows.tsv\nR\n"
	    "B\t0\t99999999999999999\tff\t0\t2\n"};
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_file(bad[i], strlen(bad[i]));
		assert_no_open("");
		/* and left as they are */
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_size, strlen(bad[i]));
	}
}

/* Cut anywhere: a row is accepted only with its answer there, and never new
 * once its B line is whole. */
static void
cut_at_every_octet_loses_no_more_than_a_line(void **state)
{
	static uint8_t all[4096];
	struct journal *j = reopen();
	struct span line;
	enum journal_state found;
	size_t n;
	int fd;

	(void)state;
	for (uint64_t row = 1; row <= 5; row++) {
		send(j, row, 0, 1);
		if (row > 1)
			accept(j, row - 1, 0, "id");
	}
	assert_true(journal_close(j));
	fd = open(path, O_RDONLY);
	n = (size_t)read(fd, all, sizeof(all));
	close(fd);
	for (size_t cut = 0; cut <= n; cut++) {
		bool begun[6] = {false}, answered[6] = {false};

		for (size_t at = 0; at < cut; at += line.n + 1) {
			const uint8_t *end = memchr(all + at, '\n', cut - at);

			if (end == NULL)
				break;
			line = span_of(all + at, (size_t)(end - all) - at);
			if (line.n > 4 && line.p[0] == 'B')
				begun[line.p[4] - '0'] = true;
			if (line.n > 4 && line.p[0] == 'A')
				answered[line.p[4] - '0'] = true;
		}
		write_file(all, cut);
		/* twice: the second run finds what the first left */
		assert_true(journal_close(reopen()));
		j = reopen();
		for (uint64_t row = 1; row <= 5; row++) {
			found = find(j, row);
			assert_int_equal(found, answered[row] ?
			    JOURNAL_ACCEPTED : begun[row] ? JOURNAL_UNKNOWN :
			    JOURNAL_NEW);
		}
		assert_true(journal_close(j));
	}
}

static void
many_rows_out_of_order(void **state)
{
	enum { ROWS = 150000, AHEAD = 500 };
	struct journal *j = reopen();
	char id[24];

	(void)state;
	for (uint64_t i = 1; i <= ROWS + AHEAD; i++) {
		uint64_t back = i > AHEAD ? i - (i % 2 ? AHEAD : AHEAD / 2) : 0;

		if (i <= ROWS)
			send(j, i, 0, 1);
		snprintf(id, sizeof(id), "%llu", (unsigned long long)back);
		if (back > 0 && back <= ROWS && back % 1000 != 0)
			accept(j, back, 0, id);
		assert_true(i % 4096 != 0 || journal_flush(j, i));
	}
	assert_true(journal_close(j));
	j = reopen();
	for (uint64_t i = 1; i <= ROWS; i++) {
		enum journal_state found = find(j, i);

		snprintf(id, sizeof(id), "%llu", (unsigned long long)i);
		assert_true(found == JOURNAL_ACCEPTED ||
		    found == JOURNAL_UNKNOWN);
		if (i % 1000 == 0)
			assert_int_equal(found, JOURNAL_UNKNOWN);
		if (found == JOURNAL_ACCEPTED)
			assert_string_equal(buf_cstr(&ids), id);
	}
	assert_true(journal_close(j));
}

static void
hash_tells_fields_apart(void **state)
{
	uint64_t a = journal_hash(journal_hash(0, span_str("ab")),
	    span_str("c"));
	uint64_t b = journal_hash(journal_hash(0, span_str("a")),
	    span_str("bc"));

	(void)state;
	assert_true(a != b);
	assert_true(a == journal_hash(journal_hash(0, span_str("ab")),
	    span_str("c")));
}

static void
full_disk_is_said(void **state)
{
	(void)state;
	buf_clear(&error);
	assert_null(journal_open("/dev/full", inputs, 2, false, &error));
	assert_true(error.len > 0);
}

static int
release(void **state)
{
	(void)state;
	unlink(path);
	buf_free(&error);
	buf_free(&ids);
	return 0;
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
	const struct CMUnitTest tests[] = {
		TEST(next_run_knows_what_became_of_each_row),
		TEST(later_runs_go_on_from_earlier_ones),
		TEST(retries_and_late_answers_count),
		TEST(another_input_is_refused),
		TEST(second_run_at_once_is_refused),
		TEST(foreign_and_damaged_files_are_refused),
		TEST(cut_at_every_octet_loses_no_more_than_a_line),
		TEST(many_rows_out_of_order),
		TEST(hash_tells_fields_apart),
		TEST(full_disk_is_said),
	};

	close(mkstemp(path));
	return cmocka_run_group_tests(tests, NULL, release);
}
