/* SPDX-License-Identifier: ISC */
#ifndef APP_CLASH_H
#define APP_CLASH_H

#include <stdbool.h>
#include <stddef.h>

/* A file that a command line names, and for what. */
struct clash_file {
	const char *what;    /* "--out", "input" */
	const char *path;    /* "-": stdin; NULL: not named */
	bool written;
};

/*
 * Dies with 64 when two of them are the same file, whatever its names, and one
 * of these is written: it would be empty before it is read, or two outputs would
 * write over each other. Devices and pipes may be named twice. Call it before
 * any of them is opened.
 */
void clash_check(const struct clash_file *, size_t n);

#endif
