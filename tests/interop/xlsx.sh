#!/bin/sh
# SPDX-License-Identifier: ISC
# Workbooks of openpyxl, LibreOffice, SheetJS and exceljs read alike; what we write
# they read.
. "${0%/*}/lib.sh"
python=/usr/bin/python3
$python -c 'import openpyxl' 2>/dev/null || skip_all 'no openpyxl here'

write=$peers/xlsx-write
read_it() { smpp-bulk-xlsx "$1" --template '{Name}/{Text}/{Number}/{Date}/{Yes}' --with Name=from; }
cat >want <<'END'
to	text	from	ref
+821055551234	김철수/plain/483920/2026-12-01/TRUE	김철수	고객 1!2
01055555678	Zoë 😀/two\nlines/1.5/2024-02-29/FALSE	Zoë 😀	고객 1!3
821055552222	<&> "x"/_x41_ is no A/-3/1999-12-31/TRUE	<&> "x"	고객 1!4
1055553333	 blanks /tab\there/1234567890123/2000-01-01/FALSE	 blanks 	고객 1!5
END
alike() {
	exits 0 "$1 is read" read_it "$2"
	ok "$1 reads as the others" cmp -s out want || { diag "$(diff out want)"; }
}

$python "$write.py" write openpyxl.xlsx
alike openpyxl openpyxl.xlsx
if command -v node >/dev/null && [ -e "$ROOT/build/node/node_modules/exceljs" ]; then
	NODE_PATH=$ROOT/build/node/node_modules
	export NODE_PATH
	for how in exceljs exceljs-stream sheetjs; do
		node "$write.js" $how $how.xlsx
		alike $how $how.xlsx
	done
	# so small that freexl does not find its way: nothing of it is made up
	node "$write.js" sheetjs-xls sheetjs.xls
	exits 65 'an .xls that cannot be read' read_it sheetjs.xls
	like 'is told with the way out' "$(cat err)" 'save it as .xlsx'
else
	skip 'exceljs and SheetJS' 'not in build/node'
fi

office() { HOME=$T soffice --headless --norestore --convert-to "$@" >/dev/null 2>&1; }
if command -v soffice >/dev/null; then
	mkdir lo
	office xlsx --outdir lo openpyxl.xlsx
	alike LibreOffice lo/openpyxl.xlsx
	office xls --outdir lo openpyxl.xlsx
	alike 'an .xls of LibreOffice' lo/openpyxl.xls
	office ods --outdir lo openpyxl.xlsx
	exits 65 'an .ods is named' smpp-bulk-xlsx lo/openpyxl.ods
	like 'with the way out' "$(cat err)" 'OpenDocument.*save it as .xlsx'
else
	skip 'LibreOffice' 'no soffice here'
fi
if $python -c 'import xlwt' 2>/dev/null; then
	$python "$write.py" xls xlwt.xls
	exits 0 'an .xls of xlwt' smpp-bulk-xlsx xlwt.xls --country 82 --template '{Price} {Day}'
	is 'shows its numbers by their formats' "$(sed 1d out)" \
		"$(printf '+821055551234\t12,500원 2026년 12월 1일\t고객!2')"
else
	skip 'xlwt' 'no xlwt here'
fi
if command -v xlsx2csv >/dev/null; then
	is 'xlsx2csv sees the same phones' "$(xlsx2csv -d tab openpyxl.xlsx | sed 1d | cut -f1 | grep +82)" \
	    "$(cut -f1 want | grep +82)"
fi

# The whole way, and the report, as others read it

start sim smpp-sim -l 127.0.0.1:0 --outcomes 'DELIVRD=60,UNDELIV=30,REJECTD=10' --seed 3
awk 'BEGIN { print "Phone,Name"; for (i = 0; i < 400; i++) printf "+82105555%04d,Name %d\n", i, i }' >many.csv
exits 0 'a campaign is sent' sh -c "smpp-bulk-xlsx many.csv --template 'Hi {Name}' |
	smpp-send -u smpp://me@$addr --batch --wait -w 50 --header \
	--columns ref,status,message_id,error,state,err,time,done_date >results.tsv"
stop sim
exits 0 'and reported' smpp-bulk-xlsx many.csv --report report.xlsx results.tsv
for state in DELIVRD UNDELIV REJECTD; do
	is "openpyxl reads as many $state as there were" "$($python "$write.py" cells report.xlsx Summary |
		awk -F'\t' -v s=$state '$1 == s { print $2 }')" "$(cut -f5 results.tsv | grep -c $state)"
done
is 'it reads a result for each row' "$($python "$write.py" cells report.xlsx Rows | cut -f3 | grep -c '^ok$')" 400
like 'it finds the charts' "$($python "$write.py" charts report.xlsx)" '^Summary [3-9]'
if command -v soffice >/dev/null; then
	office pdf report.xlsx
	ok 'LibreOffice makes a PDF of it' test -s report.pdf
fi
done_testing
