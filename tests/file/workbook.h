/* SPDX-License-Identifier: ISC */
#ifndef TESTS_FILE_WORKBOOK_H
#define TESTS_FILE_WORKBOOK_H

/* Workbooks of any parts, for tests. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <zip.h>

#include "base/span.h"

#define MAIN "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define RELS "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"

struct workbook_part {
	const char *name;
	struct span text;
};

enum { WORKBOOK_PARTS = 6 };

/* One sheet, "One", whose part has nothing in it yet. */
static const struct {
	const char *name, *text;
} workbook_parts[WORKBOOK_PARTS] = {
	{"_rels/.rels", RELS "<Relationship Id=\"r1\" Type=\"" REL
	    "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"},
	{"xl/workbook.xml", "<workbook " MAIN " xmlns:r=\"" REL "\"><sheets>"
	    "<sheet name=\"One\" sheetId=\"7\" r:id=\"rId1\"/></sheets></workbook>"},
	{"xl/_rels/workbook.xml.rels", RELS "<Relationship Id=\"rId1\" Type=\"" REL
	    "/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" "
	    "Type=\"" REL "/sharedStrings\" Target=\"sharedStrings.xml\"/>"
	    "<Relationship Id=\"rId3\" Type=\"" REL "/styles\" "
	    "Target=\"/xl/styles.xml\"/></Relationships>"},
	{"xl/styles.xml", "<styleSheet " MAIN "><numFmts><numFmt numFmtId=\"164\" "
	    "formatCode=\"000-0000-0000\"/></numFmts><cellXfs><xf numFmtId=\"0\"/>"
	    "<xf numFmtId=\"164\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"},
	{"xl/sharedStrings.xml", "<sst " MAIN "/>"},
	{"xl/worksheets/sheet1.xml", "<worksheet " MAIN "/>"},
};

enum {
	PART_ROOT, PART_BOOK, PART_RELS, PART_STYLES, PART_STRINGS, PART_SHEET
};

static inline void
workbook_standard(struct workbook_part part[WORKBOOK_PARTS])
{
	for (size_t i = 0; i < WORKBOOK_PARTS; i++)
		part[i] = (struct workbook_part){workbook_parts[i].name,
		    span_str(workbook_parts[i].text)};
}

/* The octets of the archive that a source in memory holds, over those of a file:
 * one that is emptied first is written to the disk at once by some systems. */
static inline bool
workbook_save(zip_source_t *archive, const char *path)
{
	char block[1 << 14];
	FILE *f = fopen(path, "r+");
	zip_int64_t n = 0;
	bool good;

	f = f ? f : fopen(path, "w");
	good = f != NULL && zip_source_open(archive) == 0;

	while (good && (n = zip_source_read(archive, block, sizeof(block))) > 0)
		good = fwrite(block, 1, (size_t)n, f) == (size_t)n;
	if (good)
		zip_source_close(archive);
	good = good && fflush(f) == 0 && ftruncate(fileno(f), ftell(f)) == 0;
	return f != NULL && fclose(f) == 0 && good && n == 0;
}

/* Writes it over the file at path; stored: not packed. False on failure. */
static inline bool
workbook_write(const char *path, const struct workbook_part *part, size_t n,
    bool stored)
{
	zip_source_t *archive = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_source_t *source;
	zip_t *zip;
	zip_int64_t at;
	bool good;

	zip_source_keep(archive);
	zip = zip_open_from_source(archive, ZIP_TRUNCATE, NULL);
	good = zip != NULL;
	for (size_t i = 0; good && i < n; i++) {
		source = zip_source_buffer(zip, part[i].text.p, part[i].text.n,
		    0);
		at = zip_file_add(zip, part[i].name, source, ZIP_FL_ENC_UTF_8);
		good = at >= 0 && (!stored || zip_set_file_compression(zip,
		    (zip_uint64_t)at, ZIP_CM_STORE, 0) == 0);
	}
	good = good && zip_close(zip) == 0 && workbook_save(archive, path);
	zip_source_free(archive);
	return good;
}

#endif
