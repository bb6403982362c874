/* SPDX-License-Identifier: ISC */
/* Writes the workbook that the benchmark of spreadsheets reads.
 * usage: sheet FILE ROWS shared|inline */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

int
main(int argc, char **argv)
{
	lxw_workbook_options options = {0};
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_row_t rows;
	char text[256];

	if (argc != 4)
		return 64;
	rows = (lxw_row_t)strtoul(argv[2], NULL, 10);
	options.constant_memory = strcmp(argv[3], "inline") == 0;
	book = workbook_new_opt(argv[1], &options);
	sheet = workbook_add_worksheet(book, NULL);
	worksheet_write_string(sheet, 0, 0, "Phone", NULL);
	worksheet_write_string(sheet, 0, 1, "Number", NULL);
	worksheet_write_string(sheet, 0, 2, "Name", NULL);
	worksheet_write_string(sheet, 0, 3, "Text", NULL);
	for (lxw_row_t i = 1; i <= rows; i++) {
		snprintf(text, sizeof(text), "+8210%08u", i * 7 % 100000000);
		worksheet_write_string(sheet, i, 0, text, NULL);
		worksheet_write_number(sheet, i, 1, 821000000000.0 + i, NULL);
		snprintf(text, sizeof(text), "%s %u", i % 2 ? "김철수" :
		    "John Smith", i);
		worksheet_write_string(sheet, i, 2, text, NULL);
		snprintf(text, sizeof(text), "안녕하세요 고객님, 주문번호 %u "
		    "상품이 배송되었습니다. Thank you & see <you> again soon %u",
		    i, i * 3);
		worksheet_write_string(sheet, i, 3, text, NULL);
	}
	return workbook_close(book) == LXW_NO_ERROR ? 0 : 1;
}
