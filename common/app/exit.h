/* SPDX-License-Identifier: ISC */
#ifndef APP_EXIT_H
#define APP_EXIT_H

enum { EXIT_SOME_FAILED = 1 };

/*
 * The exit status of a program that met both: the one that comes first in
 * 70, 71, 74, 73, 78, 64, 66, 77, 69, 76, 75, 65, 1, 0. A program keeps one
 * status and worsens it as things happen.
 */
int exit_worse(int a, int b);

#endif
