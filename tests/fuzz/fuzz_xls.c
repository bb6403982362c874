/* SPDX-License-Identifier: ISC */
/* Any octets as a compound file and as the workbook stream in one: what is read
 * of it lies within it. */
#include <stdlib.h>

#include "file/biff.h"
#include "file/compound.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
read_sheet(struct span stream, const struct biff_formats *formats,
    uint32_t offset)
{
	struct biff b;
	struct buf text = {0};
	bool good;

	good = biff_read(&b, formats, stream, offset);
	for (size_t i = 0; i < b.n; i++) {
		must(!good || i == 0 || b.cell[i].row >= b.cell[i - 1].row);
		must(b.cell[i].kind != BIFF_NUMBER ||
		    b.cell[i].number - b.cell[i].number == 0);
		if (b.cell[i].kind != BIFF_TEXT)
			continue;
		must(b.cell[i].text.p >= stream.p && b.cell[i].text.p +
		    b.cell[i].text.n <= stream.p + stream.n);
		buf_clear(&text);
		biff_text(&text, &b.cell[i]);
	}
	buf_free(&text);
	biff_free(&b);
}

static void
as_stream(struct span stream)
{
	struct biff_sheet sheet[16];
	struct biff_formats formats;
	size_t n = biff_sheets(stream, sheet, 16);

	must(n <= 16);
	biff_formats_read(&formats, stream);
	read_sheet(stream, &formats, 0);
	for (size_t i = 0; i < n; i++)
		read_sheet(stream, &formats, sheet[i].offset);
	biff_formats_free(&formats);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct span file = span_of(p, n);
	struct buf stream = {0};

	as_stream(file);
	compound_has(file, "EncryptedPackage");
	if (compound_stream(file, "Workbook", &stream))
		as_stream(buf_span(&stream));
	must(stream.len <= 2 * n + 4096);
	buf_free(&stream);
	return 0;
}
