/* SPDX-License-Identifier: ISC */
#ifndef SYS_DIAG_H
#define SYS_DIAG_H

#include <stdbool.h>

#include "base/span.h"

/*
 * Diagnostics: one line, one write, on stderr, "program: sentence". Control
 * octets are replaced. EX_* come from <sysexits.h>.
 */

/* Names the program in all lines; points mem_exhausted at an exit with 71;
 * ignores SIGPIPE; makes stdin, stdout and stderr that are closed fail instead
 * of becoming other files. Call it first in main. */
void diag_init(const char *program);
const char *diag_program(void);

/* -q: notes are silent then; warnings and errors never are. */
void diag_quiet(bool quiet);

/* A status line (progress) on a terminal is cleared before a diagnostic, and
 * before records where they go to a terminal, and is the caller's to draw again. Empty text clears it. */
void diag_progress(const char *text);

void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The line, then exit(status). Only in cmd/ and common/app/. */
void die(int status, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* die asks the hook for the exit status; it may say the sentence elsewhere,
 * too: for programs that others run and read in their own way. */
void diag_on_die(int (*hook)(int status, const char *sentence));

/* One raw line on stderr without the program's name (transcripts). */
void diag_line(struct span line);

#endif
