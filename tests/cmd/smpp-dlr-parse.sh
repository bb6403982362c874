#!/bin/sh
# SPDX-License-Identifier: ISC
# smpp-dlr-parse from outside: every sample in every disguise, what is no
# receipt, columns, filters, summary, and the ends of pipes.
. "${0%/*}/../cmd/lib.sh"
need python3

receipt='id:0123 sub:001 dlvrd:001 submit date:2611240316 done date:2611240318 stat:DELIVRD err:000 text:hi'
row="0123${tab}001${tab}001${tab}2026-11-24T03:16:00${tab}2026-11-24T03:18:00${tab}DELIVRD${tab}000${tab}hi"
parse() { run smpp-dlr-parse "$@"; }
# from TEXT OPTION...: TEXT on stdin, %b escapes and all.
from() { printf '%b' "$1" >in; shift; parse "$@" <in; }

from "$receipt\n"
is 'a receipt is a row of the default columns' "$(cat out)" "$row"
is 'and all is well' "$status" 0
is 'nothing is said of it' "$(cat err)" ''

# Every sample, as it stands, in a log line, as a record in TSV and JSON
cat >samples.py <<'PY'
import datetime, json, re, subprocess, sys
def octets(cell):
    return re.sub(rb'\\(x[0-9a-f]{2}|\\)', lambda m: b'\\' if m[1] == b'\\'
                  else bytes([int(m[1][1:], 16)]), cell)
def tsv(s):
    return re.sub(rb'[\x00-\x1f\\\x7f-\xff]', lambda m: {b'\t': b'\\t', b'\n': b'\\n', b'\r': b'\\r',
                  b'\\': b'\\\\'}.get(m[0], b'\\x%02x' % m[0][0]), s)
def unescape(s):
    return re.sub(rb'\\(x[0-9a-f]{2}|.)', lambda m: bytes([int(m[1][1:], 16)]) if m[1][:1] == b'x'
                  else {b't': b'\t', b'n': b'\n', b'r': b'\r', b'\\': b'\\'}[m[1]], s)
def iso(date):
    for n, f in ((10, '%y%m%d%H%M'), (12, '%y%m%d%H%M%S'), (14, '%Y%m%d%H%M%S'), (19, '%Y-%m-%d %H:%M:%S')):
        if len(date) == n:
            try:
                t = datetime.datetime.strptime(date.decode(), f)
            except ValueError:
                return date
            return t.isoformat().encode()
    known = {b'2023010112000000': b'2023-01-01T12:00:00', b'2023010112000100': b'2023-01-01T12:00:01',
             b'180711070003912+': b'2018-07-11T07:00:03.900+03:00',
             b'180711070000012+': b'2018-07-11T07:00:00+03:00'}
    return known.get(date, date)
rows = []
for line in open(sys.argv[1], 'rb').read().split(b'\n')[1:-1]:
    cells = line.split(b'\t')
    want = [b'' if c == b'\\N' else octets(c) for c in cells[2:10]]
    want[3], want[4] = iso(want[3]), iso(want[4])
    found = any(c != b'\\N' for c in cells[2:10])
    rows.append((octets(cells[1]), want, found))
def run(lines):
    p = subprocess.run(['smpp-dlr-parse', '--rest', 'rest'], input=b'\n'.join(lines) + b'\n', capture_output=True)
    assert p.returncode == 0, p
    return [[unescape(c) for c in l.split(b'\t')] for l in p.stdout.split(b'\n')[:-1]]
def same(name, got, want):
    bad = [(g, w) for g, w in zip(got, want) if g != w]
    ok = len(got) == len(want) and not bad
    print(name, len(got), 'of', len(want), 'rows', 'as they should be' if ok else 'differ: %r' % bad[:3])
bare = [r for r in rows if b'\n' not in r[0]]
same('bare:', run([r[0] for r in bare]), [r[1] for r in bare if r[2]])
print('no receipts:', open('rest', 'rb').read().count(b'\n'))
cells = b'2026-11-24T03:19:57.123Z\treceipt\t8210\tSUREM\t%s\t\t\t'
same('records:', run([cells % tsv(r[0]) for r in rows]), [r[1] for r in rows])
obj = [json.dumps({'time': '2026', 'kind': 'receipt', 'text': r[0].decode('latin1'), 'id': None}).encode() for r in rows]
want = [[c.decode('latin1').encode() for c in r[1]] for r in rows]
same('JSON:', run(obj), want)
log = [b'2026-11-24 03:19:57,123 [pool-1] INFO d.r: got <' + r[0] for r in bare]
# neither seven cells nor an id alone are a receipt within a line
same('log:', run(log), [r[1] for r in bare if r[2] and b',' not in r[0][:3] and b' xstat:' not in r[0]])
PY
python3 samples.py "$ROOT/tests/data/smpp/dlr-samples.tsv" >got 2>&1
like 'each sample as a line gives exactly its fields' "$(cat got)" '^bare: 88 of 88 rows as they should be$'
like 'the two without any field are no receipts' "$(cat got)" '^no receipts: 2$'
like 'each as a record' "$(cat got)" '^records: 91 of 91 rows as they should be$'
like 'each as a record in JSON' "$(cat got)" '^JSON: 91 of 91 rows as they should be$'
like 'each behind the words of a log' "$(cat got)" '^log: 86 of 86 rows as they should be$' || diag "$(cat got)"

# Lines of logs, and what stands in them for a receipt and is none
from "hello\n$receipt\n\nstat: 5 files\nuser id:5 logged in\n"
is 'lines without a receipt make the status 1' "$status" 1
is 'the others are rows' "$(cat out)" "$row"
is 'they are counted, the first is named' "$(cat err)" \
	'smpp-dlr-parse: 4 lines without a receipt; the first is stdin line 1; --rest FILE keeps them'
from "hello\r\n$receipt\r\n\\0377\\0376\nlast" --rest rest
is 'with --rest the status is 0' "$status" 0
is 'a CR at the end is none of the text' "$(cat out)" "$row"
is 'the rest is as it was' "$(od -An -c rest | tr -d ' \n')" 'hello\r\n377376\nlast\n'
from "hello\n" -v
like '-v names each line' "$(cat err)" '^smpp-dlr-parse: stdin: line 1: no receipt$'
from "err: none id: 77 deliver_sm from 8210, text:$receipt id:9 stat:EXPIRED err:9\n" --columns id,stat,err,text
is 'what a log says in front is none of it, nor what the text says' "$(cat out)" \
	"0123${tab}DELIVRD${tab}000${tab}hi id:9 stat:EXPIRED err:9"
from 'id:1 stat:DELIVRD err:000 text:stat:UNDELIV err:999 id:2\n' --columns id,stat,err
is 'text does not spoof a field' "$(cat out)" "1${tab}DELIVRD${tab}000"
from '{"level":"info","msg":"got \\"id:5 stat:UNDELIV err:1 text:a\\tb\\u00e9\\"","n":1}\n' --columns id,stat,text
is 'a receipt in a string of JSON ends with it' "$(cat out)" "5${tab}UNDELIV${tab}a\\tbé\""
from '\0357\0273\0277id:5 stat:DELIVRD\n' --columns id
is 'a byte order mark is none of it' "$(cat out)" 5
from 'id:1 stat:DELIVRD text:\0276\0310\0033\\x\n' --columns text
is 'octets that are no text are escaped' "$(cat out)" '\xbe\xc8\x1b\\x'

# Records of smpp-listen
record() { printf '2026-11-24T03:19:57.123Z\t%s\t8210\tSUREM\t%s\t%s\t%s\t%s\n' "$@"; }
{
	record receipt 'sub:001 stat:DELIVRD text:a\tb\\c' 77 DELIVRD 000
	record receipt '' 78 UNDELIV 005
	record receipt 'no fields at all' '' '' ''
	record interim 'id:79 stat:DELIVRD' x EXPIRED 1
	record message 'id:80 stat:DELIVRD err:000' '' '' ''
	record ack 'id:81 stat:DELIVRD err:000' 81 '' ''
	record receipt 'id:82 stat:\q' '' '' ''
} >records
parse --columns id,stat,err,text,final,line records
is 'cells stand in, kinds decide' "$(cat out)" "77${tab}DELIVRD${tab}000${tab}a\\tb\\\\c${tab}yes${tab}1
78${tab}UNDELIV${tab}005${tab}${tab}yes${tab}2
${tab}${tab}${tab}${tab}${tab}3
79${tab}DELIVRD${tab}1${tab}${tab}no${tab}4"
like 'a message is no receipt, an unknown escape is no record' "$(cat err)" '3 lines without a receipt; the first is records line 5'
printf 'err\tkind\tid\tstate\n7\treceipt\t90\tEXPIRED\n8\tmessage\t91\tEXPIRED\n' >headed
parse --columns id,stat,err --rest rest headed
is 'a header names other columns' "$(cat out)" "90${tab}EXPIRED${tab}7"
is 'and goes to the rest with the lines that need it' "$(cat rest)" "err${tab}kind${tab}id${tab}state
8${tab}message${tab}91${tab}EXPIRED"
parse --columns id,stat --columns-in err,kind,id,state --no-header --rest rest headed
is '--columns-in does without a header' "$(cat out)" "90${tab}EXPIRED"
is 'with --no-header it is a line as others' "$(wc -l <rest)" 2
exits 64 '--columns-in needs a column with receipts' smpp-dlr-parse --columns-in time,state
printf '%s\n' '{"time":"2026","kind":"receipt","from":"1","to":"2","text":"sub:001","id":"5","state":"REJECTD","err":null}' \
	'{"kind":"message","text":"id:1 stat:DELIVRD","id":null}' >json
parse --columns id,sub,stat,err json
is 'so does JSON' "$(cat out)" "5${tab}001${tab}REJECTD$tab"
is 'its messages are no receipts' "$status" 1

# Columns
from "$receipt\n" -j --columns all
is 'JSON has numbers as numbers' "$(cat out)" \
'{"id":"0123","sub":"001","dlvrd":"001","submit_date":"2026-11-24T03:16:00","done_date":"2026-11-24T03:18:00","stat":"DELIVRD","err":"000","text":"hi","class":"delivered","final":"yes","seconds":120,"line":1,"raw":"'"$receipt"'"}'
from 'id:1 submit date:2611240318 done date:2611240316 stat:BUFFRED\nid:2 stat:WHAT err:\n' -j --columns seconds,class,final,err,text,submit_date
is 'done may come first; what is not there is null' "$(cat out)" \
'{"seconds":-120,"class":"pending","final":"no","err":null,"text":null,"submit_date":"2026-11-24T03:18:00"}
{"seconds":null,"class":"unknown","final":null,"err":"","text":null,"submit_date":null}'
from "$receipt\n" --header --columns stat,id
is 'a header of its own' "$(cat out)" "stat${tab}id
DELIVRD${tab}0123"
exits 64 'a column that is not there' smpp-dlr-parse --columns state
like 'those that are there are named' "$(cat err)" 'id,sub,dlvrd,submit_date,done_date,stat,err,text,class,final,seconds,line,raw'

# Dates
dates() {	# NAME WANT DONE-DATE OPTION...
	name=$1 want=$2; shift 2
	printf 'id:1 stat:DELIVRD done date:%s\n' "$1" >in; shift
	parse --columns done_date "$@" <in
	is "$name" "$(cat out)" "$want"
}
dates 'ten digits' 2026-11-24T03:18:00 2611240318
dates 'twelve' 2026-11-24T03:18:59 261124031859
dates 'fourteen' 2026-11-24T03:18:59 20261124031859
dates 'a zone of the dates' 2026-11-24T03:18:00+09:00 2611240318 --tz +09:00
dates 'UTC' 2026-11-24T03:18:00Z 2611240318 --tz UTC
dates 'west, and half an hour' 2026-11-24T03:18:00-03:30 2611240318 --tz -0330
dates 'SMPP says its own' 2026-11-24T03:18:59.100+09:00 261124031859136+ --tz UTC
dates 'ISO 8601 gets the zone, too' 2026-11-24T03:18:59+09:00 '2026-11-24 03:18:59' --tz +9
dates 'a month that is not' 2613240318 2613240318 --tz +9
dates 'no time at all' 0000000000 0000000000
dates 'a leap day' 2024-02-29T23:59:00 2402292359
dates 'one that is not' 2302292359 2302292359
dates 'words' never never
dates 'a time from now on is no date' 000002000000000R 000002000000000R
if [ -e /usr/share/zoneinfo/Europe/Berlin ]; then
	dates 'summer time' 2026-07-01T12:00:00+02:00 2607011200 --tz Europe/Berlin
	dates 'and none in winter' 2026-12-01T12:00:00+01:00 2612011200 --tz Europe/Berlin
	from 'id:1 submit date:2610250030 done date:2610250330 stat:DELIVRD\n' --columns seconds --tz Europe/Berlin
	is 'the night with an hour more' "$(cat out)" 14400
else
	skip 'summer time' 'no table of zones here'
fi
exits 64 'no zone' smpp-dlr-parse --tz Nowhere/Else
like 'is told what one looks like' "$(cat err)" 'Asia/Seoul'

# Ids
ids() {	# NAME WANT ID FORM
	from "id:$3 stat:DELIVRD\n" --columns id --id-as "$4"
	is "$1" "$(cat out)" "$2"
}
ids 'hexadecimal to decimal' 416342074 18D0E03A dec
ids 'with 0x' 439041101 0x1A2B3C4D dec
ids 'and back' 18d0e03a 0416342074 hex
ids 'of 128 bits' 144203021605230333780392919994464271927 6C7C7DE28BB3E961947700000000FE37 dec
ids 'a UUID stays' 74e02ee1-4e2f-4a6e-a78b-4b247d756a22 74e02ee1-4e2f-4a6e-a78b-4b247d756a22 dec
ids 'hexadecimal is no decimal' 1aF 1aF hex
ids 'as it is' 007 007 asis
big=$(python3 -c 'print("7" * 1000)')
ids 'of 1000 digits' "$(python3 -c 'print("%x" % int("7" * 1000))')" "$big" hex

# Filters
stats='id:1 stat:DELIVRD\nid:2 stat:rejected err:1\nid:3 stat:ODD err:1\nid:4 stat:UNDELIV\nid:5 err:1\n'
from "$stats" --columns id --stat REJECTD,undelivered,odd
is '--stat takes any spelling' "$(tr '\n' ' ' <out)" '2 3 '
is 'what it leaves out is a receipt all the same' "$status" 0
like 'a stat that is not known is said to be so' "$(cat err)" '^smpp-dlr-parse: --stat: undelivered is no stat word that is known'
from "$stats" --columns id --not-stat DELIVERED,UNDELIV
is '--not-stat leaves out' "$(tr '\n' ' ' <out)" '2 3 5 '
exits 64 'an empty stat' smpp-dlr-parse --stat DELIVRD,

# Summary
{
	for i in 1 2 3 4 5 6 7 8; do
		echo "id:$i submit date:261124031600 done date:26112403160$i stat:DELIVRD err:000"
	done
	echo 'id:9 submit date:2611240316 done date:2611240315 stat:REJECTED err:001'
	echo 'id:10 stat:REJECTD err:001'
	echo nothing
} >sum
parse --summary sum
is 'the table has counts, shares, percentiles and bars' "$(cat out)" "10 receipts, 1 lines without one

class          receipts  share
delivered             8  80.00%  ########################
failed                2  20.00%  ######

stat         receipts  share
DELIVRD             8  80.00%  ########################
REJECTD             2  20.00%  ######

stat     err      receipts  share
DELIVRD  000             8  80.00%  ########################
REJECTD  001             2  20.00%  ######

seconds from submit to done, of 8 receipts; 1 more were done before they were submitted
p50              4  ###############
p75              6  #######################
p90              8  ##############################
p95              8  ##############################
p99              8  ##############################
p999             8  ##############################
max              8  ##############################
mean             4"
is 'lines without a receipt count as ever' "$status" 1
parse --summary -j sum
is 'as records it is JSON' "$(head -n 4 out)" \
'{"what":"receipts","name":null,"err":null,"count":10,"share":null,"seconds":null}
{"what":"without","name":null,"err":null,"count":1,"share":null,"seconds":null}
{"what":"class","name":"delivered","err":null,"count":8,"share":80.00,"seconds":null}
{"what":"class","name":"failed","err":null,"count":2,"share":20.00,"seconds":null}'
ok 'that a parser reads' python3 -c 'import json; [json.loads(l) for l in open("out")]'
parse --summary --columns what,name,count,seconds --header --stat DELIVRD sum
is 'or TSV, of those that are wanted' "$(grep -E 'what|stat|p90' out)" "what${tab}name${tab}count${tab}seconds
stat${tab}DELIVRD${tab}8$tab
seconds${tab}p90${tab}${tab}8"
from '' --summary
is 'nothing in, nothing counted' "$(cat out)" '0 receipts'

# Files
parse sum nonesuch records --columns line --rest rest
is 'a file that is not there does not keep the others from being read' "$status" 66
is 'lines are those of their file' "$(tail -n 1 out)" 4
exits 66 'a folder is none' smpp-dlr-parse .
exits 73 'an output that cannot be made' smpp-dlr-parse -o /nonesuch/x sum
exits 73 'nor a rest' smpp-dlr-parse --rest /nonesuch/x sum
exits 64 'stdin twice' smpp-dlr-parse - -
cp sum same
exits 64 'one file in and out' smpp-dlr-parse -o same same
ok 'is left as it was' cmp -s sum same
exits 74 'a full disk' sh -c 'smpp-dlr-parse sum >/dev/full'
like 'is said with where it stopped' "$(cat err)" '^smpp-dlr-parse: stdout: No space left on device; at sum line 11$'
exits 74 'a full disk of the rest' smpp-dlr-parse --rest /dev/full sum
is 'the rows are out all the same' "$(wc -l <out)" 10
exits 0 'the example of the others runs' sh -c "smpp-dlr-parse --rest rest sum | awk -F'\\t' '\$6 != \"DELIVRD\" { print \$1, \$7 }'"
is 'two failed' "$(cat out)" '9 001
10 001'

# Pipes: a row is there as soon as its line is
mkfifo fifo
background tail smpp-dlr-parse --columns id --rest rest fifo
exec 3>fifo
printf '%s\nnothing\nid:2 st' "$receipt" >&3
ok 'a row comes while the writer waits' appears tail.out '^0123$'
ok 'and so does a line of the rest' appears rest '^nothing$'
printf 'at:DELIVRD\n' >&3
ok 'a line may come in pieces' appears tail.out '^2$'
kill -USR1 $pid
ok 'SIGUSR1 tells how far it is' appears tail.err '^smpp-dlr-parse: 3 lines, 2 receipts, 1 lines without one; at fifo line 3$'
printf 'id:3 stat:DELIVRD' >&3
exec 3>&-
finished tail
is 'the end of the pipe is the end' "$status" 0
is 'a last line without its newline is one' "$(tr '\n' ' ' <tail.out)" '0123 2 3 '

background stop smpp-dlr-parse --summary --rest stop.rest fifo
exec 3>fifo
printf '%s\nover\n' "$receipt" >&3
ok 'it has read both lines' appears stop.rest '^over$'
stop stop
is 'a signal leaves input: 75' "$status" 75
like 'what was read is summed up' "$(cat stop.out)" '^1 receipts, 1 lines'
exec 3>&-

background hup smpp-dlr-parse --columns id -o rows fifo
exec 3>fifo
printf 'id:1 stat:DELIVRD\n' >&3
ok 'rows go to a file' appears rows '^1$'
mv rows rows.1
kill -HUP $pid
printf 'id:2 stat:DELIVRD\n' >&3
exec 3>&-
finished hup
is 'SIGHUP opens it again' "$(cat rows.1 rows | tr '\n' ' ')" '1 2 '

yes "$receipt" | (smpp-dlr-parse --columns id 2>err; echo $? >code) | head -n 3 >out
is 'a reader that goes away is 74' "$(cat code)" 74
is 'after it had its rows' "$(wc -l <out)" 3

# Bad input: long lines, any octets; memory and time are bounded
case $BIN in *-san | *-cover) plain= ;; *) plain=yes ;; esac
# bounded NAME OPTION...: with the file in as input, less than 8 MiB.
bounded() {
	name=$1; shift
	rm -f big.rest
	background big smpp-dlr-parse --rest big.rest -o big.rows "$@" fifo
	exec 3>fifo
	cat in >&3
	printf '\nthat was all\n' >&3
	ok "$name: all of it is read" appears big.rest '^that was all$' 100
	if [ -n "$plain" ] && [ -r "/proc/$pid/status" ]; then
		peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")
		ok "$name: in less than 8 MiB" test "$peak" -lt 8192 || diag "$peak KiB"
	else
		skip "$name: in less than 8 MiB" 'a build with more in it, or no /proc'
	fi
	exec 3>&-
	finished big
	is "$name: and all is well" "$status" 0
}
python3 - "$receipt" >in <<'PY'
import sys
r = sys.argv[1]
for n in (262144, 262145, 3000000):
    print(r + 'x' * (n - len(r)))
print(r)
PY
parse --rest rest --columns id,line <in
is 'a line over 256 KiB holds no receipt' "$(cat out)" "0123${tab}1
0123${tab}4"
is 'it goes to the rest whole' "$(wc -lc <rest | tr -s ' ')" ' 2 3262147'
like 'and is said to be too long' "$(cat err)" '2 lines without a receipt, 2 of them longer than 256 KiB; the first is stdin line 2'
size=${LONG:+1024}
python3 - ${size:-64} >in <<'PY'
import sys
for i in range(int(sys.argv[1])):
    sys.stdout.write('id:1 stat:DELIVRD text:' * 45590 + 'x' * 6)
PY
bounded 'a line that does not end' --columns all
is 'it holds no receipt' "$(cat big.rows)" ''
python3 -c '
for key in "text:", "id:", "id:1 a ", "date ", ": ", "\\", "{\"a\":\"", "\t":
    print((key * 262144)[:262143])
print("id:" + "9" * 262000 + " stat:DELIVRD")
print("id:1 stat:DELIVRD text:" + "\1" * 262000)
' >in
bounded 'lines made to be slow' --columns all -j --id-as hex
python3 -c '
import random, sys
random.seed(7)
piece = [b"id:", b"stat:", b"DELIVRD", b" text:", b"\t", b"receipt", b"\n", b"{\"kind\":\"", b"\"}", b"\\x4", b"\xff", b"\0", b"done date:", b"2611240316 ", b"\r\n", b":"]
out = sys.stdout.buffer
for i in range(200000):
    out.write(random.choice(piece) if random.random() < .9 else bytes([random.randrange(256)]))
' >in
parse -v --rest rest --columns line <in
is 'any octets are rows or rest, each once' "$(($(wc -l <out) + $(wc -l <rest)))" "$(($(wc -l <in) + $(tail -c 1 in | tr '\n' . | grep -c '[^.]')))"
is 'no more and no less is named' "$(grep -c 'stdin: line' err)" "$(wc -l <rest)"

# It links nothing but libc
if [ -n "$plain" ] && command -v ldd >/dev/null; then
	is 'it links nothing but libc' "$(ldd "$BIN/smpp-dlr-parse" | grep -vE 'libc\.|ld-linux|linux-vdso|linux-gate|ld-musl')" ''
else
	skip 'it links nothing but libc' 'no plain build, or no ldd here'
fi
printf 'id:1 stat:DELIVRD\n' >same
exits 64 'no output is written over by another' smpp-dlr-parse -o both --rest both same
exits 64 'nor stdin by an output' sh -c 'smpp-dlr-parse -o same <same'
is 'it is there still' "$(cat same)" 'id:1 stat:DELIVRD'
exits 0 'a receipt within quotes' sh -c "echo 'msg=\"id:1 stat:DELIVRD\",level=info' | smpp-dlr-parse --columns id,stat,class"
is 'has its stat without them' "$(cat out)" "1${tab}DELIVRD${tab}delivered"
done_testing
