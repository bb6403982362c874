# SPDX-License-Identifier: ISC
"""Reading a workbook: smpp-bulk-xlsx beside others, in one run.

CPU seconds of all threads and wall seconds, medians of three alternating runs;
the ratio is to smpp-bulk-xlsx by wall time.
"""
import os
import statistics
import subprocess
import time

OPENPYXL = '''
import sys, openpyxl
out = sys.stdout
for row in openpyxl.load_workbook(sys.argv[1], read_only=True).active.iter_rows(values_only=True):
    out.write("\\t".join("" if v is None else str(v) for v in row) + "\\n")
'''
EXCELJS = '''
const Excel = require("exceljs");
(async () => {
	const book = new Excel.stream.xlsx.WorkbookReader(process.argv[1], {worksheets: "emit",
	    sharedStrings: "cache", styles: "ignore", hyperlinks: "ignore"});
	for await (const sheet of book)
		for await (const row of sheet)
			process.stdout.write(row.values.slice(1).join("\\t") + "\\n");
})();
'''


def can(command):
    return subprocess.run(command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def readers(bulk, root):
    """Name and command, which the file is appended to."""
    yield 'smpp-bulk-xlsx', [bulk, '-q', '--to-col', 'Phone', '--text-col', 'Text',
                             '--with', 'Name=from']
    yield 'smpp-bulk-xlsx --stream', [bulk, '-q', '--stream', '--to-col', 'Phone',
                                      '--text-col', 'Text', '--with', 'Name=from']
    if can(['xlsx2csv', '-v']):
        yield 'xlsx2csv', ['xlsx2csv']
    if can(['/usr/bin/python3', '-c', 'import openpyxl']):
        yield 'openpyxl', ['/usr/bin/python3', '-c', OPENPYXL]
    modules = root + '/build/node/node_modules'
    if os.path.isdir(modules + '/exceljs'):
        os.environ['NODE_PATH'] = modules
        yield 'exceljs', ['node', '-e', EXCELJS]
    if can(['ssconvert', '--version']):
        yield 'gnumeric', ['ssconvert', '-T', 'Gnumeric_stf:stf_csv']


def measure(bench, bulk, root, rows):
    for kind in ('shared', 'inline'):
        name = '%s/sheet-%s.xlsx' % (bench.folder.name, kind)
        subprocess.run([bench.build + '/tests/bench/sheet', name, str(rows), kind], check=True)
        print('\nA sheet of %d x 4 with %s strings (median of 3; s, s of CPU, MiB, ratio)'
              % (rows, kind))
        runs = {}
        contenders = list(readers(bulk, root))
        for _ in range(3):
            for title, command in contenders:
                last = [name, 'fd://1'] if title == 'gnumeric' else [name]
                runs.setdefault(title, []).append(bench.timed(command + last, None))
        first = statistics.median(r[0] for r in runs['smpp-bulk-xlsx'])
        for title, _ in contenders:
            wall = statistics.median(r[0] for r in runs[title])
            print('%-28s %8.2f %8.2f %8.1f %8.1f' % (
                title, wall, statistics.median(r[1] for r in runs[title]),
                max(r[2] for r in runs[title]) / 1024, wall / first), flush=True)
        first_row(bulk, name)


def first_row(bulk, name):
    times = []
    for _ in range(11):
        began = time.monotonic()
        with subprocess.Popen([bulk, '-q', '--stream', '--to-col', 'Phone', '--text-col',
                               'Text', name], stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            process.stdout.readline()
            times.append(time.monotonic() - began)
            process.kill()
    print('%-28s %8.1f ms' % ('first row with --stream', 1000 * statistics.median(times)))
