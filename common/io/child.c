/* SPDX-License-Identifier: ISC */
/* Running a command: environment, signals as a shell would leave them, end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/child.h"

/* Whether the setting "NAME=..." gives the variable of an entry. */
static bool
same_name(const char *entry, const char *setting)
{
	size_t n = strcspn(setting, "=");

	return strncmp(entry, setting, n) == 0 && entry[n] == '=';
}

/* The environment with the settings in it; the strings are copies. */
static char **
make_environment(const char *const *settings, size_t n)
{
	size_t count = 0, kept = 0;
	char **all;

	while (environ[count] != NULL)
		count++;
	all = mem_array(count + n + 1, sizeof(char *));
	for (size_t i = 0; i < count; i++) {
		bool replaced = false;

		for (size_t k = 0; k < n; k++)
			replaced |= same_name(environ[i], settings[k]);
		if (!replaced)
			all[kept++] = mem_strdup(environ[i]);
	}
	for (size_t k = 0; k < n; k++)
		all[kept++] = mem_strdup(settings[k]);
	return all;
}

static void
free_environment(char **all)
{
	for (size_t i = 0; all[i] != NULL; i++)
		free(all[i]);
	free(all);
}

/* Runs argv; in a group of its own when there is a stdin for it. */
static bool
spawn(struct child *child, char *const argv[], char *const *environment,
    int in)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t defaults, none;
	int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK, err;

	/* SIGPIPE is ignored here, and that would be inherited */
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawn_file_actions_init(&actions);
	if (in != -1) {
		flags |= POSIX_SPAWN_SETPGROUP;
		posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	}
	posix_spawnattr_setflags(&attr, (short)flags);
	err = posix_spawnp(&child->pid, argv[0], &actions, &attr, argv,
	    environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	if (err != 0)
		child->pid = 0;
	errno = err;
	return err == 0;
}

bool
child_start(struct child *child, char *const argv[],
    const char *const *settings, size_t n)
{
	char **environment = make_environment(settings, n);
	bool good = spawn(child, argv, environment, -1);
	int err = errno;

	free_environment(environment);
	errno = err;
	return good;
}

bool
child_shell(struct child *child, const char *command, int *feed)
{
	char *copy = mem_strdup(command);
	char sh[] = "sh", c[] = "-c";
	char *argv[] = {sh, c, copy, NULL};
	int ends[2], err;
	bool good = pipe(ends) == 0;

	child->pid = 0;
	if (good) {
		fcntl(ends[0], F_SETFD, FD_CLOEXEC);
		fcntl(ends[1], F_SETFD, FD_CLOEXEC);
		fcntl(ends[1], F_SETFL, O_NONBLOCK);
		good = spawn(child, argv, environ, ends[0]);
		err = errno;
		close(ends[0]);
		if (good)
			*feed = ends[1];
		else
			close(ends[1]);
		errno = err;
	}
	err = errno;
	free(copy);
	errno = err;
	return good;
}

bool
child_ended(struct child *child, int *status)
{
	int how;
	pid_t pid;

	if (child->pid == 0)
		return false;
	do
		pid = waitpid(child->pid, &how, WNOHANG);
	while (pid == -1 && errno == EINTR);
	if (pid != child->pid)
		return false;
	child->pid = 0;
	*status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
	return true;
}

void
child_signal(const struct child *child, int signo)
{
	if (child->pid > 0)
		kill(child->pid, signo);
}

void
child_signal_group(const struct child *child, int signo)
{
	if (child->pid > 0)
		kill(-child->pid, signo);
}

int
child_failure(int err)
{
	return err == ENOENT ? 127 : 126;
}
