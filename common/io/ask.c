/* SPDX-License-Identifier: ISC */
/* Runs a command in a process group of its own, so that what it started ends
 * with it when its time is over. */
#include "io/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "sys/clock.h"

struct ask *
ask_new(const char *command, const char *name, struct span value,
    uint64_t timeout_ms)
{
	struct ask *a = mem_new(sizeof(*a));
	struct buf setting = {0};

	buf_addf(&setting, "%s=", name);
	buf_add_span(&setting, value);
	a->command = mem_strdup(command);
	a->setting = mem_strdup(buf_cstr(&setting));
	a->timeout_ms = timeout_ms;
	buf_free(&setting);
	return a;
}

void
ask_release(void *data)
{
	struct ask *a = data;

	free(a->command);
	free(a->setting);
	buf_free(&a->line);
	free(a);
}

/* The environment with the setting in the place of one of its name. */
static char **
environment(char *setting)
{
	size_t n = 0, at = 0, name = (size_t)(strchr(setting, '=') - setting) + 1;
	char **e;

	while (environ[n] != NULL)
		n++;
	e = mem_array(n + 2, sizeof(*e));
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], setting, name) != 0)
			e[at++] = environ[i];
	e[at] = setting;
	return e;
}

/* Starts it, its stdout a pipe; the end to read, or -1 and err. */
static int
start(struct ask *a, pid_t *pid)
{
	char sh[] = "sh", c[] = "-c", *argv[] = {sh, c, a->command, NULL};
	char **envp = environment(a->setting);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, defaults;
	int fd[2], err;

	if (pipe2(fd, O_CLOEXEC) != 0) {
		a->err = errno;
		free(envp);
		return -1;
	}
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fd[1], 1);
	posix_spawnattr_init(&attr);
	/* the thread has all signals blocked, and SIGPIPE is ignored; the
	 * command must not inherit that */
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
	    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	err = posix_spawn(pid, "/bin/sh", &actions, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	free(envp);
	close(fd[1]);
	if (err == 0)
		return fd[0];
	close(fd[0]);
	a->err = err;
	return -1;
}

/* Reads to the end; what is behind the first line is read away. False when the
 * time is over. */
static bool
read_line(struct ask *a, int fd)
{
	uint64_t by = clock_us() / 1000 + a->timeout_ms, now;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char piece[512];
	bool whole = false;
	ssize_t n;

	while ((now = clock_us() / 1000) < by) {
		if (poll(&p, 1, (int)(by - now)) == 0)
			break;
		n = read(fd, piece, sizeof(piece));
		if (n == 0)
			return true;
		for (ssize_t i = 0; i < n && !whole; i++) {
			whole = piece[i] == '\n' || a->line.len == ASK_LINE_MOST;
			if (!whole)
				buf_add_byte(&a->line, (uint8_t)piece[i]);
		}
	}
	return false;
}

void
ask_run(void *data)
{
	struct ask *a = data;
	int status, fd;
	bool in_time;
	pid_t pid;

	a->status = ASK_NOT_RUN;
	fd = start(a, &pid);
	if (fd == -1)
		return;
	in_time = read_line(a, fd);
	close(fd);
	if (!in_time)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return;
	if (!in_time)
		a->status = ASK_TIMED_OUT;
	else
		a->status = WIFEXITED(status) ? WEXITSTATUS(status) :
		    128 + WTERMSIG(status);
}
