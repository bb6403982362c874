/* SPDX-License-Identifier: ISC */
/* store/maildir: messages in new are whole, what failed is nowhere. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/folder.h"
#include "store/maildir.h"

static char folder[64];
static struct maildir m;

static int
setup(void **state)
{
	struct buf why = {0};

	(void)state;
	strcpy(folder, "/tmp/smpptools.XXXXXX");
	assert_non_null(mkdtemp(folder));
	strcat(folder, "/a/b");
	assert_true(maildir_open(&m, folder, &why));
	return 0;
}

static int
teardown(void **state)
{
	struct buf line = {0};

	(void)state;
	maildir_close(&m);
	folder[strlen(folder) - 4] = '\0';
	buf_addf(&line, "rm -rf %s", folder);
	assert_int_equal(system(buf_cstr(&line)), 0);
	buf_free(&line);
	return 0;
}

/* How many files a folder of it has. */
static unsigned
count(const char *sub)
{
	char *path = folder_path(folder, sub);
	DIR *dir = opendir(path);
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL)
		n += e->d_name[0] != '.';
	closedir(dir);
	free(path);
	return n;
}

static void
add(struct maildir_file *f, const char *text)
{
	assert_true(maildir_begin(&m, f));
	assert_true(maildir_write(f, span_str(text)));
}

static void
group_is_in_new_with_its_octets(void **state)
{
	struct maildir_file a, b, *both[] = {&a, &b};
	struct span octets;

	(void)state;
	add(&a, "one");
	add(&b, "two");
	assert_string_not_equal(a.name, b.name);
	assert_int_equal(count("tmp"), 2);
	assert_true(maildir_keep(&m, both, 2));
	assert_int_equal(count("tmp"), 0);
	assert_int_equal(count("new"), 2);
	assert_true(maildir_map(&b, &octets));
	assert_true(span_is(octets, "two"));
	maildir_unmap(octets);
	assert_int_equal(access(a.final, R_OK), 0);
	maildir_release(&a);
	maildir_drop(&b);
	assert_int_equal(count("new"), 1);
}

static void
large_group_is_kept_as_a_small_one_is(void **state)
{
	struct maildir_file files[20], *all[20];

	(void)state;
	for (int i = 0; i < 20; i++) {
		add(all[i] = &files[i], "x");
		if (i > 0)
			assert_string_not_equal(files[i].name,
			    files[i - 1].name);
	}
	assert_true(maildir_keep(&m, all, 20));
	assert_int_equal(count("new"), 20);
	assert_int_equal(count("tmp"), 0);
	for (int i = 0; i < 20; i++)
		maildir_release(&files[i]);
}

static void
dropped_message_leaves_nothing(void **state)
{
	struct maildir_file f = {0};

	(void)state;
	maildir_drop(&f);
	add(&f, "x");
	maildir_drop(&f);
	assert_int_equal(count("tmp") + count("new"), 0);
	maildir_drop(&f);
	maildir_release(&f);
}

static void
group_that_cannot_be_kept_is_in_tmp_again(void **state)
{
	struct maildir_file a, b, *both[] = {&a, &b};

	(void)state;
	add(&a, "one");
	add(&b, "two");
	assert_int_equal(unlink(b.tmp), 0);
	assert_false(maildir_keep(&m, both, 2));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(count("new"), 0);
	maildir_drop(&a);
	maildir_drop(&b);
	assert_int_equal(count("tmp"), 0);
}

static void
full_disk_is_told_and_leaves_nothing(void **state)
{
	struct rlimit old, small = {4096, RLIM_INFINITY};
	struct maildir_file f;
	uint8_t octets[3000] = {0};
	bool good = true;
	int err;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(maildir_begin(&m, &f));
	small.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (int i = 0; i < 3 && good; i++)
		good = maildir_write(&f, span_of(octets, sizeof(octets)));
	err = errno;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_false(good);
	assert_int_equal(err, EFBIG);
	maildir_drop(&f);
	assert_int_equal(count("tmp"), 0);
}

static void
opening_again_sweeps_what_is_stale_alone(void **state)
{
	struct maildir_file f;
	struct buf why = {0};
	char *path = folder_path(folder, "tmp/old");
	struct timespec long_ago[2] = {{1000000000, 0}, {1000000000, 0}};
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_int_equal(futimens(fd, long_ago), 0);
	close(fd);
	add(&f, "under way");
	maildir_close(&m);
	assert_true(maildir_open(&m, folder, &why));
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(count("tmp"), 1);
	maildir_drop(&f);
	free(path);
}

static void
folder_that_cannot_be_made_is_named(void **state)
{
	struct maildir other;
	struct buf why = {0};

	(void)state;
	assert_false(maildir_open(&other, "/dev/null/spool", &why));
	assert_string_equal(buf_cstr(&why), "/dev/null/spool: Not a directory");
	buf_free(&why);
}

static void
empty_message_maps_to_nothing(void **state)
{
	struct maildir_file f;
	struct span octets;

	(void)state;
	assert_true(maildir_begin(&m, &f));
	assert_true(maildir_map(&f, &octets));
	assert_int_equal(octets.n, 0);
	maildir_unmap(octets);
	maildir_drop(&f);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(group_is_in_new_with_its_octets),
		T(large_group_is_kept_as_a_small_one_is),
	    T(dropped_message_leaves_nothing),
		T(group_that_cannot_be_kept_is_in_tmp_again),
		T(full_disk_is_told_and_leaves_nothing),
		T(opening_again_sweeps_what_is_stale_alone),
		T(folder_that_cannot_be_made_is_named),
		T(empty_message_maps_to_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
