/* SPDX-License-Identifier: ISC */
/* store/part_store: what was added is there again, whatever happens to the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/part_store.h"

static char folder[64], path[80];
static struct buf why, scratch;

static struct part_store *
reopen(struct part_store *s)
{
	part_store_free(s);
	s = part_store_open(folder, &why);
	assert_non_null(s);
	return s;
}

static uint64_t
add(struct part_store *s, const char *frame)
{
	struct stored_part part = {.time = {1795490177, 250999999},
	    .link = span_str("me@smsc"), .frame = span_str(frame)};

	return part_store_add(s, &part);
}

static void
expect(struct part_store *s, uint64_t id, const char *frame)
{
	struct stored_part part;

	assert_true(part_store_read(s, id, &scratch, &part));
	assert_int_equal(part.id, id);
	assert_int_equal(part.time.tv_sec, 1795490177);
	assert_int_equal(part.time.tv_nsec, 250999999);
	assert_true(span_is(part.link, "me@smsc"));
	assert_true(span_is(part.frame, frame));
}

static long
log_size(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (long)st.st_size;
}

/* Writes octets over the log, at an offset or (-1) at its end. */
static void
damage(long at, const char *octets, size_t n)
{
	FILE *f = fopen(path, "r+");

	assert_non_null(f);
	assert_int_equal(fseek(f, at < 0 ? 0 : at, at < 0 ? SEEK_END :
	    SEEK_SET), 0);
	assert_int_equal(fwrite(octets, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void
parts_are_there_again_until_they_are_removed(void **state)
{
	struct part_store *s = reopen(NULL);
	struct stored_part part;
	uint64_t id = 1;

	(void)state;
	assert_int_equal(add(s, "one"), 1);
	assert_int_equal(add(s, ""), 2);
	assert_int_equal(add(s, "three"), 3);
	assert_true(part_store_remove(s, &id, 1));
	s = reopen(s);
	assert_int_equal(why.len, 0);
	assert_int_equal(part_store_count(s), 2);
	assert_int_equal(part_store_after(s, 0), 2);
	assert_int_equal(part_store_after(s, 2), 3);
	assert_int_equal(part_store_after(s, 3), 0);
	expect(s, 2, "");
	expect(s, 3, "three");
	assert_false(part_store_read(s, 1, &scratch, &part));
	assert_int_equal(add(s, "four"), 4);
	part_store_remove(s, (uint64_t[]){2, 3, 4, 9}, 4);
	assert_int_equal(part_store_count(s), 0);
	assert_int_equal(add(s, "five"), 5);
	s = reopen(s);
	expect(s, 5, "five");
	id = 5;
	assert_true(part_store_remove(s, &id, 1));
	part_store_free(s);
	assert_int_equal(log_size(), 0);
}

static void
one_process_holds_a_folder(void **state)
{
	struct part_store *s = reopen(NULL);

	(void)state;
	assert_null(part_store_open(folder, &why));
	assert_non_null(strstr(buf_cstr(&why), "another process"));
	part_store_free(reopen(s));
}

static void
record_cut_at_any_octet_is_cut_off(void **state)
{
	struct part_store *s = reopen(NULL);
	long whole, end;

	(void)state;
	add(s, "first");
	whole = log_size();
	add(s, "second");
	part_store_free(s);
	for (end = log_size() - 1; end >= whole; end--) {
		assert_int_equal(truncate(path, end), 0);
		s = reopen(NULL);
		assert_int_equal(why.len > 0, end > whole);
		assert_int_equal(part_store_count(s), 1);
		expect(s, 1, "first");
		assert_int_equal(log_size(), whole);
		add(s, "second");
		expect(s, 2, "second");
		part_store_free(s);
	}
}

static void
damaged_record_does_not_take_others_along(void **state)
{
	struct part_store *s = reopen(NULL);
	long first, second;

	(void)state;
	add(s, "first");
	first = log_size();
	add(s, "second");
	second = log_size();
	add(s, "third");
	part_store_free(s);
	damage((first + second) / 2, "\xff\xff", 2);
	s = reopen(NULL);
	assert_non_null(strstr(buf_cstr(&why), "damaged octets"));
	assert_int_equal(part_store_count(s), 2);
	expect(s, 1, "first");
	expect(s, 3, "third");
	part_store_free(s);
	damage(-1, "\xff\xff\xff\xff\0\0\0\0", 8);
	s = reopen(NULL);
	expect(s, 3, "third");
	part_store_free(s);
}

/* The length of a record in the middle, made to reach past the end or over
 * others. */
static void
wrong_length_costs_its_record_alone(void **state)
{
	static const char *const lengths[] = {"\xff\xff\xff\xff", "\0\0\0\0",
	    "\0\0\0\x40", "\0\0\1\0"};
	struct part_store *s;
	size_t i;
	long first;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		unlink(path);
		s = reopen(NULL);
		add(s, "first");
		first = log_size();
		add(s, "second");
		add(s, "third");
		add(s, "fourth");
		part_store_free(s);
		damage(first + 4, lengths[i], 4);
		s = reopen(NULL);
		assert_non_null(strstr(buf_cstr(&why), "damaged octets"));
		assert_int_equal(part_store_count(s), 3);
		expect(s, 1, "first");
		expect(s, 3, "third");
		expect(s, 4, "fourth");
		part_store_free(s);
	}
}

static void
record_that_changed_since_is_not_given_out(void **state)
{
	struct part_store *s = reopen(NULL);
	struct stored_part part;

	(void)state;
	add(s, "one");
	damage(log_size() - 1, "X", 1);
	assert_false(part_store_read(s, 1, &scratch, &part));
	part_store_free(s);
}

static void
crash_leaves_what_was_removed_to_be_known_again(void **state)
{
	struct part_store *s;
	struct stored_part part;
	uint64_t ids[] = {1, 3};
	int status;

	(void)state;
	if (fork() == 0) {
		s = reopen(NULL);
		add(s, "one");
		add(s, "two");
		add(s, "three");
		part_store_remove(s, ids, 2);
		_exit(0);
	}
	assert_true(wait(&status) > 0 && status == 0);
	s = reopen(NULL);
	assert_int_equal(part_store_count(s), 1);
	assert_true(part_store_removed(s, &scratch, &part));
	assert_true(span_is(part.frame, "one"));
	assert_true(part_store_removed(s, &scratch, &part));
	assert_true(span_is(part.frame, "three"));
	assert_false(part_store_removed(s, &scratch, &part));
	part_store_free(s);
}

/* What lies in the folder may be anything, and is not harmed. */
static void
what_is_no_log_is_refused_and_let_alone(void **state)
{
	static const char text[] = "a letter to my aunt\n";
	char other[80];
	FILE *f;

	(void)state;
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_null(part_store_open(folder, &why));
	assert_non_null(strstr(buf_cstr(&why), "no log of parts"));
	assert_int_equal(log_size(), sizeof(text) - 1);
	snprintf(other, sizeof(other), "%s/other", folder);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_null(part_store_open(folder, &why));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(part_store_open(folder, &why));
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_null(part_store_open(folder, &why));
	rmdir(path);
	unlink(other);
	/* terabytes of nothing */
	f = fopen(path, "w");
	assert_int_equal(ftruncate(fileno(f), (off_t)1 << 40), 0);
	fclose(f);
	assert_null(part_store_open(folder, &why));
	assert_non_null(strstr(buf_cstr(&why), "larger than any"));
}

/* As a power cut leaves it: longer, and nothing but zeros in it. */
static void
zeros_at_the_end_are_cut_off(void **state)
{
	struct part_store *s;

	(void)state;
	part_store_free(reopen(NULL));
	assert_int_equal(truncate(path, 4096), 0);
	s = reopen(NULL);
	assert_non_null(strstr(buf_cstr(&why), "4096 octets"));
	add(s, "one");
	part_store_free(s);
	assert_int_equal(truncate(path, log_size() + 100), 0);
	s = reopen(NULL);
	expect(s, 1, "one");
	part_store_free(s);
}

/* Marks everywhere, each with a length up to the end: quadratic, if one lets
 * it. */
static void
hostile_log_does_not_take_for_ever(void **state)
{
	static const uint8_t head[12] = {'S', 'P', 'r', '\n', 0, 0x10, 0, 0};
	FILE *f = fopen(path, "w");
	int i;

	(void)state;
	assert_non_null(f);
	for (i = 0; i < 4 << 20; i += 12)
		fwrite(head, 1, 12, f);
	fclose(f);
	part_store_free(part_store_open(folder, &why));
	assert_non_null(strstr(buf_cstr(&why), "cut off"));
}

static void
log_stays_small_while_a_part_waits(void **state)
{
	struct part_store *s = reopen(NULL);
	char frame[1001];
	uint64_t id;
	int i;

	(void)state;
	memset(frame, 'x', 1000);
	frame[1000] = '\0';
	add(s, "waits");
	for (i = 0; i < 5000; i++) {
		id = add(s, frame);
		assert_true(id > 0 && part_store_remove(s, &id, 1));
		assert_true(log_size() < 3 << 20);
	}
	expect(s, 1, "waits");
	s = reopen(s);
	assert_int_equal(why.len, 0);
	assert_int_equal(part_store_count(s), 1);
	expect(s, 1, "waits");
	part_store_free(s);
}

static void
folder_that_cannot_be_made_is_refused(void **state)
{
	(void)state;
	assert_null(part_store_open("/dev/null/a/b", &why));
	assert_non_null(strstr(buf_cstr(&why), "/dev/null/a/b: Not a dir"));
}

static int
make_folder(void **state)
{
	const char *base = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof(folder), "%.40s/parts.XXXXXX",
	    base != NULL ? base : "/tmp");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/parts", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	char lock[80];

	(void)state;
	snprintf(lock, sizeof(lock), "%s/lock", folder);
	unlink(lock);
	unlink(path);
	buf_free(&why);
	buf_free(&scratch);
	return rmdir(folder);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(parts_are_there_again_until_they_are_removed),
		TEST(one_process_holds_a_folder),
		TEST(record_cut_at_any_octet_is_cut_off),
		TEST(damaged_record_does_not_take_others_along),
		TEST(wrong_length_costs_its_record_alone),
		TEST(record_that_changed_since_is_not_given_out),
		TEST(crash_leaves_what_was_removed_to_be_known_again),
		TEST(what_is_no_log_is_refused_and_let_alone),
		TEST(zeros_at_the_end_are_cut_off),
		TEST(hostile_log_does_not_take_for_ever),
		TEST(log_stays_small_while_a_part_waits),
		cmocka_unit_test(folder_that_cannot_be_made_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
