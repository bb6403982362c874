# SPDX-License-Identifier: ISC
"""Writes hostile workbooks into a folder, and a list of them.

LIST has a line for each: its file, a tab, and a pattern of what is to be said.
"""
import os
import struct
import sys
import zipfile

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
HEAD = ('<row r="1"><c r="A1" t="inlineStr"><is><t>Phone</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>Text</t></is></c></row>')
GOOD = ('<row r="2"><c r="A2" t="inlineStr"><is><t>+821055551234</t></is></c>'
        '<c r="B2" t="inlineStr"><is><t>hi</t></is></c></row>')


def relation(name, kind, target):
    return '<Relationship Id="%s" Type="%s/%s" Target="%s"/>' % (name, REL, kind, target)


def sheet(rows):
    return '<worksheet %s><sheetData>%s</sheetData></worksheet>' % (MAIN, rows)


def parts(**other):
    """The parts of a sound workbook, but for those given."""
    part = {
        'root': ('_rels/.rels', RELS % relation('r1', 'officeDocument', 'xl/workbook.xml')),
        'book': ('xl/workbook.xml', '<workbook %s xmlns:r="%s"><sheets><sheet name="One" '
                 'sheetId="1" r:id="rId1"/></sheets></workbook>' % (MAIN, REL)),
        'rels': ('xl/_rels/workbook.xml.rels', RELS % (
            relation('rId1', 'worksheet', 'worksheets/sheet1.xml') +
            relation('rId2', 'sharedStrings', 'sharedStrings.xml') +
            relation('rId3', 'styles', 'styles.xml'))),
        'styles': ('xl/styles.xml', '<styleSheet/>'),
        'strings': ('xl/sharedStrings.xml', '<sst %s><si><t>x</t></si></sst>' % MAIN),
        'sheet': ('xl/worksheets/sheet1.xml', sheet(HEAD + GOOD)),
    }
    for key, text in other.items():
        part[key] = (part[key][0] if key in part else key, text)
    return part


def write(name, part):
    with zipfile.ZipFile(name, 'w', zipfile.ZIP_DEFLATED) as z:
        for path, text in part.values():
            z.writestr(path, text)


def patch(name, member, field, change):
    """Changes a number of 4 octets in the central directory (and the local header)."""
    with zipfile.ZipFile(name) as z:
        local = z.getinfo(member).header_offset
    data = bytearray(open(name, 'rb').read())
    central = data.find(b'PK\1\2')
    while data[central + 46:central + 46 + len(member)] != member.encode():
        central = data.find(b'PK\1\2', central + 1)
    for at in (central + field, local + field - 2):
        value = struct.unpack_from('<I', data, at)[0]
        struct.pack_into('<I', data, at, change(value) & 0xffffffff)
    open(name, 'wb').write(data)


def compound(name, streams):
    """A compound file whose directory names these streams."""
    entries = [('Root Entry', 5)] + [(s, 2) for s in streams]
    directory = b''
    for title, kind in entries + [('', 0)] * (-len(entries) % 4):
        text = title.encode('utf-16-le')
        directory += text.ljust(64, b'\0') + struct.pack(
            '<HBBiii', len(text) + 2 if title else 0, kind, 1, -1, -1,
            1 if kind == 5 else -1) + b'\0' * 36 + struct.pack('<III', 0xfffffffe, 0, 0)
    table = struct.pack('<II', 0xfffffffd, 0xfffffffe).ljust(512, b'\xff')
    header = bytes.fromhex('d0cf11e0a1b11ae1') + b'\0' * 16 + struct.pack(
        '<HHHHH6xIIIIIIIIII', 0x3e, 3, 0xfffe, 9, 6, 0, 1, 1, 0, 4096, 0xfffffffe, 0,
        0xfffffffe, 0, 0)[:-4] + struct.pack('<I', 0)
    open(name, 'wb').write((header.ljust(512, b'\xff') + table + directory))


SHEET = 'xl/worksheets/sheet1.xml'


def cells(text):
    return parts(sheet=sheet(HEAD + text))


def simple():
    """Name, parts, what is said."""
    yield 'entities', parts(sheet='<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b '
                            '"&a;&a;&a;&a;&a;&a;&a;&a;">]>' + sheet(HEAD)), 'a document type'
    yield 'entities-in-strings', parts(strings='<!DOCTYPE x [<!ENTITY a "a">]><sst/>'), \
        'sharedStrings.xml: a document type'
    yield 'entities-in-book', parts(book='<!DOCTYPE x><workbook/>'), 'workbook.xml: a document type'
    yield 'deep', cells('<a>' * 200000), 'nested deeper'
    yield 'no-such-string', cells('<row r="2"><c r="A2" t="s"><v>1</v></c></row>'), \
        'cell A2: the workbook has no such shared string'
    yield 'row-order', cells('<row r="9"><c r="A9"><v>1</v></c></row>'
                             '<row r="3"><c r="A3"><v>1</v></c></row>'), 'row 3: it stands behind row 9'
    yield 'cell-twice', cells('<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>'), \
        'cell A2: it is there twice'
    yield 'cell-in-cell', cells('<row r="2"><c r="A2"><c r="B2"/></c></row>'), \
        'cell A2: another cell stands in it'
    yield 'cells', cells('<row r="2">%s</row>' % ('<c r="A2"><v>1</v></c>' * 20000)), \
        'cell A2: no sheet is so wide'
    yield 'row-of-text', cells('<row r="2">%s</row>' % (
        '<c r="A2" t="inlineStr"><is><t>%s</t></is></c>' % ('x' * 32000) * 3000)), \
        'cell A2: its row holds more than 64 MiB'
    yield 'target', parts(rels=RELS % relation('rId1', 'worksheet', 'a/../' * 1000000)), \
        'nothing leads to its part'
    yield 'column', cells('<row r="2"><c r="XFE2"><v>1</v></c></row>'), 'cell "XFE2" is no cell'
    yield 'row', cells('<row r="1048577"><c r="A1048577"><v>1</v></c></row>'), 'row "1048577"'
    yield 'long', cells('<row r="2"><c r="A2" t="inlineStr"><is><t>%s</t></is></c></row>' %
                        ('x' * 32768)), 'cell A2: longer than the 32767'
    yield 'long-string', parts(strings='<sst><si><t>%s</t></si></sst>' % ('x' * 32768)), \
        'string 0 is longer'
    yield 'comment', cells('<!-- %s -->' % (' ' * (20 << 20))), 'a comment longer than'
    yield 'comment-of-rows', cells('<!-- %s -->' % ('<row ' * (4 << 20))), 'a comment longer than'
    yield 'attribute', cells('<row r="%s">' % ('1' * (20 << 20))), 'a tag or a comment longer than'
    yield 'not-closed', parts(sheet='<worksheet><sheetData>' + HEAD + GOOD), 'no element found|unclosed'
    yield 'number', cells('<row r="2"><c r="A2"><v>1e</v></c></row>'), 'cell A2: its number'
    yield 'no-sheets', parts(book='<workbook><sheets/></workbook>'), 'no sheet'
    yield 'circle', parts(rels=RELS % relation('rId1', 'worksheet', 'workbook.xml')), 'holds nothing'
    yield 'circle-of-all', parts(root=RELS % relation('r1', 'officeDocument', '_rels/.rels')), 'no sheet'
    yield 'traversal', parts(rels=RELS % relation(
        'rId1', 'worksheet', '../../../../../etc/passwd')), 'etc/passwd: it is missing'
    yield 'traversal-of-all', parts(root=RELS % relation(
        'r1', 'officeDocument', '/../../etc/passwd')), 'etc/passwd: it is missing'
    yield 'no-part', parts(rels=RELS % ''), 'nothing leads to its part'
    yield 'no-book', {'x': ('readme.txt', 'hello')}, 'a zip file, but no workbook'
    yield 'binary', parts(root=RELS % relation('r1', 'officeDocument', 'xl/workbook.bin')), r'\.xlsb'
    yield 'formats', parts(
        styles='<styleSheet><numFmts><numFmt numFmtId="164" formatCode="%s"/></numFmts><cellXfs>%s'
        '</cellXfs></styleSheet>' % ('0' * 1000000, '<xf numFmtId="164"/>' * 65536),
        sheet=sheet(HEAD + '<row r="2"><c r="A2" s="1"><v>x</v></c></row>')), 'cell A2: its number'
    # a thousand times as long unpacked, and sound but for its end
    yield 'blanks', parts(sheet='<worksheet><sheetData>' + HEAD + ' ' * (100 << 20)), 'no element found'


def main():
    os.chdir(sys.argv[1])
    listed = []
    for name, part, said in simple():
        write(name + '.xlsx', part)
        listed.append((name + '.xlsx', said))
    for name, field, change, said in (
            ('crc', 16, lambda v: v ^ 1, 'CRC'),
            ('larger', 24, lambda v: v + 1000, 'sheet1.xml: '),
            ('smaller', 24, lambda v: v - 100, 'sheet1.xml: '),
            ('packed', 20, lambda v: v - 20, 'sheet1.xml: |damaged')):
        write(name + '.xlsx', parts())
        patch(name + '.xlsx', SHEET, field, change)
        listed.append((name + '.xlsx', said))
    whole = open('crc.xlsx', 'rb').read()
    open('cut.xlsx', 'wb').write(whole[:-40])
    listed.append(('cut.xlsx', 'damaged'))
    compound('secret.xlsx', ['EncryptionInfo', 'EncryptedPackage'])
    listed.append(('secret.xlsx', 'protected by a password'))
    compound('other.xls', ['Contents'])
    listed.append(('other.xls', 'no workbook is in it'))
    with open('LIST', 'w', encoding='utf-8') as out:
        for name, said in listed:
            out.write('%s\t%s\n' % (name, said))


main()
