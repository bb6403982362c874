// SPDX-License-Identifier: ISC
// Writes the rows of the test with exceljs and with SheetJS.
// usage: xlsx-write.js exceljs|exceljs-stream|sheetjs|sheetjs-xls FILE
'use strict';

const rows = [
	['Phone', 'Name', 'Text', 'Number', 'Date', 'Yes'],
	['+821055551234', '김철수', 'plain', 483920, new Date(Date.UTC(2026, 11, 1)), true],
	['010-5555-5678', 'Zoë 😀', 'two\nlines', 1.5, new Date(Date.UTC(2024, 1, 29)), false],
	[821055552222, '<&> "x"', '_x41_ is no A', -3, new Date(Date.UTC(1999, 11, 31)), true],
	[1055553333, ' blanks ', 'tab\there', 1234567890123, new Date(Date.UTC(2000, 0, 1)), false],
];
const [how, file] = process.argv.slice(2);

async function exceljs(stream) {
	const Excel = require('exceljs');
	const book = stream ? new Excel.stream.xlsx.WorkbookWriter({filename: file, useStyles: true,
	    useSharedStrings: false}) : new Excel.Workbook();
	const sheet = book.addWorksheet('고객 1');
	for (const row of rows) {
		const added = sheet.addRow(row);
		if (row[4] instanceof Date)
			added.getCell(5).numFmt = 'yyyy-mm-dd';
		if (stream)
			added.commit();
	}
	if (stream)
		await book.commit();
	else
		await book.xlsx.writeFile(file);
}

function sheetjs(type) {
	const XLSX = require('xlsx');
	const serial = (d) => d.getTime() / 86400000 + 25569;
	const sheet = XLSX.utils.aoa_to_sheet(rows.map((r) => r.map((v) =>
	    v instanceof Date ? {t: 'n', v: serial(v), z: 'yyyy-mm-dd'} : v)));
	const book = XLSX.utils.book_new();
	XLSX.utils.book_append_sheet(book, sheet, '고객 1');
	XLSX.writeFile(book, file, {bookType: type});
}

if (how === 'sheetjs' || how === 'sheetjs-xls')
	sheetjs(how === 'sheetjs' ? 'xlsx' : 'biff8');
else
	exceljs(how === 'exceljs-stream');
