/* SPDX-License-Identifier: ISC */
#ifndef IO_CHILD_H
#define IO_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * A command run beside the program, with its stdin, stdout and stderr. Have
 * loop_signal(SIGCHLD) before child_start: then a pass of the loop ends when
 * it does. Zeroed is none.
 */
struct child {
	pid_t pid;
};

/*
 * Starts argv (NULL at its end), found on PATH, with the environment of this
 * program and the n settings "NAME=value", which take the place of those of
 * the same name. False and errno when it cannot be run.
 */
bool child_start(struct child *, char *const argv[],
    const char *const *settings, size_t n);

/*
 * Starts "sh -c command" in a process group of its own, its stdin a pipe: *feed
 * is the caller's end, which never blocks, and is the caller's to close. False
 * and errno when it cannot be run.
 */
bool child_shell(struct child *, const char *command, int *feed);

/* Sends a signal to the group that child_shell made, unless its first process
 * has ended. */
void child_signal_group(const struct child *, int signo);

/* Whether it has ended; its exit status then (128 + the signal that killed
 * it, as a shell says). Never waits. */
bool child_ended(struct child *, int *status);

/* Sends it a signal, unless it has ended. */
void child_signal(const struct child *, int signo);

/* The status a shell gives a command that child_start could not run: 127 when
 * there is none, else 126. */
int child_failure(int err);

#endif
