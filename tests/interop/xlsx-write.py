# SPDX-License-Identifier: ISC
"""Writes and reads workbooks with openpyxl.

write FILE           the rows of the test
xls FILE             numbers with formats, by xlwt
cells FILE SHEET     its cells as TSV
charts FILE          how many charts each sheet has
"""
import datetime
import sys

import openpyxl

ROWS = [
    ('Phone', 'Name', 'Text', 'Number', 'Date', 'Yes'),
    ('+821055551234', '김철수', 'plain', 483920, datetime.date(2026, 12, 1), True),
    ('010-5555-5678', 'Zoë 😀', 'two\nlines', 1.5, datetime.date(2024, 2, 29), False),
    (821055552222, '<&> "x"', '_x41_ is no A', -3, datetime.date(1999, 12, 31), True),
    (1055553333, ' blanks ', 'tab\there', 1234567890123, datetime.date(2000, 1, 1), False),
]


def write_xls(name):
    import xlwt
    book = xlwt.Workbook()
    sheet = book.add_sheet('고객')
    for i, (title, value, code) in enumerate((
            ('Phone', 1055551234, '000-0000-0000'), ('Price', 12500, '#,##0"원"'),
            ('Day', datetime.date(2026, 12, 1), 'yyyy"년" m"월" d"일"'))):
        sheet.write(0, i, title)
        sheet.write(1, i, value, xlwt.easyxf(num_format_str=code))
    book.save(name)


def main():
    what, name = sys.argv[1:3]
    if what == 'write':
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = '고객 1'
        for row in ROWS:
            sheet.append(row)
        for row in sheet.iter_rows(min_row=2, min_col=5, max_col=5):
            row[0].number_format = 'yyyy-mm-dd'
        book.save(name)
    elif what == 'xls':
        write_xls(name)
    elif what == 'cells':
        for row in openpyxl.load_workbook(name)[sys.argv[3]].iter_rows(values_only=True):
            print('\t'.join('' if v is None else str(v) for v in row))
    else:
        for sheet in openpyxl.load_workbook(name):
            print(sheet.title, len(sheet._charts))


main()
