/* SPDX-License-Identifier: ISC */
/* Any octets as a file of text, in the encoding that is found: rows in order, each
 * cell UTF-8, and refused in words where there is none. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "file/sheet.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static char path[] = "/tmp/smpptools.XXXXXX";

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
remove_path(void)
{
	unlink(path);
}

static void
write_file(const uint8_t *p, size_t n)
{
	static int fd = -1;

	if (fd < 0) {
		fd = mkstemp(path);
		must(fd >= 0);
		atexit(remove_path);
	}
	must(pwrite(fd, p, n, 0) == (ssize_t)n && ftruncate(fd, (off_t)n) == 0);
}

static void
check_row(const struct sheet_row *row, uint32_t before)
{
	must(row->number > before && row->n > 0);
	for (size_t i = 0; i < row->n; i++) {
		must(i == 0 || row->cell[i].column > row->cell[i - 1].column);
		must(row->cell[i].text.n > 0 && utf8_check(row->cell[i].text) ==
		    row->cell[i].text.n);
	}
}

static void
read_all(const char *encoding)
{
	struct sheet_conf conf = {.encoding = encoding};
	struct buf error = {0};
	struct sheet *sheet = sheet_open(&conf, path, &error);
	struct sheet_row row;
	enum sheet_result got = SHEET_BAD;
	uint32_t before = 0;

	while (sheet != NULL && (got = sheet_next(sheet, &row)) == SHEET_ROW) {
		check_row(&row, before);
		before = row.number;
	}
	must(sheet == NULL ? error.len > 0 :
	    (got == SHEET_BAD) == (*sheet_error(sheet) != '\0'));
	sheet_close(sheet);
	buf_free(&error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	/* zip files and compound files have targets of their own */
	if (n >= 2 && (memcmp(p, "PK", 2) == 0 || memcmp(p, "\xd0\xcf", 2) == 0))
		return 0;
	write_file(p, n);
	read_all(NULL);
	read_all("cp949");
	read_all("utf-16le");
	return 0;
}
