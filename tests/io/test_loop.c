/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "io/child.h"
#include "io/loop.h"
#include "io/work.h"
#include "sys/diag.h"

static void
only_what_is_ready_comes_up(void **state)
{
	enum { PAIRS = 100 };
	struct loop *loop = loop_new();
	struct watch w[PAIRS] = {0};
	int fds[PAIRS][2];

	(void)state;
	for (size_t i = 0; i < PAIRS; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds[i]), 0);
		w[i].kind = (int)i;
		loop_watch(loop, &w[i], fds[i][0], true, false);
	}
	assert_int_equal(write(fds[7][1], "x", 1), 1);
	assert_int_equal(write(fds[42][1], "x", 1), 1);
	loop_once(loop, UINT64_MAX);
	for (int i = 0; i < 2; i++) {
		struct watch *ready = loop_ready(loop);

		assert_non_null(ready);
		assert_true(ready->readable && !ready->writable);
		assert_true(ready->kind == 7 || ready->kind == 42);
	}
	assert_null(loop_ready(loop));
	/* what was not read comes up again, in a pass that does not wait too */
	loop_once(loop, UINT64_MAX);
	assert_non_null(loop_ready(loop));
	loop_once(loop, 0);
	assert_non_null(loop_ready(loop));
	/* and does not, once nobody watches */
	for (size_t i = 0; i < PAIRS; i++) {
		loop_unwatch(&w[i]);
		close(fds[i][0]);
		close(fds[i][1]);
	}
	assert_null(loop_ready(loop));
	loop_free(loop);
}

static void
writing_is_awaited_only_while_wanted(void **state)
{
	struct loop *loop = loop_new();
	struct watch w = {0};
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	loop_watch(loop, &w, fds[0], true, true);
	loop_once(loop, UINT64_MAX);
	assert_ptr_equal(loop_ready(loop), &w);
	assert_true(w.writable && !w.readable);
	loop_watch(loop, &w, fds[0], true, false);
	loop_once(loop, 0);
	assert_null(loop_ready(loop));
	loop_unwatch(&w);
	close(fds[0]);
	close(fds[1]);
	loop_free(loop);
}

static void
files_and_dev_null_are_always_ready(void **state)
{
	static const char *const paths[] = {"/dev/null", "/dev/full",
	    "/etc/passwd", "/"};
	struct loop *loop = loop_new();

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct watch w = {0};
		int fd = open(paths[i], O_RDONLY);

		assert_false(loop_pollable(fd));
		loop_watch(loop, &w, fd, true, false);
		for (int pass = 0; pass < 2; pass++) {
			loop_once(loop, UINT64_MAX);
			assert_ptr_equal(loop_ready(loop), &w);
			assert_null(loop_ready(loop));
			assert_true(w.readable && !w.writable);
		}
		loop_watch(loop, &w, fd, false, false);
		loop_once(loop, 0);
		assert_null(loop_ready(loop));
		loop_unwatch(&w);
		close(fd);
	}
	loop_free(loop);
}

static void
a_watch_put_back_waits_for_the_next_pass(void **state)
{
	struct loop *loop = loop_new();
	struct watch w = {.fd = -1, .loop = loop};

	(void)state;
	loop_again(&w);
	loop_once(loop, UINT64_MAX);
	assert_ptr_equal(loop_ready(loop), &w);
	loop_again(&w);
	assert_null(loop_ready(loop));
	loop_once(loop, UINT64_MAX);
	assert_ptr_equal(loop_ready(loop), &w);
	loop_again(&w);
	loop_unwatch(&w);
	loop_once(loop, 0);
	assert_null(loop_ready(loop));
	loop_free(loop);
}

static void
deadline_ends_the_wait(void **state)
{
	struct loop *loop = loop_new();
	uint64_t start = loop_clock(loop);

	(void)state;
	loop_once(loop, start + 20);
	while (loop_now(loop) < start + 20)
		loop_once(loop, start + 20);
	assert_in_range(loop_now(loop) - start, 20, 5000);
	loop_once(loop, start);
	loop_once(loop, 0);
	loop_free(loop);
}

static void
signals_are_counted(void **state)
{
	struct loop *loop = loop_new();

	(void)state;
	loop_signal(loop, SIGUSR1);
	loop_signal(loop, SIGUSR1);
	raise(SIGUSR1);
	loop_once(loop, UINT64_MAX);
	assert_int_equal(loop_signalled(loop, SIGUSR1), 1);
	assert_int_equal(loop_signalled(loop, SIGUSR1), 0);
	assert_int_equal(loop_signalled(loop, SIGUSR2), 0);
	loop_free(loop);
}

static void *
wake(void *loop)
{
	loop_wake(loop);
	return NULL;
}

static void
another_thread_ends_the_wait(void **state)
{
	struct loop *loop = loop_new();
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, wake, loop), 0);
	loop_once(loop, UINT64_MAX);
	pthread_join(thread, NULL);
	/* one made before the wait counts too */
	loop_wake(loop);
	loop_once(loop, UINT64_MAX);
	loop_free(loop);
}

struct task {
	int in, out, released;
};

static void
task_run(void *data)
{
	struct task *task = data;
	char octet;

	if (task->in != -1 && read(task->in, &octet, 1) != 1)
		abort();
}

static void
task_release(void *data)
{
	struct task *task = data;

	if (write(task->out, "r", 1) != 1)
		abort();
}

static void
work_that_is_over_makes_its_descriptor_readable(void **state)
{
	struct loop *loop = loop_new();
	struct watch w = {0};
	struct task task = {.in = -1};
	struct work *work = work_start(task_run, task_release, &task);

	(void)state;
	assert_non_null(work);
	loop_watch(loop, &w, work_fd(work), true, false);
	while (!work_done(work))
		loop_once(loop, UINT64_MAX);
	loop_unwatch(&w);
	assert_ptr_equal(work_take(work), &task);
	loop_free(loop);
}

static void
dropped_work_ends_by_itself(void **state)
{
	int go[2], done[2];
	struct task task;
	struct work *work;
	char octet;

	(void)state;
	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(done), 0);
	task = (struct task){.in = go[0], .out = done[1]};
	work = work_start(task_run, task_release, &task);
	assert_non_null(work);
	assert_false(work_done(work));
	work_drop(work);
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(read(done[0], &octet, 1), 1);
	for (int i = 0; i < 2; i++) {
		close(go[i]);
		close(done[i]);
	}
}

/* Runs a command to its end. */
static int
run(struct loop *loop, char *const argv[], const char *const *settings, size_t n)
{
	struct child child = {0};
	int status = -1;

	assert_true(child_start(&child, argv, settings, n));
	while (!child_ended(&child, &status))
		loop_once(loop, UINT64_MAX);
	assert_false(child_ended(&child, &status));
	return status;
}

static char sh[] = "sh", dash_c[] = "-c";

static void
a_child_gets_its_settings_and_gives_its_status(void **state)
{
	static const char *const settings[] = {"TEST_A=one two", "TEST_B="};
	char script[] = "test \"$TEST_A$TEST_B\" = 'one two' && exit 42";
	char killed[] = "kill -KILL $$";
	char broken[] = "kill -PIPE $$";
	char *argv[] = {sh, dash_c, script, NULL};
	struct loop *loop = loop_new();

	(void)state;
	loop_signal(loop, SIGCHLD);
	setenv("TEST_A", "old", 1);
	assert_int_equal(run(loop, argv, settings, 2), 42);
	assert_string_equal(getenv("TEST_A"), "old");
	argv[2] = killed;
	assert_int_equal(run(loop, argv, NULL, 0), 128 + SIGKILL);
	/* SIGPIPE, ignored here, is not ignored there */
	argv[2] = broken;
	assert_int_equal(run(loop, argv, NULL, 0), 128 + SIGPIPE);
	loop_free(loop);
}

static void
a_command_that_is_not_there_is_told_at_once(void **state)
{
	char name[] = "no-such-command-anywhere", folder[] = "/";
	char *argv[] = {name, NULL};
	struct child child = {0};
	int status;

	(void)state;
	assert_false(child_start(&child, argv, NULL, 0));
	assert_int_equal(child_failure(errno), 127);
	argv[0] = folder;
	assert_false(child_start(&child, argv, NULL, 0));
	assert_int_equal(child_failure(errno), 126);
	assert_false(child_ended(&child, &status));
	child_signal(&child, SIGTERM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_ready_comes_up),
		cmocka_unit_test(writing_is_awaited_only_while_wanted),
		cmocka_unit_test(files_and_dev_null_are_always_ready),
		cmocka_unit_test(a_watch_put_back_waits_for_the_next_pass),
		cmocka_unit_test(deadline_ends_the_wait),
		cmocka_unit_test(signals_are_counted),
		cmocka_unit_test(another_thread_ends_the_wait),
		cmocka_unit_test(
		    work_that_is_over_makes_its_descriptor_readable),
		cmocka_unit_test(dropped_work_ends_by_itself),
		cmocka_unit_test(
		    a_child_gets_its_settings_and_gives_its_status),
		cmocka_unit_test(a_command_that_is_not_there_is_told_at_once),
	};

	diag_init("test_loop");
	return cmocka_run_group_tests_name("io/loop", tests, NULL, NULL);
}
