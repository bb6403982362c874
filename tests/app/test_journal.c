/* SPDX-License-Identifier: ISC */
/* app/journal: what a run did is known to the next, wherever it was cut. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/journal.h"

static char path[64];
static const char *const inputs[] = {"rows.tsv", "more rows.tsv"};
static struct buf error, ids;
static struct journal_past past;
static int status;

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
	j = journal_open(path, inputs, 2, false, &error, &status);
	if (j == NULL)
		print_error("%s\n", buf_cstr(&error));
	assert_non_null(j);
	return j;
}

static void
assert_no_open(int want, const char *why)
{
	buf_clear(&error);
	assert_null(journal_open(path, inputs, 2, false, &error, &status));
	assert_non_null(strstr(buf_cstr(&error), why));
	assert_int_equal(status, want);
}

/* Rows have ten times their line as hash. */
static struct journal_key
key_of(uint64_t line)
{
	return (struct journal_key){0, line, line * 10};
}

/* What became of a row; ids are then those of its parts. */
static enum journal_state
find_key(struct journal *j, struct journal_key key)
{
	journal_find(j, &key, &past);
	buf_clear(&ids);
	for (uint32_t i = 0; i < past.n_parts; i++) {
		buf_add_str(&ids, i > 0 ? "," : "");
		if (past.part[i].id != NULL)
			buf_add_str(&ids, past.part[i].id);
	}
	return past.state;
}

static enum journal_state
find(struct journal *j, uint64_t line)
{
	return find_key(j, key_of(line));
}

static void
send(struct journal *j, uint64_t line, uint32_t part, uint32_t parts)
{
	struct journal_key key = key_of(line);

	journal_begin(j, &key, part, parts, parts > 1 ? 77 : 0);
}

static void
answer(struct journal *j, uint64_t line, uint32_t part, uint32_t with,
    const char *id)
{
	struct journal_key key = key_of(line);

	journal_answer(j, &key, part, with, span_str(id));
}

static void
accept(struct journal *j, uint64_t line, uint32_t part, const char *id)
{
	answer(j, line, part, 0, id);
}

static void
report(struct journal *j, uint64_t line, const char *state)
{
	struct journal_key key = key_of(line);

	journal_report(j, &key, span_str(state), span_str("0 1"),
	    span_str("2026-11-24T00:00:00"));
}

static void
finish(struct journal *j)
{
	buf_clear(&error);
	assert_true(journal_close(j, &error));
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
	answer(j, 5, 0, 0x0b, "");
	accept(j, 4, 0, "d");
	finish(j);
	j = reopen();
	assert_int_equal(find(j, 1), JOURNAL_ACCEPTED);
	assert_string_equal(buf_cstr(&ids), "a");
	assert_int_equal(find(j, 2), JOURNAL_ACCEPTED);
	assert_string_equal(buf_cstr(&ids), "c,b\t%\xff");
	assert_int_equal(past.n_parts, 2);
	assert_int_equal(past.reference, 77);
	assert_int_equal(find(j, 3), JOURNAL_UNKNOWN);
	assert_int_equal(find(j, 4), JOURNAL_PARTIAL);
	assert_string_equal(buf_cstr(&ids), "d,,");
	assert_int_equal(find(j, 5), JOURNAL_NEW);
	assert_int_equal(find(j, 6), JOURNAL_ACCEPTED);
	assert_int_equal(find(j, 7), JOURNAL_NEW);
	assert_int_equal(find_key(j, (struct journal_key){1, 1, 10}),
	    JOURNAL_NEW);
	finish(j);
}

static void
later_runs_go_on_from_earlier_ones(void **state)
{
	struct journal *j = reopen();

	(void)state;
	send(j, 1, 0, 1);
	answer(j, 1, 0, 8, "");
	send(j, 2, 0, 1);
	accept(j, 2, 0, "two");
	finish(j);
	j = reopen();
	assert_int_equal(find(j, 1), JOURNAL_NEW);
	send(j, 1, 0, 1);
	accept(j, 1, 0, "one");
	/* lines of this run are not those of an earlier one */
	assert_true(journal_flush(j, 5000));
	assert_int_equal(find(j, 2), JOURNAL_ACCEPTED);
	finish(j);
	j = reopen();
	assert_int_equal(find(j, 1), JOURNAL_ACCEPTED);
	assert_string_equal(buf_cstr(&ids), "one");
	assert_int_equal(find(j, 2), JOURNAL_ACCEPTED);
	assert_string_equal(buf_cstr(&ids), "two");
	finish(j);
}

static void
retries_and_late_answers_count(void **state)
{
	struct journal *j = reopen();

	(void)state;
	/* refused, then accepted; refused and again without answer */
	send(j, 1, 0, 1);
	answer(j, 1, 0, 0x58, "");
	send(j, 1, 0, 1);
	accept(j, 1, 0, "x");
	send(j, 2, 0, 1);
	answer(j, 2, 0, 0x58, "");
	send(j, 2, 0, 1);
	/* never answered, sent once more and refused: nobody knows */
	send(j, 3, 0, 1);
	send(j, 3, 0, 1);
	answer(j, 3, 0, 8, "");
	finish(j);
	j = reopen();
	assert_int_equal(find(j, 1), JOURNAL_ACCEPTED);
	assert_int_equal(find(j, 2), JOURNAL_UNKNOWN);
	assert_int_equal(find(j, 3), JOURNAL_UNKNOWN);
	finish(j);
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
	finish(j);
	j = reopen();
	assert_int_equal(find_key(j, (struct journal_key){0, 1, 11}),
	    JOURNAL_CHANGED);
	assert_int_equal(find_key(j, (struct journal_key){0, 2, 11}),
	    JOURNAL_CHANGED);
	finish(j);
	buf_clear(&error);
	assert_null(journal_open(path, others, 1, false, &error, &status));
	assert_non_null(strstr(buf_cstr(&error),
	    "another input: rows.tsv more%20rows.tsv"));
	assert_int_equal(status, EX_USAGE);
}

static void
second_run_at_once_is_refused(void **state)
{
	struct journal *j = reopen();

	(void)state;
	assert_no_open(EX_USAGE, "another run");
	finish(j);
	finish(reopen());
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
#define HEADER "smpptools-journal\t1\trows.tsv\tmore%20rows.tsv\n"
	static const char *const bad[] = {"hello\n", "hello", "\n",
	    "smpptools-journal\t2\trows.tsv\tmore%20rows.tsv\n",
	    HEADER "B\t0\t1\t0\t1\t0\tff\n", HEADER "R\nB\t0\t1\n",
	    HEADER "R\nB\t0\t1\t2\t2\t0\tff\n",
	    HEADER "R\nB\t0\t1\t0\t256\t0\tff\n",
	    HEADER "R\nB\t0\t1\t0\t1\t0\tff\tx\n",
	    HEADER "R\nB\t0\t99999999999999999\t0\t2\t0\tff\n",
	    HEADER "R\nX\t0\t1\n", HEADER "R\nA\t0\t1\t0\n",
	    HEADER "R\nD\t0\n", HEADER "R\n\n"};
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_file(bad[i], strlen(bad[i]));
		assert_no_open(EX_DATAERR, i < 4 ? "is no journal" :
		    "is damaged");
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
	finish(j);
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
		finish(reopen());
		j = reopen();
		for (uint64_t row = 1; row <= 5; row++) {
			found = find(j, row);
			assert_int_equal(found, answered[row] ?
			    JOURNAL_ACCEPTED : begun[row] ? JOURNAL_UNKNOWN :
			    JOURNAL_NEW);
		}
		finish(j);
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
	finish(j);
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
	finish(j);
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
reports_come_back_whichever_run_noted_them(void **state)
{
	struct journal *j = reopen();

	(void)state;
	for (uint64_t row = 1; row <= 5; row++) {
		send(j, row, 0, 1);
		accept(j, row, 0, "id");
	}
	report(j, 3, "DELIVRD");
	report(j, 1, "UNDELIV");
	finish(j);
	j = reopen();
	for (uint64_t row = 1; row <= 5; row++) {
		assert_int_equal(find(j, row), JOURNAL_ACCEPTED);
		assert_int_equal(past.reported, row == 1 || row == 3);
	}
	report(j, 2, "EXPIRED");
	/* and one that this run sent */
	send(j, 6, 0, 1);
	accept(j, 6, 0, "six");
	report(j, 6, "DELIVRD");
	finish(j);
	j = reopen();
	for (uint64_t row = 1; row <= 6; row++) {
		static const char *const states[] = {NULL, "UNDELIV",
		    "EXPIRED", "DELIVRD", NULL, NULL, "DELIVRD"};

		assert_int_equal(find(j, row), JOURNAL_ACCEPTED);
		assert_string_equal(buf_cstr(&ids), row == 6 ? "six" : "id");
		assert_int_equal(past.reported, states[row] != NULL);
		if (!past.reported)
			continue;
		assert_true(span_is(past.done_state, states[row]));
		assert_true(span_is(past.err, "0 1"));
		assert_true(span_is(past.done_date, "2026-11-24T00:00:00"));
	}
	finish(j);
}

static void
row_may_be_accepted_over_several_runs(void **state)
{
	struct journal *j = reopen();

	(void)state;
	send(j, 1, 0, 3);
	accept(j, 1, 0, "a");
	send(j, 2, 0, 1);
	send(j, 3, 0, 1);
	accept(j, 3, 0, "three");
	finish(j);
	j = reopen();
	assert_int_equal(find(j, 1), JOURNAL_PARTIAL);
	send(j, 1, 1, 3);
	accept(j, 1, 1, "b");
	send(j, 2, 0, 1);
	accept(j, 2, 0, "two");
	finish(j);
	j = reopen();
	assert_int_equal(find(j, 1), JOURNAL_PARTIAL);
	assert_string_equal(buf_cstr(&ids), "a,b,");
	assert_int_equal(past.part[2].state, JOURNAL_NEW);
	send(j, 1, 2, 3);
	accept(j, 1, 2, "c");
	report(j, 1, "DELIVRD");
	finish(j);
	finish(reopen());
	j = reopen();
	assert_int_equal(find(j, 1), JOURNAL_ACCEPTED);
	assert_string_equal(buf_cstr(&ids), "a,b,c");
	assert_true(past.reported);
	/* begun twice, answered once, and that with yes */
	assert_int_equal(find(j, 2), JOURNAL_ACCEPTED);
	assert_string_equal(buf_cstr(&ids), "two");
	assert_int_equal(find(j, 3), JOURNAL_ACCEPTED);
	assert_string_equal(buf_cstr(&ids), "three");
	finish(j);
}

/* What a crash of the machine may leave: the length, but not the octets. */
static void
hole_at_the_end_is_cut_off(void **state)
{
	static const char line[] = "B\t0\t2\t0\t1\t0\tff\n";
	struct journal *j;
	off_t n;
	int fd;

	(void)state;
	for (off_t hole = 1; hole < 5000000; hole *= 170) {
		unlink(path);
		j = reopen();
		send(j, 1, 0, 1);
		accept(j, 1, 0, "a");
		finish(j);
		fd = open(path, O_WRONLY);
		n = lseek(fd, 0, SEEK_END);
		assert_int_equal(ftruncate(fd, n + hole), 0);
		j = reopen();
		assert_int_equal(find(j, 1), JOURNAL_ACCEPTED);
		assert_int_equal(lseek(fd, 0, SEEK_END), n + 2);
		finish(j);
		/* but not one before octets that are there */
		n = lseek(fd, hole, SEEK_END);
		assert_int_equal(write(fd, line, strlen(line)), strlen(line));
		close(fd);
		assert_no_open(EX_DATAERR, "is damaged");
	}
}

static void
what_is_no_file_is_refused(void **state)
{
	(void)state;
	buf_clear(&error);
	assert_null(journal_open("/dev/null", inputs, 2, false, &error,
	    &status));
	assert_string_equal(buf_cstr(&error), "/dev/null: is no regular file");
	assert_int_equal(status, EX_CANTCREAT);
	buf_clear(&error);
	assert_null(journal_open("/nonesuch/j", inputs, 2, false, &error,
	    &status));
	assert_string_equal(buf_cstr(&error),
	    "/nonesuch/j: No such file or directory");
	assert_int_equal(status, EX_CANTCREAT);
}

static void
full_disk_is_said(void **state)
{
	struct rlimit was, small;
	struct journal *j;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &was);
	small = was;
	small.rlim_cur = 200;
	j = reopen();
	setrlimit(RLIMIT_FSIZE, &small);
	for (uint64_t row = 1; row <= 20; row++)
		send(j, row, 0, 1);
	assert_false(journal_flush(j, 1));
	assert_non_null(strstr(journal_error(j), ": File too large"));
	assert_false(journal_flush(j, 2));
	buf_clear(&error);
	assert_false(journal_close(j, &error));
	assert_non_null(strstr(buf_cstr(&error), ": File too large"));
	setrlimit(RLIMIT_FSIZE, &was);
	/* what came to the disk is there */
	j = reopen();
	assert_int_equal(find(j, 1), JOURNAL_UNKNOWN);
	assert_int_equal(find(j, 20), JOURNAL_NEW);
	finish(j);
}

static void
sync_is_due_within_a_second_of_a_note(void **state)
{
	struct journal *j = reopen();
	uint64_t now = 100000;

	(void)state;
	assert_true(journal_flush(j, now));
	send(j, 1, 0, 1);
	assert_true(journal_flush(j, now));
	assert_true(journal_deadline(j) <= now + 1000);
	while (journal_deadline(j) != UINT64_MAX) {
		assert_true(journal_deadline(j) > now);
		now = journal_deadline(j);
		assert_true(journal_flush(j, now));
		/* that of the thread takes as long as it takes */
		assert_true(now < 100000 + UINT64_C(100) * 1000000);
	}
	finish(j);
	j = journal_open(path, inputs, 2, true, &error, &status);
	assert_non_null(j);
	send(j, 2, 0, 1);
	assert_true(journal_flush(j, now));
	assert_true(journal_deadline(j) == UINT64_MAX);
	finish(j);
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
		TEST(reports_come_back_whichever_run_noted_them),
		TEST(row_may_be_accepted_over_several_runs),
		TEST(hole_at_the_end_is_cut_off),
		TEST(what_is_no_file_is_refused),
		TEST(full_disk_is_said),
		TEST(sync_is_due_within_a_second_of_a_note),
	};

	/* it is synced often: in memory, where there is such a folder */
	snprintf(path, sizeof(path), "%s/smpptools-journal-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	close(mkstemp(path));
	return cmocka_run_group_tests(tests, NULL, release);
}
