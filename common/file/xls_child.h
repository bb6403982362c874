/* SPDX-License-Identifier: ISC */
#ifndef FILE_XLS_CHILD_H
#define FILE_XLS_CHILD_H

#include "file/sheet.h"

/*
 * The child that reads an .xls: confined, since freexl crashes on some files.
 * What it has to say goes over a pipe, all numbers as this machine has them:
 *
 *	'S'  date1904 u8, 32 octets of hidden columns, text: the sheet's name
 *	'R'  row u32, hidden u8, share read of 255 u8, cells u32, and for each
 *	     column u32, type u8, number f64, text
 *	'E'  text: a sentence why it cannot be read; the end
 *	'Z'  the end
 *
 * where text is its length u32 and UTF-8.
 */
void xls_child(int fd, const char *path, const struct sheet_conf *)
	__attribute__((noreturn));

#endif
