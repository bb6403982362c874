/* SPDX-License-Identifier: ISC */
/* Running a command: environment, signals as a shell would leave them, end. */
#include <errno.h>
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

bool
child_start(struct child *child, char *const argv[],
    const char *const *settings, size_t n)
{
	char **environment = make_environment(settings, n);
	posix_spawnattr_t attr;
	sigset_t defaults, none;
	int err;

	/* SIGPIPE is ignored here, and that would be inherited */
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr,
	    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	err = posix_spawnp(&child->pid, argv[0], NULL, &attr, argv,
	    environment);
	posix_spawnattr_destroy(&attr);
	free_environment(environment);
	if (err != 0)
		child->pid = 0;
	errno = err;
	return err == 0;
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

int
child_failure(int err)
{
	return err == ENOENT ? 127 : 126;
}
