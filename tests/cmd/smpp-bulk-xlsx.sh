#!/bin/sh
# smpp-bulk-xlsx: from spreadsheets of every kind to records for smpp-send.
. "${0%/*}/lib.sh"

data=$ROOT/tests/data
tabs() { sed "s/|/$tab/g"; }

# Workbooks

exits 0 'a workbook is read' smpp-bulk-xlsx "$data/customers.xlsx" --country 82 \
	--template 'Dear {Name}, your code is {Code}'
is 'numbers are mended, texts made' "$(sed -n '1p;2p;4p' out)" "$(tabs <<'END'
to|text|ref
+821055551234|Dear 김철수, your code is 483920|Customers!2
+821055551111|Dear 이영희, your code is 700001|Customers!4
END
)"
is 'every row is there' "$(wc -l <out)" 9
exits 0 'from stdin too' sh -c "smpp-bulk-xlsx --text-col Code <$data/customers.xlsx"
is 'as many rows' "$(wc -l <out)" 9
like 'what Excel took the 0 of is noted' "$(cat err)" '2 numbers have neither \+ nor a leading 0'
exits 0 'as JSON' smpp-bulk-xlsx -j "$data/customers.xlsx" --country 82 --text-col C -c 1
is 'one object' "$(cat out)" '{"to":"+821055551234","text":"483920","ref":"Customers!2"}'
exits 0 'columns by name, others with --with' smpp-bulk-xlsx "$data/customers.xlsx" --country 82 \
	--to-col phone --text-col name --with Due=schedule --with Code=service_type -c 1
is 'a date is a time' "$(sed -n 2p out)" \
	"+821055551234${tab}김철수${tab}2026-12-01T00:00:00${tab}483920${tab}Customers!2"

exits 1 'an .xls is read, what of it cannot be is refused' smpp-bulk-xlsx "$data/customers.xls" \
	--country 82 --template '{이름} {Code} {Due|}'
is 'its rows' "$(cat out)" "$(tabs <<'END'
to|text|ref
+821055551231|김1 483921 2024-01-01|고객!2
+821055551232|김2 483922 2024-01-02|고객!3
+821055551233|김3 483923 2024-01-03|고객!4
END
)"
like 'a formula is named' "$(cat err)" 'customers.xls: 고객!B5: it is a formula whose result'
like 'a truth value is no phone' "$(cat err)" '고객!A6 "TRUE": it is TRUE or FALSE'
exits 1 'hidden rows can be passed over' smpp-bulk-xlsx "$data/customers.xls" --text-col C --skip-hidden
is 'the hidden one is not there' "$(cut -f1 out | tr '\n' ' ')" 'to +821055551231 +821055551232 1055551234 '
exits 0 'an .xls shows numbers, dates and results of formulas by their formats' smpp-bulk-xlsx \
	"$data/formats.xls" --country 82 --template '{Code} {Price} {Day} {Sum}' --with Iso=schedule
is 'as a person sees them' "$(sed -n 2p out)" \
	"+821055551231${tab}00007 12,500원 2026년 11월 1일 25000${tab}2026-11-01T00:00:00${tab}고객!2"
head -c 3000 "$data/customers.xls" >cut.xls
exits 65 'an .xls that breaks off is refused' smpp-bulk-xlsx cut.xls --text-col 이름
is 'and prints nothing' "$(cat out)" ''
like 'and says so' "$(cat err)" 'cut.xls: '

# Rows that are wrong

cat >bad.csv <<'END'
전화번호,내용
010-5555-1234,하나
8.21056E+12,둘
010-12,셋
,넷
010-5555-1234,다섯
010-5555-9999,
02-333-4444,일곱
END
exits 1 'what cannot be sent is refused' smpp-bulk-xlsx bad.csv --country 82 --dedupe
is 'the rest is printed' "$(cat out)" "$(tabs <<'END'
to|text|ref
+821055551234|하나|2
+8223334444|일곱|8
END
)"
is 'each is named with its cell and the reason' "$(cat err)" \
"smpp-bulk-xlsx: bad.csv: A3 \"8.21056E+12\": Excel has cut its digits off; type it again in a column formatted as text
smpp-bulk-xlsx: bad.csv: A4 \"010-12\": it is no number of country 82 (8 to 10 digits behind the 0); write one of another country with +
smpp-bulk-xlsx: bad.csv: A5: no phone number
smpp-bulk-xlsx: bad.csv: A6 \"010-5555-1234\": the same number as in row 2
smpp-bulk-xlsx: bad.csv: B7: no text
smpp-bulk-xlsx: 2 rows, 5 refused (1 there before, 0 excluded)"
exits 1 '--check prints no record' smpp-bulk-xlsx bad.csv --country 82 --check
is 'none' "$(cat out)" ''
like 'but what is wrong' "$(cat err)" 'A4 "010-12"'
printf '010 5555 1234\n' >out.txt
exits 1 'numbers can be excluded' smpp-bulk-xlsx bad.csv --country 82 --exclude out.txt
like 'and are named' "$(cat err)" 'A2 "010-5555-1234": it is excluded'
unlike 'and not printed' "$(cat out)" '5551234'
printf 'phone\n010 5555 1234\nnobody\n' >out.txt
exits 65 'whom to exclude must be clear' smpp-bulk-xlsx bad.csv --country 82 --exclude out.txt
like 'the cell is named' "$(cat err)" 'out.txt: A3 "nobody": it is no phone number; whom it excludes cannot be told'
: >out.txt
exits 1 'nobody to exclude is fine' smpp-bulk-xlsx bad.csv --country 82 --exclude out.txt
printf 'phone,text\nx,y\n' >none.csv
exits 65 'a file without one good row is no input' smpp-bulk-xlsx none.csv

# Headers and options

exits 65 'a column that is not there is named' smpp-bulk-xlsx "$data/customers.xlsx" --template '{Nmae}'
like 'with those that are' "$(cat err)" 'no column "Nmae"; row 1 of "Customers" has A "Name", B "Phone", C "Code", D "Due"'
printf 'Campaign of May\n\nTel,Mobile,Text\n1,2345,hi\n' >two.csv
exits 65 'two columns of phones need a word' smpp-bulk-xlsx two.csv
like 'which is asked for' "$(cat err)" 'names more than one column that could be it.*--to-col says which'
exits 0 'a header below other rows is found' smpp-bulk-xlsx two.csv --to-col Mobile -n
like 'and said' "$(cat err)" 'header +row 3'

# Merged cells leave their text in the first of them alone
printf '이름,연락처,,내용\n,집,휴대폰,\n김,02-333-4444,010-5555-1234,안녕\n' >merged.csv
exits 0 'a header in two rows' smpp-bulk-xlsx merged.csv --country 82 --template '{이름}{내용}'
is 'names what stands below' "$(cat out)" "$(tabs <<'END'
to|text|ref
+821055551234|김안녕|3
END
)"
like 'which is said' "$(cat err)" 'rows 1 and 2 are the header'
exits 0 'and by the name above' smpp-bulk-xlsx merged.csv --country 82 --to-col 연락처 --text-col D
is 'the first column below it' "$(sed -n 2p out | cut -f1)" +8223334444
printf 'Phone,Text,Address,\n,,City,Street\n010-5555-1234,hi,Seoul,Main\n' >merged.csv
exits 0 'a header that goes on beside the phones' smpp-bulk-xlsx merged.csv --template '{City} {Street}'
is 'is whole' "$(sed -n 2p out | cut -f2)" 'Seoul Main'
printf 'Phone,Name\n전화번호,이름\n010-5555-1234,Kim\n' >merged.csv
exits 0 'names in two languages' smpp-bulk-xlsx merged.csv --template '{Name} {이름}'
is 'both count' "$(sed -n 2p out | cut -f2)" 'Kim Kim'
printf 'Phone,Text\n,no phone here\n010-5555-1234,hi\n' >merged.csv
exits 1 'a row without a phone is no header' smpp-bulk-xlsx merged.csv
like 'and is refused' "$(cat err)" 'A2: no phone number'

printf '01055551234;hello\n01055555678;there\n' >bare.csv
exits 0 'no header, columns by place' smpp-bulk-xlsx bare.csv --to-col A --text-col 2
is 'the first row is data' "$(sed -n 2p out)" "01055551234${tab}hello${tab}1"
exits 65 'a file without phones' smpp-bulk-xlsx bare.csv
like 'is asked about' "$(cat err)" '--to-col says which it is'
exits 66 'a file that is not there' smpp-bulk-xlsx nonesuch.xlsx
exits 65 'a folder' smpp-bulk-xlsx .
exits 64 'a country nobody knows' smpp-bulk-xlsx bare.csv --country 999
exits 64 'a column smpp-send does not take' smpp-bulk-xlsx bare.csv --with A=colour
exits 64 'a sample of a stream' smpp-bulk-xlsx bare.csv --stream --sample 1
exits 65 'a template with an open brace' smpp-bulk-xlsx bare.csv --to-col A --template 'x {A'
like 'is shown its place' "$(cat err)" 'template, octet 3: a brace that opens is not closed'
printf 'Dear {B},\n' >t.txt
exits 0 'a template from a file' smpp-bulk-xlsx bare.csv --to-col A --template @t.txt
is 'without its last line feed' "$(sed -n 2p out)" "01055551234${tab}Dear hello,${tab}1"

# Streams, samples, places

awk 'BEGIN { print "phone,text"; for (i = 0; i < 5000; i++) printf "0105555%04d,text %d\n", i, i }' >many.csv
exits 0 'a sample' smpp-bulk-xlsx many.csv --sample 10 --seed 7
is 'of ten rows' "$(sed 1d out | wc -l)" 10
cp out first
exits 0 'again with the same seed' smpp-bulk-xlsx many.csv --sample 10 --seed 7
ok 'is the same' cmp -s out first
awk 'BEGIN { print "phone,text"; for (i = 0; i < 40000; i++)
	printf "0105555%04d,a text that is a little longer than others, number %d\n", i, i }' >long.csv
exits 0 'many rows are kept in a file' smpp-bulk-xlsx long.csv
cp out first
exits 0 'where there is no room for it the sheet is read again' env TMPDIR=/no/such smpp-bulk-xlsx long.csv
ok 'the same comes of it' cmp -s out first
is 'all of it' "$(wc -l <out)" 40001
exits 0 'as a stream' smpp-bulk-xlsx many.csv --stream
is 'all rows' "$(sed 1d out | wc -l)" 5000
head -c 20000 many.csv >broken.csv; printf '\377\n' >>broken.csv
exits 65 'a broken tail prints nothing' smpp-bulk-xlsx broken.csv --encoding utf-8
is 'nothing at all' "$(cat out)" ''
exits 65 'a stream prints as far as it goes' smpp-bulk-xlsx broken.csv --encoding utf-8 --stream
like 'rows' "$(cat out)" '01055550001'
if [ -e /dev/full ]; then
	exits 74 'a full disk' sh -c 'smpp-bulk-xlsx many.csv >/dev/full'
fi
exits 73 'a place that cannot be' smpp-bulk-xlsx many.csv -o /no/such/place

# on_terminal COMMAND...: its stderr is one, and comes out.
on_terminal() { python3 -c 'import os, subprocess, sys
far, near = os.openpty()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=near).returncode
os.close(near)
try:
    while True:
        sys.stdout.buffer.write(os.read(far, 65536))
except OSError:
    pass
sys.exit(status)' "$@"; }
exits 0 'a terminal' on_terminal smpp-bulk-xlsx many.csv
like 'shows how far a long file is' "$(tr '\r' '\n' <out)" 'checking: [0-9]+ %, 1024 rows, 0 refused'
exits 0 'with -q' on_terminal smpp-bulk-xlsx -q many.csv
is 'it shows nothing' "$(cat out)" ''

# The way to phones

start sim smpp-sim -l 127.0.0.1:0
exits 0 'a workbook is sent' sh -c "smpp-bulk-xlsx $data/customers.xlsx --country 82 --template \
'Dear {Name}, your code is {Code}' | smpp-send -u smpp://me@$addr --batch --alphabet gsm7"
is 'a row for each row' "$(cut -f1,2,4 out | sort | head -2)" \
	"$(printf 'Customers!2\tok\t+821055551234\nCustomers!3\tok\t+821055555678')"
is 'all of them' "$(grep -c "${tab}ok$tab" out)" 8
stop sim

# And back: the report. members FILE: the text of a workbook's parts.
members() { python3 -c 'import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
for n in z.namelist():
    print(n, z.read(n).decode("utf-8", "replace"))' "$1"; }
cp out results.tsv
exits 0 'a report is written' smpp-bulk-xlsx "$data/customers.xlsx" --report report.xlsx results.tsv
like 'and told' "$(cat err)" 'results of 8 rows: 8 ok'
like 'with what would have shown more' "$(cat err)" 'no receipts are among the results'
exits 0 'it reads as a sheet' smpp-bulk-xlsx report.xlsx --sheet Customers --country 82 --text-col 'Message id'
is 'with the ids of the results' "$(sed 1d out | cut -f2 | sort)" "$(cut -f3 results.tsv | sort)"
members report.xlsx >parts
like 'a chart is in it' "$(cat parts)" 'xl/charts/chart1.xml'
like 'statuses are coloured' "$(cat parts)" 'conditionalFormatting'
like 'the header stays in sight, and filters' "$(cat parts)" 'state="frozen".*autoFilter|autoFilter.*state="frozen"'

id=$(awk -F'\t' '$1 == "Customers!3" { print $3 }' results.tsv)
{
	cat results.tsv
	printf '2026-11-25T02:00:00.000Z\treceipt\t1\t2\tid:%s sub:001 dlvrd:000 submit date:2611250100 done date:2611250103 stat:UNDELIV err:031\t%s\tUNDELIV\t031\n' "$id" "$id"
	printf '2026-11-25T02:00:00.000Z\treceipt\t1\t2\tid:x\tnobody\tDELIVRD\t000\n'
} >more.tsv
exits 0 'receipts behind the results' smpp-bulk-xlsx "$data/customers.xlsx" --report report.xlsx more.tsv
like 'one is of another message' "$(cat err)" '1 receipts are of no message in the results'
exits 0 'their states' smpp-bulk-xlsx report.xlsx --sheet Customers --country 82 --template '{State|-} {Error|-}'
like 'are in the row of their message' "$(cat out)" "UNDELIV 031${tab}Customers!3"
members report.xlsx >parts
like 'a time to delivery was counted' "$(cat parts)" 'Time to delivery'
printf 'nonsense\n' >bad.tsv
exits 1 'what is no result is told' smpp-bulk-xlsx "$data/customers.xlsx" --report report.xlsx bad.tsv
like 'with its line' "$(cat err)" 'bad.tsv: line 1: neither a result of smpp-send'
exits 66 'results that are not there' smpp-bulk-xlsx "$data/customers.xlsx" --report report.xlsx nonesuch.tsv
exits 73 'a report that cannot be written' smpp-bulk-xlsx "$data/customers.xlsx" --report /no/such/report.xlsx results.tsv
cp "$data/customers.xlsx" mine.xlsx
exits 64 'a report in the place of its sheet' smpp-bulk-xlsx mine.xlsx --report ./mine.xlsx results.tsv
exits 64 'records in its place' smpp-bulk-xlsx --stream mine.xlsx --text-col 1 -o mine.xlsx
ok 'leaves the sheet as it is' cmp -s mine.xlsx "$data/customers.xlsx"
cp report.xlsx before.xlsx
exits 65 'a sheet that breaks off gives no report' smpp-bulk-xlsx broken.csv --encoding utf-8 --report report.xlsx results.tsv
ok 'and the one before stays' cmp -s report.xlsx before.xlsx
is 'nor does a piece of it' "$(find . -name 'report.xlsx.*')" ''
{
	printf 'Phone,Text,Long\n0105555,_x0041_ \001 =1+1,'
	head -c 40000 /dev/zero | tr '\0' x
	echo
} >odd.csv
printf '2\tok\tid\\x00\\xff\t\t1\t\n' >odd.tsv
exits 0 'a report of what no cell holds' smpp-bulk-xlsx odd.csv --report odd.xlsx odd.tsv
like 'tells what it had to cut' "$(cat err)" '1 texts are longer than a cell may be'
exits 0 'it reads' smpp-bulk-xlsx odd.xlsx --sheet Rows --template '{Text} {Message id}' --with Long=flash
is 'as it was written' "$(sed -n 2p out | cut -f2)" '_x0041_ \x01 =1+1 id\\x00\\xff'
like 'but for what was cut' "$(sed -n 2p out)" 'xxx \[\.\.\.\]'
exits 64 'a report of nothing' sh -c 'smpp-bulk-xlsx --report report.xlsx <results.tsv'

exits 0 'a workbook to begin with' smpp-bulk-xlsx --new start.xlsx
exits 73 'is not written over' smpp-bulk-xlsx --new start.xlsx
members start.xlsx >parts
like 'it tells the commands with its own name' "$(cat parts)" 'smpp-bulk-xlsx start.xlsx -n'
like 'its phone cells are text' "$(cat parts)" 'numFmtId="49"'
like 'its columns have notes' "$(cat parts)" 'so that no leading 0 is lost'
exits 0 'it has the columns of messages' smpp-bulk-xlsx start.xlsx -n
like 'by their names' "$(cat err)" 'text +column C "Message"'

done_testing
