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
	assert_int_equal(log_size(), 0);
	assert_int_equal(add(s, "five"), 5);
	s = reopen(s);
	expect(s, 5, "five");
	part_store_free(s);
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
	assert_non_null(strstr(buf_cstr(&why), "1 damaged"));
	assert_int_equal(part_store_count(s), 2);
	expect(s, 1, "first");
	expect(s, 3, "third");
	part_store_free(s);
	damage(-1, "\xff\xff\xff\xff\0\0\0\0", 8);
	s = reopen(NULL);
	expect(s, 3, "third");
	part_store_free(s);
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
		TEST(log_stays_small_while_a_part_waits),
		cmocka_unit_test(folder_that_cannot_be_made_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
